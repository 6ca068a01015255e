"""The outbox: messages written, sealed, sent and receipted; held back, released or discarded.

A message has no place in the chain until it is sealed, so what is held back can be discarded
without a trace there. What is sealed may have been sent, and may have come: it stays as it is, and
is sent again as it is.
"""

import secrets
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, Literal

from sqlalchemy import RowMapping, bindparam, func, insert, or_, select, update

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.envelopes import MOST_BODY, Draft, Envelope, message_id
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.protocol.receipts import SignedReceipt
from tidewaiter.exchange.protocol.relations import ALWAYS, CONTROL
from tidewaiter.exchange.protocol.signing import lock, unlock
from tidewaiter.store.audit import Details, moment, record_changes, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import decode, encode
from tidewaiter.store.core.database import Work
from tidewaiter.store.evidence import witness
from tidewaiter.store.peers.directory import Known, end_wait, judged_by, peer_of

State = Literal["waiting", "held", "sealed", "processed", "refused", "recalled", "discarded"]

_NONCE = 12  # bytes
_RANDOM = 10  # bytes


class Message(Record, frozen=True, kw_only=True):
    """What is to be told."""

    kind: str
    schema: int = 1
    body: bytes  # JSON
    marking: Marking = Marking(tlp="amber")
    thread: str = ""  # id of the message that it began with; "": with this one
    parent: str = ""  # id of the message that it answers
    days: int = 400  # for which it can be acted on


class Waiting(Record, frozen=True, kw_only=True):
    """A message that is to be sealed."""

    number: int
    draft: Draft


class Sealed(Record, frozen=True, kw_only=True):
    """A message that was sealed, as it travels."""

    id: str
    seq: int
    digest: str
    line: str


def write_message(work: Work, safe: bytes, node: str, message: Message) -> str:
    """Write a message to a peer; it is sent when this work is kept, or held back.

    Args:
        work: Begun with a stamp: that of what the message tells.
        safe: What locks the database, shape (32,).
        node: The peer.
        message: What is told.

    Returns:
        Its id.

    Raises:
        InputError: It is too long for a message, or is not to be told to this peer.
        MissingError: There is no such peer.
    """
    at = stamp_of(work).at
    known = peer_of(work, node)
    _check(known, judged_by(work, known).document, message)
    free = known.relation.standing == "active" or message.kind in CONTROL
    name = message_id(int(at.timestamp() * 1000), secrets.token_bytes(_RANDOM))
    now = int(at.timestamp())
    row = {
        "id": name,
        "peer": node,
        "kind": message.kind,
        "schema": message.schema,
        "thread": message.thread or name,
        "parent": message.parent,
        "marking": encode(message.marking),
        "iat": now,
        "exp": now + message.days * 86_400,
        "state": "waiting" if free else "held",
        "code": "",
        "body": lock(message.body, safe, secrets.token_bytes(_NONCE)),
        "made": moment(at),
        "changed": moment(at),
    }
    work.connection.execute(insert(tables.outgoing).values(**row))
    record_changes(work, [("message written", {"peer": node, "message": name})])
    if message.kind in ALWAYS:
        end_wait(work, node)  # a freeze, a recall or another key is for now, not for the next turn
    return name


def _check(known: Known, document: Document, message: Message) -> None:
    if len(message.body) > MOST_BODY:
        raise InputError("store/message-too-long", most_body=MOST_BODY, at=message.kind)
    if not document.takes(message.kind, message.schema):
        raise InputError("store/kind-not-known-to-peer", node=known.node, kind=message.kind)
    if not known.relation.scope.sends(message.kind, message.marking.tlp):
        kind, tlp = message.kind, message.marking.tlp
        raise InputError("store/not-for-the-peer", kind=kind, tlp=tlp, node=known.node)


def waiting_for(work: Work, safe: bytes, node: str, *, control: bool, rows: int) -> list[Waiting]:
    """Return messages that are to be sealed, the oldest first.

    Args:
        work: Any.
        safe: What locks the database.
        node: The peer.
        control: Only such as pass while a relation is frozen.
        rows: How many at most.
    """
    o = tables.outgoing.c
    wanted = select(tables.outgoing).where(o.peer == node, o.state == "waiting")
    if control:
        wanted = wanted.where(o.kind.in_(CONTROL))
    found = work.connection.execute(wanted.order_by(o.number).limit(rows)).mappings()
    return [Waiting(number=row["number"], draft=_draft(row, safe)) for row in found]


