"""Transaction sets of X12 whose layout is data: lines, their levels, and what hangs on them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from tidewaiter.base.errors import InputError
from tidewaiter.trade.check_digits import container_number
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.messages.x12.segments import OTHER, Party, Segment, size_of
from tidewaiter.trade.messages.x12.tables import (
    Amount,
    Layout,
    day_of,
    hs_of,
    load_tables,
    places_of,
    tags_used,
    un_of,
)
from tidewaiter.trade.transport_modes import is_ship
from tidewaiter.trade.types import FUNCTIONS

MOST = 16 << 20
"""Buffered characters of a set."""

MOST_PARTIES = 100
"""Parties of a set that its lines share."""

_WAITING = 9_999  # lines or levels that wait for the end of the set
_STOPS = 20  # lines of the same goods that are compared
_LISTED = frozenset({"PID", "G69", "N1", "N2", "N3", "N4"})  # no text but what is mapped
_POINTED = frozenset({"quantity", "gross", "net", "volume"})
_AMOUNTS = ("quantity", "gross", "net", "volume", "packages")
_TOTALS = frozenset((*_AMOUNTS, "pack"))  # of a set or a level
_UNITS = MappingProxyType({"packages": "pack"})


Stop = dict[str, str | None]


class Bag:
    """Data of a line, a level or a set."""

    def __init__(self, around: "Bag | None" = None) -> None:
        """Start empty, within another one."""
        self.around = around
        self.fields: dict[str, str] = {}
        self.goods: list[str] = []
        self.spare: list[str] = []
        self.commercial: list[str] = []
        self.parties: list[Party] = []
        self.route: list[tuple[int, Stop]] = []  # rank of its code, and the place
        self.containers: dict[str, None] = {}
        self.kept: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self.stop = 0  # stops that precede it

    def chain(self) -> Iterator["Bag"]:
        """Yield it and what is around it, from the inside."""
        bag: Bag | None = self
        while bag is not None:
            yield bag
            bag = bag.around

    def is_bare(self) -> bool:
        """Return whether it tells of no goods: a charge, for example."""
        return not (self.goods or self.commercial or self.parties or self.fields.keys() - {"seq"})

    def take(self, segment: Segment) -> None:
        """Handle a segment; unmapped data is kept as text."""
        tag = segment.get(0)
        self.tags.add(tag)
        texts, amounts = tags_used()
        mapped = tag in texts and self._texts(segment, tag)
        if tag in {"N1", "NM1"}:
            self.parties.append(Party(segment))
            mapped = self.parties[-1].role != OTHER and tag == "N1"
        elif tag in {"N2", "N3", "N4"} and self.parties:
            self.parties[-1].add(segment)
            mapped = True
        handler = _HANDLERS.get(tag)
        if handler is not None:
            handler(self, segment)
        if tag in amounts:
            self._amounts(segment, tag)
        if (not mapped or tag not in _LISTED) and segment.text():
            self.kept.append((tag, segment.text()))

    def put(self, field: str, text: str) -> None:
        """Set an empty field."""
        if text:
            self.fields.setdefault(field, text)

    def _texts(self, segment: Segment, tag: str) -> bool:
        """Handle descriptions, UN numbers and codes of goods; return whether there was a text."""
        known = load_tables().segments
        texts = [segment.get(place) for place in known.goods.get(tag, ())]
        self.goods += filter(None, texts)
        spare = [segment.get(place) for place in known.spare.get(tag, ())]
        self.spare += filter(None, spare)
        also = [segment.get(place) for place in known.commercial.get(tag, ())]
        self.commercial += filter(None, also)
        if tag in known.un and (number := un_of(segment.get(known.un[tag]))):
            dangerous = tag != "H1" or segment.get(3) in load_tables().codes.dangerous
            if dangerous and self.fields.setdefault("un", number) != number:
                self.commercial.append(f"UN {number}")
        if tag in known.hs:
            kind, code = known.hs[tag]
            self.put("hs", hs_of(segment.get(kind), segment.get(code)))
        if tag in known.pairs:
            self._pairs(segment, known.pairs[tag])
        return any(texts)

    def _pairs(self, segment: Segment, first: int) -> None:
        fields = load_tables().segments.pair
        for place in range(first, len(segment.elements) - 1, 2):
            field, text = fields.get(segment.get(place)), segment.get(place + 1)
            if field == "goods" and text:
                self.goods.append(text)
            elif field:
                self.put(field, text)

    def _amounts(self, segment: Segment, tag: str) -> None:
        tables = load_tables()
        known, codes = tables.segments, tables.codes
        if tag in known.quantity:
            amount = known.quantity[tag]
            packed = segment.get(amount.unit) in codes.package
            self._amount(segment, amount, "packages" if packed else "quantity", None)
        if tag in known.mass:
            amount = known.mass[tag]
            field = codes.kind.get(segment.get(amount.kind) if amount.kind else "")
            if field:
                self._amount(segment, amount, field, codes.mass)
        if tag in known.volume:
            self._amount(segment, known.volume[tag], "volume", codes.volume)
        if tag in known.packages:
            self._amount(segment, known.packages[tag], "packages", None)

    def _amount(
        self, segment: Segment, amount: Amount, field: str, units: Mapping[str, str] | None
    ) -> None:
        """Set an amount with its unit; one in a unit that is not known is kept as text only."""
        value, unit = segment.get(amount.value), segment.get(amount.unit)
        if units is not None:
            unit = units.get(unit, "")
        if value and field not in self.fields and (unit or units is None):
            self.fields[field] = value
            self.put(_UNITS.get(field, f"{field}.unit"), unit)

    def _reference(self, segment: Segment) -> None:
        kind, number = segment.get(1), segment.get(2)
        if segment.get(0) == "L11":  # the number precedes its qualifier
            kind, number = number, kind
        codes = load_tables().codes
        if kind in codes.bill:
            self.put("bill", number)
        elif kind in codes.tariff:
            self.put("hs", number)

    def _day(self, segment: Segment) -> None:
        field = load_tables().codes.day.get(segment.get(1))
        if field:
            self.put(field, day_of(segment.get(2)))

    def _equipment(self, segment: Segment) -> None:
        """Handle N7: a container, whose check digit may be apart."""
        prefix, number, check = segment.get(1), segment.get(2), segment.get(18)
        bare = len(number) == 6 and number.isdecimal()  # noqa: PLR2004 - digits without the check digit
        whole = f"{prefix}{number}{check if bare and len(check) == 1 else ''}"
        if container_number(whole):
            self.containers[whole] = None

    def _vessel(self, segment: Segment) -> None:
        self.put("vessel", segment.get(2))
        self.put("voyage", segment.get(4))
        self.put("mode", "sea")
        if is_ship(segment.get(1), "sea"):
            self.put("imo", segment.get(1))

    def _conveyance(self, segment: Segment) -> None:
        """Handle M10: the ship, or another means of transport."""
        mode = load_tables().codes.mode.get(segment.get(2), "")
        self.put("mode", mode)
        self.put("voyage", segment.get(6))
        if mode == "sea":
            self.put("vessel", segment.get(5))
            self.put("imo", segment.get(4) if is_ship(segment.get(4), mode) else "")

    def _port(self, segment: Segment) -> None:
        ports = load_tables().codes.port
        function = ports.get(segment.get(1))
        listed = segment.get(2) == "UN" and len(segment.get(3)) == 5  # noqa: PLR2004 - letters of a UN/LOCODE
        if function:
            stop: Stop = {
                "function": function,
                "locode": segment.get(3) if listed else None,
                "name": segment.get(4) or (None if listed else segment.get(3)) or None,
                "country": segment.get(5) or None,
            }
            self.route.append((list(ports).index(segment.get(1)), stop))

    def _station(self, segment: Segment) -> None:
        """Handle F9 and D9: the stations of origin and destination of a railway."""
        name = " ".join(filter(None, (segment.get(2), segment.get(3))))
        function = "loading" if segment.get(0) == "F9" else "destination"
        stop: Stop = {"function": function, "locode": None, "name": name or None, "country": None}
        self.route.append((0, stop))


_HANDLERS: Mapping[str, Callable[[Bag, Segment], None]] = MappingProxyType(
    {
        tag: getattr(Bag, name)
        for tag, name in (
            ("N9", "_reference"),
            ("REF", "_reference"),
            ("L11", "_reference"),
            ("DTM", "_day"),
            ("G62", "_day"),
            ("N7", "_equipment"),
            ("V1", "_vessel"),
            ("M10", "_conveyance"),
            ("R4", "_port"),
            ("F9", "_station"),
            ("D9", "_station"),
        )
    }
)


class Line:
    """A line, and what it says with the levels around it."""

    def __init__(self, bag: Bag, layout: Layout, *, alone: bool) -> None:
        """Set its data, its layout, and whether it is the only line of its set."""
        self._bag = bag
        self._layout = layout
        self._alone = alone

    def found(self, row: int) -> Found:
        """Create the line."""
        bags = list(self._bag.chain())
        goods, more = bags[0].goods or bags[0].spare, list[str](bags[0].commercial)
        for bag in bags[1:]:
            more += bag.goods if goods else ()
            more += bag.commercial
            goods = goods or bag.goods
        fields = self._fields(bags) | {"goods": " ".join(goods), "commercial": " ".join(more)}
        containers = next((bag.containers for bag in bags if bag.containers), {})
        fields["containers"] = "; ".join(containers)
        kept = [item for bag in bags for item in bag.kept]
        for bag in bags[1:]:
            bag.kept = []  # only with the first line
        return Found(
            row=row,
            fields={field: text for field, text in fields.items() if text},
            parties=tuple(_parties(bags)),
            route=tuple(_route(bags)),
            kept=tuple(kept),
            pointed=_POINTED.intersection(fields),
        )

    def _fields(self, bags: Sequence[Bag]) -> dict[str, str]:
        """Combine fields, the nearest first; totals are a line's if it is the only one."""
        fields = dict(bags[0].fields)
        for bag in bags[1:]:
            own = {
                field: text
                for field, text in bag.fields.items()
                if self._alone or field.partition(".")[0] not in _TOTALS
            }
            taken = {name for name in _AMOUNTS if name in fields}
            fields = {
                field: text
                for field, text in own.items()
                if field.partition(".")[0] not in taken
                and (field != "pack" or "packages" not in taken)
            } | fields
        bill, number = fields.pop("bill", ""), fields.pop("number", "")
        fields["consignment"] = (bill or number) if self._layout.bill else (number or bill)
        return fields


