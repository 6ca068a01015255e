"""The command `tidewaiter burden supply`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from tidewaiter.base.errors import InputError
from tidewaiter.burden.drugs import supply_name
from tidewaiter.burden.facts import find_place
from tidewaiter.burden.months import month_text
from tidewaiter.burden.supply import LIMITS, SOURCES, Supplied, chosen, supplied
from tidewaiter.cli.burdenadd import Month, show_notes
from tidewaiter.cli.burdenfiles import OUT, check_format, give
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.releases.folder import Loaded, load_releases, read_releases
from tidewaiter.report.characters import visible

_COLUMNS = pa.schema(
    [
        pa.field("indicator", pa.string()),
        pa.field("indicator_name", pa.string()),
        pa.field("measure", pa.string()),
        pa.field("place", pa.string()),
        pa.field("from", pa.string()),  # first month of the period
        pa.field("to", pa.string()),  # last month of the period
        pa.field("value", pa.float64()),
        pa.field("state", pa.string()),  # provisional, closed, not told
        pa.field("release", pa.string()),
        pa.field("file", pa.string()),
        pa.field("before", pa.float64()),  # what the release before said, where it differs
        pa.field("before_release", pa.string()),
    ]
)
_SHOWN = ("place", "period", "value", "state", "release", "before")
_MOST = 36  # rows of a series on the screen
_STATES = {False: "provisional", True: "closed", None: "not told"}


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--indicator",
    "indicators",
    multiple=True,
    help="seized-fentanyl, reported-fentanyl; may be given again.",
)
@click.option("--measure", default="", help="events, pounds, reports or estimated reports.")
@click.option(
    "--place",
    default="US",
    show_default=True,
    help="Reports are by state too; seizures are of the nation.",
)
@click.option("--from", "since", type=Month(), help="Periods that end in this month or later.")
@click.option(
    "--as",
    "form",
    type=click.Choice(("table", "csv", "json")),
    default="table",
    show_default=True,
    help="A table of the last periods, or all as CSV or JSON lines.",
)
@click.option("--out", type=OUT, help="A .csv, .jsonl or .parquet file instead.")
@archived_in
def supply(
    paths: tuple[Path, ...], folder: Path, form: str, out: Path | None, **options: Any
) -> None:
    """Show seizures by month and laboratory reports by year, from PATHS or the archive.

    Each number is that of the newest release that has it; releases that overlap are revisions
    of each other and are never added. Seizures mix enforcement with supply, and a laboratory
    report is no seizure.
    Exit status 1: some files could not be read.

    Example: tidewaiter burden supply --indicator seized-fentanyl --measure pounds
    """
    check_format(out)
    loaded = [
        read_releases(paths, source) if paths else load_releases(folder, source)
        for source in SOURCES
    ]
    series = _chosen(_series(loaded, str(folder)), **options)
    if form == "table" and out is None:
        _print_tables(series)
    else:
        table = pa.Table.from_pylist([_row(each) for each in series], schema=_COLUMNS)
        if form == "json" and out is None:
            for row in table.to_pylist():
                click.echo(msgspec.json.encode(row))
        else:
            give(table, out)
        for limit in LIMITS:
            click.echo(limit, err=True)
    skipped = dict.fromkeys(note for each in loaded for note in each.skipped)
    show_notes("releases", tuple(skipped), len(skipped))
    sys.exit(1 if skipped else 0)


def _series(loaded: Sequence[Loaded], folder: str) -> tuple[Supplied, ...]:
    series = supplied(release for each in loaded for release in each.releases)
    if not series:
        raise InputError(
            "there are neither seizures nor reports",
            at=folder,
            hint="name files of CBP or NFLIS, or keep them first: tidewaiter burden add FILE",
        )
    return series


def _chosen(
    series: tuple[Supplied, ...],
    indicators: tuple[str, ...],
    measure: str,
    place: str,
    since: int | None,
) -> tuple[Supplied, ...]:
    known = {each.indicator for each in series}
    for indicator in indicators:
        if indicator not in known:
            hint = "one of: " + ", ".join(sorted(known))
            raise InputError(f'"{indicator}" is in none of the releases', hint=hint)
    found = chosen(series, indicators, measure, find_place(place).code, since)
    if not found:
        raise InputError(
            "no number is of that place, measure and time", hint="ask for less, or for the US"
        )
    return found


def _print_tables(series: Sequence[Supplied]) -> None:
    console = Console(highlight=False)
    by_name: dict[tuple[str, str], list[Supplied]] = {}
    for each in series:
        by_name.setdefault((each.indicator, each.measure), []).append(each)
    for (indicator, measure), numbers in by_name.items():
        title = f"{supply_name(indicator)}, {measure} ({indicator})"
        table = Table(title=visible(title), title_justify="left", box=None, header_style="bold")
        for name in _SHOWN:
            table.add_column(
                name,
                no_wrap=name in {"period", "value"},
                overflow="fold",
                justify="right" if name == "value" else "left",
            )
        for each in numbers[-_MOST:]:
            table.add_row(*map(visible, _cells(each)))
        console.print(table)
        if len(numbers) > _MOST:
            hidden = len(numbers) - _MOST
            console.print(f"{hidden:,} earlier periods are left out; --as csv has them")
        console.print()
    for limit in LIMITS:
        console.print(limit, style="dim")


def _cells(each: Supplied) -> tuple[str, ...]:
    said = each.revised
    before = f"{_number(said.value)} ({said.release})" if said else ""
    first, last = _period(each)
    return (
        each.place,
        last if first == last else f"{first}/{last}",
        _number(each.value),
        _STATES[each.closed],
        each.release,
        before,
    )


def _row(each: Supplied) -> dict[str, object]:
    said, (first, last) = each.revised, _period(each)
    values = (
        each.indicator,
        supply_name(each.indicator),
        each.measure,
        each.place,
        first,
        last,
        each.value,
        _STATES[each.closed],
        each.release,
        each.file,
        said.value if said else None,
        said.release if said else "",
    )
    return dict(zip(_COLUMNS.names, values, strict=True))


def _period(each: Supplied) -> tuple[str, str]:
    return month_text(each.last - each.months + 1), month_text(each.last)


def _number(value: float | None) -> str:
    if value is None:
        return "not shown"
    return f"{value:,.0f}" if value.is_integer() else f"{value:,.1f}"
