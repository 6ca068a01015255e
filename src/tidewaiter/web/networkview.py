"""The network as a drawing: points, lines and addresses. Templates only draw them."""

from collections.abc import Mapping, Sequence
from math import hypot, log10
from typing import Final, Protocol
from urllib.parse import urlencode

from tidewaiter.base.records import Record
from tidewaiter.network.drawing import Drawing, Placed
from tidewaiter.network.facts import NetworkRules
from tidewaiter.network.graph import Edge, Node
from tidewaiter.store.entities import Profile

_TIE: Final = 60.0  # units of the drawing for the length of a tie
_WIDE: Final = 110.0  # the same, where all names are drawn
_STEP: Final = 200.0  # units between the parties of a path
_ROW: Final = 70.0
_EDGE: Final = 90.0  # room around
_LEAST: Final = (900.0, 420.0)  # width and height of a drawing
_LABELS: Final = 60  # parties whose names are drawn
_SHORT: Final = 26  # characters of a name that is drawn
_FEW: Final = 150  # nodes up to which all names are drawn


class Dot(Record, frozen=True, kw_only=True):
    """A node as it is drawn."""

    id: str
    kind: str
    label: str  # whole
    short: str  # as it is drawn; "": it is not
    x: float
    y: float
    r: float
    href: str  # where Enter leads
    does: str  # open, page, more, find: what Enter does
    profile: Profile | None
    hidden: int
    tie: str
    of: str  # name of the party whose neighbours a rest stands for
    start: bool
    opened: bool


class Line(Record, frozen=True, kw_only=True):
    """A tie as it is drawn, from edge to edge of its nodes."""

    kind: str
    x1: float
    y1: float
    x2: float
    y2: float
    width: float


class Told(Record, frozen=True, kw_only=True):
    """A tie for words: who, with whom, how."""

    one: Dot
    other: Dot
    edge: Edge


class NetworkView(Record, frozen=True, kw_only=True):
    """All that the page draws and tells."""

    box: str  # viewBox
    letters: float  # size of letters in the drawing
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    told: tuple[Told, ...]
    widen: str  # address with one step more; "": none
    again: str  # address with nothing opened; "": nothing is
    through: str  # address of the search through busy parties; "": it is this one


