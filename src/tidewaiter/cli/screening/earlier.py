"""Earlier files of a screening: their alerts are added up with those of the file, not shown."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
import msgspec
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.bulk.run import Settings, run, workers_for
from tidewaiter.cli.options import printable
from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.types import Alert, ReadOptions
from tidewaiter.node import hash_file


def check_files(files: Iterable[Path]) -> None:
    """Check that what is screened can be read several times.

    Raises:
        InputError: It is no file.
    """
    for path in files:
        if not path.is_file():
            hint = "save what comes out of it as a file first"
            raise InputError("a pipe or a device cannot be screened", at=str(path), hint=hint)


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
            click.echo(refused_of(path.name, refused), err=True)


def refused_of(name: str, count: int) -> str:
    """Say of an earlier file how much of it could not be read."""
    return printable(f"{count} rows or fields of {name} refused: sums may be too low")
