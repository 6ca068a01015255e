"""Lists of what can be recalled, and of what was, with what came of it at each recipient."""

from datetime import date
from typing import Literal

from sqlalchemy import RowMapping, select

from tidewaiter.base.records import Record
from tidewaiter.exchange.relations import ALWAYS
from tidewaiter.exchange.requests.recalls import Outcome, Recall, recall_of
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.recalls import KINDS
from tidewaiter.store.saying import said_of

Standing = Literal[
    "never-left", "not-asked", "waiting", "asked", "destroyed", "kept-under-legal-hold", "not-held"
]
"""What came of a recall at one recipient: it had not left; the word of it was discarded or refused;
it has not left yet, or is on its way; it is there, and no answer came; what was answered."""


class Item(Record, frozen=True, kw_only=True):
    """A message, by the name by which it is recalled."""

    id: str
    peer: str
    at: str  # when it was written, or came
    kind: str
    about: str  # the incident, request, joint case or notice; "": none
    state: str


class Recalling(Record, frozen=True, kw_only=True):
    """A message that was recalled, at one recipient."""

    item: str
    kind: str
    about: str
    source: str
    peer: str  # who has it, or had it
    recall: Recall | None  # None: no message told of it
    reason: str
    asked: str  # when
    standing: Standing
    outcome: Outcome | None  # None: none came
    untold: int  # to how many it went on who were not asked


def items(
    work: Work, *, came: bool = False, node: str = "", rows: int = 100, after: int = 0
) -> list[Item]:
    """Return messages that can be recalled, the last first.

    Args:
        work: Any.
        came: Those that came; else those that this node wrote.
        node: Of one peer; "": of any.
        rows: How many at most.
        after: How many of them come before.
    """
    table = tables.incoming if came else tables.outgoing
    order = table.c.came if came else table.c.number
    wanted = select(
        table.c.id,
        table.c.peer,
        table.c.kind,
        table.c.state,
        (table.c.came if came else table.c.made).label("at"),
    )
    wanted = wanted.where(table.c.kind.not_in(ALWAYS))
    if node:
        wanted = wanted.where(table.c.peer == node)
    found = work.connection.execute(
        wanted.order_by(order.desc()).limit(rows).offset(after)
    ).mappings()
    return [Item(**row, about=about(work, row["id"])) for row in found.all()]


def recalls(
    work: Work,
    safe: bytes,
    *,
    by: str = "",
    but: str = "",
    node: str = "",
    rows: int = 100,
    after: int = 0,
) -> list[Recalling]:
    """Return what was recalled, from peers and from this node, the last first.

    Args:
        work: Any.
        safe: What locks the database, shape (32,).
        by: The node that recalled it; "": any.
        but: A node that did not; "": none.
        node: The other side; "": any.
        rows: How many at most.
        after: How many of them come before.
    """
    r, o = tables.recalled.c, tables.outgoing.c
    state = select(o.state).where(o.id == r.message).scalar_subquery()
    wanted = select(tables.recalled, state.label("state")).order_by(r.number.desc())
    wanted = wanted.limit(rows).offset(after)
    if by:
        wanted = wanted.where(r.source == by)
    if but:
        wanted = wanted.where(r.source != but)
    if node:
        wanted = wanted.where((r.source if but else r.peer) == node)
    found = work.connection.execute(wanted).mappings().all()
    return [_recalling(work, safe, row) for row in found]


def _recalling(work: Work, safe: bytes, row: RowMapping) -> Recalling:
    said = said_of(work, safe, KINDS, row["source"], row["recall"]) if row["message"] else []
    standing = recall_of(row["source"], row["recall"], [row["peer"]], said)
    outcome = standing.outcomes.get(row["peer"])
    return Recalling(
        item=row["item"],
        kind=row["kind"],
        about=about(work, row["item"]),
        source=row["source"],
        peer=row["peer"],
        recall=standing.recall.body if standing.recall else None,
        reason=row["reason"],
        asked=row["asked"],
        standing=standing_of(row["outcome"], row["state"]),
        outcome=outcome.body if outcome else None,
        untold=standing.untold,
    )


def standing_of(outcome: str, word: str | None) -> Standing:
    """Return what came of a recall at one recipient.

    Args:
        outcome: What was answered; "": nothing.
        word: Where the message stands that tells of it; None: it came from a peer.
    """
    if outcome:
        return outcome  # type: ignore[return-value]
    if word in {"discarded", "refused"}:
        return "not-asked"
    return "waiting" if word in {"waiting", "held", "sealed"} else "asked"


def about(work: Work, message: str) -> str:
    """Return what a message is about, as its owner names it; "": nothing."""
    s, i, e, n = tables.said.c, tables.said_in.c, tables.notice_event.c, tables.notice.c
    numbers = select(i.said).where(i.message == message)
    said = select(s.subject).where((s.message == message) | s.number.in_(numbers)).limit(1)
    told = (
        select(n.reference)
        .join(tables.notice_event, e.notice == n.number)
        .where(e.message == message)
        .limit(1)
    )
    found = (work.connection.execute(each).scalar() for each in (said, told))
    return next((str(each) for each in found if each), "")


def is_over(recalling: Recalling, today: date) -> bool:
    """Say whether something is kept under a hold whose last day is over."""
    until = recalling.outcome.until if recalling.outcome else None
    return recalling.standing == "kept-under-legal-hold" and until is not None and until < today
