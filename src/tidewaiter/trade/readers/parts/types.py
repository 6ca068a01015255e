"""Files that hold other files: their own text, and what is inside, within limits."""

import tempfile
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO, cast

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.types import Refusal

MOST = 500
"""Maximum number of files inside a file, at any depth."""

LARGEST = 1 << 30
"""Maximum size of all files inside a file, in bytes."""

DEEPEST = 4
"""Maximum depth: a spreadsheet in an archive in an e-mail in an e-mail."""

RATIO = 300
"""Maximum compression ratio of a file larger than 64 MB."""

_SMALL = 64 << 20
_IN_MEMORY = 4 << 20
_PIECE = 1 << 20


class Part(Record, frozen=True, kw_only=True):
    """A file inside another."""

    name: str
    file: BinaryIO  # seekable, at its start
    form: str | None = None  # its format; None: by name and content


def valid(text: str) -> str:
    """Return a text without halves of characters, which bytes that cannot be decoded become."""
    return text.encode("utf-8", "replace").decode()


class _Held(tempfile.SpooledTemporaryFile[bytes]):
    """A temporary file that is closed with its last reader: tables read it later, or never."""

    def __del__(self) -> None:
        """Close it; the base class would warn."""
        self.close()


class Room:
    """What one file may hold inside; shared by all files inside it."""

    def __init__(self) -> None:
        self._files = 0
        self._bytes = 0

    def hold(self, stream: IO[bytes], name: str, packed: int | None = None) -> BinaryIO:
        """Copy a file inside another; a large one is kept on the disk.

        Args:
            stream: The file.
            name: Its name, for errors.
            packed: Its compressed size, in bytes; None: it is not compressed.

        Raises:
            InputError: There are too many, they are too large, or it is a bomb.
        """
        self._files += 1
        if self._files > MOST:
            raise InputError("trade/too-many-parts", most=MOST, at=name)
        held = cast("BinaryIO", _Held(max_size=_IN_MEMORY))
        size = 0
        while piece := stream.read(_PIECE):
            size += len(piece)
            self._bytes += len(piece)
            if self._bytes > LARGEST:
                raise InputError("trade/parts-too-large", largest=LARGEST >> 20, at=name)
            if packed is not None and size > max(_SMALL, RATIO * max(1, packed)):
                raise InputError("trade/part-bomb", ratio=RATIO, at=name)
            held.write(piece)
        held.seek(0)
        return held


Split = Callable[[BinaryIO, str, Room], Iterator[Found | Refusal | Part]]
"""Yields the own lines of a file, what is not read of it, and the files inside.

Raises InputError if it is unreadable as a whole.
"""


class Container(Record, frozen=True, kw_only=True):
    """A format of files that hold other files."""

    name: str  # "email"
    title: str  # "e-mail"
    fits: Callable[[bytes, str], bool]  # detector: first 4,096 bytes, and the suffix
    split: Split
    source: str  # publication of the format
    confirmed: bool = True
