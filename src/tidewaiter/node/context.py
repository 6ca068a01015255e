"""Screening service of an installation: settings, database, and suppression upkeep."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.bulk.journal import Journal
from tidewaiter.bulk.screening import Settings, Step
from tidewaiter.node.file_screening import FileJob, Progress, RegisterAsked, screen_steps
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.rescreen.basis import Basis
from tidewaiter.store.alerts.counts import Recounted, correct, count_all
from tidewaiter.store.core.database import Database, Stamp, open_database
from tidewaiter.store.network.resolutions import run_or_first
from tidewaiter.store.screening.parties import KnownParties
from tidewaiter.store.screening.runs import (
    Batch,
    Run,
    Source,
    add_batch,
    begin_screening,
    finish_screening,
)
from tidewaiter.store.suppression.rules import (
    Changed,
    expire,
    has_overdue,
    next_slice,
    suppression_of,
    unfinished,
)
from tidewaiter.trade.types import ReadOptions

_TURN = 0.12  # seconds; waiting SQLite writers poll every 100 ms


def screen_file(
    job: FileJob,
    database: Database | None,
    *,
    who: str | None = None,
    register: RegisterAsked | None = None,
) -> Iterator[Progress]:
    """Screen a file into a database; resumable after an interruption.

    The parties of its lines are stored, but not added to the network: `take_up` does that.

    Args:
        job: The file.
        database: Database for lines and alerts, if any.
        who: Acting user; None: this machine's user.
        register: Register to check alerts against; None: none.

    Yields:
        Progress after each step; once if nothing is left to do.
    """
    begin = None if database is None else partial(_begin, database, who)
    return screen_steps(job, begin, register)


class _Into(Record, frozen=True, kw_only=True):
    """A screening in a database, and its user."""

    database: Database
    screening: int
    who: str | None
    known: KnownParties

    def add(self, step: Step) -> tuple[str, ...]:
        """Store a step; return the ids of new alerts."""
        batch = Batch(
            lines=step.lines,
            alerts=step.screened.alerts,
            refusals=step.refusals,
            done_row=step.done_row,
        )
        with self.database.work(_stamp(self.who)) as work:
            return add_batch(work, self.screening, batch, self.known).alerts

    def finish(self) -> None:
        """Mark it as done; a run exists from then on, so that pages say what it lacks."""
        with self.database.work(_stamp(self.who)) as work:
            finish_screening(work, self.screening)
            run_or_first(work)


def _stamp(who: str | None) -> Stamp:
    stamp = own_stamp()
    return stamp if who is None else msgspec.structs.replace(stamp, who=who)


def _source(settings: Settings, size: int, options: ReadOptions) -> Source:
    names = ("encoding", "delimiter", "decimal", "dates", "sheet")
    said = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    said |= {f"unit {field}": unit for field, unit in options.units.items()}
    return Source(
        sha256=settings.sha256, name=settings.file, size=size, mapping=options.columns, said=said
    )


def _run_of(settings: Settings, basis: Basis) -> Run:
    said = msgspec.json.encode(basis).decode()
    return Run(day=settings.day, registry=basis.digest, rules=basis.digest, basis=said)


def _begin(database: Database, who: str | None, job: FileJob, basis: Basis, kept: Journal) -> _Into:
    """Start or resume a screening."""
    source = _source(job.settings, job.path.stat().st_size, job.options)
    with database.work(_stamp(who)) as work:
        screening = begin_screening(work, source, _run_of(job.settings, basis))
    if screening.rows_done < kept.done.row:  # the journal is ahead: it belongs to another database
        kept.begin_anew()
    return _Into(database=database, screening=screening.id, who=who, known=KnownParties())


def end_overdue(database: Database) -> list[Changed]:
    """End expired suppression rules; their alerts reopen.

    Interrupted rules are continued too.

    Returns:
        The rules, with the number of alerts reopened for each.
    """
    stamp, ended = own_stamp(), []
    day = stamp.at.date()
    with database.work() as work:
        due = has_overdue(work, day)
    if due:  # usually none: avoids the write lock
        with database.work(stamp) as work:
            ended = expire(work, day)
    told = [go_through(database, each, own_stamp) for each in ended]
    with database.work() as work:
        left = unfinished(work)  # interrupted after an approval or end
    for number in left:
        _go_through(database, number, own_stamp)
    return told


def go_through(database: Database, changed: Changed, stamp: Callable[[], Stamp]) -> Changed:
    """Process the remaining alerts of a rule just approved or ended.

    Args:
        database: Without an open transaction; other writers get their turn in between.
        changed: Result so far.
        stamp: Who does it, and when.

    Returns:
        Total result.
    """
    number = changed.suppression.number
    with database.work() as work:
        if number not in unfinished(work):
            return changed
    alerts = changed.alerts + _go_through(database, number, stamp)
    with database.work() as work:
        return Changed(suppression=suppression_of(work, number), alerts=alerts)


def _go_through(database: Database, number: int, stamp: Callable[[], Stamp]) -> int:
    alerts, more = 0, True
    while more:
        time.sleep(_TURN)
        with database.work(stamp()) as work:
            part = next_slice(work, number)
        alerts, more = alerts + part.alerts, part.more
    return alerts


def count_anew(database: Database, stamp: Callable[[], Stamp]) -> Recounted:
    """Recount the overview while other changes continue.

    Raises:
        ConflictError: Another recount finished meanwhile.
    """
    with database.work() as work:
        counted = count_all(work)
    with database.work(stamp()) as work:
        return correct(work, counted)


@contextmanager
def database_at(place: str | None) -> Iterator[Database | None]:
    """Open the database named by the user, if any."""
    if place is None:
        yield None
        return
    with open_database(place) as database:
        yield database
