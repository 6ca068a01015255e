"""Key recovery: the consequences of new keys, at this node or a peer.

A node that lost its keys returns with its root key. Exchange resumes after people have compared
its fingerprint again; messages sealed with keys no longer accepted are sealed again.

If someone else used its keys and wrote documents, these are replaced by documents that the root
has signed. Keys named only in the replaced ones are never trusted, and messages sealed for them
are sent to the owner.
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import structs
from sqlalchemy import case, func, select, update

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.exchange.protocol.documents import Merge, SignedDocument, is_recovery, merge
from tidewaiter.exchange.protocol.relations import CONTROL
from tidewaiter.store.audit import find_entries, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import (
    add_documents,
    cut_back,
    describe,
    distrust,
    documents,
    find_peer,
    peer_of,
    peers,
    set_relation,
    take_documents,
)
from tidewaiter.store.peers.outbox import hold_back

RECOVERED = "its keys were recovered by its root: compare its words anew"


def take_up(work: Work, chain: Sequence[SignedDocument], *, own: str) -> str:
    """Add a node as a peer, or update a known one; return its name.

    Args:
        work: A write transaction.
        chain: Its documents, from the first.
        own: The name of this node.

    Raises:
        InputError: They are invalid, contradict what is known, or are this node's own.
    """
    if chain and chain[0].read().node == own:
        raise InputError("store/documents-of-this-node")
    known = documents(work, chain[0].read().node) if chain else []
    merged = add_documents(work, list(chain))
    node = chain[0].read().node
    describe(work, node)
    _heed_merge(work, node, known, merged)
    return node


def take_news(
    work: Work, node: str, chain: Sequence[SignedDocument], untrusted: Mapping[str, int]
) -> None:
    """Update a peer with documents that follow a known one.

    Args:
        work: A write transaction.
        node: The peer.
        chain: Its documents, starting at any known or the next number.
        untrusted: By key that the last document revokes: the first message no longer trusted.

    Raises:
        InputError: One does not follow the previous one, or conflicts with known documents that it
            does not outrank.
        MissingError: Not a peer.
    """
    if find_peer(work, node) is None:
        raise MissingError("store/no-such-peer", node=node[:60])
    known = documents(work, node)
    merged = merge(known, chain)
    take_documents(work, node, merged, untrusted)
    _heed_merge(work, node, known, merged)


def recheck(work: Work) -> list[str]:
    """Archive invalid documents of peers; return the peers affected.

    An earlier version accepted a stolen key that announced its own root. Genuine nodes never do
    that,
    so such a peer is distrusted until people compare its fingerprint again.

    Args:
        work: A write transaction.
    """
    found = []
    for each in peers(work):
        if gone := cut_back(work, each.node):
            describe(work, each.node)
            _disown(work, each.node, gone)
            unconfirm(work, each.node)
            found.append(each.node)
    return found


def _heed_merge(work: Work, node: str, known: Sequence[SignedDocument], merged: Merge) -> None:
    """Apply the consequences of new documents: keys recovered, or foreign keys disowned."""
    if merged.replaces:
        _disown(work, node, known[merged.common :])
    before = known[: merged.common]
    if merged.replaces or (before and any(_recoveries(before[-1], merged.new))):
        unconfirm(work, node)


def _disown(work: Work, node: str, gone: Sequence[SignedDocument]) -> None:
    """Distrust keys named in archived documents only."""
    left = {key.name for key in documents(work, node)[-1].read().keys}
    named = {key.name for each in gone for key in each.read().keys if key.use == "sign"}
    distrust(work, node, dict.fromkeys(named - left, 0))
    if first := _first_sealed_under(work, node, gone[0]):
        # Sealed for a key of the author of those documents, and received there.
        _unseal_from(work, node, first)


def _first_sealed_under(work: Work, node: str, signed: SignedDocument) -> int:
    """Return the number of the first message sealed after a document arrived; 0: none.

    By log order, not by clock.
    """
    kept = find_entries(work, action="document kept", words=signed.digest(), rows=1)
    if not kept:
        return 0
    a, o = tables.audit.c, tables.outgoing.c
    sealed = select(a.details).where(a.action == "message sealed", a.number > kept[0].number)
    told = map(msgspec.json.decode, work.connection.execute(sealed).scalars())
    ids = [str(each["message"]) for each in told if each["peer"] == node]
    found = list[int]()
    for some in slices(ids):
        lowest = select(func.min(o.seq)).where(o.peer == node, o.id.in_(some))
        found += [int(seq) for seq in work.connection.execute(lowest).scalars() if seq]
    return min(found, default=0)


def unconfirm(work: Work, node: str) -> None:
    """Suspend exchange with a peer until its fingerprint is compared again."""
    relation = structs.replace(peer_of(work, node).relation, confirmed="")
    if relation.standing == "active":
        relation = structs.replace(relation, standing="frozen", reason=RECOVERED)
        hold_back(work, node)
    set_relation(work, node, relation)
    record_change(work, "relation unconfirmed", {"peer": node, "standing": relation.standing})


def unseal(work: Work, node: str, have: int) -> int:
    """Unseal messages that a peer can never accept; return their number.

    They wait again or go on hold, depending on the relation; content that is unreadable because
    the database key was lost is given up.

    Args:
        work: A write transaction.
        node: The peer.
        have: Number of the last message that it has, by a signed receipt.
    """
    o = tables.outgoing.c
    beyond = (o.peer == node, o.seq > have)
    counted = select(func.count()).where(*beyond, o.state != "sealed")
    head = select(o.digest).where(o.peer == node, o.seq == have)
    found = work.connection.execute(head).scalar()
    if work.connection.execute(counted).scalar_one() or (have and found is None):
        return 0  # fewer than it confirmed before: these have receipts, and stay
    return _unseal_from(work, node, have + 1)


def _unseal_from(work: Work, node: str, first: int) -> int:
    """Remove sealed messages to a peer from the chain, from a number on; return how many."""
    o, p = tables.outgoing.c, tables.peer.c
    before = select(o.digest).where(o.peer == node, o.seq == first - 1)
    head = work.connection.execute(before).scalar() or ""
    known = peer_of(work, node)
    kept = o.kind.in_(CONTROL) | (known.relation.standing == "active")
    gone = o.body.is_(None) | (o.state == "recalled")
    state = case((gone, "discarded"), (kept, "waiting"), else_="held")
    now = moment(stamp_of(work).at)
    bare = dict.fromkeys(("seq", "digest", "signed", "box", "receipt"))
    change = update(tables.outgoing).where(o.peer == node, o.seq >= first)
    done = work.connection.execute(
        change.values(state=state, code="", changed=now, **bare)
    ).rowcount
    if done:
        values = {"sealed": first - 1, "sealed_head": head, "told": min(known.told, first - 1)}
        work.connection.execute(update(tables.peer).where(p.node == node).values(**values))
        told: dict[str, str | int] = {"peer": node, "after": first - 1, "messages": done}
        record_change(work, "messages unsealed", told)
    return done


def forget_locked(work: Work) -> int:
    """Give up content encrypted with a lost key; return the number of messages.

    Sealed messages may have arrived, and keep their number until the peer reports otherwise.
    """
    o = tables.outgoing.c
    now = moment(stamp_of(work).at)
    work.connection.execute(update(tables.outgoing).values(body=None))
    gone = update(tables.outgoing).where(o.state.in_(("waiting", "held")))
    done = work.connection.execute(gone.values(state="discarded", changed=now)).rowcount
    record_change(work, "messages lost with their key", {"messages": done})
    return done


def _recoveries(last: SignedDocument, new: Sequence[SignedDocument]) -> list[bool]:
    """Return for each document after the first whether it is a key recovery."""
    pairs = zip([last, *new], new, strict=False)
    return [is_recovery(before.read(), signed) for before, signed in pairs]
