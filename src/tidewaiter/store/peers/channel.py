"""The channel to a peer: conversation, contradictions, and messages that may be forged.

They stay where they are, as they were taken and receipted; who reads them is told.
"""

from collections.abc import Collection, Iterator, Sequence

import msgspec
from sqlalchemy import func, select

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.envelopes import assemble, open_with_any
from tidewaiter.exchange.protocol.markings import Marking, Tlp
from tidewaiter.exchange.protocol.signing import take_apart, unlock
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import decode
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import Known, judged_by, peer_of
from tidewaiter.store.peers.reconcile import FORGED


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


def count_waiting(work: Work, node: str, kinds: Collection[str] | None = None) -> int:
    """Count the messages to a peer that have not left yet.

    Args:
        work: Any.
        node: The peer.
        kinds: Of these kinds only; None: of any.
    """
    o = tables.outgoing.c
    wanted = select(func.count()).where(o.peer == node, o.state.in_(("waiting", "sealed")))
    if kinds is not None:
        wanted = wanted.where(o.kind.in_(kinds))
    return int(work.connection.execute(wanted).scalar_one())


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
