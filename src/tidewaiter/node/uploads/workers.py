"""Worker pool: processes that screen uploads beside the web server; restarts crashed workers."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from types import FrameType

import pyarrow as pa

from tidewaiter.base.errors import OutputError, StoreError, TidewaiterError
from tidewaiter.base.files import alone
from tidewaiter.bulk.processes import end_with_parent
from tidewaiter.bulk.screening import Settings, screen_batch
from tidewaiter.lists.archive import Archive
from tidewaiter.node.uploads.jobs import Bench, new_lease, screen_upload, stamp
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.store.core.database import open_database
from tidewaiter.store.uploads import (
    drop_old_uploads,
    is_waiting,
    running_uploads,
    take_upload,
    unheld,
)
from tidewaiter.trade.types import LINES

_POLL = 0.3  # polling interval in seconds
_TIDY = 3600.0  # seconds between clean-ups
_CUT_OFF = 86_400.0  # seconds after which remains of interrupted uploads are deleted
_LATER = 5.0  # seconds before the database is retried
_SETTLED = timedelta(seconds=5)  # time to lock the journal after leasing an upload
_NICE = 5  # pages have priority


def work_for(desk: Desk) -> None:
    """Screen uploads until stopped, or until the parent process has ended.

    Args:
        desk: Upload settings.
    """
    leaving = threading.Event()
    _hear(leaving)
    end_with_parent()
    if hasattr(os, "nice"):
        os.nice(_NICE)
    _warm(desk)
    while not leaving.is_set():
        with suppress(StoreError):  # unreachable: retried, no upload is lost
            _work(desk, leaving)
        leaving.wait(_LATER)


def _work(desk: Desk, leaving: threading.Event) -> None:
    with open_database(desk.database) as database:
        bench = Bench(desk=desk, database=database, lease=new_lease(), leaving=leaving)
        tidied = -_TIDY
        while not leaving.is_set():
            if time.monotonic() - tidied > _TIDY:
                tidied = time.monotonic()
                tidy(bench)
            if not work_once(bench):
                leaving.wait(_POLL)


def work_once(bench: Bench) -> bool:
    """Screen the upload that has waited longest; False: none."""
    gone = killed_uploads(bench)
    with bench.database.work() as work:
        if not is_waiting(work, stamp().at, gone=gone):
            return False
    with bench.database.work(stamp()) as work:
        upload = take_upload(work, bench.lease, gone=gone)
    if upload is None:
        return False
    screen_upload(bench, upload)
    return True


def killed_uploads(bench: Bench) -> list[int]:
    """Find uploads of killed local processes: their journals are unlocked."""
    host = bench.lease.worker.partition(" ")[0]
    settled = bench.lease.until(stamp().at - _SETTLED)
    with bench.database.work() as work:
        mine = running_uploads(work, host)
    gone = []
    for upload in mine:
        if upload.until is None or upload.until > settled:  # leased, journal not locked yet
            continue
        with suppress(OutputError), alone(bench.desk.spool.journal(upload.id), ""):
            gone.append(upload.id)
    return gone


def tidy(bench: Bench) -> None:
    """Delete content of old uploads, and remains of interrupted ones."""
    desk, now = bench.desk, stamp()
    desk.spool.sweep(time.time() - _CUT_OFF)
    with bench.database.work(now) as work:
        old = drop_old_uploads(work, now.at - timedelta(days=desk.days))
        digests = list(dict.fromkeys(each.sha256 for each in old))
        desk.spool.remove(unheld(work, digests), [each.id for each in old])


def _warm(desk: Desk) -> None:
    """Load the screening code in advance, for the first upload."""
    day = datetime.now(UTC).date()
    own, lists = desk.own, desk.lists if desk.lists and Archive(desk.lists).slugs() else None
    settings = Settings(day=day, file="", sha256="", own=own, rules=desk.rules, lists=lists)
    row = {"row": 1, "consignment": "", "seq": 1, "goods": "acetone"}
    with suppress(TidewaiterError):  # a broken list is reported where it is used
        screen_batch(pa.RecordBatch.from_pylist([row], schema=LINES), settings)


def _hear(leaving: threading.Event) -> None:
    """Stop gracefully on SIGTERM; keyboard interrupts are for the parent."""

    def leave(number: int, frame: FrameType | None) -> None:
        del number, frame
        leaving.set()

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, leave)


_LEAVE = 20.0  # seconds for a worker to end its step
_SHORT = 30.0  # seconds: a process that ends sooner is restarted with a delay
_PAUSE = 5.0
_LOOK = 0.5


@contextmanager
def crew(desk: Desk, workers: int = 1) -> Iterator[None]:
    """Run worker processes during the block.

    They stop with it after their current step, and are killed with this process.

    Args:
        desk: Upload settings.
        workers: Number of uploads screened concurrently.
    """
    desk.spool.make()
    over = threading.Event()
    # The first ones are started here, not in the threads: the server forks, and forking while
    # another
    # thread is starting a process would keep its locks held for ever.
    first = [_start(desk) for _ in range(workers)]
    threads = [
        threading.Thread(target=_keep_one, args=(desk, worker, over), daemon=True)
        for worker in first
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _start(desk: Desk) -> BaseProcess:
    worker = get_context("spawn").Process(target=work_for, args=(desk,))
    worker.start()
    return worker


def _keep_one(desk: Desk, worker: BaseProcess, over: threading.Event) -> None:
    """Store one worker running until shutdown."""
    begun = time.monotonic()
    while not over.wait(_LOOK):
        if worker.is_alive():
            continue
        if time.monotonic() - begun < _SHORT:
            over.wait(_PAUSE)
        begun, worker = time.monotonic(), _start(desk)
    _end(worker)


def _end(worker: BaseProcess) -> None:
    worker.terminate()
    worker.join(_LEAVE)
    if worker.is_alive():
        worker.kill()
        worker.join()
