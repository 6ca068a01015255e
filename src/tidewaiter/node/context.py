"""A running installation: what a file is screened by, and where what is found is kept."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
import pyarrow as pa

from tidewaiter.base.records import Record
from tidewaiter.bulk.journal import Done, Journal, read_journal
from tidewaiter.bulk.screening import Settings, Step, nothing_at, run
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.network.resolution import take_up
from tidewaiter.node.rescreen.basis import basis_of
from tidewaiter.node.rescreen.database_inputs import RegisterAsked
from tidewaiter.store.alerts.counts import Recounted, correct, count_all
from tidewaiter.store.core.database import Database, Stamp, open_database
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
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import Alert, ReadOptions, Refusal

_TURN = 0.12  # seconds; those who wait for SQLite look every 100 ms


class Progress(Record, frozen=True, kw_only=True):
    """How far a screening is, after each step."""

    done: Done
    read: int  # bytes of the file
    size: int
    step: Step
    new: tuple[str, ...] | None  # alerts that the database did not hold, ids; None: no database
    screening: int | None = None  # its id in the database


def screen_file(
    path: Path,
    options: ReadOptions,
    settings: Settings,
    journal: Path,
    *,
    workers: int,
    database: Database | None,
    who: str | None = None,
    register: RegisterAsked | None = None,
) -> Iterator[Progress]:
    """Screen a file; stopped at any point and called again, it goes on where it was.

    Args:
        path: The file; `settings` say what it is called.
        options: What the user says of it.
        settings: What it is screened by.
        journal: Where the steps are kept until the outputs are written.
        workers: Processes.
        database: Where lines and alerts are kept too, if anywhere.
        who: On whose behalf; None: of the user of this machine.
        register: Whom to ask about alerts; None: nobody.

    Yields:
        How far it is, after each step; where nothing is left to be done, once.
    """
    if register is not None:
        settings = msgspec.structs.replace(settings, register=register.digest)
    reading = msgspec.json.encode(options).decode()
    basis = basis_of(settings)
    digest = basis.digest
    size = path.stat().st_size
    with path.open("rb") as file, Journal(journal, settings, digest, reading) as kept:
        read = reader_for(settings.file, unread=True)(file, settings.file, options)
        into = None
        if database is not None:
            said = msgspec.json.encode(basis).decode()
            wanted = Run(day=settings.day, registry=digest, rules=digest, basis=said)
            into = _begin(database, _source(settings, size, options), wanted, kept, who)
        begun, steps = time.monotonic(), 0
        for step in _registered(read, settings, register, kept, workers):
            new = into.add(step) if into else None
            now = time.monotonic()
            done = kept.add(step, now - begun)
            begun, steps = now, steps + 1
            place = size if file.closed else file.tell()
            number = into.screening if into else None
            yield Progress(done=done, read=place, size=size, step=step, new=new, screening=number)
        if into:
            into.finish()
            take_up(into.database, partial(_stamp, who))
        if not steps:
            none, number = nothing_at(kept.done.row), into.screening if into else None
            yield Progress(
                done=kept.done, read=size, size=size, step=none, new=(), screening=number
            )


def _registered(
    read: Iterator[pa.RecordBatch | Refusal],
    settings: Settings,
    register: RegisterAsked | None,
    kept: Journal,
    workers: int,
) -> Iterator[Step]:
    """Yield the steps that are not done yet, with what the register says of their alerts."""
    done = kept.done
    steps = run(read, settings, workers=workers, after=done.row, remarks=done.remarks)
    if register is None:
        yield from steps
        return
    if kept.done.row:  # what was answered before a stop takes of what is left
        for entry in read_journal(kept.path):
            if isinstance(entry, Alert):
                register.told(entry)
    for step in steps:
        alerts = tuple(map(register.told, step.screened.alerts))
        screened = msgspec.structs.replace(step.screened, alerts=alerts)
        yield msgspec.structs.replace(step, screened=screened)


class _Into(Record, frozen=True, kw_only=True):
    """A screening in a database, and on whose behalf."""

    database: Database
    screening: int
    who: str | None

    def add(self, step: Step) -> tuple[str, ...]:
        """Store a step; return the ids of its alerts that are new."""
        batch = Batch(
            lines=step.lines,
            alerts=step.screened.alerts,
            refusals=step.refusals,
            done_row=step.done_row,
        )
        with self.database.work(_stamp(self.who)) as work:
            return add_batch(work, self.screening, batch).alerts

    def finish(self) -> None:
        """Mark it as done."""
        with self.database.work(_stamp(self.who)) as work:
            finish_screening(work, self.screening)


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


def _begin(
    database: Database, source: Source, wanted: Run, kept: Journal, who: str | None
) -> _Into:
    """Begin a screening, or take it up."""
    with database.work(_stamp(who)) as work:
        screening = begin_screening(work, source, wanted)
    if screening.rows_done < kept.done.row:  # the journal knows more: it is of another database
        kept.begin_anew()
    return _Into(database=database, screening=screening.id, who=who)


def end_overdue(database: Database) -> list[Changed]:
    """End the suppression rules whose time is over today; what rests by them is open again.

    Rules whose work was broken off are taken up too.

    Returns:
        The rules, with how many alerts are open again each.
    """
    stamp, ended = own_stamp(), []
    day = stamp.at.date()
    with database.work() as work:
        due = has_overdue(work, day)
    if due:  # most days none is: nobody waits for a writer then
        with database.work(stamp) as work:
            ended = expire(work, day)
    told = [go_through(database, each, own_stamp) for each in ended]
    with database.work() as work:
        left = unfinished(work)  # whoever approved or ended them was stopped
    for number in left:
        _go_through(database, number, own_stamp)
    return told


def go_through(database: Database, changed: Changed, stamp: Callable[[], Stamp]) -> Changed:
    """Let a rule that was just approved or ended go through the rest of its alerts.

    Args:
        database: Where the rule is, with no work begun; other writers get their turns in between.
        changed: What was done already.
        stamp: Says who does it, and when.

    Returns:
        What was done in all.
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
    """Make the counts of the overview anew; while all is read, others go on changing it.

    Raises:
        ConflictError: Someone else has made them anew meanwhile.
    """
    with database.work() as work:
        counted = count_all(work)
    with database.work(stamp()) as work:
        return correct(work, counted)


@contextmanager
def database_at(place: str | None) -> Iterator[Database | None]:
    """Open the database that the user named, if any."""
    if place is None:
        yield None
        return
    with open_database(place) as database:
        yield database
