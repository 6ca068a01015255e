"""Segments of X12 interchanges as a stream, and parties that several of them describe."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.x12.tables import load_tables

LONGEST = 1 << 20
"""Characters of a segment."""

_PIECE = 1 << 16  # bytes read at a time
_FIXED = 16  # elements of ISA
_USUAL = "~"  # end of a segment
_SPACE = "\r\n\t \0"
_BARE = re.compile(r"(?:GS|ST)\*[^\n]*\n")
_BEGINS = re.compile(r"ISA([^A-Za-z0-9\s])")


class Segment(NamedTuple):
    """A segment."""

    number: int  # number in the file, from 1
    elements: tuple[str, ...]  # tag first

    def get(self, place: int) -> str:
        """Return an element, trimmed; "": missing."""
        return self.elements[place].strip() if place < len(self.elements) else ""

    def text(self) -> str:
        """Return everything after the tag, as one text."""
        return "*".join(self.elements[1:]).rstrip("*")


def segments(file: BinaryIO) -> Iterator[Segment]:
    """Split a file into segments; text before the first ISA is one segment.

    Raises:
        InputError: A segment is too long, or an interchange does not define its terminator.
    """
    decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
    text, number = "", 0
    between, end = "*", _USUAL
    more = True
    while more or text:
        text = text.lstrip(_SPACE)
        between, end = _marks(text, first=not number, more=more) or (between, end)
        pieces = text.split(end)
        text = pieces.pop() if more else ""
        for place, piece in enumerate(pieces):
            whole = piece.lstrip(_SPACE).rstrip("\r\n")
            if place and _BEGINS.match(whole):  # it may have other separators
                text = end.join((*pieces[place:], text))
                break
            if whole.rstrip(_SPACE):
                number += 1
                yield Segment(number, tuple(whole.split(between)))
        else:
            if len(text) > LONGEST:
                raise InputError("trade/segment-too-long", number=number + 1, longest=LONGEST)
            data = file.read(_PIECE) if more else b""
            more = bool(data)
            text += decode(data, final=not more)


def _marks(text: str, *, first: bool, more: bool) -> tuple[str, str] | None:
    """Return the marks between elements and after segments that a text begins with.

    None: it does not say. Without ISA the usual ones are used, or segments end with their lines.
    """
    found = _BEGINS.match(text)
    if found is None:
        return ("*", "\n") if first and _BARE.match(text) and _USUAL not in text else None
    parts = text.split(found[1], _FIXED)
    if len(parts) > _FIXED and len(parts[_FIXED]) > 1:
        component, end = parts[_FIXED][0], parts[_FIXED][1]
        is_later = _USUAL in parts[_FIXED][1:]
        left_out = component == _USUAL and end in _SPACE and is_later  # the mark of components
        return found[1], _USUAL if left_out else end
    if not more:
        raise InputError("trade/x12-first-segment-cut")
    return None


OTHER = "other"
"""Role of a party with an unknown code: it is compared with the lists too."""


class Party:
    """Builder of a party."""

    def __init__(self, segment: Segment) -> None:
        """Start with N1, or with NM1 for a person or firm."""
        self.role = load_tables().codes.party.get(segment.get(1), OTHER)
        self._country = ""
        self._address = list[str]()
        if segment.get(0) == "NM1":
            self._names = [segment.get(place) for place in (3, 4, 5)]
            self._id = segment.get(9)
        else:
            self._names, self._id = [segment.get(2)], segment.get(4)

    def add(self, segment: Segment) -> None:
        """Handle N2, N3 or N4."""
        tag = segment.get(0)
        told = [segment.get(place) for place in range(1, len(segment.elements))]
        if tag == "N2":
            self._names += told
            return
        if tag == "N4":
            self._country = segment.get(4) or self._country
            told = told[:3]
        self._address += told

    def told(self) -> dict[str, str | None]:
        """Return the party with the keys of types.PARTY."""
        return {
            "role": self.role,
            "name": " ".join(filter(None, self._names)) or None,
            "address": ", ".join(filter(None, self._address)) or None,
            "country": self._country or None,
            "id_scheme": None,
            "id": self._id or None,
        }


_SEGMENT = 100  # characters added per segment: approximate overhead in memory


def size_of(segment: Segment) -> int:
    """Return the size of a segment in characters."""
    return sum(map(len, segment.elements)) + _SEGMENT
