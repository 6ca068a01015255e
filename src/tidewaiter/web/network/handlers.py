"""The network of parties: who ships to whom and what ties them, drawn and as paths."""

from collections.abc import Mapping, Sequence
from math import hypot, log10, sqrt
from typing import Annotated, Final, NamedTuple, Protocol
from urllib.parse import urlencode

import msgspec
from litestar import Response, get

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.node.network.drawing import Drawing, Placed, draw_graph, draw_ways
from tidewaiter.node.network.graph import Edge, NetworkRules, Node, Seen, build_graph, network_rules
from tidewaiter.node.network.paths import Search, find_ways
from tidewaiter.store.network.entities import Profile
from tidewaiter.store.network.resolutions import Behind, Resolved, behind
from tidewaiter.web.core.node import TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import reply
from tidewaiter.web.core.security import may
from tidewaiter.web.parties.handlers import profile_of, run_of

_TIE: Final = 60.0  # units of the drawing for the length of a tie
_WIDE: Final = 110.0  # the same, where all names are drawn
_STEP: Final = 200.0  # units between the parties of a path
_ROW: Final = 70.0
_EDGE: Final = 90.0  # room around
_BROAD: Final = 1.6  # how much broader than high a drawing is
_LEAST: Final = (900.0, 420.0)  # width and height of a drawing
_LABELS: Final = 200  # names that are drawn
_BREADTH: Final = 0.56  # of a letter, in sizes of letters
_SHORT: Final = 26  # characters of a name that is drawn
_FEW: Final = 150  # nodes up to which ties are drawn long


class Dot(Record, frozen=True, kw_only=True):
    """A node as it is drawn."""

    id: str
    kind: str
    label: str  # whole
    short: str  # as it is drawn; "": it is not
    rank: int  # among the names that are drawn, the weightiest first
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
    arrow: float  # size of the heads of arrows
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
    path = bool(asked.start)
    placed = drawing.nodes if drawing else ()
    tie = _WIDE if len(placed) <= _FEW else _TIE
    scale = (_STEP, _ROW) if path else (tie * _BROAD, tie)
    points = {each.node.id: (each.x * scale[0], each.y * scale[1]) for each in placed}
    box = _box(list(points.values()), (_LEAST[0], 0.0) if path else _LEAST)
    letters = round(max(11.0, box[2] / 100, box[3] / 52), 1)
    named = _named(placed, points, letters)
    labels = {each.node.id: each.node.label for each in placed}
    small = max(0.3, min(1.0, sqrt(_FEW / max(1, len(placed)))))
    drawn = _Drawn(page, points, letters, small, named, labels)
    dots = {each.node.id: _dot(each.node, drawn) for each in placed}
    edges = drawing.edges if drawing else ()
    return NetworkView(
        box=" ".join(f"{each:.0f}" for each in box),
        letters=letters,
        arrow=round(letters * 0.65 * small, 1),
        dots=tuple(dots.values()),
        lines=tuple(_line(edge, dots, letters / 11 * small) for edge in edges),
        told=tuple(Told(one=dots[e.a], other=dots[e.b], edge=e) for e in edges if e.kind != "rest"),
        widen="" if path or asked.steps > 2 else _address(asked, steps=asked.steps + 1),  # noqa: PLR2004
        again=_address(asked, open_="", steps=1) if asked.open or asked.steps > 1 else "",
        through=f"/network?from={asked.start}&to={asked.to}&busy=true"
        if path and not asked.busy
        else "",
    )


class _Drawn(NamedTuple):
    """What a dot is made of beside its node."""

    page: _Page
    points: Mapping[str, tuple[float, float]]
    letters: float
    small: float  # share of the usual size of dots, where they are very many
    named: Mapping[str, int]
    labels: Mapping[str, str]


def _named(
    placed: Sequence[Placed], points: Mapping[str, tuple[float, float]], letters: float
) -> dict[str, int]:
    """Rank the nodes whose names are drawn: the weightiest first, where no other name stands."""
    taken: list[tuple[float, float, float, float]] = []
    found: dict[str, int] = {}
    for each in sorted(placed, key=lambda each: -_weight(each.node)):
        x, y = points[each.node.id]
        half = (len(_short(each.node.label)) or 4) * letters * _BREADTH / 2
        here = (x - half, y, x + half, y + letters * 2.2)
        if all(here[2] < t[0] or t[2] < here[0] or here[3] < t[1] or t[3] < here[1] for t in taken):
            taken.append(here)
            found[each.node.id] = len(found)
        if len(found) >= _LABELS:
            break
    return found


def _weight(node: Node) -> int:
    """Return how much the name of a node is needed."""
    if node.kind == "rest" or node.opened:
        return 1 << 40
    return node.profile.consignments if node.profile else 0


