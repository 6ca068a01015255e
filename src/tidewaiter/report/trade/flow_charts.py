"""Charts of trade flows as coordinates: a Sankey diagram, a world map, a strip of months.

The templates only draw them. Heights are proportional to values, so that the inflow of a node,
its outflow and its own height are equal.

The outlines are in data/geometry, with their origin in SOURCE.txt; they imply no position on any
border.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.casework.flows import month_number, month_text

SANKEY_WIDTH = 1000.0  # width of the diagram, in its own units
SANKEY_HEIGHT = 420.0  # height of all flows
BAR = 12.0  # width of a node
ROOM = 19.0  # minimum height of a node with its label
_GAP = 5.0
_SWEEPS = 6

Key = tuple[int, str]


class Carried(Record, frozen=True, kw_only=True):
    """A value that flows through one name per stage."""

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
    """A flow between two nodes."""

    start: str
    end: str
    stage: int  # stage of its start
    value: int
    path: str  # SVG path


class Sankey(Record, frozen=True, kw_only=True):
    """Coordinates of the nodes and bands."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    bands: tuple[Band, ...]


def sankey(carried: Sequence[Carried], last: str, inset: float = 0) -> Sankey:
    """Lay out a diagram.

    Args:
        carried: Flows with the same number of stages; values with the same names are added.
        last: The name placed below all others, whatever its value.
        inset: Space for labels on either side.
    """
    if not carried:
        return Sankey(width=SANKEY_WIDTH, height=0, nodes=(), bands=())
    values, links = _sums(carried)
    stages = _ordered(values, links, last)
    scale = SANKEY_HEIGHT / sum(each.value for each in carried)
    heights = [_height(names, stage, values, scale) for stage, names in enumerate(stages)]
    nodes: dict[Key, Node] = {}
    for stage, names in enumerate(stages):
        x = inset + stage * (SANKEY_WIDTH - 2 * inset - BAR) / max(1, len(stages) - 1)
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
    return Sankey(width=SANKEY_WIDTH, height=height, nodes=tuple(nodes.values()), bands=bands)


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
    """Order the names of each stage by value, then by the positions of their neighbours.

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
    """Yield the bands; those of a node are in the order of their other ends."""
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


SHADES = 5
_BEND = 0.2  # curvature to the left, as a share of the length
_BASES = (2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100)
_ARROW = 5.0
_LOOP = 16.0


class Place(Record, frozen=True, kw_only=True):
    """A country on the map."""

    at: tuple[int, int]  # end point of lines, in map units
    small: bool = False  # drawn also as a point: hard to see, or without an outline
    outline: str = ""  # SVG path


class World(Record, frozen=True, kw_only=True):
    """The map; its origin is the upper left corner."""

    width: int
    height: int
    other_land: str  # SVG path of land without a country code in the source
    places: Mapping[str, Place]  # by ISO 3166-1 alpha-2 code


class Arc(Record, frozen=True, kw_only=True):
    """A line between two countries, and the arrow in its middle, as SVG paths."""

    line: str
    arrow: str
    width: float


class Shade(Record, frozen=True, kw_only=True):
    """A step of the shading."""

    step: int  # from 1
    least: int
    most: int


@cache
def load_world() -> World:
    """Load the map.

    Raises:
        RegistryError: The file was not made by our tool.
    """
    return read_toml(data("geometry", "world.toml"), World)


@cache
def world_svg() -> str:
    """Return the outlines as an image with addressable parts: ``#land``, ``#CN`` ..."""
    world = load_world()
    outlines = "".join(
        f'<path id="{code}" d="{place.outline}"/>'
        for code, place in world.places.items()
        if place.outline
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {world.width} {world.height}">'
        f'<g id="land"><path d="{world.other_land}"/>{outlines}</g></svg>'
    )


def arc(start: Place, end: Place, width: float) -> Arc:
    """Return a line between two places; from a place to itself, a loop.

    Args:
        start: Start of the line.
        end: End of the line; the arrow in the middle points to it.
        width: Line width, in map units.
    """
    (x0, y0), (x1, y1) = start.at, end.at
    if start.at == end.at:
        r = _LOOP + width
        line = f"M{x0},{y0}m{-r:.1f},0a{r:.1f},{r:.1f} 0 1,1 {2 * r:.1f},0a{r:.1f},{r:.1f} 0 1,1"
        return Arc(line=f"{line} {-2 * r:.1f},0", arrow=_arrow((x0, y0 - r), 0, width), width=width)
    # Lines bend to their left, so that those in opposite directions do not overlap.
    cx, cy = (x0 + x1) / 2 + _BEND * (y1 - y0), (y0 + y1) / 2 - _BEND * (x1 - x0)
    cy = max(cy, -min(y0, y1))  # keeps the middle on the map
    middle = ((x0 + 2 * cx + x1) / 4, (y0 + 2 * cy + y1) / 4)
    line = f"M{x0},{y0}Q{cx:.0f},{cy:.0f} {x1},{y1}"
    return Arc(line=line, arrow=_arrow(middle, math.atan2(y1 - y0, x1 - x0), width), width=width)


