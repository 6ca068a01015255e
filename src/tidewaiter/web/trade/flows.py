"""Flows: from where to where flagged lines go, on a map, in a diagram and as a table."""

import io

from litestar import Response, get

from tidewaiter.base.quantities import MG_PER_KG
from tidewaiter.base.records import Record
from tidewaiter.casework.flows import Flows, RouteSum
from tidewaiter.report.exports import CsvTable
from tidewaiter.report.worldmap import world_svg
from tidewaiter.store.flows import flows
from tidewaiter.store.queuefilter import Queue
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.flowquery import FlowQuery
from tidewaiter.web.flowview import flows_view
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.replies import download, reply
from tidewaiter.web.security import may

ROUTES = 100  # on the page; the file has all
_HEADINGS = ("origin", "via", "destination", "alerts", "lines", "net_kg", "lines_without_net_mass")


class FlowsPage(Record, frozen=True, kw_only=True):
    """What was asked, and what was added up."""

    query: FlowQuery
    flows: Flows


@get("/flows", guards=[may("see")], sync_to_thread=True, query=FlowQuery)
def flows_page(request: Asked, node: TheNode, user: TheUser) -> Response[FlowsPage]:
    """Show from where to where flagged lines go, by substance and period."""
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
    """Send all routes as a table, one a row, the largest first."""
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
    """Send the outlines of countries, which the map uses."""
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