def _dot(node: Node, drawn: _Drawn) -> Dot:
    href, does = _leads(node, drawn.page)
    asked = drawn.page.asked
    entity = node.profile.entity if node.profile else None
    x, y = drawn.points[node.id]
    return Dot(
        id=node.id,
        kind=node.kind,
        label=node.label,
        short=_short(node.label) if node.id in drawn.named else "",
        rank=drawn.named.get(node.id, 0),
        x=round(x, 1),
        y=round(y, 1),
        r=round(_radius(node) * drawn.letters / 11 * drawn.small, 1),
        href=href,
        does=does,
        profile=node.profile,
        hidden=node.hidden,
        tie=node.tie or "",
        of=drawn.labels.get(f"p{node.of}", "") if node.of else "",
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


def _box(
    points: Sequence[tuple[float, float]], least: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Return left, top, width and height of what holds all points."""
    if not points:
        return 0, 0, 100, 100
    left, right = min(x for x, _ in points) - _EDGE, max(x for x, _ in points) + _EDGE
    top, bottom = min(y for _, y in points) - _EDGE / 2, max(y for _, y in points) + _EDGE
    wide, high = max(right - left, least[0]), max(bottom - top, least[1])
    return (left + right - wide) / 2, (top + bottom - high) / 2, wide, high


def _line(edge: Edge, dots: Mapping[str, Dot], scale: float) -> Line:
    one, other = dots[edge.a], dots[edge.b]
    apart = hypot(other.x - one.x, other.y - one.y) or 1.0
    along, across = (other.x - one.x) / apart, (other.y - one.y) / apart
    gap = other.r + (3 * scale if edge.kind in {"sends", "owned"} else 0)
    return Line(
        kind=edge.kind,
        x1=round(one.x + along * one.r, 1),
        y1=round(one.y + across * one.r, 1),
        x2=round(other.x - along * gap, 1),
        y2=round(other.y - across * gap, 1),
        width=round((1 + log10(max(1, edge.consignments))) * scale, 2),
    )


_OPENED = 60  # parties that one address opens


class NetworkQuestion(Record, frozen=True, kw_only=True, rename={"start": "from"}):
    """What is looked at: the network around a party, or paths between two."""

    party: Annotated[int, msgspec.Meta(ge=0)] = 0
    open: Annotated[str, msgspec.Meta(max_length=1_000)] = ""  # "12,57:150": party, or party:shown
    steps: Annotated[int, msgspec.Meta(ge=1, le=3)] = 1
    start: Annotated[int, msgspec.Meta(ge=0)] = 0
    to: Annotated[int, msgspec.Meta(ge=0)] = 0
    busy: bool = False  # go through parties that are tied to very many


class NetworkPage(Record, frozen=True, kw_only=True):
    """What is drawn around a party, or the paths between two, and how far that is counted."""

    asked: NetworkQuestion
    run: Resolved
    behind: Behind
    party: Profile | None
    ends: tuple[Profile, Profile] | None
    drawing: Drawing | None
    search: Search | None
    rules: NetworkRules


@get("/network", guards=[may("see")], sync_to_thread=True, query=NetworkQuestion)
def network_page(request: Asked, node: TheNode, user: TheUser) -> Response[NetworkPage]:
    """Show the network around a party, or the shortest paths between two."""
    asked = read_query(request, NetworkQuestion)
    rules = network_rules()
    with node.read() as work:
        run = run_of(work)
        seen = Seen(work, run.id, user.account.cleared)
        party = ends = drawing = search = None
        if asked.start or asked.to:
            ends = profile_of(work, run.id, asked.start), profile_of(work, run.id, asked.to)
            pair = asked.start, asked.to
            search = find_ways(seen, pair, rules, through_busy=asked.busy)
            drawing = draw_ways(search) if search.ways else None
        elif asked.party:
            party = profile_of(work, run.id, asked.party)
            graph = build_graph(seen, asked.party, _parse_opened(asked, rules), asked.steps, rules)
            drawing = draw_graph(graph)
        page = NetworkPage(
            asked=asked,
            run=run,
            behind=behind(work, run),
            party=party,
            ends=ends,
            drawing=drawing,
            search=search,
            rules=rules,
        )
    return reply(request, "network.html", page, view=lambda: network_view(page))


def _parse_opened(asked: NetworkQuestion, rules: NetworkRules) -> dict[int, int]:
    """Read which parties are opened, and how many neighbours of each kind they show.

    Raises:
        InputError: It is not written so.
    """
    opened: dict[int, int] = {}
    for part in filter(None, asked.open.split(",")):
        number, _, shown = part.partition(":")
        if not (number.isdecimal() and (not shown or shown.isdecimal())) or len(part) > 24:  # noqa: PLR2004
            raise InputError("web/opens-no-party", part=part[:40], at="address")
        most = min(int(shown), rules.drawn) if shown else rules.first
        opened[int(number)] = most
    return dict(list(opened.items())[-_OPENED:])


HANDLERS = [network_page]
