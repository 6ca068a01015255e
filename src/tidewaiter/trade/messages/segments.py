"""Segments of X12 interchanges: what separates them is told by each interchange itself."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

LONGEST = 1 << 20
"""Characters of a segment."""

_PIECE = 1 << 16  # bytes read at a time
_FIXED = 16  # elements of ISA
_SPACE = "\r\n\t \0"
_BEGINS = re.compile(r"ISA([^A-Za-z0-9\s])")


class Segment(NamedTuple):
    """One segment."""

    number: int  # in the file, from 1
    elements: tuple[str, ...]  # its tag first

    def get(self, place: int) -> str:
        """Return an element without spaces around it; "": there is none."""
        return self.elements[place].strip() if place < len(self.elements) else ""

    def text(self) -> str:
        """Return all behind the tag, as one text."""
        return "*".join(self.elements[1:]).rstrip("*")


def segments(file: BinaryIO) -> Iterator[Segment]:
    """Cut a file into segments; what stands before the first ISA is one, by what ends it.

    Raises:
        ValueError: A segment is too long, or an interchange does not say what ends its segments.
    """
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    text, number = "", 0
    between, end = "*", "~"
    more = True
    while more or text:
        text = text.lstrip(_SPACE)
        if found := _BEGINS.match(text):
            parts = text.split(found[1], _FIXED)
            if len(parts) > _FIXED and len(parts[_FIXED]) > 1:
                between, end = found[1], parts[_FIXED][1]
            elif not more:
                raise ValueError("the interchange breaks off in its first segment")
        pieces = text.split(end)
        text = pieces.pop() if more else ""
        for place, piece in enumerate(pieces):
            whole = piece.strip("\r\n")
            if place and _BEGINS.match(whole.lstrip(_SPACE)):  # it may have other separators
                text = end.join((*pieces[place:], text))
                break
            if whole.strip(_SPACE):
                number += 1
                yield Segment(number, tuple(whole.split(between)))
        else:
            if len(text) > LONGEST:
                raise ValueError(f"a segment is longer than {LONGEST >> 20} million characters")
            data = file.read(_PIECE) if more else b""
            more = bool(data)
            text += decode(data, final=not more)
