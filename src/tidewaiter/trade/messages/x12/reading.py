"""ASC X12 interchanges to lines: transaction sets in sequence, and their errors."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.segment_words import SegmentWords
from tidewaiter.trade.messages.types import Format, Found
from tidewaiter.trade.messages.x12.bills import Customs, Goods
from tidewaiter.trade.messages.x12.segments import Segment, segments
from tidewaiter.trade.messages.x12.sets import Line, Set
from tidewaiter.trade.messages.x12.tables import load_tables
from tidewaiter.trade.types import Refusal

_FITS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:ISA([^A-Za-z0-9\s]).{2}\1|GS\*[A-Z]{2}\*|ST\*\d{3}\*)")
_SET = re.compile(rb"(?:^|[^A-Za-z0-9 ])\s*ST[^A-Za-z0-9](\d{3})[^A-Za-z0-9]")
_CUSTOMS = "309"
_LONGEST = 200  # characters of a reported value
_FRAME = frozenset({"ISA", "GS", "GE", "IEA", "TA1"})


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like an X12 interchange, or a group or set without one."""
    return _FITS.match(head) is not None and not fits_unconfirmed(head, suffix)


def fits_unconfirmed(head: bytes, suffix: str) -> bool:
    """Return whether an interchange begins with sets without a sample only."""
    del suffix
    if _FITS.match(head) is None:
        return False
    sets = load_tables().sets
    kinds = {found.decode() for found in _SET.findall(head)}
    return bool(kinds) and all(kind in sets and not sets[kind].confirmed for kind in kinds)


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read the goods of all sets in a file.

    Args:
        file: Content.
        name: Name of the file, for errors.

    Raises:
        InputError: It contains no transaction set.
    """
    return _read(file, name, asked=False)


def read_all(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read the goods of all sets in a file, including those without a sample."""
    return _read(file, name, asked=True)


def _read(file: BinaryIO, name: str, *, asked: bool) -> Iterator[Found | Refusal]:
    reading = _Reading(asked=asked)
    try:
        for segment in segments(file):
            yield from reading.take(segment)
    except InputError as error:
        yield reading.report("", error, screened=False)
    yield from reading.end()
    if not reading.sets:
        raise InputError("trade/no-x12-transaction-set", at=name)


class _Reading:
    """State of reading one file."""

    def __init__(self, *, asked: bool) -> None:
        self.sets = 0
        self._asked = asked
        self._rows = 0
        self._body: Customs | Set | None = None  # of the open set
        self._words: SegmentWords | None = None  # of an open set without layout
        self._open = False
        self._count = 0  # segments of the set

    def take(self, segment: Segment) -> Iterator[Found | Refusal]:
        """Handle the next segment; yield completed lines and errors."""
        tag = segment.get(0)
        self._count += 1
        if tag == "ST":
            yield from self.end()
            yield from self._begin(segment)
        elif tag == "SE":
            yield from self._close(segment)
        elif tag in _FRAME:
            yield from self.end()
        elif not self._open:
            place = f"segment {segment.number} ({tag[:_LONGEST]})"
            yield self.report(place, InputError("trade/x12-segment-outside-set"))
        elif self._body is not None:
            yield from self._numbered(self._body.take(segment), tag)
        elif self._words is not None:
            yield from self._counted(self._words.take(tag, segment.elements[1:], self._rows + 1))

    def end(self) -> Iterator[Found | Refusal]:
        """End an unterminated set, if one is open."""
        if self._open:
            self._open = False
            yield from self._finish()
            yield self.report("SE", InputError("trade/x12-set-without-end"))

    def report(self, place: str, error: InputError, *, screened: bool = True) -> Refusal:
        """Report a problem; the row is that of the preceding line."""
        where = f"set {self.sets}, {place}" if self.sets and place else place
        return Refusal.of(error, row=self._rows, column=where, screened=screened)

    def _begin(self, segment: Segment) -> Iterator[Refusal]:
        self.sets += 1
        self._open, self._count = True, 1
        kind, sets = segment.get(1), load_tables().sets
        self._body = None
        if kind == _CUSTOMS:
            self._body = Customs()
        elif kind not in sets:
            known = ", ".join(sorted({*sets, _CUSTOMS}))
            error = InputError("trade/x12-words-only", kind=kind[:20], known=known)
            yield self.report("ST", error)
            self._words = SegmentWords()
        else:
            self._body = Set(sets[kind])
            if not sets[kind].confirmed and not self._asked:
                error = InputError("trade/x12-set-not-confirmed", kind=kind)
                yield self.report("ST", error)

    def _close(self, segment: Segment) -> Iterator[Found | Refusal]:
        if not self._open:
            yield self.report("SE", InputError("trade/x12-end-without-set"))
            return
        self._open = False
        yield from self._finish()
        told = segment.get(1)
        if told.lstrip("0") != str(self._count):
            stated = told[:20] or "0"
            error = InputError("trade/x12-segment-count-wrong", stated=stated, count=self._count)
            yield self.report("SE", error)

    def _finish(self) -> Iterator[Found | Refusal]:
        body, self._body = self._body, None
        if body is not None:
            yield from self._numbered(body.end(), "SE")
        words, self._words = self._words, None
        if words is not None:
            yield from self._counted(words.end(self._rows + 1))

    def _counted(self, lines: Iterator[Found]) -> Iterator[Found]:
        for line in lines:
            self._rows += 1
            yield line

    def _numbered(
        self, lines: Iterator[Goods | Line | InputError], place: str
    ) -> Iterator[Found | Refusal]:
        for line in lines:
            if isinstance(line, InputError):
                yield self.report(place, line)
                continue
            self._rows += 1
            yield line.found(self._rows)


X12 = Format(
    name="x12",
    title="X12 interchange",
    fits=fits,
    read=read,
    source="sets of ASC X12 in public samples, named in tidewaiter/data/messages/x12.toml",
)
"""Manifests for US customs, and sets of trade and transport."""

X12_ALL = Format(
    name="x12-all",
    title="X12 interchange, with sets of which no sample was found",
    fits=fits_unconfirmed,
    read=read_all,
    source="segments of ASC X12, as https://www.stedi.com/edi/x12-004010 describes them",
    confirmed=False,
)
"""The same, with the sets of which no sample was found."""
