"""The archive of releases: published files from folders, zip and gzip, and their figures.

    files/SHA256.gz               the bytes of a file, once
    releases/SHA256-KEY.json      one word on it: source, month, where it came from, day
    figures/SHA256-EDITION.arrow  its figures, made again from the bytes where they are missing

Each file is written whole or not at all and never changed, so that two processes do not meet.
A later word on the same bytes (another month of release) stands beside the earlier ones, and is
the one that counts.
"""

import gzip
import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
import pyarrow as pa

from tidewaiter.base.archives import ListFile, unpack
from tidewaiter.base.errors import InputError, OutputError, StoreError
from tidewaiter.base.files import replacing, writing
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.worksheet import is_workbook
from tidewaiter.burden.readers.formats import EDITION, read_release
from tidewaiter.burden.readers.nvss import is_nvss
from tidewaiter.burden.types import FIGURES, Note, Reading, Release


class ReleaseFile(Record, frozen=True, kw_only=True):
    """One file that may be a release."""

    name: str
    origin: str  # the path that it came from
    content: bytes


def release_files(paths: Sequence[Path]) -> Iterator[ReleaseFile | InputError]:
    """Yield the files at some paths; an archive that cannot be opened comes as its error.

    Args:
        paths: Files, or folders of files; zip and gzip archives are unpacked in memory, a
            workbook or a year of death records stays whole. Names that begin with a point are
            left out.
    """
    for path in paths:
        places = sorted(path.iterdir()) if path.is_dir() else [path]
        for place in places:
            if place.is_file() and not (path.is_dir() and place.name.startswith(".")):
                try:
                    yield from _unpacked(place.name, str(place), place.read_bytes())
                except InputError as error:
                    yield error


def files_of(name: str, origin: str, content: bytes) -> tuple[ReleaseFile, ...]:
    """Return the files of what was downloaded: itself, or those of the archive that it is.

    Raises:
        InputError: The archive is damaged, locked, or grows too much.
    """
    return tuple(_unpacked(name, origin, content))


def _unpacked(name: str, origin: str, content: bytes) -> Iterator[ReleaseFile]:
    if is_workbook(content) or is_nvss(content):  # a year of deaths is read packed, in pieces
        yield ReleaseFile(name=name, origin=origin, content=content)
        return
    for each in unpack(ListFile(name=name, content=content)):
        yield ReleaseFile(name=each.name, origin=origin, content=each.content)


_METADATA_KEY = b"tidewaiter"


class _Beside(Record, frozen=True, kw_only=True):
    source: str
    notes: tuple[Note, ...]
    released: int | None
    told: bool


def pack_figures(reading: Reading) -> bytes:
    """Write a reading as an Arrow file."""
    beside = _Beside(
        source=reading.source, notes=reading.notes, released=reading.released, told=reading.told
    )
    schema = FIGURES.with_metadata({_METADATA_KEY: msgspec.json.encode(beside)})
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(sink, schema, options=options) as writer:
        writer.write_table(reading.figures.cast(schema))
    return bytes(sink.getvalue())


def unpack_figures(content: bytes) -> Reading:
    """Read what `pack_figures` wrote.

    Raises:
        ArrowInvalid: It is no Arrow file, or has other columns.
        KeyError: It has no notes.
        MsgspecError: Its notes are not what they should be.
    """
    table = pa.ipc.open_file(pa.BufferReader(content)).read_all()
    beside = msgspec.json.decode((table.schema.metadata or {})[_METADATA_KEY], type=_Beside)
    figures = table.replace_schema_metadata(None)
    if figures.schema != FIGURES:
        raise pa.ArrowInvalid("other columns")
    return Reading(
        source=beside.source,
        figures=figures,
        notes=beside.notes,
        released=beside.released,
        told=beside.told,
    )


_LEVEL = 6
_WORDS = "[0-9a-f]*-*.json"  # a file that is being written begins with a point
_KEY_LENGTH = 12  # characters


class KeptRelease(Record, frozen=True, kw_only=True):
    """One release as the archive keeps it.

    Old words are read as they were written: a field may be added with a default, but none removed
    or renamed.
    """

    sha256: str
    source: str  # a key of data/burden/sources.toml
    name: str  # of the file
    origin: str  # the path or the address that it came from
    size: int  # bytes
    released: int | None  # month: burden/types.py; None: not known
    told: bool  # the month is told, by the file or by whoever added it; else inferred
    said: bool = False  # by whoever added it
    indicator: str = ""  # what it counts, as whoever added it said; "": the file tells
    first: int | None  # the earliest period's last month; None: there is no figure
    last: int | None
    figures: int
    mended: int  # notes of what was odd and is there nonetheless
    refused: int  # notes of what could not be read
    added: datetime  # UTC
    edition: int  # of the readers, then


