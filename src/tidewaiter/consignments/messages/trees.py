"""What an element of XML holds by a layout: fields, parties, stops, and what has no field."""

import re
from collections.abc import Mapping
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
_COUNTRY, _LOCODE = re.compile(r"[A-Za-z]{2}"), re.compile(r"[A-Za-z]{2} ?[A-Za-z2-9]{3}")


class Got:
    """What one element holds."""

    __slots__ = ("doubled", "fields", "kept", "parties", "ranks", "stops", "totals")

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.totals: dict[str, str] = {}
        self.ranks: dict[str, int] = {}  # field -> of the path that gave it
        self.parties: list[dict[str, str | None]] = []
        self.stops: list[dict[str, str | None]] = []
        self.kept: list[tuple[str, str]] = []
        self.doubled: list[tuple[str, str]] = []  # UN numbers beside the first


class _Spot:
    """A place in the tree of a part: what its text means."""

    __slots__ = ("attributes", "field", "group", "kids", "kind", "named", "path", "rank", "total")

    def __init__(self, path: str) -> None:
        self.path = path
        self.kids: dict[str, _Spot] = {}  # by names as written
        self.named: dict[str, _Spot] = {}  # by local names without case
        self.field = ""
        self.rank = 0
        self.total = False
        self.kind = ""  # role or function of a party or stop
        self.group: Group | None = None
        self.attributes: dict[str, str] = {}


class Tree:
    """A part of a layout, ready to read elements.

    Names of elements are compared without namespace and case. What a document calls an
    element is remembered, so that it is looked up once.
    """

    def __init__(self, part: Part, layout: Layout, path: str) -> None:
        self._layout = layout
        self._root = _Spot(path)
        self._names = 0
        for total, fields in ((False, part.fields), (True, part.totals)):
            for rank, (where, field) in enumerate(fields.items()):
                self._declare(self._root, where, field, rank, total=total)
        for where, kind in (*part.parties.items(), *part.stops.items()):
            spot = self._at(self._root, where)
            spot.kind = kind
            below = layout.party if where in part.parties else layout.stop
            for rank, (inner, key) in enumerate(below.items()):
                if inner == ".":
                    spot.field = key
                else:
                    self._declare(spot, inner, key, rank)
        self._roles = frozenset(part.parties.values())
        for group in part.groups:
            self._at(self._root, group.at).group = group

    def _declare(
        self, start: _Spot, where: str, field: str, rank: int, *, total: bool = False
    ) -> None:
        path, _, attribute = where.partition("@")
        spot = self._at(start, path)
        if attribute:
            spot.attributes[attribute] = field
        else:
            spot.field, spot.rank, spot.total = field, rank, total

    def _at(self, spot: _Spot, where: str) -> _Spot:
        for name in where.split("/"):
            below = spot.named.setdefault(name.lower(), _Spot(f"{spot.path}/{name}"))
            spot = below
        return spot

    def _kid(self, spot: _Spot, tag: str) -> _Spot:
        """Look up an element that this place has not seen yet."""
        local = tag.rpartition("}")[2]
        kid = spot.named.get(local.lower()) or _Spot(f"{spot.path}/{local}")
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
        kids = spot.kids
        for child in element:
            tag = child.tag
            kid = kids.get(tag) or self._kid(spot, tag)
            if kid.kind:
                self._party_or_stop(child, kid, got)
            elif kid.group is not None:
                self._group(child, kid, kid.group, got)
            elif len(child):
                if found := child.items():
                    _keep_attributes(found, kid, got)
                self._walk(child, kid, got)
            else:
                text, found = child.text, child.items()
                if text and (text := text.strip()):
                    if kid.field:
                        _put(got, kid, text, found)
                        continue
                    got.kept.append((kid.path, text))
                if found:
                    _keep_attributes(found, kid, got)

    def _leaves(self, element: Any, spot: _Spot) -> list[tuple[_Spot, str]]:
        """List the texts of an element and all below it."""
        found: list[tuple[_Spot, str]] = []
        text = element.text
        if text and (text := text.strip()):
            found.append((spot, text))
        for child in element:
            kid = spot.kids.get(child.tag) or self._kid(spot, child.tag)
            found.extend(self._leaves(child, kid))
        for name, value in element.items():
            if value := value.strip():
                found.append((_Spot(f"{spot.path}@{name.rpartition('}')[2]}"), value))
        return found

    def _party_or_stop(self, element: Any, spot: _Spot, got: Got) -> None:
        told: dict[str, list[str]] = {}
        for leaf, text in self._leaves(element, spot):
            if leaf.field:
                told.setdefault(leaf.field, []).append(text)
            else:
                got.kept.append((leaf.path, text))
        if not told:
            return
        if spot.kind in self._roles:
            got.parties.append(self._party(spot.kind, told))
        else:
            got.stops.append(_stop(spot.kind, told))

    def _party(self, role: str, told: Mapping[str, list[str]]) -> dict[str, str | None]:
        name, *lines = [
            line.strip() for text in told.get("lines", [""]) for line in text.splitlines() or [""]
        ]
        address = ", ".join([*lines, *told.get("address", ())])
        number = (told.get("id") or [None])[0]
        scheme = self._layout.scheme if number and _EORI.fullmatch(number) else ""
        return {
            "role": role,
            "name": (told.get("name") or [name])[0] or None,
            "address": address or None,
            "country": (told.get("country") or [None])[0],
            "id_scheme": scheme or None,
            "id": number,
        }

    def _group(self, element: Any, spot: _Spot, group: Group, got: Got) -> None:
        leaves = self._leaves(element, spot)
        start = len(spot.path) + 1
        inner = {leaf.path[start:].lower(): text for leaf, text in reversed(leaves)}
        code = inner.get(group.by.lower(), "") if group.by else ""
        case = next((case for key, case in group.cases.items() if code.startswith(key)), {})
        told: dict[str, str] = {}
        for where, field in case.items():
            if text := inner.get(where.lower()):
                told[field] = told.get(field, "") + text
        into = got.totals if group.total else got.fields
        main = next(iter(case.values()), "")
        taken = main in told and (main in JOINED or main not in into)
        if taken:
            for field, text in told.items():
                into[field] = f"{into[field]}; {text}" if field in into else text
        used = {where.lower() for where in case} if taken else set()
        got.kept.extend((leaf.path, text) for leaf, text in leaves
                        if leaf.path[start:].lower() not in used)  # fmt: skip


