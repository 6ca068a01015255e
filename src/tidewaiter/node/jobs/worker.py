"""Worker of jobs: one process beside the web server, started for a job that waits."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from tidewaiter.base.background import Repeated
from tidewaiter.base.errors import OutputError, StoreError, TidewaiterError
from tidewaiter.base.files import alone
from tidewaiter.bulk.sandbox import broke_off
from tidewaiter.node.jobs.task import Kinds, Stopped, Task
from tidewaiter.node.processes import Worker, begin_process, end_process, start_process
from tidewaiter.node.uploads.jobs import Bench, new_lease, stamp
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.store.core.database import Database, open_database
from tidewaiter.store.jobs import (
    Fault,
    Job,
    end_job,
    has_abandoned,
    interrupt_jobs,
    is_job_waiting,
    running_jobs,
    take_job,
)

_LOG = logging.getLogger("tidewaiter.jobs")
_LOOK = 0.5  # seconds between looks for jobs
_PAUSE = 5.0  # seconds after a process that ended badly
_SETTLED = timedelta(seconds=5)  # time to lock the journal after leasing a job
_BEATS = 6  # renewals per lease


def work_on_jobs(desk: Desk, kinds: Kinds) -> None:
    """Do the jobs that wait, and end."""
    leaving = begin_process()
    with open_database(desk.database) as database:
        bench = Bench(desk=desk, database=database, lease=new_lease(), leaving=leaving)
        while not leaving.is_set() and do_next(bench, kinds):
            pass


def do_next(bench: Bench, kinds: Kinds) -> bool:
    """Do the job that has waited longest; return whether there was one."""
    with bench.database.work(stamp()) as work:
        job = take_job(work, bench.lease)
    if job is None:
        return False
    with alone(_journal(bench.desk, job.id), f"job {job.id}"):
        _do(bench, kinds, job)
    return True


def _do(bench: Bench, kinds: Kinds, job: Job) -> None:
    """Do a leased job; the outcome is in the database."""
    task, result, fault = Task(bench, job), None, None
    with ExitStack() as stack:
        pause = bench.lease.seconds / _BEATS
        stack.enter_context(Repeated(f"lease of job {job.id}", task.report, pause, delay=pause))
        state = "done"
        try:
            task.go_on()
            result = kinds[job.kind](task)
        except Stopped as stopped:
            state = "cancelled" if stopped.orders == "stop" else "interrupted"
        except TidewaiterError as error:
            state, fault = "failed", _fault(error)
        except Exception as error:  # noqa: BLE001 - one job must not end the others
            _LOG.exception("job %s", job.id)
            state, fault = "failed", _fault(broke_off(error))
    with suppress(StoreError):
        task.report()
    with bench.database.work(stamp()) as work:
        end_job(work, job.id, bench.lease, state, result=result, fault=fault)  # type: ignore[arg-type]


def _fault(error: TidewaiterError) -> Fault:
    return Fault(code=error.code, at=error.at, values=error.values)


def _journal(desk: Desk, number: int) -> Path:
    """Return the path that is locked while a job is at work."""
    return desk.spool.folder / f"job-{number}"


def killed_jobs(bench: Bench) -> list[int]:
    """Find jobs of killed local processes: their journals are unlocked."""
    host = bench.lease.worker.partition(" ")[0]
    settled = stamp().at - _SETTLED
    with bench.database.work() as work:
        mine = running_jobs(work, host)
    gone = []
    for job in mine:
        if job.started is None or job.started > settled.isoformat(timespec="microseconds"):
            continue
        with suppress(OutputError), alone(_journal(bench.desk, job.id), ""):
            gone.append(job.id)
    return gone


def settle_jobs(bench: Bench) -> None:
    """Mark jobs as interrupted whose process has ended."""
    gone = killed_jobs(bench)
    with bench.database.work() as work:
        is_due = has_abandoned(work, stamp().at, gone)
    if is_due:
        with bench.database.work(stamp()) as work:
            interrupt_jobs(work, gone)


@contextmanager
def job_crew(database: Database, desk: Desk, kinds: Kinds) -> Iterator[None]:
    """Do jobs during the block, one at a time, in a process that runs while there are any.

    Args:
        database: The database of the jobs.
        desk: Settings of the installation.
        kinds: What each kind of job does.
    """
    desk.spool.make()
    over = threading.Event()
    bench = Bench(desk=desk, database=database, lease=new_lease(), leaving=over)
    thread = threading.Thread(target=_keep_jobs, args=(bench, kinds), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _keep_jobs(bench: Bench, kinds: Kinds) -> None:
    """Start a process whenever a job waits and none runs, until shutdown."""
    worker: Worker | None = None
    settled = -_PAUSE
    while not bench.leaving.wait(_LOOK):
        if worker is not None and worker.is_alive():
            continue
        if worker is not None and worker.exitcode:
            bench.leaving.wait(_PAUSE)
        worker = None
        with suppress(StoreError, OSError):  # unreachable, or no memory for a process: retried
            if time.monotonic() - settled >= _PAUSE:
                settle_jobs(bench)
                settled = time.monotonic()
            with bench.database.work() as work:
                waiting = is_job_waiting(work)
            if waiting:
                worker = start_process(work_on_jobs, bench.desk, dict(kinds))
    if worker is not None:
        end_process(worker)
