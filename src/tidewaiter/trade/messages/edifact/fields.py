"""Fields filled by the segments of a message, a consignment or a line."""

import re
from collections.abc import Callable

from tidewaiter.parties.identifiers.validation import check_number
from tidewaiter.trade.messages.edifact.segments import Codes, Segment, Step
from tidewaiter.trade.transport_modes import by_ship, mode_of

OTHER = "other"
"""Role of a party with an unknown code: it is compared with the lists too."""

_LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_SCHEMES = {"9": "GLN", "16": "DUNS"}  # 3055: GS1, Dun and Bradstreet
_LISTS = {"139": "port", "162": "country"}  # 1131: a port or place, a country


def party_of(segment: Segment, codes: Codes) -> dict[str, str | None] | None:
    """Parse NAD: the name in C080, or else the first line of C058, or else text in place of an id.

    None: no name.
    """
    lines = [line for line in segment.parts(3) if line]
    name = " ".join(part for part in segment.parts(4)[:5] if part)
    if not name and lines:
        name = lines.pop(0)
    street = [part for part in segment.parts(5) if part]
    rest = [segment.get(place) for place in (6, 7, 8)]
    address = ", ".join(part for part in (*lines, *street, *rest) if part)
    number = segment.get(2)
    if not name and " " in number:  # a number has no spaces: it is a misplaced name
        name, number = number, ""
    if not (name or number):
        return None
    return {
        "role": codes.party.get(segment.get(1), OTHER),
        "name": name or None,
        "address": address or None,
        "country": segment.get(9) or None,
        "id_scheme": _SCHEMES.get(segment.get(2, 2)) if number else None,
        "id": number or None,
    }


def stop_of(segment: Segment) -> dict[str, str | None] | None:
    """Parse LOC: a UN/LOCODE, a country or a name; None: no place."""
    code, kind, name = segment.get(2), segment.get(2, 1), segment.get(2, 3)
    stop: dict[str, str | None] = {"locode": None, "name": name or None, "country": None}
    bare = code.replace(" ", "")
    if len(code) == 2 or (code and _LISTS.get(kind) == "country"):  # noqa: PLR2004
        stop["country"] = code
    elif _LOCODE.fullmatch(bare):
        stop["locode"] = bare
    elif code:
        stop["name"] = f"{code} {name}".strip()
    return stop if any(stop.values()) else None


_FORMS = {
    "102": "%Y%m%d",
    "203": "%Y%m%d",
    "204": "%Y%m%d",
    "303": "%Y%m%d",
    "205": "%Y%m%d",
    "718": "%Y%m%d",
    "101": "%y%m%d",
    "201": "%y%m%d",
    "202": "%y%m%d",
    "301": "%y%m%d",
    "2": "%d%m%y",
    "3": "%m%d%y",
    "4": "%d%m%Y",
}


def day_of(text: str, form: str) -> str:
    """Format a day as 2026-03-31; an invalid one is unchanged, and reported later.

    Args:
        text: "20260331", "202603311020"; for a period the first day is used.
        form: Format code; "": eight digits are year, month and day.
    """
    known = _FORMS.get(form, "%Y%m%d" if not form else "")
    year, month, day = (known.find(part) for part in ("%Y", "%m", "%d"))
    if not known or not text.isascii() or not (text.isdigit() or form == "718"):
        return text
    short = year < 0
    places = sorted([("y", known.lower().find("%y")), ("m", month), ("d", day)], key=lambda p: p[1])
    parts, at = {}, 0
    for name, _ in places:
        width = 4 if name == "y" and not short else 2
        parts[name] = text[at : at + width]
        at += width
    if len(parts["d"]) < 2 or len(text) < at:  # noqa: PLR2004
        return text
    century = "20" if short else ""
    return f"{century}{parts['y']}-{parts['m']}-{parts['d']}"