def arc_width(value: int, most: int) -> float:
    """Return the line width for a value, in map units: proportional, with a minimum."""
    return round(max(2.0, 18.0 * value / most), 1)


def labelled(codes: Iterable[str], most: int, apart: tuple[float, float]) -> frozenset[str]:
    """Return the first countries with labels that do not overlap.

    Args:
        codes: Countries of the map, in order of priority.
        most: Maximum number of labels.
        apart: Minimum distance of two labels' centres, horizontal or vertical.
    """
    found: dict[str, tuple[int, int]] = {}
    for code in codes:
        x, y = load_world().places[code].at
        near = ((abs(x - a), abs(y - b)) for a, b in found.values())
        if len(found) < most and all(dx >= apart[0] or dy >= apart[1] for dx, dy in near):
            found[code] = x, y
    return frozenset(found)


def shades(most: int) -> tuple[Shade, ...]:
    """Return logarithmic steps from 1 to a maximum.

    Args:
        most: The maximum; 0: none.
    """
    base = next((b for b in _BASES if b**SHADES > most), math.ceil(most ** (1 / SHADES)) + 1)
    steps = (
        Shade(step=n + 1, least=base**n, most=base ** (n + 1) - 1)
        for n in range(SHADES)
        if base**n <= most
    )
    return tuple(steps)


def shade_of(value: int, steps: tuple[Shade, ...]) -> int:
    """Return the step of a value above 0 and up to the maximum."""
    return next(each.step for each in steps if value <= each.most)


def _arrow(at: tuple[float, float], angle: float, width: float) -> str:
    size = _ARROW + width
    tips = ((size, 0.0), (-size * 0.8, -size * 0.8), (-size * 0.8, size * 0.8))
    sin, cos = math.sin(angle), math.cos(angle)
    turned = (f"{at[0] + x * cos - y * sin:.1f},{at[1] + x * sin + y * cos:.1f}" for x, y in tips)
    return f"M{'L'.join(turned)}Z"


BEFORE, BEHIND = 23, 6  # months before and after today's
STRIP_WIDTH, STRIP_HEIGHT = 1000.0, 90.0
_MONTHS = 12
_LEAST = 2.0


class MonthBar(Record, frozen=True, kw_only=True):
    """A month on the strip."""

    month: int  # months since the year 0
    day: date  # its first day
    count: int
    x: float
    y: float
    width: float
    height: float
    chosen: bool


class Strip(Record, frozen=True, kw_only=True):
    """A row of months with the selected range."""

    bars: tuple[MonthBar, ...]
    least: int  # first month of the strip
    most: int  # last month
    first: int  # first selected month
    last: int
    earlier: int  # count before the strip
    later: int  # count after the strip


def window(today: date) -> tuple[int, int]:
    """Return the first and last month of a strip."""
    now = month_number(today)
    return now - BEFORE, now + BEHIND


def first_day(month: int) -> date:
    """Return the first day of a month."""
    year, number = divmod(month, _MONTHS)
    return date(year, number + 1, 1)


def last_day(month: int) -> date:
    """Return the last day of a month."""
    return first_day(month + 1) - timedelta(1)


def month_strip(
    months: Mapping[str, int], today: date, due_from: date | None, due_to: date | None
) -> Strip:
    """Lay out the months around a day.

    Args:
        months: Counts by months such as "2026-03".
        today: The day.
        due_from: First selected day; None: no lower bound.
        due_to: Last selected day; None: no upper bound.
    """
    least, most = window(today)
    first = min(max(month_number(due_from) if due_from else least, least), most)
    last = max(min(month_number(due_to) if due_to else most, most), least)
    counts = [months.get(month_text(month), 0) for month in range(least, most + 1)]
    step, highest = STRIP_WIDTH / len(counts), max(counts) or 1
    bars = []
    for place, count in enumerate(counts):
        height = max(_LEAST, count / highest * STRIP_HEIGHT) if count else 0.0
        month = least + place
        bars.append(
            MonthBar(
                month=month,
                day=first_day(month),
                count=count,
                x=round(place * step + 1, 1),
                y=round(STRIP_HEIGHT - height, 1),
                width=round(step - 2, 1),
                height=round(height, 1),
                chosen=first <= month <= last,
            )
        )
    begin, end = month_text(least), month_text(most)
    return Strip(
        bars=tuple(bars),
        least=least,
        most=most,
        first=first,
        last=last,
        earlier=sum(count for month, count in months.items() if month < begin),
        later=sum(count for month, count in months.items() if month > end),
    )
