"""Recalls issued by this node: what can be recalled, and the outcome per recipient.

Messages not sent yet are discarded silently. This node's own record of its statement is never
changed.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

import msgspec
from sqlalchemy import RowMapping, delete, insert, select, update

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.protocol.relations import ALWAYS
from tidewaiter.exchange.recalls import (
    Outcome,
    Reason,
    Recall,
    Spoken,
    check_outcome,
    check_recall,
    recall_of,
)
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import decode
from tidewaiter.store.core.database import Work
from tidewaiter.store.notices.events import project_notice
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.store.peers.statements import (
    Subject,
    keep_again,
    keep_said,
    said_of,
    spoken_here,
)
from tidewaiter.store.recalls.erasure import overwrite
from tidewaiter.store.requests import refuse_first

KINDS: dict[str, type[Spoken]] = {"recall": Recall, "recall-outcome": Outcome}
"""Message kinds of recalls."""

_ID = 8  # bytes
_DIGEST = "0" * 64  # if there is no message


class Why(Record, frozen=True, kw_only=True):
    """Reason of a recall."""

    reason: Reason
    basis: str = ""  # legal basis
    note: str = ""


def recall(
    work: Work, safe: bytes, own: str, item: str, why: Why, *, only: Iterable[str] = ()
) -> list[str]:
    """Recall a message from all recipients of the same statement.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        own: The name of this node.
        item: Id of the message.
        why: Reason.
        only: Peers to recall it from; (): all.

    Returns:
        Ids of the messages now recalled.

    Raises:
        ConflictError: All of them are recalled already, or were never sent.
        InputError: Not sent by this node, not recallable, or the reason is incomplete.
        MissingError: No such message.
    """
    refuse_first(check_recall(_body("x", "x", _DIGEST, why)))
    overwrite(work)
    done = []
    for row in _same(work, item, frozenset(only)):
        if _is_to_be_asked(work, own, row):
            _recall(work, safe, own, row, why)
            done.append(str(row["id"]))
    if not done:
        raise ConflictError("store/recalled-or-never-left", at=item)
    return done


def hear_outcome(work: Work, safe: bytes, heard: Heard, outcome: Outcome) -> None:
    """Store the outcome of a recall at a recipient.

    Raises:
        InputError: That peer has no such recall, or contradicts itself.
    """
    r, o = tables.recalled.c, tables.outgoing.c
    wanted = select(r.number, r.item).where(
        r.source == heard.to, r.recall == outcome.recall, r.peer == heard.sender
    )
    row = work.connection.execute(wanted).first()
    said = said_of(work, safe, KINDS, heard.to, outcome.recall)
    asked = next((each.body for each in said if isinstance(each.body, Recall)), None)
    if row is None or asked is None:
        raise InputError("store/nothing-recalled")
    refuse_first(check_outcome(outcome, asked, date.max))  # its clock may be behind this one
    of = Subject(kind="recall-outcome", owner=heard.to, id=outcome.recall)
    keep_said(work, safe, heard, of, outcome)
    told = said_of(work, safe, KINDS, heard.to, outcome.recall)
    result = recall_of(heard.to, outcome.recall, [heard.sender], told).outcomes[heard.sender]
    values = {"outcome": result.body.result, "changed": moment(stamp_of(work).at)}
    work.connection.execute(update(tables.recalled).where(r.number == row.number).values(**values))
    if result.body.result == "destroyed":
        gone = update(tables.outgoing).where(
            o.id == row.item, o.state.in_(("processed", "refused"))
        )
        work.connection.execute(gone.values(state="recalled"))
    _project(work, safe, row.item)


def recall_again(work: Work, safe: bytes, heard: Heard, body: Recall, *, peer: str) -> None:
    """Restore a recall of this node from before a restored backup.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        heard: This node, and the message.
        body: The recall.
        peer: The recipient.

    Raises:
        MissingError: The recalled message is missing.
    """
    r, o, now = tables.recalled.c, tables.outgoing.c, moment(stamp_of(work).at)
    kind = work.connection.execute(select(o.kind).where(o.id == body.item)).scalar()
    if kind is None:
        raise MissingError("store/no-message", item=body.item[:60])
    keep_again(work, safe, heard, Subject(kind="recall", owner=heard.sender, id=body.id), body)
    work.connection.execute(
        delete(tables.recalled).where(r.source == heard.sender, r.item == body.item)
    )
    told = {
        "source": heard.sender,
        "item": body.item,
        "peer": peer,
        "kind": kind,
        "recall": body.id,
        "message": heard.message,
        "reason": body.reason,
        "asked": now,
        "changed": now,
        "outcome": "",
    }
    work.connection.execute(insert(tables.recalled).values(**told))


def _same(work: Work, item: str, only: frozenset[str]) -> Sequence[RowMapping]:
    """Return the messages with the same statement, including the given one.

    Raises:
        InputError: Not sent by this node, not recallable, or not sent to those peers.
        MissingError: No such message.
    """
    o, i, s = tables.outgoing.c, tables.incoming.c, tables.said_in.c
    said = select(s.said).where(s.message == item)
    beside = select(s.message).where(s.said.in_(said))
    wanted = select(tables.outgoing).where((o.id == item) | o.id.in_(beside)).order_by(o.number)
    found = work.connection.execute(wanted).mappings().all()
    if not found:
        if work.connection.execute(select(i.id).where(i.id == item)).first() is not None:
            raise InputError("store/only-sender-recalls", at=item[:60])
        raise MissingError("store/no-message", item=item[:60])
    if found[0]["kind"] in ALWAYS:
        raise InputError("store/not-recalled", kind=found[0]["kind"], at=item)
    these = [row for row in found if not only or row["peer"] in only]
    if not these:
        raise InputError("store/not-sent-to-these", at=item)
    return these


def _is_to_be_asked(work: Work, own: str, row: RowMapping) -> bool:
    """Return whether a message can still be recalled: an earlier recall may have been lost."""
    if row["state"] == "discarded":
        return False
    r, o = tables.recalled.c, tables.outgoing.c
    wanted = select(r.outcome, o.state).join_from(
        tables.recalled, tables.outgoing, r.message == o.id, isouter=True
    )
    before = work.connection.execute(wanted.where(r.source == own, r.item == row["id"])).first()
    return before is None or (not before[0] and before[1] in {"discarded", "refused"})


def _recall(work: Work, safe: bytes, own: str, row: RowMapping, why: Why) -> None:
    now = moment(stamp_of(work).at)
    left = row["state"] not in {"waiting", "held"}
    name = secrets.token_hex(_ID)
    message = ""
    if left:
        body = _body(name, row["id"], row["digest"], why)
        message = _ask(work, safe, own, row, body)
    else:
        _discard(work, row["number"])
    r = tables.recalled.c
    work.connection.execute(delete(tables.recalled).where(r.source == own, r.item == row["id"]))
    told = {
        "source": own,
        "item": row["id"],
        "peer": row["peer"],
        "kind": row["kind"],
        "recall": name,
        "message": message,
        "reason": why.reason,
        "asked": now,
        "changed": now,
        "outcome": "" if left else "never-left",
    }
    work.connection.execute(insert(tables.recalled).values(**told))
    record_change(
        work,
        "message recalled",
        {"peer": row["peer"], "message": row["id"], "reason": why.reason},
    )
    _project(work, safe, row["id"])
    if why.reason == "wrong-recipient":
        _tell_no_more(work, row)


def _ask(work: Work, safe: bytes, own: str, row: RowMapping, body: Recall) -> str:
    """Write the recall message, with the marking of the recalled one."""
    marking = msgspec.structs.replace(
        decode(row["marking"], Marking, "marking of a message"), group="", epoch=0
    )
    message = Message(
        kind="recall",
        body=msgspec.json.encode(body),
        marking=marking,
        thread=row["thread"],
        parent=row["id"],
    )
    name = write_message(work, safe, row["peer"], message)
    of = Subject(kind="recall", owner=own, id=body.id)
    keep_said(work, safe, spoken_here(work, own, name), of, body, names=[name])
    return name


def _discard(work: Work, number: int) -> None:
    """Discard messages not sent yet."""
    values = {"state": "discarded", "body": None, "changed": moment(stamp_of(work).at)}
    gone = update(tables.outgoing).where(tables.outgoing.c.number == number)
    work.connection.execute(gone.values(**values))


def _tell_no_more(work: Work, row: RowMapping) -> None:
    """Exclude recipients by mistake from the next version."""
    s, i, t = tables.said.c, tables.said_in.c, tables.said_to.c
    of = select(s.owner, s.subject).join(tables.said_in, i.said == s.number)
    for owner, subject in work.connection.execute(of.where(i.message == row["id"])).all():
        these = (t.owner == owner, t.subject == subject, t.peer == row["peer"])
        work.connection.execute(delete(tables.said_to).where(*these))


def _body(name: str, item: str, digest: str, why: Why) -> Recall:
    return Recall(
        id=name, item=item, digest=digest, reason=why.reason, basis=why.basis, note=why.note
    )


def _project(work: Work, safe: bytes, item: str) -> None:
    """Update the notice of a message, if it has one."""
    e = tables.notice_event.c
    for notice in (
        work.connection.execute(select(e.notice).where(e.message == item)).scalars().all()
    ):
        project_notice(work, safe, notice)


Standing = Literal[
    "never-left", "not-asked", "waiting", "asked", "destroyed", "kept-under-legal-hold", "not-held"
]
"""Status of a recall at one recipient: not sent yet, so discarded; recall discarded or rejected;
recall not sent yet, or on its way; delivered without an answer; or the answer."""


class Item(Record, frozen=True, kw_only=True):
    """A recallable message."""

    id: str
    peer: str
    at: str  # when written or received
    kind: str
    about: str  # incident, request, joint case or notice; "": none
    state: str


class Recalling(Record, frozen=True, kw_only=True):
    """A recalled message at one recipient."""

    item: str
    kind: str
    about: str
    source: str
    peer: str  # its recipient
    recall: Recall | None  # None: without a recall message
    reason: str
    asked: str  # time of the recall
    standing: Standing
    outcome: Outcome | None  # None: none received
    untold: int  # onward recipients who were not asked


def items(
    work: Work, *, came: bool = False, node: str = "", rows: int = 100, after: int = 0
) -> list[Item]:
    """Return recallable messages, latest first.

    Args:
        work: Any transaction.
        came: True: received; False: sent by this node.
        node: Only this peer; "": any.
        rows: Maximum number.
        after: Number of messages to skip.
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


