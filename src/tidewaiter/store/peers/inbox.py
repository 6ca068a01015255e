"""Inbox: messages received, the result of each, and the receipt given."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, or_, select

from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.envelopes import Envelope
from tidewaiter.exchange.protocol.message_validation import Before, Taken
from tidewaiter.store.audit import moment, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import encode, plain
from tidewaiter.store.core.database import Work

CONTRADICTIONS = 1_000  # kept per peer


class Heard(Record, frozen=True, kw_only=True):
    """Sender, message and signing time of a statement."""

    sender: str
    to: str  # this node
    message: str
    at: str  # ISO 8601, UTC


class Arrived(Record, frozen=True, kw_only=True):
    """An accepted message with its number, and its receipt."""

    envelope: Envelope
    code: str  # reason of rejection; "": accepted
    receipt: str  # signed


def accepted_before(work: Work, node: str, envelopes: Sequence[Envelope]) -> Before:
    """Return the accepted messages with the same ids or numbers.

    Args:
        work: Any transaction.
        node: The peer.
        envelopes: The envelopes of one request.
    """
    i = tables.incoming.c
    ids = [each.header.id for each in envelopes]
    numbers = [each.header.seq for each in envelopes]
    wanted = select(i.id, i.seq, i.digest, i.signed, i.receipt).where(
        i.peer == node, or_(i.id.in_(ids), i.seq.in_(numbers))
    )
    found = work.connection.execute(wanted).all()
    taken = [
        (row.id, row.seq, Taken(digest=row.digest, signed=row.signed, receipt=row.receipt))
        for row in found
    ]
    return Before(
        by_id={name: each for name, _, each in taken},
        by_seq={number: each for _, number, each in taken},
    )


def keep_incoming(work: Work, node: str, arrived: Sequence[Arrived]) -> None:
    """Store messages with their receipts.

    Args:
        work: A write transaction.
        node: The peer.
        arrived: In order of their numbers.
    """
    now = moment(stamp_of(work).at)
    gone = _destroyed(work, node, [each.envelope.header.id for each in arrived])
    rows = [_row(node, each, now) for each in arrived]
    for row in rows:
        if row["id"] in gone:  # arrived together with its recall
            row |= {"box": None, "state": "recalled"}
    if rows:
        work.connection.execute(insert(tables.incoming), rows)


def keep_contradiction(work: Work, node: str, envelope: Envelope) -> bool:
    """Store a message that contradicts an accepted one; return whether it is new.

    The number kept per peer is limited: a few are proof enough, and a peer could send them without
    end.
    """
    row = {
        "peer": node,
        "message": plain(envelope.header.id),
        "seq": envelope.header.seq,
        "digest": envelope.digest,
        "signed": envelope.signed.text,
        "came": moment(stamp_of(work).at),
    }
    c = tables.contradiction.c
    known = select(c.id).where(c.peer == node, c.digest == envelope.digest)
    if work.connection.execute(known).first() is not None:
        return False
    counted = select(func.count()).where(c.peer == node)
    if work.connection.execute(counted).scalar_one() >= CONTRADICTIONS:
        return False
    work.connection.execute(insert(tables.contradiction).values(**row))
    return True


def _destroyed(work: Work, node: str, ids: Sequence[str]) -> set[str]:
    """Return which messages of a peer were recalled and destroyed."""
    r = tables.recalled.c
    these = (r.item.in_(ids), r.source == node, r.outcome == "destroyed")
    return set(work.connection.execute(select(r.item).where(*these)).scalars())


def _row(node: str, arrived: Arrived, now: str) -> dict[str, Any]:
    header = arrived.envelope.header
    return {
        "peer": node,
        "id": plain(header.id),
        "seq": header.seq,
        "digest": arrived.envelope.digest,
        "kind": plain(header.kind),
        "schema": header.schema,
        "thread": plain(header.thread),
        "parent": plain(header.parent),
        "marking": encode(header.marking),
        "iat": header.iat,
        "exp": header.exp,
        "state": "refused" if arrived.code else "processed",
        "code": arrived.code,
        "signed": arrived.envelope.signed.text,
        "box": arrived.envelope.box,
        "receipt": arrived.receipt,
        "came": now,
    }
