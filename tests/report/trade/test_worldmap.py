"""The map of the world: every country is on it, and can be seen."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.countries import country_codes
from tidewaiter.report.trade.flow_charts import (
    Place,
    arc,
    load_world,
    shade_of,
    shades,
    world_svg,
)

CODES = sorted(country_codes())


@pytest.mark.parametrize("code", CODES)
def test_every_country_has_a_place(code: str) -> None:
    """It has an outline that is large enough to be seen, or a point, on the map."""
    world = load_world()
    place = world.places[code]
    assert place.outline or place.small
    assert 0 <= place.at[0] <= world.width
    assert 0 <= place.at[1] <= world.height


def test_the_map_has_no_other_country() -> None:
    """Its codes are ours."""
    assert sorted(load_world().places) == CODES


@pytest.mark.parametrize(
    ("west", "east"),
    [("US", "GB"), ("GB", "CN"), ("MX", "CO"), ("NL", "DE"), ("HK", "JP"), ("SG", "AU")],
)
def test_places_stand_as_on_the_globe(west: str, east: str) -> None:
    """What lies west stands left."""
    places = load_world().places
    assert places[west].at[0] < places[east].at[0]


@pytest.mark.parametrize("code", ["SG", "HK", "MO", "MT", "BH", "MU", "SC", "BB"])
def test_small_traders_have_a_point(code: str) -> None:
    """They trade, and no outline of theirs is large enough to be pointed at."""
    assert load_world().places[code].small


def test_a_line_ends_well_inside_a_large_country() -> None:
    """An outline surrounds the place of its country: a ray from it crosses it an odd times."""
    world = load_world()
    outside = [
        code
        for code, place in world.places.items()
        if place.outline and not place.small and not _inside(place)
    ]
    assert outside == []


def _inside(place: Place) -> bool:
    px, py = place.at
    inside = False
    x = y = 0
    for ring in re.findall(r"m([^z]*)z", place.outline):
        numbers = [int(n) for n in re.findall(r"-?\d+", ring)]
        corners = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            corners.append((x, y))
        x, y = corners[0]
        for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
            if (ay > py) != (by > py) and px < (bx - ax) * (py - ay) / (by - ay) + ax:
                inside = not inside
    return inside


def test_the_picture_names_its_parts() -> None:
    """A page can use each outline by the code of its country."""
    svg = world_svg()
    assert set(re.findall(r'id="([A-Z]{2})"', svg)) == {
        code for code, place in load_world().places.items() if place.outline
    }


@given(st.integers(1, 10**12), st.data())
def test_every_value_has_a_shade(most: int, data: st.DataObject) -> None:
    """Steps follow one another without a gap, from 1 to the largest."""
    steps = shades(most)
    assert steps[0].least == 1
    assert steps[-1].most >= most
    for one, other in itertools.pairwise(steps):
        assert one.most + 1 == other.least
    value = data.draw(st.integers(1, most))
    found = steps[shade_of(value, steps) - 1]
    assert found.least <= value <= found.most


points = st.builds(lambda x, y: Place(at=(x, y)), st.integers(0, 2000), st.integers(0, 1000))


@given(points, points)
def test_lines_stay_on_the_map(start: Place, end: Place) -> None:
    """The middle of a line, where its arrow is, is never above the map."""
    drawn = arc(start, end, 2)
    numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", drawn.arrow)]
    assert min(numbers[1::2]) >= -30
