"""Moves: what relations were, day by day; of a peer, as it told it."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from sqlalchemy import insert, select, update

from tidewaiter.coalition.members import Move
from tidewaiter.exchange.relations import Standing
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import plain


def note_move(
    work: Work, node: str, by: Literal["own", "peer"], to: Standing, reason: str = ""
) -> None:
    """Note what a relation is from now on; that it stays as it is is no move.

    Args:
        work: Begun with a stamp.
        node: The peer.
        by: Whose relation it is.
        to: What it is now.
        reason: Why, of this node's own.
    """
    m = tables.relation_move.c
    last = select(m.standing).where(m.peer == node, m.by == by).order_by(m.number.desc()).limit(1)
    if (work.connection.execute(last).scalar() or "none") == to:
        return
    row = {
        "peer": node,
        "by": by,
        "standing": to,
        "at": moment(stamp_of(work).at),
        "reason": plain(reason),
    }
    work.connection.execute(insert(tables.relation_move).values(**row))


def moves(work: Work) -> Iterator[Move]:
    """Yield the moves of all relations, in the order in which they happened here."""
    m = tables.relation_move.c
    for row in work.connection.execute(select(tables.relation_move).order_by(m.number)):
        yield Move(node=row.peer, by=row.by, to=row.standing, day=day_of(row.at), reason=row.reason)


def day_of(at: str) -> date:
    """Return the day of a moment, as `moment` writes it: of UTC."""
    return date.fromisoformat(at[:10])


def end_offers(work: Work, peer: str) -> None:
    """End what a peer may ask privately: it was allowed under another scope."""
    o = tables.private_offer.c
    mine = (o.side == "holder") & (o.peer == peer) & (o.state == "open")
    ended = update(tables.private_offer).where(mine).values(state="ended", written=None)
    work.connection.execute(ended)
