"""Tar archives, also compressed: their files in one pass, within the bounds of ZIP archives."""

import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.readers.compression import FAULTS, first_bytes, is_damage, unpacker_of

_HEAD = 1 << 20
_MAGIC = slice(257, 262)
_BROKEN = (tarfile.TarError, OSError, *FAULTS)


class TarMember(Record, frozen=True, kw_only=True):
    """A file in a tar archive."""

    filename: str
    place: int  # index among the entries of the archive
    file_size: int  # bytes


TarOpener = Callable[[TarMember], IO[bytes]]
"""Opens a file of an archive under way."""


def is_tar(path: Path) -> bool:
    """Return whether a file is a tar archive, by its first bytes."""
    with path.open("rb") as file:
        return first_bytes(file.read(_HEAD), 512)[_MAGIC] == b"ustar"


def list_members(path: Path, stop: Callable[[int, int], None]) -> tuple[TarMember, ...] | None:
    """List the regular files of an archive; None: it is damaged.

    Links, devices and folders are ignored; sparse files are stored as such.

    Args:
        path: The archive.
        stop: Called with the number of files and their size so far; raises if it is too much.
    """
    found: list[TarMember] = []
    size = 0
    try:
        with _opened(path) as archive:
            for place, each in enumerate(archive):
                size += each.size
                if each.isreg():
                    found.append(TarMember(filename=each.name, place=place, file_size=each.size))
                stop(len(found), size)
    except _BROKEN as error:
        if not is_damage(error) and not isinstance(error, tarfile.TarError):
            raise
        return None
    return tuple(found)


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    with path.open("rb") as file:
        unpack = unpacker_of(file.read(16))
        file.seek(0)
        stream = file if unpack is None else unpack(file)
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|") as archive:
            yield archive


@contextmanager
def reading(path: Path) -> Iterator[TarOpener]:
    """Open an archive, to read its files in their order.

    Yields:
        Opens a file; it raises InputError if the archive is damaged.
    """
    with _opened(path) as archive:
        entries = enumerate(archive)

        def opened(wanted: TarMember) -> IO[bytes]:
            try:
                entry = next(entry for place, entry in entries if place == wanted.place)
                stream = archive.extractfile(entry)
            except (*_BROKEN, StopIteration) as error:
                raise InputError("cli/archive-damaged", at=path.name) from error
            if stream is None:
                raise InputError("cli/archive-damaged", at=path.name)
            return stream

        yield opened
