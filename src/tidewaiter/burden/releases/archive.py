"""Archive of releases: published files from folders, zip and gzip, and their figures.

    files/SHA256.gz               content of a file, once
    releases/SHA256-KEY.json      metadata: source, month, origin, day
    figures/SHA256-EDITION.arrow  cached figures, rebuilt from the content if missing

Each file is written atomically and never changed, so that processes do not conflict. Newer metadata
of the same content (another month of release) are added beside the older ones, and take
precedence.
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
    """A candidate file."""

    name: str
    content: bytes
    origin: str = ""  # original path or address; "": its name


def release_files(paths: Sequence[Path]) -> Iterator[ReleaseFile | InputError]:
    """Yield the files at some paths; an archive that cannot be opened yields its error.

    Args:
        paths: Files, or folders of files; zip and gzip archives are decompressed in memory,
            workbooks and death record years stay whole. Hidden files are
            skipped.
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
    """Return the files of a download: itself, or those of the archive.

    Raises:
        InputError: Damaged, encrypted, or too large when decompressed.
    """
    return tuple(_unpacked(name, origin, content))


def _unpacked(name: str, origin: str, content: bytes) -> Iterator[ReleaseFile]:
    if is_workbook(content) or is_nvss(content):  # death records are read compressed, in pieces
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
    """Encode a reading as an Arrow file."""
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
    """Decode output of `pack_figures`.

    Raises:
        ArrowInvalid: Not an Arrow file, or other columns.
        KeyError: Notes are missing.
        MsgspecError: Malformed notes.
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
_WORDS = "[0-9a-f]*-*.json"  # excludes files being written, which start with a dot
_KEY_LENGTH = 12  # characters


class KeptRelease(Record, frozen=True, kw_only=True):
    """Metadata of an archived release.

    Older metadata must remain readable: fields may be added with a default, never removed or
    renamed.
    """

    sha256: str
    source: str  # a key of data/burden/sources.toml
    name: str  # of the file
    origin: str  # original path or address
    size: int  # bytes
    released: int | None  # month: burden/types.py; None: unknown
    told: bool  # month stated by the file or the user; otherwise inferred
    said: bool = False  # stated by the user
    indicator: str = ""  # indicator as stated by the user; "": from the file
    first: int | None  # last month of the earliest period; None: no figures
    last: int | None
    figures: int
    mended: int  # notes on anomalies in kept figures
    refused: int  # notes on unreadable values
    added: datetime  # UTC
    edition: int  # reader version at that time


class ReleaseArchive:
    """The releases in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(
        self,
        file: ReleaseFile,
        now: datetime,
        source: str = "",
        released: int | None = None,
        *,
        indicator: str = "",
    ) -> tuple[Release, bool]:
        """Read a release and archive it.

        Args:
            file: The file.
            now: Current time, with zone.
            source: Source, if it cannot be detected.
            released: Release month, if the file does not state it.
            indicator: Indicator, if the file does not state it.

        Returns:
            The release, and whether it or its metadata are new.

        Raises:
            InputError: Unknown or unreadable format.
            OutputError: Not writable.
        """
        sha256 = hashlib.sha256(file.content).hexdigest()
        before = self._find(sha256)
        if before:  # earlier metadata apply unless overridden
            source, indicator = source or before.source, indicator or before.indicator
            kept_month = before.released if before.said else None
            released = kept_month if released is None else released
            if (source, indicator, released) == (before.source, before.indicator, kept_month):
                return self.load(before), False
        read = read_release(file.content, file.name, source, indicator)
        reading = _dated(read, released)
        kept = msgspec.structs.replace(
            _kept(reading, file, now, said=released is not None), indicator=indicator
        )
        place = self.folder / "files" / f"{sha256}.gz"
        if not place.is_file():
            self._write(place, gzip.compress(file.content, _LEVEL, mtime=0))
        if not self._figures(kept).is_file():
            self._write(self._figures(kept), pack_figures(read))
        self._write_metadata(kept)
        return Release(sha256=sha256, name=file.name, reading=reading), True

    def _write_metadata(self, kept: KeptRelease) -> None:
        word = msgspec.json.encode(kept)
        key = hashlib.sha256(word).hexdigest()[:_KEY_LENGTH]
        shown = msgspec.json.format(word, indent=1) + b"\n"
        self._write(self.folder / "releases" / f"{kept.sha256}-{key}.json", shown)

    def kept(self) -> tuple[KeptRelease, ...]:
        """List the releases by source and month; the latest metadata per file apply.

        Raises:
            StoreError: Unreadable metadata.
        """
        words = self._words(_WORDS)
        last = {each.sha256: each for each in sorted(words, key=lambda word: word.added)}
        ordered = sorted(
            last.values(), key=lambda kept: (kept.source, kept.released or 0, kept.added)
        )
        return tuple(ordered)

    def load(self, kept: KeptRelease) -> Release:
        """Load a release; from its content if figures are not cached.

        Raises:
            InputError: No longer accepted by this version's readers.
            StoreError: The content is missing or altered.
        """
        place = self._figures(kept)
        reading = None
        with suppress(OSError, pa.ArrowInvalid, msgspec.MsgspecError, KeyError):
            reading = unpack_figures(place.read_bytes())
        if reading is None:
            content = self.content(kept)
            reading = read_release(content, kept.name, kept.source, kept.indicator)
            with suppress(OutputError, OSError):  # a read-only folder works too
                self._write(place, pack_figures(reading))
        reading = _dated(reading, kept.released if kept.said else None)
        return Release(sha256=kept.sha256, name=kept.name, reading=reading)

    def content(self, kept: KeptRelease) -> bytes:
        """Return the verified content of a release.

        Raises:
            StoreError: Missing or altered.
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
        # The same content read for another source or indicator gives other figures.
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
        origin=file.origin or file.name,
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
