"""Evidence: what can still be proved of a message, by the keys that its sender had and has."""

from collections.abc import Sequence

from sqlalchemy import select

from tidewaiter.base.errors import MissingError
from tidewaiter.exchange.envelopes import assemble, held_by_any
from tidewaiter.exchange.evidence import MessageEvidence, packed
from tidewaiter.store import tables
from tidewaiter.store.audit import moment
from tidewaiter.store.database import Stamp, Work
from tidewaiter.store.documents import documents
from tidewaiter.store.peers import peer_of


def evidence_of(
    work: Work, own: str, node: str, message: str, *, openers: Sequence[bytes], stamp: Stamp
) -> MessageEvidence:
    """Gather what proves a message that came from a peer, or went to it.

    Args:
        work: Any.
        own: The name of this node.
        node: The peer.
        message: Its id.
        openers: Keys that open boxes, each of shape (32,).
        stamp: When it is gathered.

    Raises:
        MissingError: There is no such message, or it has not left yet.
    """
    known, i, o = peer_of(work, node), tables.incoming.c, tables.outgoing.c
    ours, theirs = tuple(documents(work, own)), tuple(documents(work, node))
    came = select(i.signed, i.box, i.receipt).where(i.peer == node, i.id == message)
    row = work.connection.execute(came).first()
    if row is not None:
        held = held_by_any(assemble(row.signed, row.box), openers) if row.box else None
        return MessageEvidence(
            made=moment(stamp.at),
            signed=row.signed,
            held=packed(held),
            receipt=row.receipt,
            sender=theirs,
            recipient=ours,
            untrusted=known.untrusted,
        )
    went = select(o.signed, o.receipt).where(o.peer == node, o.id == message, o.signed.is_not(None))
    sent = work.connection.execute(went).first()
    if sent is None:
        raise MissingError(f'no message "{message[:40]}" came from this peer, or went to it')
    # The salt of what this node sealed is in the box alone, which the peer opens.
    return MessageEvidence(
        made=moment(stamp.at),
        signed=sent.signed,
        held="",
        receipt=sent.receipt or "",
        sender=ours,
        recipient=theirs,
        untrusted={},
    )
