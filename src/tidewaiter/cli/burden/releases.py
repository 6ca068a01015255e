"""The command `tidewaiter burden add`."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tidewaiter.base.errors import InputError
from tidewaiter.burden.facts import find_indicator
from tidewaiter.burden.months import month_text, parse_month
from tidewaiter.burden.readers import READERS
from tidewaiter.burden.types import Note, Reading, Release
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.releases.archive import ReleaseArchive
from tidewaiter.releases.paths import ReleaseFile, release_files
from tidewaiter.report.characters import visible

_SOURCE = click.Choice(sorted(READERS))
SHOWN = 20  # notes of a file on the screen


class Month(click.ParamType[int]):
    """A month, as ISO 8601 writes it."""

    name = "month"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read "2025-09"."""
        if isinstance(value, int):
            return value
        try:
            return parse_month(value)
        except InputError as error:
            self.fail(f"{error.message}: {error.hint}", param, ctx)


def _indicator(context: click.Context, param: click.Parameter, value: str) -> str:
    del context, param
    return find_indicator(value).key if value else ""


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--source", type=_SOURCE, help="Which source it is, where that cannot be told.")
@click.option("--released", type=Month(), help="The month in which it came out: 2025-09.")
@click.option(
    "--indicator",
    default="",
    callback=_indicator,
    help="What it counts, where the file does not say it: overdose, T40.4.",
)
@click.option("--all", "every", is_flag=True, help="Print all that was odd or could not be read.")
@archived_in
def add(paths: tuple[Path, ...], folder: Path, **options: Any) -> None:
    """Add releases of official counts: files, folders of them, or archives.

    Each file is recognised by what it holds, and kept whole; nothing is overwritten. What is odd
    is mended with a note, or refused.
    Exit status 1: some rows or files could not be read; 2: no file could.

    Example: tidewaiter burden add VSRR_Provisional_Drug_Overdose_Death_Counts.csv
    """
    archive = ReleaseArchive(folder)
    added, lost, refused = 0, 0, 0
    for file in release_files(paths):
        try:
            refused += _add(archive, file, options)
            added += 1
        except InputError as error:
            lost += 1
            tell_error(error, file.origin if isinstance(file, ReleaseFile) else "")
    if not added:
        if not lost:
            raise InputError("there is no file", at=str(paths[0]), hint="name a release")
        sys.exit(2)
    sys.exit(1 if lost or refused else 0)


def _add(archive: ReleaseArchive, file: ReleaseFile | InputError, options: dict[str, Any]) -> int:
    if isinstance(file, InputError):
        raise file
    release, new = archive.add(
        file.content,
        file.name,
        datetime.now(UTC),
        options["source"] or "",
        options["released"],
        origin=file.origin,
        indicator=options["indicator"],
    )
    click.echo(said_of(file.name, release, "added" if new else "is there already"))
    notes = release.reading.notes
    show_notes(file.name, notes, len(notes) if options["every"] else SHOWN)
    return release.reading.refused


def said_of(name: str, release: Release, what: str) -> str:
    """Say in a line what a release is."""
    reading = release.reading
    return visible(
        f"{name}: {what}: {reading.source}, released {_released(reading)}, {_periods(reading)}, "
        f"{len(reading.figures):,} figures, SHA-256 {release.sha256[:16]}"
    )


def _released(reading: Reading) -> str:
    if reading.released is None:
        return "in a month that is not known"
    return f"{month_text(reading.released)} ({'told' if reading.told else 'inferred'})"


def _periods(reading: Reading) -> str:
    months = reading.figures["last"].to_pylist()
    if not months:
        return "no period"
    lengths = sorted(set(reading.figures["months"].to_pylist()))
    spans = " and ".join(str(each) for each in lengths)
    return f"periods of {spans} months to {month_text(min(months))} until {month_text(max(months))}"


def show_notes(name: str, notes: Sequence[Note], most: int) -> None:
    """Print what was odd in a file to stderr, a line each; what was refused first."""
    ordered = sorted(notes, key=lambda note: note.kept)
    for note in ordered[:most]:
        where = ", ".join(part for part in (name, note.place) if part)
        value = f' "{note.value}"' if note.value else ""
        what = "mended" if note.kept else "refused"
        click.echo(visible(f"{where}:{value} {note.problem} ({what}); {note.hint}"), err=True)
    if len(ordered) > most:
        click.echo(f"... and {len(ordered) - most:,} more; --all prints them", err=True)
    if ordered:
        lost = sum(not note.kept for note in ordered)
        click.echo(f"{name}: {lost:,} refused, {len(ordered) - lost:,} mended", err=True)


def tell_error(error: InputError, origin: str) -> None:
    """Print why a file is not kept to stderr."""
    at = error.at or origin
    click.echo(visible(f"{at}: not added: {error.message}"), err=True)
    if error.hint:
        click.echo(visible(f"  hint: {error.hint}"), err=True)
