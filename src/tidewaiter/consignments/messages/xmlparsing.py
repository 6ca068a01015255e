"""One XML document, parsed with expat as its bytes come.

Documents are from strangers. A document type is refused, and with it every entity; nothing is
fetched; depth and texts have bounds. No tree is built: what has been read of an element is in
its fields when the element ends.
"""

from collections.abc import Callable
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
from tidewaiter.consignments.messages.spots import Map, Spot

MOST_BYTES = 8 << 20
"""Of one line, or of a head between two lines."""

_HINT = "look whether it is the document that it should be"
_Handlers = tuple[Callable[..., None], Callable[..., None]]


class Document:
    """The parsing of one document."""

    def __init__(self, places: Map, assembly: Assembly) -> None:
        self._places = places
        self._assembly = assembly
        self._stack: list[Spot] = []  # of the open elements but the innermost
        self._leaves: list[Leaf] = []
        self._since = 0  # bytes since the last line or head ended
        self._spot: Callable[[], Spot]
        self._parser = self._prepared()
        self.begun = False

    def _prepared(self) -> Any:
        parser = expat.ParserCreate("utf-8")  # whatever it declares: its bytes are decoded before
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = _refuse_dtd
        texts: list[str] = []
        parser.StartElementHandler, parser.EndElementHandler = self._handlers(texts)
        parser.CharacterDataHandler = texts.append
        return parser

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Read on.

        Raises:
            InputError: The document is damaged, too large, or has a document type.
        """
        self.begun = self.begun or bool(data)
        self._since += len(data)
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            said = expat.errors.messages[error.code]
            raise InputError(
                f"the document is damaged or breaks off here: {said}", at=self._where(),
                hint="the lines before it are read; send for the whole document",
            ) from None  # fmt: skip
        except InputError as error:
            raise InputError(error.message, at=self._where(), hint=error.hint) from None
        if self._since > MOST_BYTES:
            problem = f"a line or a head is longer than {MOST_BYTES >> 20} MB"
            raise InputError(problem, at=self._where(), hint=_HINT)

    @property
    def is_over(self) -> bool:
        """Tell whether the root is closed."""
        return self.begun and not self._stack

    def _where(self) -> str:
        parser = self._parser
        places = [f"line {parser.CurrentLineNumber}", f"column {parser.CurrentColumnNumber + 1}"]
        if path := self._spot().path.strip("/"):
            places.append(path)
        return ", ".join(places)

    def _handlers(self, texts: list[str]) -> _Handlers:  # noqa: C901 - calls cost as much as cases
        """Make what the parser calls, with all it needs at hand: this is where the time goes.

        Args:
            texts: Where the parser puts the texts since the last tag.
        """
        stack, leaves = self._stack, self._leaves
        push, pop, find = stack.append, stack.pop, self._places.find
        spot, got = self._places.outside, Got()
        attributes: list[str] = []
        in_line = False

        def start(name: str, found: list[str]) -> None:
            nonlocal spot, got, attributes, in_line
            if attributes:
                put_attributes(got, spot, attributes)
            push(spot)
            spot = spot.kids.get(name) or find(spot, name, in_line=in_line)
            attributes = found
            if texts:
                texts.clear()
            if spot.role:
                if spot.role == "head":
                    got = self._assembly.open_head()
                elif spot.role == "line":
                    got, in_line = Got(), True
                else:
                    leaves.clear()

        def end(_: str) -> None:
            nonlocal spot, got, attributes, in_line
            if texts:
                written = (texts[0] if len(texts) == 1 else "".join(texts)).strip()
                texts.clear()
                if written:
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
                attributes = []
            if spot.role:
                got, in_line = self._close(spot, got, in_line=in_line)
            spot = pop()

        self._spot = lambda: spot
        return start, end

    def _close(self, spot: Spot, got: Got, *, in_line: bool) -> tuple[Got, bool]:
        """End a head, a line, or what belongs together; return what is read on."""
        if spot.role == "line":
            self._since = 0
            return self._assembly.add_line(got), False
        if spot.role == "head":
            self._since = 0
            return self._assembly.close_head(), False
        if self._leaves and spot.group is not None:
            put_group(got, self._leaves, spot.group)
        elif self._leaves:
            put_whole(got, spot, self._leaves, self._places)
        self._leaves.clear()
        return got, in_line


def _refuse_dtd(*_: object) -> None:
    raise InputError(
        "it has a document type (<!DOCTYPE), which may hold entities; none is read",
        hint="take it out: these messages have none, and it is a way to attack those who read XML",
    )
