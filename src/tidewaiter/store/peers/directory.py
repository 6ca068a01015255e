"""Peers: who this node exchanges with, and what it does with each."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import RowMapping, and_, false, insert, or_, select, update

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.documents import SignedDocument
from tidewaiter.exchange.forks import Merge
from tidewaiter.exchange.judging import Peer
from tidewaiter.exchange.relations import CONTROL, Relation, Scope, Standing, moved
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.documents import add_documents, documents, keep_merged
from tidewaiter.store.moves import end_offers, note_move
from tidewaiter.store.payloads import decode, encode, plain


class Known(Record, frozen=True, kw_only=True):
    """A peer as it stands in the database."""

    node: str
    name: str
    country: str
    role: str
    document: int  # number of its newest
    relation: Relation
    since: str  # ISO 8601, UTC
    theirs: Standing  # as the peer told it last
    theirs_since: str  # "": it has told nothing
    untrusted: Mapping[str, int]
    have: int  # number of the last message taken from it
    head: str
    owed: int  # up to which it has receipts of this node; -1: not asked since a restore
    sealed: int  # number of the last message sealed for it
    sealed_head: str
    told: int  # number of the last message that it said to have
    log_size: int
    log_root: str
    heard: str
    tries: int
    due: str
    trouble: str


def add_peer(work: Work, chain: list[SignedDocument]) -> Known:
    """Take up a node as a peer, with no relation yet; or what is new of one that is known.

    Raises:
        InputError: Its documents do not hold.
    """
    add_documents(work, chain)
    node = chain[0].read().node
    describe(work, node)
    return peer_of(work, node)


def take_documents(work: Work, node: str, merged: Merge, untrusted: Mapping[str, int]) -> None:
    """Take what is new of the documents of a peer.

    Args:
        work: Begun with a stamp.
        node: The peer.
        merged: What becomes of those that are known.
        untrusted: By name of a key that they revoke: from which message on it is not trusted. What
            was told first stays.
    """
    keep_merged(work, node, merged)
    describe(work, node)
    document = documents(work, node)[-1].read()
    revoked = {key.name for key in document.keys if key.state == "revoked"}
    distrust(work, node, {name: told for name, told in untrusted.items() if name in revoked})


def distrust(work: Work, node: str, keys: Mapping[str, int]) -> None:
    """Note which keys of a peer are not trusted, by name: from which message on."""
    known = peer_of(work, node)
    told = {**keys, **known.untrusted}
    if told != dict(known.untrusted):
        _set(work, node, untrusted=msgspec.json.encode(told).decode())


def peers(work: Work) -> list[Known]:
    """Return all peers, by name."""
    p = tables.peer.c
    found = work.connection.execute(select(tables.peer).order_by(p.name, p.node))
    return [_known(row) for row in found.mappings()]


def peer_of(work: Work, node: str) -> Known:
    """Return a peer.

    Raises:
        MissingError: There is none of that name.
    """
    found = find_peer(work, node)
    if found is None:
        raise MissingError(f'there is no peer "{node[:60]}"', hint="look at: tidewaiter peers")
    return found


def find_peer(work: Work, node: str) -> Known | None:
    """Return a peer; None: it is not known."""
    wanted = select(tables.peer).where(tables.peer.c.node == node)
    row = work.connection.execute(wanted).mappings().first()
    return None if row is None else _known(row)


def judged_by(work: Work, known: Known) -> Peer:
    """Return what a peer's messages are judged by."""
    d = tables.node_document.c
    wanted = select(d.written).where(d.node == known.node, d.number == known.document)
    written = work.connection.execute(wanted).scalar_one()
    document = decode(written, SignedDocument, f"document of {known.node}").read()
    return Peer(document=document, relation=known.relation, have=known.have, head=known.head)


def move_relation(
    work: Work, node: str, to: Standing, *, reason: str = "", fingerprint: str = ""
) -> Known:
    """Change what this node does with a peer; it holds from the next message on.

    Args:
        work: Begun with a stamp.
        node: The peer.
        to: What the relation becomes.
        reason: Why.
        fingerprint: Of the peer's root, where someone has compared it.

    Raises:
        ConflictError: The one does not follow from the other.
        InputError: The fingerprint has to be compared first.
        MissingError: There is no such peer.
    """
    known = peer_of(work, node)
    relation = moved(known.relation, to, reason=plain(reason), fingerprint=fingerprint)
    set_relation(work, node, relation)
    record_change(work, "relation changed", {"peer": node, "standing": to})
    return peer_of(work, node)


