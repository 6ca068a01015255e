"""Interchanges to lines: messages one after the other, and what is wrong with them."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.messages.edifact.body import Body, Ready
from tidewaiter.consignments.messages.edifact.lines import found_of
from tidewaiter.consignments.messages.edifact.segments import CHARACTERS, Cutter, Segment
from tidewaiter.consignments.messages.edifact.structure import (
    Message,
    Places,
    load_tables,
    message_of,
)
from tidewaiter.consignments.messages.types import Format, Found
from tidewaiter.consignments.types import Refusal
from tidewaiter.parties.identifiers.numbers import check_number

_START = re.compile(rb"\s*(?:UNA.{6}\s*)?(?:UNB|UNG|UNH)[^A-Za-z0-9]", re.DOTALL)
_TAG = re.compile(r"[A-Z]{2}[A-Z0-9]")
_IMO = "146"  # 1131, the list that the number of a ship is of
_LONGEST = 200  # characters of a value that is reported

Item = Found | Refusal


def fits(head: bytes, suffix: str) -> bool:
    """Tell whether a file begins as an interchange or a message does; of UTF-16 too."""
    del suffix
    plain = head[:64].replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf")
    return _START.match(plain) is not None


def read(file: BinaryIO, name: str) -> Iterator[Item]:
    """Read the lines of all messages of a file.

    Args:
        file: Its bytes.
        name: Of the file, for errors.

    Raises:
        InputError: It holds no message.
    """
    reading = _Reading()
    cutter, odd = Cutter(file), set[str]()
    try:
        for segment in cutter.segments():
            if segment.tag == "UNB":
                odd.clear()
            if cutter.odd:
                if cutter.odd not in odd:
                    yield reading.report("UNB", cutter.odd, cutter.hint)
                odd.add(cutter.odd)  # it is said once of an interchange
                cutter.odd, cutter.hint = "", CHARACTERS
            yield from reading.take(segment)
    except ValueError as error:
        yield reading.report("", str(error), "look whether the file is whole", screened=False)
    yield from reading.end()
    if not reading.messages:
        raise InputError(
            "it holds no EDIFACT message",
            at=name,
            hint="a message begins with UNH and ends with UNT",
        )


class _Reading:
    """The reading of one file."""

    def __init__(self) -> None:
        self._tables = load_tables()
        self._walks: dict[str, Places] = {}
        self._body: Body | None = None  # of the message that is open
        self._type: Message | None = None  # of the message that is open
        self._reference = ""
        self._segments = 0  # of the message
        self._open = False  # a message is
        self._interchange: list[int] | None = None  # messages and groups of the one that is open
        self.messages = 0
        self.rows = 0

    def take(self, segment: Segment) -> Iterator[Item]:
        """Take the next segment; yield the lines that are ready, and what is wrong."""
        tag = segment.tag
        if tag == "UNH":
            yield from self._close(told="")
            yield from self._begin(segment)
        elif tag == "UNT":
            self._segments += 1
            yield from self._close(told=segment.get(1) or "no count")
        elif tag in {"UNB", "UNZ", "UNG", "UNE"}:
            yield from self._close(told="")
            yield from self._frame(segment)
        elif not self._open:
            place = f"segment {segment.number} ({tag[:_LONGEST]})"
            yield self.report(place, "it stands in no message", "a message begins with UNH")
        else:
            self._segments += 1
            if not _TAG.fullmatch(tag):
                place = f"segment {segment.number}"
                hint = "look for an end of a segment that a text holds without a release character"
                yield self.report(place, "it begins with no tag", hint, value=segment.elements[0])
            if self._body is not None:
                yield from self._check_ship(segment)
                yield from self._numbered(self._body.take(segment))

    def end(self) -> Iterator[Item]:
        """End the file."""
        yield from self._close(told="")
        if self._interchange is not None:
            hint = "look whether the file is whole"
            missing = self.report("UNZ", "the interchange has no end", hint)
            yield msgspec.structs.replace(missing, row=0)  # it is said of the file

    def report(
        self, place: str, problem: str, hint: str, *, value: str = "", screened: bool = True
    ) -> Refusal:
        """Report something; the row is that of the line before it."""
        where = f"message {self.messages}, {place}" if self.messages and place else place
        return Refusal(
            row=self.rows,
            column=where,
            value=value[:_LONGEST],
            problem=problem,
            hint=hint,
            screened=screened,
        )

    def _check_ship(self, segment: Segment) -> Iterator[Refusal]:
        """Report an IMO number whose check digit fails; the line keeps it as it is written."""
        number = segment.get(8)
        if segment.tag == "TDT" and segment.get(8, 1) == _IMO and number.isdecimal():
            _, check, why = check_number("IMO", number)
            if check == "not valid":
                place = f"segment {segment.number} (TDT)"
                problem = f"the IMO number of the ship is wrong: {why}"
                yield self.report(place, problem, "look at the papers", value=number)

    def _begin(self, segment: Segment) -> Iterator[Item]:
        self._open, self._segments = True, 1
        self.messages += 1
        if self._interchange is not None:
            self._interchange[0] += 1
        self._reference = segment.get(1)
        kind = segment.get(2)
        message = message_of(kind)
        if message is not None:
            walk = self._walks.setdefault(message.title, Places(message))
            self._type = message
            self._body = Body(message, walk, self._tables.codes)
        elif kind in self._tables.empty:
            problem = f"{kind} tells {self._tables.empty[kind]}: it has no goods to screen"
            yield self.report("UNH", problem, "", value=kind)
        else:
            known = sorted({*self._tables.messages, "IFTMCS"})
            hint = f"messages that are read: {', '.join(known)}"
            problem = f'messages of type "{kind[:20]}" are not read'
            yield self.report("UNH", problem, hint, value=kind, screened=False)

    def _close(self, *, told: str) -> Iterator[Item]:
        """End the message that is open; `told`: the count of its UNT, "": it has none."""
        if not self._open:
            if told:
                yield self.report("UNT", "it ends a message that did not begin", "")
            return
        self._open = False
        if self._body is not None:
            yield from self._numbered(self._body.end())
            self._body = None
        if not told:
            hint = "look whether the message is whole"
            yield self.report("UNT", "the message has no end", hint, value=self._reference)
        elif told != str(self._segments) and told.lstrip("0") != str(self._segments):
            problem = f"it counts {told[:20]} segments, and the message has {self._segments}"
            yield self.report("UNT", problem, "ask for the message again", value=self._reference)

    def _frame(self, segment: Segment) -> Iterator[Item]:
        """Take what stands around messages: interchanges and groups."""
        tag, counted = segment.tag, self._interchange
        if tag == "UNB":
            if counted is not None:
                hint = "look whether the file is whole"
                yield self.report("UNZ", "the interchange before has no end", hint)
            self._interchange = [0, 0]
        elif tag == "UNG" and counted is not None:
            counted[1] += 1
        elif tag == "UNZ":
            self._interchange = None
            number = 0 if counted is None else counted[1] or counted[0]
            if counted is None or segment.get(1).lstrip("0") != str(number or ""):
                problem = f"it counts {segment.get(1)[:20] or 'nothing'}, and there are {number}"
                yield self.report("UNZ", problem, "ask for the interchange again")

    def _numbered(self, lines: Iterator[Ready]) -> Iterator[Found]:
        for line, around in lines:
            self.rows += 1
            if self._type is not None:
                yield found_of(self.rows, line, around, self._tables.codes, self._type)


EDIFACT = Format(
    name="edifact",
    title="UN/EDIFACT (CUSCAR, CUSDEC, IFTMIN, IFTMCS, COPRAR, BAPLIE)",
    fits=fits,
    read=read,
    source="UN/EDIFACT directories D.96A to D.00A, https://service.unece.org/trade/untdid/",
)
"""UN/EDIFACT messages of goods."""
