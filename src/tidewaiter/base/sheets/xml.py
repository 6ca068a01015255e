"""XML read as a stream: one element in memory at a time, without custom entities."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Protocol
from xml.parsers import expat
from zipfile import BadZipFile

from tidewaiter.base.errors import InputError

PIECE = 1 << 16
"""Bytes that are parsed at once."""

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
"""What a damaged archive raises, or one that holds other XML than it should."""

_TOKEN = 16 << 20  # bytes of the longest tag


class Local(dict[str, str]):
    """Names of elements without their prefix: "x:row" is "row"."""

    def __missing__(self, name: str) -> str:
        """Cut the prefix off, once for each name."""
        local = name.rpartition(":")[2]
        if len(self) < 1000:  # noqa: PLR2004 - a file with more names of its own is no workbook
            self[name] = local
        return local


class Events(Protocol):
    """What is called as a stream is parsed; names are as written, with their prefix."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Note that an element begins."""

    def end(self, name: str) -> None:
        """Note that an element ends."""

    def text(self, text: str) -> None:
        """Note a piece of text."""


def walk(stream: IO[bytes], events: Events, name: str) -> Iterator[None]:
    """Parse a stream, and stop after each piece so that what it held can be used.

    Args:
        stream: XML.
        events: Called on the way.
        name: Of the file, for errors.

    Raises:
        InputError: It is damaged, declares entities, or holds a tag beyond all measure.
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
    """Return the error for a spreadsheet that cannot be read."""
    return InputError("base/spreadsheet-damaged", at=name)
