"""ASC X12 transaction set 309: customs manifests sent to customs of the United States.

Segments and their order are from public descriptions of X12, releases 3030 to 5010, and of the set
used by US customs. No real manifest was available: the format must be requested.
"""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.types import Format, Found
from tidewaiter.trade.transport_modes import is_ship
from tidewaiter.trade.types import Refusal

LONGEST = 1 << 20
"""Characters of a segment."""

_PIECE = 1 << 16  # bytes read at a time
_FIXED = 16  # elements of ISA
_SPACE = "\r\n\t \0"
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
                raise InputError("trade/x12-first-segment-cut")
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
                raise InputError("trade/segment-too-long", number=number + 1, longest=LONGEST)
            data = file.read(_PIECE) if more else b""
            more = bool(data)
            text += decode(data, final=not more)


OTHER = "other"
"""Role of a party with an unknown code: it is compared with the lists too."""

_ROLES = {
    "SH": "consignor",
    "CN": "consignee",
    "N1": "notify",
    "N2": "notify",
    "NP": "notify",
    "EX": "exporter",
    "IM": "importer",
    "BY": "buyer",
    "SE": "seller",
    "CB": "declarant",
    "CA": "carrier",
    "FW": "forwarder",
}


class Party:
    """Builder of a party."""

    def __init__(self, segment: Segment) -> None:
        """Start with N1."""
        self.role = _ROLES.get(segment.get(1), OTHER)
        self._id = segment.get(4)
        self._country = ""
        self._names, self._address = [segment.get(2)], list[str]()

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


_POINTED = frozenset({"gross", "volume", "value"})
_MODES = {"A": "air", "O": "sea", "S": "sea", "R": "rail", "J": "road", "M": "road"}
_MASSES = {"K": "KGM", "L": "LBR"}  # others (several kinds of tons) are kept as text
_VOLUMES = {"X": "m3", "V": "l"}
_TARIFFS = frozenset("ABHJ")  # element 23: HTS, Schedule B, Brussels nomenclature, HS
_HS = re.compile(r"\d{4}(?:\.?\d\d){0,3}")
_DANGEROUS = frozenset({"", "U", "I", "D"})  # element 208: United Nations, IMO, DOT
_UN = re.compile(r"(?:UN|NA)?\s?(\d{4})")
_BILLS = frozenset({"BM", "MB", "OB"})  # element 128: bills of lading, a master and an ocean one
_WAITING = 9_999  # lines of a bill that wait for its end
_SEGMENT = 100  # characters added per segment: approximate overhead in memory
_DAY = re.compile(r"(\d\d)(\d\d)(\d\d)")

MOST_PARTIES = 100
"""Parties of a bill; the directories allow far fewer."""

MOST = 16 << 20
"""Buffered characters of a bill, or of the header before the first one."""


class Manifest:
    """Data of all bills: the conveyance, and the port with its date."""

    def __init__(self) -> None:
        """Start empty."""
        self.fields: dict[str, str] = {}
        self.port: dict[str, str | None] | None = None
        self.kept: list[tuple[str, str]] = []
        self.size = 0  # size of the kept text, as for a bill

    def take(self, segment: Segment) -> None:
        """Handle M10 or P4; they are also kept as text, within the size limit."""
        self.size += size_of(segment)
        if self.size <= MOST:
            self.kept.append((segment.get(0), segment.text()))
        if segment.get(0) == "M10":
            mode = segment.get(2)
            self.fields = {"mode": _MODES.get(mode, mode), "voyage": segment.get(6)}
            if self.fields["mode"] not in {"air", "road", "rail"}:
                self.fields["vessel"] = segment.get(5)
                if is_ship(segment.get(4), self.fields["mode"]):
                    self.fields["imo"] = segment.get(4)
            return
        day = segment.get(2)
        self.fields["arrival"] = _DAY.sub(r"20\1-\2-\3", day) if _DAY.fullmatch(day) else day
        self.port = _stop("unlading", segment.get(1))


