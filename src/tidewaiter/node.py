"""A running installation: what a file is screened by, and where what is found is kept."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.bulk.journal import Done, Journal
from tidewaiter.bulk.run import Settings, Step, run
from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.types import ReadOptions
from tidewaiter.identity import own_stamp
from tidewaiter.network.resolving import take_up
from tidewaiter.rescreen.basis import basis_of
from tidewaiter.store.batches import Batch, add_batch
from tidewaiter.store.database import Database, open_database
from tidewaiter.store.screenings import (
    Run,
    Source,
    begin_screening,
    finish_screening,
)
from tidewaiter.store.suppression import Changed, expire, has_overdue


class Progress(Record, frozen=True, kw_only=True):
    """How far a screening is, after each step."""

    done: Done
    read: int  # bytes of the file
    size: int
    step: Step
    new: int | None  # alerts that the database did not hold; None: no database


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def screen_file(
    path: Path, options: ReadOptions, settings: Settings, journal: Path, *,
    workers: int, database: Database | None,
) -> Iterator[Progress]:  # fmt: skip
    """Screen a file; stopped at any point and called again, it goes on where it was.

    Args:
        path: The file.
        options: What the user says of it.
        settings: What it is screened by.
        journal: Where the steps are kept until the outputs are written.
        workers: Processes.
        database: Where lines and alerts are kept too, if anywhere.

    Yields:
        How far it is, after each step.
    """
    reading = msgspec.json.encode(options).decode()
    basis = basis_of(settings)
    digest = basis.digest
    size = path.stat().st_size
    with path.open("rb") as file, Journal(journal, settings, digest, reading) as kept:
        read = reader_for(path.name)(file, path.name, options)
        screening = None
        if database is not None:
            source = Source(
                sha256=settings.sha256, name=path.name, size=size, mapping=options.columns
            )
            said = msgspec.json.encode(basis).decode()
            wanted = Run(day=settings.day, registry=digest, rules=digest, basis=said)
            screening = _begin(database, source, wanted, kept)
        begun = time.monotonic()
        for step in run(read, settings, workers=workers, after=kept.done.row):
            new = None
            if database is not None and screening is not None:
                new = _store(database, screening, step)
            now = time.monotonic()
            done = kept.add(step, now - begun)
            begun = now
            place = size if file.closed else file.tell()
            yield Progress(done=done, read=place, size=size, step=step, new=new)
        if database is not None and screening is not None:
            with database.work(own_stamp()) as work:
                finish_screening(work, screening)
            take_up(database, own_stamp)


def _begin(database: Database, source: Source, wanted: Run, kept: Journal) -> int:
    """Begin a screening, or take it up; return its id."""
    with database.work(own_stamp()) as work:
        screening = begin_screening(work, source, wanted)
    if screening.rows_done < kept.done.row:  # the journal knows more: it is of another database
        kept.begin_anew()
    return screening.id


def _store(database: Database, screening: int, step: Step) -> int:
    with database.work(own_stamp()) as work:
        batch = Batch(
            lines=step.lines,
            alerts=step.screened.alerts,
            refusals=step.refusals,
            done_row=step.done_row,
        )
        return len(add_batch(work, screening, batch).alerts)


def end_overdue(database: Database) -> list[Changed]:
    """End the suppression rules whose time is over today; what rests by them is open again.

    Returns:
        The rules, with how many alerts are open again each.
    """
    stamp = own_stamp()
    day = stamp.at.date()
    with database.work() as work:
        due = has_overdue(work, day)
    if not due:  # most days: nobody waits for a writer then
        return []
    with database.work(stamp) as work:
        return expire(work, day)


@contextmanager
def database_at(place: str | None) -> Iterator[Database | None]:
    """Open the database that the user named, if any."""
    if place is None:
        yield None
        return
    with open_database(place) as database:
        yield database
