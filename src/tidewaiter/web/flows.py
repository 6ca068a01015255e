"""Flows: from where to where flagged lines go, on a map, in a diagram and as a table."""

import csv
import io

from litestar import Response, get

from tidewaiter.base.records import Record
from tidewaiter.casework.flows import Flows
from tidewaiter.report.worldmap import world_svg
from tidewaiter.store.flows import flows
from tidewaiter.store.queuefilter import Queue
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.flowquery import FlowQuery
from tidewaiter.web.flowview import flows_view
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may

ROUTES = 100  # on the page; the file has all
_HEADINGS = ("origin", "via", "destination", "alerts", "lines", "net_kg", "lines_without_net_mass")
_MG_PER_KG = 1_000_000


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
        request, "flows.html", page,
        view=lambda: flows_view(query, page.flows, node.today(), node.library()),
    )  # fmt: skip


@get("/flows.csv", guards=[may("see")], sync_to_thread=True, query=FlowQuery, gives="text/csv")
def flows_csv(request: Asked, node: TheNode, user: TheUser) -> Response[str]:
    """Send all routes as a table, one a row, the largest first."""
    query = read_query(request, FlowQuery).settled(node.today())
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_HEADINGS)
    for each in _flows(node, user, query, None).routes:
        kg, mg = divmod(each.sum.net_mg, _MG_PER_KG)
        ends = each.origin, " ".join(each.via), each.destination
        mass = f"{kg}.{mg:06}".rstrip("0").rstrip(".")
        rows.writerow((*ends, each.sum.alerts, each.sum.lines, mass, each.sum.unweighed))
    headers = {"Content-Disposition": 'attachment; filename="flows.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@get(
    "/flows/world.svg", guards=[may("see")], include_in_schema=False, sync_to_thread=False,
    gives="image/svg+xml",
)  # fmt: skip
def world() -> Response[bytes]:
    """Send the outlines of countries, which the map uses."""
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response(world_svg().encode(), media_type="image/svg+xml", headers=headers)


def _flows(node: Node, user: User, query: FlowQuery, most: int | None) -> Flows:
    queue = Queue(wanted=query.wanted(), today=node.today(), cleared=user.account.cleared)
    with node.read() as work:
        return flows(work, queue, measure=query.measure, most=most)


HANDLERS = [flows_page, flows_csv, world]
