"""Conversations: what people of this node and of a peer wrote to each other."""

from collections.abc import Collection, Iterator, Sequence

import msgspec
from sqlalchemy import select

from tidewaiter.base.records import Record
from tidewaiter.exchange.envelopes import assemble, open_with_any
from tidewaiter.exchange.signing import unlock
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.peers import peer_of
from tidewaiter.store.regaining import FORGED
from tidewaiter.store.vouching import doubted_messages

MESSAGE = "message"
"""The kind of message from people to people."""


class Words(Record, frozen=True, kw_only=True):
    """What someone wrote."""

    text: str


class Spoken(Record, frozen=True, kw_only=True):
    """What was written, by whom, and what became of it."""

    at: str  # when it was written here, or came; ISO 8601, UTC
    ours: bool
    text: str | None  # None: it was destroyed, or opens with no key that this node has
    state: str
    code: str  # why it was refused
    id: str  # of the message
    left: bool  # it is sealed, or came: there is evidence of it
    doubted: bool = False  # it is signed with a key that may have been another's


def conversation(work: Work, node: str, safe: bytes, openers: Sequence[bytes]) -> list[Spoken]:
    """Return what was written between this node and a peer, the oldest first.

    Args:
        work: Any.
        node: The peer.
        safe: What locks the database, shape (32,).
        openers: Keys that open boxes, each of shape (32,).

    Raises:
        MissingError: There is no such peer.
    """
    doubted = {each.id for each in doubted_messages(work, peer_of(work, node))}
    both = (*_ours(work, node, safe), *_theirs(work, node, openers, doubted))
    return sorted(both, key=lambda each: each.at)


def _ours(work: Work, node: str, safe: bytes) -> Iterator[Spoken]:
    o = tables.outgoing.c
    wanted = select(o.made, o.body, o.state, o.code, o.seq, o.id).where(
        o.peer == node, o.kind == MESSAGE
    )
    for row in work.connection.execute(wanted.order_by(o.number)):
        text = None if row.body is None else text_of(unlock(row.body, safe))
        yield Spoken(
            at=row.made,
            ours=True,
            text=text,
            state=row.state,
            code=row.code,
            id=row.id,
            left=row.seq is not None,
            doubted=row.code == FORGED,
        )


def _theirs(
    work: Work, node: str, openers: Sequence[bytes], doubted: Collection[str]
) -> Iterator[Spoken]:
    i = tables.incoming.c
    wanted = select(i.came, i.signed, i.box, i.state, i.code, i.id).where(
        i.peer == node, i.kind == MESSAGE
    )
    for row in work.connection.execute(wanted.order_by(i.seq)):
        yield Spoken(
            at=row.came,
            ours=False,
            text=_opened(row.signed, row.box, openers),
            state=row.state,
            code=row.code,
            id=row.id,
            left=True,
            doubted=row.id in doubted,
        )


def _opened(signed: str, box: str | None, openers: Sequence[bytes]) -> str | None:
    if box is None:
        return None
    body = open_with_any(assemble(signed, box), openers)
    return None if body is None else text_of(body)


def text_of(body: bytes) -> str | None:
    """Return what someone wrote; None: it is not written as a message is."""
    try:
        return msgspec.json.decode(body, type=Words).text
    except msgspec.MsgspecError:
        return None
