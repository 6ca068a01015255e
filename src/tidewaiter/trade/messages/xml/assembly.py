"""Assembly of lines and headers of an XML document; a line's own value takes precedence."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.messages.xml.layouts import CODE, PERHAPS_IMO, Attribute, Group, Map, Spot
from tidewaiter.trade.transport_modes import is_ship
from tidewaiter.trade.types import CODES, DAYS, LISTS, MEASURED, NUMBERS, TEXTS, Refusal

JOINED = frozenset((*TEXTS, *LISTS, "pack"))
"""Fields that may occur several times in a document."""

SINGLE = frozenset(CODES).difference(LISTS)
"""Single-valued codes; further ones are kept and reported."""

_POINTED = frozenset(NUMBERS)
"""Decimal fields with a point, by the rules of XML Schema."""

Leaf = tuple[Spot, str]
"""A location, and its text."""

# Of format 304, or of XML Schema: with a zone.
_STAMP = re.compile(
    r"(?:(\d{8})\d{6}(?:Z|[+-]\d\d(?::?\d\d)?)|(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d))"
)
_EORI = re.compile(r"[A-Z]{2}[A-Z0-9]{3,15}")
_LINE_NUMBER = re.compile(r"[0-9]{1,9}")
_LOCODE = re.compile(r"[A-Za-z]{2} ?[A-Za-z2-9]{3}")


class _Several:
    """Texts of a repeated field."""

    __slots__ = ("seen", "texts")

    def __init__(self, first: str) -> None:
        self.texts = [first]
        self.seen = set(first.split("; "))


class Got:
    """Data of one head or line."""

    __slots__ = (
        "doubled",
        "fields",
        "kept",
        "means",
        "parties",
        "ranks",
        "several",
        "stops",
        "totals",
        "unjoined",
        "whole",
    )

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.totals: dict[str, str] = {}
        self.whole: dict[tuple[str, str], None] = {}  # field of a total, and its path
        self.ranks: dict[str, int] = {}  # field -> rank of the path that gave it
        self.parties: list[dict[str, str | None]] = []
        self.stops: list[dict[str, str | None]] = []
        self.kept: list[tuple[str, str]] = []
        self.doubled: list[tuple[str, str]] = []  # path and text of a second code
        self.several: dict[tuple[bool, str], _Several] = {}  # by whether it is a total, and field
        self.means: Leaf | None = None  # id of the means of transport, if it is a ship
        self.unjoined = False

    def add(self, field: str, text: str, *, total: bool, again: bool) -> None:
        """Add a text to a repeated field that has one.

        Args:
            field: One of JOINED.
            text: Text of the field.
            total: It is a total.
            again: Add it even if it is a duplicate.
        """
        fields = self.totals if total else self.fields
        held = self.several.get((total, field))
        if held is None:
            held = self.several[total, field] = _Several(fields[field])
        if again or text not in held.seen:
            held.texts.append(text)
            held.seen.update(text.split("; "))
            self.unjoined = True

    def join(self) -> None:
        """Join the repeated fields once at the end, as there may be very many."""
        if not self.unjoined:
            return
        for (total, field), held in self.several.items():
            (self.totals if total else self.fields)[field] = "; ".join(held.texts)
        self.unjoined = False
        if self.means is not None:
            spot, number = self.means
            if is_ship(number, self.fields.get("mode", "")):
                self.fields["imo"] = number
            else:
                self.kept.append((spot.path, number))
            self.means = None

    def take(self, inner: "Got") -> None:
        """Add the data of a part within this one; a field that this one has is kept."""
        inner.join()
        for field, text in inner.fields.items():
            if field not in self.fields:
                self.fields[field] = text
            elif field in JOINED:
                self.add(field, text, total=False, again=False)
            elif text != self.fields[field]:
                self.kept.append((field, text))
        for field, path in inner.whole:
            if field not in self.totals:
                self.totals[field] = inner.totals[field]
                self.whole[field, path] = None
            elif inner.totals[field] != self.totals[field]:
                self.kept.append((path, inner.totals[field]))
        self.parties += inner.parties
        self.stops += inner.stops
        self.kept += inner.kept
        self.doubled += inner.doubled


def put(got: Got, spot: Spot, text: str) -> None:
    """Set a field that may already have a value."""
    field, fields = spot.field, got.totals if spot.total else got.fields
    if field == PERHAPS_IMO:
        if got.means is None:  # the mode of transport may follow
            got.means, got.unjoined = (spot, text), True
        else:
            got.kept.append((spot.path, text))
        return
    if field == "seq" and not _LINE_NUMBER.fullmatch(text):  # a name, or "1.1": not a count
        got.kept.append((spot.path, text))
        return
    if field in DAYS and (stamp := _STAMP.fullmatch(text)):
        text = stamp[1] or stamp[2]
    _set(got, spot, fields, text)
    for other in spot.more:
        fields.setdefault(other, text)
        if spot.total:
            got.whole[other, spot.path] = None


def _set(got: Got, spot: Spot, fields: dict[str, str], text: str) -> None:
    field = spot.field
    if field not in fields:
        fields[field] = text
    elif field in JOINED:
        got.add(field, text, total=spot.total, again=False)
    else:
        chosen = _beside(got, spot, field, fields, text)
        if chosen is None:
            return
        fields[field] = chosen
    got.ranks[field] = spot.rank
    if spot.total:
        got.whole[field, spot.path] = None


def _beside(got: Got, spot: Spot, field: str, fields: dict[str, str], text: str) -> str | None:
    """Return the new value of a field that has one; None: keep it, and the new text as unmapped."""
    before = fields[field]
    rank = got.ranks.get(field, 0)
    if field == "packages" and rank == spot.rank and before.isdecimal() and text.isdecimal():
        return str(int(before) + int(text))
    last = field == "arrival" and rank == spot.rank  # for several legs the last one counts
    if last or spot.rank < rank:
        got.kept.append((spot.path, before))  # its own path is no longer known
        for companion in spot.attributes.values():
            fields.pop(companion.field, None)
        return text
    got.kept.append((spot.path, text))
    if field in SINGLE and text != before:
        got.doubled.append((spot.path, text))
    return None


def put_attributes(got: Got, spot: Spot, found: Sequence[Attribute], leaves: list[Leaf]) -> None:
    """Set attributes; one that belongs to the field of its element only if that is the one used."""
    fields = got.totals if spot.total else got.fields
    taken = got.ranks.get(spot.field) == spot.rank
    for place, value in found:
        if not place.field:
            got.kept.append((place.path, value))
        elif place.mode == "whole":
            leaves.append((place, value))
        elif not spot.field:
            put(got, place, value)
        elif taken and place.field not in fields:
            fields[place.field] = value
            if spot.total:
                got.whole[place.field, place.path] = None


def put_group(got: Got, leaves: Sequence[Leaf], group: Group) -> None:
    """Set the fields of a group, unless an earlier one did; otherwise keep it."""
    inner: dict[str, Leaf] = {}
    for leaf in leaves:
        inner.setdefault(leaf[0].field, leaf)
    code = inner[group.by][1] if group.by in inner else ""
    case = _case(group, code)
    told: dict[str, str] = {}
    used: list[Leaf] = []
    for where, field in case.items():
        if where in inner:
            told[field] = told.get(field, "") + inner[where][1]
            used.append(inner[where])
    into = got.totals if group.total else got.fields
    main = next(iter(case.values()), "")
    if main in told and (main in JOINED or main not in into):
        for field, text in told.items():
            if field in into and field in JOINED:
                got.add(field, text, total=group.total, again=True)
            else:
                into[field] = f"{into[field]}; {text}" if field in into else text
        if group.total:
            got.whole |= dict.fromkeys((case[spot.field], spot.path) for spot, _ in used)
    else:
        if main in SINGLE and main in told and told[main] != into[main]:
            got.doubled.append((used[0][0].path, told[main]))
        used = []
    if len(used) < len(leaves):
        got.kept.extend((leaf[0].path, leaf[1]) for leaf in leaves if leaf not in used)


def _case(group: Group, code: str) -> Mapping[str, str]:
    for begin, case in group.cases.items():
        if code.startswith(begin):
            return case
    return {}


def put_whole(got: Got, spot: Spot, leaves: Sequence[Leaf], places: Map) -> None:
    """Add a party or a stop."""
    used: dict[str, Leaf] = {}
    for leaf in leaves:
        place, text = leaf
        field = place.field
        if field and field not in used:
            used[field] = leaf
            continue
        if field and place.rank < used[field][0].rank:
            (place, text), used[field] = used[field], leaf
        got.kept.append((place.path, text))
    told = {field: text for field, (_, text) in used.items()}
    code = told.pop(CODE, "")
    kind = spot.kind if spot.roles is None else spot.roles.get(code, "")
    if code and not kind:
        got.kept.append((used[CODE][0].path, code))
    if told and spot.role == "party":
        got.parties.extend(_parties(kind or "other", told, places))
    elif told and kind:
        got.stops.append(_stop(kind, told))
    else:
        got.kept.extend((used[field][0].path, text) for field, text in told.items())


def _parties(role: str, told: Mapping[str, str], places: Map) -> Iterator[dict[str, str | None]]:
    """Yield a party, and once more under its other name, which may be the one that is listed."""
    party = _party(role, told, places)
    person = (told[part] for part in ("given", "family") if part in told)
    also = told.get("also") or " ".join(person) or None
    yield party if party["name"] else party | {"name": also}
    if also and party["name"] and also.casefold() != party["name"].casefold():
        yield party | {"name": also}


def _party(role: str, told: Mapping[str, str], places: Map) -> dict[str, str | None]:
    name = told.get("name")
    parts = [told[key] for key in places.address if key in told]
    if "lines" in told:
        name, *lines = [line.strip() for line in told["lines"].splitlines()]
        parts = lines + parts
    number = told.get("id")
    scheme = places.scheme if number and _EORI.fullmatch(number) else ""
    return {
        "role": role,
        "name": name,
        "address": " ".join(", ".join(parts).split()) or None if parts else None,
        "country": told.get("country"),
        "id_scheme": scheme or None,
        "id": number,
    }


def _stop(function: str, told: Mapping[str, str]) -> dict[str, str | None]:
    locode, name, country = None, told.get("name"), told.get("country")
    if text := told.get("country or locode", ""):
        if len(text) == 2 and text.isalpha():  # noqa: PLR2004 - letters of a country
            country = text
        elif _LOCODE.fullmatch(text):
            locode = text
        else:
            name = name or text
    return {"function": function, "locode": locode, "name": name, "country": country}


MOST_LINES = 20_000
"""Buffered lines of a consignment that wait for the rest of its head."""

MOST_SHARED = 200
"""Parties, stops and texts of a head repeated on each line; any others are on one line."""

_T = TypeVar("_T")


class Head:
    """A head, and the number of lines below it."""

    __slots__ = ("first", "given", "got", "lines")

    def __init__(self) -> None:
        self.got = Got()
        self.lines = 0
        self.first = 0  # row of its first line
        self.given = [0, 0, 0]  # parties, stops and texts already on lines

    def rest(self, kind: int, every: list[_T]) -> list[_T]:
        """Return the items of a kind beyond those on all lines, if not yet returned."""
        if len(every) <= MOST_SHARED:
            return []
        since = max(MOST_SHARED, self.given[kind])
        self.given[kind] = len(every)
        return every[since:]


class Assembly:
    """Assembles the lines of documents.

    Heads may give importers, routes and days after their lines, so the lines of a consignment wait
    for its end.
    """

    def __init__(self) -> None:
        self.row = 0  # number of the last line
        self.out: list[Found | Refusal] = []
        self._heads: list[Head] = []
        self._waiting: list[tuple[int, Got, tuple[Head, ...]]] = []

    def open_head(self, constants: Mapping[str, str]) -> Got:
        """Open a head; return its data."""
        head = Head()
        head.got.fields |= constants
        self._heads.append(head)
        return head.got

    def close_head(self) -> Got:
        """Close a head; return the data of the enclosing one, which gets that of an empty one."""
        head = self._heads.pop()
        if self._heads:
            outer = self._heads[-1].got
            if not head.lines:
                outer.take(head.got)
            return outer
        self._give()
        return Got()

    def add_line(self, got: Got) -> Got:
        """Add a line; return the data of the enclosing head."""
        self.row += 1
        for head in self._heads:
            head.lines += 1
            head.first = head.first or self.row
        self._waiting.append((self.row, got, tuple(self._heads)))
        if not self._heads:
            self._give()
            return Got()
        if len(self._waiting) >= MOST_LINES:
            self._too_many()
        return self._heads[-1].got

    def flush(self) -> None:
        """Yield the data of an incomplete document."""
        self._heads.clear()
        self._give()

    def report_foreign(self, title: str) -> None:
        """Report a document of another format among those that are read."""
        error = InputError("trade/xml-document-of-another-format", title=title)
        self.out.append(Refusal.of(error, row=self.row, screened=False))

    def _too_many(self) -> None:
        first = self._waiting[0][0]
        self._give()
        error = InputError("trade/xml-consignment-too-long", most=MOST_LINES)
        self.out.append(Refusal.of(error, row=first))

    def _give(self) -> None:
        waiting, self._waiting = self._waiting, []
        for row, got, heads in waiting:
            got.join()
            for path, text in got.doubled:
                self.out.append(_second_code(row, path, text))
            for field in _POINTED:
                if field in got.fields and "," in got.fields[field]:
                    self.out.extend(_commas(row, got))
                    break
            self.out.append(_joined(row, got, heads[::-1]))


def _second_code(row: int, path: str, text: str) -> Refusal:
    error = InputError("trade/xml-second-code")
    return Refusal.of(error, row=row, column=path, value=text[:200])


def _commas(row: int, got: Got) -> Iterator[Refusal]:
    """Reject numbers with a comma, which is ambiguous, as the format uses points."""
    for field in sorted(_POINTED & got.fields.keys()):
        if "," in (text := got.fields[field]):
            del got.fields[field]
            error = InputError("trade/xml-number-with-comma", text=text[:40])
            yield Refusal.of(error, row=row, column=field, value=text[:200])


def _joined(row: int, line: Got, heads: Sequence[Head]) -> Found:
    """Combine a line with its heads, innermost first."""
    fields = line.fields
    parties, stops, kept = line.parties, line.stops, line.kept
    for head in heads:
        got = head.got
        got.join()
        if got.fields:
            kept = kept + [(field, got.fields[field]) for field in _covered(got.fields, fields)]
            fields = got.fields | fields
        if got.whole:
            totals = _totals(got, fields) if head.lines == 1 else {}
            fields = totals | fields
            kept = kept + [(path, got.totals[f]) for f, path in got.whole if f not in totals]
        if got.parties:
            shared = list(_shared(got.parties[:MOST_SHARED], parties))
            parties = parties + shared + head.rest(0, got.parties)
        if got.stops:
            functions = {stop["function"] for stop in stops}
            others = [s for s in got.stops[:MOST_SHARED] if s["function"] not in functions]
            stops = stops + others + head.rest(1, got.stops)
        if got.kept:
            kept = kept + got.kept[:MOST_SHARED] + head.rest(2, got.kept)
    if heads and heads[0].lines > 1 and "consignment" not in fields:  # its lines belong together
        fields = {"consignment": f"row {heads[0].first}"} | fields
    return Found(
        row=row,
        fields=fields,
        parties=tuple(parties),
        route=_in_order(stops),
        kept=tuple(kept),
        pointed=_POINTED,
    )


def _shared(
    above: Sequence[dict[str, str | None]], parties: Sequence[dict[str, str | None]]
) -> Iterator[dict[str, str | None]]:
    """Yield the parties of a head that apply to a line; of a role that the line has, as "other"."""
    roles = {party["role"] for party in parties}
    known = {(party["name"] or party["id"] or "").casefold() for party in parties}
    for party in above:
        if party["role"] not in roles:
            yield party
        elif (party["name"] or party["id"] or "").casefold() not in {*known, ""}:
            yield {**party, "role": "other"}


def _covered(above: Mapping[str, str], fields: Mapping[str, str]) -> list[str]:
    """Return the fields of words of a head that a line has itself, with other words."""
    return [f for f in TEXTS if f in above and f in fields and above[f] not in fields[f]]


def _totals(got: Got, fields: Mapping[str, str]) -> dict[str, str]:
    """Select the totals missing on the only line of a head; a value with its currency."""
    lacks = {field for field in got.totals if field not in fields}
    if "value" in fields:
        lacks.discard("currency")
    lacks -= {f"{field}.unit" for field in MEASURED if field in fields}
    return {field: got.totals[field] for field in lacks if "," not in got.totals[field]}


ROUTE = ("origin", "loading", "transit", "unlading", "destination")
"""Functions of stops, in travel order."""


def _in_order(stops: list[dict[str, str | None]]) -> tuple[dict[str, str | None], ...]:
    """Sort stops in travel order, each once; a transit at the origin or destination is removed."""
    if len(stops) < 2:  # noqa: PLR2004
        return tuple(stops)
    stops = [s for at, s in enumerate(stops) if s not in stops[:at] or s["function"] == "transit"]
    if any(stop["function"] == "transit" for stop in stops):
        ends = {_place(stop) for stop in stops if stop["function"] != "transit"}
        stops = [s for s in stops if s["function"] != "transit" or _place(s) not in ends]
    return tuple(sorted(stops, key=_order))


def _order(stop: dict[str, str | None]) -> int:
    return ROUTE.index(stop["function"] or "origin")


def _place(stop: dict[str, str | None]) -> tuple[str | None, ...]:
    return stop["locode"], stop["name"], stop["country"]
