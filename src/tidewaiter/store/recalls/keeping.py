"""Keeping: what came and is under a legal hold, or was passed on."""

from sqlalchemy import select

from tidewaiter.base.records import Record
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.givingback import Custody, custody_of
from tidewaiter.store.recalllist import about


class Held(Record, frozen=True, kw_only=True):
    """A message that came, and what this node does with it."""

    id: str
    peer: str
    at: str  # when it came
    kind: str
    about: str  # the incident, request, joint case or notice; "": none
    custody: Custody
    recalled: str  # what its source was told became of it; "": nobody has recalled it


def kept(work: Work, safe: bytes, *, rows: int = 100, after: int = 0) -> list[Held]:
    """Return messages that are held or were passed on, what was said of them last first.

    Args:
        work: Any.
        safe: What locks the database, shape (32,).
        rows: How many at most.
        after: How many of them come before.
    """
    c, i, r = tables.custody.c, tables.incoming.c, tables.recalled.c
    wanted = (
        select(c.peer, c.item, i.came, i.kind, r.outcome)
        .select_from(
            tables.custody.join(tables.incoming, (i.peer == c.peer) & (i.id == c.item)).outerjoin(
                tables.recalled, (r.source == c.peer) & (r.item == c.item)
            )
        )
        .order_by(c.changed.desc(), c.item)
        .limit(rows)
        .offset(after)
    )
    return [
        Held(
            id=row.item,
            peer=row.peer,
            at=row.came,
            kind=row.kind,
            about=about(work, row.item),
            custody=custody_of(work, safe, row.peer, row.item),
            recalled=row.outcome or "",
        )
        for row in work.connection.execute(wanted).all()
    ]