class ReleaseArchive:
    """The releases that a folder keeps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(
        self,
        content: bytes,
        name: str,
        now: datetime,
        source: str = "",
        released: int | None = None,
        *,
        origin: str = "",
        indicator: str = "",
    ) -> tuple[Release, bool]:
        """Read a release and keep it.

        Args:
            content: The file.
            name: Its name.
            now: The time, with its zone.
            source: Which it is, where that cannot be told.
            released: The month in which it came out, where the file does not say it.
            origin: The path or the address that it came from; "": its name.
            indicator: What it counts, where the file does not say it.

        Returns:
            The release, and whether it or what was said of it is new.

        Raises:
            InputError: No reader knows it, or none of it could be read.
            OutputError: It cannot be written.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        before = self._find(sha256)
        if before:  # what was said of it before holds, as far as nothing else is said now
            source, indicator = source or before.source, indicator or before.indicator
            kept_month = before.released if before.said else None
            released = kept_month if released is None else released
            if (source, indicator, released) == (before.source, before.indicator, kept_month):
                return self.load(before), False
        read = read_release(content, name, source, indicator)
        reading = _dated(read, released)
        file = ReleaseFile(name=name, origin=origin or name, content=content)
        kept = msgspec.structs.replace(
            _kept(reading, file, now, said=released is not None), indicator=indicator
        )
        place = self.folder / "files" / f"{sha256}.gz"
        if not place.is_file():
            self._write(place, gzip.compress(content, _LEVEL, mtime=0))
        if not self._figures(kept).is_file():
            self._write(self._figures(kept), pack_figures(read))
        word = msgspec.json.encode(kept)
        key = hashlib.sha256(word).hexdigest()[:_KEY_LENGTH]
        shown = msgspec.json.format(word, indent=1) + b"\n"
        self._write(self.folder / "releases" / f"{sha256}-{key}.json", shown)
        return Release(sha256=sha256, name=name, reading=reading), True

    def kept(self) -> tuple[KeptRelease, ...]:
        """List the releases by source and month; of each file, the last word on it.

        Raises:
            StoreError: One cannot be read.
        """
        words = self._words(_WORDS)
        last = {each.sha256: each for each in sorted(words, key=lambda word: word.added)}
        ordered = sorted(
            last.values(), key=lambda kept: (kept.source, kept.released or 0, kept.added)
        )
        return tuple(ordered)

    def load(self, kept: KeptRelease) -> Release:
        """Load a release; from its bytes where its figures are not kept ready.

        Raises:
            InputError: The readers of this version do not take it any more.
            StoreError: The file is missing or not what it was.
        """
        place = self._figures(kept)
        reading = None
        with suppress(OSError, pa.ArrowInvalid, msgspec.MsgspecError, KeyError):
            reading = unpack_figures(place.read_bytes())
        if reading is None:
            content = self.content(kept)
            reading = read_release(content, kept.name, kept.source, kept.indicator)
            with suppress(OutputError, OSError):  # a folder that takes no changes is read as well
                self._write(place, pack_figures(reading))
        reading = _dated(reading, kept.released if kept.said else None)
        return Release(sha256=kept.sha256, name=kept.name, reading=reading)

    def content(self, kept: KeptRelease) -> bytes:
        """Return the bytes of a release, checked.

        Raises:
            StoreError: They are missing or not what they were.
        """
        place = self.folder / "files" / f"{kept.sha256}.gz"
        with suppress(OSError, EOFError, gzip.BadGzipFile):
            content = gzip.decompress(place.read_bytes())
            if hashlib.sha256(content).hexdigest() == kept.sha256:
                return content
        raise StoreError("burden/changed-or-missing", at=str(place))

    def _find(self, sha256: str) -> KeptRelease | None:
        words = self._words(f"{sha256}-*.json")
        return max(words, key=lambda word: word.added, default=None)

    def _words(self, pattern: str) -> Iterator[KeptRelease]:
        return map(_decode, (self.folder / "releases").glob(pattern))

    def _figures(self, kept: KeptRelease) -> Path:
        # The same bytes read as another source, or as counts of another thing, are other figures.
        read_as = "-".join(filter(None, (kept.sha256, kept.source, kept.indicator)))
        return self.folder / "figures" / f"{read_as}-{EDITION}.arrow"

    def _write(self, place: Path, content: bytes) -> None:
        with writing(str(self.folder)):
            self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(place, f"{os.getpid()}-{secrets.token_hex(4)}") as part:
            part.write_bytes(content)


def _dated(reading: Reading, released: int | None) -> Reading:
    if released is None:
        return reading
    return msgspec.structs.replace(reading, released=released, told=True)


def _kept(reading: Reading, file: ReleaseFile, now: datetime, *, said: bool) -> KeptRelease:
    months = reading.figures["last"].to_pylist()
    return KeptRelease(
        sha256=hashlib.sha256(file.content).hexdigest(),
        source=reading.source,
        name=file.name,
        origin=file.origin,
        size=len(file.content),
        released=reading.released,
        told=reading.told,
        said=said,
        first=min(months, default=None),
        last=max(months, default=None),
        figures=len(months),
        mended=len(reading.notes) - reading.refused,
        refused=reading.refused,
        added=now,
        edition=EDITION,
    )


def _decode(place: Path) -> KeptRelease:
    try:
        return msgspec.json.decode(place.read_bytes(), type=KeptRelease)
    except (OSError, msgspec.MsgspecError) as error:
        raise StoreError("burden/file-unreadable", error=error, at=str(place)) from error