def _route(bags: Sequence[Bag]) -> Iterator[Stop]:
    """Yield the places in travel order: of each function the best, and all of transit."""
    ranked = sorted((item for bag in bags for item in bag.route), key=lambda item: item[0])
    for function in FUNCTIONS:
        stops = [stop for _, stop in ranked if stop["function"] == function]
        yield from stops if function == "transit" else stops[:1]


def _parties(bags: Sequence[Bag]) -> Iterator[dict[str, str | None]]:
    """Yield the parties; a role on the line itself overrides its context."""
    roles: set[str] = set()
    for bag in bags:
        yield from (party.told() for party in bag.parties if party.role not in roles)
        roles |= {party.role for party in bag.parties} - {OTHER}


class Set:
    """Reads one transaction set.

    Args:
        layout: Its layout.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._ends = load_tables().segments.ends
        self._all = Bag()
        self._context = self._all
        self._levels: dict[str, Bag] = {}
        self._lines: list[Bag] = []
        self._line: Bag | None = None
        self._before = ""  # tag of the segment before
        self._stops = 0
        self._told: dict[str, list[Bag]] = {}  # lines by their goods, if these are told again
        self._size = 0
        self._shared = 0  # part of it that is of the whole set
        self._parted = False  # lines were yielded before the end

    def take(self, segment: Segment) -> Iterator[Line | InputError]:
        """Handle the next segment; yield completed lines and errors."""
        tag = segment.get(0)
        self._turn(segment, tag)
        bag = self._line or self._context
        if tag in load_tables().segments.message:
            bag = self._all
        self._head(segment, tag)
        bag.take(segment)
        self._before = tag
        self._size += size_of(segment)
        self._shared += size_of(segment) if bag is self._all else 0
        yield from self._spill()

    def end(self) -> Iterator[Line]:
        """End the set; one without lines becomes one line, with its parties."""
        self._close()
        lines, self._lines = self._lines, []
        if not lines and not self._parted and (self._all.parties or self._all.kept):
            lines = [Bag(self._all)]
        alone = len(lines) == 1 and not self._parted
        yield from (Line(bag, self._layout, alone=alone) for bag in lines)

    def _turn(self, segment: Segment, tag: str) -> None:
        """End and begin levels and lines."""
        layout = self._layout
        if layout.level and tag == layout.level:
            self._close()
            parent = self._levels.get(segment.get(2), self._all)
            self._context = self._levels[segment.get(1)] = Bag(parent)
        elif tag in layout.closes:
            self._close()
            self._stops += 1
        elif tag in self._ends:
            self._close()
            self._context = self._all
        elif tag in layout.line:
            line = self._line
            joins = tag in layout.joined and self._before == tag
            if line is None or (tag in line.tags and not joins):
                self._open(segment)
        elif self._line is None and _tells_goods(segment, tag):
            self._open(segment)

    def _open(self, segment: Segment) -> None:
        self._close()
        self._line = Bag(self._context)
        self._line.stop = self._stops
        self._lines.append(self._line)
        quantity = load_tables().segments.quantity.get(segment.get(0))
        if segment.get(1).isdecimal() and (quantity is None or quantity.value > 1):
            self._line.put("seq", segment.get(1))

    def _close(self) -> None:
        """End the open line; a charge or goods told again are put to the line before."""
        line, self._line = self._line, None
        if line is None:
            return
        same = self._again(line) if self._layout.once else None
        if same is None and "LX" in line.tags and line.is_bare():
            same = self._lines[-2] if len(self._lines) > 1 else self._context
        if same is not None:
            same.kept += line.kept
            same.containers |= line.containers
            self._lines.pop()

    def _again(self, line: Bag) -> Bag | None:
        """Return the line with the same goods at another stop: the same text and amounts."""
        for other in self._told.setdefault(" ".join(line.goods), []):
            both = other.fields.keys() & line.fields.keys() & set(_AMOUNTS)
            same = all(other.fields[name] == line.fields[name] for name in both)
            if same and other.stop != line.stop:
                return other
        told = self._told[" ".join(line.goods)]
        told.append(line)
        del told[:-_STOPS]
        return None

    def _head(self, segment: Segment, tag: str) -> None:
        """Handle the number and the day of the consignment."""
        for begins, place in places_of(self._layout.number):
            if tag == begins:
                self._all.put("number", segment.get(place))
        for begins, place in places_of(self._layout.day):
            if tag == begins:
                self._all.put("lodged", day_of(segment.get(place)))

    def _spill(self) -> Iterator[Line | InputError]:
        """Yield lines before the end of a very long set."""
        if len(self._lines) > _WAITING and self._size <= MOST:
            ready, self._lines, self._told = self._lines[:-1], self._lines[-1:], {}
            self._parted = True
            yield from (Line(bag, self._layout, alone=False) for bag in ready)
        parties = len(self._all.parties) > MOST_PARTIES or self._shared > MOST
        if self._size <= MOST and len(self._levels) <= _WAITING and not parties:
            return
        self._parted = True
        ready, self._lines, self._line = self._lines or [Bag(self._all)], [], None
        yield from (Line(bag, self._layout, alone=False) for bag in ready)
        self._levels, self._told, self._size = {}, {}, 0
        if parties:
            self._all.parties, self._all.goods, self._all.commercial = [], [], []
            self._all.route, self._all.containers, self._shared = [], {}, 0
        yield InputError("trade/x12-bill-in-parts", most=MOST >> 20, parties=MOST_PARTIES)


def _tells_goods(segment: Segment, tag: str) -> bool:
    known = load_tables().segments
    texts = known.goods.get(tag, ())
    return tag in known.un or any(segment.get(place) for place in texts)
