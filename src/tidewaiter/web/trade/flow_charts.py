"""Charts of trade flows: map and flow diagram for a query."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec

from tidewaiter.base.quantities import MG_PER_KG
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.flows import Flows, Measure, Sum
from tidewaiter.explain.languages import country, number, numbered, pgettext, words
from tidewaiter.explain.words import alerts_in_words
from tidewaiter.report.alerts.page import shorten
from tidewaiter.report.trade.flow_charts import (
    BAR,
    Arc,
    Carried,
    Node,
    Shade,
    arc,
    arc_width,
    first_day,
    labelled,
    last_day,
    load_world,
    sankey,
    shade_of,
    shades,
    window,
)
from tidewaiter.store.alerts.filters import AlertFilter
from tidewaiter.trade.types import Severity

Month = Annotated[int, msgspec.Meta(ge=12, le=119_986)]
"""Months since year 0, as in the month strip."""


class FlowQuery(Record, frozen=True, kw_only=True):
    """Query of flows; None is ignored."""

    substance: str | None = None  # slug
    severity: Severity | None = None
    status: Status | None = None
    due_from: date | None = None
    due_to: date | None = None  # the day itself too
    measure: Measure = "alerts"
    first: Month | None = None  # of the strip; takes precedence over days
    last: Month | None = None

    def settled(self, today: date) -> "FlowQuery":
        """Return the query with days instead of months; the whole strip means any day."""
        if self.first is None and self.last is None:
            return self
        least, most = window(today)
        first, last = sorted((self.first or least, self.last or most))
        whole = first <= least and last >= most
        return msgspec.structs.replace(
            self,
            first=None,
            last=None,
            due_from=None if whole else first_day(first),
            due_to=None if whole else last_day(last),
        )

    def wanted(self) -> AlertFilter:
        """Return the queue filter for the alerts summed."""
        return AlertFilter(
            substance=(self.substance,) if self.substance else (),
            severity=(self.severity,) if self.severity else (),
            status=(self.status,) if self.status else (),
            due_from=self.due_from,
            due_to=self.due_to,
        )


def written(query: FlowQuery) -> str:
    """Format a normalised query as an address, without defaults."""
    told = {name: getattr(query, name) for name in ("substance", "severity", "status")}
    told |= {"due_from": query.due_from, "due_to": query.due_to}
    told["measure"] = query.measure if query.measure != "alerts" else None
    return urlencode({name: str(value) for name, value in told.items() if value})


def queue_address(query: FlowQuery, **places: Any) -> str:
    """Return the queue address for the alerts of a route or country.

    Args:
        query: A normalised query.
        places: Queue filter fields: ``origin``, ``destination``, ``country``.
    """
    told = {name: getattr(query, name) for name in ("substance", "severity")}
    told |= {"status": query.status or "all", "due_from": query.due_from, "due_to": query.due_to}
    told |= places
    return f"/queue?{urlencode({name: str(value) for name, value in told.items() if value})}"


_FINE = 10  # kilograms below which grams are shown


def value_of(found: Sum, measure: Measure) -> int:
    """Return the ranking value: alerts, or milligrams of known net mass."""
    return found.alerts if measure == "alerts" else found.net_mg


def value_in_words(value: int, measure: Measure) -> str:
    """Format a value: "1,234", or "1,234 kg"."""
    return number(value) if measure == "alerts" else mass(value)


def mass(net_mg: int) -> str:
    """Format a mass in kilograms, to the gram if small."""
    kg = net_mg / MG_PER_KG
    return f"{number(round(kg, 3) if kg < _FINE else round(kg))} kg"


def sum_in_words(found: Sum) -> str:
    """Describe a sum; lines of unknown mass are reported separately."""
    lines = numbered("on %(num)s line", "on %(num)s lines", found.lines)
    said = f"{alerts_in_words(found.alerts)} {lines}"
    if found.lines > found.unweighed:
        said += f"; {words('net mass')} {mass(found.net_mg)}"
    if found.unweighed:
        without = numbered(
            "%(num)s line without net mass", "%(num)s lines without net mass", found.unweighed
        )
        said += f"; {without}"
    return said


def place(code: str) -> str:
    """Return a country's name, or that none is given."""
    return country(code) if code else words("not given")


def way(codes: tuple[str, ...]) -> str:
    """Return the names of the countries in between."""
    return " › ".join(map(country, codes))


_LINES = 80
_LABELS = 12
_APART = (120, 34)  # minimum distance between label centres, in at least one direction
_SIZES = (1.0, 0.25)  # legend values relative to the largest

Ends = tuple[str, str]


class MapCountry(Record, frozen=True, kw_only=True):
    """A country with alerts."""

    code: str
    outline: bool  # from data/geometry
    small: bool
    x: int
    y: int
    shade: int
    says: str
    href: str
    label: str  # "": no room


