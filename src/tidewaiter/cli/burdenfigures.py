"""The command `tidewaiter burden figures`."""

import os
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import click
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.burden.facts import find_indicator, find_place
from tidewaiter.burden.tidy import Wanted, tidy
from tidewaiter.burden.types import Release
from tidewaiter.cli.burdenadd import Month, show_notes
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.releases.folder import load_releases
from tidewaiter.report.cells import neutralise
from tidewaiter.report.exports import CsvTable

_FORMATS = (".csv", ".jsonl", ".parquet")
_NEWEST = "newest"
_OUT: click.Path = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--place", "places", multiple=True, help="US, Ohio, US-39049; may be given again.")
@click.option("--indicator", "indicators", multiple=True, help="overdose, T40.4; repeatable.")
@click.option("--source", default="", help="Of this source alone.")
@click.option("--release", default="", help='A month, a SHA-256, or "newest": of each source.')
@click.option("--from", "first", type=Month(), help="Periods that end in this month or later.")
@click.option("--to", "last", type=Month(), help="Periods that end in this month or earlier.")
@click.option("--out", type=_OUT, help="A .csv, .jsonl or .parquet file; else CSV to stdout.")
@archived_in
def figures(folder: Path, out: Path | None, **options: Any) -> None:
    """Export figures: each with its release, place, period, basis, and whether it is closed.

    Twelve-month periods overlap: rows of one place never add up in time.

    Example: tidewaiter burden figures --place US --indicator overdose --release newest
    """
    form = out.suffix.lower() if out else ".csv"
    if form not in _FORMATS:
        raise InputError(f'"{form}" is no format', at=str(out), hint=f"one of {_FORMATS}")
    loaded = load_releases(folder, options["source"])
    show_notes(str(folder), loaded.skipped, len(loaded.skipped))
    releases = _chosen(loaded.releases, options["release"])
    known = {
        code for each in releases for code in each.reading.figures["place"].unique().to_pylist()
    }
    wanted = Wanted(
        places=tuple(_place(text, known) for text in options["places"]),
        indicators=tuple(find_indicator(text).key for text in options["indicators"]),
        first=options["first"],
        last=options["last"],
    )
    content = _written(tidy(releases, wanted), form)
    if out is None:
        click.echo(content, nl=False)
    else:
        with replacing(out, str(os.getpid())) as part:
            part.write_bytes(content)
    sys.exit(1 if loaded.skipped else 0)


def _place(text: str, known: set[str]) -> str:
    """Find a place; a code that the figures have is that place, though a state has it too."""
    return text.upper() if text.upper() in known else find_place(text).code


def _chosen(releases: tuple[Release, ...], wanted: str) -> list[Release]:
    if not wanted:
        return list(releases)
    if wanted == _NEWEST:
        return list({each.reading.source: each for each in releases}.values())
    found = [
        each for each in releases
        if each.label.endswith(f" {wanted}") or each.label == wanted
        or each.sha256.startswith(wanted)
    ]  # fmt: skip
    if not found:
        known = ", ".join(each.label for each in releases) or "none"
        raise InputError(f'"{wanted}" is no release that is kept', hint=f"kept: {known}")
    return found


def _written(table: pa.Table, form: str) -> bytes:
    file = BytesIO()
    if form == ".parquet":
        pq.write_table(table, file, compression="zstd")
    elif form == ".jsonl":
        file.writelines(msgspec.json.encode(row) + b"\n" for row in table.to_pylist())
    else:
        CsvTable(file, table.schema.names).rows(
            [neutralise(_cell(value)) for value in row.values()] for row in table.to_pylist()
        )
    return file.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value)
