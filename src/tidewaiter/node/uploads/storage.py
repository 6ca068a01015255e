"""Upload spool: file contents stored once by hash; safe file names.

A file is written under a temporary name, synced, and then renamed, so that a file named by a hash
is complete. The folder is private.
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
"""Default maximum file size in bytes."""

_RESERVE = 512 << 20  # bytes of disk space kept free
_LOOK = 64 << 20  # bytes between checks of the free space
_GB = 1 << 30


class Spool(Record, frozen=True, kw_only=True):
    """Folder of uploads, and size limit."""

    folder: Path
    limit: int = LIMIT  # bytes

    def receive(self) -> "Part":
        """Start receiving a file.

        Raises:
            OutputError: The folder cannot be written, or its disk is almost full.
        """
        return Part(self)

    def check(self, size: int) -> None:
        """Refuse a file by its announced size.

        Raises:
            InputError: It is too large.
            OutputError: Not enough disk space.
        """
        if size > self.limit:
            raise _too_large(self.limit)
        self.make()
        if shutil.disk_usage(self.folder).free - size < _RESERVE:
            raise OutputError("node/disk-full", at=str(self.folder))

    def make(self) -> None:
        """Create the private folder."""
        with writing(str(self.folder)):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def place(self, sha256: str) -> Path:
        """Return the path of a content hash."""
        return self.folder / sha256

    def journal(self, number: int) -> Path:
        """Return the journal path of an upload."""
        return self.folder / f"{number}.journal"

    def remove(self, digests: Iterable[str], numbers: Iterable[int]) -> None:
        """Delete contents, and the journals of uploads."""
        places = [*map(self.place, digests), *map(self.journal, numbers)]
        for place in places:
            place.unlink(missing_ok=True)

    def sweep(self, before: float) -> int:
        """Delete remains of interrupted uploads.

        Args:
            before: Limit of the modification time, seconds since 1970.

        Returns:
            The number of files deleted.
        """
        removed = 0
        for path in self.folder.glob(".*.part"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
        return removed


class Part:
    """A file being received; a context manager that deletes it unless `keep` is called."""

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
        """Delete it unless kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, piece: bytes | bytearray) -> None:
        """Write a piece.

        Raises:
            InputError: The size limit is exceeded.
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
        """Sync and rename the file; return its SHA-256.

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
    """Return the default spool folder: beside the database file.

    For a database server, in the user data folder.
    """
    file = database_file(database)
    if file is None:
        return user_data_path("tidewaiter") / "uploads"
    return file.with_name(f"{file.name}.uploads")


def _too_large(limit: int) -> InputError:
    size = f"{limit / _GB:.3g} GB" if limit >= _GB else f"{limit / (1 << 20):.3g} MB"
    return InputError("node/file-too-large", size=size)


def _settle(folder: Path) -> None:
    """Sync the folder too, where supported."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


LONGEST = 200
"""Maximum characters of a file name."""

_NAMELESS = "upload"
_SUFFIX = 20  # maximum characters of a suffix


def given_name(given: str) -> str:
    """Return a file name without folders, and without invisible or reordering characters.

    Each invisible character becomes U+FFFD; a long name is shortened in the middle, which keeps
    the suffix.
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    hidden = set(find_controls(last))
    plain = "".join("\ufffd" if at in hidden or c in "\t\r\n" else c for at, c in enumerate(last))
    plain = plain.strip().strip(".") if not plain.strip(". ") else plain.strip()
    if len(plain) > LONGEST:
        suffix = "".join(PurePosixPath(plain).suffixes[-2:])[-_SUFFIX:]
        plain = f"{plain[: LONGEST - len(suffix) - 1]}…{suffix}"
    return plain or _NAMELESS
