"""Destroying: what a recalled message said goes, wherever it stands; that it came stays.

Its signed text, its digest and its receipt are kept, so the chain of messages still verifies.
"""

from sqlalchemy import text, update

from tidewaiter.store import tables
from tidewaiter.store.audit import record_change
from tidewaiter.store.database import Work
from tidewaiter.store.notices import forget_event
from tidewaiter.store.saying import GONE


def destroy(work: Work, safe: bytes, peer: str, item: str, digest: str) -> None:
    """Destroy what a message from a peer said.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        peer: Its sender.
        item: Its id.
        digest: Of it; the log tells it.
    """
    overwrite(work)
    i, s = tables.incoming.c, tables.said.c
    box = update(tables.incoming).where(i.peer == peer, i.id == item)
    work.connection.execute(box.values(box=None, state="recalled"))
    said = update(tables.said).where(s.sender == peer, s.message == item)
    work.connection.execute(said.values(written=GONE))
    forget_event(work, safe, peer, item)
    record_change(work, "message destroyed", {"peer": peer, "message": item, "digest": digest})


def overwrite(work: Work) -> None:
    """See to it that what is changed or deleted from now on is overwritten, not only forgotten."""
    if work.connection.dialect.name == "sqlite":
        work.connection.execute(text("PRAGMA secure_delete = ON"))
