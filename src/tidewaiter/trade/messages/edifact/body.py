"""The body of a message: its segments go into bags, and a line is ready when its bag is full."""

from collections.abc import Iterator
from typing import NamedTuple

from tidewaiter.consignments.messages.edifact.bags import Bag
from tidewaiter.consignments.messages.edifact.segments import Segment
from tidewaiter.consignments.messages.edifact.structure import Codes, Message, Places, Step

_WAITING = 9_999  # lines of a message that wait for its containers; the directories have 999
_CELL = "LOC147"  # the tag that LOC+147 stands for where it is a line
_CONTAINER = "EQD"
_DETAIL = "UNS CST"  # a line of customs
_SECTION = "UNS"
_OF_GOODS = frozenset(("hs", "packages", "pack"))  # what the next bill has of its own


class Ready(NamedTuple):
    """A line, and what is around it: its consignment, its message."""

    line: Bag
    around: tuple[Bag, ...]


class Body:
    """Reads one message.

    Args:
        message: Its type.
        places: Of the type.
        codes: What codes mean.
    """

    def __init__(self, message: Message, places: Places, codes: Codes) -> None:
        self._message = message
        self._places = places
        self._codes = codes
        self._all = Bag(codes, ships=message.ships)
        self._consignment: Bag | None = None
        self._line: Bag | None = None
        self._group = ""
        self._first = ""  # the cell or the container: whichever the message names first
        self._lines = 0  # of the consignment
        self._any = False  # a line was made
        self._waiting: list[Ready] = []

    def take(self, segment: Segment) -> Iterator[Ready]:
        """Take the next segment; yield the lines that are ready."""
        if self._begins(segment):
            yield from self._put(segment, _CELL, held=False)
        yield from self._put(segment, self._tag(segment))

    def _put(self, segment: Segment, tag: str, *, held: bool = True) -> Iterator[Ready]:
        """Put a segment where its tag belongs; `held`: it is taken up, else it only opens."""
        step = self._places.step(self._group, tag)
        self._group = step.group
        if step.owner != "line" or step.line:
            yield from self._finish_line()
        if step.line:
            self._line = Bag(self._codes)
        elif step.opens and step.owner == "consignment":
            yield from self._turn(step)
        if held:
            self._bag(step).take(segment, step)

    def end(self) -> Iterator[Ready]:
        """End the message."""
        yield from self._finish_consignment()
        yield from self._waiting
        if not self._any and not self._all.is_empty():
            yield Ready(Bag(self._codes), (self._all,))

    def _tag(self, segment: Segment) -> str:
        """Return the tag by which a segment is placed."""
        tag, lines = segment.tag, self._message.line
        if _is_cell(segment) and _CELL in lines and self._first != _CONTAINER:
            return _CELL
        if tag == "CST" and segment.get(1) and _DETAIL in lines and not self._in_detail():
            self._group = _SECTION  # a sender that leaves UNS out
        return tag

    def _begins(self, segment: Segment) -> bool:
        """Tell whether a segment begins a line, as containers do that stand before their cells."""
        if _CELL not in self._message.line:
            return False
        if not self._first and (segment.tag == _CONTAINER or _is_cell(segment)):
            self._first = segment.tag
        return segment.tag == _CONTAINER == self._first

    def _in_detail(self) -> bool:
        return self._group.partition(" ")[0] == _SECTION

    def _bag(self, step: Step) -> Bag:
        if step.owner == "line" and self._line is not None:
            return self._line
        if step.owner == "consignment" and self._consignment is not None:
            return self._consignment
        return self._all

    def _turn(self, step: Step) -> Iterator[Ready]:
        """Begin a consignment, or go on with it: a second bill after goods is another one."""
        if " " not in step.group:
            yield from self._finish_consignment()
            self._consignment, self._lines = Bag(self._codes), 0
        elif step.group.count(" ") == 1 and step.group.endswith("RFF") and self._lines:
            numbers = self._consignment.numbers if self._consignment else {}
            self._consignment, self._lines = Bag(self._codes), 0
            self._consignment.numbers |= {f: t for f, t in numbers.items() if f not in _OF_GOODS}

    def _finish_line(self) -> Iterator[Ready]:
        line, self._line = self._line, None
        if line is not None:
            self._lines += 1
            yield from self._made(line)

    def _finish_consignment(self) -> Iterator[Ready]:
        """Finish what is open; a consignment without goods is a line of its own."""
        yield from self._finish_line()
        if self._consignment is not None and not self._lines and not self._consignment.is_empty():
            yield from self._made(Bag(self._codes))
        self._consignment = None

    def _made(self, line: Bag) -> Iterator[Ready]:
        around = (self._all,) if self._consignment is None else (self._consignment, self._all)
        self._any = True
        if self._message.early:
            yield Ready(line, around)
            return
        self._waiting.append(Ready(line, around))
        if len(self._waiting) > _WAITING:
            yield from self._waiting
            self._waiting = []


def _is_cell(segment: Segment) -> bool:
    return segment.tag == "LOC" and segment.get(1) == "147"
