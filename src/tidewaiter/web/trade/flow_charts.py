"""The map of flows: countries shaded by alerts, and lines between the ends of routes."""

from collections.abc import Iterator, Mapping
from itertools import islice

from tidewaiter.base.records import Record
from tidewaiter.casework.flows import Flows, Measure, Sum
from tidewaiter.report.languages import number
from tidewaiter.report.worldmap import (
    Arc,
    Shade,
    arc,
    arc_width,
    labelled,
    load_world,
    shade_of,
    shades,
)
from tidewaiter.web.flowquery import FlowQuery, queue_address
from tidewaiter.web.flowwords import alerts_in_words, place, sum_in_words, value_in_words, value_of

_LINES = 80
_LABELS = 12
_APART = (120, 34)  # units that the middles of two labels are apart, at least in one way
_SIZES = (1.0, 0.25)  # of the largest value, told in the legend

Ends = tuple[str, str]


class MapCountry(Record, frozen=True, kw_only=True):
    """A country with alerts."""

    code: str
    outline: bool  # of data/geometry
    small: bool
    x: int
    y: int
    shade: int
    says: str
    href: str
    label: str  # "": there is no room for one


class MapLine(Record, frozen=True, kw_only=True):
    """What goes from one country to another, whichever way."""

    arc: Arc
    says: str
    href: str


class Width(Record, frozen=True, kw_only=True):
    """A width of lines, and what it stands for."""

    width: float
    says: str


class Map(Record, frozen=True, kw_only=True):
    """The map, ready to be drawn."""

    width: int
    height: int
    countries: tuple[MapCountry, ...]  # the most alerts first
    lines: tuple[MapLine, ...]  # the largest first
    shades: tuple[Shade, ...]
    widths: tuple[Width, ...]
    undrawn: int  # alerts on routes that are no line of the map


def flow_map(query: FlowQuery, found: Flows) -> Map:
    """Lay out the map of what was added up.

    Args:
        query: What was asked, settled.
        found: What was added up.
    """
    world = load_world()
    ranked = sorted(found.countries.items(), key=lambda item: (-item[1], item[0]))
    known = {code: count for code, count in ranked if code in world.places}
    steps = shades(max(known.values(), default=0))
    ends = _by_ends(found, query.measure)
    largest = max((value_of(each, query.measure) for each in ends.values()), default=0)
    return Map(
        width=world.width,
        height=world.height,
        countries=tuple(_countries(query, known, steps)),
        lines=tuple(_lines(query, ends, largest)),
        shades=steps,
        widths=tuple(_widths(largest, query.measure)),
        undrawn=found.total.alerts - sum(each.alerts for each in ends.values()),
    )


def _by_ends(found: Flows, measure: Measure) -> dict[Ends, Sum]:
    """Return the largest sums by both ends, where both are on the map."""
    places = load_world().places
    sums = {
        (each.origin, each.destination): each.sum
        for each in found.ends
        if each.origin in places and each.destination in places and value_of(each.sum, measure)
    }
    return dict(islice(sums.items(), _LINES))


def _countries(
    query: FlowQuery, known: Mapping[str, int], steps: tuple[Shade, ...]
) -> Iterator[MapCountry]:
    named = labelled(known, _LABELS, _APART)
    for code, count in known.items():
        spot = load_world().places[code]
        yield MapCountry(
            code=code,
            outline=bool(spot.outline),
            small=spot.small,
            x=spot.at[0],
            y=spot.at[1],
            shade=shade_of(count, steps),
            says=f"{place(code)}: {alerts_in_words(count)}",
            href=queue_address(query, country=code),
            label=f"{code} {number(count)}" if code in named else "",
        )


def _lines(query: FlowQuery, ends: Mapping[Ends, Sum], largest: int) -> Iterator[MapLine]:
    places = load_world().places
    for (origin, destination), found in ends.items():
        width = arc_width(value_of(found, query.measure), largest)
        yield MapLine(
            arc=arc(places[origin], places[destination], width),
            says=f"{place(origin)} → {place(destination)}: {sum_in_words(found)}",
            href=queue_address(query, origin=origin, destination=destination),
        )


def _widths(largest: int, measure: Measure) -> Iterator[Width]:
    told = dict.fromkeys(int(largest * size) for size in _SIZES if largest)
    for value in told:
        if value:
            yield Width(width=arc_width(value, largest), says=value_in_words(value, measure))
