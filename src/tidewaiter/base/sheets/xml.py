"""Streaming XML parser: one element in memory at a time, without custom entities."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Protocol
from xml.parsers import expat
from zipfile import BadZipFile

from tidewaiter.base.errors import InputError

PIECE = 1 << 16
"""Bytes parsed at a time."""

FAULTS = (
    expat.ExpatError,
    BadZipFile,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    LookupError,
    EOFError,
    zlib.error,
)
"""Exceptions raised by a damaged archive or unexpected XML."""

_TOKEN = 16 << 20  # bytes of the longest tag


class Local(dict[str, str]):
    """Local names of elements: "x:row" is "row"; cached."""

    def __missing__(self, name: str) -> str:
        """Remove the prefix, once per name."""
        local = name.rpartition(":")[2]
        if len(self) < 1000:  # noqa: PLR2004 - a file with more names of its own is no workbook
            self[name] = local
        return local


class Events(Protocol):
    """Parser callbacks; names are as written, with their prefix."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Handle the start of an element."""

    def end(self, name: str) -> None:
        """Handle the end of an element."""

    def text(self, text: str) -> None:
        """Handle a piece of text."""


def walk(stream: IO[bytes], events: Events, name: str) -> Iterator[None]:
    """Parse a stream, yielding after each chunk so that collected items can be used.

    Args:
        stream: XML.
        events: Parser callbacks.
        name: Name of the file, for errors.

    Raises:
        InputError: Damaged, declares entities, or contains an oversized tag.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = events.start
    parser.EndElementHandler = events.end
    parser.CharacterDataHandler = events.text
    parser.StartDoctypeDeclHandler = _no_doctype(name)
    fed = 0
    try:
        while piece := stream.read(PIECE):
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > _TOKEN:
                raise InputError("base/tag-too-long", token=_TOKEN >> 20, at=name)
            yield
        parser.Parse(b"", True)
        yield
    except FAULTS as error:
        raise damaged(name) from error


def _no_doctype(name: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise InputError("base/declares-xml-entities", at=name)

    return refuse


def damaged(name: str) -> InputError:
    """Return the error for an unreadable spreadsheet."""
    return InputError("base/spreadsheet-damaged", at=name)