def _stop(function: str, told: Mapping[str, list[str]]) -> dict[str, str | None]:
    stop: dict[str, str | None] = {
        "function": function,
        "locode": None,
        "name": (told.get("name") or [None])[0],
        "country": (told.get("country") or [None])[0],
    }
    for text in told.get("country or locode", ()):
        if _COUNTRY.fullmatch(text):
            stop["country"] = text
        elif _LOCODE.fullmatch(text):
            stop["locode"] = text
        else:
            stop["name"] = stop["name"] or text
    return stop


def _keep_attributes(found: list[tuple[str, str]], spot: _Spot, got: Got) -> None:
    for name, value in found:
        local = name.rpartition("}")[2]
        if value and not name.startswith("{http://www.w3.org/2001/XMLSchema-instance}"):
            got.kept.append((f"{spot.path}@{local}", value))


def _put(got: Got, spot: _Spot, text: str, found: list[tuple[str, str]]) -> None:
    """Put a text into its field, with the attributes that belong to it."""
    field, fields = spot.field, got.totals if spot.total else got.fields
    if field in _DAYS and (stamp := _STAMP.fullmatch(text)):
        text = stamp[1]
    before = fields.get(field)
    if before is None or (field == "arrival" and spot.rank == got.ranks[field]):
        pass
    elif field in JOINED:
        text = f"{before}; {text}" if text not in before.split("; ") else before
    elif field == "packages" and before.isdecimal() and text.isdecimal():
        text = str(int(before) + int(text))
    elif spot.rank >= got.ranks.get(field, 0):
        (got.doubled if field == "un" else got.kept).append((spot.path, text))
        return
    else:
        got.kept.append((spot.path, before))
        for companion in spot.attributes.values():
            fields.pop(companion, None)
    fields[field] = text
    got.ranks[field] = spot.rank
    for name, value in found:
        companion = spot.attributes.get(name)
        if companion and value:
            fields[companion] = value
        elif value:
            got.kept.append((f"{spot.path}@{name.rpartition('}')[2]}", value))
