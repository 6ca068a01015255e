"""One XML document, parsed with expat as its bytes come.

Documents are from strangers. A document type is refused, and with it every entity; nothing is
fetched; depth and texts have bounds. No tree is built: what has been read of an element is in
its fields when the element ends.

Expat checks every byte and calls nothing. What it has accepted is cut before each tag that ends
an element: a piece ends one, and may begin others. What a piece means is remembered at its place,
so that reading an element is one look into a dict and the putting of its text.
"""

from collections.abc import Sequence
from typing import Any
from xml.parsers import expat

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.messages.assembling import Assembly
from tidewaiter.consignments.messages.putting import (
    Got,
    Leaf,
    put,
    put_attributes,
    put_group,
    put_whole,
)
from tidewaiter.consignments.messages.spots import END, FOREIGN, Attribute, Map, Spot, Start, Way
from tidewaiter.consignments.messages.xmltags import decoded, whole_tags, without_asides

MOST_BYTES = 8 << 20
"""Of one line, or of a head between two lines."""

_HINT = "look whether it is the document that it should be"


class Document:
    """The parsing of one document."""

    def __init__(self, places: Map, assembly: Assembly) -> None:
        self._places = places
        self._assembly = assembly
        # Of the open elements but the innermost, and what is around the root.
        self._stack = [places.outside]
        self._leaves: list[Leaf] = []
        self._since = 0  # bytes since the last line or head ended
        self._spot = places.outside
        self._got = Got()
        self._text = ""  # since the last tag, as written
        self._attributes: Sequence[Attribute] = ()  # of the innermost element, until they are put
        self._foreign: list[int] = []  # rows at which open documents of other formats began
        self._in_line = False
        self._raw = b""  # what is not read yet
        self._base = 0  # bytes before it
        self._parser: Any = expat.ParserCreate("utf-8")  # its bytes are decoded before
        self._parser.StartDoctypeDeclHandler = _refuse_dtd
        self.begun = False

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Read on.

        Raises:
            InputError: The document is damaged, too large, or has a document type.
        """
        self.begun = self.begun or bool(data)
        self._since += len(data)
        self._raw += data
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            said = expat.errors.messages[error.code]
            self._read_last()
            raise InputError(
                f"the document is damaged or breaks off here: {said}",
                at=self._where(),
                hint="send for the whole document; whole lines before this place are read",
            ) from None
        except InputError as error:
            raise InputError(error.message, at=self._where(), hint=error.hint) from None
        self._read(self._accepted())
        if self._since > MOST_BYTES:
            problem = f"a line or a head is longer than {MOST_BYTES >> 20} MB"
            raise InputError(problem, at=self._where(), hint=_HINT)

    def _accepted(self) -> str:
        """Take the whole tags and texts that expat has accepted; the rest waits."""
        end = max(self._parser.CurrentByteIndex - self._base, 0)
        text = self._raw[:end].decode()
        if "<!" in text or "<?" in text:
            text, open_part = without_asides(text)
            end -= len(open_part.encode())
        self._raw = self._raw[end:]
        self._base += end
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    @property
    def is_over(self) -> bool:
        """Tell whether the root is closed."""
        return self.begun and len(self._stack) == 1

    def _where(self) -> str:
        parser = self._parser
        places = [f"line {parser.CurrentLineNumber}", f"column {parser.CurrentColumnNumber + 1}"]
        if path := self._spot.path.strip("/"):
            places.append(path)
        return ", ".join(places)

    def _read_last(self) -> None:
        """Go through what stands before an error, at most to the end of the root.

        Before the root and behind it, expat takes what stands in quotation marks for one piece,
        whatever tags are in it, and says only then what is wrong.
        """
        start, *pieces = whole_tags(self._accepted()).split("</")
        if self.is_over and start.partition("<")[0].strip():
            return
        self._read(start)
        for piece in pieces:
            if self.is_over:
                break
            tag, _, behind = piece.partition(">")
            self._read(f"</{tag}>")
            if not self.is_over:
                self._read(behind)

    def _read(self, data: str) -> None:  # noqa: C901, PLR0912 - this is where the time goes: calls cost as much as cases
        """Go through tags and texts.

        Raises:
            InputError: An element stands too deep.
        """
        stack, leaves, pieces = self._stack, self._leaves, iter(data.split("</"))
        self._go_on(next(pieces))
        spot, got, text, attributes = self._spot, self._got, self._text, self._attributes
        kids = stack[-1].kids
        try:
            for piece in pieces:
                if text and (written := (decoded(text) if "&" in text else text).strip()):
                    field = spot.field
                    if spot.mode:
                        if spot.mode == "whole":
                            leaves.append((spot, written))
                    elif not field:
                        got.kept.append((spot.path, written))
                    elif spot.plain and field not in got.fields:
                        got.fields[field] = written
                        got.ranks[field] = spot.rank
                    else:
                        put(got, spot, written)
                if attributes:
                    put_attributes(got, spot, attributes)
                    attributes = ()
                if spot.role:
                    got = self._close(spot, got)
                tags, _, text = piece.rpartition(">")
                way = kids.get(tags)
                if way is None:
                    way, text = self._places.learn(stack[-1], piece, in_line=self._in_line)
                if way is END:
                    spot = stack.pop()
                    kids = stack[-1].kids
                elif type(way) is Spot:
                    spot = way
                elif type(way) is Way:
                    if way.parts and leaves:
                        leaves.clear()
                    if way.between:
                        stack.extend(way.between)
                        kids = stack[-1].kids
                    spot, attributes = way.spot, way.attributes
                elif type(way) is tuple:
                    spot, got, attributes = self._begin(way, stack.pop(), got, ())
                    kids = stack[-1].kids
        finally:
            self._spot, self._got, self._text, self._attributes = spot, got, text, attributes

    def _go_on(self, piece: str) -> None:
        """Read what stands before the first tag that ends an element."""
        starts, text = self._places.starts(self._spot, piece, in_line=self._in_line)
        self._text = text if starts else self._text + text
        self._spot, self._got, self._attributes = self._begin(
            starts, self._spot, self._got, self._attributes
        )

    def _begin(
        self, starts: Sequence[Start], spot: Spot, got: Got, attributes: Sequence[Attribute]
    ) -> tuple[Spot, Got, Sequence[Attribute]]:
        """Begin elements in one another; those that are closed at once end, too."""
        for kid, found, closed in starts:
            if attributes:
                put_attributes(got, spot, attributes)
            attributes = found
            if not closed:
                self._stack.append(spot)
                spot = kid
            role = kid.role
            if role == "line":
                self._in_line = True
                got = Got()
            elif role == "head":
                got = self._assembly.open_head()
            elif role:
                self._open(role)
            if closed:
                if attributes:
                    put_attributes(got, kid, attributes)
                attributes = ()
                if role:
                    got = self._close(kid, got)
        return spot, got, attributes

    def _open(self, role: str) -> None:
        """Begin what belongs together, or a document of another format."""
        self._leaves.clear()
        if role == FOREIGN:
            self._foreign.append(self._assembly.row)

    def _close(self, spot: Spot, got: Got) -> Got:
        """End a head, a line, or what belongs together; return what is read on."""
        if spot.role in {"line", "head"}:
            self._since = 0
            self._in_line = False
            line = spot.role == "line"
            return self._assembly.add_line(got) if line else self._assembly.close_head()
        if spot.role == FOREIGN:
            if self._foreign.pop() == self._assembly.row:  # else it is around documents of ours
                self._assembly.report_foreign(spot.kind)
            return got
        if self._leaves:
            if spot.group is None:
                put_whole(got, spot, self._leaves, self._places)
            else:
                put_group(got, self._leaves, spot.group)
            self._leaves.clear()
        return got


def _refuse_dtd(*_: object) -> None:
    raise InputError(
        "it has a document type (<!DOCTYPE), which may hold entities; none is read",
        hint="take it out: these messages have none, and it is a way to attack those who read XML",
    )
