"""Build data/geometry/world.toml: outlines and locations of countries on a world map.

Usage, with FOLDER an empty folder:

    (cd FOLDER && npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz)
    (cd FOLDER && npm pack cldr-core@48.2.0 && tar xzf cldr-core-48.2.0.tgz)
    python -m tools.build_geometry FOLDER/package

Requires the package `tzdata`, which has a town for each country in zone.tab. The same versions
produce the same file. Sources: data/geometry/SOURCE.txt.
"""

import importlib.resources
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tools.map_shapes import (
    HEIGHT,
    WIDTH,
    Point,
    Ring,
    arcs_of,
    area,
    inner_point,
    on_map,
    path_of,
    rings_of,
)

DATA = Path(__file__).parents[1] / "src/tidewaiter/data"
TARGET = DATA / "geometry/world.toml"
ISLAND = 6.0  # square units: smallest outline drawn, apart from the largest of each country
SMALL = 160.0  # square units: smaller countries are also drawn as a point
KOSOVO = {"Kosovo": "XK"}  # without a code in Natural Earth; data/countries.toml has one
POINTS = {"AN": "CW"}  # withdrawn code -> code of its location
# In neither table: longitude and latitude to a tenth of a degree, general knowledge.
ISLES = {
    "AC": (-14.4, -7.9),
    "AQ": (-64.1, -64.8),
    "BV": (3.4, -54.4),
    "CP": (-109.2, 10.3),
    "CQ": (-2.4, 49.4),
    "DG": (72.4, -7.3),
    "EA": (-5.3, 35.9),
    "IC": (-15.4, 28.1),
    "TA": (-12.3, -37.1),
}
_COORDINATE = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


def towns() -> dict[str, Point]:
    """Return the map position of the first town of each country in the time-zone table."""
    table = importlib.resources.files("tzdata") / "zoneinfo/zone.tab"
    found: dict[str, Point] = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, place = line.split("\t")[:2]
            found.setdefault(code, on_map(*_degrees(place)))
    found |= {code: found[other] for code, other in POINTS.items()}
    return found | {code: on_map(*place) for code, place in ISLES.items()}


def _degrees(place: str) -> Point:
    """Parse "+4852+00220" (degrees and minutes, north and east) into longitude and latitude."""
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
    """Yield the code and polygons of each shape; "": no code, drawn as land only.

    The shapes have ISO 3166-1 numeric codes; CLDR maps them to two-letter codes.
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
    """Return the polygons that are large enough to be visible, and always the largest."""
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
    # For a country too small to see, a town is the better point.
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
