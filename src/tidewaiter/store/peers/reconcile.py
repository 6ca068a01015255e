"""Reconciliation after a restored backup: messages that a peer has and this database lacks.

The peer's copies are signed by this node itself, so they are trusted; messages sealed here under
the same numbers can never be accepted there.

Peers hold receipts of this node for messages that it no longer knows, and send these again. Until
then no content from peers is shown: some may have been recalled and destroyed since the backup
was made, and the backup still contains it.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, or_, select, update

from tidewaiter.base.errors import ConflictError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.envelopes import Envelope
from tidewaiter.exchange.protocol.receipts import SignedReceipt
from tidewaiter.exchange.protocol.signing import lock, unlock
from tidewaiter.store.audit import Details, audit_size, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import encode
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import Known, peer_of

DESTROYED = "-"  # placeholder for a destroyed box
FORGED = "forged"
"""Code of a message that a thief of this node's keys may have sent."""
REGAINED = "regained"
"""Code of a message with recovered content, about which nothing else is known yet."""
_NONCE = 12  # bytes


class Regained(Record, frozen=True, kw_only=True):
    """A message of this node as held by a peer."""

    envelope: Envelope
    receipt: SignedReceipt
    body: bytes | None = None  # as signed; None: not returned by the peer
    forged: bool = False  # possibly written by a thief of this node's keys


class HeldLine(Record, frozen=True, kw_only=True):
    """A message accepted from a peer, as returned to it."""

    signed: str
    box: str  # "-": destroyed
    receipt: str
    came: str  # ISO 8601, UTC


def held_of(work: Work, node: str, *, after: int, most: int) -> list[HeldLine]:
    """Return the messages accepted from a peer, in order.

    Args:
        work: Any transaction.
        node: The peer.
        after: Number before the first.
        most: Maximum characters, exceeded only by a single message.
    """
    i = tables.incoming.c
    wanted = select(i.signed, i.box, i.receipt, i.came).where(i.peer == node, i.seq > after)
    lines, size = list[HeldLine](), 0
    for row in work.connection.execute(wanted.order_by(i.seq).limit(64)):
        box = row.box or DESTROYED
        size += len(row.signed) + len(box) + len(row.receipt) + 2
        if lines and size > most:
            break
        lines.append(HeldLine(signed=row.signed, box=box, receipt=row.receipt, came=row.came))
    return lines


def shown_receipts(work: Work, node: str, *, after: int, most: int) -> tuple[str, list[str]]:
    """Return receipts of a peer that it may have lost: its last, and those after a number.

    Args:
        work: Any transaction.
        node: The peer.
        after: Number of the last message that it reports.
        most: Maximum characters, not counting the last.
    """
    o = tables.outgoing.c
    given = select(o.receipt).where(o.peer == node, o.seq.is_not(None), o.receipt.is_not(None))
    last = work.connection.execute(given.order_by(o.seq.desc()).limit(1)).scalar()
    texts, size = list[str](), 0
    later = given.where(o.seq > after).order_by(o.seq).limit(64)
    for text in work.connection.execute(later).scalars():
        size += len(text)
        if size > most:
            break
        texts.append(text)
    return last or "", texts


def digest_at(work: Work, node: str, seq: int) -> str:
    """Return the digest of the message to a peer with a number; "": none."""
    o = tables.outgoing.c
    found = select(o.digest).where(o.peer == node, o.seq == seq)
    return str(work.connection.execute(found).scalar() or "")


def receipted_to(work: Work, known: Known) -> int:
    """Return the number up to which every message to a peer is receipted."""
    o = tables.outgoing.c
    first = select(func.min(o.seq)).where(o.peer == known.node, o.state == "sealed")
    found = work.connection.execute(first).scalar()
    return known.sealed if found is None else int(found) - 1


def regain(work: Work, safe: bytes, node: str, messages: Sequence[Regained]) -> int:
    """Store messages of this node as held by a peer; return how many were unknown.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        node: The peer.
        messages: Verified, in order of their numbers.
    """
    other = [
        each
        for each in messages
        if digest_at(work, node, each.envelope.header.seq) != each.envelope.digest
    ]
    if not other:
        return 0
    _unseal(work, node, other[0].envelope.header.seq)
    for each in other:
        _place(work, safe, node, each)
    last = other[-1].envelope
    values = {"sealed": last.header.seq, "sealed_head": last.digest}
    work.connection.execute(update(tables.peer).where(tables.peer.c.node == node).values(**values))
    told: Details = {"peer": node, "messages": len(other), "last": last.digest}
    record_change(work, "messages regained", told)
    if forged := sum(each.forged for each in other):
        record_change(work, "messages forged", {"peer": node, "messages": forged})
    return len(other)


def _unseal(work: Work, node: str, first: int) -> None:
    """Remove messages from numbers that differ at the peer; they wait again."""
    o = tables.outgoing.c
    these = (o.peer == node, o.seq >= first)
    empty = dict.fromkeys(("seq", "digest", "signed", "box"))
    values = {**empty, "state": "waiting", "changed": moment(stamp_of(work).at)}
    done = work.connection.execute(update(tables.outgoing).where(*these).values(**values))
    if done.rowcount:
        record_change(work, "messages unsealed", {"peer": node, "messages": done.rowcount})


def regained_bodies(work: Work, safe: bytes, node: str) -> list[tuple[str, bytes]]:
    """Return recovered messages not yet processed: signed text and content.

    Args:
        work: Any transaction.
        safe: Key that encrypts the database, shape (32,).
        node: The recipient.
    """
    o = tables.outgoing.c
    wanted = select(o.signed, o.body).where(o.peer == node, o.code == REGAINED, o.body.is_not(None))
    found = work.connection.execute(wanted.order_by(o.seq)).all()
    return [(row.signed, unlock(row.body, safe)) for row in found]