def set_scope(work: Work, node: str, scope: Scope) -> Known:
    """Say what is exchanged with a peer from the next message on; what it may ask here ends.

    Raises:
        MissingError: There is no such peer.
    """
    known = peer_of(work, node)
    narrowed = replace(known.relation, scope=replace(scope, reason=plain(scope.reason)))
    _set(work, node, relation=encode(narrowed))  # its standing, and since when, stay
    end_offers(work, node)
    kinds = " ".join(scope.kinds) or "all"
    record_change(work, "scope changed", {"peer": node, "kinds": kinds, "tlp": scope.tlp})
    return peer_of(work, node)


def set_relation(work: Work, node: str, relation: Relation) -> None:
    """Write down what this node does with a peer."""
    note_move(work, node, "own", relation.standing, relation.reason)
    _set(
        work,
        node,
        relation=encode(relation),
        standing=relation.standing,
        since=moment(stamp_of(work).at),
    )


def hear_relation(work: Work, node: str, theirs: Standing) -> None:
    """Write down what a peer told of its own relation; it is tried again at once."""
    note_move(work, node, "peer", theirs)
    _set(work, node, theirs=theirs, theirs_since=moment(stamp_of(work).at))
    end_wait(work, node)


def has_taken(work: Work, node: str, have: int, head: str) -> None:
    """Write down which message of a peer was taken last; a sign of life ends the wait for it."""
    now = moment(stamp_of(work).at)
    _set(work, node, have=have, head=head, heard=now, due=now, tries=0, trouble="")


def end_wait(work: Work, *nodes: str) -> list[str]:
    """Try peers again at once, however often they were not reached; return their names.

    Args:
        work: Begun with a stamp.
        nodes: The peers; none named: all.
    """
    p = tables.peer.c
    these = [p.node.in_(nodes)] if nodes else []
    now = moment(stamp_of(work).at)
    work.connection.execute(update(tables.peer).where(*these).values(due=now, tries=0, trouble=""))
    found = select(p.name).where(*these).order_by(p.name)
    return list(work.connection.execute(found).scalars())


def _set(work: Work, node: str, **values: Any) -> None:
    work.connection.execute(update(tables.peer).where(tables.peer.c.node == node).values(**values))


def describe(work: Work, node: str) -> None:
    """Write down what a peer's newest document says; make the peer where it is not there."""
    document = documents(work, node)[-1].read()
    told = {
        "name": plain(document.name),
        "country": plain(document.country),
        "role": document.role,
        "document": document.number,
    }
    if find_peer(work, document.node) is not None:
        _set(work, document.node, **told)
        return
    now = moment(stamp_of(work).at)
    empty = dict.fromkeys(("theirs_since", "head", "sealed_head", "log_root", "heard"), "")
    zero = dict.fromkeys(("have", "owed", "sealed", "told", "log_size", "tries"), 0)
    row = {
        "node": document.node,
        **told,
        **empty,
        **zero,
        "relation": encode(Relation()),
        "standing": "none",
        "since": now,
        "theirs": "none",
        "untrusted": "{}",
        "due": now,
        "trouble": "",
    }
    work.connection.execute(insert(tables.peer).values(**row))
    record_change(work, "peer added", {"peer": document.node})


def _known(row: RowMapping) -> Known:
    told = {key: value for key, value in row.items() if key != "standing"}
    told["relation"] = decode(told["relation"], Relation, "relation")
    told["untrusted"] = msgspec.json.decode(told["untrusted"], type=dict[str, int])
    return Known(**told)


class Due(Record, frozen=True, kw_only=True):
    """A peer with whom something is to be done now."""

    node: str
    tries: int  # that failed since the last sign of it


def peers_due(
    work: Work, now: str, latest: str, *, here: Sequence[str] = (), asked: Collection[str] | None
) -> list[Due]:
    """Return the peers to whom something is to be sent now, or that are to be asked.

    Args:
        work: Any.
        now: The moment, as `moment` writes it.
        latest: To when a peer can have been put off; beyond it, the clock was set back meanwhile.
        here: Peers that have come themselves: they do not wait for their next turn.
        asked: Peers that were asked what they have; None: none is to be asked.
    """
    p, o = tables.peer.c, tables.outgoing.c
    some = select(o.number).where(o.peer == p.node)
    ready = some.where(o.state.in_(("waiting", "sealed"))).exists()
    news = some.where(o.state.in_(("waiting", "sealed")), o.kind.in_(CONTROL)).exists()
    unasked = (p.standing == "active") & p.node.not_in(list(asked or ()))
    wanted = select(p.node, p.tries).where(
        or_(p.tries == 0, p.due <= now, p.due > latest, p.node.in_(here)),
        or_(
            and_(p.standing == "active", or_(ready, p.sealed > p.told)),
            and_(p.standing.in_(("frozen", "invited")), news),
            unasked if asked is not None else false(),
        ),
    )
    found = work.connection.execute(wanted.order_by(p.due)).mappings()
    return [Due(**row) for row in found]