class _Question(Protocol):
    @property
    def party(self) -> int: ...
    @property
    def open(self) -> str: ...
    @property
    def steps(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def to(self) -> int: ...
    @property
    def busy(self) -> bool: ...


class _Page(Protocol):
    @property
    def asked(self) -> _Question: ...
    @property
    def drawing(self) -> Drawing | None: ...
    @property
    def rules(self) -> NetworkRules: ...


def network_view(page: _Page) -> NetworkView:
    """Put the network into points, lines and addresses."""
    asked, drawing = page.asked, page.drawing
    placed = drawing.nodes if drawing else ()
    tie = _WIDE if len(placed) <= _FEW else _TIE
    scale = (_STEP, _ROW) if asked.start else (tie, tie)
    named = _named(placed)
    labels = {each.node.id: each.node.label for each in placed}
    dots = {
        each.node.id: _dot(each, scale, page, (each.node.id in named, labels)) for each in placed
    }
    edges = drawing.edges if drawing else ()
    path = bool(asked.start)
    return NetworkView(
        box=_box(list(dots.values()), (_LEAST[0], 0.0) if path else _LEAST),
        letters=_letters(list(dots.values())),
        dots=tuple(dots.values()),
        lines=tuple(_line(edge, dots) for edge in edges),
        told=tuple(Told(one=dots[e.a], other=dots[e.b], edge=e) for e in edges if e.kind != "rest"),
        widen="" if path or asked.steps > 2 else _address(asked, steps=asked.steps + 1),  # noqa: PLR2004
        again=_address(asked, open_="", steps=1) if asked.open or asked.steps > 1 else "",
        through=f"/network?from={asked.start}&to={asked.to}&busy=true"
        if path and not asked.busy
        else "",
    )


def _named(placed: Sequence[Placed]) -> set[str]:
    """Return the nodes whose names are drawn: all of few, of many those with most trade."""
    if len(placed) <= _FEW:
        return {each.node.id for each in placed}
    ordered = sorted(placed, key=lambda each: -_weight(each.node))
    return {each.node.id for each in ordered[:_LABELS]}


def _weight(node: Node) -> int:
    if node.kind == "rest" or node.opened:
        return 1 << 40
    return node.profile.consignments if node.profile else 0


def _dot(
    placed: Placed, scale: tuple[float, float], page: _Page, names: tuple[bool, Mapping[str, str]]
) -> Dot:
    node, asked = placed.node, page.asked
    told, labels = names
    href, does = _leads(node, page)
    entity = node.profile.entity if node.profile else None
    return Dot(
        id=node.id,
        kind=node.kind,
        label=node.label,
        short=_short(node.label) if told else "",
        x=round(placed.x * scale[0], 1),
        y=round(placed.y * scale[1], 1),
        r=_radius(node),
        href=href,
        does=does,
        profile=node.profile,
        hidden=node.hidden,
        tie=node.tie or "",
        of=labels.get(f"p{node.of}", "") if node.of else "",
        start=entity is not None and entity in {asked.party, asked.start, asked.to},
        opened=bool(node.opened),
    )


def _leads(node: Node, page: _Page) -> tuple[str, str]:
    """Return the address to which a node leads, and what happens there."""
    asked, rules = page.asked, page.rules
    if node.kind == "rest" and node.of:
        shown = _opened(asked.open).get(node.of, rules.first)
        return _open(asked, node.of, shown + rules.more), "more"
    if node.profile is None:
        return f"/parties?{urlencode({'q': node.label})}", "find"
    entity = node.profile.entity
    if asked.start or node.opened or not node.hidden:
        return f"/parties/{entity}", "page"
    return _open(asked, entity, 0), "open"


def _opened(text: str) -> dict[int, int]:
    """Return which parties an address opens, and how far; 0: as far as is usual."""
    parts = (part.partition(":") for part in text.split(",") if part)
    return {int(number): int(shown or 0) for number, _, shown in parts}


def _open(asked: _Question, entity: int, shown: int) -> str:
    opened = _opened(asked.open)
    opened[entity] = shown
    text = ",".join(f"{one}:{many}" if many else f"{one}" for one, many in opened.items())
    return _address(asked, open_=text)


def _address(asked: _Question, *, open_: str | None = None, steps: int | None = None) -> str:
    told: dict[str, object] = {"party": asked.party}
    if opened := asked.open if open_ is None else open_:
        told["open"] = opened
    if (wide := steps or asked.steps) > 1:
        told["steps"] = wide
    return f"/network?{urlencode(told, safe=',:')}"


def _radius(node: Node) -> float:
    if node.kind == "rest":
        return round(8 + 4 * log10(max(1, node.hidden)), 1)
    if node.profile is None:
        return 6.0
    return round(5 + 3 * log10(max(1, node.profile.consignments)), 1)


def _short(label: str) -> str:
    said = " ".join(label.split())
    return said if len(said) <= _SHORT else f"{said[: _SHORT - 1]}…"


def _box(dots: Sequence[Dot], least: tuple[float, float]) -> str:
    if not dots:
        return "0 0 100 100"
    left, right = min(d.x for d in dots) - _EDGE, max(d.x for d in dots) + _EDGE
    top, bottom = min(d.y for d in dots) - _EDGE, max(d.y for d in dots) + _EDGE
    wide, high = max(right - left, least[0]), max(bottom - top, least[1])
    x, y = (left + right - wide) / 2, (top + bottom - high) / 2
    return f"{x:.0f} {y:.0f} {wide:.0f} {high:.0f}"


def _letters(dots: Sequence[Dot]) -> float:
    """Return the size of letters: larger where the drawing is, so that they can be read."""
    if not dots:
        return 12.0
    wide = max(d.x for d in dots) - min(d.x for d in dots) + 2 * _EDGE
    return round(max(11.0, wide / 110), 1)


def _line(edge: Edge, dots: Mapping[str, Dot]) -> Line:
    one, other = dots[edge.a], dots[edge.b]
    apart = hypot(other.x - one.x, other.y - one.y) or 1.0
    along, across = (other.x - one.x) / apart, (other.y - one.y) / apart
    gap = other.r + (4 if edge.kind in {"sends", "owned"} else 0)
    return Line(
        kind=edge.kind,
        x1=round(one.x + along * one.r, 1),
        y1=round(one.y + across * one.r, 1),
        x2=round(other.x - along * gap, 1),
        y2=round(other.y - across * gap, 1),
        width=round(1 + log10(max(1, edge.consignments)), 2),
    )
