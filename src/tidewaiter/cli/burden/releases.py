"""The commands `tidewaiter burden` fetch, add and list: releases of official counts."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.files import replacing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.burden.indicators import find_indicator, find_source, sources
from tidewaiter.burden.readers.formats import READERS
from tidewaiter.burden.releases.archive import (
    KeptRelease,
    ReleaseArchive,
    ReleaseFile,
    files_of,
    release_files,
)
from tidewaiter.burden.releases.folder import releases_folder
from tidewaiter.burden.types import Note, Reading, Release, month_text, parse_month
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import kept_under, ok_with_refusals
from tidewaiter.transport.download import Fetched, Limits, Validators
from tidewaiter.transport.download import fetch as download

archived_in = kept_under("--archive", "TIDEWAITER_RELEASES", releases_folder, "the releases")
"""Add the option; the command takes the folder as `folder`."""


_SOURCE = click.Choice(sorted(READERS))
SHOWN = 20  # notes of a file on the screen


class Month(click.ParamType[int]):
    """A month in ISO 8601 format."""

    name = "month"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Parse "2025-09"."""
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
@click.option("--source", type=_SOURCE, help="Source, if it cannot be recognised from the file.")
@click.option("--released", type=Month(), help="Month of publication, for example 2025-09.")
@click.option(
    "--indicator",
    default="",
    callback=_indicator,
    help="Indicator, if the file does not state it: overdose, T40.4.",
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Print every correction and everything that could not be read.",
)
@archived_in
@ok_with_refusals
def add(paths: tuple[Path, ...], folder: Path, **options: Any) -> None:
    """Add releases of official counts: files, folders of files, or archives.

    The source is recognised from the content. The original file is stored and never overwritten.
    Irregular values are corrected with a note, or rejected.
    Exit status 1: some rows or files could not be read; 2: no file could be read.

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
            raise InputError("cli/no-release-named", at=str(paths[0]))
        sys.exit(2)
    sys.exit(1 if lost or refused else 0)


def _add(archive: ReleaseArchive, file: ReleaseFile | InputError, options: dict[str, Any]) -> int:
    if isinstance(file, InputError):
        raise file
    release, new = archive.add(
        file,
        datetime.now(UTC),
        options["source"] or "",
        options["released"],
        indicator=options["indicator"],
    )
    click.echo(said_of(file.name, release, "added" if new else "already stored"))
    notes = release.reading.notes
    show_notes(file.name, notes, len(notes) if options["every"] else SHOWN)
    return release.reading.refused


def said_of(name: str, release: Release, what: str) -> str:
    """Describe a release in one line."""
    reading = release.reading
    return visible(
        f"{name}: {what}: {reading.source}, released {_released(reading)}, {_periods(reading)}, "
        f"{how_many(len(reading.figures), 'figure')}, SHA-256 {release.sha256[:16]}"
    )


def _released(reading: Reading) -> str:
    if reading.released is None:
        return "in an unknown month"
    return f"{month_text(reading.released)} ({'told' if reading.told else 'inferred'})"


def _periods(reading: Reading) -> str:
    months = reading.figures["last"].to_pylist()
    if not months:
        return "no period"
    lengths = sorted(set(reading.figures["months"].to_pylist()))
    spans = " and ".join(str(each) for each in lengths)
    return f"periods of {spans} months to {month_text(min(months))} until {month_text(max(months))}"


def show_notes(name: str, notes: Sequence[Note], most: int) -> None:
    """Print the notes on a file to stderr, one per line, rejections first."""
    ordered = sorted(notes, key=lambda note: note.kept)
    for note in ordered[:most]:
        where = ", ".join(part for part in (name, note.place) if part)
        value = f' "{note.value}":' if note.value else ""
        what = "corrected" if note.kept else "refused"
        click.echo(visible(f"{where}:{value} {note.problem} ({what}); {note.hint}"), err=True)
    if len(ordered) > most:
        click.echo(f"... and {len(ordered) - most:,} more; use --all to see them", err=True)
    if ordered:
        lost = sum(not note.kept for note in ordered)
        click.echo(f"{name}: {lost:,} rejected, {len(ordered) - lost:,} corrected", err=True)


def tell_error(error: InputError, origin: str) -> None:
    """Print to stderr why a file was not added."""
    at = error.at or origin
    click.echo(visible(f"{at}: not added: {error.message}"), err=True)
    if error.hint:
        click.echo(visible(f"  hint: {error.hint}"), err=True)


class Known(Record, frozen=True, kw_only=True):
    """What a server reported about the stored file."""

    address: str
    files: tuple[str, ...]  # SHA-256 of what was kept of it
    validators: Validators


@click.command()
@click.argument("names", metavar="SOURCES", nargs=-1)
@click.option("--address", help="Use this address instead; needs exactly one SOURCE.")
@click.option("--released", type=Month(), help="Month of publication, for example 2025-09.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1),
    default=30.0,
    show_default=True,
    help="Seconds without data before a connection is abandoned.",
)
@archived_in
@ok_with_refusals
def fetch(
    names: tuple[str, ...], address: str | None, released: int | None, timeout: float, folder: Path
) -> None:
    """Download the newest releases of SOURCES, or of every source that has an address.

    Only changed files are downloaded, and an interrupted download resumes where it stopped.
    Exit status 1: some sources could not be downloaded, or some rows not read; 2: none could.

    Example: tidewaiter burden fetch cdc-vsrr
    """
    wanted = _wanted(names, address)
    if released is not None and len(wanted) != 1:
        raise click.UsageError("--released needs exactly one SOURCE.")
    archive = ReleaseArchive(folder)
    failed, refused = 0, 0
    for source, place in wanted.items():
        try:
            refused += _fetch(archive, source, place, Limits(timeout=timeout), released)
        except TidewaiterError as error:
            failed += 1
            click.echo(visible(f"{source}: not fetched: {error.message}"), err=True)
            for line in filter(None, (error.at, f"hint: {error.hint}" if error.hint else "")):
                click.echo(visible(f"  {line}"), err=True)
    if failed == len(wanted):
        sys.exit(2)
    sys.exit(1 if failed or refused else 0)


def _wanted(names: tuple[str, ...], address: str | None) -> dict[str, str]:
    """Find the addresses by source."""
    known = {key: each.address for key, each in sources().items() if each.address}
    if address:
        if len(names) != 1:
            raise click.UsageError(
                "--address needs exactly one SOURCE: the source that the file belongs to."
            )
        if names[0] not in READERS:
            raise InputError("cli/not-a-source", names=names[0], readers=", ".join(READERS))
        return {names[0]: address}
    for name in names:
        if name not in known:
            raise InputError("cli/list-without-address", known=", ".join(known), at=name)
    return {name: known[name] for name in names or known}


def _fetch(
    archive: ReleaseArchive, source: str, address: str, limits: Limits, released: int | None
) -> int:
    """Fetch one source; return how many of its rows could not be read."""
    incoming = archive.folder / "incoming"
    note = incoming / f"{source}.known.json"
    got = download(address, incoming, known=_known(archive, note, address), limits=limits)
    if got is None:
        click.echo(f"{source}: no changes since the last download")
        return 0
    try:
        kept, refused = _take(archive, source, address, got, released)
    finally:
        got.path.unlink(missing_ok=True)
    said = Known(address=address, files=kept, validators=got.validators)
    with replacing(note, "new") as part:
        part.write_bytes(english_json(said))
    return refused


def _take(
    archive: ReleaseArchive, source: str, address: str, got: Fetched, released: int | None
) -> tuple[tuple[str, ...], int]:
    """Store a downloaded file, or the files of a downloaded archive."""
    kept, refused = [], 0
    for file in files_of(got.name, address, got.path.read_bytes()):
        release, new = archive.add(file, datetime.now(UTC), source, released)
        click.echo(said_of(source, release, "fetched" if new else "already stored"))
        show_notes(file.name, release.reading.notes, SHOWN)
        kept.append(release.sha256)
        refused += release.reading.refused
    return tuple(kept), refused


def _known(archive: ReleaseArchive, note: Path, address: str) -> Validators | None:
    """Return what the server reported about the file at an address, if that file is stored."""
    with suppress(OSError, msgspec.MsgspecError):
        known = msgspec.json.decode(note.read_bytes(), type=Known)
        there = {each.sha256 for each in archive.kept()}
        if known.address == address and there.issuperset(known.files):
            return known.validators
    return None


_TITLES = ("released", "periods to", "figures", "refused", "SHA-256")


@click.command(name="list")
@click.option("--source", default="", help="Only this source.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each release.")
@archived_in
def list_releases(source: str, folder: Path, *, as_json: bool) -> None:
    """List the stored releases by source and month.

    "~" marks a month of release that is not stated and was inferred from the usual delay of the
    source.

    Example: tidewaiter burden list
    """
    held = [each for each in ReleaseArchive(folder).kept() if source in {"", each.source}]
    if as_json:
        for kept in held:
            click.echo(english_json(_months_in_words(kept)))
        return
    if not held:
        click.echo(
            f"There are no releases in {folder}. Add a file with tidewaiter burden add "
            "FILE, or download with tidewaiter burden fetch.",
            err=True,
        )
        return
    table = Table(box=None, header_style="bold")
    table.add_column("source, file", overflow="fold")
    for title in _TITLES:
        table.add_column(title, no_wrap=True)
    for kept in held:
        table.add_row(*map(visible, _cells(kept)))
    console = Console(highlight=False)
    console.print(table)
    for key in dict.fromkeys(each.source for each in held):
        about = find_source(key)
        console.print(visible(f"{key}: {about.cite} {about.licence}."), markup=False)


def _cells(kept: KeptRelease) -> tuple[str, ...]:
    inferred = "" if kept.told or kept.released is None else "~"
    return (
        f"{kept.source}\n  {kept.name}",
        f"{inferred}{_text(kept.released)}",
        f"{_text(kept.first)}/{_text(kept.last)}",
        f"{kept.figures:,}",
        str(kept.refused),
        kept.sha256[:8],
    )


def _months_in_words(kept: KeptRelease) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(kept)
    return told | {name: _text(getattr(kept, name)) for name in ("released", "first", "last")}


def _text(month: int | None) -> str:
    return "" if month is None else month_text(month)
