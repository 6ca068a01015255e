"""The commands `tidewaiter burden` figures, supply, nowcast and backtest, and their files."""

import csv
import io
import os
import sys
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import neutralise, visible
from tidewaiter.burden.indicators import find_indicator, find_place, indicators, place_name
from tidewaiter.burden.nowcast import nowcast as estimate
from tidewaiter.burden.nowcast.backtest import Block, Tested, blocks
from tidewaiter.burden.nowcast.backtest import backtest as run
from tidewaiter.burden.nowcast.estimates import as_table, earlier_releases
from tidewaiter.burden.nowcast.model import before_data
from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.releases.folder import Loaded, load_releases, read_releases
from tidewaiter.burden.supply import LIMITS, SOURCES, Supplied, chosen, supplied, supply_name
from tidewaiter.burden.types import Reading, Release, month_text
from tidewaiter.burden.views.tidy import Wanted, tidy
from tidewaiter.cli.burden.releases import SHOWN, Month, archived_in, show_notes
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import FILE, OUT_FILE, ok_with_refusals

_FORMATS = (".csv", ".jsonl", ".parquet")


def check_format(out: Path | None) -> None:
    """Check that the suffix of an output file names a supported format.

    Raises:
        InputError: The suffix is not supported.
    """
    if out and out.suffix.lower() not in _FORMATS:
        raise InputError(
            "cli/not-a-format", suffix=out.suffix, formats=", ".join(_FORMATS), at=str(out)
        )


def give(table: pa.Table, out: Path | None) -> None:
    """Write a table to a file, or as CSV to stdout if no file is named."""
    content = _written(table, out.suffix.lower() if out else ".csv")
    if out is None:
        click.echo(content, nl=False)
        return
    with replacing(out, str(os.getpid())) as part:
        part.write_bytes(content)


def _written(table: pa.Table, form: str) -> bytes:
    file = BytesIO()
    if form == ".parquet":
        pq.write_table(table, file, compression="zstd")
    elif form == ".jsonl":
        file.writelines(english_json(row) + b"\n" for row in table.to_pylist())
    else:
        # No byte-order mark, which our other CSV files have for spreadsheets: programs of
        # statistics take it for a part of the first title.
        text = io.StringIO(newline="")
        rows = csv.writer(text)
        rows.writerow(table.schema.names)
        rows.writerows(
            [neutralise(_cell(value)) for value in row.values()] for row in table.to_pylist()
        )
        file.write(text.getvalue().encode("utf-8"))
    return file.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value)


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
_STATES = {False: "provisional", True: "closed", None: "not stated"}


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--indicator",
    "indicators",
    multiple=True,
    help="Indicator: seized-fentanyl or reported-fentanyl; can be repeated.",
)
@click.option(
    "--measure", default="", help="Measure: events, pounds, reports or estimated reports."
)
@click.option(
    "--place",
    default="US",
    show_default=True,
    help="Place. Laboratory reports are also available by state; seizures only for the "
    "whole country.",
)
@click.option("--from", "since", type=Month(), help="Only periods that end in this month or later.")
@click.option(
    "--as",
    "form",
    type=click.Choice(("table", "csv", "json")),
    default="table",
    show_default=True,
    help="Output: a table of the latest periods, or all periods as CSV or JSON Lines.",
)
@click.option("--out", type=OUT_FILE, help="Write a .csv, .jsonl or .parquet file instead.")
@archived_in
@ok_with_refusals
def supply(
    paths: tuple[Path, ...], folder: Path, form: str, out: Path | None, **options: Any
) -> None:
    """Show seizures by month and laboratory reports by year, from PATHS or the archive.

    Each number comes from the newest release that has it; overlapping releases revise each other
    and are never added. Seizure figures reflect enforcement as well as supply, and a laboratory
    report is not a seizure.
    Exit status 1: some files could not be read.

    Example: tidewaiter burden supply --indicator seized-fentanyl --measure pounds
    """
    check_format(out)
    loaded = [
        read_releases(paths, source) if paths else load_releases(folder, source)
        for source in SOURCES
    ]
    series = _chosen_series(_series(loaded, str(folder)), **options)
    if form == "table" and out is None:
        _print_tables(series)
    else:
        table = pa.Table.from_pylist([_row(each) for each in series], schema=_COLUMNS)
        if form == "json" and out is None:
            for row in table.to_pylist():
                click.echo(english_json(row))
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
        raise InputError("cli/no-seizures-or-reports", at=folder)
    return series