class Goods:
    """A line."""

    def __init__(self, bill: "Bill") -> None:
        """Start with its context."""
        self.fields: dict[str, str] = {}
        self.kept: list[tuple[str, str]] = []
        self.commercial: list[str] = []
        self._bill = bill

    def found(self, row: int) -> Found:
        """Create the line."""
        bill = self._bill
        fields = bill.manifest.fields | bill.fields | self.fields
        fields["commercial"] = " ".join(self.commercial)
        kept = (*bill.manifest.kept, *bill.kept, *self.kept)
        bill.manifest.kept, bill.kept = [], []  # only with the first line
        return Found(
            row=row,
            fields={field: text for field, text in fields.items() if text},
            parties=bill.told,
            route=tuple(stop for stop in (bill.port, bill.manifest.port) if stop),
            kept=tuple(kept),
            pointed=_POINTED.intersection(fields),
        )


class Bill:
    """A bill of lading: its head, its parties and its goods."""

    def __init__(self, manifest: Manifest) -> None:
        """Start a bill of a manifest."""
        self.manifest = manifest
        self.fields: dict[str, str] = {}
        self.totals: dict[str, str] = {}  # for a line if it is the only one
        self.told: tuple[dict[str, str | None], ...] = ()  # parties of completed lines
        self.port: dict[str, str | None] | None = None
        self.kept: list[tuple[str, str]] = []
        self.begun = False  # after M11
        self._parties: list[Party] = []
        self._goods: list[Goods] = []  # number of lines
        self._count = 0  # buffered characters
        self._size = 0  # part of it was already yielded
        self._parted = False  # whether part of it was returned
        self._containers: dict[str, None] = {}
        self._equipment = ""

    @property
    def is_full(self) -> bool:
        """Return whether it must be yielded in parts."""
        return self._size > MOST or len(self._parties) > MOST_PARTIES

    def lines(self) -> Iterator[Goods]:
        """Yield its lines; a bill without goods becomes one line, with its parties."""
        if not self._goods:
            if not (self._parties or (self.kept if self._parted else self.begun)):
                return
            self._goods = [Goods(self)]
            self._goods[0].fields["containers"] = "; ".join(self._containers)
        if len(self._goods) == 1:
            only = self._goods[0].fields
            if only.get("gross"):
                self.totals.pop("gross", None)
                self.totals.pop("gross.unit", None)
            self._goods[0].fields = self.totals | {k: v for k, v in only.items() if v}
        yield from self._ready(self._goods)

    def early(self) -> Iterator[Goods]:
        """Yield the lines that need not wait: all but the last, for a very long bill."""
        if len(self._goods) > _WAITING:
            ready, self._goods = self._goods[:-1], self._goods[-1:]
            self.totals, self._size = {}, 0
            yield from self._ready(ready)

    def part(self) -> Iterator[Goods]:
        """Yield all buffered lines with the parties so far; later lines have the later parties."""
        self.totals = {}
        yield from self.lines()
        self._goods, self._parties, self._containers = [], [], {}
        self._size, self._parted = 0, True

    def _ready(self, goods: list[Goods]) -> Iterator[Goods]:
        self.told = tuple(party.told() for party in self._parties)
        yield from goods

    def take(self, segment: Segment) -> None:
        """Handle a segment; unmapped data is kept as text."""
        tag = segment.get(0)
        self._size += size_of(segment)
        if tag == "M11":
            self._head(segment)
        elif tag == "N1":
            self._party(segment)
        elif tag in {"N2", "N3", "N4"} and self._parties:
            self._parties[-1].add(segment)
        elif tag == "VID":
            self._vehicle(segment)
        elif tag == "N10":
            self._line(segment)
        elif tag == "H1" and self._goods:
            self._hazard(segment, self._goods[-1])
        elif tag != "LX":
            if tag == "N9" and segment.get(1) in _BILLS and not self.begun:
                self.fields.setdefault("consignment", segment.get(2))
            self._keep(segment)

    def _keep(self, segment: Segment) -> None:
        kept = self._goods[-1].kept if self._goods else self.kept
        kept.append((segment.get(0), segment.text()))

    def _head(self, segment: Segment) -> None:
        self.begun = True
        self._keep(segment)  # further data: the carrier, the master bill, the place of receipt
        self.fields["consignment"] = segment.get(1)
        self.port = _stop("loading", segment.get(2))
        self.totals = {"packages": segment.get(3), "pack": segment.get(4)}
        if unit := _MASSES.get(segment.get(6)):
            self.totals |= {"gross": segment.get(5), "gross.unit": unit}
        if cube := _VOLUMES.get(segment.get(8)):
            self.totals |= {"volume": segment.get(7), "volume.unit": cube}

    def _party(self, segment: Segment) -> None:
        self._parties.append(Party(segment))
        if self._parties[-1].role == OTHER:
            self._keep(segment)

    def _vehicle(self, segment: Segment) -> None:
        self._equipment = segment.get(2) + segment.get(3)
        if self._equipment:
            self._containers[self._equipment] = None
        self._keep(segment)  # seals, and type of equipment

    def _line(self, segment: Segment) -> None:
        goods = Goods(self)
        self._goods.append(goods)
        self._count += 1
        code, weight = segment.get(5), _MASSES.get(segment.get(7))
        goods.fields = {
            "goods": segment.get(2),
            "packages": segment.get(1),
            "pack": segment.get(10),
            "containers": self._equipment,
            "seq": str(self._count),
        }
        if segment.get(4) in _TARIFFS and _HS.fullmatch(code):
            goods.fields["hs"] = code
        if value := segment.get(6):
            goods.fields |= {"value": value, "currency": segment.get(13) or "USD"}
        if weight:
            goods.fields |= {"gross": segment.get(8), "gross.unit": weight}
        goods.kept.append(("N10", segment.text()))  # marks, and codes of other lists

    def _hazard(self, segment: Segment, goods: Goods) -> None:
        found = _UN.fullmatch(segment.get(1))
        if told := segment.get(4):
            goods.commercial.append(told)
        if found and segment.get(3) in _DANGEROUS:
            number = found[1]
            if goods.fields.setdefault("un", number) != number:
                goods.commercial.append(f"UN {number}")
        goods.kept.append(("H1", segment.text()))


