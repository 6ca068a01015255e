"""Jobs: one of a kind at a time, a lease that must be renewed, and an honest end."""

from datetime import timedelta

import pytest
from msgspec import structs
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError
from tidewaiter.base.phrases import Phrase
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.jobs import (
    LINES,
    Fault,
    NewJob,
    add_job,
    cancel_job,
    end_job,
    interrupt_jobs,
    job_lines,
    job_of,
    jobs,
    renew_job,
    take_job,
)
from tidewaiter.store.uploads import Lease

_LEASE = Lease(worker="host 1 a", seconds=60)
_OTHER = Lease(worker="host 2 b", seconds=60)


def test_a_job_goes_from_queued_to_done(database: Database, stamp: Stamp) -> None:
    """Its progress and its log are there while it runs, and its result when it is done."""
    with database.work(stamp) as work:
        made = add_job(work, NewJob(kind="list-update", subject="ofac-sdn"))
        assert (made.state, made.who) == ("queued", stamp.who)
        taken = take_job(work, _LEASE)
        assert taken is not None
        assert (taken.id, taken.state) == (made.id, "running")
        assert take_job(work, _OTHER) is None
        line = Phrase("job/updating", slug="ofac-sdn")
        assert renew_job(work, made.id, _LEASE, (3, 10), [line]) == "go on"
        now = job_of(work, made.id)
        assert (now.done, now.total) == (3, 10)
        assert [each.says for each in job_lines(work, made.id)] == [line]
        assert end_job(work, made.id, _LEASE, "done", result="/lists")
        ended = job_of(work, made.id)
    assert (ended.state, ended.result, ended.worker) == ("done", "/lists", None)


def test_the_same_work_is_not_started_twice(database: Database, stamp: Stamp) -> None:
    """Another list may be updated; the same one only after the first job has ended."""
    with database.work(stamp) as work:
        first = add_job(work, NewJob(kind="list-update", subject="un-sc"))
        add_job(work, NewJob(kind="list-update", subject="eu-fsf"))
        with raises("store/job-already-going", ConflictError, number=first.id):
            add_job(work, NewJob(kind="list-update", subject="un-sc"))
        cancel_job(work, first.id)
        add_job(work, NewJob(kind="list-update", subject="un-sc"))


def test_a_running_job_is_told_to_stop_and_an_ended_one_refuses(
    database: Database, stamp: Stamp
) -> None:
    """The process hears it with its next report."""
    with database.work(stamp) as work:
        job = add_job(work, NewJob(kind="rescreen"))
        take_job(work, _LEASE)
        cancel_job(work, job.id)
        assert renew_job(work, job.id, _LEASE, (0, 0)) == "stop"
        assert end_job(work, job.id, _LEASE, "cancelled")
        with raises("store/job-has-ended", ConflictError, number=job.id, state="cancelled"):
            cancel_job(work, job.id)


@pytest.mark.parametrize("is_known_dead", [True, False])
def test_a_job_whose_process_ended_is_interrupted(
    database: Database, stamp: Stamp, *, is_known_dead: bool
) -> None:
    """At once if the process is known to be dead, otherwise when its lease is over."""
    with database.work(stamp) as work:
        job = add_job(work, NewJob(kind="rescreen"))
        take_job(work, _LEASE)
        assert interrupt_jobs(work, ()) == []
    later = stamp if is_known_dead else structs.replace(stamp, at=stamp.at + timedelta(seconds=61))
    with database.work(later) as work:
        assert len(interrupt_jobs(work, [job.id] if is_known_dead else ())) == 1
        assert job_of(work, job.id).state == "interrupted"
        assert renew_job(work, job.id, _LEASE, (1, 1)) == "lost"
        assert not end_job(work, job.id, _LEASE, "done")


def test_why_a_job_failed_is_kept_as_a_code(database: Database, stamp: Stamp) -> None:
    """Numbers of the message stay numbers."""
    fault = Fault(code="lists/too-many-entries-gone", at="un-sc", values={"new": 1, "old": 9})
    with database.work(stamp) as work:
        job = add_job(work, NewJob(kind="list-update", subject="un-sc"))
        take_job(work, _LEASE)
        end_job(work, job.id, _LEASE, "failed", fault=fault)
        assert job_of(work, job.id).fault == fault


def test_a_restricted_job_is_listed_for_whoever_started_it(
    database: Database, stamp: Stamp
) -> None:
    """Its subject is the name of a restricted list."""
    with database.work(stamp) as work:
        job = add_job(work, NewJob(kind="list-add", subject="secret", restricted=True))
        assert [each.id for each in jobs(work, reader=stamp.who)] == [job.id]
        assert [each.id for each in jobs(work)] == [job.id]
        assert jobs(work, reader="account 99") == []


def test_a_log_has_an_end(database: Database, stamp: Stamp) -> None:
    """The last line says that more were left out, once."""
    some = [Phrase("job/refused", figure=number) for number in range(LINES - 1)]
    with database.work(stamp) as work:
        job = add_job(work, NewJob(kind="rescreen"))
        take_job(work, _LEASE)
        for lines in (some, some[:5], some[:5]):
            renew_job(work, job.id, _LEASE, (0, 0), lines)
        told = job_lines(work, job.id)
    assert len(told) == LINES + 1
    assert told[-1].says == Phrase("job/log-full", figure=LINES)
