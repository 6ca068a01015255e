"""The queue: the alerts that wait, the most urgent first."""

from litestar import Response, get

from tidewaiter.base.records import Record
from tidewaiter.consignments.types import Alert
from tidewaiter.store import queue as stored
from tidewaiter.store.decisions import Standing, standings
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.queuequery import QueueQuery, queue_of
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may


class QueueRow(Record, frozen=True, kw_only=True):
    """An alert, and where it stands."""

    alert: Alert
    standing: Standing


class QueuePage(Record, frozen=True, kw_only=True):
    """A page of the queue."""

    rows: tuple[QueueRow, ...]


@get("/queue", guards=[may("see")], sync_to_thread=True)
def queue_page(request: Asked, node: TheNode, user: TheUser) -> Response[QueuePage]:
    """Show the alerts that wait."""
    query = read_query(request, QueueQuery)
    with node.read() as work:
        found = stored.queue_page(work, queue_of(query, node, user), query.view()).alerts
        where = standings(work, [alert.id for alert in found])
    rows = [QueueRow(alert=each, standing=where[each.id]) for each in found]
    return reply(request, "queue.html", QueuePage(rows=tuple(rows)))


HANDLERS = [queue_page]
