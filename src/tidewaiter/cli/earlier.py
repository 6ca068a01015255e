"""Earlier files of a screening: their alerts are added up with those of the file, not shown."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import click
import msgspec
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.bulk.marks import Before
from tidewaiter.bulk.run import Settings, run, workers_for
from tidewaiter.cli.options import printable
from tidewaiter.consignments.past.allowed import Allowed
from tidewaiter.consignments.past.book import Inspected
from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.types import Alert, ReadOptions
from tidewaiter.node import database_at, hash_file
from tidewaiter.store.database import Work
from tidewaiter.store.inspected import alerts_naming, holds_other, inspected
from tidewaiter.store.lines import stored_batches


def check_history(files: Sequence[Path], settings: Settings) -> None:
    """Check, before a long screening, that no file would be counted twice.

    Raises:
        InputError: A file is the one that is screened, or stands there twice.
    """
    seen = {settings.sha256}
    for path in files:
        sha256 = hash_file(path)
        if sha256 in seen:
            raise InputError(
                "its lines would be counted twice",
                at=str(path),
                hint="name each earlier file once, and not the one that is screened",
            )
        seen.add(sha256)


def lines_of(
    files: Sequence[Path], options: ReadOptions, *, unread: bool = False
) -> Iterator[pa.RecordBatch]:
    """Read files again.

    Args:
        files: In their order.
        options: How they are read.
        unread: Carry what is not read, for lines that become alerts.
    """
    for path in files:
        with path.open("rb") as file:
            for part in reader_for(path.name, unread=unread)(file, path.name, options):
                if isinstance(part, pa.RecordBatch):
                    yield part


def before_of(
    files: Sequence[Path], options: ReadOptions, place: str | None, sha256: str,
    allowed: tuple[Allowed, ...] = (),
) -> Before | None:  # fmt: skip
    """Return what earlier files, a database and a register hold; None: nothing.

    Args:
        files: Those before.
        options: How they are read.
        place: Of the database, if any.
        sha256: Of the file that is screened, whose lines the database holds too.
        allowed: By the register.
    """

    def work() -> AbstractContextManager[Work | None]:
        return _work(place)

    def lines() -> Iterator[pa.RecordBatch]:
        yield from lines_of(files, options)
        with work() as held:
            for stored in stored_batches(held) if held else ():
                if stored.sha256 != sha256:
                    yield stored.lines

    def stored(substances: tuple[str, ...] | None) -> Iterator[Alert]:
        with work() as held:
            if held is not None:
                yield from alerts_naming(held, substances, but=sha256)

    def results() -> Iterator[Inspected]:
        with work() as held:
            if held is not None:
                yield from inspected(held)

    with work() as held:
        if not files and not allowed and (held is None or not holds_other(held, sha256)):
            return None
    return Before(lines, stored, results, allowed)


@contextmanager
def _work(place: str | None) -> Iterator[Work | None]:
    with database_at(place) as database:
        if database is None:
            yield None
            return
        with database.work() as work:
            yield work


def earlier_alerts(
    files: Sequence[Path], options: ReadOptions, settings: Settings, *, workers: int
) -> Iterator[Alert]:
    """Screen earlier files in the same way; what could not be read of them is counted.

    Yields:
        Their alerts.

    Raises:
        InputError: A file cannot be read.
    """
    for path in files:
        here = msgspec.structs.replace(settings, file=printable(path.name), sha256=hash_file(path))
        refused = 0
        with path.open("rb") as file:
            read = reader_for(path.name)(file, path.name, options)
            for step in run(read, here, workers=workers_for(path, workers)):
                refused += len(step.refusals)
                yield from step.screened.alerts
        if refused:
            text = f"{refused} rows or fields of {path.name} refused: sums may be too low"
            click.echo(printable(text), err=True)
