"""A Sankey diagram as numbers: stages side by side, and bands between them as wide as they carry.

Templates only draw it. Heights are in proportion to values, so that what enters a node, what
leaves it and its own height are the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tidewaiter.base.records import Record

WIDTH = 1000.0  # of the diagram, in its own units
HEIGHT = 420.0  # of all that flows
BAR = 12.0  # width of a node
ROOM = 19.0  # least height that a node and its label take
_GAP = 5.0
_SWEEPS = 6

Key = tuple[int, str]


class Carried(Record, frozen=True, kw_only=True):
    """What flows through one name in each stage."""

    stages: tuple[str, ...]
    value: int  # above 0


class Node(Record, frozen=True, kw_only=True):
    """A name in a stage."""

    stage: int
    name: str
    value: int
    x: float
    y: float
    height: float


class Band(Record, frozen=True, kw_only=True):
    """What flows between two nodes."""

    start: str
    end: str
    stage: int  # of its start
    value: int
    path: str  # of SVG


class Sankey(Record, frozen=True, kw_only=True):
    """Where each node and each band stands."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    bands: tuple[Band, ...]


def sankey(carried: Sequence[Carried], last: str, inset: float = 0) -> Sankey:
    """Lay out a diagram.

    Args:
        carried: All with the same number of stages; of two with the same names the sum counts.
        last: The name that stands below all others, whatever its value.
        inset: Room for labels on either side.
    """
    if not carried:
        return Sankey(width=WIDTH, height=0, nodes=(), bands=())
    values, links = _sums(carried)
    stages = _ordered(values, links, last)
    scale = HEIGHT / sum(each.value for each in carried)
    heights = [_height(names, stage, values, scale) for stage, names in enumerate(stages)]
    nodes: dict[Key, Node] = {}
    for stage, names in enumerate(stages):
        x = inset + stage * (WIDTH - 2 * inset - BAR) / max(1, len(stages) - 1)
        y = (max(heights) - heights[stage]) / 2
        for name in names:
            value = values[stage, name]
            room = max(value * scale, ROOM)
            top = y + (room - value * scale) / 2
            nodes[stage, name] = Node(
                stage=stage,
                name=name,
                value=value,
                x=round(x, 1),
                y=round(top, 2),
                height=round(value * scale, 2),
            )
            y += room + _GAP
    bands = tuple(_bands(nodes, links, scale))
    height = round(max(heights) + _GAP, 1)
    return Sankey(width=WIDTH, height=height, nodes=tuple(nodes.values()), bands=bands)


def _sums(carried: Iterable[Carried]) -> tuple[dict[Key, int], dict[tuple[int, str, str], int]]:
    """Return the value of each node, and of each pair of neighbours by stage and names."""
    values: dict[Key, int] = defaultdict(int)
    links: dict[tuple[int, str, str], int] = defaultdict(int)
    for each in carried:
        for stage, name in enumerate(each.stages):
            values[stage, name] += each.value
        for stage, (start, end) in enumerate(zip(each.stages, each.stages[1:], strict=False)):
            links[stage, start, end] += each.value
    return values, links


def _ordered(
    values: Mapping[Key, int], links: Mapping[tuple[int, str, str], int], last: str
) -> list[list[str]]:
    """Put the names of each stage in order: by value, then near those that they go together with.

    Source:
        The barycentre of K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual understanding of
        hierarchical system structures", IEEE Transactions on Systems, Man, and Cybernetics 11
        (1981), 109-125.
    """
    count = max(stage for stage, _ in values) + 1
    stages = [
        sorted(
            (name for at, name in values if at == stage),
            key=lambda name: (name == last, -values[stage, name], name),
        )
        for stage in range(count)
    ]
    near: dict[Key, list[tuple[Key, int]]] = defaultdict(list)
    for (stage, start, end), value in links.items():
        near[stage, start].append(((stage + 1, end), value))
        near[stage + 1, end].append(((stage, start), value))
    for sweep in range(_SWEEPS):
        for stage in range(count) if sweep % 2 else range(count - 1, -1, -1):
            beside = stage - 1 if sweep % 2 else stage + 1
            if 0 <= beside < count:
                stages[stage] = _by_neighbours(stages, stage, beside, near, last)
    return stages


def _by_neighbours(
    stages: Sequence[Sequence[str]],
    stage: int,
    beside: int,
    near: Mapping[Key, Sequence[tuple[Key, int]]],
    last: str,
) -> list[str]:
    places = {name: at for at, name in enumerate(stages[beside])}

    def middle(name: str) -> float:
        found = [(places[other], value) for (at, other), value in near[stage, name] if at == beside]
        return sum(place * value for place, value in found) / sum(value for _, value in found)

    return sorted(stages[stage], key=lambda name: (name == last, middle(name)))


def _height(names: Iterable[str], stage: int, values: Mapping[Key, int], scale: float) -> float:
    return sum(max(values[stage, name] * scale, ROOM) + _GAP for name in names) - _GAP


def _bands(
    nodes: Mapping[Key, Node], links: Mapping[tuple[int, str, str], int], scale: float
) -> Iterable[Band]:
    """Yield the bands, those of a node beside one another in the order of their other ends."""
    left = {key: node.y for key, node in nodes.items()}
    right = dict(left)
    starts: dict[tuple[int, str, str], float] = {}
    for stage, start, end in sorted(links, key=lambda link: nodes[link[0] + 1, link[2]].y):
        starts[stage, start, end] = right[stage, start]
        right[stage, start] += links[stage, start, end] * scale
    for stage, start, end in sorted(links, key=lambda link: nodes[link[0], link[1]].y):
        value = links[stage, start, end]
        one, other = nodes[stage, start], nodes[stage + 1, end]
        path = _path(
            (one.x + BAR, starts[stage, start, end]), (other.x, left[stage + 1, end]), value * scale
        )
        left[stage + 1, end] += value * scale
        yield Band(start=start, end=end, stage=stage, value=value, path=path)


def _path(start: tuple[float, float], end: tuple[float, float], width: float) -> str:
    (x0, y0), (x1, y1) = start, end
    bend = (x0 + x1) / 2
    return (
        f"M{x0:.1f},{y0:.1f}C{bend:.1f},{y0:.1f} {bend:.1f},{y1:.1f} {x1:.1f},{y1:.1f}"
        f"V{y1 + width:.1f}C{bend:.1f},{y1 + width:.1f} {bend:.1f},{y0 + width:.1f} "
        f"{x0:.1f},{y0 + width:.1f}Z"
    )
