"""Vouching: which messages of a peer may be another's, who had its keys for a time.

They stay where they are, as they were taken and receipted; who reads them is told.
"""

from sqlalchemy import select

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.signing import take_apart
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.peers import Known, judged_by


class Doubted(Record, frozen=True, kw_only=True):
    """A message that is signed with a key that its sender has revoked or disowned."""

    id: str
    kind: str
    seq: int
    came: str  # ISO 8601, UTC


def doubted_messages(work: Work, known: Known) -> list[Doubted]:
    """Return the messages of a peer that may be another's, in order.

    Args:
        work: Any.
        known: The peer, as it stands now.
    """
    keys = doubted_keys(work, known)
    if not keys:
        return []
    i = tables.incoming.c
    wanted = select(i.id, i.kind, i.seq, i.came, i.signed).where(
        i.peer == known.node, i.seq >= min(keys.values())
    )
    return [
        Doubted(id=row.id, kind=row.kind, seq=row.seq, came=row.came)
        for row in work.connection.execute(wanted.order_by(i.seq))
        if row.seq >= keys.get(kid_of(row.signed), row.seq + 1)
    ]


def doubted_keys(work: Work, known: Known) -> dict[str, int]:
    """Return the keys of a peer that are not trusted, by `kid`: from which message on.

    Args:
        work: Any.
        known: The peer, as it stands now.
    """
    document = judged_by(work, known).document
    signing = [key for key in document.keys if key.use == "sign"]
    revoked = {key.name: 0 for key in signing if key.state == "revoked"}
    names = {key.name for key in document.keys}
    disowned = {name: seq for name, seq in known.untrusted.items() if name not in names}
    told = {name: known.untrusted.get(name, seq) for name, seq in revoked.items()}
    return {f"{document.node}#{name}": seq for name, seq in (told | disowned).items()}


def kid_of(signed: str) -> str:
    """Return by which key a text says to be signed; "": it says nothing that can be read."""
    try:
        return take_apart(signed).kid
    except InputError:
        return ""
