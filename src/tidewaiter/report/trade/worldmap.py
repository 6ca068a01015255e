"""A map of the world as numbers: where countries stand, and lines between them.

Templates only draw it. The outlines are in data/geometry, whose SOURCE.txt says where they are
from; no statement is made on any border.
"""

import math
from collections.abc import Iterable, Mapping
from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

SHADES = 5
_BEND = 0.2  # of the length of a line, to its left
_BASES = (2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100)
_ARROW = 5.0
_LOOP = 16.0


class Place(Record, frozen=True, kw_only=True):
    """A country on the map."""

    at: tuple[int, int]  # where lines to it end, in units of the map
    small: bool = False  # drawn as a point too, for it is hard to see or has no outline
    outline: str = ""  # path of SVG


class World(Record, frozen=True, kw_only=True):
    """The map; its units count from the upper left corner."""

    width: int
    height: int
    other_land: str  # path of SVG: land to which the source gives no code
    places: Mapping[str, Place]  # by ISO 3166-1 alpha-2 code


class Arc(Record, frozen=True, kw_only=True):
    """A line from one country to another, and the arrow in its middle: paths of SVG."""

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
        RegistryError: The file is not one that we made.
    """
    return read_toml(data("geometry", "world.toml"), World)


@cache
def world_svg() -> str:
    """Return the outlines as a picture whose parts a page can use: ``#land``, ``#CN`` ..."""
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
    """Return a line between two places; one from a place to itself goes round it.

    Args:
        start: Where it begins.
        end: Where it ends; the arrow in the middle points there.
        width: Of the line, in units of the map.
    """
    (x0, y0), (x1, y1) = start.at, end.at
    if start.at == end.at:
        r = _LOOP + width
        line = f"M{x0},{y0}m{-r:.1f},0a{r:.1f},{r:.1f} 0 1,1 {2 * r:.1f},0a{r:.1f},{r:.1f} 0 1,1"
        return Arc(line=f"{line} {-2 * r:.1f},0", arrow=_arrow((x0, y0 - r), 0, width), width=width)
    # A line always bends to its left, so that it does not cover the one that goes back.
    cx, cy = (x0 + x1) / 2 + _BEND * (y1 - y0), (y0 + y1) / 2 - _BEND * (x1 - x0)
    cy = max(cy, -min(y0, y1))  # the middle stays on the map
    middle = ((x0 + 2 * cx + x1) / 4, (y0 + 2 * cy + y1) / 4)
    line = f"M{x0},{y0}Q{cx:.0f},{cy:.0f} {x1},{y1}"
    return Arc(line=line, arrow=_arrow(middle, math.atan2(y1 - y0, x1 - x0), width), width=width)


def arc_width(value: int, most: int) -> float:
    """Return how wide a line is for a value, in units of the map: in proportion, but never thin."""
    return round(max(2.0, 18.0 * value / most), 1)


def labelled(codes: Iterable[str], most: int, apart: tuple[float, float]) -> frozenset[str]:
    """Return the first countries whose labels do not cover one another.

    Args:
        codes: Countries of the map, the first ones first.
        most: Labels.
        apart: Units across and down that the middles of two are apart, at least in one way.
    """
    found: dict[str, tuple[int, int]] = {}
    for code in codes:
        x, y = load_world().places[code].at
        near = ((abs(x - a), abs(y - b)) for a, b in found.values())
        if len(found) < most and all(dx >= apart[0] or dy >= apart[1] for dx, dy in near):
            found[code] = x, y
    return frozenset(found)


def shades(most: int) -> tuple[Shade, ...]:
    """Return steps from 1 to a largest value; each reaches as many times higher than the last.

    Args:
        most: The largest value; 0: there is none.
    """
    base = next((b for b in _BASES if b**SHADES > most), math.ceil(most ** (1 / SHADES)) + 1)
    steps = (
        Shade(step=n + 1, least=base**n, most=base ** (n + 1) - 1)
        for n in range(SHADES)
        if base**n <= most
    )
    return tuple(steps)


def shade_of(value: int, steps: tuple[Shade, ...]) -> int:
    """Return the step of a value that is above 0 and not above the largest."""
    return next(each.step for each in steps if value <= each.most)


def _arrow(at: tuple[float, float], angle: float, width: float) -> str:
    size = _ARROW + width
    tips = ((size, 0.0), (-size * 0.8, -size * 0.8), (-size * 0.8, size * 0.8))
    sin, cos = math.sin(angle), math.cos(angle)
    turned = (f"{at[0] + x * cos - y * sin:.1f},{at[1] + x * sin + y * cos:.1f}" for x, y in tips)
    return f"M{'L'.join(turned)}Z"
