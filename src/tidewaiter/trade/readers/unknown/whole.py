"""Documents that are read as a whole, up to a size."""

from typing import BinaryIO

from tidewaiter.base.errors import InputError

MOST = 64 << 20
"""Bytes of a document that is read as a whole."""


def whole_of(file: BinaryIO, name: str) -> bytes:
    """Read the rest of a file.

    Raises:
        InputError: It is longer than `MOST`.
    """
    parts: list[bytes] = []
    size = 0
    while part := file.read(1 << 20):
        size += len(part)
        if size > MOST:
            raise too_long(name)
        parts.append(part)
    return b"".join(parts)


def too_long(name: str) -> InputError:
    """Return the error for a document that is longer than `MOST`."""
    return InputError("trade/unknown-document-too-long", most=MOST >> 20, at=name)
