"""Jobs: long work that people start on the pages, its progress, its log, and its lease.

    queued ─► running ─► done | failed | cancelled | interrupted
       └─────────────────────────► cancelled

A process leases a job for a time and renews the lease. A job whose process has ended before the
work did is `interrupted`: it is not started again by itself, as part of its work may be done.
Uploads have a queue of their own, as they resume at a checkpoint.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update

from tidewaiter.base.errors import ConflictError, MissingError, TidewaiterError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import decode, encode, kept, phrase_from, plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.uploads import LARGEST, Lease, Orders

JobKind = Literal["list-add", "list-update", "rescreen", "rescreen-preview"]
KINDS: tuple[JobKind, ...] = get_args(JobKind)

JobState = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]

LINES = 500
"""Maximum number of log lines of a job; a last one says that more were left out."""


class Fault(Record, frozen=True, kw_only=True):
    """Why a job failed: an error, without its words."""

    code: str
    at: str = ""
    values: Mapping[str, str | int | float] = {}

    def error(self) -> TidewaiterError:
        """Return the error."""
        return TidewaiterError(self.code, at=self.at, **self.values)


class NewJob(Record, frozen=True, kw_only=True):
    """A job to start."""

    kind: JobKind
    subject: str = ""  # like the slug of a list; "": everything
    options: str = "{}"  # JSON
    restricted: bool = False  # visible with clearance only


class Job(Record, frozen=True, kw_only=True):
    """A job and its progress."""

    id: int
    kind: JobKind
    subject: str
    options: str
    who: str
    made: str  # ISO 8601, UTC
    state: JobState
    started: str | None
    finished: str | None
    done: int
    total: int  # 0: not known
    stop: bool
    restricted: bool
    result: str | None
    fault: Fault | None
    worker: str | None
    until: str | None


class JobLine(Record, frozen=True, kw_only=True):
    """A line of the log."""

    at: str
    says: Phrase


def add_job(work: Work, new: NewJob) -> Job:
    """Queue a job.

    Args:
        work: A write transaction; its stamp says by whom and when.
        new: The job.

    Raises:
        ConflictError: The same work is queued or running.
    """
    j, stamp = tables.job.c, stamp_of(work)
    same = select(j.id).where(j.kind == new.kind, j.subject == plain(new.subject))
    going = work.connection.execute(same.where(j.state.in_(("queued", "running")))).scalar()
    if going is not None:
        raise ConflictError("store/job-already-going", number=going)
    row = {
        "kind": new.kind,
        "subject": plain(new.subject),
        "options": plain(new.options),
        "who": plain(stamp.who),
        "made": moment(stamp.at),
        "state": "queued",
        "restricted": int(new.restricted),
        **dict.fromkeys(("done", "total", "stop"), 0),
    }
    made = work.connection.execute(insert(tables.job).values(**row)).inserted_primary_key
    number = int(made[0])  # type: ignore[index]
    _record(work, "job queued", number, new.kind)
    return job_of(work, number)


def job_of(work: Work, number: int) -> Job:
    """Read a job.

    Raises:
        MissingError: No job has this number.
    """
    wanted = select(tables.job).where(tables.job.c.id == number)
    found = work.connection.execute(wanted).mappings() if 0 < number <= LARGEST else None
    row = found.one_or_none() if found else None
    if row is None:
        raise MissingError("store/no-job", number=number)
    return _read(row)


def jobs(
    work: Work, *, reader: str | None = None, before: int | None = None, rows: int = 50
) -> list[Job]:
    """Read jobs, newest first.

    Args:
        work: Any transaction.
        reader: Leave out restricted ones of others than this account; None: include all.
        before: Id of the last one seen; None: start with the newest.
        rows: Maximum number.
    """
    j = tables.job.c
    wanted = select(tables.job).order_by(j.id.desc()).limit(rows)
    if reader is not None:
        wanted = wanted.where(or_(j.restricted == 0, j.who == reader))
    if before is not None:
        wanted = wanted.where(j.id < max(0, min(before, LARGEST)))
    return [_read(row) for row in work.connection.execute(wanted).mappings()]


def job_lines(work: Work, number: int) -> list[JobLine]:
    """Read the log of a job, oldest first."""
    c = tables.job_line.c
    wanted = select(tables.job_line).where(c.job == number).order_by(c.number)
    return [
        JobLine(at=row["at"], says=phrase_from(row["code"], row["parameters"]))
        for row in work.connection.execute(wanted).mappings()
    ]


def cancel_job(work: Work, number: int) -> Job:
    """Cancel a job; a running one stops after its next step.

    Raises:
        MissingError: No job has this number.
        ConflictError: It has ended.
    """
    job = job_of(work, number)
    if job.state == "running":
        _set(work, number, stop=1)
        _record(work, "job to be cancelled", number, job.kind)
    elif job.state == "queued":
        _set(work, number, state="cancelled", finished=moment(stamp_of(work).at))
        _record(work, "job cancelled", number, job.kind)
    else:
        raise ConflictError("store/job-has-ended", number=number, state=job.state)
    return job_of(work, number)


def is_job_waiting(work: Work) -> bool:
    """Return whether a job is queued."""
    wanted = select(tables.job.c.id).where(tables.job.c.state == "queued").limit(1)
    return work.connection.execute(wanted).first() is not None


def take_job(work: Work, lease: Lease) -> Job | None:
    """Lease the job that has waited longest; None: none is waiting."""
    j = tables.job.c
    wanted = select(tables.job).where(j.state == "queued").order_by(j.id).limit(1)
    row = work.connection.execute(wanted).mappings().one_or_none()
    if row is None:
        return None
    job, now = _read(row), stamp_of(work).at
    facts = {"worker": lease.worker, "until": lease.until(now), "started": moment(now)}
    _set(work, job.id, state="running", **facts)
    _record(work, "job begun", job.id, job.kind)
    return job_of(work, job.id)


def renew_job(
    work: Work, number: int, lease: Lease, at: tuple[int, int], lines: Sequence[Phrase] = ()
) -> Orders:
    """Renew a lease, and report progress and new lines of the log.

    Args:
        work: A write transaction.
        number: Job number.
        lease: Who has it.
        at: Progress: how much is done, and of how much; 0: not known.
        lines: New lines of the log.
    """
    job = _held(work, number, lease)
    if job is None:
        return "lost"
    _set(work, number, until=lease.until(stamp_of(work).at), done=at[0], total=at[1])
    _add_lines(work, number, lines)
    return "stop" if job.stop else "go on"


def name_job(work: Work, number: int, subject: str, *, restricted: bool) -> None:
    """Record what a job turned out to work on, and whether that is restricted."""
    _set(work, number, subject=plain(subject), restricted=int(restricted))


def end_job(
    work: Work,
    number: int,
    lease: Lease,
    state: Literal["done", "failed", "cancelled", "interrupted"],
    *,
    result: str | None = None,
    fault: Fault | None = None,
) -> bool:
    """End a job.

    Args:
        work: A write transaction.
        number: Job number.
        lease: Who has it.
        state: How it ended.
        result: Page with its result.
        fault: Why it failed.

    Returns:
        Whether this process still held the lease.
    """
    job = _held(work, number, lease)
    if job is None:
        return False
    _end(work, job, state, result=result, fault=encode(fault) if fault else None)
    return True


def running_jobs(work: Work, host: str) -> list[Job]:
    """Read the jobs leased by processes of a machine."""
    j = tables.job.c
    mine = j.worker.startswith(f"{host} ", autoescape=True)
    wanted = select(tables.job).where(j.state == "running", mine).order_by(j.id)
    return [_read(row) for row in work.connection.execute(wanted).mappings()]


def has_abandoned(work: Work, now: datetime, gone: Sequence[int]) -> bool:
    """Return whether the process of a running job has ended.

    Args:
        work: Any transaction.
        now: Current time.
        gone: Jobs of processes known to be dead, whatever their leases.
    """
    wanted = select(tables.job.c.id).where(_abandoned(now, gone)).limit(1)
    return work.connection.execute(wanted).first() is not None


def interrupt_jobs(work: Work, gone: Sequence[int]) -> list[Job]:
    """Mark running jobs as interrupted whose process has ended.

    Args:
        work: A write transaction.
        gone: Jobs of processes known to be dead, whatever their leases.

    Returns:
        The jobs.
    """
    rows = work.connection.execute(
        select(tables.job).where(_abandoned(stamp_of(work).at, gone))
    ).mappings()
    ended = [_read(row) for row in rows.all()]
    for job in ended:
        _end(work, job, "cancelled" if job.stop else "interrupted")
    return ended


def _abandoned(now: datetime, gone: Sequence[int]) -> ColumnElement[bool]:
    j = tables.job.c
    return and_(j.state == "running", or_(j.until < moment(now), j.id.in_(gone)))


def _held(work: Work, number: int, lease: Lease) -> Job | None:
    """Return a job if the process of the lease still has it."""
    job = job_of(work, number)
    return job if job.state == "running" and job.worker == lease.worker else None


def _end(work: Work, job: Job, state: str, **facts: object) -> None:
    finished = moment(stamp_of(work).at)
    _set(work, job.id, state=state, worker=None, until=None, finished=finished, **facts)
    _record(work, f"job {state}", job.id, job.kind)


def _add_lines(work: Work, number: int, lines: Sequence[Phrase]) -> None:
    if not lines:
        return
    c = tables.job_line.c
    last = select(func.coalesce(func.max(c.number), 0)).where(c.job == number)
    have, at = int(work.connection.execute(last).scalar_one()), moment(stamp_of(work).at)
    room = max(0, LINES - have)
    told = list(lines[:room])
    if len(lines) > room and have <= LINES:
        told.append(Phrase("job/log-full", figure=LINES))
    rows = []
    for place, phrase in enumerate(told, have + 1):
        code, parameters = kept(phrase)
        rows.append(
            {
                "job": number,
                "number": place,
                "at": at,
                "code": code,
                "parameters": plain(parameters),
            }
        )
    if rows:
        work.connection.execute(insert(tables.job_line), rows)


def _set(work: Work, number: int, **facts: object) -> None:
    work.connection.execute(update(tables.job).where(tables.job.c.id == number).values(**facts))


def _record(work: Work, action: str, number: int, kind: str) -> None:
    told: Details = {"job": number, "kind": kind}
    record_change(work, action, told)


def _read(row: Mapping[Any, Any]) -> Job:
    facts, what = dict(row), f"job {row['id']}"
    facts |= {name: bool(facts[name]) for name in ("stop", "restricted")}
    facts["fault"] = decode(facts["fault"], Fault, what) if facts["fault"] else None
    return Job(**facts)
