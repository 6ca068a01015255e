"""The queue: the alerts that wait, by what an officer asks of them."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.records import Record
from tidewaiter.store.decisions import last_decision, standings
from tidewaiter.store.queue import queue_with_counts
from tidewaiter.store.savedfilters import (
    LONGEST,
    NewFilter,
    drop_filter,
    save_filter,
    saved_filters,
)
from tidewaiter.web import bulk
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.learnedorder import in_learned_order
from tidewaiter.web.queuepage import QueuePage, QueueRow
from tidewaiter.web.queuequery import QueueQuery, queue_of, read_kept, written
from tidewaiter.web.queueview import queue_view
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may


class Save(Record, frozen=True, kw_only=True):
    """A filter to be kept."""

    name: Annotated[str, msgspec.Meta(max_length=LONGEST)]
    queue: str = ""  # query of the queue
    shared: bool = False


class Saved(Record, frozen=True, kw_only=True):
    """A filter that is kept, or no longer."""

    filter: int


@get("/queue", guards=[may("see")], sync_to_thread=True, query=QueueQuery)
def queue_page(request: Asked, node: TheNode, user: TheUser) -> Response[QueuePage]:
    """Show the alerts that a filter lets through, and count what other filters would."""
    query, ranker = read_query(request, QueueQuery), node.taught.sound()
    if ranker is None:
        query = msgspec.structs.replace(query, sort=query.kept_sort())
    with node.read() as work:
        found, counts = queue_with_counts(work, queue_of(query, node, user), query.view())
        alerts, learned = found.alerts, query.sort == "learned"
        if learned and ranker is not None:
            alerts = tuple(in_learned_order(alerts, ranker))
        where = standings(work, [alert.id for alert in alerts])
        page = QueuePage(
            query=query,
            rows=tuple(QueueRow(alert=each, standing=where[each.id]) for each in alerts),
            total=found.total,
            earlier=found.earlier,
            later=found.later and not learned,
            whole=found.whole,
            counts=counts,
            last=last_decision(work),
            saved=tuple(saved_filters(work, user.account.id)),
        )
    return reply(request, "queue.html", page, view=lambda: queue_view(page, user, node))


@post("/queue/saved", guards=[may("see")], sync_to_thread=True, makes=True)
def save_queue(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Save]
) -> Response[Saved]:
    """Keep the filter and the order of a queue under a name."""
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
    """Keep a filter no longer."""
    with node.change(user) as work:
        drop_filter(work, user.account.id, number)
    return done(request, Saved(filter=number), "/queue")


HANDLERS = [queue_page, save_queue, remove_saved, *bulk.HANDLERS]