def keep_sealed(work: Work, node: str, sealed: Sequence[tuple[Waiting, Envelope]]) -> None:
    """Keep messages as they were sealed: from now on they are what they are.

    Args:
        work: Begun with a stamp.
        node: The peer.
        sealed: In the order of their numbers.
    """
    now = moment(stamp_of(work).at)
    rows = [
        {
            "_number": each.number,
            "state": "sealed",
            "seq": made.header.seq,
            "digest": made.digest,
            "signed": made.signed.text,
            "box": made.box,
            "changed": now,
        }
        for each, made in sealed
    ]
    o, p = tables.outgoing.c, tables.peer.c
    work.connection.execute(update(tables.outgoing).where(o.number == bindparam("_number")), rows)
    last = sealed[-1][1]
    done = {"sealed": last.header.seq, "sealed_head": last.digest}
    work.connection.execute(update(tables.peer).where(p.node == node).values(**done))
    changes: list[tuple[str, Details]] = [
        ("message sealed", {"peer": node, "message": made.header.id, "digest": made.digest})
        for _, made in sealed
    ]
    record_changes(work, changes)


def is_under_way(work: Work, node: str) -> bool:
    """Say whether something that was sealed for a peer has no receipt."""
    o = tables.outgoing.c
    wanted = select(o.number).where(o.peer == node, o.state == "sealed").limit(1)
    return work.connection.execute(wanted).first() is not None


def to_send(work: Work, known: Known, *, rows: int) -> list[Sealed]:
    """Return what was sealed and has no receipt, or what the peer says it does not have.

    While the relation is not active nothing leaves but what tells of that, and of it only what the
    peer can take: it does not pass by messages that were sealed before. Once it has ended nothing
    does.

    Args:
        work: Any.
        known: The peer, as it stands now.
        rows: How many at most.
    """
    if known.relation.standing in {"none", "ended"}:
        return []
    o = tables.outgoing.c
    wanted = select(o.id, o.seq, o.digest, o.kind, o.signed, o.box).where(
        o.peer == known.node, o.seq.is_not(None), or_(o.state == "sealed", o.seq > known.told)
    )
    found = list(work.connection.execute(wanted.order_by(o.seq).limit(rows)).all())
    if known.relation.standing != "active":
        found = list(takewhile(lambda each: each.kind in CONTROL, found))
    return [
        Sealed(id=each.id, seq=each.seq, digest=each.digest, line=f"{each.signed} {each.box}")
        for each in found
    ]


def keep_receipts(work: Work, node: str, receipts: Sequence[SignedReceipt]) -> None:
    """Keep receipts that were checked; the first of a message counts, and stays.

    Args:
        work: Begun with a stamp.
        node: The peer that gave them.
        receipts: For good; not of what was turned away.
    """
    now, o = moment(stamp_of(work).at), tables.outgoing.c
    rows = [
        {
            "_id": each.receipt.id,
            "state": each.receipt.state,
            "code": each.receipt.code,
            "receipt": each.signed.text,
            "changed": now,
        }
        for each in receipts
    ]
    if not rows:
        return
    first = update(tables.outgoing).where(
        o.id == bindparam("_id"), o.peer == node, o.state == "sealed"
    )
    work.connection.execute(first, rows)
    digest = receipts[-1].signed.digest
    record_changes(work, [("receipts kept", {"peer": node, "receipts": len(rows), "last": digest})])


def heard_from(work: Work, node: str, receipts: Sequence[SignedReceipt]) -> None:
    """Note what the receipts of a peer say of itself: what it has, and how long its log is.

    A receipt that was given before says what it had then; only where a message came too early does
    the peer have less than it once said: it was restored from a copy.
    """
    told, now, p = [each.receipt for each in receipts], moment(stamp_of(work).at), tables.peer.c
    early = [each.have for each in told if each.code == "early"]
    have = min(early) if early else max(peer_of(work, node).told, *(each.have for each in told))
    values: dict[str, Any] = {"told": have, "heard": now, "due": now, "tries": 0, "trouble": ""}
    last = max(told, key=lambda each: each.size)
    if last.size:
        values |= {"log_size": last.size, "log_root": last.root}
        witness(work, node, receipts)
    work.connection.execute(update(tables.peer).where(p.node == node).values(**values))


def failed_with(work: Work, node: str, *, tries: int, due: str, trouble: str) -> None:
    """Note that a peer could not be reached, and when it is tried again."""
    p = tables.peer.c
    values = {"tries": tries, "due": due, "trouble": trouble[:500]}
    work.connection.execute(update(tables.peer).where(p.node == node).values(**values))


