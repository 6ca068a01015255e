"""Customs manifests in X12 (309), as carriers send them to customs of the United States, to lines.

Segments and their order were read in public descriptions of X12, releases 3030 to 5010, and of the
set that customs of the United States take. No manifest was at hand: the format must be asked for.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.messages.types import Format, Found
from tidewaiter.consignments.messages.x12.bills import MOST, MOST_PARTIES, Bill, Goods, Manifest
from tidewaiter.consignments.messages.x12.segments import Segment, segments
from tidewaiter.consignments.types import Refusal

_FITS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:ISA([^A-Za-z0-9\s]).{2}\1|ST\*309\*)")
_SET = "309"
_LONGEST = 200  # characters of a value that is reported
_FRAME = frozenset({"ISA", "GS", "GE", "IEA", "TA1"})


def fits(head: bytes, suffix: str) -> bool:
    """Tell whether a file begins as an interchange of X12 does, or as a set 309 without one."""
    del suffix
    return _FITS.match(head) is not None


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read the goods of all manifests of a file.

    Args:
        file: Its bytes.
        name: Of the file, for errors.

    Raises:
        InputError: It holds no transaction set.
    """
    reading = _Reading()
    try:
        for segment in segments(file):
            yield from reading.take(segment)
    except ValueError as error:
        yield reading.report("", str(error), "look whether the file is whole", screened=False)
    yield from reading.end()
    if not reading.sets:
        raise InputError("it holds no transaction set of X12", at=name, hint="a set begins with ST")


class _Reading:
    """The reading of one file."""

    def __init__(self) -> None:
        self.sets = 0
        self._rows = 0
        self._manifest: Manifest | None = None  # of the set that is open, if it is one
        self._open = False
        self._count = 0  # segments of the set
        self._bill: Bill | None = None

    def take(self, segment: Segment) -> Iterator[Found | Refusal]:
        """Take the next segment; yield the lines that are ready, and what is wrong."""
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
            yield self.report(place, "it stands in no transaction set", "a set begins with ST")
        elif self._manifest is not None:
            if tag in {"LX", "P4"} or (tag == "M11" and self._bill and self._bill.begun):
                yield from self._finish()
            if tag not in {"M10", "P4"} and self._bill is None:
                self._bill = Bill(self._manifest)
            if self._bill is None:
                yield from self._take_head(self._manifest, segment)
            else:
                yield from self._take_of(self._bill, segment)

    def end(self) -> Iterator[Found | Refusal]:
        """End a set that has no end, if one is open."""
        if self._open:
            self._open = False
            yield from self._finish()
            yield self.report("SE", "the set has no end", "look whether the file is whole")

    def report(self, place: str, problem: str, hint: str, *, screened: bool = True) -> Refusal:
        """Report something; the row is that of the line before it."""
        where = f"set {self.sets}, {place}" if self.sets and place else place
        return Refusal(
            row=self._rows, column=where, value="", problem=problem, hint=hint, screened=screened
        )

    def _take_head(self, manifest: Manifest, segment: Segment) -> Iterator[Refusal]:
        before = manifest.size
        manifest.take(segment)
        if before <= MOST < manifest.size:
            problem = f"what stands before its bills is longer than {MOST >> 20} MB"
            hint = "the last port and conveyance are read of the rest, and its texts are not kept"
            yield self.report(segment.get(0), problem, hint)

    def _take_of(self, bill: Bill, segment: Segment) -> Iterator[Found | Refusal]:
        bill.take(segment)
        yield from self._numbered(bill.early())
        if bill.is_full:
            yield from self._numbered(bill.part())
            problem = (
                f"a bill of more than {MOST >> 20} MB or {MOST_PARTIES} parties is read in parts"
            )
            hint = "each part has the parties that stand in it; look at the bill itself"
            yield self.report(segment.get(0), problem, hint)

    def _begin(self, segment: Segment) -> Iterator[Refusal]:
        self.sets += 1
        self._open, self._count = True, 1
        self._manifest = Manifest() if segment.get(1) == _SET else None
        if self._manifest is None:
            kind = segment.get(1)[:20]
            problem = f'transaction sets of type "{kind}" are not read'
            yield self.report("ST", problem, f"the one that is read: {_SET}", screened=False)

    def _close(self, segment: Segment) -> Iterator[Found | Refusal]:
        if not self._open:
            yield self.report("SE", "it ends a set that did not begin", "")
            return
        self._open = False
        yield from self._finish()
        told = segment.get(1)
        if told.lstrip("0") != str(self._count):
            problem = f"it counts {told[:20] or 'no'} segments, and the set has {self._count}"
            yield self.report("SE", problem, "ask for the manifest again")

    def _finish(self) -> Iterator[Found]:
        bill, self._bill = self._bill, None
        if bill is None:
            return
        yield from self._numbered(bill.lines())

    def _numbered(self, lines: Iterator[Goods]) -> Iterator[Found]:
        for line in lines:
            self._rows += 1
            yield line.found(self._rows)


X12_309 = Format(
    name="x12-309",
    title="Customs manifest X12 309",
    fits=fits,
    read=read,
    source="segments of X12 309, as https://www.stedi.com/edi/x12-004010/309 describes them",
    confirmed=False,
)
"""Manifests of carriers for customs of the United States."""
