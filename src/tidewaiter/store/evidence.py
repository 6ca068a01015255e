"""Evidence: what can still be proved of a message, by the keys that its sender had and has."""

from collections.abc import Sequence

from sqlalchemy import select

from tidewaiter.base.errors import MissingError
from tidewaiter.exchange.envelopes import assemble, held_by_any
from tidewaiter.exchange.evidence import MessageEvidence, Vouched, packed, standing_of
from tidewaiter.store import tables
from tidewaiter.store.audit import moment
from tidewaiter.store.database import Stamp, Work
from tidewaiter.store.documents import documents
from tidewaiter.store.peers import peer_of


def vouched(work: Work, node: str, seq: int) -> Vouched:
    """Say what a message that was taken proves.

    Args:
        work: Any.
        node: Its sender.
        seq: Its number.

    Raises:
        MissingError: There is no such message.
    """
    i = tables.incoming.c
    wanted = select(i.signed, i.digest).where(i.peer == node, i.seq == seq)
    row = work.connection.execute(wanted).first()
    if row is None:
        raise MissingError(f"there is no message {seq} of {node[:60]}")
    signed = assemble(row.signed, "").signed
    if row.digest != signed.digest:
        return "broken"
    return standing_of(signed, documents(work, node)[-1].read(), peer_of(work, node).untrusted, seq)


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
            made=moment(stamp.at), signed=row.signed, held=packed(held), receipt=row.receipt,
            sender=theirs, recipient=ours, untrusted=known.untrusted,
        )  # fmt: skip
    went = select(o.signed, o.receipt).where(o.peer == node, o.id == message, o.signed.is_not(None))
    sent = work.connection.execute(went).first()
    if sent is None:
        raise MissingError(f'no message "{message[:40]}" came from this peer, or went to it')
    # The salt of what this node sealed is in the box alone, which the peer opens.
    return MessageEvidence(
        made=moment(stamp.at), signed=sent.signed, held="", receipt=sent.receipt or "", sender=ours,
        recipient=theirs, untrusted={},
    )  # fmt: skip
