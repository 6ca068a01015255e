"""Job views: state, progress and remaining time in words."""

from typing import Protocol

from tidewaiter.base.records import Record
from tidewaiter.explain.errors import hint_in_words, message_in_words
from tidewaiter.explain.languages import counted, marked, number, words
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.jobs import Fault, JobKind, JobState

_MINUTE = 60
_SURE = 0.02  # share of the work after which the remaining time is estimated

KIND_WORDS: dict[JobKind, str] = {
    "list-add": marked("Add a party list"),
    "list-update": marked("Update party lists"),
    "rescreen": marked("Screen stored lines again"),
    "rescreen-preview": marked("Count lines to screen again"),
}
STATE_WORDS: dict[JobState, str] = {
    "queued": marked("Waiting"),
    "running": marked("Running"),
    "done": marked("Done"),
    "failed": marked("Failed"),
    "cancelled": marked("Cancelled"),
    "interrupted": marked("Interrupted"),
}


class JobLike(Protocol):
    """What is shown of a job."""

    @property
    def kind(self) -> JobKind: ...  # noqa: D102
    @property
    def subject(self) -> str: ...  # noqa: D102
    @property
    def state(self) -> JobState: ...  # noqa: D102
    @property
    def done(self) -> int: ...  # noqa: D102
    @property
    def total(self) -> int: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def stopping(self) -> bool: ...  # noqa: D102
    @property
    def can_force(self) -> bool: ...  # noqa: D102
    @property
    def fault(self) -> Fault | None: ...  # noqa: D102


class JobsLike(Protocol):
    """The page of all jobs."""

    @property
    def jobs(self) -> tuple[JobLike, ...]: ...  # noqa: D102
    @property
    def uploads(self) -> tuple[object, ...]: ...  # noqa: D102


class JobView(Record, frozen=True, kw_only=True):
    """A job, as displayed."""

    title: str
    state: str
    css: str  # class of its state
    percent: int | None  # None: not known
    progress: str
    remaining: str
    took: str
    problem: str
    hint: str
    live: bool  # queued or running
    may_change: bool


class JobsView(Record, frozen=True, kw_only=True):
    """All jobs, as displayed."""

    jobs: tuple[JobView, ...]
    watch: bool  # something is queued or running


def jobs_view(page: JobsLike) -> JobsView:
    """Render the jobs as text."""
    found = tuple(job_view(each, None) for each in page.jobs)
    return JobsView(jobs=found, watch=bool(page.uploads) or any(each.live for each in found))


def job_view(job: JobLike, user: User | None) -> JobView:
    """Render a job as text.

    Args:
        job: The job.
        user: Who sees it; None: it is one of a list, without buttons.
    """
    live = job.state in {"queued", "running"}
    problem, hint = _fault(job)
    return JobView(
        title=job_title(job.kind, job.subject),
        state=words("Stopping") if job.stopping else words(STATE_WORDS[job.state]),
        css=job.state if job.state in {"queued", "running", "done", "failed"} else "received",
        percent=min(99, 100 * job.done // job.total) if job.total and live else None,
        progress=_progress(job),
        remaining=_remaining(job),
        took=in_time(job.seconds) if job.state in {"done", "running"} else "",
        problem=problem,
        hint=hint,
        live=live,
        may_change=user is not None and "administer" in user.rights,
    )


def job_title(kind: JobKind, subject: str) -> str:
    """Return the title of a job."""
    return f"{words(KIND_WORDS[kind])}: {subject}" if subject else words(KIND_WORDS[kind])


def _fault(job: JobLike) -> tuple[str, str]:
    if job.state == "interrupted":
        return (
            words("The server stopped before this was finished."),
            words("What was already stored is still there. Start it again to do the rest."),
        )
    if job.fault is None:
        return "", ""
    error = job.fault.error()
    text = message_in_words(error)
    told = f"{error.at}: {text}" if error.at else text
    if job.can_force:  # the hint of the error names an option of the command
        return told, words(
            "The version in force was not replaced. Check the list at its publisher; if it is "
            "right, accept it below."
        )
    hint = hint_in_words(error)
    return told, "" if " --" in f" {hint}" else hint


def _progress(job: JobLike) -> str:
    if not job.total:
        return ""
    return words("{done} of {total}").format(done=number(job.done), total=number(job.total))


def _remaining(job: JobLike) -> str:
    """Estimate the remaining time, from what is done."""
    if job.state != "running" or job.stopping or job.done < _SURE * job.total or not job.done:
        return ""
    left = job.seconds * (job.total - job.done) / job.done
    if left < _MINUTE:
        return words("less than a minute left")
    minutes = round(left / _MINUTE)
    told = counted("{count} minute left", "{count} minutes left", minutes)
    return told.format(count=number(minutes))


def in_time(seconds: float) -> str:
    """Format a duration."""
    if seconds < _MINUTE:
        whole = max(1, round(seconds))
        return counted("{count} second", "{count} seconds", whole).format(count=number(whole))
    minutes = round(seconds / _MINUTE)
    return counted("{count} minute", "{count} minutes", minutes).format(count=number(minutes))
