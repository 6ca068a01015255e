"""Make data/geometry/world.toml: the outlines and places of countries on a map of the world.

Usage, in an empty folder:

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    npm pack cldr-core@48.2.0 && tar xzf cldr-core-48.2.0.tgz
    python tools/build_geometry.py package

It needs the package `tzdata`, whose table zone.tab has a place in each country. The same
versions give the same file. See data/geometry/SOURCE.txt for where all this comes from.
"""

import heapq
import importlib.resources
import json
import math
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Ring = list[Point]

DATA = Path(__file__).parents[1] / "src/tidewaiter/data"
TARGET = DATA / "geometry/world.toml"
HALF = 180.0  # degrees of longitude, where the map is cut
WIDTH = 2000  # of the map, in whole units
NORTH, SOUTH = 84.0, -66.0  # degrees of latitude; the map ends there
LEAST = 1.2  # square units that a corner must take away from a line for it to stay
ISLAND = 6.0  # square units of the least outline that is drawn, beside the largest of a country
SMALL = 160.0  # square units: a country below them is drawn as a point too
KOSOVO = {"Kosovo": "XK"}  # Natural Earth gives it no code; data/countries.toml has one
POINTS = {"AN": "CW"}  # a code no longer in use, and where its place was
# What neither table has: longitude and latitude to a tenth of a degree, general knowledge.
ISLES = {
    "AC": (-14.4, -7.9), "AQ": (-64.1, -64.8), "BV": (3.4, -54.4), "CP": (-109.2, 10.3),
    "CQ": (-2.4, 49.4), "DG": (72.4, -7.3), "EA": (-5.3, 35.9), "IC": (-15.4, 28.1),
    "TA": (-12.3, -37.1),
}  # fmt: skip
_COORDINATE = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")

# The coefficients of Equal Earth: B. Savric, T. Patterson and B. Jenny, "The Equal Earth map
# projection", International Journal of Geographical Information Science 33 (2019), 454-465.
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796


def equal_earth(longitude: float, latitude: float) -> Point:
    """Project a place on a globe of radius 1; areas stay in proportion, north is up.

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
    """Return where a place is on the map, from its upper left corner, in units."""
    x, y = equal_earth(longitude, latitude)
    return x * SCALE + WIDTH / 2, (TOP - y) * SCALE


def arcs_of(topology: Mapping[str, Any]) -> list[Ring]:
    """Read the lines of a TopoJSON file in degrees, simplified as they will be seen.

    Neighbours share them, so that no gap comes between two.
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
    """Leave out corners by the area that each takes away, the least first.

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
    """Return the area of a ring; its sign tells which way it runs round."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2


def rings_of(shape: Mapping[str, Any], arcs: Sequence[Ring]) -> list[list[Ring]]:
    """Return the polygons of a shape on the map: each an outline, and its holes after it.

    One that crosses the line of 180 degrees is cut there, for it stands at both ends of the map.
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
    """Count longitudes on beyond 180 degrees, so that no step is longer than half a turn."""
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
    """Join lines to a ring; one that is numbered ~i is line i from its end."""
    places: Ring = []
    for i in ring:
        line = arcs[i] if i >= 0 else arcs[~i][::-1]
        places += line[1:] if places else line
    return places[:-1]


def path_of(polygons: Iterable[Sequence[Ring]]) -> str:
    """Write polygons as the path of SVG, in whole units and in steps."""
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
    """Return a place well inside a ring: of those on a grid, the farthest from its sides."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    steps = 24
    grid = [
        (min(xs) + (i + 0.5) / steps * (max(xs) - min(xs)),
         min(ys) + (j + 0.5) / steps * (max(ys) - min(ys)))
        for i in range(steps) for j in range(steps)
    ]  # fmt: skip
    return max(grid, key=lambda place: _depth(place, ring))


def _depth(place: Point, ring: Ring) -> float:
    """Return how far a place is from the sides of a ring; below 0: it is outside."""
    x, y = place
    inside, nearest = False, math.inf
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
        long = (bx - ax) ** 2 + (by - ay) ** 2
        t = max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long)) if long else 0
        nearest = min(nearest, math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)))
    return nearest if inside else -nearest