def size_of(segment: Segment) -> int:
    """Return the size of a segment in characters."""
    return sum(map(len, segment.elements)) + _SEGMENT


def _stop(function: str, port: str) -> dict[str, str | None] | None:
    """Return a port by its Schedule D or K code, which is not a UN/LOCODE."""
    if not port:
        return None
    return {"function": function, "locode": None, "name": port, "country": None}


_FITS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:ISA([^A-Za-z0-9\s]).{2}\1|ST\*309\*)")
_SET = "309"
_LONGEST = 200  # characters of a reported value
_FRAME = frozenset({"ISA", "GS", "GE", "IEA", "TA1"})


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like an X12 interchange, or a set 309 without one."""
    del suffix
    return _FITS.match(head) is not None


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read the goods of all manifests in a file.

    Args:
        file: Content.
        name: Name of the file, for errors.

    Raises:
        InputError: It contains no transaction set.
    """
    reading = _Reading()
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

    def __init__(self) -> None:
        self.sets = 0
        self._rows = 0
        self._manifest: Manifest | None = None  # of the open set, if it is a manifest
        self._open = False
        self._count = 0  # segments of the set
        self._bill: Bill | None = None

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
        """End an unterminated set, if one is open."""
        if self._open:
            self._open = False
            yield from self._finish()
            yield self.report("SE", InputError("trade/x12-set-without-end"))

    def report(self, place: str, error: InputError, *, screened: bool = True) -> Refusal:
        """Report a problem; the row is that of the preceding line."""
        where = f"set {self.sets}, {place}" if self.sets and place else place
        return Refusal.of(error, row=self._rows, column=where, screened=screened)

    def _take_head(self, manifest: Manifest, segment: Segment) -> Iterator[Refusal]:
        before = manifest.size
        manifest.take(segment)
        if before <= MOST < manifest.size:
            error = InputError("trade/x12-head-too-long", most=MOST >> 20)
            yield self.report(segment.get(0), error)

    def _take_of(self, bill: Bill, segment: Segment) -> Iterator[Found | Refusal]:
        bill.take(segment)
        yield from self._numbered(bill.early())
        if bill.is_full:
            yield from self._numbered(bill.part())
            error = InputError("trade/x12-bill-in-parts", most=MOST >> 20, parties=MOST_PARTIES)
            yield self.report(segment.get(0), error)

    def _begin(self, segment: Segment) -> Iterator[Refusal]:
        self.sets += 1
        self._open, self._count = True, 1
        self._manifest = Manifest() if segment.get(1) == _SET else None
        if self._manifest is None:
            kind = segment.get(1)[:20]
            error = InputError("trade/x12-set-not-supported", kind=kind, known=_SET)
            yield self.report("ST", error, screened=False)

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
"""Carrier manifests for US customs."""
