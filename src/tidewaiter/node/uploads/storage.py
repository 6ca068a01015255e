"""The folder in which the bytes of uploads are kept, each once by hash; safe file names.

A file is written under another name, handed to the disk, and only then gets its own, so that what
stands under a hash is whole. Nobody else may read the folder.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Self

from platformdirs import user_data_path

from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.base.files import writing
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import find_controls
from tidewaiter.store.core.database import database_file

LIMIT = 2 << 30
"""Bytes of the largest file, where nothing else is set."""

_RESERVE = 512 << 20  # bytes of the disk that uploads leave free
_LOOK = 64 << 20  # bytes after which the free space is looked at again
_GB = 1 << 30


class Spool(Record, frozen=True, kw_only=True):
    """Where uploads are kept, and how large one may be."""

    folder: Path
    limit: int = LIMIT  # bytes

    def receive(self) -> "Part":
        """Begin to receive a file.

        Raises:
            OutputError: The folder cannot be written, or its disk is almost full.
        """
        return Part(self)

    def check(self, size: int) -> None:
        """Refuse a file by the size that is promised.

        Raises:
            InputError: It is too large.
            OutputError: The disk has no room for it.
        """
        if size > self.limit:
            raise _too_large(self.limit)
        self.make()
        if shutil.disk_usage(self.folder).free - size < _RESERVE:
            raise OutputError("node/disk-full", at=str(self.folder))

    def make(self) -> None:
        """Make the folder, for this user alone."""
        with writing(str(self.folder)):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def place(self, sha256: str) -> Path:
        """Return where the bytes of a hash are, or would be."""
        return self.folder / sha256

    def journal(self, number: int) -> Path:
        """Return where the steps of an upload's screening are kept."""
        return self.folder / f"{number}.journal"

    def remove(self, digests: Iterable[str], numbers: Iterable[int]) -> None:
        """Remove bytes, and the journals of uploads."""
        places = [*map(self.place, digests), *map(self.journal, numbers)]
        for place in places:
            place.unlink(missing_ok=True)

    def sweep(self, before: float) -> int:
        """Remove what uploads left behind that were cut off.

        Args:
            before: When it was last written, seconds since 1970.

        Returns:
            How many files were removed.
        """
        removed = 0
        for path in self.folder.glob(".*.part"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
        return removed


class Part:
    """A file on its way in; a context manager that leaves nothing unless `keep` is called."""

    def __init__(self, spool: Spool) -> None:
        spool.check(0)
        self._spool = spool
        self._path = spool.folder / f".{secrets.token_hex(12)}.part"
        self._hash = hashlib.sha256()
        self.size = 0
        self._looked = 0
        with writing(str(spool.folder)):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            self._file = os.fdopen(os.open(self._path, flags, 0o600), "wb", buffering=0)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was not kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, piece: bytes | bytearray) -> None:
        """Write a piece.

        Raises:
            InputError: The file grows beyond the limit.
            OutputError: The disk is full or fails.
        """
        self.size += len(piece)
        if self.size > self._spool.limit:
            raise _too_large(self._spool.limit)
        if self.size - self._looked > _LOOK:
            self._looked = self.size
            self._spool.check(0)
        with writing(str(self._spool.folder)):
            rest = memoryview(piece)
            while rest:
                rest = rest[self._file.write(rest) :]
        self._hash.update(piece)

    def keep(self) -> str:
        """Give the file its name, when its bytes are on the disk; return their SHA-256.

        Raises:
            OutputError: The disk is full or fails.
        """
        digest = self._hash.hexdigest()
        with writing(str(self._spool.folder)):
            os.fsync(self._file.fileno())
            self._file.close()
            self._path.replace(self._spool.place(digest))
            _settle(self._spool.folder)
        return digest


def spool_folder(database: str) -> Path:
    """Return where uploads are kept where nothing is set: beside the database file.

    For a database on a server it is a folder among the user's data.
    """
    file = database_file(database)
    if file is None:
        return user_data_path("tidewaiter") / "uploads"
    return file.with_name(f"{file.name}.uploads")


def _too_large(limit: int) -> InputError:
    size = f"{limit / _GB:.3g} GB" if limit >= _GB else f"{limit / (1 << 20):.3g} MB"
    return InputError("node/file-too-large", size=size)


def _settle(folder: Path) -> None:
    """Hand the name to the disk too, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


LONGEST = 200
"""Characters of a name that are kept."""

_NAMELESS = "upload"
_SUFFIX = 20  # characters of the longest suffix


def given_name(given: str) -> str:
    """Return the name of a file without its folders and without what hides or reorders text.

    Each character that cannot be seen becomes U+FFFD; a name that is too long loses its middle, so
    that its suffix, which tells the format, stays.
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    hidden = set(find_controls(last))
    plain = "".join("\ufffd" if at in hidden or c in "\t\r\n" else c for at, c in enumerate(last))
    plain = plain.strip().strip(".") if not plain.strip(". ") else plain.strip()
    if len(plain) > LONGEST:
        suffix = "".join(PurePosixPath(plain).suffixes[-2:])[-_SUFFIX:]
        plain = f"{plain[: LONGEST - len(suffix) - 1]}…{suffix}"
    return plain or _NAMELESS
