"""Jobs: long work, its progress and log; uploads that are screened now are shown beside it."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, JSONBody

from tidewaiter.base.errors import MissingError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key
from tidewaiter.store.core.database import Work
from tidewaiter.store.jobs import (
    Fault,
    Job,
    JobKind,
    JobState,
    NewJob,
    add_job,
    cancel_job,
    job_lines,
    job_of,
    jobs,
)
from tidewaiter.store.uploads import running_now
from tidewaiter.web.core.node import Node, Number, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.jobs.views import job_view, jobs_view

_ROWS = 50
_MOST = 20  # uploads
_ENDED: frozenset[JobState] = frozenset({"done", "failed", "cancelled", "interrupted"})


class ShownJob(Record, frozen=True, kw_only=True):
    """A job as visible to a user."""

    id: int
    kind: JobKind
    subject: str
    who: str
    made: str
    state: JobState
    started: str | None
    finished: str | None
    done: int
    total: int  # 0: not known
    stopping: bool
    result: str | None  # path of a page
    fault: Fault | None
    seconds: float  # since its start; until its end, if it has ended
    can_force: bool  # it failed on a check that can be set aside


class UploadAtWork(Record, frozen=True, kw_only=True):
    """An upload that is screened, or waits for it."""

    id: int
    name: str
    who: str
    waits: bool
    lines: int  # screened


class JobsPage(Record, frozen=True, kw_only=True):
    """The jobs, newest first, and the uploads at work."""

    jobs: tuple[ShownJob, ...]
    uploads: tuple[UploadAtWork, ...]
    next: int | None  # id of the last one shown; None: no further ones


class LogLine(Record, frozen=True, kw_only=True):
    """A line of a job's log."""

    at: str
    says: Phrase


class JobPage(Record, frozen=True, kw_only=True):
    """One job, and its log."""

    job: ShownJob
    log: tuple[LogLine, ...]


class Again(Record, frozen=True, kw_only=True):
    """How a job is started again."""

    force: bool = False  # accept a list even if entries are missing or unreadable


@get("/jobs", guards=[may("overview")], sync_to_thread=True)
def jobs_page(
    request: Asked, node: TheNode, user: TheUser, before: FromQuery[int | None] = None
) -> Response[JobsPage]:
    """Show the jobs, newest first."""
    with node.read() as work:
        found = jobs(work, reader=reader_of(user), before=before, rows=_ROWS)
        going = running_now(work, rows=_MOST) if before is None else []
    page = JobsPage(
        jobs=tuple(shown_job(node, each) for each in found),
        uploads=tuple(
            UploadAtWork(
                id=each.id,
                name=each.name,
                who=each.who,
                waits=each.state == "queued",
                lines=each.progress.lines if each.progress else 0,
            )
            for each in going
        ),
        next=found[-1].id if len(found) == _ROWS else None,
    )
    return reply(request, "jobs.html", page, view=lambda: jobs_view(page))


@get("/jobs/{number:int}", guards=[may("overview")], sync_to_thread=True)
def job_page(request: Asked, node: TheNode, user: TheUser, number: Number) -> Response[JobPage]:
    """Show a job, its progress and its log."""
    page = _page(node, user, number)
    return reply(request, "job.html", page, view=lambda: job_view(page.job, user))


@get(
    "/jobs/{number:int}/progress",
    guards=[may("overview")],
    include_in_schema=False,
    sync_to_thread=True,
)
def job_progress(request: Asked, node: TheNode, user: TheUser, number: Number) -> Response[JobPage]:
    """Show the progress of a job; polled while it runs."""
    page = _page(node, user, number)
    answer = reply(request, "job-progress.html", page, view=lambda: job_view(page.job, user))
    if page.job.state in _ENDED:
        answer.headers["HX-Refresh"] = "true"  # it has ended: reload the page
    return answer


@post("/jobs/{number:int}/cancel", guards=[may("administer")], sync_to_thread=True)
def stop_job(request: Asked, node: TheNode, user: TheUser, number: Number) -> Response[ShownJob]:
    """Cancel a job, or stop it after the next step."""
    with node.change(user) as work:
        _visible(work, user, number)
        job = cancel_job(work, number)
    return done(request, shown_job(node, job), f"/jobs/{number}")


@post("/jobs/{number:int}/again", guards=[may("administer")], sync_to_thread=True, makes=True)
def start_again(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Again]
) -> Response[ShownJob]:
    """Start the work of an ended job again, as a new job."""
    with node.change(user) as work:
        job = _visible(work, user, number)
        options = job.options
        if data.force and job.kind in {"list-add", "list-update"}:
            told: dict[str, Any] = msgspec.json.decode(options)
            options = msgspec.json.encode({**told, "force": True}).decode()
        new = NewJob(kind=job.kind, subject=job.subject, options=options, restricted=job.restricted)
        made = add_job(work, new)
    return done(request, shown_job(node, made), f"/jobs/{made.id}", status=201)


def _page(node: Node, user: User, number: int) -> JobPage:
    with node.read() as work:
        job = _visible(work, user, number)
        log = job_lines(work, number)
    return JobPage(
        job=shown_job(node, job), log=tuple(LogLine(at=each.at, says=each.says) for each in log)
    )


def reader_of(user: User) -> str | None:
    """Return the account whose view of jobs is limited; None: all may be seen."""
    return None if user.account.cleared else account_key(user.account.id)


def _visible(work: Work, user: User, number: int) -> Job:
    """Read a job.

    Raises:
        MissingError: No such job, or it is restricted.
    """
    job = job_of(work, number)
    if job.restricted and reader_of(user) not in {None, job.who}:
        raise MissingError("store/no-job", number=number)
    return job


_FORCED = frozenset(
    {
        "lists/fewer-entries-than-said",
        "lists/too-many-entries-gone",
        "lists/too-many-entries-unreadable",
    }
)


def shown_job(node: Node, job: Job) -> ShownJob:
    """Return a job as visible to a user."""
    same = {name: getattr(job, name) for name in ShownJob.__struct_fields__ if hasattr(job, name)}
    return ShownJob(
        **same,
        stopping=job.stop and job.state == "running",
        seconds=_seconds(node, job),
        can_force=job.fault is not None and job.fault.code in _FORCED,
    )


def _seconds(node: Node, job: Job) -> float:
    if job.started is None:
        return 0.0
    end = msgspec.convert(job.finished, type=datetime) if job.finished else node.now()
    begun = msgspec.convert(job.started, type=datetime)
    return max(0.0, (end - begun).total_seconds())


def started(request: Asked, node: Node, user: User, new: NewJob) -> Response[ShownJob]:
    """Queue a job, and continue on its page."""
    with node.change(user) as work:
        job = add_job(work, new)
    return done(request, shown_job(node, job), f"/jobs/{job.id}", status=201)


HANDLERS = [jobs_page, job_page, job_progress, stop_job, start_again]
