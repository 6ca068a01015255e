"""Compressed files: gzip, bzip2, xz, Zstandard and LZ4, unpacked as a stream."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import IO, BinaryIO, cast

import pyarrow as pa

MEMORY = 256 << 20
"""Maximum memory that a file may request for unpacking, in bytes."""

SUFFIXES = frozenset(("gz", "bz2", "xz", "zst", "zstd", "lz4"))
"""Suffixes that are ignored: the one before them says what is inside."""

_PIECE = 1 << 16
FAULTS = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, pa.ArrowException, ValueError)
"""Exceptions raised by damaged data; bzip2 and Arrow also raise an OSError without a number."""


class _Xz(io.RawIOBase):
    """Unpacks xz with limited memory; the library's own file class has no limit."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._unpacker: lzma.LZMADecompressor | None = None
        self._rest = b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read at most the size of the buffer; 0: the end."""
        while True:
            if self._unpacker is None or self._unpacker.eof:
                rest = self._unpacker.unused_data if self._unpacker else b""
                rest = (rest or self._file.read(_PIECE)).lstrip(b"\0")  # padding between streams
                if not rest:
                    return 0
                self._unpacker = lzma.LZMADecompressor(memlimit=MEMORY)
                self._rest = rest
            elif self._unpacker.needs_input:
                self._rest = self._file.read(_PIECE)
                if not self._rest:
                    raise EOFError
            data = self._unpacker.decompress(self._rest, len(buffer))
            self._rest = b""
            if data:
                buffer[: len(data)] = data
                return len(data)


class _InPieces:
    """Gives what is unpacked before the data turns out to be damaged: `read` would lose it."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes; empty: the end. Without a size, read all."""
        return self._file.read() if size < 0 else self._file.read1(size)


def _arrow(codec: str) -> Callable[[IO[bytes]], BinaryIO]:
    def opened(file: IO[bytes]) -> BinaryIO:
        return cast("BinaryIO", pa.CompressedInputStream(pa.PythonFile(file, "r"), codec))

    return opened


_OPENERS: dict[bytes, Callable[[IO[bytes]], BinaryIO]] = {
    b"\x1f\x8b": lambda file: cast("BinaryIO", _InPieces(gzip.GzipFile(fileobj=file))),
    b"BZh": lambda file: cast("BinaryIO", _InPieces(bz2.BZ2File(file))),
    b"\xfd7zXZ\0": lambda file: cast("BinaryIO", _InPieces(io.BufferedReader(_Xz(file), _PIECE))),
    b"\x28\xb5\x2f\xfd": _arrow("zstd"),
    b"\x04\x22\x4d\x18": _arrow("lz4"),
}
_BZ2_BLOCK = (b"1AY&SY", b"\x17rE8P\x90")
LONGEST_MAGIC = 10
"""Bytes required by `unpacker_of`."""


def unpacker_of(head: bytes) -> Callable[[IO[bytes]], BinaryIO] | None:
    """Return what unpacks a file, by its first bytes; None: it is not compressed."""
    for magic, opener in _OPENERS.items():
        if head.startswith(magic) and (magic != b"BZh" or head[4:10] in _BZ2_BLOCK):
            return opener
    return None


def is_packed(file: BinaryIO) -> bool:
    """Return whether a seekable file is compressed; its position does not change."""
    place = file.tell()
    start = file.read(LONGEST_MAGIC)
    file.seek(place)
    return unpacker_of(start) is not None


def is_damage(error: BaseException) -> bool:
    """Return whether an exception tells of damaged data, not of the disk."""
    return isinstance(error, FAULTS) or (isinstance(error, OSError) and error.errno is None)


def first_bytes(raw: bytes, size: int) -> bytes:
    """Unpack the beginning of compressed data; of damaged data, what can be unpacked."""
    opener = unpacker_of(raw)
    if opener is None:
        return raw[:size]
    found = b""
    try:
        stream = opener(io.BytesIO(raw))
        while len(found) < size:
            piece = stream.read(size - len(found))
            if not piece:
                break
            found += piece
    except (*FAULTS, OSError):
        pass
    return found or raw[:size]
