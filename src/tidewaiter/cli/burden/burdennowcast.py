"""The command `tidewaiter burden nowcast`."""

import sys
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from tidewaiter.burden.facts import find_indicator, indicators, place_name
from tidewaiter.burden.months import month_text
from tidewaiter.burden.nowcast import nowcast as estimate
from tidewaiter.burden.nowcast.estimating import came_before
from tidewaiter.burden.nowcast.tables import as_table
from tidewaiter.burden.readers import read_release
from tidewaiter.burden.types import Reading
from tidewaiter.cli.burdenadd import SHOWN, show_notes
from tidewaiter.cli.burdenfiles import OUT, check_format, give
from tidewaiter.releases.folder import load_releases
from tidewaiter.report.characters import visible

_FILE: click.Path = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER: click.Path = click.Path(file_okay=False, path_type=Path)
_FLAGGED = 8  # places that are named on the screen


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--archive",
    "folder",
    type=_FOLDER,
    envvar="TIDEWAITER_RELEASES",
    help="Earlier releases: an archive, or a folder of their files. Setting: TIDEWAITER_RELEASES.",
)
@click.option("--indicator", "wanted", multiple=True, help="overdose, T40.4 (all); repeatable.")
@click.option("--out", type=OUT, help="A .csv, .jsonl or .parquet file; else CSV to stdout.")
def nowcast(file: Path, folder: Path | None, wanted: tuple[str, ...], out: Path | None) -> None:
    """Estimate what the provisional counts of FILE will be once they are closed.

    One file is enough; earlier releases make it better, and of these only such as came out before
    it are used. Each count stands beside its estimate with a 95 % interval and CDC's prediction.
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
    before = came_before(reading, [each.reading for each in loaded.releases])
    click.echo(f"{len(before)} earlier releases of {reading.source} in {folder}", err=True)
    return before


def _say(found: pa.Table, reading: Reading) -> None:
    """Say what the newest period comes to in a whole country, and where it is doubtful."""
    console = Console(stderr=True, highlight=False)
    newest = found.filter(pc.equal(found["lag"], 0)).to_pylist()
    nations = [row for row in newest if "-" not in row["place"] and row["reported"] is not None]
    released = month_text(reading.released) if reading.released is not None else "undated"
    for place in sorted({row["place"] for row in nations}):
        rows = [row for row in nations if row["place"] == place]
        status = "closed" if all(row["closed"] for row in rows) else "provisional"
        table = Table(
            title=f"{place_name(place)}, deaths in the twelve months to "
            f"{month_text(rows[0]['last'])}, {status}, {reading.source} released {released}",
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
        console.print(f"... and {len(seen) - _FLAGGED} more; the column flag has them")


def _name(indicator: str) -> str:
    known = indicators().get(indicator)
    return known.name if known else indicator


def _count(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _interval(row: dict[str, float | None]) -> str:
    if row["low"] is None or row["high"] is None:
        return ""
    return f"{row['low']:,.0f} to {row['high']:,.0f}"