def _chosen_series(
    series: tuple[Supplied, ...],
    indicators: tuple[str, ...],
    measure: str,
    place: str,
    since: int | None,
) -> tuple[Supplied, ...]:
    known = {each.indicator for each in series}
    for indicator in indicators:
        if indicator not in known:
            raise InputError(
                "cli/indicator-in-no-release", indicator=indicator, known=", ".join(sorted(known))
            )
    found = chosen(series, indicators, measure, find_place(place).code, since)
    if not found:
        raise InputError("cli/no-such-number")
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
            console.print(f"{hidden:,} earlier periods are not shown; use --as csv to see them")
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


_FOLDER: click.Path = click.Path(file_okay=False, path_type=Path)
_FLAGGED = 8  # places that are named on the screen


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--archive",
    "folder",
    type=_FOLDER,
    envvar="TIDEWAITER_RELEASES",
    help="Earlier releases: an archive, or a folder of release files. Setting: "
    "TIDEWAITER_RELEASES.",
)
@click.option("--indicator", "wanted", multiple=True, help="overdose, T40.4 (all); repeatable.")
@click.option(
    "--out", type=OUT_FILE, help="A .csv, .jsonl or .parquet file (default: CSV to stdout)."
)
@ok_with_refusals
def nowcast(file: Path, folder: Path | None, wanted: tuple[str, ...], out: Path | None) -> None:
    """Estimate the final values of the provisional counts in FILE.

    One file is enough. Earlier releases improve the estimate; only those published before FILE are
    used. Each count is shown with its estimate, a 95 % interval and CDC's prediction.
    Exit status 1: some rows of FILE could not be read.

    Example: tidewaiter burden nowcast release.csv --archive releases --out nowcast.csv
    """
    check_format(out)
    keys = [find_indicator(text).key for text in wanted]
    reading = read_release(file.read_bytes(), file.name)
    show_notes(file.name, reading.notes, SHOWN)
    found = estimate(reading, _earlier(folder, reading))
    if keys:
        found = found.filter(pc.is_in(found["indicator"], pa.array(keys)))
    _say(found, reading)
    give(as_table(found, reading), out)
    sys.exit(1 if reading.refused else 0)


def _earlier(folder: Path | None, reading: Reading) -> list[Reading]:
    if not folder:
        return []
    loaded = load_releases(folder, reading.source)
    if loaded.skipped:
        show_notes(str(folder), loaded.skipped, 3)
    before = earlier_releases(reading, [each.reading for each in loaded.releases])
    click.echo(f"{len(before)} earlier releases of {reading.source} in {folder}", err=True)
    return before


def _say(found: pa.Table, reading: Reading) -> None:
    """Print the newest period for the whole country, and the estimates with warnings."""
    console = Console(stderr=True, highlight=False)
    newest = found.filter(pc.equal(found["lag"], 0)).to_pylist()
    nations = [row for row in newest if "-" not in row["place"] and row["reported"] is not None]
    released = month_text(reading.released) if reading.released is not None else "undated"
    for place in sorted({row["place"] for row in nations}):
        rows = [row for row in nations if row["place"] == place]
        status = "closed" if all(row["closed"] for row in rows) else "provisional"
        table = Table(
            title=f"{place_name(place)}, deaths in the twelve months ending "
            f"{month_text(rows[0]['last'])}, {status}, {reading.source} released "
            f"{released}",
            title_justify="left",
            box=None,
            header_style="bold",
        )
        table.add_column("what")
        for head in ("reported", "estimate", "95 % interval", "source's own"):
            table.add_column(head, justify="right", no_wrap=True)
        for row in rows:
            table.add_row(
                _name(row["indicator"]),
                _count(row["reported"]),
                _count(row["estimate"]),
                _interval(row),
                _count(row["predicted"]),
            )
        console.print(table)
    odd = [row for row in newest if row["flag"] and row["method"] != "none"]
    seen = {row["place"]: row["flag"] for row in odd if row["indicator"] == "overdose"}
    for place, flag in list(seen.items())[:_FLAGGED]:
        console.print(visible(f"unusual: {place_name(place)}: {flag}"), markup=False)
    if len(seen) > _FLAGGED:
        console.print(f"... and {len(seen) - _FLAGGED} more; see the column flag")


def _name(indicator: str) -> str:
    known = indicators().get(indicator)
    return known.name if known else indicator


