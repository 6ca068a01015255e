"""Evidence: what can still be proved of a message, by the keys that its sender had and has."""

from typing import Literal

from sqlalchemy import select

from tidewaiter.base.errors import MissingError
from tidewaiter.exchange.envelopes import assemble
from tidewaiter.exchange.signing import is_signed_by
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.peers import documents, peer_of

Vouched = Literal["holds", "untrusted", "broken"]
"""It is what the sender signed; it is, by a key that may have been another's; it was changed."""


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
    key = documents(work, node)[-1].read().key_of(signed.kid)
    if key is None or row.digest != signed.digest or not is_signed_by(signed, key.public):
        return "broken"
    if key.state == "revoked" and seq >= peer_of(work, node).untrusted.get(key.name, 0):
        return "untrusted"
    return "holds"
