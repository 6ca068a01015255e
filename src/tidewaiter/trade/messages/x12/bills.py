"""ASC X12 transaction set 309: customs manifests sent to customs of the United States.

Segments and their order are from public descriptions of X12, releases 3030 to 5010, of the set
used by US customs, and from a manifest of a carrier in github.com/apimeister/x12-types.
"""

import re
from collections.abc import Iterator

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.messages.x12.segments import OTHER, Party, Segment, size_of
from tidewaiter.trade.messages.x12.tables import hs_of, load_tables, un_of
from tidewaiter.trade.transport_modes import is_ship

_POINTED = frozenset({"gross", "volume", "value"})
_WAITING = 9_999  # lines of a bill that wait for its end
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
            self.fields = {
                "mode": load_tables().codes.mode.get(mode, mode),
                "voyage": segment.get(6),
            }
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
        self._more: list[str] = []  # texts that go on in further segments
        self._bill = bill

    def go_on(self, segment: Segment) -> None:
        """Handle an N10 that has only text: the description of goods goes on in it."""
        self._more.append(segment.get(2))
        if segment.get(3):
            self.kept.append(("N10", segment.text()))

    def found(self, row: int) -> Found:
        """Create the line."""
        bill = self._bill
        fields = bill.manifest.fields | bill.fields | self.fields
        fields["goods"] = " ".join(filter(None, (fields.get("goods", ""), *self._more)))
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
        elif tag == "N10" and self._goods and not _is_own(segment):
            self._goods[-1].go_on(segment)
        elif tag == "N10":
            self._line(segment)
        elif tag == "H1" and self._goods:
            self._hazard(segment, self._goods[-1])
        elif tag != "LX":
            if tag == "N9" and segment.get(1) in load_tables().codes.bill and not self.begun:
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
        if unit := load_tables().codes.mass.get(segment.get(6)):
            self.totals |= {"gross": segment.get(5), "gross.unit": unit}
        if cube := load_tables().codes.volume.get(segment.get(8)):
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
        weight = load_tables().codes.mass.get(segment.get(7))
        goods.fields = {
            "goods": segment.get(2),
            "packages": segment.get(1),
            "pack": segment.get(10),
            "containers": self._equipment,
            "seq": str(self._count),
        }
        if code := hs_of(segment.get(4), segment.get(5)):
            goods.fields["hs"] = code
        if value := segment.get(6):
            goods.fields |= {"value": value, "currency": segment.get(13)}
        if weight:
            goods.fields |= {"gross": segment.get(8), "gross.unit": weight}
        goods.kept.append(("N10", segment.text()))  # marks, and codes of other lists

    def _hazard(self, segment: Segment, goods: Goods) -> None:
        number = un_of(segment.get(1))
        if told := segment.get(4):
            goods.commercial.append(told)
        known = number and segment.get(3) in load_tables().codes.dangerous
        if known and goods.fields.setdefault("un", number) != number:
            goods.commercial.append(f"UN {number}")
        goods.kept.append(("H1", segment.text()))


def _is_own(segment: Segment) -> bool:
    """Return whether an N10 has goods of its own: an amount or a code, and not only text."""
    return not segment.get(2) or any(segment.get(place) for place in (1, 4, 5, 6, 8))


def _stop(function: str, port: str) -> dict[str, str | None] | None:
    """Return a port by its Schedule D or K code, which is not a UN/LOCODE."""
    if not port:
        return None
    return {"function": function, "locode": None, "name": port, "country": None}


class Customs:
    """Reads one manifest (set 309)."""

    def __init__(self) -> None:
        """Start before its first segment."""
        self._manifest = Manifest()
        self._bill: Bill | None = None

    def take(self, segment: Segment) -> Iterator[Goods | InputError]:
        """Handle the next segment; yield completed lines and errors."""
        tag = segment.get(0)
        if tag in {"LX", "P4"} or (tag == "M11" and self._bill and self._bill.begun):
            yield from self.end()
        if tag not in {"M10", "P4"} and self._bill is None:
            self._bill = Bill(self._manifest)
        if self._bill is None:
            yield from self._take_head(segment)
        else:
            yield from self._take_of(self._bill, segment)

    def end(self) -> Iterator[Goods]:
        """End the open bill."""
        bill, self._bill = self._bill, None
        if bill is not None:
            yield from bill.lines()

    def _take_head(self, segment: Segment) -> Iterator[InputError]:
        before = self._manifest.size
        self._manifest.take(segment)
        if before <= MOST < self._manifest.size:
            yield InputError("trade/x12-head-too-long", most=MOST >> 20)

    def _take_of(self, bill: Bill, segment: Segment) -> Iterator[Goods | InputError]:
        bill.take(segment)
        yield from bill.early()
        if bill.is_full:
            yield from bill.part()
            yield InputError("trade/x12-bill-in-parts", most=MOST >> 20, parties=MOST_PARTIES)
