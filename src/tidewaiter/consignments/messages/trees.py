"""What an element of XML holds by a layout: fields, parties, stops, and what has no field."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tidewaiter.consignments.messages.layouts import Group, Layout, Part

JOINED = frozenset(("goods", "commercial", "cas", "containers", "licences", "pack"))
"""Fields of which a document may give several."""

NUMBERS = frozenset(("net", "gross", "volume", "quantity", "value"))
"""Fields that are decimals with a point by the rules of XML Schema."""

_MOST_NAMES = 20_000  # of elements that are remembered; a document may invent any number
_DAYS = frozenset(("lodged", "departure", "arrival", "release"))
_STAMP = re.compile(r"(\d{8})\d{6}(?:Z|[+-]\d\d(?::?\d\d)?)")  # format 304: with a zone
_EORI = re.compile(r"[A-Z]{2}[A-Z0-9]{3,15}")
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
_LOCODE = re.compile(r"[A-Za-z]{2} ?[A-Za-z2-9]{3}")


class Got:
    """What one element holds."""

    __slots__ = ("doubled", "fields", "kept", "parties", "ranks", "stops", "totals", "whole")

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.totals: dict[str, str] = {}
        self.whole: list[tuple[str, str]] = []  # field of a total, and its path
        self.ranks: dict[str, int] = {}  # field -> of the path that gave it
        self.parties: list[dict[str, str | None]] = []
        self.stops: list[dict[str, str | None]] = []
        self.kept: list[tuple[str, str]] = []
        self.doubled: list[tuple[str, str]] = []  # UN numbers beside the first


class _Spot:
    """A place in the tree of a part: what its text means."""

    __slots__ = (
        "apart", "attributes", "field", "group", "kids", "kind", "named", "path", "plain", "rank",
        "total", "whole",
    )  # fmt: skip

    def __init__(self, path: str) -> None:
        self.path = path
        self.kids: dict[str, _Spot] = {}  # by names as written
        self.named: dict[str, _Spot] = {}  # by local names without case
        self.field = ""
        self.rank = 0
        self.total = False
        self.plain = False  # its text is its field as it stands
        self.kind = ""  # role or function of a party or stop
        self.group: Group | None = None
        self.whole = False  # what is below it belongs together: a party, a stop or a group
        self.attributes: dict[str, str] = {}
        self.apart = False  # a line or a head inside a head, which is read for itself


_Leaf = tuple[_Spot, str]
"""A place, and the text that stands there."""


class Tree:
    """A part of a layout, ready to read elements.

    Names of elements are compared without namespace and case. What a document calls an
    element is remembered, so that it is looked up once.
    """

    def __init__(
        self, part: Part, layout: Layout, path: str, apart: frozenset[str] = frozenset()
    ) -> None:
        self._layout = layout
        self._apart = apart  # local names in small letters
        self._root = _Spot(path)
        self._names = 0
        for total, fields in ((False, part.fields), (True, part.totals)):
            for rank, (where, field) in enumerate(fields.items()):
                self._declare(self._root, where, field, rank, total=total)
        for where, kind in (*part.parties.items(), *part.stops.items()):
            spot = self._at(self._root, where)
            spot.kind, spot.whole = kind, True
            below = layout.party if where in part.parties else layout.stop
            for rank, (inner, key) in enumerate(below.items()):
                if inner == ".":
                    spot.field = key
                else:  # the parts of an address come to stand in the order of the layout
                    label = f"address {rank:02}" if key == "address" else key
                    self._declare(spot, inner, label, rank)
        self._address = tuple(
            f"address {rank:02}"
            for rank, key in enumerate(layout.party.values())
            if key == "address"
        )
        self._roles = frozenset(part.parties.values())
        for group in part.groups:
            spot = self._at(self._root, group.at)
            spot.group, spot.whole = group, True
            for where in {group.by, *(path for case in group.cases.values() for path in case)}:
                if where:
                    self._at(spot, where).field = where

    def _declare(
        self, start: _Spot, where: str, field: str, rank: int, *, total: bool = False
    ) -> None:
        path, _, attribute = where.partition("@")
        spot = self._at(start, path)
        if attribute:
            spot.attributes[attribute] = field
        else:
            spot.field, spot.rank, spot.total = field, rank, total
            spot.plain = not total and field not in _DAYS

    def _at(self, spot: _Spot, where: str) -> _Spot:
        for name in where.split("/"):
            below = spot.named.setdefault(name.lower(), _Spot(f"{spot.path}/{name}"))
            spot = below
        return spot

    def _kid(self, spot: _Spot, tag: str) -> _Spot:
        """Look up an element that this place has not seen yet."""
        local = tag.rpartition("}")[2]
        kid = spot.named.get(local.lower()) or _Spot(f"{spot.path}/{local}")
        if local.lower() in self._apart:
            kid.apart = kid.whole = True
        if self._names < _MOST_NAMES:
            self._names += 1
            spot.kids[tag] = kid
        return kid

    def gather(self, element: Any) -> Got:
        """Read all that stands in an element.

        Args:
            element: Of lxml; it may be unfinished.
        """
        got = Got()
        self._walk(element, self._root, got)
        return got

    def _walk(self, element: Any, spot: _Spot, got: Got) -> None:
        find, keep, fields = spot.kids.get, got.kept.append, got.fields
        for child in element:
            kid = find(child.tag) or self._kid(spot, child.tag)
            if kid.whole:
                self._take_whole(child, kid, got)
                continue
            found = child.items()
            if len(child):
                self._walk(child, kid, got)
            elif (text := child.text) and (text := text.strip()):
                field = kid.field
                if not field:
                    keep((kid.path, text))
                elif kid.plain and field not in fields:
                    fields[field] = text
                    got.ranks[field] = kid.rank
                else:
                    _put(got, kid, text)
                if found:
                    _take_attributes(found, kid, got)
                continue
            if found:
                _keep_attributes(found, kid, got)

    def _take_whole(self, element: Any, spot: _Spot, got: Got) -> None:
        """Read an element whose parts belong together."""
        if spot.apart:
            return
        if spot.group is not None:
            leaves: list[_Leaf] = []
            self._leaves(element, spot, leaves, got)
            if leaves:
                _put_group(leaves, spot.group, got)
            return
        told: dict[str, str] = {}
        if spot.field and (text := (element.text or "").strip()):
            told[spot.field] = text
        self._tell(element, spot, told, got)
        if told and spot.kind in self._roles:
            got.parties.append(self._party(spot.kind, told))
        elif told:
            got.stops.append(_stop(spot.kind, told))

    def _tell(self, element: Any, spot: _Spot, told: dict[str, str], got: Got) -> None:
        """Read what stands below a party or a stop."""
        if found := element.items():
            _keep_attributes(found, spot, got)
        find = spot.kids.get
        for child in element:
            kid = find(child.tag) or self._kid(spot, child.tag)
            if len(child):
                self._tell(child, kid, told, got)
                continue
            if (text := child.text) and (text := text.strip()):
                if kid.field and kid.field not in told:
                    told[kid.field] = text
                else:
                    got.kept.append((kid.path, text))
            if found := child.items():
                _keep_attributes(found, kid, got)

    def _leaves(self, element: Any, spot: _Spot, leaves: list[_Leaf], got: Got) -> None:
        """List the texts below an element; attributes have no field there."""
        if found := element.items():
            _keep_attributes(found, spot, got)
        find = spot.kids.get
        for child in element:
            kid = find(child.tag) or self._kid(spot, child.tag)
            if len(child):
                self._leaves(child, kid, leaves, got)
                continue
            text, found = child.text, child.items()
            if text and (text := text.strip()):
                leaves.append((kid, text))
            if found:
                _keep_attributes(found, kid, got)

    def _party(self, role: str, told: Mapping[str, str]) -> dict[str, str | None]:
        name = told.get("name")
        parts = [told[key] for key in self._address if key in told]
        if "lines" in told:
            name, *lines = [line.strip() for line in told["lines"].splitlines()]
            parts = lines + parts
        number = told.get("id")
        scheme = self._layout.scheme if number and _EORI.fullmatch(number) else ""
        return {
            "role": role,
            "name": name,
            "address": " ".join(", ".join(parts).split()) or None,
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


def _put_group(leaves: Sequence[_Leaf], group: Group, got: Got) -> None:
    """Put a group into its fields, if no other was before it; else it is kept."""
    inner: dict[str, _Leaf] = {}
    for leaf in leaves:
        inner.setdefault(leaf[0].field, leaf)
    code = inner[group.by][1] if group.by in inner else ""
    case = next((case for key, case in group.cases.items() if code.startswith(key)), {})
    told: dict[str, str] = {}
    used: list[_Leaf] = []
    for where, field in case.items():
        if where in inner:
            told[field] = told.get(field, "") + inner[where][1]
            used.append(inner[where])
            if group.total:
                got.whole.append((field, inner[where][0].path))
    into = got.totals if group.total else got.fields
    main = next(iter(case.values()), "")
    if main in told and (main in JOINED or main not in into):
        for field, text in told.items():
            into[field] = f"{into[field]}; {text}" if field in into else text
    else:
        used = []
    if len(used) < len(leaves):
        got.kept.extend((leaf[0].path, leaf[1]) for leaf in leaves if leaf not in used)


def _keep_attributes(found: Sequence[tuple[str, str]], spot: _Spot, got: Got) -> None:
    for name, value in found:
        if value and not name.startswith(_INSTANCE):
            got.kept.append((f"{spot.path}@{name.rpartition('}')[2]}", value))


def _take_attributes(found: Sequence[tuple[str, str]], spot: _Spot, got: Got) -> None:
    """Put the attributes of a field's element into fields of their own, if it is the one read."""
    fields = got.totals if spot.total else got.fields
    taken = spot.attributes and got.ranks.get(spot.field) == spot.rank
    for name, value in found:
        field = spot.attributes.get(name)
        if not field:
            _keep_attributes(((name, value),), spot, got)
        elif value and taken and field not in fields:
            fields[field] = value
            if spot.total:
                got.whole.append((field, f"{spot.path}@{name}"))