def first_since(work: Work, node: str, since: str) -> int:
    """Return the number of the first message to a peer that was written from a moment on.

    Args:
        work: Any.
        node: The peer.
        since: The moment, as `moment` writes it; "": none was, but the next will be.
    """
    o = tables.outgoing.c
    wanted = select(func.min(o.seq)).where(o.peer == node, o.made >= since)
    found = work.connection.execute(wanted).scalar() if since else None
    return int(found or peer_of(work, node).sealed + 1)


def count_outgoing(work: Work, node: str) -> dict[str, int]:
    """Count the messages to a peer by state."""
    o = tables.outgoing.c
    counted = select(o.state, func.count()).where(o.peer == node).group_by(o.state)
    return {state: int(count) for state, count in work.connection.execute(counted).all()}


def count_again(work: Work, known: Known) -> int:
    """Count the messages that a peer has receipted and no longer has: it was restored from a copy.

    Args:
        work: Any.
        known: The peer, as it stands now.
    """
    o = tables.outgoing.c
    these = (o.peer == known.node, o.seq > known.told, o.receipt.is_not(None))
    return int(work.connection.execute(select(func.count()).where(*these)).scalar_one())


def _draft(row: RowMapping, safe: bytes) -> Draft:
    marking = decode(row["marking"], Marking, f"marking of {row['id']}")
    return Draft(
        id=row["id"],
        kind=row["kind"],
        schema=row["schema"],
        thread=row["thread"],
        parent=row["parent"],
        marking=marking,
        iat=row["iat"],
        exp=row["exp"],
        body=unlock(row["body"], safe),
    )


def hold_back(work: Work, node: str) -> int:
    """Hold back what is not sealed yet; return how many messages."""
    return _switch(work, node, "waiting", "held", "messages held")


def release(work: Work, node: str) -> int:
    """Let go what was held back; return how many messages."""
    return _switch(work, node, "held", "waiting", "messages released")


def discard(work: Work, node: str) -> int:
    """Discard what was held back, and destroy what it said; return how many messages."""
    o = tables.outgoing.c
    gone = update(tables.outgoing).where(o.peer == node, o.state == "held").values(body=None)
    work.connection.execute(gone)
    return _switch(work, node, "held", "discarded", "messages discarded")


def discard_one(work: Work, node: str, message: str) -> None:
    """Discard one message that was held back, and destroy what it said.

    Raises:
        MissingError: No message of that id is held back for the peer.
    """
    o = tables.outgoing.c
    this = (o.peer == node, o.state == "held", o.id == message, o.kind.not_in(CONTROL))
    values = {"state": "discarded", "body": None, "changed": moment(stamp_of(work).at)}
    done = work.connection.execute(update(tables.outgoing).where(*this).values(**values))
    if not done.rowcount:
        raise MissingError("store/no-message-held-back", message=message[:40])
    record_changes(work, [("messages discarded", {"peer": node, "message": message})])


def discard_for_group(work: Work, node: str, group: str) -> int:
    """Discard what was written to a peer as a member of a group, and is not sealed yet.

    Returns:
        How many messages.
    """
    o = tables.outgoing.c
    waits = (o.peer == node, o.state.in_(("waiting", "held")))
    found = work.connection.execute(select(o.number, o.marking).where(*waits)).all()
    these = [
        row.number
        for row in found
        if decode(row.marking, Marking, "marking of a message").group == group
    ]
    if these:
        rows = [{"_number": number} for number in these]
        gone = update(tables.outgoing).where(o.number == bindparam("_number"))
        now = moment(stamp_of(work).at)
        work.connection.execute(gone.values(state="discarded", body=None, changed=now), rows)
        told: Details = {"peer": node, "group": group, "messages": len(these)}
        record_changes(work, [("messages discarded", told)])
    return len(these)


def _switch(work: Work, node: str, before: State, after: State, action: str) -> int:
    """Change the state of messages, but of those that pass in any case."""
    o = tables.outgoing.c
    now = moment(stamp_of(work).at)
    these = (o.peer == node, o.state == before, o.kind.not_in(CONTROL))
    done = work.connection.execute(
        update(tables.outgoing).where(*these).values(state=after, changed=now)
    )
    if done.rowcount:
        record_changes(work, [(action, {"peer": node, "messages": done.rowcount})])
    return done.rowcount
