"""UN/EDIFACT interchanges to lines: messages in sequence, and their errors."""

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.parties.identifiers.validation import check_number
from tidewaiter.trade.messages.edifact.fields import Bag, Party, Stop
from tidewaiter.trade.messages.edifact.segments import (
    Codes,
    Cutter,
    Message,
    Places,
    Segment,
    Step,
    known_types,
    load_tables,
    message_of,
    type_of_document,
)
from tidewaiter.trade.messages.segment_words import SegmentWords
from tidewaiter.trade.messages.types import Format, Found
from tidewaiter.trade.types import FUNCTIONS, NUMBERS, Refusal

_POINTED = frozenset(NUMBERS)
_SHARED = (
    200  # parties and places of a consignment or message repeated on all lines; one has the rest
)


def found_of(row: int, line: Bag, around: Sequence[Bag], codes: Codes, message: Message) -> Found:
    """Create a line.

    Args:
        row: Its number in the file.
        line: Data of the line.
        around: Data of its consignment, then of its message; the first takes precedence.
        codes: Code tables.
        message: Type of the message.
    """
    bags = (line, *around)
    fields = dict(line.numbers)
    fields |= _texts(line, around)
    fields |= _amounts(line, bags, codes)
    for bag in bags:
        for field in ("hs", "mode", "procedure", "vessel", "imo", "voyage"):
            if field in bag.numbers:
                fields.setdefault(field, bag.numbers[field])
        for field, (_, day) in bag.days.items():
            fields.setdefault(field, day)
    fields |= _consignment(bags, codes, message)
    licences = dict.fromkeys(each for bag in bags for each in bag.licences)
    own: dict[str, None] = next(
        (bag.containers for bag in bags if bag.containers and (bag is line or message.containers)),
        {},
    )
    for field, several in (("licences", licences), ("containers", own)):
        if several:
            fields[field] = "; ".join(several)
    route = list(_route(bags))
    origin = next((s["country"] or s["locode"] for s in route if s["function"] == "origin"), None)
    if origin:
        fields["origin"] = origin
    kept = [item for bag in bags for item in bag.kept]
    parties = tuple(_parties(bags))
    for bag in around:
        bag.kept = []  # only with the first line
        del bag.parties[_SHARED:]
        bag.places = sorted(bag.places, key=_rank)[:_SHARED]
    return Found(
        row=row,
        fields={field: text for field, text in fields.items() if text},
        parties=parties,
        route=tuple(stop for stop in route if stop["function"] != "origin" or stop["locode"]),
        kept=tuple(kept),
        pointed=_POINTED.intersection(fields),
    )


def _texts(line: Bag, around: Sequence[Bag]) -> dict[str, str]:
    """Combine texts: those of the line, or else those of its context; all are screened."""
    goods = line.goods or line.items
    more = [*(line.items if line.goods else ()), *line.commercial]
    for bag in around:
        said = [*bag.goods, *bag.items]
        more += [*(said if goods else ()), *bag.commercial]
        goods = goods or said
    more += [f"UN {number}" for number in line.un[1:]]
    texts = {"goods": " ".join(goods), "commercial": " ".join(more)}
    if line.un:
        texts["un"] = line.un[0]
    return texts


def _amounts(line: Bag, bags: Sequence[Bag], codes: Codes) -> dict[str, str]:
    """Combine amounts: for each field, the most specific code."""
    fields: dict[str, str] = {}
    for code, field in codes.measure.items():
        if code not in line.measures:
            continue
        if field in fields:
            value, unit = line.measures[code]
            line.kept.append((f"MEA+{code}", f"{value} {unit}".strip()))
            continue
        fields[field] = _pointed(line.measures[code][0])
        fields[f"{field}.unit"] = line.measures[code][1]
    quantity = line.quantity or _shared_quantity(line, bags[1:])
    if quantity is not None:
        fields["quantity"], fields["quantity.unit"] = _pointed(quantity[0]), quantity[1]
    for code in codes.money:
        if code not in line.money:
            continue
        value, currency = line.money[code]
        if "value" in fields:
            line.kept.append((f"MOA+{code}", f"{value} {currency}".strip()))
            continue
        fields["value"] = _pointed(value)
        fields["currency"] = currency or next((b.currency for b in bags if b.currency), "")
    return fields