_COUNTRY = 2  # letters
_MAIN = "20"  # 8051, stage of transport: main
_AIR = "air"
_CONTAINER = "CN"  # 8053
_ASIDE = re.compile(r"(?:^| )(?:RFF|DOC|NAD)$")  # groups whose dates belong to a document
_TARIFF = re.compile(r"\d{4,10}")
_WHOLE = frozenset({6, 8, 10})  # digits of commodity codes; procedure codes have others
_FLIGHT = re.compile(r"[A-Z0-9]{2}[A-Z]?\d{1,4}[A-Z]?")
_OF_PARTY = "NAD LOC"
_CARRIER, _SHIP = 5, 8  # elements of TDT
_MASSES = frozenset({"gross", "net"})

Stop = dict[str, str | None]
Party = dict[str, str | None]


class Bag:
    """Data of one message, consignment or line."""

    def __init__(self, codes: Codes, *, ships: bool = False) -> None:
        """Set the code tables, and whether the message is for ships only."""
        self._codes = codes
        self._ships = ships
        # consignment, seq, packages, pack, hs, procedure, mode, vessel, imo, voyage
        self.numbers: dict[str, str] = {}
        self.goods: list[str] = []
        self.items: list[str] = []  # item descriptions (IMD)
        self.commercial: list[str] = []
        self.un: list[str] = []
        self.measures: dict[str, tuple[str, str]] = {}  # code -> value and unit
        self.money: dict[str, tuple[str, str]] = {}  # code -> amount and currency
        self.quantity: tuple[str, str] | None = None
        self.currency = ""
        self.days: dict[str, tuple[int, str]] = {}  # field -> rank of the stage, and day
        self.places: list[tuple[int, int, str, Stop]] = []  # rank of stage and code, function
        self.parties: list[Party] = []
        self.bills: dict[str, str] = {}
        self.licences: list[str] = []
        self.containers: dict[str, None] = {}
        self.kept: list[tuple[str, str]] = []
        self._stage = 0  # stage of transport: 0, main or not given; 1, another one

    def take(self, segment: Segment, step: Step) -> None:
        """Handle a segment; one without a field is kept as text."""
        told = step.of and (step.held or step.owner == "line")  # a repeated one is of its line
        handler = _HANDLERS.get(segment.tag) if told else None
        if handler is None or not handler(self, segment, step):
            self.keep(segment)

    def keep(self, segment: Segment) -> None:
        """Keep a segment as text, by its tag and qualifier."""
        text = segment.text().strip("+")
        if text and segment.tag != "UNS":
            qualifier = segment.get(1)
            path = f"{segment.tag}+{qualifier}" if qualifier else segment.tag
            self.kept.append((path, text))

    def is_empty(self) -> bool:
        """Return whether there is nothing to screen."""
        return not (self.goods or self.items or self.commercial or self.parties or self.un)

    def _ftx(self, segment: Segment, step: Step) -> bool:
        del step
        text = _joined(segment.parts(4))
        kind = segment.get(1)
        if not text:
            return False
        if kind in self._codes.goods:
            self.goods.append(text)
            return True
        if kind in self._codes.commercial:
            self.commercial.append(text)
            return True
        return False

    def _imd(self, segment: Segment, step: Step) -> bool:
        del step
        parts = segment.parts(3)
        text = _joined(parts[3:5])
        if not text and " " in "".join(parts[:1]):  # a code has no spaces: it is misplaced text
            text = parts[0]
        if text:
            self.items.append(text)
        return bool(text)

    def _pia(self, segment: Segment, step: Step) -> bool:
        del step
        used = 0
        for element in range(2, len(segment.elements)):
            if segment.get(element, 1) in self._codes.tariff:
                used += self._number("hs", segment.get(element))
        return used == len(segment.elements) - 2

    def _cst(self, segment: Segment, step: Step) -> bool:
        if step.opens:
            self._number("seq", segment.get(1))
        used = all_ = 0
        bare = []  # codes without a list
        for element in range(2, len(segment.elements)):
            code, kind = segment.get(element), segment.get(element, 1)
            all_ += bool(code)
            if kind in self._codes.procedure:
                used += self._number("procedure", code)
            elif kind in self._codes.tariff:
                used += self._number("hs", code)
            elif not kind and _TARIFF.fullmatch(code):
                bare.append(code)
        if bare:  # a procedure code may precede the commodity code
            used += self._number("hs", next((c for c in bare if len(c) in _WHOLE), bare[0]))
        return used == all_

    def _dgs(self, segment: Segment, step: Step) -> bool:
        del step
        number = segment.get(3)
        if number and number not in self.un:
            self.un.append(number)
        return False  # class and packing group have no field

    def _mea(self, segment: Segment, step: Step) -> bool:
        del step
        code = segment.get(2) or segment.get(1)
        unit, value = segment.get(3), segment.get(3, 1)
        if code not in self._codes.measure or not value or code in self.measures:
            return False
        if self._codes.measure[code] in _MASSES and unit in self._codes.other_unit:
            if self.quantity is not None:
                return False
            self.quantity = (value, unit)
            return True
        self.measures[code] = (value, self._codes.mass_unit.get(unit, unit))
        return True

    def _qty(self, segment: Segment, step: Step) -> bool:
        value = segment.get(1, 1)
        if step.of not in {"line", "consignment"} or self.quantity is not None or not value:
            return False
        self.quantity = (value, segment.get(1, 2))
        return True

    def _moa(self, segment: Segment, step: Step) -> bool:
        code, value = segment.get(1), segment.get(1, 1)
        if step.of != "line" or code not in self._codes.money or not value or code in self.money:
            return False
        self.money[code] = (value, segment.get(1, 2))
        return True

    def _ali(self, segment: Segment, step: Step) -> bool:
        """Handle the country of origin; it is of the goods in any message that has it."""
        del step
        country = segment.get(1)
        if len(country) == _COUNTRY:
            stop = {"function": "origin", "locode": None, "name": None, "country": country}
            self.places.append((0, 0, "origin", stop))
        return len(country) == _COUNTRY and len(segment.elements) == 2  # noqa: PLR2004

    def _cux(self, segment: Segment, step: Step) -> bool:
        del step
        self.currency = self.currency or segment.get(1, 1)
        return False

    def _gid(self, segment: Segment, step: Step) -> bool:
        del step
        self._number("seq", segment.get(1))
        level = next((place for place in (2, 3, 4) if segment.get(place)), 2)
        self._number("packages", segment.get(level))
        self._number("pack", segment.get(level, 1) or segment.get(level, 4))
        return len(segment.elements) <= 3  # noqa: PLR2004 - what is packed in what follows

    def _lin(self, segment: Segment, step: Step) -> bool:
        if step.opens:
            self._number("seq", segment.get(1))
        return len(segment.elements) == 2  # noqa: PLR2004 - the number of the article follows

    def _pac(self, segment: Segment, step: Step) -> bool:
        del step
        found = self._number("packages", segment.get(1))
        kind = segment.get(3) or segment.get(3, 3)
        return self._number("pack", kind) or found

    def _sgp(self, segment: Segment, step: Step) -> bool:
        del step
        return self._container(segment.get(1))

    def _eqd(self, segment: Segment, step: Step) -> bool:
        del step
        kind = segment.get(1)
        return self._container(segment.get(2)) if kind == _CONTAINER else False

    def _nad(self, segment: Segment, step: Step) -> bool:
        del step
        party = party_of(segment, self._codes)
        if party is not None:
            self.parties.append(party)
        return party is not None and party["role"] != OTHER

    def _loc(self, segment: Segment, step: Step) -> bool:
        kind = segment.get(1)
        function = self._codes.place.get(kind)
        stop = stop_of(segment)
        if function is None or stop is None:
            return False
        rank = list(self._codes.place).index(kind)
        stage = (
            2 if step.group.endswith(_OF_PARTY) else self._stage
        )  # a party's place has the lowest priority
        self.places.append((stage, rank, function, {"function": function, **stop}))
        return True

    def _tdt(self, segment: Segment, step: Step) -> bool:
        del step
        self._stage = int(segment.get(1) not in {"", _MAIN})
        code = segment.get(3)
        if code and not self._stage:
            self._number("mode", mode_of(code[0]) or code)
        if not self._stage:
            self._number("voyage", segment.get(2))
            self._ship(segment)
        return False  # carrier, call sign and flag have no field

    def _ship(self, segment: Segment) -> None:
        """Handle the ship in a TDT: its name, and its number if it is an IMO number."""
        place = _SHIP - 1 if _is_ship(segment.get(_SHIP - 1)) else _SHIP  # one separator too few
        number, kind = segment.get(place), segment.get(place, 1)
        ship = by_ship(self.numbers.get("mode"))
        listed = kind in self._codes.ship and number.isdecimal()  # others are call signs
        told = listed or (not listed and ship is not False and _is_ship(number))
        if told:
            self._number("imo", number)
        name = _named(segment.get(place, 3)) or (_named(segment.get(place, 2)) if told else "")
        sails = ship or (self._ships and ship is None)
        if told or sails or kind in self._codes.sign:
            self._number("vessel", name)
        if kind in self._codes.ship and not listed:  # a call sign; the name is with its carrier
            self._number("vessel", name or segment.get(_CARRIER, 3))
        if self.numbers.get("mode") == _AIR and _FLIGHT.fullmatch(name):
            self._number("voyage", name)

    def _dtm(self, segment: Segment, step: Step) -> bool:
        field = self._codes.day.get(segment.get(1))
        if field is None or _ASIDE.search(step.group):
            return False
        told = self.days.get(field)
        if told is not None and told[0] <= self._stage:
            return False
        self.days[field] = (self._stage, day_of(segment.get(1, 1), segment.get(1, 2)))
        return True

    def _bgm(self, segment: Segment, step: Step) -> bool:
        del step
        self._number("consignment", segment.get(2))
        return False

    def _cni(self, segment: Segment, step: Step) -> bool:
        del step
        return self._number("consignment", segment.get(2))

    def _rff(self, segment: Segment, step: Step) -> bool:
        kind, number = segment.get(1), segment.get(1, 1)
        if not number or step.group.endswith("NAD"):
            return False
        if kind in self._codes.tariff:
            return self._number("hs", number)
        if kind in self._codes.bill:
            return self.bills.setdefault(kind, number) == number
        if kind in self._codes.licence:
            self.licences.append(number)
            return True
        if kind in self._codes.voyage:
            return self._number("voyage", number)
        return False

    def _doc(self, segment: Segment, step: Step) -> bool:
        del step
        number = segment.get(2)
        if segment.get(1) in self._codes.document and number:
            self.licences.append(number)
            return True
        return False

    def _number(self, field: str, text: str) -> bool:
        """Set an empty field; return whether it now has this text."""
        if text:
            self.numbers.setdefault(field, text)
        return bool(text) and self.numbers[field] == text

    def _container(self, number: str) -> bool:
        if number:
            self.containers[number] = None
        return bool(number)


def _named(text: str) -> str:
    """Return a name; "": a number or a code."""
    return text if any(character.isalpha() for character in text) else ""


def _is_ship(number: str) -> bool:
    return check_number("IMO", number)[1] == "valid" if number else False


def _joined(parts: list[str]) -> str:
    return " ".join(part for part in parts if part)


_Handler = Callable[[Bag, Segment, Step], bool]
_HANDLERS: dict[str, _Handler] = {
    name.removeprefix("_").upper(): getattr(Bag, name)
    for name in (
        "_ftx",
        "_imd",
        "_pia",
        "_cst",
        "_dgs",
        "_mea",
        "_qty",
        "_moa",
        "_ali",
        "_cux",
        "_gid",
        "_lin",
        "_pac",
        "_sgp",
        "_eqd",
        "_nad",
        "_loc",
        "_tdt",
        "_dtm",
        "_bgm",
        "_cni",
        "_rff",
        "_doc",
    )
}
"""Handlers by segment. A handler returns whether all of the segment was mapped."""