def carried_out(work: Work, message: str) -> None:
    """Record that the content of a message is in this database again."""
    o = tables.outgoing.c
    work.connection.execute(update(tables.outgoing).where(o.id == message).values(code=""))


def _place(work: Work, safe: bytes, node: str, each: Regained) -> None:
    header, receipt = each.envelope.header, each.receipt
    now = moment(stamp_of(work).at)
    row: dict[str, Any] = {
        "seq": header.seq,
        "digest": each.envelope.digest,
        "signed": each.envelope.signed.text,
        "box": each.envelope.box or None,
        "state": receipt.receipt.state,
        "code": FORGED if each.forged else receipt.receipt.code,
        "receipt": receipt.signed.text,
        "changed": now,
    }
    o = tables.outgoing.c
    same = update(tables.outgoing).where(o.peer == node, o.id == header.id).values(**row)
    if work.connection.execute(same).rowcount:
        return
    # Written after the backup: only the peer had its content.
    body = None if each.body is None else lock(each.body, safe, secrets.token_bytes(_NONCE))
    if body is not None and not row["code"]:
        row["code"] = REGAINED
    row |= {
        "id": header.id,
        "peer": node,
        "kind": header.kind,
        "schema": header.schema,
        "thread": header.thread,
        "parent": header.parent,
        "marking": encode(header.marking),
        "iat": header.iat,
        "exp": header.exp,
        "body": body,
        "made": moment(datetime.fromtimestamp(header.iat, UTC)),
    }
    work.connection.execute(insert(tables.outgoing).values(**row))


def caught_up(work: Work, node: str, have: int) -> None:
    """Record what a peer reported to have; missing messages are resent."""
    known = peer_of(work, node)
    if known.told != have <= known.sealed:
        p = tables.peer.c
        work.connection.execute(update(tables.peer).where(p.node == node).values(told=have))


UNASKED = -1  # placeholder for a message number
_MET = ("active", "frozen")  # a frozen peer is asked when the relation is active again


class Missing(Record, frozen=True, kw_only=True):
    """Messages from a peer that this node has lost."""

    node: str
    name: str
    messages: int | None  # still missing; None: the peer was not asked yet


def mark_restored(work: Work) -> int:
    """Record that this database was restored from a backup; return the number of peers to ask.

    Args:
        work: A write transaction.
    """
    p, now = tables.peer.c, moment(stamp_of(work).at)
    these = update(tables.peer).where(p.standing.in_(_MET))
    asked = work.connection.execute(these.values(owed=UNASKED, due=now, tries=0)).rowcount
    record_change(work, "node restored", {"peers": asked})
    return asked


def note_receipts(work: Work, node: str, receipts: list[SignedReceipt]) -> int:
    """Record what a peer's receipts of this node state; return the number of missing messages.

    Args:
        work: A write transaction.
        node: The peer that presented them.
        receipts: Of this node, verified.
    """
    known = peer_of(work, node)
    owed = max((each.receipt.have for each in receipts), default=0)
    missing = max(0, owed - known.have)
    if known.owed == UNASKED or (missing and owed > known.owed):
        _owe(work, node, owed)
        size = max((each.receipt.size for each in receipts), default=0)
        told: Details = {
            "peer": node,
            "messages": missing,
            "entries": max(0, size - audit_size(work)),
        }
        record_change(work, "older state found" if missing else "nothing is missing", told)
    return missing


def missing_from(known: Known) -> int | None:
    """Count the messages from a peer that this node has lost; None: not asked yet."""
    return None if known.owed == UNASKED else max(0, known.owed - known.have)


def missing(work: Work) -> list[Missing]:
    """Return the peers with messages that this node has lost, or may have.

    Includes peers frozen or ended since, as their earlier recalls are missing too: freezing a peer
    must not reveal recalled content. Who may decide otherwise, see `go_on_without`.
    """
    p = tables.peer.c
    wanted = select(p.node, p.name, p.owed, p.have).where(or_(p.owed == UNASKED, p.owed > p.have))
    found = work.connection.execute(wanted.order_by(p.name)).mappings()
    return [Missing(node=row["node"], name=row["name"], messages=_count(row)) for row in found]


def go_on_without(work: Work, node: str) -> Known:
    """Stop waiting for a peer's messages: it is unreachable, or does not send them.

    Args:
        work: A write transaction.
        node: The peer.

    Raises:
        ConflictError: None of its messages is missing.
        MissingError: No such peer.
    """
    known = peer_of(work, node)
    if missing_from(known) == 0:
        raise ConflictError("store/nothing-missing", name=known.name)
    _owe(work, node, known.have)
    left = max(0, known.owed - known.have)
    record_change(work, "went on without", {"peer": node, "messages": left})
    return peer_of(work, node)


def check_complete(work: Work) -> None:
    """Check that this node has all messages that it once received.

    Raises:
        ConflictError: It was restored from a backup, and peers have not resent everything yet.
    """
    found = missing(work)
    if not found:
        return
    first = ", ".join(each.name for each in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    raise ConflictError("store/restored-from-older-state", first=first, more=more)


_NAMED = 3  # peers named in the message


def _count(row: RowMapping) -> int | None:
    return None if row["owed"] == UNASKED else int(row["owed"] - row["have"])


def _owe(work: Work, node: str, owed: int) -> None:
    p = tables.peer.c
    work.connection.execute(update(tables.peer).where(p.node == node).values(owed=owed))