def _shared_quantity(line: Bag, around: Sequence[Bag]) -> tuple[str, str] | None:
    """Return the quantity of the consignment, for the first line with its goods only."""
    if line.goods or line.items:
        return None
    for bag in around:
        if bag.quantity is not None:
            quantity, bag.quantity = bag.quantity, None
            return quantity
    return None


def _pointed(text: str) -> str:
    """Format a number with a decimal point: a comma is always a decimal mark here."""
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def _consignment(bags: Sequence[Bag], codes: Codes, message: Message) -> dict[str, str]:
    for bag in bags:
        own = bag.numbers.get("consignment")
        bill = next((bag.bills[code] for code in codes.bill if code in bag.bills), None)
        name = (own or bill) if message.declared else (bill or own)
        if name:
            return {"consignment": name}
    return {}


def _parties(bags: Sequence[Bag]) -> Iterator[Party]:
    """Yield the parties; a role on the line itself overrides its context.

    Parties that no other line has are included in any case.
    """
    told: set[str | None] = set()
    for bag in bags:
        roles = {party["role"] for party in bag.parties} - {"other"}
        yield from (p for at, p in enumerate(bag.parties) if p["role"] not in told or at >= _SHARED)
        told |= roles


def _route(bags: Sequence[Bag]) -> Iterator[Stop]:
    """Yield the places: for each function, those nearest to the line, best first."""
    for function in FUNCTIONS:
        for bag in bags:
            stops = [stop for _, _, kind, stop in sorted(bag.places, key=_rank) if kind == function]
            if not stops:
                continue
            placed = stops[0]["locode"] or stops[0]["country"]
            some = stops if function == "transit" else stops[:1]
            if not placed:
                some = [*some, *[s for s in stops[1:] if s["locode"] or s["country"]][:1]]
            yield from some
            break


def _rank(place: tuple[int, int, str, Stop]) -> tuple[int, int]:
    return place[0], place[1]


_WAITING = 9_999  # lines of a message that wait for its containers; the directories allow 999
_CELL = "LOC147"  # pseudo tag for LOC+147 if it is a line
_CONTAINER = "EQD"
_DETAIL = "UNS CST"  # a customs line
_SECTION = "UNS"
_OF_GOODS = frozenset(("hs", "packages", "pack"))  # fields that the next bill states for itself


class Ready(NamedTuple):
    """A line with its consignment and message."""

    line: Bag
    around: tuple[Bag, ...]


class Body:
    """Reads one message.

    Args:
        message: Type of the message.
        places: Segment table of the type.
        codes: Code tables.
    """

    def __init__(self, message: Message, places: Places, codes: Codes) -> None:
        self._message = message
        self._places = places
        self._codes = codes
        self._all = Bag(codes, ships=message.ships)
        self._consignment: Bag | None = None
        self._line: Bag | None = None
        self._group = ""
        self._first = ""  # the cell or the container: whichever comes first in the message
        self._lines = 0  # of the consignment
        self._any = False  # a line was created
        self._waiting: list[Ready] = []

    def take(self, segment: Segment) -> Iterator[Ready]:
        """Handle the next segment; yield completed lines."""
        if self._begins(segment):
            yield from self._put(segment, _CELL, held=False)
        yield from self._put(segment, self._tag(segment))

    def _put(self, segment: Segment, tag: str, *, held: bool = True) -> Iterator[Ready]:
        """Process a segment by its tag; `held`: its data is used, else it only opens a group."""
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
        """Return the tag that determines the position of a segment."""
        tag, lines = segment.tag, self._message.line
        if _is_cell(segment) and _CELL in lines and self._first != _CONTAINER:
            return _CELL
        if tag == "CST" and segment.get(1) and _DETAIL in lines and not self._in_detail():
            self._group = _SECTION  # the sender omitted UNS
        return tag

    def _begins(self, segment: Segment) -> bool:
        """Return whether a segment begins a line, such as containers before their cells."""
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
        """Start or continue a consignment: a second bill after goods is another one."""
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
        """Finish open items; a consignment without goods becomes one line."""
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


