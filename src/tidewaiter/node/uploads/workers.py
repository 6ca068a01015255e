"""Worker processes that screen uploads one after the other, beside the web."""

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

_POLL = 0.3  # seconds between two looks for an upload
_TIDY = 3600.0  # seconds between two looks for what is old
_CUT_OFF = 86_400.0  # seconds after which what an upload left half behind is removed
_LATER = 5.0  # seconds until the database is tried again
_SETTLED = timedelta(seconds=5)  # after a process took an upload, it holds its journal
_NICE = 5  # pages come first


def work_for(desk: Desk) -> None:
    """Screen uploads until this process is told to end, or its parent has ended.

    Args:
        desk: By which they are screened.
    """
    leaving = threading.Event()
    _hear(leaving)
    end_with_parent()
    if hasattr(os, "nice"):
        os.nice(_NICE)
    _warm(desk)
    while not leaving.is_set():
        with suppress(StoreError):  # out of reach: it is tried again, and no upload is lost
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
    """Screen the upload that has waited longest; False: there is none."""
    gone = gone_uploads(bench)
    with bench.database.work() as work:
        if not is_waiting(work, stamp().at, gone=gone):
            return False
    with bench.database.work(stamp()) as work:
        upload = take_upload(work, bench.lease, gone=gone)
    if upload is None:
        return False
    screen_upload(bench, upload)
    return True


def gone_uploads(bench: Bench) -> list[int]:
    """Find the uploads whose process was killed on this machine: nobody holds their journals."""
    host = bench.lease.worker.partition(" ")[0]
    settled = bench.lease.until(stamp().at - _SETTLED)
    with bench.database.work() as work:
        mine = running_uploads(work, host)
    gone = []
    for upload in mine:
        if upload.until is None or upload.until > settled:  # taken, and the journal not yet
            continue
        with suppress(OutputError), alone(bench.desk.spool.journal(upload.id), ""):
            gone.append(upload.id)
    return gone


def tidy(bench: Bench) -> None:
    """Drop the bytes of old uploads, and what was left half behind."""
    desk, now = bench.desk, stamp()
    desk.spool.sweep(time.time() - _CUT_OFF)
    with bench.database.work(now) as work:
        old = drop_old_uploads(work, now.at - timedelta(days=desk.days))
        digests = list(dict.fromkeys(each.sha256 for each in old))
        desk.spool.remove(unheld(work, digests), [each.id for each in old])


def _warm(desk: Desk) -> None:
    """Load what a screening needs, so that the first upload need not wait for it."""
    day = datetime.now(UTC).date()
    own, lists = desk.own, desk.lists if desk.lists and Archive(desk.lists).slugs() else None
    settings = Settings(day=day, file="", sha256="", own=own, rules=desk.rules, lists=lists)
    row = {"row": 1, "consignment": "", "seq": 1, "goods": "acetone"}
    with suppress(TidewaiterError):  # a list that is broken is told where it is used
        screen_batch(pa.RecordBatch.from_pylist([row], schema=LINES), settings)


def _hear(leaving: threading.Event) -> None:
    """End in good order when told to; what the keyboard says is for the parent."""

    def leave(number: int, frame: FrameType | None) -> None:
        del number, frame
        leaving.set()

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, leave)


_LEAVE = 20.0  # seconds in which a worker may end its step
_SHORT = 30.0  # seconds: whoever ends sooner waits before the next start
_PAUSE = 5.0
_LOOK = 0.5


@contextmanager
def crew(desk: Desk, workers: int = 1) -> Iterator[None]:
    """Let processes screen uploads as long as the block lasts.

    They end with it, after the step that they are at, and are killed with this process.

    Args:
        desk: By which uploads are screened.
        workers: How many uploads are screened at the same time.
    """
    desk.spool.make()
    over = threading.Event()
    # The first ones are started here and not in the threads: the server forks, and a fork in the
    # middle of a start in another thread would keep its locks for ever.
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
    """Keep one worker at work until it is over."""
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
