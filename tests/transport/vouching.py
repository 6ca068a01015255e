"""What messages that were taken prove, by the keys that their senders had and have."""

from sqlalchemy import select

from tidewaiter.exchange.evidence import Vouched, standing_of
from tidewaiter.exchange.protocol.envelopes import assemble
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import documents, peer_of


def vouched(work: Work, node: str, seq: int) -> Vouched:
    """Say what a message proves, by the number that its sender gave it."""
    i = tables.incoming.c
    wanted = select(i.signed, i.digest).where(i.peer == node, i.seq == seq)
    row = work.connection.execute(wanted).one()
    signed = assemble(row.signed, "").signed
    if row.digest != signed.digest:
        return "broken"
    return standing_of(signed, documents(work, node)[-1].read(), peer_of(work, node).untrusted, seq)
