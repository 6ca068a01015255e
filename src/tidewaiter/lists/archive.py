"""The list archive: a self-contained folder with every version of every list.

    files/SHA256.gz              content of a file, stored once
    lists/SLUG/SHA256.json       one version: its date, source, files, definition
    parsed/SHA256-KEY.msgpack    its entries, regenerated from the files if missing
    definitions/SLUG.toml        your own list definitions
    generation.json              versions used for word counts: lists/generation.py
    rarities/ID-KEY.msgpack      word rarities in these versions

Each file is written atomically and, except for the generation, never changed, so concurrent
processes need no lock; no shared index can be corrupted. The version in force is derived from the
versions.
"""

import gzip
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import msgspec
from platformdirs import user_data_path

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError, OutputError, StoreError
from tidewaiter.base.files import replacing, writing
from tidewaiter.base.records import Record
from tidewaiter.lists.definitions import ListDefinition
from tidewaiter.lists.reading import ReadList, check_loss, check_whole, in_force, read_list
from tidewaiter.parties.readers import EDITION, plugin_version
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.parties.types import ListedParty, ListVersion

FolderState = tuple[tuple[str, int, int], ...]
"""Per list: its name, time of the last change (ns), and number of files."""

_LEVEL = 6
_VERSIONS = "[0-9a-f]*.json"  # temporary files begin with a dot


class KeptFile(Record, frozen=True, kw_only=True):
    """One file of a version."""

    name: str
    sha256: str
    size: int


class KeptVersion(Record, frozen=True, kw_only=True):
    """One version of a list in the archive.

    Old versions are decoded as written: fields with defaults may be added, here and in nested
    records, but none removed or renamed.
    """

    version: ListVersion
    loaded: datetime  # UTC
    format: str
    files: tuple[KeptFile, ...]
    definition: ListDefinition  # definition at that time
    refused: int = 0  # rejected entries and fields

    @property
    def since(self) -> date:
        """The first day in force: the date of the list, or else the day it was loaded."""
        return self.version.dated or self.version.read


class Parsed(Record, frozen=True, kw_only=True):
    """The entries of a version."""

    parties: tuple[ListedParty, ...]
    refusals: tuple[EntryRefusal, ...]


class _Undecoded(msgspec.Struct):
    """The entries of a version, not yet decoded."""

    parties: list[msgspec.Raw]


def lists_folder() -> Path:
    """Return the folder: TIDEWAITER_LISTS, or else the system's folder for user data."""
    named = os.environ.get("TIDEWAITER_LISTS")
    return Path(named) if named else user_data_path("tidewaiter") / "lists"


