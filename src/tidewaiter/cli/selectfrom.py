"""What a selection is made from: a file of alerts and files of lines, or a database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.cli.options import Day
from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.types import Alert, ReadOptions
from tidewaiter.ranking.model import Ranker
from tidewaiter.selection.gathering import (
    candidate_of_alert,
    candidates_of_lines,
    with_chances,
)
from tidewaiter.selection.types import Candidate
from tidewaiter.store.database import open_database
from tidewaiter.store.selecting import (
    Days,
    file_label,
    lines_seen,
    open_alerts_seen,
    restricted_seen,
)

F = TypeVar("F", bound=Callable[..., None])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS = (
    click.argument("alerts", required=False, type=_FILE),
    click.option(
        "--lines",
        type=_FILE,
        multiple=True,
        help="The file that was screened: the lot is drawn over all its lines.",
    ),
    click.option("--db", help="Select from a database: a path, or postgresql+psycopg://..."),
    click.option("--from", "first", type=Day(), help="Of --db: files that came in on this day."),
    click.option("--to", "last", type=Day(), help="Of --db: ... up to this day (UTC)."),
    click.option(
        "--restricted",
        is_flag=True,
        help="Of --db: alerts on restricted entries too; the list is as secret as they.",
    ),
)


class From(Record, frozen=True, kw_only=True):
    """What is selected from."""

    alerts: Path | None
    lines: tuple[Path, ...]
    db: str | None
    first: Any
    last: Any
    restricted: bool


def from_options(command: F) -> F:
    """Give a command the options that say what is selected from, for `From`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_alerts(path: Path) -> Iterator[Alert]:
    """Read a file of alerts, as `tidewaiter screen --out alerts.jsonl` writes them.

    Raises:
        InputError: A line of it is no alert.
    """
    decoder = msgspec.json.Decoder(Alert)
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield decoder.decode(line)
            except msgspec.MsgspecError as error:
                hint = "give the .jsonl file that `tidewaiter screen --out` wrote"
                raise InputError(f"{error}", at=f"{path}, line {number}", hint=hint) from error


def gather(source: From, ranker: Ranker | None = None) -> Iterator[Candidate]:
    """Yield the lines to select from, those with an alert first.

    Args:
        source: Files, or a database.
        ranker: What says how likely an alert is right; None: nothing does.

    Raises:
        InputError: A file cannot be read.
        UsageError: Neither files nor a database are named, or both.
    """
    if (source.db is None) == (source.alerts is None):
        raise click.UsageError("give a file of alerts, or a database: --db")
    if source.db is not None:
        if source.lines:
            raise click.UsageError("--lines goes with a file of alerts; a database holds its own")
        yield from _of_database(source.db, source, ranker)
        return
    if source.first or source.last or source.restricted:
        raise click.UsageError("--from, --to and --restricted go with --db")
    alerts = ((alert.file, alert) for alert in read_alerts(source.alerts or Path()))
    yield from _of_alerts(alerts, ranker)
    for path in source.lines:
        yield from _of_file(path)
    if not source.lines:
        click.echo(
            "the lot is drawn over lines with an alert only: give the file that was "
            "screened with --lines",
            err=True,
        )


def _of_alerts(alerts: Iterator[tuple[str, Alert]], ranker: Ranker | None) -> Iterator[Candidate]:
    for label, alert in alerts:
        said = {} if ranker is None else {alert.id: ranker.says(alert)}
        yield from with_chances([candidate_of_alert(alert, label)], said)


def _of_file(path: Path) -> Iterator[Candidate]:
    refused = 0
    with path.open("rb") as file:
        for each in reader_for(path.name)(file, path.name, ReadOptions()):
            if isinstance(each, pa.RecordBatch):
                yield from candidates_of_lines(each, path.name)
            else:
                refused += not each.screened
    if refused:
        rows = "1 row" if refused == 1 else f"{refused:,} rows"
        click.echo(f"{path.name}: {rows} could not be read; no lot falls on them", err=True)


def _of_database(place: str, source: From, ranker: Ranker | None) -> Iterator[Candidate]:
    days = Days(first=source.first, last=source.last)
    with open_database(place) as database, database.work() as work:
        if not source.restricted and (hidden := restricted_seen(work, days)):
            click.echo(
                f"{hidden:,} alerts on restricted entries are left out: --restricted", err=True
            )
        found = open_alerts_seen(work, days, restricted=source.restricted)
        yield from _of_alerts(found, ranker)
        for batch in lines_seen(work, days):
            yield from candidates_of_lines(batch.lines, file_label(batch.name, batch.sha256))