def towns() -> dict[str, Point]:
    """Return where the first town of each country is on the map, by the table of time zones."""
    table = importlib.resources.files("tzdata") / "zoneinfo/zone.tab"
    found: dict[str, Point] = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, place = line.split("\t")[:2]
            found.setdefault(code, on_map(*_degrees(place)))
    found |= {code: found[other] for code, other in POINTS.items()}
    return found | {code: on_map(*place) for code, place in ISLES.items()}


def _degrees(place: str) -> Point:
    """Return the longitude and latitude of "+4852+00220": degrees and minutes, north and east."""
    found = _COORDINATE.fullmatch(place)
    if found is None:
        raise SystemExit(f'zone.tab has "{place}", which is no place')
    parts = found.groups()
    north, east = (
        (-1 if sign == "-" else 1) * (int(whole) + int(minutes) / 60 + int(seconds or 0) / 3600)
        for sign, whole, minutes, seconds in (parts[:4], parts[4:])
    )
    return east, north


def shapes_of(folder: Path, countries: Iterable[str]) -> Iterator[tuple[str, list[list[Ring]]]]:
    """Yield the code and the polygons of each shape; "": it has no code, and is land only.

    The shapes have the numeric codes of ISO 3166-1; CLDR has those of two letters for them.
    """
    topology = json.loads((folder / "countries-50m.json").read_text(encoding="utf-8"))
    mappings = json.loads((folder / "supplemental/codeMappings.json").read_text(encoding="utf-8"))
    table = mappings["supplemental"]["codeMappings"]
    codes = {table.get(code, {}).get("_numeric"): code for code in countries}
    arcs = arcs_of(topology)
    for shape in topology["objects"]["countries"]["geometries"]:
        name = shape["properties"]["name"]
        code = KOSOVO.get(name) or codes.get(shape.get("id", "none"), "")
        if code != "AQ":
            yield code, rings_of(shape, arcs)


def drawn(polygons: Sequence[Sequence[Ring]]) -> list[Sequence[Ring]]:
    """Return the polygons that are large enough to be seen, and the largest in any case."""
    kept = sorted(polygons, key=lambda each: -abs(area(each[0])))
    return [
        [ring for n, ring in enumerate(each) if n == 0 or abs(area(ring)) >= ISLAND]
        for i, each in enumerate(kept)
        if i == 0 or abs(area(each[0])) >= ISLAND
    ]


def entry(code: str, polygons: Sequence[Sequence[Ring]], town: Point | None) -> str:
    """Write the entry of a country: by its largest outline, else by its town."""
    kept = drawn(polygons) if polygons else []
    path = path_of(kept)
    size = abs(area(kept[0][0])) if kept else 0.0
    # A town is the better point of what is too small to see.
    x, y = town if town and size < SMALL else inner_point(kept[0][0])
    lines = [f"[places.{code}]", f"at = [{round(x)}, {round(y)}]"]
    if size < SMALL:
        lines.append("small = true")
    if path:
        lines.append(f'outline = "{path}"')
    return "\n".join(lines)


def main() -> None:
    """Write the file."""
    countries = tomllib.loads((DATA / "countries.toml").read_text(encoding="utf-8"))["names"]
    shapes: dict[str, list[list[Ring]]] = {}
    for code, polygons in shapes_of(Path(sys.argv[1]), countries):
        shapes.setdefault(code, []).extend(polygons)
    places = towns()
    entries = [entry(code, shapes.get(code, []), places.get(code)) for code in sorted(countries)]
    nameless = path_of(drawn(shapes[""]))
    head = f"# Made by tools/build_geometry.py; see SOURCE.txt.\nwidth = {WIDTH}\nheight = {HEIGHT}"
    text = "\n\n".join([head + f'\nother_land = "{nameless}"', *entries]) + "\n"
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET}: {len(entries)} countries, {len(text):,} bytes")


if __name__ == "__main__":
    main()