class Archive:
    """The list versions in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def definitions(self) -> Path:
        """Folder of the user's own list definitions."""
        return self.folder / "definitions"

    def add(
        self,
        read: ReadList,
        files: Sequence[ListFile],
        now: datetime,
        *,
        source: str = "",
        dated: date | None = None,
        force: bool = False,
    ) -> tuple[KeptVersion, bool]:
        """Store a version; it is in force from its date.

        Args:
            read: The parsed list.
            files: Its files.
            now: Current time, with time zone.
            source: Origin of the files.
            dated: Date of the list, if the list does not state it.
            force: Store it even if it is incomplete or has lost many entries.

        Returns:
            The version, and whether it is new.

        Raises:
            InputError: The list is incomplete, or has lost more than a fifth of its entries.
            OutputError: The archive is not writable.
        """
        kept = _kept(read, files, now, source, dated)
        place = self._place(kept)
        if place.is_file():
            return _decode(place), False
        if not force:
            check_whole(read)
            before = self.at(kept.version.slug, kept.since)
            if before:
                check_loss(kept.version.entries, before.version.entries, kept.version.slug)
        for file, held in zip(files, kept.files, strict=True):
            self._keep_file(file, held)
        parsed = Parsed(parties=read.parties, refusals=read.refusals)
        self._write(self._parsed(kept), msgspec.msgpack.encode(parsed))
        self._write(place, msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
        return kept, True

    def slugs(self) -> list[str]:
        """Return the slugs of lists with a version."""
        folder = self.folder / "lists"
        if not folder.is_dir():
            return []
        return sorted(place.name for place in folder.iterdir() if any(place.glob(_VERSIONS)))

    def versions(self, slug: str) -> list[KeptVersion]:
        """Return the versions of a list, earliest first.

        Raises:
            StoreError: A version cannot be read.
        """
        folder = self.folder / "lists" / _checked(slug)
        found = map(_decode, folder.glob(_VERSIONS))
        return sorted(found, key=lambda kept: (kept.since, kept.loaded))

    def at(self, slug: str, day: date) -> KeptVersion | None:
        """Return the version in force on a day; None: none yet."""
        before = [kept for kept in self.versions(slug) if kept.since <= day]
        return before[-1] if before else None

    def find(self, slug: str, wanted: str) -> KeptVersion:
        """Find a version by its date or a prefix of its SHA-256.

        Raises:
            InputError: No match, or more than one.
        """
        versions = self.versions(slug)
        fits = [
            k for k in versions if k.version.sha256.startswith(wanted) or str(k.since) == wanted
        ]
        if len(fits) == 1:
            return fits[0]
        known = ", ".join(f"{kept.since} {kept.version.sha256[:8]}" for kept in versions)
        code = "lists/several-such-versions" if fits else "lists/no-such-version"
        raise InputError(code, wanted=wanted, known=known or "none", at=slug)

    def load(self, kept: KeptVersion) -> Parsed:
        """Load the entries of a version; parse its files if the entries are not cached.

        Raises:
            StoreError: A file is missing or damaged.
        """
        place = self._parsed(kept)
        with suppress(OSError, msgspec.MsgspecError):
            return msgspec.msgpack.decode(place.read_bytes(), type=Parsed)
        known = {kept.version.slug: kept.definition}
        read = read_list(self.files(kept), known, kept.version.slug, self._form(kept))
        parsed = Parsed(parties=read.parties, refusals=read.refusals)
        with suppress(OutputError, OSError):  # a read-only folder is usable too
            self._write(place, msgspec.msgpack.encode(parsed))
        return parsed

    def find_entry(self, kept: KeptVersion, entry: str) -> ListedParty | None:
        """Return one entry of a version without decoding the others; None: it has none.

        Raises:
            StoreError: A file is missing or damaged.
        """
        with suppress(OSError, msgspec.MsgspecError):
            held = msgspec.msgpack.decode(self._parsed(kept).read_bytes(), type=_Undecoded)
            sign = entry.encode()
            for raw in held.parties:
                if sign in bytes(raw):
                    party = msgspec.msgpack.decode(raw, type=ListedParty)
                    if party.id == entry:
                        return party
            return None
        parties = self.load(kept).parties
        return next((party for party in parties if party.id == entry), None)

    def in_force(self, day: date) -> Iterator[tuple[ListVersion, tuple[ListedParty, ...]]]:
        """Yield each list in force on a day: its version, and its entries in force that day."""
        for slug in self.slugs():
            kept = self.at(slug, day)
            if kept:
                held = self.load(kept).parties
                yield kept.version, tuple(party for party in held if in_force(party, day))

    def files(self, kept: KeptVersion) -> list[ListFile]:
        """Return the files of a version, with hashes verified.

        Raises:
            StoreError: A file is missing or damaged.
        """
        return [ListFile(name=each.name, content=self._content(each)) for each in kept.files]

    @staticmethod
    def _form(kept: KeptVersion) -> str:
        return "" if kept.definition.columns else kept.format

    def _content(self, held: KeptFile) -> bytes:
        place = self.folder / "files" / f"{held.sha256}.gz"
        try:
            content = gzip.decompress(place.read_bytes())
        except (OSError, EOFError, gzip.BadGzipFile) as error:
            raise _lost(place) from error
        if hashlib.sha256(content).hexdigest() != held.sha256:
            raise _lost(place)
        return content

    def _keep_file(self, file: ListFile, held: KeptFile) -> None:
        place = self.folder / "files" / f"{held.sha256}.gz"
        if not place.is_file():
            self._write(place, gzip.compress(file.content, _LEVEL, mtime=0))

    def _place(self, kept: KeptVersion) -> Path:
        slug = _checked(kept.version.slug)
        return self.folder / "lists" / slug / f"{kept.version.sha256}.json"

    def _parsed(self, kept: KeptVersion) -> Path:
        edition = (EDITION, kept.format, kept.definition, *plugin_version(kept.format))
        said = msgspec.json.encode(edition)
        key = hashlib.sha256(said).hexdigest()[:12]
        return self.folder / "parsed" / f"{kept.version.sha256}-{key}.msgpack"

    def _write(self, place: Path, content: bytes) -> None:
        with writing(str(self.folder)):  # some lists are confidential
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(place, f"{os.getpid()}-{secrets.token_hex(4)}") as part:
            part.write_bytes(content)


def filled(folder: Path | None) -> Path | None:
    """Return the folder of lists if it contains any; else None."""
    return folder.resolve() if folder and Archive(folder).slugs() else None


def _kept(
    read: ReadList, files: Sequence[ListFile], now: datetime, source: str, dated: date | None
) -> KeptVersion:
    held = tuple(
        KeptFile(
            name=file.name,
            sha256=hashlib.sha256(file.content).hexdigest(),
            size=len(file.content),
        )
        for file in files
    )
    return KeptVersion(
        version=ListVersion(
            slug=read.definition.slug,
            name=read.definition.name,
            authority=read.definition.authority,
            sha256=digest_of(held),
            dated=read.header.dated or dated,
            read=now.date(),
            source=source,
            licence=read.definition.licence,
            notice=read.definition.notice,
            confidential=read.definition.confidential
            or all(party.confidential for party in read.parties),
            entries=len(read.parties),
        ),
        loaded=now,
        format=read.format,
        files=held,
        definition=read.definition,
        refused=len(read.refusals),
    )


def digest_of(files: Iterable[KeptFile]) -> str:
    """Return the SHA-256 of a version: of its only file, or of the sorted hashes of its files."""
    held = sorted(file.sha256 for file in files)
    return held[0] if len(held) == 1 else hashlib.sha256("".join(held).encode()).hexdigest()


def _checked(slug: str) -> str:
    """Check that a slug is a valid folder name."""
    if not slug or not all(c.isascii() and (c.isalnum() or c in "-_") for c in slug):
        raise InputError("lists/not-a-list-name", slug=slug)
    return slug


def _decode(place: Path) -> KeptVersion:
    try:
        return msgspec.json.decode(place.read_bytes(), type=KeptVersion)
    except (OSError, msgspec.MsgspecError) as error:
        raise StoreError("lists/file-unreadable", error=error, at=str(place)) from error


def _lost(place: Path) -> StoreError:
    return StoreError("lists/changed-or-missing", at=str(place))


def folder_state(folder: Path | None) -> FolderState:
    """Return a fingerprint that changes when a version is added or removed.

    Version files never change, so they need not be read.

    Args:
        folder: Folder of lists; None: no lists.
    """
    held = folder / "lists" if folder else None
    if held is None or not held.is_dir():
        return ()
    return tuple(_state(place) for place in sorted(held.iterdir()) if place.is_dir())


def _state(place: Path) -> tuple[str, int, int]:
    # Clock resolution: two changes may have the same timestamp; the number of files differs.
    with os.scandir(place) as files:  # skip temporary files, which begin with a dot
        number = sum(not each.name.startswith(".") for each in files)
    return place.name, place.stat().st_mtime_ns, number


def versions_at(folder: Path | None, day: date) -> list[ListVersion]:
    """Return the versions of the party lists that a screening on a day uses.

    Confidential lists are excluded: their names are confidential too.

    Args:
        folder: Folder of lists; None: no lists.
        day: Day of the screening.
    """
    if folder is None:
        return []
    archive = Archive(folder)
    kept = (archive.at(slug, day) for slug in archive.slugs())
    return [each.version for each in kept if each is not None and not each.version.confidential]
