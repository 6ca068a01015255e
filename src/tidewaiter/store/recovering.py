"""Recovering: what follows where keys change hands, here and at a peer.

A node whose keys were lost speaks again by its root. Nobody exchanges with it before people have
compared its words anew; and what was sealed with keys that nobody takes any more is sealed anew.
"""

from collections.abc import Mapping, Sequence

from msgspec import structs
from sqlalchemy import case, func, select, update

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.exchange.documents import SignedDocument, is_recovery
from tidewaiter.exchange.relations import CONTROL
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.documents import documents
from tidewaiter.store.holding import hold_back
from tidewaiter.store.peers import add_peer, find_peer, peer_of, set_relation, take_document

_OTHER = "take the file that the peer wrote by `tidewaiter node document --out`"
RECOVERED = "its keys were recovered by its root: compare its words anew"


def take_up(work: Work, chain: Sequence[SignedDocument], *, own: str) -> str:
    """Take up a node as a peer, or what is new of one; return its name.

    Args:
        work: Begun with a stamp.
        chain: Its documents, from the first.
        own: The name of this node.

    Raises:
        InputError: They do not hold, or say something else than what is known, or are its own.
    """
    if chain and chain[0].read().node == own:
        raise InputError("these are the documents of this node itself", hint=_OTHER)
    known = documents(work, chain[0].read().node) if chain else []
    peer = add_peer(work, list(chain))
    if known and any(_recoveries(known[-1], chain[len(known) :])):
        unconfirm(work, peer.node)
    return peer.node


def take_news(
    work: Work, node: str, chain: Sequence[SignedDocument], untrusted: Mapping[str, int]
) -> None:
    """Take what is new of a peer: documents that follow from the last that is known.

    Args:
        work: Begun with a stamp.
        node: The peer.
        chain: Its documents, from any that is known or next.
        untrusted: By name of a key that the last revokes: from which message on it is not trusted.

    Raises:
        InputError: One does not follow from the one before it.
        MissingError: It is no peer.
    """
    if find_peer(work, node) is None:
        raise MissingError(f'there is no peer "{node[:60]}"')
    known = documents(work, node)
    digests = {each.digest() for each in known[:-1]}
    new = [each for each in chain if each.digest() not in digests]
    for each in new:
        take_document(work, each, untrusted if each is new[-1] else {})
    if any(_recoveries(known[-1], [each for each in new if each.digest() != known[-1].digest()])):
        unconfirm(work, node)


def unconfirm(work: Work, node: str) -> None:
    """Exchange nothing with a peer until its words were compared anew."""
    relation = structs.replace(peer_of(work, node).relation, confirmed="")
    if relation.standing == "active":
        relation = structs.replace(relation, standing="frozen", reason=RECOVERED)
        hold_back(work, node)
    set_relation(work, node, relation)
    record_change(work, "relation unconfirmed", {"peer": node, "standing": relation.standing})


def unseal(work: Work, node: str, have: int) -> int:
    """Take back what was sealed for a peer and can never be taken there; return how many messages.

    They wait again, or are held, as the relation to the peer stands; what can no longer be read
    here, since the key of the database was lost, is gone.

    Args:
        work: Begun with a stamp.
        node: The peer.
        have: Number of the last message that it has; a signed receipt says so.
    """
    o, p = tables.outgoing.c, tables.peer.c
    beyond = (o.peer == node, o.seq > have)
    counted = select(func.count()).where(*beyond, o.state != "sealed")
    head = select(o.digest).where(o.peer == node, o.seq == have)
    found = work.connection.execute(head).scalar()
    if work.connection.execute(counted).scalar_one() or (have and found is None):
        return 0  # it has less than it said before: these have receipts, and stay as they are
    active = peer_of(work, node).relation.standing == "active"
    kept = o.kind.in_(CONTROL) | active
    state = case((o.body.is_(None), "discarded"), (kept, "waiting"), else_="held")
    now = moment(stamp_of(work).at)
    bare = dict.fromkeys(("seq", "digest", "signed", "box"))
    change = update(tables.outgoing).where(*beyond).values(state=state, changed=now, **bare)
    done = work.connection.execute(change).rowcount
    if done:
        values = {"sealed": have, "sealed_head": found or ""}
        work.connection.execute(update(tables.peer).where(p.node == node).values(**values))
        told: dict[str, str | int] = {"peer": node, "after": have, "messages": done}
        record_change(work, "messages unsealed", told)
    return done


def forget_locked(work: Work) -> int:
    """Give up what is kept under a key that was lost; return how many messages.

    What was sealed may have come to its peer, and keeps its place until that says otherwise.
    """
    o = tables.outgoing.c
    now = moment(stamp_of(work).at)
    work.connection.execute(update(tables.outgoing).values(body=None))
    gone = update(tables.outgoing).where(o.state.in_(("waiting", "held")))
    done = work.connection.execute(gone.values(state="discarded", changed=now)).rowcount
    record_change(work, "messages lost with their key", {"messages": done})
    return done


def _recoveries(last: SignedDocument, new: Sequence[SignedDocument]) -> list[bool]:
    """Say of each document that follows another whether it is a recovery."""
    pairs = zip([last, *new], new, strict=False)
    return [is_recovery(before.read(), signed) for before, signed in pairs]