class RecallFilter(Record, frozen=True, kw_only=True):
    """Selects recalls; "" selects all."""

    by: str = ""  # only recalls by this node id
    but: str = ""  # exclude recalls by this node id
    node: str = ""  # the other side


def recalls(
    work: Work, safe: bytes, wanted: RecallFilter, *, rows: int = 100, after: int = 0
) -> list[Recalling]:
    """Return recalls by peers and by this node, latest first.

    Args:
        work: Any transaction.
        safe: Key that encrypts the database, shape (32,).
        wanted: Which of them.
        rows: Maximum number.
        after: Number of recalls to skip.
    """
    r, o = tables.recalled.c, tables.outgoing.c
    state = select(o.state).where(o.id == r.message).scalar_subquery()
    asked = select(tables.recalled, state.label("state")).order_by(r.number.desc())
    asked = asked.limit(rows).offset(after)
    if wanted.by:
        asked = asked.where(r.source == wanted.by)
    if wanted.but:
        asked = asked.where(r.source != wanted.but)
    if wanted.node:
        asked = asked.where((r.source if wanted.but else r.peer) == wanted.node)
    found = work.connection.execute(asked).mappings().all()
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
    """Return the status of a recall at one recipient.

    Args:
        outcome: The answer; "": none.
        word: State of the recall message; None: received from a peer.
    """
    if outcome:
        return outcome  # type: ignore[return-value]
    if word in {"discarded", "refused"}:
        return "not-asked"
    return "waiting" if word in {"waiting", "held", "sealed"} else "asked"


def about(work: Work, message: str) -> str:
    """Return the subject of a message, as named by its owner; "": none."""
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
    """Return whether anything is kept under an expired hold."""
    until = recalling.outcome.until if recalling.outcome else None
    return recalling.standing == "kept-under-legal-hold" and until is not None and until < today
