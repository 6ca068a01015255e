"""Places in a document by a layout: what an element there means."""

from collections.abc import Mapping

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.messages.layouts import Group, Layout, Part

DAYS = frozenset(("lodged", "departure", "arrival", "release"))

MOST_DEPTH = 60
"""Elements in one another."""

_MOST_NAMES = 20_000  # of elements that are remembered; a document may invent any number


class Spot:
    """A place: what its text, its attributes and all below it mean."""

    __slots__ = (
        "attributes", "depth", "field", "group", "kids", "kind", "mode", "named", "path", "plain",
        "rank", "role", "total",
    )  # fmt: skip

    def __init__(self, path: str, mode: str, depth: int = 0) -> None:
        self.path = path
        self.depth = depth  # below the head, the line or the root
        self.mode = mode  # "" of a head or line, "whole" of a party, stop or group, "outside"
        self.kids: dict[str, Spot] = {}  # by names as written
        self.named: dict[str, Spot] = {}  # by local names without case
        self.field = ""
        self.rank = 0
        self.total = False
        self.plain = False  # its text is its field as it stands
        self.role = ""  # head, line, party, stop, group: something begins here
        self.kind = ""  # role or function of a party or stop
        self.group: Group | None = None
        self.attributes: dict[str, str] = {}


class Map:
    """All places of a layout.

    Names of elements are compared without prefix and case. What a document calls an element is
    remembered, so that it is looked up once.
    """

    def __init__(self, layout: Layout) -> None:
        self.address = tuple(
            f"address {rank:02}"
            for rank, key in enumerate(layout.party.values())
            if key == "address"
        )
        self.scheme = layout.scheme
        self.outside = Spot("", "outside")
        self._names = 0
        parts = [("head", head) for head in layout.heads] + [("line", layout.line)]
        # A line or a head may stand anywhere in a head; inside a line there are none.
        self._begin = {
            name.lower(): _spot_of(part, role, name, layout)
            for role, part in parts
            for name in part.elements
        }

    def find(self, spot: Spot, name: str, *, in_line: bool) -> Spot:
        """Look up an element below a place that has not seen it yet.

        Args:
            spot: The place.
            name: Of the element, as written.
            in_line: The place is in a line.

        Raises:
            InputError: It stands too deep.
        """
        local = name.rpartition(":")[2]
        kid = None if in_line else self._begin.get(local.lower())
        kid = kid or spot.named.get(local.lower())
        if kid is None:
            kid = Spot(f"{spot.path}/{local}", spot.mode, spot.depth + 1)
            if kid.depth > MOST_DEPTH:
                raise InputError(
                    f"elements stand in one another more than {MOST_DEPTH} deep",
                    hint="look whether it is the document that it should be",
                )
        if self._names < _MOST_NAMES:
            self._names += 1
            spot.kids[name] = kid
        return kid


def _spot_of(part: Part, role: str, name: str, layout: Layout) -> Spot:
    """Lay out the places of a head or a line."""
    root = Spot(name, "")
    root.role = role
    for total, fields in ((False, part.fields), (True, part.totals)):
        for rank, (where, field) in enumerate(fields.items()):
            _declare(root, where, field, rank, total=total)
    whole = (("party", part.parties, layout.party), ("stop", part.stops, layout.stop))
    for begins, places, below in whole:
        for where, kind in places.items():
            spot = _at(root, where, "whole")
            spot.role, spot.kind = begins, kind
            _declare_whole(spot, below)
    for group in part.groups:
        spot = _at(root, group.at, "whole")
        spot.role, spot.group = "group", group
        for where in {group.by, *(path for case in group.cases.values() for path in case)}:
            if where:
                _at(spot, where, "whole").field = where
    return root


def _declare(root: Spot, where: str, field: str, rank: int, *, total: bool) -> None:
    path, _, attribute = where.partition("@")
    spot = _at(root, path, "")
    if attribute:
        spot.attributes[attribute] = field
    else:
        spot.field, spot.rank, spot.total = field, rank, total
        spot.plain = not total and field not in DAYS


def _declare_whole(spot: Spot, below: Mapping[str, str]) -> None:
    """Lay out what stands below a party or a stop; parts of an address keep their order."""
    for rank, (where, key) in enumerate(below.items()):
        label = f"address {rank:02}" if key == "address" else key
        if where == ".":
            spot.field = label
        else:
            _at(spot, where, "whole").field = label


def _at(spot: Spot, where: str, mode: str) -> Spot:
    for name in where.split("/"):
        below = spot.named.get(name.lower())
        if below is None:
            below = spot.named[name.lower()] = Spot(f"{spot.path}/{name}", "")
        spot = below
    spot.mode = mode
    return spot
