"""Between: what lies between this node and a peer, as people look at it."""

from sqlalchemy import func, select

from tidewaiter.base.records import Record
from tidewaiter.exchange.markings import Marking, Tlp
from tidewaiter.exchange.signing import unlock
from tidewaiter.store import tables
from tidewaiter.store.conversations import MESSAGE, text_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import decode

UNSETTLED = ("waiting", "held", "sealed")
"""States of messages of which nobody knows yet what becomes of them."""


class Item(Record, frozen=True, kw_only=True):
    """A message that is held back."""

    id: str
    kind: str
    tlp: Tlp
    made: str  # ISO 8601, UTC
    text: str | None  # what someone wrote, of a message from people to people


class Contradiction(Record, frozen=True, kw_only=True):
    """A peer has signed two things in one place: what it signed second."""

    message: str  # id
    seq: int
    digest: str
    first: str  # digest of what was taken; "": it is not there any more
    came: str  # ISO 8601, UTC


class Kept(Record, frozen=True, kw_only=True):
    """A document of a node, and when it came."""

    number: int
    came: str  # ISO 8601, UTC


def count_unsettled(work: Work, node: str) -> dict[str, int]:
    """Count the messages to a peer of which nothing is known yet, by state."""
    o = tables.outgoing.c
    these = (o.peer == node, o.state.in_(UNSETTLED))
    found = work.connection.execute(select(o.state, func.count()).where(*these).group_by(o.state))
    return {state: int(count) for state, count in found}


def waits_since(work: Work, node: str) -> str:
    """Return when the oldest message was written that goes to a peer and is not receipted.

    Returns:
        A moment in ISO 8601; "": there is none. What is held back here waits for nobody there.
    """
    o = tables.outgoing.c
    wanted = select(func.min(o.made)).where(o.peer == node, o.state.in_(("waiting", "sealed")))
    return str(work.connection.execute(wanted).scalar() or "")


def held_items(work: Work, node: str, safe: bytes, *, rows: int = 500) -> list[Item]:
    """Return the messages to a peer that are held back, the oldest first.

    Args:
        work: Any.
        node: The peer.
        safe: What locks the database, shape (32,).
        rows: How many at most.
    """
    o = tables.outgoing.c
    wanted = select(o.id, o.kind, o.marking, o.made, o.body).where(
        o.peer == node, o.state == "held"
    )
    return [
        Item(
            id=row.id,
            kind=row.kind,
            made=row.made,
            tlp=decode(row.marking, Marking, f"marking of {row.id}").tlp,
            text=text_of(unlock(row.body, safe)) if row.kind == MESSAGE and row.body else None,
        )
        for row in work.connection.execute(wanted.order_by(o.number).limit(rows))
    ]


def count_contradictions(work: Work) -> dict[str, int]:
    """Count what peers signed twice, by peer."""
    c = tables.contradiction.c
    found = work.connection.execute(select(c.peer, func.count()).group_by(c.peer))
    return {peer: int(count) for peer, count in found}


def contradictions(work: Work, node: str, *, rows: int = 100) -> list[Contradiction]:
    """Return what a peer signed in places that were taken, the latest first."""
    c, i = tables.contradiction.c, tables.incoming.c
    wanted = (
        select(c.message, c.seq, c.digest, c.came, i.digest.label("first"))
        .select_from(
            tables.contradiction.outerjoin(tables.incoming, (i.peer == c.peer) & (i.seq == c.seq))
        )
        .where(c.peer == node)
        .order_by(c.id.desc())
        .limit(rows)
    )
    return [
        Contradiction(
            message=row.message,
            seq=row.seq,
            digest=row.digest,
            first=row.first or "",
            came=row.came,
        )
        for row in work.connection.execute(wanted)
    ]


def kept_documents(work: Work, node: str) -> list[Kept]:
    """Return when each document of a node came, from the first."""
    d = tables.node_document.c
    wanted = select(d.number, d.kept).where(d.node == node).order_by(d.number)
    return [Kept(number=row.number, came=row.kept) for row in work.connection.execute(wanted)]
