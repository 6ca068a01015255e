"""The worker of jobs: what a kind raises is how its job ends."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tidewaiter.base.errors import InputError
from tidewaiter.node.jobs.task import Task
from tidewaiter.node.jobs.worker import do_next, job_crew, settle_jobs
from tidewaiter.node.uploads.jobs import Bench, stamp
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.node.uploads.storage import Spool
from tidewaiter.store.core.database import Database, open_database
from tidewaiter.store.jobs import (
    Job,
    NewJob,
    add_job,
    cancel_job,
    job_lines,
    job_of,
    take_job,
)
from tidewaiter.store.uploads import Lease

_LEASE = Lease(worker="elsewhere 1 a", seconds=60)
_SECONDS = 60.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Open an empty installation."""
    place = str(tmp_path / "tidewaiter.db")
    spool = Spool(folder=tmp_path / "spool", limit=1 << 20)
    spool.make()
    with open_database(place) as database:
        yield Bench(
            desk=Desk(database=place, spool=spool),
            database=database,
            lease=_LEASE,
            leaving=threading.Event(),
        )


def _queue(database: Database) -> Job:
    with database.work(stamp()) as work:
        return add_job(work, NewJob(kind="rescreen"))


def _read(database: Database, number: int) -> Job:
    with database.work() as work:
        return job_of(work, number)


def finish(task: Task) -> str:
    """Do something in two steps."""
    task.say("job/refused", figure=2)
    task.go_on(1, 2)
    task.go_on(2, 2)
    return "/rescreen"


def refuse(task: Task) -> str:
    """Fail with an error that a user can correct."""
    raise InputError("node/no-lines-yet", at=task.job.kind)


def crash(task: Task) -> str:
    """Fail with a bug of ours."""
    raise ZeroDivisionError(task.job.kind)


def cancelled(task: Task) -> str:
    """Be cancelled between two steps."""
    with task.database.work(stamp()) as work:
        cancel_job(work, task.job.id)
    task.report()
    task.go_on()
    raise AssertionError


def test_a_job_is_done_with_its_last_progress_and_log(bench: Bench) -> None:
    """What was reported within the last second is there too."""
    job = _queue(bench.database)
    assert do_next(bench, {"rescreen": finish})
    assert not do_next(bench, {"rescreen": finish})
    ended = _read(bench.database, job.id)
    assert (ended.state, ended.done, ended.total, ended.result) == ("done", 2, 2, "/rescreen")
    with bench.database.work() as work:
        assert [each.says.code for each in job_lines(work, job.id)] == ["job/refused"]


def test_an_error_and_a_bug_end_the_job_and_say_why(bench: Bench) -> None:
    """The code and the place are kept."""
    job = _queue(bench.database)
    do_next(bench, {"rescreen": refuse})
    ended = _read(bench.database, job.id)
    assert ended.fault is not None
    assert (ended.state, ended.fault.code, ended.fault.at) == (
        "failed",
        "node/no-lines-yet",
        "rescreen",
    )
    job = _queue(bench.database)
    do_next(bench, {"rescreen": crash})
    ended = _read(bench.database, job.id)
    assert ended.fault is not None
    assert (ended.state, ended.fault.code) == ("failed", "bulk/broke-off")


def test_a_job_stops_when_it_is_cancelled_or_the_server_ends(bench: Bench) -> None:
    """The two are told apart."""
    job = _queue(bench.database)
    do_next(bench, {"rescreen": cancelled})
    assert _read(bench.database, job.id).state == "cancelled"
    job = _queue(bench.database)
    bench.leaving.set()
    do_next(bench, {"rescreen": finish})
    assert _read(bench.database, job.id).state == "interrupted"


def test_a_job_of_another_machine_is_left_until_its_lease_is_over(bench: Bench) -> None:
    """Its lock is not here."""
    job = _queue(bench.database)
    with bench.database.work(stamp()) as work:
        take_job(work, Lease(worker="another 1 a", seconds=60))
    settle_jobs(bench)
    assert _read(bench.database, job.id).state == "running"


def test_a_process_is_started_for_a_job(bench: Bench) -> None:
    """It does the job without a restart of the server."""
    with job_crew(bench.database, bench.desk, {"rescreen": finish}):
        job = _queue(bench.database)
        end = time.monotonic() + _SECONDS
        while _read(bench.database, job.id).state != "done":
            assert time.monotonic() < end
            time.sleep(0.1)
