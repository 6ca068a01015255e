"""Archives inside files, or passed to a page: each of their files by its own reader.

The commands read the files of an archive as files of their own.
"""

import stat
import tarfile
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.xml import FAULTS
from tidewaiter.trade.readers.parts.types import Part, Room
from tidewaiter.trade.types import Refusal

_LOCKED = 1
_ASIDE = ("__MACOSX/", "._", ".DS_Store", "Thumbs.db", "desktop.ini")
_TAR = slice(257, 262)
_BROKEN = (tarfile.TarError, *FAULTS)


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like a tar archive; a ZIP may also be a workbook."""
    del suffix
    return head[_TAR] == b"ustar"


def split(file: BinaryIO, name: str, room: Room) -> Iterator[Part | Refusal]:
    """Yield the files of an archive, or the reason why one is not read.

    Raises:
        InputError: The archive is damaged.
    """
    start = file.tell()
    head = file.read(512)
    file.seek(start)
    try:
        yield from (_tar if fits(head, "") else _zip)(file, name, room)
    except _BROKEN as error:
        raise InputError("base/archive-damaged", at=name) from error


def _zip(file: BinaryIO, name: str, room: Room) -> Iterator[Part | Refusal]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            leaf = info.filename
            if info.is_dir() or _is_aside(leaf):
                continue
            if info.flag_bits & _LOCKED or stat.S_ISLNK(info.external_attr >> 16):
                yield _unread(leaf, "trade/attachment-locked")
                continue
            try:
                with archive.open(info) as stream:
                    held = room.hold(stream, f"{name}/{leaf}", info.compress_size)
            except _BROKEN:
                yield _unread(leaf, "trade/attachment-damaged")
                continue
            yield Part(name=leaf, file=held)


def _tar(file: BinaryIO, name: str, room: Room) -> Iterator[Part]:
    with tarfile.open(fileobj=file, mode="r|") as archive:
        for entry in archive:
            stream = archive.extractfile(entry) if entry.isreg() else None
            if stream is not None and not _is_aside(entry.name):
                held = room.hold(stream, f"{name}/{entry.name}")
                yield Part(name=entry.name, file=held)


def _is_aside(name: str) -> bool:
    return name.startswith(_ASIDE[0]) or name.rpartition("/")[2].startswith(_ASIDE[1:])


def _unread(name: str, code: str) -> Refusal:
    return Refusal.of(InputError(code, title=name), row=0, column=name, screened=False)
