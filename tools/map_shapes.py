"""Outlines on a world map: Equal Earth projection, simplified, cut, written as SVG."""

import heapq
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

Point = tuple[float, float]
Ring = list[Point]
HALF = 180.0  # degrees of longitude at which the map is cut
WIDTH = 2000  # width of the map in integer units
NORTH, SOUTH = 84.0, -66.0  # degrees of latitude at which the map ends
LEAST = 1.2  # square units: a corner that changes the area by less is removed
# Coefficients of Equal Earth: B. Savric, T. Patterson and B. Jenny, "The Equal Earth map
# projection", International Journal of Geographical Information Science 33 (2019), 454-465.
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796


def equal_earth(longitude: float, latitude: float) -> Point:
    """Project a place by Equal Earth, which preserves area, on a globe of radius 1, with north up.

    Args:
        longitude: Degrees, -180 to 180.
        latitude: Degrees, -90 to 90.
    """
    t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    rise = A1 + 3 * A2 * t**2 + t**6 * (7 * A3 + 9 * A4 * t**2)
    x = 2 * math.sqrt(3) * math.radians(longitude) * math.cos(t) / (3 * rise)
    return x, t * (A1 + A2 * t**2 + t**6 * (A3 + A4 * t**2))


SCALE = WIDTH / (2 * equal_earth(180, 0)[0])
TOP = equal_earth(0, NORTH)[1]
HEIGHT = round((TOP - equal_earth(0, SOUTH)[1]) * SCALE)


def on_map(longitude: float, latitude: float) -> Point:
    """Return the map position of a place in units from the upper left corner."""
    x, y = equal_earth(longitude, latitude)
    return x * SCALE + WIDTH / 2, (TOP - y) * SCALE


def arcs_of(topology: Mapping[str, Any]) -> list[Ring]:
    """Read the lines of a TopoJSON file in degrees, simplified for the map's scale.

    Neighbours share lines, so that no gaps appear between them.
    """
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        places = []
        for step in steps:
            x, y = x + step[0], y + step[1]
            places.append((x * kx + dx, y * ky + dy))
        arcs.append(simplified(places))
    return arcs


def simplified(line: Ring) -> Ring:
    """Remove corners in increasing order of the area that each contributes.

    Source:
        M. Visvalingam and J. D. Whyatt, "Line generalisation by repeated elimination of points",
        Cartographic Journal 30 (1993), 46-51.
    """
    seen = [on_map(*place) for place in line]
    before, after = list(range(-1, len(line) - 1)), list(range(1, len(line) + 1))
    closed = line[0] == line[-1]
    left = len(line)
    alive = [True] * len(line)

    def weight(i: int) -> float:
        return abs(area([seen[before[i]], seen[i], seen[after[i]]]))

    heap = [(weight(i), i) for i in range(1, len(line) - 1)]
    heapq.heapify(heap)
    while heap and heap[0][0] < LEAST and left > (4 if closed else 2):
        size, i = heapq.heappop(heap)
        if not alive[i] or size != weight(i):
            continue
        alive[i] = False
        left -= 1
        after[before[i]], before[after[i]] = after[i], before[i]
        for j in (before[i], after[i]):
            if 0 < j < len(line) - 1:
                heapq.heappush(heap, (weight(j), j))
    return [place for place, kept in zip(line, alive, strict=True) if kept]


def area(ring: Sequence[Point]) -> float:
    """Return the signed area of a ring; the sign gives its orientation."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2


def rings_of(shape: Mapping[str, Any], arcs: Sequence[Ring]) -> list[list[Ring]]:
    """Return the polygons of a shape on the map: each an outline followed by its holes.

    A polygon that crosses 180 degrees is cut there, because it appears at both ends of the map.
    """
    polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    found = []
    for polygon in polygons:
        whole = [_unrolled(_joined(ring, arcs)) for ring in polygon]
        for turn in (-360.0, 0.0, 360.0):
            cut = [_cut([(x + turn, y) for x, y in ring]) for ring in whole]
            if cut[0]:
                found.append([[on_map(*place) for place in ring] for ring in cut if ring])
    return found


def _unrolled(ring: Ring) -> Ring:
    """Continue longitudes beyond 180 degrees, so that no step is longer than half a turn."""
    places = [ring[0]]
    for x, y in ring[1:]:
        places.append((x - 360 * round((x - places[-1][0]) / 360), y))
    return places


def _cut(ring: Ring) -> Ring:
    """Return the part of a ring between -180 and 180 degrees of longitude."""
    for side in (1, -1):
        kept: Ring = []
        for (ax, ay), (bx, by) in zip(ring[-1:] + ring[:-1], ring, strict=True):
            if (side * ax <= HALF) != (side * bx <= HALF):
                kept.append((side * HALF, ay + (side * HALF - ax) / (bx - ax) * (by - ay)))
            if side * bx <= HALF:
                kept.append((bx, by))
        ring = kept
    return ring


def _joined(ring: Iterable[int], arcs: Sequence[Ring]) -> Ring:
    """Join lines into a ring; an index ~i means line i reversed."""
    places: Ring = []
    for i in ring:
        line = arcs[i] if i >= 0 else arcs[~i][::-1]
        places += line[1:] if places else line
    return places[:-1]


def path_of(polygons: Iterable[Sequence[Ring]]) -> str:
    """Return polygons as an SVG path, in integer relative steps."""
    parts = []
    at = (0, 0)
    for ring in (ring for polygon in polygons for ring in polygon):
        whole = [(round(x), round(y)) for x, y in ring]
        corners = [p for p, q in zip(whole, whole[-1:] + whole[:-1], strict=True) if p != q]
        if len(corners) < 3:  # noqa: PLR2004
            continue
        steps = [_step(a, b) for a, b in pairwise(corners)]
        parts.append(f"m{_step(at, corners[0])}l{' '.join(steps)}z")
        at = corners[0]
    return re.sub(r"[ ,](?=-)", "", "".join(parts))


def _step(a: tuple[int, int], b: tuple[int, int]) -> str:
    return f"{b[0] - a[0]},{b[1] - a[1]}"


def inner_point(ring: Ring) -> Point:
    """Return a point well inside a ring: of a grid, the farthest from its sides."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    steps = 24
    grid = [
        (
            min(xs) + (i + 0.5) / steps * (max(xs) - min(xs)),
            min(ys) + (j + 0.5) / steps * (max(ys) - min(ys)),
        )
        for i in range(steps)
        for j in range(steps)
    ]
    return max(grid, key=lambda place: _depth(place, ring))


def _depth(place: Point, ring: Ring) -> float:
    """Return the distance of a point from the sides of a ring; negative: outside."""
    x, y = place
    inside, nearest = False, math.inf
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
        long = (bx - ax) ** 2 + (by - ay) ** 2
        t = max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long)) if long else 0
        nearest = min(nearest, math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)))
    return nearest if inside else -nearest
