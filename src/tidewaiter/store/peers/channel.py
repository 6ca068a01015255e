"""Channel to a peer: conversation, contradictions, and messages that may be forged.

Doubtful messages stay in place, as received and receipted; the reader is warned.
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
    """A message signed with a key that its sender has revoked or disowned."""

    id: str
    kind: str
    seq: int
    came: str  # ISO 8601, UTC


def doubted_messages(work: Work, known: Known) -> list[Doubted]:
    """Return the possibly forged messages of a peer, in order.

    Args:
        work: Any transaction.
        known: The peer, current state.
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
    """Return the untrusted keys of a peer by `kid`, each with the first message affected.

    Args:
        work: Any transaction.
        known: The peer, current state.
    """
    document = judged_by(work, known).document
    signing = [key for key in document.keys if key.use == "sign"]
    revoked = {key.name: 0 for key in signing if key.state == "revoked"}
    names = {key.name for key in document.keys}
    disowned = {name: seq for name, seq in known.untrusted.items() if name not in names}
    told = {name: known.untrusted.get(name, seq) for name, seq in revoked.items()}
    return {f"{document.node}#{name}": seq for name, seq in (told | disowned).items()}


def kid_of(signed: str) -> str:
    """Return the key that a text claims to be signed with; "": unreadable."""
    try:
        return take_apart(signed).kid
    except InputError:
        return ""


MESSAGE = "message"
"""Message kind of free text between people."""


class Words(Record, frozen=True, kw_only=True):
    """Content of a free-text message."""

    text: str


class Spoken(Record, frozen=True, kw_only=True):
    """A free-text message, its author and delivery status."""

    at: str  # when written here or received; ISO 8601, UTC
    ours: bool
    text: str | None  # None: destroyed, or not decryptable with this node's keys
    state: str
    code: str  # reason of rejection
    id: str  # of the message
    left: bool  # sealed or received: there is evidence of it
    doubted: bool = False  # signed with a key that may have been stolen


def conversation(work: Work, node: str, safe: bytes, openers: Sequence[bytes]) -> list[Spoken]:
    """Return the conversation with a peer, oldest first.

    Args:
        work: Any transaction.
        node: The peer.
        safe: Key that encrypts the database, shape (32,).
        openers: Decryption keys, each of shape (32,).

    Raises:
        MissingError: No such peer.
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
    """Return the text of a message; None: not in message format."""
    try:
        return msgspec.json.decode(body, type=Words).text
    except msgspec.MsgspecError:
        return None


UNSETTLED = ("waiting", "held", "sealed")
"""Message states without a final outcome."""


class Item(Record, frozen=True, kw_only=True):
    """A message on hold."""

    id: str
    kind: str
    tlp: Tlp
    made: str  # ISO 8601, UTC
    text: str | None  # content, for free-text messages


class Contradiction(Record, frozen=True, kw_only=True):
    """A second message that a peer signed under the same id or number."""

    message: str  # id
    seq: int
    digest: str
    first: str  # digest of the accepted one; "": no longer stored
    came: str  # ISO 8601, UTC


class Kept(Record, frozen=True, kw_only=True):
    """A document of a node, and when it arrived."""

    number: int
    came: str  # ISO 8601, UTC


def count_unsettled(work: Work, node: str) -> dict[str, int]:
    """Count the messages to a peer without an outcome, by state."""
    o = tables.outgoing.c
    these = (o.peer == node, o.state.in_(UNSETTLED))
    found = work.connection.execute(select(o.state, func.count()).where(*these).group_by(o.state))
    return {state: int(count) for state, count in found}


def count_waiting(work: Work, node: str, kinds: Collection[str] | None = None) -> int:
    """Count the messages to a peer that were not sent yet.

    Args:
        work: Any transaction.
        node: The peer.
        kinds: Only these kinds; None: any.
    """
    o = tables.outgoing.c
    wanted = select(func.count()).where(o.peer == node, o.state.in_(("waiting", "sealed")))
    if kinds is not None:
        wanted = wanted.where(o.kind.in_(kinds))
    return int(work.connection.execute(wanted).scalar_one())


def waits_since(work: Work, node: str) -> str:
    """Return when the oldest unreceipted message to a peer was written.

    Returns:
        ISO 8601; "": none. Messages on hold here are not counted.
    """
    o = tables.outgoing.c
    wanted = select(func.min(o.made)).where(o.peer == node, o.state.in_(("waiting", "sealed")))
    return str(work.connection.execute(wanted).scalar() or "")


def held_items(work: Work, node: str, safe: bytes, *, rows: int = 500) -> list[Item]:
    """Return the messages to a peer on hold, oldest first.

    Args:
        work: Any transaction.
        node: The peer.
        safe: Key that encrypts the database, shape (32,).
        rows: Maximum number.
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
    """Count the contradictory messages by peer."""
    c = tables.contradiction.c
    found = work.connection.execute(select(c.peer, func.count()).group_by(c.peer))
    return {peer: int(count) for peer, count in found}


def contradictions(work: Work, node: str, *, rows: int = 100) -> list[Contradiction]:
    """Return the contradictory messages of a peer, latest first."""
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
    """Return when each document of a node arrived, from the first."""
    d = tables.node_document.c
    wanted = select(d.number, d.kept).where(d.node == node).order_by(d.number)
    return [Kept(number=row.number, came=row.kept) for row in work.connection.execute(wanted)]
