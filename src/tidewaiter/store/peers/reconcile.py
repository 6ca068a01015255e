"""Regaining: messages of this node that a peer has and this database has not, or has otherwise.

So it is after the database was restored from an old copy. What the peer has is signed by this node
itself, so it is believed; what was sealed here in the place of it can never be taken there.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from tidewaiter.base.records import Record
from tidewaiter.exchange.envelopes import Envelope
from tidewaiter.exchange.receipts import SignedReceipt
from tidewaiter.exchange.signing import lock, unlock
from tidewaiter.store import tables
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import encode
from tidewaiter.store.peers import Known, peer_of

DESTROYED = "-"  # what is sent for a box that is gone
FORGED = "forged"
"""Code of a message that somebody may have sent in the name of this node, who had its keys."""
REGAINED = "regained"
"""Code of a message whose content came back, and of which nothing else is known here yet."""
_NONCE = 12  # bytes


class Regained(Record, frozen=True, kw_only=True):
    """A message of this node as a peer has it."""

    envelope: Envelope
    receipt: SignedReceipt
    body: bytes | None = None  # as it was signed; None: the peer has not given it
    forged: bool = False  # somebody who had this node's keys may have written it


class HeldLine(Record, frozen=True, kw_only=True):
    """A message that was taken from a peer, as it is shown to it."""

    signed: str
    box: str  # "-": it is gone
    receipt: str
    came: str  # ISO 8601, UTC


def held_of(work: Work, node: str, *, after: int, most: int) -> list[HeldLine]:
    """Return what was taken from a peer, in order.

    Args:
        work: Any.
        node: The peer.
        after: The number before the first.
        most: Characters, unless one message alone has more.
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
    """Return receipts of a peer, which it may have forgotten: its last, and those after a number.

    Args:
        work: Any.
        node: The peer.
        after: The number of the last message that it says to have.
        most: Characters of all but the last.
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
    """Return the digest of the message to a peer of some number; "": there is none."""
    o = tables.outgoing.c
    found = select(o.digest).where(o.peer == node, o.seq == seq)
    return str(work.connection.execute(found).scalar() or "")


def receipted_to(work: Work, known: Known) -> int:
    """Return the number up to which every message to a peer has its receipt."""
    o = tables.outgoing.c
    first = select(func.min(o.seq)).where(o.peer == known.node, o.state == "sealed")
    found = work.connection.execute(first).scalar()
    return known.sealed if found is None else int(found) - 1


def regain(work: Work, safe: bytes, node: str, messages: Sequence[Regained]) -> int:
    """Write down messages of this node as a peer has them; return how many were not known so.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        node: The peer.
        messages: Checked, in the order of their numbers.
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
    """Take messages out of places in the chain that are others' at the peer; they wait again."""
    o = tables.outgoing.c
    these = (o.peer == node, o.seq >= first)
    empty = dict.fromkeys(("seq", "digest", "signed", "box"))
    values = {**empty, "state": "waiting", "changed": moment(stamp_of(work).at)}
    done = work.connection.execute(update(tables.outgoing).where(*these).values(**values))
    if done.rowcount:
        record_change(work, "messages unsealed", {"peer": node, "messages": done.rowcount})


def regained_bodies(work: Work, safe: bytes, node: str) -> list[tuple[str, bytes]]:
    """Return messages whose content came back and was not acted on: signed text and content.

    Args:
        work: Any.
        safe: What locks the database, shape (32,).
        node: The peer to whom they went.
    """
    o = tables.outgoing.c
    wanted = select(o.signed, o.body).where(o.peer == node, o.code == REGAINED, o.body.is_not(None))
    found = work.connection.execute(wanted.order_by(o.seq)).all()
    return [(row.signed, unlock(row.body, safe)) for row in found]


def carried_out(work: Work, message: str) -> None:
    """Note that what a message says stands in this database again."""
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
    # It was written after the copy was made: its content was with the peer alone.
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
    """Write down what a peer has, as it said when it was asked; less than before is sent again."""
    known = peer_of(work, node)
    if known.told != have <= known.sealed:
        p = tables.peer.c
        work.connection.execute(update(tables.peer).where(p.node == node).values(told=have))
