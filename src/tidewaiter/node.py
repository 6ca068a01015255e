"""A running installation: what a file is screened by, and where what is found is kept."""

import getpass
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data
from tidewaiter.bulk.journal import Done, Journal
from tidewaiter.bulk.run import Settings, Step, run, screen_batch
from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.types import Alert, ReadOptions
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.judgements import FILE as JUDGEMENTS
from tidewaiter.store.alerts import add_alerts, known_alerts
from tidewaiter.store.batches import Batch, add_batch
from tidewaiter.store.database import Database, Stamp, Work, open_database
from tidewaiter.store.lines import StoredBatch, stored_batches
from tidewaiter.store.screenings import (
    Run,
    Source,
    begin_screening,
    finish_screening,
    source_of,
)
from tidewaiter.substances.registry import load_registry


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


def registry_digest(settings: Settings) -> str:
    """Return the version of all that settles what is found: registry, rules, programme."""
    rules = (settings.rules or data("rules", "alerts.toml")).read_bytes()
    registry = load_registry(settings.own).digest
    lists: tuple[str, ...] = ()
    if settings.lists:
        archive = Archive(settings.lists)
        kept = (archive.at(slug, settings.day) for slug in archive.slugs())
        lists = tuple(each.version.sha256 for each in kept if each)
        judgements = settings.lists / JUDGEMENTS
        lists += (hash_file(judgements),) if judgements.is_file() else ()
        lists += (settings.threshold.value,) if settings.threshold else ()
    said = f"{registry} {version('tidewaiter')} {settings.street} {' '.join(lists)}".encode()
    return hashlib.sha256(said + b"\0" + rules).hexdigest()[:32]


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
    digest = registry_digest(settings)
    size = path.stat().st_size
    with path.open("rb") as file, Journal(journal, settings, digest, reading) as kept:
        read = reader_for(path.name)(file, path.name, options)
        screening = None
        if database is not None:
            source = Source(
                sha256=settings.sha256, name=path.name, size=size, mapping=options.columns
            )
            screening = _begin(
                database, source, Run(day=settings.day, registry=digest, rules=digest), kept
            )
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
            with database.work(_stamp()) as work:
                finish_screening(work, screening)


def _begin(database: Database, source: Source, wanted: Run, kept: Journal) -> int:
    """Begin a screening, or take it up; return its id."""
    with database.work(_stamp()) as work:
        screening = begin_screening(work, source, wanted)
    if screening.rows_done < kept.done.row:  # the journal knows more: it is of another database
        kept.begin_anew()
    return screening.id


def _store(database: Database, screening: int, step: Step) -> int:
    with database.work(_stamp()) as work:
        batch = Batch(
            lines=step.lines,
            alerts=step.screened.alerts,
            refusals=step.refusals,
            done_row=step.done_row,
        )
        return len(add_batch(work, screening, batch).alerts)


@contextmanager
def screen_again(
    database: Database, settings: Settings
) -> Iterator[Iterator[tuple[StoredBatch, list[Alert]]]]:
    """Screen all lines of a database anew, and keep the alerts that it did not hold.

    They are kept, all or none, when the block ends without an error: write them first, so that
    a stop in the middle lets them be found as new once more.

    Args:
        database: With past screenings.
        settings: What the lines are screened by; file and hash are those of each source.

    Yields:
        Each batch of lines and its new alerts. Going through them raises an InputError where
        the database holds no lines.
    """
    with TemporaryFile() as found:
        yield _screen_stored(database, settings, found)
        found.seek(0)
        with database.work(_stamp()) as work:
            _keep(work, settings, found)


def _screen_stored(
    database: Database, settings: Settings, found: IO[bytes]
) -> Iterator[tuple[StoredBatch, list[Alert]]]:
    """Screen each batch of lines; note for each the source and the new alerts."""
    seen: set[str] = set()  # the same bytes may be two sources
    after = 0
    while True:
        with database.work() as work:
            stored = next(stored_batches(work, after=after), None)
        if stored is None:
            break
        after = stored.last
        here = msgspec.structs.replace(settings, file=stored.name, sha256=stored.sha256)
        screened = screen_batch(stored.lines, here)
        with database.work() as work:
            known = known_alerts(work, screened.alerts) | seen
        new = [alert for alert in screened.alerts if alert.id not in known]
        seen.update(alert.id for alert in new)
        found.write(msgspec.json.encode((stored.source, new)) + b"\n")
        yield stored, new
    if after == 0:
        raise InputError(
            "the database holds no lines yet",
            hint="screen a file into it first: tidewaiter screen manifest.csv --db cases.db",
        )


def _keep(work: Work, settings: Settings, found: IO[bytes]) -> None:
    """Keep what was noted, as a screening of each source."""
    digest = registry_digest(settings)
    wanted = Run(day=settings.day, registry=digest, rules=digest)
    begun: dict[int, int] = {}  # source to screening
    for line in found:
        source, new = msgspec.json.decode(line, type=tuple[int, list[Alert]])
        if source not in begun:
            begun[source] = begin_screening(work, source_of(work, source), wanted).id
        add_alerts(work, begun[source], new)
    for screening in begun.values():
        finish_screening(work, screening)


@contextmanager
def database_at(place: str | None) -> Iterator[Database | None]:
    """Open the database that the user named, if any."""
    if place is None:
        yield None
        return
    with open_database(place) as database:
        yield database


def _stamp() -> Stamp:
    """Say who does something, and when."""
    return Stamp(who=getpass.getuser(), at=datetime.now(UTC))
