"""Worker pool: processes that screen uploads and count new parties beside the web server.

A worker takes 250 MB. So it is started for an upload that waits or for lines that are not in the
network of parties yet, ends when there has been nothing for a while, and is started again if it
crashes.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta

from tidewaiter.base.background import Repeated
from tidewaiter.base.errors import OutputError, StoreError
from tidewaiter.base.files import alone
from tidewaiter.node.network.resolution import awaits_counting, take_up_some
from tidewaiter.node.processes import Worker, begin_process, end_process, start_process
from tidewaiter.node.rescreen.job import ListWatch, rescreen_if_due
from tidewaiter.node.uploads.jobs import Bench, new_lease, screen_upload, stamp
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.store.core.database import Database, open_database
from tidewaiter.store.uploads import (
    drop_old_uploads,
    is_waiting,
    running_uploads,
    take_upload,
    unheld,
)

_POLL = 0.3  # polling interval in seconds
IDLE = 600.0
"""Seconds after which a worker without work ends."""
_TIDY = 3600.0  # seconds between clean-ups
_CUT_OFF = 86_400.0  # seconds after which remains of interrupted uploads are deleted
_LATER = 5.0  # seconds before the database is retried
_SETTLED = timedelta(seconds=5)  # time to lock the journal after leasing an upload


def work_for(desk: Desk, idle: float) -> None:
    """Work until stopped, until there is nothing to do, or until the parent process has ended.

    Args:
        desk: Upload settings.
        idle: Seconds without work after which it ends.
    """
    leaving = begin_process()
    while not leaving.is_set():
        with suppress(StoreError):  # unreachable: retried, no upload is lost
            return _work(desk, leaving, idle)
        leaving.wait(_LATER)
    return None


def _work(desk: Desk, leaving: threading.Event, idle: float) -> None:
    with open_database(desk.database) as database:
        bench = Bench(desk=desk, database=database, lease=new_lease(), leaving=leaving)
        worked = time.monotonic()
        while not leaving.is_set() and time.monotonic() - worked < idle:
            if work_once(bench):
                worked = time.monotonic()
            else:
                leaving.wait(_POLL)


def work_once(bench: Bench) -> bool:
    """Screen the upload that has waited longest, or else add some new parties to the network.

    Returns:
        Whether there was anything to do.
    """
    gone = killed_uploads(bench)
    if not _is_waiting(bench, gone):
        return take_up_some(bench.database, stamp)
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


def rescreen_for(desk: Desk) -> None:
    """Screen past lines again if lists have changed for them, and end."""
    leaving = begin_process()
    with open_database(desk.database) as database:
        rescreen_if_due(database, desk, _today(), stamp, leaving)


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the officers' own calendar


_SHORT = 30.0  # seconds: a process that ends sooner is restarted with a delay
_PAUSE = 5.0
_LOOK = 0.5


@contextmanager
def crew(database: Database, desk: Desk, workers: int = 1, *, idle: float = IDLE) -> Iterator[None]:
    """Run worker processes during the block, as far as uploads wait or parties are not counted.

    They stop with it after their current step, and are killed with this process.

    Args:
        database: The database of the uploads.
        desk: Upload settings.
        workers: Number of uploads screened concurrently.
        idle: Seconds without work after which a worker ends.
    """
    desk.spool.make()
    over = threading.Event()
    bench = Bench(desk=desk, database=database, lease=new_lease(), leaving=over)
    threads = [
        threading.Thread(target=_keep_one, args=(bench, idle), daemon=True) for _ in range(workers)
    ]
    if desk.rescreen and desk.lists is not None:
        watch = ListWatch(desk, _today)
        threads.append(threading.Thread(target=_keep_rescreened, args=(bench, watch), daemon=True))
    tidying = Repeated("removal of old uploads", lambda: tidy(bench), _TIDY)
    for thread in threads:
        thread.start()
    tidying.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
        tidying.close()


def _keep_one(bench: Bench, idle: float) -> None:
    """Start a worker whenever there is work and none runs, until shutdown."""
    worker, begun = None, 0.0
    while not bench.leaving.wait(_LOOK):
        if worker is not None and worker.is_alive():
            continue
        if worker is not None and worker.exitcode and time.monotonic() - begun < _SHORT:
            bench.leaving.wait(_PAUSE)
        with suppress(StoreError, OSError):  # unreachable, or no memory for a process: retried
            gone = killed_uploads(bench)
            if _is_waiting(bench, gone) or awaits_counting(bench.database):
                begun, worker = time.monotonic(), _start(bench.desk, idle)
    if worker is not None:
        end_process(worker)


def _keep_rescreened(bench: Bench, watch: ListWatch) -> None:
    """Start a re-screening whenever the lists have changed and none runs, until shutdown."""
    worker: Worker | None = None
    while not bench.leaving.wait(_LOOK):
        if worker is not None and worker.is_alive():
            continue
        if worker is not None:
            if worker.exitcode:  # unreachable, or killed: the change is still to be taken up
                watch.forget()
                bench.leaving.wait(_PAUSE)
            worker = None
        with suppress(OSError):  # no memory for a process: retried
            if watch.has_changed():
                watch.take_up()
                worker = start_process(rescreen_for, bench.desk)
    if worker is not None:
        end_process(worker)


def _is_waiting(bench: Bench, gone: list[int]) -> bool:
    with bench.database.work() as work:
        return is_waiting(work, stamp().at, gone=gone)


def _start(desk: Desk, idle: float) -> Worker:
    return start_process(work_for, desk, idle)
