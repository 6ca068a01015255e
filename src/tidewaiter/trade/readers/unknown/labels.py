"""Labelled values in plain text: "Consignee: ACME", or a label above a name and an address."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tidewaiter.base.records import Record
from tidewaiter.trade.readers.columns.detection import COLONS
from tidewaiter.trade.readers.unknown.text_tables import Cell, has_unknown, known_name
from tidewaiter.trade.types import TEXTS

_LABEL = re.compile(rf"([^{COLONS}|<>{{}}=]{{2,40}}?)\s*[{COLONS}](?!//)\s*(.*)", re.DOTALL)
_PARTIES = frozenset(
    ("consignor", "consignee", "notify", "seller", "buyer", "exporter", "importer")
)
_OF_A_PARTY = frozenset(("name", "company", "company name", "address", "street", "country"))
_BARE = re.compile(rf"[^\d{COLONS}|<>{{}}\[\]=\"\\]{{2,60}}")
_SHORT = 60  # letters of a label without a colon
_NEAR = 3  # columns by which a value may begin left of its label
_MOST = 7  # lines of a party
_BACK = 12  # labels before a cell that are looked at
_WORDS = 3  # of a label without a colon
_NUMBERED = frozenset(("consignment", "lodged"))


class Text(NamedTuple):
    """A line of a text, or what is left of it."""

    number: int  # from 1
    text: str


class Split(NamedTuple):
    """A line with its cells."""

    text: Text
    cells: Sequence[Cell]
    mark: str  # what sets them apart, from `between`


class Pair:
    """A labelled value."""

    def __init__(self, name: str, field: str, start: int, party: str = "") -> None:
        self.name = name
        self.field = field  # "": the label is unknown
        self.start = start
        self.party = party  # label of the party that it is part of
        self.values: list[str] = []

    @property
    def is_party(self) -> bool:
        """Return whether it is the name of a party, or its address."""
        return _is_party(self.field)

    def takes(self) -> bool:
        """Return whether a line below may belong to it."""
        if self.is_party:
            return len(self.values) < _MOST
        return bool(self.field) and (self.field in TEXTS or not self.values)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield the names and values: the first line of a party is its name, if there are more."""
        role, _, part = self.field.partition(".")
        first, *others = self.values or [""]
        if self.is_party and others and part == "name":
            yield self.name, first
            yield f"{self.name} address", ", ".join(others)
        elif self.is_party and others and not any(map(str.isdecimal, first)):
            yield f"{role} name", first
            yield self.name, ", ".join(others)
        elif self.values:
            yield self.name, (", " if self.is_party else " ").join(self.values)


class Labelled(Record, frozen=True, kw_only=True):
    """What the lines of a block are."""

    pairs: tuple[Pair, ...]  # with known labels
    rest: tuple[Text, ...]  # other text


_MARKS = (*COLONS, "|", "\t", "  ")


def may_have_labels(block: Sequence[Text]) -> bool:
    """Return whether some lines may have labels or columns: prose has none."""
    return any(
        any(mark in text for mark in _MARKS) or (len(text) < _SHORT and len(text.split()) <= _WORDS)
        for _, text in block
    )


def read_labels(lines: Sequence[Split]) -> Labelled:
    """Find the labelled values in some lines.

    Args:
        lines: Consecutive lines.
    """
    pairs: list[Pair] = []
    rest: list[Text] = []
    for text, cells, _ in lines:
        may_have = bool(pairs) or _may_have(text.text, cells)
        left = _left(cells, pairs) if may_have else [cell.text for cell in cells]
        if len(left) == len(cells):
            rest.append(text)
        elif left:
            rest.append(Text(text.number, " ".join(left)))
    known = tuple(pair for pair in pairs if pair.field)
    alone = [pair.name for pair in known if not pair.values or has_unknown(pair.name)]
    if alone and lines:
        rest.append(Text(lines[-1].text.number, " ".join(alone)))
    return Labelled(pairs=known, rest=tuple(rest))


def _may_have(text: str, cells: Sequence[Cell]) -> bool:
    """Return whether a line may have a label."""
    return any(mark in text for mark in COLONS) or any(_BARE.match(cell.text) for cell in cells)


def _left(cells: Sequence[Cell], pairs: list[Pair]) -> list[str]:
    """Add the labelled values of a line to `pairs`; return its other cells."""
    labels = _labels(cells, pairs)
    left: list[str] = []
    waiting: Pair | None = None  # a label in this line without a value
    served: list[Pair] = []  # each takes one cell of a line
    for cell, label in zip(cells, labels, strict=True):
        if label is not None:
            pair, value = label
            pairs.append(pair)
            waiting = None if value else pair
            if not pair.field:
                left.append(cell.text)
            elif value:
                pair.values.append(value)
            served.append(pair)
            continue
        beside, waiting = waiting, None
        above = beside or _above(cell, pairs)
        if above is None or not above.takes() or (beside is None and above in served):
            left.append(cell.text)
            continue
        above.values.append(cell.text)
        served.append(above)
        if beside is None and above.field not in TEXTS:
            left.append(cell.text)  # it may be something else, like goods
    return left


def _labels(cells: Sequence[Cell], pairs: Sequence[Pair]) -> list[tuple[Pair, str] | None]:
    """Return the label in each cell of a line, with its value if this is in the same cell."""
    labels = [_label(cell, pairs) for cell in cells]
    fields = [_bare(cell) for cell in cells]
    is_all = all(map(_is_party, fields))
    for at, (cell, field) in enumerate(zip(cells, fields, strict=True)):
        following = cells[at + 1].text if at + 1 < len(cells) else ""
        is_named = (
            bool(following)
            and labels[at + 1] is None
            and not fields[at + 1]
            and (_is_party(field) or any(map(str.isdecimal, following)))
        )
        if labels[at] is None and field and (is_all or is_named):
            labels[at] = _named(cell, cell.text, pairs)
    return labels


def _label(cell: Cell, pairs: Sequence[Pair]) -> tuple[Pair, str] | None:
    """Return the label of a cell, and its value; None: it has none."""
    is_bare = not any(mark in cell.text for mark in COLONS)
    found = None if is_bare else _LABEL.fullmatch(cell.text)
    if found is None or found[1][-1].isdecimal():
        return None
    named = _named(cell, found[1], pairs)
    return (named[0], found[2]) if named else None


def _named(cell: Cell, label: str, pairs: Sequence[Pair]) -> tuple[Pair, str]:
    above = _above(cell, pairs)
    party = ""
    if above is not None:
        party = above.name if above.is_party and not above.values else above.party
    if party and label.strip().casefold() in _OF_A_PARTY:
        both = f"{party} {label.strip()}"
        name, field = known_name(both)
        if field:
            return Pair(name, field, cell.start, party), ""
    name, field = known_name(label)
    return Pair(name, field, cell.start), ""


def _bare(cell: Cell) -> str:
    """Return the field of a cell that may be a label without a colon."""
    if not _BARE.fullmatch(cell.text) or len(cell.text.split()) > _WORDS:
        return ""
    field = known_name(cell.text)[1]
    return field if _is_party(field) or field in _NUMBERED else ""


def _is_party(field: str) -> bool:
    role, _, part = field.partition(".")
    return role in _PARTIES and part in {"name", "address"}


def _above(cell: Cell, pairs: Sequence[Pair]) -> Pair | None:
    """Return the last label above a cell; None: there is none."""
    left = [pair for pair in pairs[-_BACK:] if pair.start <= cell.start + _NEAR]
    if not left:
        return None
    most = max(pair.start for pair in left)
    return next(pair for pair in reversed(left) if pair.start >= most - _NEAR)
