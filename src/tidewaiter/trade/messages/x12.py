"""Bills of a manifest (M11) and their goods (N10), put under our fields."""

import re
from collections.abc import Iterator

from tidewaiter.consignments.messages.means import is_ship
from tidewaiter.consignments.messages.types import Found
from tidewaiter.consignments.messages.x12.parties import OTHER, Party
from tidewaiter.consignments.messages.x12.segments import Segment

_POINTED = frozenset({"gross", "volume", "value"})
_MODES = {"A": "air", "O": "sea", "S": "sea", "R": "rail", "J": "road", "M": "road"}
_MASSES = {"K": "KGM", "L": "LBR"}  # others (tons of several kinds) are kept
_VOLUMES = {"X": "m3", "V": "l"}
_TARIFFS = frozenset("ABHJ")  # element 23: HTS, Schedule B, Brussels nomenclature, HS
_HS = re.compile(r"\d{4}(?:\.?\d\d){0,3}")
_DANGEROUS = frozenset({"", "U", "I", "D"})  # element 208: United Nations, IMO, DOT
_UN = re.compile(r"(?:UN|NA)?\s?(\d{4})")
_BILLS = frozenset({"BM", "MB", "OB"})  # element 128: bills of lading, a master and an ocean one
_WAITING = 9_999  # lines of a bill that wait for its end
_SEGMENT = 100  # characters that a segment counts for beside its own: what it takes in memory
_DAY = re.compile(r"(\d\d)(\d\d)(\d\d)")

MOST_PARTIES = 100
"""Of a bill; the directories have far fewer."""

MOST = 16 << 20
"""Characters of a bill, or of what stands before the first one, that wait."""


class Manifest:
    """What is said of all bills: the conveyance, and the port with its day."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.fields: dict[str, str] = {}
        self.port: dict[str, str | None] | None = None
        self.kept: list[tuple[str, str]] = []
        self.size = 0  # of all that was kept, as of a bill

    def take(self, segment: Segment) -> None:
        """Take M10 or P4; they are kept too, as they say more, so far as there is room."""
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
        """Begin with what stands around it."""
        self.fields: dict[str, str] = {}
        self.kept: list[tuple[str, str]] = []
        self.commercial: list[str] = []
        self._bill = bill

    def found(self, row: int) -> Found:
        """Put a line together."""
        bill = self._bill
        fields = bill.manifest.fields | bill.fields | self.fields
        fields["commercial"] = " ".join(self.commercial)
        kept = (*bill.manifest.kept, *bill.kept, *self.kept)
        bill.manifest.kept, bill.kept = [], []  # told once, with the first line
        return Found(
            row=row,
            fields={field: text for field, text in fields.items() if text},
            parties=bill.told,
            route=tuple(stop for stop in (bill.port, bill.manifest.port) if stop),
            kept=tuple(kept),
            pointed=_POINTED.intersection(fields),
        )


class Bill:
    """One bill of lading: its head, its parties and its goods."""

    def __init__(self, manifest: Manifest) -> None:
        """Begin a bill of a manifest."""
        self.manifest = manifest
        self.fields: dict[str, str] = {}
        self.totals: dict[str, str] = {}  # a line's where it is the only one
        self.told: tuple[dict[str, str | None], ...] = ()  # parties of the lines that are ready
        self.port: dict[str, str | None] | None = None
        self.kept: list[tuple[str, str]] = []
        self.begun = False  # its M11 was there
        self._parties: list[Party] = []
        self._goods: list[Goods] = []  # lines that wait for what follows them
        self._count = 0  # of lines
        self._size = 0  # of what waits
        self._parted = False  # some of it was given out
        self._containers: dict[str, None] = {}
        self._equipment = ""

    @property
    def is_full(self) -> bool:
        """Tell whether it is to be given out in parts."""
        return self._size > MOST or len(self._parties) > MOST_PARTIES

    def lines(self) -> Iterator[Goods]:
        """Yield its lines; a bill without goods is a line of its own, with its parties."""
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
        """Yield lines that need not wait: all but the last, of a bill of very many."""
        if len(self._goods) > _WAITING:
            ready, self._goods = self._goods[:-1], self._goods[-1:]
            self.totals, self._size = {}, 0
            yield from self._ready(ready)

    def part(self) -> Iterator[Goods]:
        """Yield all that waits, with the parties so far; what follows has those that follow."""
        self.totals = {}
        yield from self.lines()
        self._goods, self._parties, self._containers = [], [], {}
        self._size, self._parted = 0, True

    def _ready(self, goods: list[Goods]) -> Iterator[Goods]:
        self.told = tuple(party.told() for party in self._parties)
        yield from goods

    def take(self, segment: Segment) -> None:
        """Take a segment; what has no field is kept."""
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
        self._keep(segment)  # it says more: the carrier, the master bill, the place of receipt
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
        self._keep(segment)  # seals, and what kind of equipment it is

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
    """Return for how many characters a segment counts."""
    return sum(map(len, segment.elements)) + _SEGMENT


def _stop(function: str, port: str) -> dict[str, str | None] | None:
    """Return a port by its code of Schedule D or K, which is no UN/LOCODE."""
    if not port:
        return None
    return {"function": function, "locode": None, "name": port, "country": None}
