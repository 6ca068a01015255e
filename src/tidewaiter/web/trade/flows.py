"""Trade flows of flagged lines: page with filters, months and table."""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import get_args

from litestar import Response, get

from tidewaiter.base.quantities import MG_PER_KG
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.flows import Flows, RouteSum
from tidewaiter.explain.languages import day, month, number, numbered, words
from tidewaiter.explain.official_names import substance_name
from tidewaiter.explain.words import Library, alerts_in_words
from tidewaiter.report.alerts.exports import CsvTable
from tidewaiter.report.trade.flow_charts import Strip, first_day, month_strip, world_svg
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.alerts.filters import Queue
from tidewaiter.store.alerts.flows import flows
from tidewaiter.trade.types import Severity
from tidewaiter.web.alerts.queue_views import names
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import download, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.trade.flow_charts import (
    Diagram,
    FlowQuery,
    Map,
    flow_diagram,
    flow_map,
    headings,
    mass,
    place,
    queue_address,
    sum_in_words,
    way,
    written,
)

SHOWN = 50  # routes in the table


class Choice(Record, frozen=True, kw_only=True):
    """A selectable filter value."""

    value: str
    label: str


class Row(Record, frozen=True, kw_only=True):
    """A row of the route table."""

    origin: str
    via: str
    destination: str
    href: str  # of the queue; "": an end is unknown
    alerts: int
    lines: int
    mass: str  # "": unknown for all lines
    unweighed: int


class FlowsView(Record, frozen=True, kw_only=True):
    """The flows page, ready to draw."""

    substances: tuple[Choice, ...]
    severities: tuple[Choice, ...]
    statuses: tuple[Choice, ...]
    measures: tuple[Choice, ...]
    period: str
    strip: Strip
    begin: str  # selected months, for screen readers
    end: str
    bars: tuple[str, ...]  # text of each month
    outside: tuple[str, ...]  # counts outside the strip
    total: str
    map: Map
    undrawn: str
    diagram: Diagram
    stages: tuple[tuple[float, str], ...]
    rows: tuple[Row, ...]
    rest: str  # what the table omits; "": nothing
    queue: str  # address of all alerts summed
    csv: str
    json: str


def flows_view(query: FlowQuery, found: Flows, today: date, library: Library) -> FlowsView:
    """Render flows as text and lines.

    Args:
        query: Normalised query.
        found: The sums.
        today: The day.
        library: Display names of slugs.
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
    """Yield the substances of alerts, most frequent first, and the selected one."""
    counts = dict(found.substances)
    if query.substance:
        counts.setdefault(query.substance, 0)
    for slug, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        name = substance_name(library.substances.get(slug, slug))
        yield Choice(value=slug, label=f"{name} ({number(count)})")


def _period(query: FlowQuery) -> str:
    first, last = day(query.due_from), day(query.due_to)
    if first and last:
        return words("due %(first)s to %(last)s") % {"first": first, "last": last}
    if first:
        return words("due %(first)s or later") % {"first": first}
    return words("due %(last)s or earlier") % {"last": last} if last else words("any due date")


def _outside(strip: Strip, found: Flows) -> Iterator[str]:
    for count, says in (
        (strip.earlier, words("before these months")),
        (strip.later, words("after these months")),
        (found.undated, words("without a date")),
    ):
        if count:
            yield f"{alerts_in_words(count)} {says}"


def _undrawn(drawn: Map) -> str:
    if not drawn.undrawn:
        return ""
    return numbered(
        (
            "%(num)s alert is on a route not drawn on the map: an endpoint is not given, or "
            "the route is a small one."
        ),
        (
            "%(num)s alerts are on routes not drawn on the map: an endpoint is not given, or "
            "the route is a small one."
        ),
        drawn.undrawn,
    )


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
    said = numbered("%(num)s more route", "%(num)s more routes", routes)
    return f"{said}: {alerts_in_words(alerts)}"


ROUTES = 100  # on the page; the file has all
_HEADINGS = ("origin", "via", "destination", "alerts", "lines", "net_kg", "lines_without_net_mass")


class FlowsPage(Record, frozen=True, kw_only=True):
    """The query and its sums."""

    query: FlowQuery
    flows: Flows


@get("/flows", guards=[may("see")], sync_to_thread=True, query=FlowQuery)
def flows_page(request: Asked, node: TheNode, user: TheUser) -> Response[FlowsPage]:
    """Show the routes of flagged lines, by substance and period."""
    query = read_query(request, FlowQuery).settled(node.today())
    page = FlowsPage(query=query, flows=_flows(node, user, query, ROUTES))
    return reply(
        request,
        "flows.html",
        page,
        view=lambda: flows_view(query, page.flows, node.today(), node.library()),
    )


@get("/flows.csv", guards=[may("see")], sync_to_thread=True, query=FlowQuery, gives="text/csv")
def flows_csv(request: Asked, node: TheNode, user: TheUser) -> Response[bytes]:
    """Send all routes as a table, largest first."""
    query = read_query(request, FlowQuery).settled(node.today())
    file = io.BytesIO()
    CsvTable(file, _HEADINGS).rows(map(_cells, _flows(node, user, query, None).routes))
    return download(file.getvalue(), "text/csv; charset=utf-8", "flows.csv")


@get(
    "/flows/world.svg",
    guards=[may("see")],
    include_in_schema=False,
    sync_to_thread=False,
    gives="image/svg+xml",
)
def world() -> Response[bytes]:
    """Send the country outlines for the map."""
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response(world_svg().encode(), media_type="image/svg+xml", headers=headers)


def _cells(route: RouteSum) -> list[str]:
    kg, mg = divmod(route.sum.net_mg, MG_PER_KG)
    mass = f"{kg}.{mg:06}".rstrip("0").rstrip(".")
    counts = (str(route.sum.alerts), str(route.sum.lines), mass, str(route.sum.unweighed))
    return [route.origin, " ".join(route.via), route.destination, *counts]


def _flows(node: Node, user: User, query: FlowQuery, most: int | None) -> Flows:
    queue = Queue(wanted=query.wanted(), today=node.today(), cleared=user.account.cleared)
    with node.read() as work:
        return flows(work, queue, measure=query.measure, most=most)


HANDLERS = [flows_page, flows_csv, world]
