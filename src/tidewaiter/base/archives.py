"""Input files from paths: files, folders, zip and gzip archives, with size limits."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.worksheet import is_workbook

MOST = 1 << 30  # total bytes of the files of a list, uncompressed
_RATIO = 200  # maximum compression ratio
_SMALL = 1 << 20  # bytes; smaller files are exempt from the ratio limit
_FILES = 50
_PIECE = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class ListFile(Record, frozen=True, kw_only=True):
    """One file of a list."""

    name: str
    content: bytes


def read_paths(paths: Sequence[Path]) -> list[ListFile]:
    """Read the files of a list.

    Args:
        paths: Files, or folders of files; zip and gzip archives are extracted in memory.

    Raises:
        InputError: No file, size limit exceeded, or an archive is damaged or unsafe.
    """
    files: list[ListFile] = []
    for path in paths:
        for place in sorted(path.iterdir()) if path.is_dir() else [path]:
            if place.is_file() and not place.name.startswith("."):
                _check(place.stat().st_size, place.name)
                files += unpack(ListFile(name=place.name, content=place.read_bytes()))
                _check(sum(len(file.content) for file in files), path.name)
    if not files:
        raise InputError("base/no-files-named", at=str(paths[0]))
    if len(files) > _FILES:
        raise InputError("base/folder-of-too-many-files", files=_FILES, at=str(paths[0]))
    return files


def unpack(file: ListFile) -> Iterator[ListFile]:
    """Extract an archive; a workbook, and a file that is not an archive, are yielded unchanged.

    Raises:
        InputError: The archive is damaged or encrypted, too large, or contains unsafe paths.
    """
    if is_workbook(file.content):
        yield file
    elif file.content[:4] == b"PK\x03\x04":
        yield from _zip(file)
    elif file.content[:2] == b"\x1f\x8b":
        name = file.name.removesuffix(".gz")
        yield ListFile(name=name, content=_gzip(file))
    else:
        yield file


def _zip(file: ListFile) -> Iterator[ListFile]:
    left = MOST
    try:
        with zipfile.ZipFile(BytesIO(file.content)) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            if len(members) > _FILES:
                raise InputError("base/archive-of-too-many-files", files=_FILES, at=file.name)
            for member in members:
                name = _name(file.name, member.filename)
                bound = min(left, max(_SMALL, _RATIO * member.compress_size))
                with archive.open(member) as stream:
                    content = _bounded(stream, bound, f"{file.name}, {member.filename}")
                left -= len(content)
                yield ListFile(name=name, content=content)
    except _BROKEN as error:
        raise _damaged(file.name) from error


def _gzip(file: ListFile) -> bytes:
    bound = min(MOST, max(_SMALL, _RATIO * len(file.content)))
    try:
        with gzip.GzipFile(fileobj=BytesIO(file.content)) as stream:
            return _bounded(stream, bound, file.name)
    except _BROKEN as error:
        raise _damaged(file.name) from error


def _bounded(stream: IO[bytes] | gzip.GzipFile, bound: int, at: str) -> bytes:
    """Read a stream up to a limit; the declared size is not trusted."""
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > bound:
            raise InputError("base/archive-grows-too-large", bound=bound >> 20, at=at)
        pieces.append(piece)
    return b"".join(pieces)


def _name(archive: str, member: str) -> str:
    """Return the name of a member; nothing is written to disk, but path traversal is rejected."""
    path = PurePosixPath(member.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in member:
        raise InputError("base/archive-member-outside", member=member, at=archive)
    return path.name


def _check(size: int, name: str) -> None:
    if size > MOST:
        raise InputError("base/files-too-large", most=MOST >> 30, at=name)


def _damaged(name: str) -> InputError:
    return InputError("base/archive-damaged", at=name)
