"""The page of flows in words and lines: the filters, the strip of months, the table."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import get_args

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.flows import Flows, RouteSum
from tidewaiter.consignments.types import Severity
from tidewaiter.report.languages import counted, day, month, number, words
from tidewaiter.report.library import Library
from tidewaiter.report.monthstrip import Strip, first_day, month_strip
from tidewaiter.web.flowdiagram import Diagram, flow_diagram, headings
from tidewaiter.web.flowmap import Map, flow_map
from tidewaiter.web.flowquery import FlowQuery, queue_address, written
from tidewaiter.web.flowwords import alerts_in_words, mass, place, sum_in_words, way
from tidewaiter.web.queuefilters import names

SHOWN = 50  # routes of the table


class Choice(Record, frozen=True, kw_only=True):
    """A value of a filter that can be chosen."""

    value: str
    label: str


class Row(Record, frozen=True, kw_only=True):
    """A route in the table."""

    origin: str
    via: str
    destination: str
    href: str  # of the queue; "": an end is not known
    alerts: int
    lines: int
    mass: str  # "": of no line is it known
    unweighed: int


class FlowsView(Record, frozen=True, kw_only=True):
    """The page of flows, ready to be drawn."""

    substances: tuple[Choice, ...]
    severities: tuple[Choice, ...]
    statuses: tuple[Choice, ...]
    measures: tuple[Choice, ...]
    period: str
    strip: Strip
    begin: str  # the months that are chosen, for who hears the page
    end: str
    bars: tuple[str, ...]  # what each month says
    outside: tuple[str, ...]  # what the strip does not show
    total: str
    map: Map
    undrawn: str
    diagram: Diagram
    stages: tuple[tuple[float, str], ...]
    rows: tuple[Row, ...]
    rest: str  # what the table does not show; "": nothing
    queue: str  # address of all that was added up
    csv: str
    json: str


def flows_view(query: FlowQuery, found: Flows, today: date, library: Library) -> FlowsView:
    """Put flows into words and lines.

    Args:
        query: What was asked, settled.
        found: What was added up.
        today: The day.
        library: What to print for slugs.
    """
    asked, drawn, said = written(query), flow_map(query, found), names(library)
    diagram = flow_diagram(query, found)
    strip = month_strip(found.months, today, query.due_from, query.due_to)
    return FlowsView(
        substances=tuple(_substances(query, found, library)),
        severities=_choices(get_args(Severity), said["severity"]),
        statuses=_choices(get_args(Status), said["status"]),
        measures=(
            Choice(value="alerts", label=words("Alerts")),
            Choice(value="mass", label=words("Net mass")),
        ),
        period=_period(query),
        strip=strip,
        begin=month(first_day(strip.first)),
        end=month(first_day(strip.last)),
        bars=tuple(f"{month(bar.day)}: {alerts_in_words(bar.count)}" for bar in strip.bars),
        outside=tuple(_outside(strip, found)),
        total=sum_in_words(found.total),
        map=drawn,
        undrawn=_undrawn(drawn),
        diagram=diagram,
        stages=tuple(headings(diagram)),
        rows=tuple(_row(query, each) for each in found.routes[:SHOWN]),
        rest=_rest(found),
        queue=queue_address(query),
        csv=f"/flows.csv?{asked}",
        json=f"/flows.json?{asked}",
    )


def _choices(values: Sequence[str], said: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value=value, label=said[value]) for value in values)


def _substances(query: FlowQuery, found: Flows, library: Library) -> Iterator[Choice]:
    """Yield the substances that alerts name, the most frequent first, and the one chosen."""
    counts = dict(found.substances)
    if query.substance:
        counts.setdefault(query.substance, 0)
    for slug, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        name = library.substances.get(slug, slug)
        yield Choice(value=slug, label=f"{name} ({number(count)})")


def _period(query: FlowQuery) -> str:
    first, last = day(query.due_from), day(query.due_to)
    if first and last:
        return words("due %(first)s to %(last)s") % {"first": first, "last": last}
    if first:
        return words("due %(first)s or later") % {"first": first}
    return words("due %(last)s or earlier") % {"last": last} if last else words("due on any day")


def _outside(strip: Strip, found: Flows) -> Iterator[str]:
    for count, says in (
        (strip.earlier, words("before these months")),
        (strip.later, words("after these months")),
        (found.undated, words("without a day")),
    ):
        if count:
            yield f"{alerts_in_words(count)} {says}"


def _undrawn(drawn: Map) -> str:
    if not drawn.undrawn:
        return ""
    said = counted(
        "%(num)s alert is on a route that is no line here: an end is not given, or the "
        "route is a small one.",
        "%(num)s alerts are on routes that are no line here: "
        "an end is not given, or the route is a small one.",
        drawn.undrawn,
    )
    return said % {"num": number(drawn.undrawn)}


def _row(query: FlowQuery, route: RouteSum) -> Row:
    ends = {"origin": route.origin, "destination": route.destination, "country": route.via[:1]}
    places = {
        name: value[0] if isinstance(value, tuple) else value
        for name, value in ends.items()
        if value
    }
    return Row(
        origin=place(route.origin),
        via=way(route.via),
        destination=place(route.destination),
        href=queue_address(query, **places) if route.origin and route.destination else "",
        alerts=route.sum.alerts,
        lines=route.sum.lines,
        mass=mass(route.sum.net_mg) if route.sum.lines > route.sum.unweighed else "",
        unweighed=route.sum.unweighed,
    )


def _rest(found: Flows) -> str:
    routes = max(0, len(found.routes) - SHOWN) + found.other_routes
    if not routes:
        return ""
    alerts = found.total.alerts - sum(each.sum.alerts for each in found.routes[:SHOWN])
    said = counted("%(num)s more route", "%(num)s more routes", routes) % {"num": number(routes)}
    return f"{said}: {alerts_in_words(alerts)}"
