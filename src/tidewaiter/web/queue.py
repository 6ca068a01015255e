"""The queue: the alerts that wait, the most urgent first."""

from litestar import Response, get

from tidewaiter.base.records import Record
from tidewaiter.consignments.types import Alert
from tidewaiter.store.alerts import AlertFilter, alerts
from tidewaiter.store.decisions import Standing, standings
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode, TheUser
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
    with node.read() as work:
        found = alerts(work, AlertFilter(status="open"), rows=50)
        where = standings(work, [alert.id for alert in found])
    rows = [
        QueueRow(alert=each, standing=where[each.id])
        for each in found
        if user.account.cleared or not each.restricted
    ]
    return reply(request, "queue.html", QueuePage(rows=tuple(rows)))


HANDLERS = [queue_page]