def _count(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _interval(row: dict[str, float | None]) -> str:
    if row["low"] is None or row["high"] is None:
        return ""
    return f"{row['low']:,.0f} to {row['high']:,.0f}"


@click.command()
@click.option(
    "--judge",
    "judges",
    type=FILE,
    multiple=True,
    help="A later release, to compare with (default: those in the archive).",
)
@click.option("--source", default="cdc-vsrr", show_default=True, help="Source of the releases.")
@click.option(
    "--indicator",
    "wanted",
    multiple=True,
    default=("overdose", "T40.4"),
    show_default=True,
    help="Indicator; can be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each block.")
@archived_in
def backtest(
    judges: tuple[Path, ...], source: str, wanted: tuple[str, ...], folder: Path, *, as_json: bool
) -> None:
    """Back-test the estimates: nowcast each release, then compare with later ones.

    Covers places with 100 deaths or more and the seven newest months of each release. Each method
    is shown beside the reported count and CDC's prediction.

    Example: tidewaiter burden backtest --archive releases
    """
    loaded = load_releases(folder, source)
    if loaded.skipped:
        show_notes(str(folder), loaded.skipped, 3)
    releases = [each.reading for each in loaded.releases]
    later = [read_release(file.read_bytes(), file.name) for file in judges] or releases
    keys = [find_indicator(text).key for text in wanted]
    tested = list(run(releases, later, keys, before_data))
    if not tested:
        raise InputError("cli/no-release-to-judge", at=str(folder))
    found = blocks(tested)
    if as_json:
        for block in found:
            click.echo(english_json(block))
        return
    _print(found, tested)


def _print(found: Sequence[Block], tested: Sequence[Tested]) -> None:
    console = Console(highlight=False)
    months = sorted({each.released for each in tested})
    console.print(
        f"{len(months)} releases, {month_text(months[0])} to {month_text(months[-1])}; lags 0 to 6;"
        " errors in percent of the closed count",
        markup=False,
    )
    for block in found:
        what = "nation" if block.nation else "states with 100 deaths or more"
        table = Table(
            title=(
                f"{indicators()[block.indicator].name}: {what}, {how_many(block.cells, 'cell')}; "
                f"{block.covered:.1f} % inside the interval, width {block.width:.1f} %"
            ),
            title_justify="left",
            box=None,
            header_style="bold",
        )
        for head in ("method", "cells", "mean error", "at lag 0", "bias", "largest"):
            table.add_column(head, justify="left" if head == "method" else "right")
        for score in block.scores:
            table.add_row(
                score.method,
                f"{score.cells:,}",
                f"{score.error:.2f}",
                f"{score.newest:.2f}",
                f"{score.bias:+.2f}",
                f"{score.largest:.1f}",
            )
        console.print(table)
        covered = ", ".join(f"{share:.0f}" for share in block.covered_by_lag)
        console.print(f"  coverage of the interval by lag: {covered} %", markup=False)


_NEWEST = "newest"


@click.command()
@click.option(
    "--place",
    "places",
    multiple=True,
    help="Place, for example US, Ohio or US-39049; can be repeated.",
)
@click.option("--indicator", "indicators", multiple=True, help="overdose, T40.4; repeatable.")
@click.option("--source", default="", help="Only this source.")
@click.option(
    "--release",
    default="",
    help='Release: a month, a SHA-256, or "newest" for the newest of each source.',
)
@click.option("--from", "first", type=Month(), help="Only periods that end in this month or later.")
@click.option("--to", "last", type=Month(), help="Only periods that end in this month or earlier.")
@click.option(
    "--out", type=OUT_FILE, help="A .csv, .jsonl or .parquet file (default: CSV to stdout)."
)
@archived_in
@ok_with_refusals
def figures(folder: Path, out: Path | None, **options: Any) -> None:
    """Export figures with their release, place, period, basis and status.

    Twelve-month periods overlap: do not add rows for one place over time.

    Example: tidewaiter burden figures --place US --indicator overdose --release newest
    """
    check_format(out)
    loaded = load_releases(folder, options["source"])
    show_notes(str(folder), loaded.skipped, len(loaded.skipped))
    releases = _chosen_releases(loaded.releases, options["release"])
    places, counted = _held(releases, "place"), _held(releases, "indicator")
    wanted = Wanted(
        places=tuple(_place(text, places) for text in options["places"]),
        indicators=tuple(
            text if text in counted else find_indicator(text).key for text in options["indicators"]
        ),
        first=options["first"],
        last=options["last"],
    )
    give(tidy(releases, wanted), out)
    sys.exit(1 if loaded.skipped else 0)


def _held(releases: Iterable[Release], column: str) -> set[str]:
    return {each for one in releases for each in one.reading.figures[column].unique().to_pylist()}


def _place(text: str, known: set[str]) -> str:
    """Find a place; a code in the figures takes precedence over a state with that code."""
    return text.upper() if text.upper() in known else find_place(text).code


def _chosen_releases(releases: tuple[Release, ...], wanted: str) -> list[Release]:
    if not wanted:
        return list(releases)
    if wanted == _NEWEST:
        return list({each.reading.source: each for each in releases}.values())
    found = [
        each
        for each in releases
        if each.label.endswith(f" {wanted}")
        or each.label == wanted
        or each.sha256.startswith(wanted)
    ]
    if not found:
        known = ", ".join(each.label for each in releases) or "none"
        raise InputError("cli/not-a-kept-release", wanted=wanted, known=known)
    return found
