"""Updates of party lists: downloads from their publishers, stored as new versions.

Only changed files are downloaded. A new version takes effect once it is complete and readable;
until then the current version stays in force.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tidewaiter.base.archives import ListFile, unpack
from tidewaiter.base.files import replacing
from tidewaiter.base.records import Record
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.definitions import ListDefinition
from tidewaiter.lists.generation import generation_of
from tidewaiter.lists.reading import read_list
from tidewaiter.transport.download import Fetched, Limits, Validators, fetch


class Known(Record, frozen=True, kw_only=True):
    """What servers reported about the files of a version, by address."""

    sha256: str  # of the version
    files: dict[str, Validators]


class ListUpdate(Record, frozen=True, kw_only=True):
    """What an update did."""

    kept: KeptVersion | None  # None: no file has changed at its server
    new: bool  # a version that was not stored before
    refused: int  # entries and fields that could not be read


def update_list(
    archive: Archive,
    definition: ListDefinition,
    now: datetime,
    *,
    limits: Limits | None = None,
    force: bool = False,
) -> ListUpdate:
    """Download a list, and store it if it has changed.

    Args:
        archive: Where it is stored.
        definition: With its addresses.
        now: Current time, with time zone.
        limits: Waiting time and size of each file; and which addresses are permitted.
        force: Accept the list even if entries are missing or unreadable.

    Raises:
        FetchError: No network, no such file, too large, or repeatedly interrupted.
        InputError: The list is incomplete, or has lost more than a fifth of its entries.
        OutputError: The archive is not writable, or another process downloads the same file.
    """
    incoming = archive.folder / "incoming"
    before = _read_known(archive, definition)
    loaded = [
        fetch(address, incoming, known=before.get(address), limits=limits)
        for address in definition.addresses
    ]
    if not any(loaded):
        checked_file(archive, definition.slug).touch()
        return ListUpdate(kept=None, new=False, refused=0)
    held: list[Fetched] = []
    for address, one in zip(definition.addresses, loaded, strict=True):
        found = one or fetch(address, incoming, limits=limits)  # its neighbour has changed
        if found:
            held.append(found)
    try:
        update = _take(archive, definition, held, now, force=force)
    finally:
        for each in held:
            each.path.unlink(missing_ok=True)
    _write_known(incoming, definition, held, update.kept)
    checked_file(archive, definition.slug).touch()
    return update


def checked_file(archive: Archive, slug: str) -> Path:
    """Return the file whose time is that of the last successful check at the publisher."""
    return archive.folder / "incoming" / f"{slug}.checked"


def last_check(archive: Archive, slug: str) -> datetime | None:
    """Return when a list was last compared with that of its publisher; None: not known."""
    with suppress(OSError):
        return datetime.fromtimestamp(checked_file(archive, slug).stat().st_mtime, UTC)
    return None


def _take(
    archive: Archive,
    definition: ListDefinition,
    held: Sequence[Fetched],
    now: datetime,
    *,
    force: bool,
) -> ListUpdate:
    """Read a complete download, and store it."""
    files: list[ListFile] = []
    for each in held:
        files += unpack(ListFile(name=each.name, content=each.path.read_bytes()))
    read = read_list(files, {definition.slug: definition}, definition.slug)
    source = ", ".join(definition.addresses)
    kept, new = archive.add(read, files, now, source=source, force=force)
    generation_of(archive)
    return ListUpdate(kept=kept, new=new, refused=len(read.refusals))


def _write_known(
    incoming: Path, definition: ListDefinition, held: Sequence[Fetched], kept: KeptVersion | None
) -> None:
    """Write what the servers reported about the files, for the next update."""
    if kept is None:
        return
    pairs = zip(definition.addresses, held, strict=True)
    said = {address: each.validators for address, each in pairs}
    note = Known(sha256=kept.version.sha256, files=said)
    with replacing(incoming / f"{definition.slug}.known.json", "new") as part:
        part.write_bytes(msgspec.json.encode(note))


def _read_known(archive: Archive, definition: ListDefinition) -> dict[str, Validators]:
    """Return what servers reported about the files of the newest version, if it is stored."""
    place = archive.folder / "incoming" / f"{definition.slug}.known.json"
    with suppress(OSError, msgspec.MsgspecError):
        known = msgspec.json.decode(place.read_bytes(), type=Known)
        versions = archive.versions(definition.slug)
        if any(kept.version.sha256 == known.sha256 for kept in versions):
            return known.files
    return {}
