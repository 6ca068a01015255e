"""Bulk decisions: acts on many alerts, undone in one step, or settled by a second officer."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.base.records import Record
from tidewaiter.consignments.priority import is_listed, priority_of
from tidewaiter.consignments.types import Severity
from tidewaiter.store.alerts import alerts_of
from tidewaiter.store.bulkdecisions import (
    Batch,
    Settled,
    Undone,
    batch_of,
    batches,
    members_of,
    settle_batch,
    undo_batch,
    waiting_batches,
)
from tidewaiter.store.database import Work
from tidewaiter.store.queue import visible_ids
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.bulkdecisionsview import batch_view, batches_view
from tidewaiter.web.given import Number, TheNode, TheUser
from tidewaiter.web.queuequery import read_kept, written
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may

_ROWS = 50
_SHOWN = 300  # members of a page


class Earlier(Record, frozen=True, kw_only=True):
    """Which bulk decisions are shown."""

    before: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None  # number of the last seen


class BatchesPage(Record, frozen=True, kw_only=True):
    """Bulk decisions, the newest first."""

    waiting: tuple[Batch, ...]  # for a second officer, the oldest first
    batches: tuple[Batch, ...]
    more: int | None  # `before` of the next page


class Member(Record, frozen=True, kw_only=True):
    """One alert of a bulk decision, and what became of it."""

    alert: str  # id
    became: str  # decided, undone, later, waiting, rejected, withdrawn or overtaken
    severity: Severity
    listed: bool  # a party resembles one on a list
    consignment: str
    seq: int
    title: str


class BatchPage(Record, frozen=True, kw_only=True):
    """One bulk decision and its alerts: those that wait first, then by severity."""

    batch: Batch
    members: tuple[Member, ...]  # the first 300
    more: int  # members that are not shown


class UndoBatch(Record, frozen=True, kw_only=True):
    """Undoing a bulk decision."""

    queue: str = ""  # the query of the queue to go on with


class Second(Record, frozen=True, kw_only=True):
    """The word of a second officer."""

    says: Literal["confirm", "reject"]
    alert: Annotated[tuple[str, ...], msgspec.Meta(max_length=10_000)] = ()  # ids; none: all
    note: Annotated[str, msgspec.Meta(max_length=4_000)] = ""  # a rejection needs one


@get("/bulk-decisions", guards=[may("see")], sync_to_thread=True, query=Earlier)
def batches_page(request: Asked, node: TheNode, user: TheUser) -> Response[BatchesPage]:
    """Show the decisions that were made on many alerts at once."""
    query, cleared = read_query(request, Earlier), user.account.cleared
    with node.read() as work:
        found = batches(work, before=query.before, rows=_ROWS, cleared=cleared)
        page = BatchesPage(
            waiting=tuple(waiting_batches(work, cleared=cleared)),
            batches=tuple(found),
            more=found[-1].number if len(found) == _ROWS else None,
        )
    return reply(request, "bulk-decisions.html", page, view=lambda: batches_view(page, user))


@get("/bulk-decisions/{number:int}", guards=[may("see")], sync_to_thread=True)
def batch_page(request: Asked, node: TheNode, user: TheUser, number: Number) -> Response[BatchPage]:
    """Show one bulk decision and its alerts."""
    with node.read() as work:
        page = _page(work, user, number)
    return reply(request, "bulk-decision.html", page, view=lambda: batch_view(page, user))


@post("/bulk-decisions/{number:int}/undo", guards=[may("decide")], sync_to_thread=True)
def undo_bulk(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[UndoBatch]
) -> Response[Undone]:
    """Undo a bulk decision in one step; alerts that were decided since stay as they are."""
    with node.change(user) as work:
        undone = undo_batch(work, number, cleared=user.account.cleared)
    moved = undone.reopened + undone.withdrawn  # what waited is as before, too
    back = written(read_kept(data.queue), did="undo", done=moved, left=undone.left)
    return done(request, undone, f"/queue?{back}")


@post("/bulk-decisions/{number:int}/second", guards=[may("approve")], sync_to_thread=True)
def settle_bulk(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Second]
) -> Response[Settled]:
    """Confirm or reject what a bulk decision proposed, as a second officer."""
    with node.change(user) as work:
        batch_of(work, number, cleared=user.account.cleared)
        waiting = [name for name, became in members_of(work, number).items() if became == "waiting"]
        wanted = data.alert or waiting
        mine = visible_ids(work, wanted, cleared=user.account.cleared)
        settled = settle_batch(work, number, mine, confirm=data.says == "confirm", note=data.note)
    return done(request, settled, f"/bulk-decisions/{number}")


def _page(work: Work, user: User, number: int) -> BatchPage:
    batch = batch_of(work, number, cleared=user.account.cleared)
    became = members_of(work, number)
    ids = visible_ids(work, list(became), cleared=user.account.cleared)
    ids.sort(key=lambda name: became[name] != "waiting")
    alerts = sorted(alerts_of(work, ids[:_SHOWN]), key=priority_of, reverse=True)
    alerts.sort(key=lambda alert: became[alert.id] != "waiting")
    return BatchPage(
        batch=batch,
        members=tuple(
            Member(
                alert=each.id,
                became=became[each.id],
                severity=each.severity,
                listed=is_listed(each),
                consignment=each.consignment,
                seq=each.seq,
                title=each.title,
            )
            for each in alerts
        ),
        more=max(0, len(ids) - _SHOWN),
    )


HANDLERS = [batches_page, batch_page, undo_bulk, settle_bulk]
