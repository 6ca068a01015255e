"""Bulk decisions: pages, undo, and confirmation by a second officer."""

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import load_decision_rules
from tidewaiter.explain.languages import numbered, words
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key
from tidewaiter.store.alerts.bulk_decisions import (
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
from tidewaiter.store.alerts.queue import visible_ids
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.core.database import Work
from tidewaiter.trade.alerts import is_listed, priority_of
from tidewaiter.trade.types import Severity
from tidewaiter.web.alerts.queue_query import read_kept, written
from tidewaiter.web.core.node import Number, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may


class BatchRow(Record, frozen=True, kw_only=True):
    """A bulk decision, as displayed."""

    number: int
    title: str
    counts: str
    note: str
    by: str
    at: str
    undone_by: str
    undone_at: str
    waiting: int


class BatchesView(Record, frozen=True, kw_only=True):
    """Bulk decisions, as displayed."""

    waiting: tuple[BatchRow, ...]
    batches: tuple[BatchRow, ...]


class BatchView(Record, frozen=True, kw_only=True):
    """One bulk decision, as displayed."""

    row: BatchRow
    became: tuple[str, ...]  # outcome of each member
    may_undo: bool
    may_settle: bool  # the reader is a second officer, and proposals are pending
    own: bool  # proposals are pending, and the reader made the decision


class Batches(Protocol):
    """Bulk decisions."""

    @property
    def waiting(self) -> Sequence[Batch]:
        """Waiting for a second officer."""

    @property
    def batches(self) -> Sequence[Batch]:
        """Newest first."""


class Became(Protocol):
    """An alert of a bulk decision."""

    @property
    def became(self) -> str:
        """Its outcome."""


class Page(Protocol):
    """One bulk decision."""

    @property
    def batch(self) -> Batch:
        """The decision."""

    @property
    def members(self) -> Sequence[Became]:
        """Its alerts."""


def batches_view(page: Batches, user: User) -> BatchesView:
    """Put bulk decisions into words."""
    del user
    return BatchesView(
        waiting=tuple(map(batch_row, page.waiting)), batches=tuple(map(batch_row, page.batches))
    )


def batch_view(page: Page, user: User) -> BatchView:
    """Put one bulk decision into words."""
    batch, me = page.batch, account_key(user.account.id)
    second = "approve" in user.rights
    return BatchView(
        row=batch_row(batch),
        became=tuple(_became(each.became) for each in page.members),
        may_undo="decide" in user.rights and batch.undone_by is None,
        may_settle=second and batch.by != me and batch.waiting > 0,
        own=batch.by == me and batch.waiting > 0,
    )


def batch_row(batch: Batch) -> BatchRow:
    """Render a bulk decision as text, as a row."""
    rules = load_decision_rules()
    verdict = words(rules.verdict[batch.verdict].says)
    return BatchRow(
        number=batch.number,
        title=f"{verdict}: {words(rules.reason[batch.reason].says)}",
        counts=", ".join(_counts(batch)),
        note=batch.note,
        by=batch.by,
        at=batch.at,
        undone_by=batch.undone_by or "",
        undone_at=batch.undone_at or "",
        waiting=batch.waiting,
    )


def _counts(batch: Batch) -> list[str]:
    told = [
        (numbered("%(num)s alert decided", "%(num)s alerts decided", batch.decided), batch.decided),
        (
            numbered(
                "%(num)s awaiting a second officer",
                "%(num)s awaiting a second officer",
                batch.waiting,
            ),
            batch.waiting,
        ),
        (numbered("%(num)s rejected", "%(num)s rejected", batch.rejected), batch.rejected),
        (numbered("%(num)s skipped", "%(num)s skipped", batch.left), batch.left),
    ]
    return [text for text, count in told if count]


def _became(code: str) -> str:
    said = {
        "decided": words("decided"),
        "undone": words("undone"),
        "later": words("decided again later"),
        "waiting": words("awaiting a second officer"),
        "rejected": words("rejected by a second officer"),
        "withdrawn": words("withdrawn"),
        "overtaken": words("decided individually in the meantime"),
    }
    return said.get(code, code)


_ROWS = 50
_SHOWN = 300  # members per page


class Earlier(Record, frozen=True, kw_only=True):
    """Query of bulk decisions."""

    before: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None  # number of the last seen


class BatchesPage(Record, frozen=True, kw_only=True):
    """Bulk decisions, newest first."""

    waiting: tuple[Batch, ...]  # for a second officer, oldest first
    batches: tuple[Batch, ...]
    more: int | None  # `before` of the next page


class Member(Record, frozen=True, kw_only=True):
    """An alert of a bulk decision, and its outcome."""

    alert: str  # id
    became: str  # decided, undone, later, waiting, rejected, withdrawn or overtaken
    severity: Severity
    listed: bool  # with a list match
    consignment: str
    seq: int
    title: Phrase


class BatchPage(Record, frozen=True, kw_only=True):
    """A bulk decision and its alerts: pending ones first, then by severity."""

    batch: Batch
    members: tuple[Member, ...]  # the first 300
    more: int  # number of members not shown


class UndoBatch(Record, frozen=True, kw_only=True):
    """Undo of a bulk decision."""

    queue: str = ""  # query of the queue to continue with


class Second(Record, frozen=True, kw_only=True):
    """Answer of a second officer."""

    says: Literal["confirm", "reject"]
    alert: Annotated[tuple[str, ...], msgspec.Meta(max_length=10_000)] = ()  # ids; none: all
    note: Annotated[str, msgspec.Meta(max_length=4_000)] = ""  # required for a rejection


@get("/bulk-decisions", guards=[may("see")], sync_to_thread=True, query=Earlier)
def batches_page(request: Asked, node: TheNode, user: TheUser) -> Response[BatchesPage]:
    """Show the bulk decisions."""
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
    """Undo a bulk decision in one step; alerts decided individually since stay as they are."""
    with node.change(user) as work:
        undone = undo_batch(work, number, cleared=user.account.cleared)
    moved = undone.reopened + undone.withdrawn  # pending ones revert too
    back = written(read_kept(data.queue), did="undo", done=moved, left=undone.left)
    return done(request, undone, f"/queue?{back}")


@post("/bulk-decisions/{number:int}/second", guards=[may("approve")], sync_to_thread=True)
def settle_bulk(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Second]
) -> Response[Settled]:
    """Confirm or reject the proposals of a bulk decision, as a second officer."""
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
