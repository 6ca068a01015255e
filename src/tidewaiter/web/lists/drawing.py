"""Ownership of one party as rows: owners above it, what it owns below, one row for each link.

Rows are read from top to bottom, on a telephone too; indentation shows the distance.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlencode

from tidewaiter.base.records import Record
from tidewaiter.parties.ownership.graph import Edge, Ownership
from tidewaiter.parties.types import NO_EFFECT

_WIDTH: Final = 360
_ROW: Final = 54
_BOX: Final = 44
_INDENT: Final = 16
_DEEPEST: Final = 8  # indentation steps that fit
_ROWS: Final = 40  # in each direction
_LETTERS: Final = 7.2  # width of a letter


class Row(Record, frozen=True, kw_only=True):
    """A party, and the link to the row that it belongs to."""

    name: str
    short: str  # name, as far as it fits
    path: str  # of its page; "": none
    action: str  # strongest action of its entries; "": not listed
    kind: str  # owned-by, controlled-by, operated-by; "": the party itself
    share: str
    since: str
    until: str
    former: bool
    up: bool  # an owner or controller
    again: bool  # drawn above already; its own owners are not repeated
    x: int
    y: int
    line: str  # path of the line to the row that it belongs to


class Drawing(Record, frozen=True, kw_only=True):
    """The rows of a drawing."""

    rows: tuple[Row, ...]
    width: int
    height: int
    box: int
    more: bool  # there are links that are not drawn


class _Placed(NamedTuple):
    node: str
    edge: Edge | None
    depth: int
    parent: int  # index of the row that it belongs to
    again: bool


def draw_ownership(ties: Ownership, node: str) -> Drawing:
    """Place the owners of a party, the party, and what it owns.

    Args:
        ties: The links of all lists that the reader may see.
        node: The party.
    """
    above, more_above = _walk(ties.owners, node, up=True)
    below, more_below = _walk(ties.owned, node, up=False)
    first = len(above)
    # Owners stand above what they own: the walk from the party upwards is turned round.
    order = [*reversed(above), _Placed(node, None, 0, -1, again=False), *below]
    rows: list[Row] = []
    for place, each in enumerate(order):
        up = place < first
        parent = -1
        if each.edge is not None:
            parent = first - 1 - each.parent if up else first + 1 + each.parent
            parent = first if each.parent < 0 else parent
        rows.append(_row(ties, each, place, (parent, order), up=up))
    return Drawing(
        rows=tuple(rows),
        width=_WIDTH,
        height=len(rows) * _ROW,
        box=_BOX,
        more=more_above or more_below,
    )


def _walk(
    links: Mapping[str, Sequence[Edge]], start: str, *, up: bool
) -> tuple[list[_Placed], bool]:
    """List the links from a party in depth-first order; return whether there are more."""
    found: list[_Placed] = []
    seen = {start}
    todo = [(edge, 1, -1) for edge in reversed(links.get(start, ()))]
    while todo:
        if len(found) >= _ROWS:
            return found, True
        edge, depth, parent = todo.pop()
        node = edge.owner if up else edge.owned
        again = node in seen
        found.append(_Placed(node, edge, depth, parent, again))
        if not again and not edge.former:
            seen.add(node)
            place = len(found) - 1
            todo += [(each, depth + 1, place) for each in reversed(links.get(node, ()))]
    return found, False


def _row(
    ties: Ownership,
    each: _Placed,
    place: int,
    parent: tuple[int, Sequence[_Placed]],
    *,
    up: bool,
) -> Row:
    edge, tie = each.edge, each.edge.tie if each.edge else None
    x, y = _x(each), place * _ROW + (_ROW - _BOX) // 2
    name = ties.name(each.node)
    fits = int((_WIDTH - x - 20) / _LETTERS)
    return Row(
        name=name,
        short=name if len(name) <= fits else f"{name[: fits - 1]}…",
        path=entry_path(ties, each.node),
        action=_action(ties, each.node),
        kind=edge.kind if edge else "",
        share=edge.share if edge else "",
        since=tie.since if tie else "",
        until=tie.until if tie else "",
        former=bool(edge and edge.former),
        up=up,
        again=each.again,
        x=x,
        y=y,
        line=_line(place, parent) if edge else "",
    )


def _x(each: _Placed) -> int:
    return 1 + min(each.depth, _DEEPEST) * _INDENT


def _line(place: int, parent: tuple[int, Sequence[_Placed]]) -> str:
    """Return the line from a row to the row that it belongs to, left of both."""
    other, order = parent
    x, start = _x(order[place]), place * _ROW + _ROW // 2
    to_x = _x(order[other]) + 7
    edge = (_ROW - _BOX) // 2
    end = other * _ROW + (edge if other > place else edge + _BOX)
    return f"M{x} {start}H{min(to_x, x)}V{end}"


def _action(ties: Ownership, node: str) -> str:
    actions = [entry.party.action for entry in ties.members(node)]
    if "blocked" in actions:
        return "blocked"
    return next((each for each in actions if each not in NO_EFFECT), "")


def entry_path(ties: Ownership, node: str) -> str:
    """Return the address of the page of a party's entry; "": it is none."""
    members = ties.members(node)
    if not members:
        return ""
    listed = [each for each in members if each.party.action not in NO_EFFECT]
    version, party = (listed or members)[0]
    return list_entry_path(version.slug, party.id)


def list_entry_path(slug: str, entry: str) -> str:
    """Return the address of the page of a list entry."""
    return f"/lists/{slug}?{urlencode({'entry': entry})}"