_START = re.compile(
    rb"\s*(?:UNA.{6}\s*)?(?:(?:UNB|UNG|UNH)[^A-Za-z0-9]|BGM\+\d{2,3}[+:'])", re.DOTALL
)
_TAG = re.compile(r"[A-Z]{2}[A-Z0-9]")
_IMO = "146"  # 1131, list of ship numbers
_LONGEST = 200  # characters of a reported value
_HEAD = "BGM"
_NO_COUNT = "-"  # stands for the missing segment count of a UNT

Item = Found | Refusal


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like an interchange or a message, also in UTF-16."""
    del suffix
    plain = head[:64].replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf")
    return _START.match(plain) is not None


def read(file: BinaryIO, name: str) -> Iterator[Item]:
    """Read the lines of all messages in a file.

    Args:
        file: Content.
        name: Name of the file, for errors.

    Raises:
        InputError: It contains no message.
    """
    reading = _Reading()
    cutter, odd = Cutter(file), set[str]()
    try:
        for segment in cutter.segments():
            if segment.tag == "UNB":
                odd.clear()
            if cutter.odd:
                if cutter.odd.message not in odd:
                    yield reading.report("UNB", cutter.odd)
                odd.add(cutter.odd.message)  # reported once per interchange
                cutter.odd = None
            yield from reading.take(segment)
    except InputError as error:
        yield reading.report("", error, screened=False)
    yield from reading.end()
    if not reading.messages:
        raise InputError("trade/no-edifact-message", at=name)


class _Reading:
    """State of reading one file."""

    def __init__(self) -> None:
        self._tables = load_tables()
        self._walks: dict[str, Places] = {}
        self._body: Body | None = None  # of the open message
        self._words: SegmentWords | None = None  # of an open message of a type without layout
        self._type: Message | None = None  # of the open message
        self._reference = ""
        self._segments = 0  # of the message
        self._open = False  # a message is open
        self._untyped = False  # the open message does not state its type
        self._interchange: list[int] | None = None  # messages and groups in the open interchange
        self.messages = 0
        self.rows = 0

    def take(self, segment: Segment) -> Iterator[Item]:
        """Handle the next segment; yield completed lines and errors."""
        tag = segment.tag
        if tag == "UNH":
            yield from self._close(told="")
            yield from self._begin(segment)
        elif tag == "UNT":
            self._segments += 1
            yield from self._close(told=segment.get(1) or _NO_COUNT)
        elif tag in {"UNB", "UNZ", "UNG", "UNE"}:
            yield from self._close(told="")
            yield from self._frame(segment)
        elif tag == _HEAD and (self._untyped or not self.messages):
            yield from self._guess(segment)
        elif not self._open:
            place = f"segment {segment.number} ({tag[:_LONGEST]})"
            yield self.report(place, InputError("trade/edifact-segment-outside-message"))
        else:
            self._segments += 1
            if not _TAG.fullmatch(tag):
                place = f"segment {segment.number}"
                error = InputError("trade/edifact-segment-without-tag")
                yield self.report(place, error, value=segment.elements[0])
            if self._body is not None:
                yield from self._check_ship(segment)
                yield from self._numbered(self._body.take(segment))
            elif self._words is not None:
                yield from self._worded(self._words, segment)

    def end(self) -> Iterator[Item]:
        """End the file."""
        yield from self._close(told="")
        if self._interchange is not None:
            missing = self.report("UNZ", InputError("trade/edifact-interchange-without-end"))
            yield msgspec.structs.replace(missing, row=0)  # concerns the whole file

    def report(
        self, place: str, error: InputError, *, value: str = "", screened: bool = True
    ) -> Refusal:
        """Report a problem; the row is that of the preceding line."""
        where = f"message {self.messages}, {place}" if self.messages and place else place
        return Refusal.of(
            error, row=self.rows, column=where, value=value[:_LONGEST], screened=screened
        )

    def _check_ship(self, segment: Segment) -> Iterator[Refusal]:
        """Report an IMO number with an invalid check digit; the line keeps it as written."""
        number = segment.get(8)
        if segment.tag == "TDT" and segment.get(8, 1) == _IMO and number.isdecimal():
            _, check, why = check_number("IMO", number)
            if check == "not valid":
                place = f"segment {segment.number} (TDT)"
                error = InputError("trade/edifact-ship-number-wrong", why=why)
                yield self.report(place, error, value=number)

    def _begin(self, segment: Segment) -> Iterator[Item]:
        self._open, self._segments = True, 1
        self.messages += 1
        if self._interchange is not None:
            self._interchange[0] += 1
        self._reference = segment.get(1)
        kind = segment.get(2)
        self._untyped = not kind
        if kind:
            yield from self._typed(kind)

    def _guess(self, segment: Segment) -> Iterator[Item]:
        """Begin a message without a type, or without a beginning, by its document."""
        headless = not self._open
        if headless:
            self._open, self._segments, self.messages = True, 0, 1
        self._segments += 1
        self._untyped = False
        kind = type_of_document(segment.get(1))
        if kind:
            error = InputError("trade/edifact-type-missing", kind=kind, code=segment.get(1))
            yield self.report("UNH", error)
        yield from self._typed(kind)
        if self._body is not None:
            yield from self._numbered(self._body.take(segment))
        elif self._words is not None:
            yield from self._worded(self._words, segment)

    def _typed(self, kind: str) -> Iterator[Item]:
        message = message_of(kind)
        if message is not None:
            walk = self._walks.setdefault(message.title, Places(message))
            self._type = message
            self._body = Body(message, walk, self._tables.codes)
        elif kind in self._tables.empty:
            content = self._tables.empty[kind]
            error = InputError("trade/edifact-message-without-goods", kind=kind, content=content)
            yield self.report("UNH", error, value=kind)
        else:
            known = ", ".join(known_types())
            error = InputError("trade/edifact-words-only", kind=kind[:20], known=known)
            yield self.report("UNH", error, value=kind)
            self._words = SegmentWords()

    def _close(self, *, told: str) -> Iterator[Item]:
        """End the open message; `told`: the segment count in its UNT, "": no UNT."""
        if not self._open:
            if told:
                yield self.report("UNT", InputError("trade/edifact-end-without-message"))
            return
        self._open = False
        if self._untyped:  # it has no BGM either
            self._untyped = False
            yield from self._typed("")
        if self._body is not None:
            yield from self._numbered(self._body.end())
            self._body = None
        if self._words is not None:
            for line in self._words.end(self.rows + 1):
                self.rows += 1
                yield line
            self._words = None
        if not told:
            error = InputError("trade/edifact-message-without-end")
            yield self.report("UNT", error, value=self._reference)
        elif told != str(self._segments) and told.lstrip("0") != str(self._segments):
            stated = "0" if told == _NO_COUNT else told[:20]
            error = InputError(
                "trade/edifact-segment-count-wrong", stated=stated, count=self._segments
            )
            yield self.report("UNT", error, value=self._reference)

    def _frame(self, segment: Segment) -> Iterator[Item]:
        """Handle the envelope of messages: interchanges and groups."""
        tag, counted = segment.tag, self._interchange
        if tag == "UNB":
            if counted is not None:
                error = InputError("trade/edifact-interchange-before-without-end")
                yield self.report("UNZ", error)
            self._interchange = [0, 0]
        elif tag == "UNG" and counted is not None:
            counted[1] += 1
        elif tag == "UNZ":
            self._interchange = None
            number = 0 if counted is None else counted[1] or counted[0]
            if counted is None or segment.get(1).lstrip("0") != str(number or ""):
                stated = segment.get(1)[:20] or "0"
                error = InputError(
                    "trade/edifact-interchange-count-wrong", stated=stated, count=number
                )
                yield self.report("UNZ", error)

    def _worded(self, words: SegmentWords, segment: Segment) -> Iterator[Found]:
        texts = (" ".join(segment.parts(at)) for at in range(1, len(segment.elements)))
        for line in words.take(segment.tag, texts, self.rows + 1):
            self.rows += 1
            yield line

    def _numbered(self, lines: Iterator[Ready]) -> Iterator[Found]:
        for line, around in lines:
            self.rows += 1
            if self._type is not None:
                yield found_of(self.rows, line, around, self._tables.codes, self._type)


EDIFACT = Format(
    name="edifact",
    title="UN/EDIFACT messages of cargo, customs and trade",
    fits=fits,
    read=read,
    source="UN/EDIFACT directories D.93A to D.14B, https://service.unece.org/trade/untdid/",
)
"""UN/EDIFACT messages of goods."""
