"""The command `tidewaiter burden figures`."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from tidewaiter.base.errors import InputError
from tidewaiter.burden.facts import find_indicator, find_place
from tidewaiter.burden.tidy import Wanted, tidy
from tidewaiter.burden.types import Release
from tidewaiter.cli.burdenadd import Month, show_notes
from tidewaiter.cli.burdenfiles import OUT, check_format, give
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.releases.folder import load_releases

_NEWEST = "newest"


@click.command()
@click.option("--place", "places", multiple=True, help="US, Ohio, US-39049; may be given again.")
@click.option("--indicator", "indicators", multiple=True, help="overdose, T40.4; repeatable.")
@click.option("--source", default="", help="Of this source alone.")
@click.option("--release", default="", help='A month, a SHA-256, or "newest": of each source.')
@click.option("--from", "first", type=Month(), help="Periods that end in this month or later.")
@click.option("--to", "last", type=Month(), help="Periods that end in this month or earlier.")
@click.option("--out", type=OUT, help="A .csv, .jsonl or .parquet file; else CSV to stdout.")
@archived_in
def figures(folder: Path, out: Path | None, **options: Any) -> None:
    """Export figures: each with its release, place, period, basis, and whether it is closed.

    Twelve-month periods overlap: rows of one place never add up in time.

    Example: tidewaiter burden figures --place US --indicator overdose --release newest
    """
    check_format(out)
    loaded = load_releases(folder, options["source"])
    show_notes(str(folder), loaded.skipped, len(loaded.skipped))
    releases = _chosen(loaded.releases, options["release"])
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
    """Find a place; a code that the figures have is that place, though a state has it too."""
    return text.upper() if text.upper() in known else find_place(text).code


def _chosen(releases: tuple[Release, ...], wanted: str) -> list[Release]:
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
        raise InputError(f'"{wanted}" is no release that is kept', hint=f"kept: {known}")
    return found
