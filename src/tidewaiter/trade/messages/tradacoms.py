"""TRADACOMS transmissions to lines: orders, invoices and credit notes of British trade."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.trade.messages.edifact.segments import Cutter, Segment
from tidewaiter.trade.messages.types import Format, Found
from tidewaiter.trade.messages.x12.tables import day_of
from tidewaiter.trade.types import Refusal

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*STX=[A-Z]{3,4}:\d\+")
_HEAD, _TAIL = "MHD", "MTR"
_FRAME = frozenset({"STX", "BAT", "EOB", "END"})
_MOST = 1_000  # texts that wait for a line
_LONGEST = 200  # characters of a reported value

Item = Found | Refusal
Party = dict[str, str | None]


class Layout(Record, frozen=True, kw_only=True):
    """A message type."""

    title: str
    number: tuple[str, int, int]  # tag, element, component
    day: tuple[str, int, int]
    line: str  # tag
    quantity: int  # element of a line
    goods: int


class Codes(Record, frozen=True, kw_only=True):
    """Meaning of codes."""

    head: frozenset[str]
    tail: frozenset[str]
    party: Mapping[str, str]


class Tables(Record, frozen=True, kw_only=True):
    """Content of the data file."""

    source: str
    messages: Mapping[str, Layout]
    codes: Codes


@cache
def load_tables() -> Tables:
    """Load the data file."""
    return read_toml(data("messages", "tradacoms.toml"), Tables)


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like a transmission."""
    del suffix
    return _START.match(head) is not None


def read(file: BinaryIO, name: str) -> Iterator[Item]:
    """Read the lines of all messages in a file.

    Args:
        file: Content.
        name: Name of the file, for errors.

    Raises:
        InputError: It contains no message.
    """
    reading = _Reading()
    try:
        for raw in Cutter(file).segments():
            yield from reading.take(_named(raw))
    except InputError as error:
        yield reading.report("", error, screened=False)
    yield from reading.close(told=None)
    if not reading.messages:
        raise InputError("trade/no-tradacoms-message", at=name)


def _named(raw: Segment) -> Segment:
    """Part the tag of a segment, "OLD=1", from its first element."""
    tag, _, first = raw.elements[0].partition("=")
    return Segment(raw.number, tag, [tag, first, *raw.elements[1:]], raw.component)


