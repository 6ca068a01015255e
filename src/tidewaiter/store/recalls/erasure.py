"""Erasure: a recalled message's content is destroyed everywhere; the record of its receipt stays.

Signed text, digest and receipt are kept, so the message chain still verifies.
"""

import secrets

import msgspec
from msgspec import structs
from sqlalchemy import delete, select, text, update

from tidewaiter.exchange.notices.types import Event, Recalled
from tidewaiter.exchange.protocol.signing import lock, unlock
from tidewaiter.store.audit import record_change
from tidewaiter.store.coalition.member_lists import forget_versions
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Work
from tidewaiter.store.notices.events import project_notice
from tidewaiter.store.peers.statements import GONE
from tidewaiter.store.private.offers import forget_part
from tidewaiter.store.private.questions import forget_answer

_NONCE = 12  # bytes


def destroy(work: Work, safe: bytes, peer: str, item: str, digest: str) -> None:
    """Destroy the content of a message from a peer.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        peer: Its sender.
        item: Its id.
        digest: Message digest, for the log.
    """
    overwrite(work)
    i, s = tables.incoming.c, tables.said.c
    box = update(tables.incoming).where(i.peer == peer, i.id == item)
    work.connection.execute(box.values(box=None, state="recalled"))
    said = update(tables.said).where(s.sender == peer, s.message == item)
    work.connection.execute(said.values(written=GONE))
    p = tables.pledge_said.c
    promised = delete(tables.pledge_said).where(p.sender == peer, p.message == item)
    work.connection.execute(promised)
    forget_versions(work, peer, item)
    _empty_feeds(work, peer, item)
    _forget_event(work, safe, peer, item)
    forget_part(work, peer, item)
    forget_answer(work, safe, peer, item)
    record_change(work, "message destroyed", {"peer": peer, "message": item, "digest": digest})


def _empty_feeds(work: Work, peer: str, message: str) -> None:
    """Remove an incident's items from all feeds; rebuild what remains."""
    s = tables.said.c
    of = select(s.owner, s.subject).where(s.sender == peer, s.message == message)
    for owner, subject in work.connection.execute(of).all():
        for table in (tables.feed_item, tables.feed_source):
            c = table.c
            work.connection.execute(delete(table).where(c.owner == owner, c.subject == subject))


def overwrite(work: Work) -> None:
    """Make SQLite overwrite changed and deleted content from now on."""
    if work.connection.dialect.name == "sqlite":
        work.connection.execute(text("PRAGMA secure_delete = ON"))


def _forget_event(work: Work, safe: bytes, peer: str, message: str) -> None:
    """Destroy the content of a notice event; it keeps its position in its side's chain."""
    e, n = tables.notice_event.c, tables.notice.c
    of = select(n.number).where(n.peer == peer, n.side != e.by)
    wanted = select(e.number, e.notice, e.written).where(e.message == message, e.notice.in_(of))
    for number, notice, written in work.connection.execute(wanted).all():
        event = msgspec.json.decode(unlock(written, safe), type=Event)
        bare = msgspec.json.encode(structs.replace(event, what=Recalled()))
        gone = update(tables.notice_event).where(e.number == number)
        locked = lock(bare, safe, secrets.token_bytes(_NONCE))
        work.connection.execute(gone.values(written=locked))
        project_notice(work, safe, notice)