class MapLine(Record, frozen=True, kw_only=True):
    """Flow between two countries, both directions."""

    arc: Arc
    says: str
    href: str


class Width(Record, frozen=True, kw_only=True):
    """A legend entry for line width."""

    width: float
    says: str


class Map(Record, frozen=True, kw_only=True):
    """The map, ready to draw."""

    width: int
    height: int
    countries: tuple[MapCountry, ...]  # most alerts first
    lines: tuple[MapLine, ...]  # largest first
    shades: tuple[Shade, ...]
    widths: tuple[Width, ...]
    undrawn: int  # alerts on routes without a line on the map


def flow_map(query: FlowQuery, found: Flows) -> Map:
    """Lay out the map.

    Args:
        query: Normalised query.
        found: The sums.
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
    """Return the largest sums by end points that are both on the map."""
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


TOP = 30  # routes drawn individually
INSET = 222.0  # space for labels
_OTHERS = "others"
_DIRECT = "direct"
_ORIGIN, _VIA, _DESTINATION = range(3)
_CELLS = 27  # label width in half-width cells: shortened name and value
_SHORTEST = 10
_BESIDE = 6.0


class DiagramNode(Record, frozen=True, kw_only=True):
    """A country in a stage, and its label position."""

    x: float
    y: float
    width: float
    height: float
    label_x: float
    label_y: float
    before: bool  # the label ends there; otherwise it starts there
    label: str
    value: str
    says: str
    href: str  # of the queue; "": not a country


class DiagramBand(Record, frozen=True, kw_only=True):
    """Flow between two nodes."""

    path: str
    says: str
    rest: bool  # sum of other routes


class Diagram(Record, frozen=True, kw_only=True):
    """The flow diagram, ready to draw."""

    width: float
    height: float
    nodes: tuple[DiagramNode, ...]
    bands: tuple[DiagramBand, ...]


def flow_diagram(query: FlowQuery, found: Flows) -> Diagram:
    """Lay out the flow diagram: largest routes, and all others as one.

    Args:
        query: Normalised query.
        found: The sums.
    """
    shown, small = found.routes[:TOP], found.routes[TOP:]
    carried = [
        Carried(
            stages=(each.origin, " ".join(each.via) or _DIRECT, each.destination),
            value=value_of(each.sum, query.measure),
        )
        for each in shown
    ]
    rest = sum(value_of(each.sum, query.measure) for each in small)
    rest += value_of(found.others, query.measure)
    others = len(small) + found.other_routes
    carried.append(Carried(stages=(_OTHERS,) * 3, value=rest))
    drawn = sankey([each for each in carried if each.value], _OTHERS, INSET)
    return Diagram(
        width=drawn.width,
        height=drawn.height,
        nodes=tuple(_node(query, each, others) for each in drawn.nodes),
        bands=tuple(
            DiagramBand(
                path=band.path,
                says=f"{_name(band.start, others)} → {_name(band.end, others)}: "
                f"{value_in_words(band.value, query.measure)}",
                rest=band.start == _OTHERS,
            )
            for band in drawn.bands
        ),
    )


def _node(query: FlowQuery, node: Node, others: int) -> DiagramNode:
    name, value = _name(node.name, others), value_in_words(node.value, query.measure)
    before = node.stage == _ORIGIN
    return DiagramNode(
        x=node.x,
        y=node.y,
        width=BAR,
        height=max(node.height, 1.0),
        label_x=node.x - _BESIDE if before else node.x + BAR + _BESIDE,
        label_y=round(node.y + node.height / 2 + 4.5, 1),
        before=before,
        label=shorten(name, max(_SHORTEST, _CELLS - len(value))),
        value=value,
        says=f"{_stages()[node.stage]}: {name}, {value}",
        href=_href(query, node),
    )


def _href(query: FlowQuery, node: Node) -> str:
    if node.name in {"", _OTHERS, _DIRECT} or " " in node.name:
        return ""
    field = ("origin", "country", "destination")[node.stage]
    return queue_address(query, **{field: node.name})


def _name(name: str, others: int) -> str:
    if name == _OTHERS:
        return numbered("%(num)s other route", "%(num)s other routes", others)
    if name == _DIRECT:
        return words("no transit stated")
    return way(tuple(name.split())) if " " in name else place(name)


def _stages() -> tuple[str, str, str]:
    return pgettext("route", "from"), words("via"), pgettext("route", "to")


def headings(diagram: Diagram) -> Iterator[tuple[float, str]]:
    """Yield position and name of each stage."""
    places = sorted({node.x for node in diagram.nodes})
    yield from zip((x + BAR / 2 for x in places), _stages(), strict=False)
