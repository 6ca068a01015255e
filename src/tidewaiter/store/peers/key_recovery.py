"""Key recovery: what follows when keys change hands, at this node or a peer.

A node whose keys were lost speaks again by its root. Nobody exchanges with it before people have
compared its words anew; and what was sealed with keys that nobody takes any more is sealed anew.

Where somebody else had its keys meanwhile, and wrote documents of their own, these are replaced by
what the root has signed. Keys that they name are trusted for nothing, and what was sent to the
thief goes to the owner.
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
    """Take up a node as a peer, or what is new of one; return its name.

    Args:
        work: Begun with a stamp.
        chain: Its documents, from the first.
        own: The name of this node.

    Raises:
        InputError: They do not hold, or say something else than what is known, or are its own.
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
    """Take what is new of a peer: documents that follow from one that is known.

    Args:
        work: Begun with a stamp.
        node: The peer.
        chain: Its documents, from any that is known or next.
        untrusted: By name of a key that the last revokes: from which message on it is not trusted.

    Raises:
        InputError: One does not follow from the one before it, or others are known in its place
            that it does not outrank.
        MissingError: It is no peer.
    """
    if find_peer(work, node) is None:
        raise MissingError("store/no-such-peer", node=node[:60])
    known = documents(work, node)
    merged = merge(known, chain)
    take_documents(work, node, merged, untrusted)
    _heed_merge(work, node, known, merged)


def recheck(work: Work) -> list[str]:
    """Put aside what does not hold of the documents of peers; return whose that was.

    An earlier version believed a stolen key that announced a root of its own. No node of ours ever
    did that itself, so whoever did is not taken for it, and people compare its words anew.

    Args:
        work: Begun with a stamp.
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
    """Do what follows from documents that came: keys were recovered, or others' are disowned."""
    if merged.replaces:
        _disown(work, node, known[merged.common :])
    before = known[: merged.common]
    if merged.replaces or (before and any(_recoveries(before[-1], merged.new))):
        unconfirm(work, node)


def _disown(work: Work, node: str, gone: Sequence[SignedDocument]) -> None:
    """Trust nothing of keys that only documents name which were put aside."""
    left = {key.name for key in documents(work, node)[-1].read().keys}
    named = {key.name for each in gone for key in each.read().keys if key.use == "sign"}
    distrust(work, node, dict.fromkeys(named - left, 0))
    if first := _first_sealed_under(work, node, gone[0]):
        # It was sealed for a key of whoever wrote those documents, and came to them.
        _unseal_from(work, node, first)


def _first_sealed_under(work: Work, node: str, signed: SignedDocument) -> int:
    """Return the number of the first message that was sealed after a document came; 0: none was.

    By the order of the log, not by the clock.
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
    o = tables.outgoing.c
    beyond = (o.peer == node, o.seq > have)
    counted = select(func.count()).where(*beyond, o.state != "sealed")
    head = select(o.digest).where(o.peer == node, o.seq == have)
    found = work.connection.execute(head).scalar()
    if work.connection.execute(counted).scalar_one() or (have and found is None):
        return 0  # it has less than it said before: these have receipts, and stay as they are
    return _unseal_from(work, node, have + 1)


def _unseal_from(work: Work, node: str, first: int) -> int:
    """Take what was sealed for a peer out of its place, from a number on; return how many."""
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
