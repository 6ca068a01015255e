"""The command `tidewaiter burden fetch`."""

import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.files import replacing
from tidewaiter.base.records import Record
from tidewaiter.burden.facts import sources
from tidewaiter.burden.readers import READERS
from tidewaiter.cli.burdenadd import SHOWN, Month, said_of, show_notes
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.fetch import Fetched, Limits, Validators
from tidewaiter.fetch import fetch as download
from tidewaiter.releases.archive import ReleaseArchive
from tidewaiter.releases.paths import files_of
from tidewaiter.report.characters import visible


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
            raise InputError(f'"{names[0]}" is no source', hint="one of: " + ", ".join(READERS))
        return {names[0]: address}
    for name in names:
        if name not in known:
            raise InputError(
                "has no address",
                at=name,
                hint=f"give one with --address; known: {', '.join(known)}",
            )
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
        part.write_bytes(msgspec.json.encode(said))
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