class _Around:
    """Data of a file or of a message, which its lines share."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.parties: list[Party] = []
        self.kept: list[tuple[str, str]] = []


class _Reading:
    """State of reading one file."""

    def __init__(self) -> None:
        self._tables = load_tables()
        self._file = _Around()
        self._names: dict[str, str] = {}  # of the sender and the receiver, by number
        self._message: _Around | None = None  # the open message, if it has lines
        self._layout: Layout | None = None
        self._line: dict[str, str] | None = None  # fields of the open line
        self._own: list[tuple[str, str]] = []  # its texts
        self._kind = ""
        self._count = 0  # segments of the open message; 0: none is open
        self._lines = 0  # of the open message
        self.messages = 0
        self.rows = 0

    def take(self, segment: Segment) -> Iterator[Item]:
        """Handle the next segment; yield completed lines and errors."""
        tag = segment.tag
        if tag == _HEAD:
            yield from self.close(told=None)
            yield from self._begin(segment)
        elif tag == _TAIL:
            self._count += 1
            yield from self.close(told=segment.get(1))
        elif tag in _FRAME:
            yield from self.close(told=None)
            if tag == "STX":
                self._file = _Around()
                partners = (segment.parts(2), segment.parts(3))
                self._names = {each[0]: each[1] for each in partners if len(each) > 1 and each[0]}
                self._file.kept.append(("STX", _text(segment)))
        elif not self._count:
            place = f"segment {segment.number} ({tag[:_LONGEST]})"
            yield self.report(place, InputError("trade/edifact-segment-outside-message"))
        else:
            self._count += 1
            yield from self._put(segment)

    def close(self, *, told: str | None) -> Iterator[Item]:
        """End the open message; `told`: the count in its trailer, None: no trailer."""
        if not self._count:
            return
        yield from self._finish()
        message, self._message = self._message, None
        if message is not None and (message.kept or not self._lines):
            yield self._made(message, {}, [])  # without goods, or with texts after the last line
        count, self._count = self._count, 0
        if told is None:
            yield self.report(_TAIL, InputError("trade/edifact-message-without-end"))
        elif told.lstrip("0") != str(count):
            stated = told[:20] or "0"
            error = InputError("trade/edifact-segment-count-wrong", stated=stated, count=count)
            yield self.report(_TAIL, error)

    def report(self, place: str, error: InputError, *, screened: bool = True) -> Refusal:
        """Report a problem; the row is that of the preceding line."""
        where = f"message {self.messages}, {place}" if self.messages and place else place
        return Refusal.of(error, row=self.rows, column=where, screened=screened)

    def _begin(self, segment: Segment) -> Iterator[Refusal]:
        self.messages += 1
        self._count, self._lines = 1, 0
        self._kind = segment.get(2)
        self._layout = self._tables.messages.get(self._kind)
        self._message = _Around() if self._layout is not None else None
        known = {*self._tables.messages, *self._tables.codes.head, *self._tables.codes.tail}
        if self._kind not in known:
            types = ", ".join(sorted(self._tables.messages))
            kind = self._kind[:20]
            error = InputError("trade/edifact-message-not-supported", kind=kind, known=types)
            yield self.report(_HEAD, error, screened=False)

    def _put(self, segment: Segment) -> Iterator[Item]:
        layout, around = self._layout, self._message
        if layout is None or around is None:
            if self._kind in self._tables.codes.head:
                self._describe(segment, self._file)
            return
        if segment.tag == layout.line:
            yield from self._finish()
            self._open(segment, layout)
        elif self._line is not None:
            self._own.append((segment.tag, _text(segment)))
        else:
            self._describe(segment, around)
            self._head(segment, layout, around)
        if len(self._own) > _MOST:
            yield from self._finish()
        elif len(around.kept) > _MOST:
            yield self._made(around, {}, [])

    def _open(self, segment: Segment, layout: Layout) -> None:
        self._line = {
            "seq": segment.get(1),
            "goods": " ".join(filter(None, segment.parts(layout.goods))),
            "quantity": segment.get(layout.quantity),
        }
        self._own = [(segment.tag, _text(segment))]

    def _finish(self) -> Iterator[Found]:
        line, self._line = self._line, None
        own, self._own = self._own, []
        if line is not None and self._message is not None:
            yield self._made(self._message, line, own)

    def _made(self, message: _Around, line: Mapping[str, str], own: list[tuple[str, str]]) -> Found:
        """Create a line; texts of the message and the file are with the first."""
        self.rows += 1
        self._lines += 1
        kept = (*own, *message.kept, *self._file.kept)
        message.kept, self._file.kept = [], []
        fields = {**message.fields, **line}
        return Found(
            row=self.rows,
            fields={field: text for field, text in fields.items() if text},
            parties=(*self._file.parties, *message.parties),
            kept=kept,
        )

    def _head(self, segment: Segment, layout: Layout, around: _Around) -> None:
        """Handle the number and the day of a message."""
        tag, element, component = layout.number
        if tag == segment.tag:
            around.fields.setdefault("consignment", segment.get(element, component))
        tag, element, component = layout.day
        if tag == segment.tag and (text := segment.get(element, component)):
            around.fields.setdefault("lodged", day_of(text))

    def _describe(self, segment: Segment, around: _Around) -> None:
        """Handle a segment of a head: a party, or a text."""
        role = self._tables.codes.party.get(segment.tag)
        number = next(filter(None, segment.parts(1)), "")
        name = segment.get(2) or self._names.get(number, "")
        address = ", ".join(filter(None, segment.parts(3)))
        if role is None or not (number or name) or len(around.parties) > _MOST:
            around.kept.append((segment.tag, _text(segment)))
            return
        around.parties.append(
            {
                "role": role,
                "name": name or None,
                "address": address or None,
                "country": None,
                "id_scheme": None,
                "id": number or None,
            }
        )


def _text(segment: Segment) -> str:
    return segment.text().rstrip("+")


FORMAT = Format(
    name="tradacoms",
    title="TRADACOMS orders, invoices and credit notes",
    fits=fits,
    read=read,
    source="samples and a specification, named in tidewaiter/data/messages/tradacoms.toml",
)
"""TRADACOMS."""
