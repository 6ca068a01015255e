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
from tidewaiter.cli.core.options import kept_under
from tidewaiter.transport.download import Fetched, Limits, Validators
from tidewaiter.transport.download import fetch as download

archived_in = kept_under("--archive", "TIDEWAITER_RELEASES", releases_folder, "the releases")
"""Add the option; the command takes the folder as `folder`."""


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
            raise InputError("cli/no-release-named", at=str(paths[0]))
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


class Known(Record, frozen=True, kw_only=True):
    """What a server said of the file that is kept."""

    address: str
    files: tuple[str, ...]  # SHA-256 of what was kept of it
    validators: Validators


@click.command()
@click.argument("names", metavar="SOURCES", nargs=-1)
@click.option("--address", help="Another address; with one SOURCE.")
@click.option("--released", type=Month(), help="The month in which it came out: 2025-09.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1),
    default=30.0,
    show_default=True,
    help="Seconds without a byte after which a connection is given up.",
)
@archived_in
def fetch(
    names: tuple[str, ...], address: str | None, released: int | None, timeout: float, folder: Path
) -> None:
    """Download the newest releases of SOURCES from their authorities, or of all with an address.

    Only what has changed is downloaded, and a download that was cut goes on where it was. Nothing
    is downloaded unless you give this command.
    Exit status 1: some sources could not be fetched, or some rows not read; 2: none could.

    Example: tidewaiter burden fetch cdc-vsrr
    """
    wanted = _wanted(names, address)
    if released is not None and len(wanted) != 1:
        raise click.UsageError("--released takes one SOURCE")
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
            raise click.UsageError("--address takes one SOURCE: what is to be found there")
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
        click.echo(f"{source}: not modified")
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
    """Keep what was downloaded: a file, or an archive of files."""
    kept, refused = [], 0
    for file in files_of(got.name, address, got.path.read_bytes()):
        release, new = archive.add(
            file.content, file.name, datetime.now(UTC), source, released, origin=address
        )
        click.echo(said_of(source, release, "fetched" if new else "is there already"))
        show_notes(file.name, release.reading.notes, SHOWN)
        kept.append(release.sha256)
        refused += release.reading.refused
    return tuple(kept), refused


def _known(archive: ReleaseArchive, note: Path, address: str) -> Validators | None:
    """Return what the server said of the file at an address, where that file is kept."""
    with suppress(OSError, msgspec.MsgspecError):
        known = msgspec.json.decode(note.read_bytes(), type=Known)
        there = {each.sha256 for each in archive.kept()}
        if known.address == address and there.issuperset(known.files):
            return known.validators
    return None


_TITLES = ("released", "periods to", "figures", "refused", "SHA-256")


@click.command(name="list")
@click.option("--source", default="", help="Of this source alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each release.")
@archived_in
def list_releases(source: str, folder: Path, *, as_json: bool) -> None:
    """List the releases that are kept, by source and month.

    "~": the month of release is not told, and is inferred from the source's usual delay.

    Example: tidewaiter burden list
    """
    held = [each for each in ReleaseArchive(folder).kept() if source in {"", each.source}]
    if as_json:
        for kept in held:
            click.echo(english_json(_months_in_words(kept)))
        return
    if not held:
        click.echo(f"no release is kept in {folder}; burden add and burden fetch do it", err=True)
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