def _put(got: Got, spot: _Spot, text: str) -> None:
    """Put a text into a field that may have one."""
    field, fields = spot.field, got.totals if spot.total else got.fields
    if field in _DAYS and (stamp := _STAMP.fullmatch(text)):
        text = stamp[1]
    if field in fields:
        chosen = _beside(got, spot, fields, text)
        if chosen is None:
            return
        text = chosen
    fields[field] = text
    got.ranks[field] = spot.rank
    if spot.total:
        got.whole.append((field, spot.path))


def _beside(got: Got, spot: _Spot, fields: dict[str, str], text: str) -> str | None:
    """Say what a field becomes that has a text already; None: it stays, and this one is kept."""
    field, before = spot.field, fields[spot.field]
    if field in JOINED:
        return before if text in before.split("; ") else f"{before}; {text}"
    rank = got.ranks.get(field, 0)
    if field == "packages" and rank == spot.rank and before.isdecimal() and text.isdecimal():
        return str(int(before) + int(text))
    last = field == "arrival" and rank == spot.rank  # of several legs the last one counts
    if last or spot.rank < rank:
        got.kept.append((spot.path, before))  # its own path is not known any more
        for companion in spot.attributes.values():
            fields.pop(companion, None)
        return text
    (got.doubled if field == "un" else got.kept).append((spot.path, text))
    return None
