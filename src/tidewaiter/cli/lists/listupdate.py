"""The command `tidewaiter lists update`."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.files import replacing
from tidewaiter.base.records import Record
from tidewaiter.cli.listcheck import tell_doubts
from tidewaiter.cli.listsfolder import kept_in
from tidewaiter.fetch import Fetched, Limits, Validators, fetch
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.definitions import ListDefinition, load_definitions
from tidewaiter.lists.generation import generation_of
from tidewaiter.lists.reading import read_list
from tidewaiter.lists.unpack import unpack
from tidewaiter.parties.readers.types import ListFile
from tidewaiter.report.characters import visible


class Known(Record, frozen=True, kw_only=True):
    """What servers said of the files of a version, by address."""

    sha256: str  # of the version
    files: dict[str, Validators]


@click.command()
@click.argument("slugs", nargs=-1)
@click.option("--from", "addresses", multiple=True, help="Another address; may be given again.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1),
    default=30.0,
    show_default=True,
    help="Seconds without a byte after which a connection is given up.",
)
@click.option("--force", is_flag=True, help="Take it though entries are missing or unreadable.")
@kept_in
def update(
    slugs: tuple[str, ...], addresses: tuple[str, ...], timeout: float, folder: Path, *, force: bool
) -> None:
    """Download the lists SLUGS from their authorities, or all that are kept.

    Only what has changed is downloaded, and a download that was cut goes on where it was. A list
    takes force when it is there whole and was read; else the version in force stays.
    Exit status 1: some lists could not be updated, or some entries not read; 2: none could.

    Example: tidewaiter lists update ofac-sdn un-sc
    """
    archive = Archive(folder)
    known = load_definitions(archive.definitions)
    wanted = _wanted(archive, slugs, addresses, known)
    failed, refused = 0, 0
    for definition in wanted:
        try:
            refused += _update(archive, definition, Limits(timeout=timeout), force=force)
        except TidewaiterError as error:
            failed += 1
            click.echo(visible(f"{definition.slug}: not updated: {error.message}"), err=True)
            lines = (error.at, f"hint: {error.hint}" if error.hint else "")
            for line in filter(None, lines):
                click.echo(visible(f"  {line}"), err=True)
    if failed == len(wanted):
        sys.exit(2)
    sys.exit(1 if failed or refused else 0)


def _wanted(
    archive: Archive,
    slugs: Sequence[str],
    addresses: Sequence[str],
    known: Mapping[str, ListDefinition],
) -> list[ListDefinition]:
    """Find the lists to update, with their addresses."""
    if addresses:
        if len(slugs) != 1:
            raise click.UsageError("--from takes one SLUG: the list that the addresses are of")
        plain = ListDefinition(slug=slugs[0], name=slugs[0], authority="", licence="", source="")
        found = known.get(slugs[0], plain)
        return [msgspec.structs.replace(found, addresses=tuple(addresses))]
    chosen = slugs or [s for s in archive.slugs() if s in known and known[s].addresses]
    if not chosen:
        raise InputError(
            "no list with an address is kept",
            at=str(archive.folder),
            hint=f"name one: {', '.join(s for s in sorted(known) if known[s].addresses)}",
        )
    for slug in chosen:
        if slug not in known or not known[slug].addresses:
            raise InputError(
                "has no address",
                at=slug,
                hint="give one with --from, or write a definition",
            )
    return [known[slug] for slug in chosen]


def _update(archive: Archive, definition: ListDefinition, limits: Limits, *, force: bool) -> int:
    """Update one list; return how many of its entries and fields could not be read."""
    incoming = archive.folder / "incoming"
    before = _read_known(archive, definition)
    loaded = [
        fetch(address, incoming, known=before.get(address), limits=limits)
        for address in definition.addresses
    ]
    if not any(loaded):
        click.echo(f"{definition.slug}: unchanged")
        return 0
    held: list[Fetched] = []
    for address, one in zip(definition.addresses, loaded, strict=True):
        found = one or fetch(address, incoming, limits=limits)  # its neighbour has changed
        if found:
            held.append(found)
    try:
        kept, new, refused = _take(archive, definition, held, force=force)
    finally:
        for each in held:
            each.path.unlink(missing_ok=True)
    pairs = zip(definition.addresses, held, strict=True)
    said = {address: each.validators for address, each in pairs}
    note = Known(sha256=kept.version.sha256, files=said)
    with replacing(incoming / f"{definition.slug}.known.json", "new") as part:
        part.write_bytes(msgspec.json.encode(note))
    what = f"updated, {kept.version.entries:,} entries" if new else "unchanged"
    click.echo(f"{definition.slug}: {what}, in force since {kept.since}")
    if refused:
        click.echo(f"{definition.slug}: {refused:,} entries or fields could not be read", err=True)
    if new:
        tell_doubts(archive, kept)
    return refused


def _take(
    archive: Archive, definition: ListDefinition, held: Sequence[Fetched], *, force: bool
) -> tuple[KeptVersion, bool, int]:
    """Read what was downloaded, whole, and keep it."""
    files: list[ListFile] = []
    for each in held:
        files += unpack(ListFile(name=each.name, content=each.path.read_bytes()))
    read = read_list(files, {definition.slug: definition}, definition.slug)
    source = ", ".join(definition.addresses)
    kept, new = archive.add(read, files, datetime.now(UTC), source=source, force=force)
    generation_of(archive)
    return kept, new, len(read.refusals)


def _read_known(archive: Archive, definition: ListDefinition) -> dict[str, Validators]:
    """Return what servers said of the files of the newest version, where that is kept."""
    place = archive.folder / "incoming" / f"{definition.slug}.known.json"
    with suppress(OSError, msgspec.MsgspecError):
        known = msgspec.json.decode(place.read_bytes(), type=Known)
        versions = archive.versions(definition.slug)
        if any(kept.version.sha256 == known.sha256 for kept in versions):
            return known.files
    return {}
