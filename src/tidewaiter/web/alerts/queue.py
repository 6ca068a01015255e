"""Queue page: open alerts, filtered, ordered and paged."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.explain.alerts import export_alert
from tidewaiter.node.uploads.arrivals import sample_upload
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import is_alone
from tidewaiter.store.alerts.bulk_decisions import Batch, batch_of
from tidewaiter.store.alerts.decisions import last_decision, standings, waiting_on
from tidewaiter.store.alerts.filters import (
    LONGEST,
    NewFilter,
    drop_filter,
    save_filter,
    saved_filters,
)
from tidewaiter.store.alerts.queue import queue_with_counts
from tidewaiter.store.core.database import Work
from tidewaiter.store.uploads import running_now
from tidewaiter.web.alerts import bulk_actions as bulk
from tidewaiter.web.alerts.decision_form import own_decision
from tidewaiter.web.alerts.queue_query import (
    QueuePage,
    QueueQuery,
    QueueRow,
    in_learned_order,
    queue_of,
    read_kept,
    written,
)
from tidewaiter.web.alerts.queue_views import queue_view, running_view
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.uploads.handlers import shown_in
from tidewaiter.web.uploads.schemas import Shown
from tidewaiter.web.uploads.views import JobView


class RunningPage(Record, frozen=True, kw_only=True):
    """Uploads being screened: a fragment of the queue page."""

    running: tuple[Shown, ...]
    preparing: bool  # the sample is about to be added


class RunningQuery(Record, frozen=True, kw_only=True):
    """The page that requests the fragment."""

    alerts: bool = False  # with check boxes: no automatic reload


class RunningView(Record, frozen=True, kw_only=True):
    """Uploads being screened, as displayed."""

    running: tuple[JobView, ...]
    rows: bool  # the page shows alerts


class Save(Record, frozen=True, kw_only=True):
    """A filter to save."""

    name: Annotated[str, msgspec.Meta(max_length=LONGEST)]
    queue: str = ""  # query of the queue
    shared: bool = False


class Saved(Record, frozen=True, kw_only=True):
    """A saved or deleted filter."""

    filter: int


@get("/queue", guards=[may("see")], sync_to_thread=True, query=QueueQuery)
def queue_page(request: Asked, node: TheNode, user: TheUser) -> Response[QueuePage]:
    """Show the alerts that pass a filter, and facet counts."""
    query, ranker = read_query(request, QueueQuery), node.taught.sound()
    if ranker is None:
        query = msgspec.structs.replace(query, sort=query.kept_sort())
    with node.read() as work:
        found, counts = queue_with_counts(work, queue_of(query, node, user), query.view())
        alerts, learned = found.alerts, query.sort == "learned"
        if learned and ranker is not None:
            alerts = tuple(in_learned_order(alerts, ranker))
        ids = [alert.id for alert in alerts]
        where, waits = standings(work, ids), waiting_on(work, ids)
        page = QueuePage(
            query=query,
            rows=tuple(
                QueueRow(
                    alert=export_alert(each), standing=where[each.id], proposed=waits.get(each.id)
                )
                for each in alerts
            ),
            total=found.total,
            earlier=found.earlier,
            later=found.later and not learned,
            whole=found.whole,
            counts=counts,
            last=last_decision(work),
            saved=tuple(saved_filters(work, user.account.id)),
            batch=_batch(work, user, query.batch),
            step=own_decision(work, user, query.step),
            running=tuple(shown_in(user, running_now(work))),
            preparing=_preparing(node, work),
            alone=is_alone(work, user.account),
        )
    return reply(request, "queue.html", page, view=lambda: queue_view(page, user, node))


@get(
    "/queue/screening",
    guards=[may("see")],
    include_in_schema=False,
    sync_to_thread=True,
    query=RunningQuery,
)
def screening_now(request: Asked, node: TheNode, user: TheUser) -> Response[RunningPage]:
    """Show the uploads being screened; polled while there are any."""
    alerts = read_query(request, RunningQuery).alerts
    with node.read() as work:
        page = RunningPage(
            running=tuple(shown_in(user, running_now(work))), preparing=_preparing(node, work)
        )
    answer = reply(
        request,
        "screening-now.html",
        page,
        view=lambda: RunningView(running=running_view(page.running), rows=alerts),
    )
    if not page.running and not page.preparing and not alerts:
        answer.headers["HX-Refresh"] = "true"  # they have ended: reload the queue
    return answer


def _preparing(node: Node, work: Work) -> bool:
    """Return whether the sample was requested and is not added yet."""
    return node.serving.sample and sample_upload(work) is None


def _batch(work: Work, user: User, number: int | None) -> Batch | None:
    """Read the bulk decision that led here; deleted ones are ignored."""
    if number is None:
        return None
    try:
        return batch_of(work, number, cleared=user.account.cleared)
    except MissingError:
        return None


@post("/queue/saved", guards=[may("see")], sync_to_thread=True, makes=True)
def save_queue(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Save]
) -> Response[Saved]:
    """Save filter and order of a queue under a name."""
    query = read_kept(data.queue)
    new = NewFilter(
        name=data.name, wanted=query.wanted(), sort=query.kept_sort(), shared=data.shared
    )
    with node.change(user) as work:
        made = Saved(filter=save_filter(work, user.account.id, new))
    return done(request, made, f"/queue?{written(query)}", status=201)


@post("/queue/saved/{number:int}/remove", guards=[may("see")], sync_to_thread=True)
def remove_saved(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[Saved]:
    """Delete a saved filter."""
    with node.change(user) as work:
        drop_filter(work, user.account.id, number)
    return done(request, Saved(filter=number), "/queue")


HANDLERS = [queue_page, screening_now, save_queue, remove_saved, *bulk.HANDLERS]
