"""The archive: a folder that keeps every version of every list, and needs nothing else.

    files/SHA256.gz              the bytes of a file, once
    lists/SLUG/SHA256.json       one version: its day, source, files, definition
    parsed/SHA256-KEY.msgpack    its entries, made again from the files where it is missing
    definitions/SLUG.toml        your own definitions of lists
    generation.json              the versions whose words are counted: lists/generation.py
    rarities/ID-KEY.msgpack      how rare these words are

Each file is written whole or not at all and, the generation apart, never changed, so that two
processes do not meet; there is no common index that they could break. What is in force follows
from the versions.
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
"""By list: its name, when a version last came or went (ns), and how many files it has."""

_LEVEL = 6
_VERSIONS = "[0-9a-f]*.json"  # a file that is being written begins with a point


class KeptFile(Record, frozen=True, kw_only=True):
    """One file of a version."""

    name: str
    sha256: str
    size: int


class KeptVersion(Record, frozen=True, kw_only=True):
    """One version of a list as the archive keeps it.

    Old versions are read as they were written: a field may be added with a default, here and in
    the records that it holds, but none removed or renamed.
    """

    version: ListVersion
    loaded: datetime  # UTC
    format: str
    files: tuple[KeptFile, ...]
    definition: ListDefinition  # as it was then
    refused: int = 0  # entries and fields that could not be read

    @property
    def since(self) -> date:
        """The day from which it is in force: that of the list, else the day it was loaded."""
        return self.version.dated or self.version.read


class Parsed(Record, frozen=True, kw_only=True):
    """The entries of a version."""

    parties: tuple[ListedParty, ...]
    refusals: tuple[EntryRefusal, ...]


def lists_folder() -> Path:
    """Return the folder: TIDEWAITER_LISTS, or else the system's place for a user's data."""
    named = os.environ.get("TIDEWAITER_LISTS")
    return Path(named) if named else user_data_path("tidewaiter") / "lists"


class Archive:
    """The versions of lists that a folder keeps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def definitions(self) -> Path:
        """The folder of the user's own definitions."""
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
        """Keep a version; it takes force on its day.

        Args:
            read: The list as its files have it.
            files: These files.
            now: The time, with its zone.
            source: Where they came from.
            dated: The day of the list, where it does not say it itself.
            force: Keep it even where it is not whole, or has lost many entries.

        Returns:
            The version, and whether it is new.

        Raises:
            InputError: It is not whole, or has lost more than a fifth of its entries.
            OutputError: It cannot be written.
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
        """List the lists that have a version."""
        folder = self.folder / "lists"
        if not folder.is_dir():
            return []
        return sorted(place.name for place in folder.iterdir() if any(place.glob(_VERSIONS)))

    def versions(self, slug: str) -> list[KeptVersion]:
        """List the versions of a list, the earliest first.

        Raises:
            StoreError: One cannot be read.
        """
        folder = self.folder / "lists" / _checked(slug)
        found = map(_decode, folder.glob(_VERSIONS))
        return sorted(found, key=lambda kept: (kept.since, kept.loaded))

    def at(self, slug: str, day: date) -> KeptVersion | None:
        """Return the version in force on a day; None: there was none yet."""
        before = [kept for kept in self.versions(slug) if kept.since <= day]
        return before[-1] if before else None

    def find(self, slug: str, wanted: str) -> KeptVersion:
        """Find a version by its day or the beginning of its SHA-256.

        Raises:
            InputError: There is none, or more than one.
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
        """Load the entries of a version; from its files where they are not kept ready.

        Raises:
            StoreError: A file is missing or not what it was.
        """
        place = self._parsed(kept)
        with suppress(OSError, msgspec.MsgspecError):
            return msgspec.msgpack.decode(place.read_bytes(), type=Parsed)
        known = {kept.version.slug: kept.definition}
        read = read_list(self.files(kept), known, kept.version.slug, self._form(kept))
        parsed = Parsed(parties=read.parties, refusals=read.refusals)
        with suppress(OutputError, OSError):  # a folder that takes no changes is read all the same
            self._write(place, msgspec.msgpack.encode(parsed))
        return parsed

    def in_force(self, day: date) -> Iterator[tuple[ListVersion, tuple[ListedParty, ...]]]:
        """Yield each list as it was in force on a day: its version, and its entries that day."""
        for slug in self.slugs():
            kept = self.at(slug, day)
            if kept:
                held = self.load(kept).parties
                yield kept.version, tuple(party for party in held if in_force(party, day))

    def files(self, kept: KeptVersion) -> list[ListFile]:
        """Return the files of a version, checked.

        Raises:
            StoreError: A file is missing or not what it was.
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
        with writing(str(self.folder)):  # some lists are confidential: others may not look in
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(place, f"{os.getpid()}-{secrets.token_hex(4)}") as part:
            part.write_bytes(content)


def filled(folder: Path | None) -> Path | None:
    """Return the folder of lists where it holds any."""
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
    """Return the SHA-256 of a version: of its one file, or of those of its files, sorted."""
    held = sorted(file.sha256 for file in files)
    return held[0] if len(held) == 1 else hashlib.sha256("".join(held).encode()).hexdigest()


def _checked(slug: str) -> str:
    """Check that a slug can be the name of a folder."""
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
    """Return what is another one when a version comes or goes.

    Files of versions never change, so that none of them has to be looked at.

    Args:
        folder: Of the lists; None: there is none.
    """
    held = folder / "lists" if folder else None
    if held is None or not held.is_dir():
        return ()
    return tuple(_state(place) for place in sorted(held.iterdir()) if place.is_dir())


def _state(place: Path) -> tuple[str, int, int]:
    # A clock ticks so slowly that two changes may have one time; the number tells them apart.
    with os.scandir(place) as files:  # one that is being written begins with a point
        number = sum(not each.name.startswith(".") for each in files)
    return place.name, place.stat().st_mtime_ns, number


def versions_at(folder: Path | None, day: date) -> list[ListVersion]:
    """Return the versions of the lists of parties that a screening of a day looks at.

    Those that are for their authority only are left out: their names are too.

    Args:
        folder: Of the lists; None: none are looked at.
        day: Of the screening.
    """
    if folder is None:
        return []
    archive = Archive(folder)
    kept = (archive.at(slug, day) for slug in archive.slugs())
    return [each.version for each in kept if each is not None and not each.version.confidential]
