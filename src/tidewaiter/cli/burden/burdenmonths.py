"""The command `tidewaiter burden months`."""

from pathlib import Path

import click
import pyarrow as pa

from tidewaiter.burden.facts import find_indicator, find_place, place_name
from tidewaiter.burden.months import month_text
from tidewaiter.cli.burdendeclare import FILE
from tidewaiter.cli.burdenfiles import OUT, check_format, give
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.releases.shelf import Series, Shelf, releases_of
from tidewaiter.report.characters import visible


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--place", default="US", show_default=True, help="A country or a state.")
@click.option("--indicator", required=True, help="What is counted: T40.4, overdose, ...")
@click.option("--base", type=FILE, help="Months of the first window: a release by month, or CSV.")
@click.option("--out", type=OUT, help="A .csv, .jsonl or .parquet file; else CSV to stdout.")
@archived_in
def months(
    file: Path | None, place: str, indicator: str, folder: Path, **options: Path | None
) -> None:
    """Recover months from the windows of twelve that a release tells.

    They come from FILE, or from the newest release of the archive. Open months have the interval
    of the nowcast. Without base months they are approximate, and it is said.

    Example: tidewaiter burden months release.csv --indicator T40.4 --out months.csv
    """
    check_format(options["out"])
    where, what = find_place(place), find_indicator(indicator)
    found = Shelf(releases_of(file, folder)).series(where.code, what.key, options["base"])
    for note in found.months.notes:
        click.echo(visible(f"note: {note}"), err=True)
    give(_table(found), options["out"])


def _table(series: Series) -> pa.Table:
    """Return the months as they are read elsewhere: each with its release and its status."""
    figures, same = series.months.figures, series.release
    return pa.table(
        {
            "place": figures["place"],
            "place_name": [place_name(each) for each in figures["place"].to_pylist()],
            "indicator": figures["indicator"],
            "measure": figures["measure"],
            "basis": figures["basis"],
            "month": [month_text(each) for each in figures["last"].to_pylist()],
            "months": figures["months"],
            "value": figures["value"],
            "low": figures["low"],
            "high": figures["high"],
            "status": [
                "closed" if each else "provisional" for each in figures["closed"].to_pylist()
            ],
            "method": [series.months.method] * len(figures),
            "release": [same.label] * len(figures),
            "sha256": [same.sha256] * len(figures),
        }
    )
