"""Directory of peers: their documents, the history of relations, and the current settings."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from sqlalchemy import RowMapping, and_, delete, false, func, insert, or_, select, update

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.members import Move
from tidewaiter.exchange.protocol.documents import (
    Document,
    Merge,
    SignedDocument,
    check_chain,
    check_next,
    holding,
    merge,
)
from tidewaiter.exchange.protocol.message_validation import Peer
from tidewaiter.exchange.protocol.relations import CONTROL, Relation, Scope, Standing, moved
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import decode, encode, plain
from tidewaiter.store.core.database import Work


def add_documents(work: Work, chain: list[SignedDocument]) -> Merge:
    """Store a chain of documents from its first, unless a known one outranks it.

    Args:
        work: A write transaction.
        chain: All documents of a node, from the first.

    Returns:
        The effect on the known documents.

    Raises:
        InputError: The chain is invalid, or contradicts the known documents.
    """
    node = check_chain(chain).node
    known = documents(work, node)
    if known and known[0].digest() != chain[0].digest():
        raise InputError("store/another-document-of-node", node=node)
    merged = merge(known, chain) if known else Merge(common=0, new=tuple(chain))
    keep_merged(work, node, merged)
    return merged


def keep_merged(work: Work, node: str, merged: Merge) -> None:
    """Store new documents of a node; those replaced by a root are archived as evidence.

    Args:
        work: A write transaction.
        node: Their node.
        merged: The effect on the known documents.
    """
    if merged.replaces:
        _put_aside(work, node, merged.common)
    for number, each in enumerate(merged.new, merged.common + 1):
        _keep(work, node, number, each)


def add_document(work: Work, signed: SignedDocument) -> Document:
    """Store a document that follows the last known one.

    Raises:
        InputError: It does not follow.
    """
    told = signed.read()
    known = documents(work, told.node)
    if not known:
        raise InputError("store/node-not-known", node=told.node)
    if known[-1].digest() == signed.digest():
        return told
    document = check_next(known[-1], known[-1].read(), signed)
    _keep(work, document.node, document.number, signed)
    return document


def documents(work: Work, node: str) -> list[SignedDocument]:
    """Return the documents of a node, from the first."""
    d = tables.node_document.c
    found = select(d.written).where(d.node == node).order_by(d.number)
    return [
        decode(written, SignedDocument, f"document of {node}")
        for written in work.connection.execute(found).scalars()
    ]


def replaced_documents(work: Work, node: str) -> list[SignedDocument]:
    """Return the documents of a node that its root has replaced, in order of arrival.

    They were written by someone else, or by the node before its database was restored.
    """
    r = tables.replaced_document.c
    found = select(r.written).where(r.node == node).order_by(r.number)
    return [
        decode(written, SignedDocument, f"document of {node}")
        for written in work.connection.execute(found).scalars()
    ]


def cut_back(work: Work, node: str) -> list[SignedDocument]:
    """Archive the documents from the first invalid one in a stored chain; return these.

    An earlier version accepted documents in which an operational key announced another root.

    Args:
        work: A write transaction.
        node: Their node.
    """
    known = documents(work, node)
    common = len(holding(known))
    if common < len(known):
        _put_aside(work, node, common)
    return known[common:]


def newest_number(work: Work, node: str) -> int:
    """Return the number of the newest document of a node; 0: there is none."""
    d = tables.node_document.c
    found = work.connection.execute(select(func.max(d.number)).where(d.node == node)).scalar()
    return int(found or 0)


def nodes_known(work: Work) -> list[str]:
    """Return the names of all nodes with stored documents, including this node."""
    d = tables.node_document.c
    return list(work.connection.execute(select(d.node).distinct().order_by(d.node)).scalars())


def _put_aside(work: Work, node: str, common: int) -> None:
    """Archive the documents of a node after a given number."""
    d, now = tables.node_document.c, moment(stamp_of(work).at)
    these = (d.node == node, d.number > common)
    wanted = select(d.written, d.kept).where(*these).order_by(d.number)
    rows = [
        {"node": node, "written": row.written, "kept": row.kept, "replaced": now}
        for row in work.connection.execute(wanted)
    ]
    if rows:
        work.connection.execute(insert(tables.replaced_document), rows)
        work.connection.execute(delete(tables.node_document).where(*these))
        told: Details = {"node": node, "after": common, "documents": len(rows)}
        record_change(work, "documents replaced", told)


def _keep(work: Work, node: str, number: int, signed: SignedDocument) -> None:
    row = {
        "node": node,
        "number": number,
        "written": encode(signed),
        "kept": moment(stamp_of(work).at),
    }
    work.connection.execute(insert(tables.node_document).values(**row))
    record_change(
        work, "document kept", {"node": node, "number": number, "digest": signed.digest()}
    )


def note_move(
    work: Work, node: str, by: Literal["own", "peer"], to: Standing, reason: str = ""
) -> None:
    """Record a change of a relation; an unchanged standing is not a change.

    Args:
        work: A write transaction.
        node: The peer.
        by: The side that has the relation.
        to: The new standing.
        reason: Reason; for this node's own changes.
    """
    m = tables.relation_move.c
    last = select(m.standing).where(m.peer == node, m.by == by).order_by(m.number.desc()).limit(1)
    if (work.connection.execute(last).scalar() or "none") == to:
        return
    row = {
        "peer": node,
        "by": by,
        "standing": to,
        "at": moment(stamp_of(work).at),
        "reason": plain(reason),
    }
    work.connection.execute(insert(tables.relation_move).values(**row))


def moves(work: Work) -> Iterator[Move]:
    """Yield the changes of all relations, in the order recorded here."""
    m = tables.relation_move.c
    for row in work.connection.execute(select(tables.relation_move).order_by(m.number)):
        yield Move(node=row.peer, by=row.by, to=row.standing, day=day_of(row.at), reason=row.reason)


def day_of(at: str) -> date:
    """Return the UTC day of a moment written by `moment`."""
    return date.fromisoformat(at[:10])


def end_offers(work: Work, peer: str) -> None:
    """End a peer's private queries, which were allowed under another scope."""
    o = tables.private_offer.c
    mine = (o.side == "holder") & (o.peer == peer) & (o.state == "open")
    ended = update(tables.private_offer).where(mine).values(state="ended", written=None)
    work.connection.execute(ended)


class Known(Record, frozen=True, kw_only=True):
    """A peer as stored."""

    node: str
    name: str
    country: str
    role: str
    document: int  # number of its newest
    relation: Relation
    since: str  # ISO 8601, UTC
    theirs: Standing  # as last reported by the peer
    theirs_since: str  # "": nothing reported
    untrusted: Mapping[str, int]
    have: int  # number of the last message accepted from it
    head: str
    owed: int  # last message number it has receipts for; -1: not asked since a restore
    sealed: int  # number of the last message sealed for it
    sealed_head: str
    told: int  # number of the last message that it confirmed
    log_size: int
    log_root: str
    heard: str
    tries: int
    due: str
    trouble: str


def add_peer(work: Work, chain: list[SignedDocument]) -> Known:
    """Add a node as a peer without a relation yet, or update a known one.

    Raises:
        InputError: Its documents are invalid.
    """
    add_documents(work, chain)
    node = chain[0].read().node
    describe(work, node)
    return peer_of(work, node)


def take_documents(work: Work, node: str, merged: Merge, untrusted: Mapping[str, int]) -> None:
    """Store new documents of a peer.

    Args:
        work: A write transaction.
        node: The peer.
        merged: The effect on the known documents.
        untrusted: By key revoked: the first message no longer trusted. The first statement on a
            key is final.
    """
    keep_merged(work, node, merged)
    describe(work, node)
    document = documents(work, node)[-1].read()
    revoked = {key.name for key in document.keys if key.state == "revoked"}
    distrust(work, node, {name: told for name, told in untrusted.items() if name in revoked})


def distrust(work: Work, node: str, keys: Mapping[str, int]) -> None:
    """Record which keys of a peer are untrusted, by name, and from which message on."""
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
        MissingError: No peer has that name.
    """
    found = find_peer(work, node)
    if found is None:
        raise MissingError("store/no-peer", node=node[:60])
    return found


def find_peer(work: Work, node: str) -> Known | None:
    """Return a peer; None: unknown."""
    wanted = select(tables.peer).where(tables.peer.c.node == node)
    row = work.connection.execute(wanted).mappings().first()
    return None if row is None else _known(row)


def judged_by(work: Work, known: Known) -> Peer:
    """Return the data for validating a peer's messages."""
    d = tables.node_document.c
    wanted = select(d.written).where(d.node == known.node, d.number == known.document)
    written = work.connection.execute(wanted).scalar_one()
    document = decode(written, SignedDocument, f"document of {known.node}").read()
    return Peer(document=document, relation=known.relation, have=known.have, head=known.head)


def move_relation(
    work: Work, node: str, to: Standing, *, reason: str = "", fingerprint: str = ""
) -> Known:
    """Change the relation to a peer, effective from the next message on.

    Args:
        work: A write transaction.
        node: The peer.
        to: The new standing.
        reason: Reason.
        fingerprint: Fingerprint of the peer's root, as compared by a person.

    Raises:
        ConflictError: The change is not allowed from the current standing.
        InputError: The fingerprint must be compared first.
        MissingError: No such peer.
    """
    known = peer_of(work, node)
    relation = moved(known.relation, to, reason=plain(reason), fingerprint=fingerprint)
    set_relation(work, node, relation)
    record_change(work, "relation changed", {"peer": node, "standing": to})
    return peer_of(work, node)


def set_scope(work: Work, node: str, scope: Scope) -> Known:
    """Set the scope of exchange with a peer from the next message on; ends its private queries.

    Raises:
        MissingError: No such peer.
    """
    known = peer_of(work, node)
    narrowed = replace(known.relation, scope=replace(scope, reason=plain(scope.reason)))
    _set(work, node, relation=encode(narrowed))  # standing and its date stay
    end_offers(work, node)
    kinds = " ".join(scope.kinds) or "all"
    record_change(work, "scope changed", {"peer": node, "kinds": kinds, "tlp": scope.tlp})
    return peer_of(work, node)


def set_relation(work: Work, node: str, relation: Relation) -> None:
    """Write this node's relation to a peer."""
    note_move(work, node, "own", relation.standing, relation.reason)
    _set(
        work,
        node,
        relation=encode(relation),
        standing=relation.standing,
        since=moment(stamp_of(work).at),
    )


def hear_relation(work: Work, node: str, theirs: Standing) -> None:
    """Write the relation reported by a peer; it is retried at once."""
    note_move(work, node, "peer", theirs)
    _set(work, node, theirs=theirs, theirs_since=moment(stamp_of(work).at))
    end_wait(work, node)


def record_accepted(work: Work, node: str, have: int, head: str) -> None:
    """Write the last message accepted from a peer; activity ends its back-off."""
    now = moment(stamp_of(work).at)
    _set(work, node, have=have, head=head, heard=now, due=now, tries=0, trouble="")


def end_wait(work: Work, *nodes: str) -> list[str]:
    """Retry peers at once, ignoring their back-off; return their names.

    Args:
        work: A write transaction.
        nodes: The peers; empty: all.
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
    """Write the content of a peer's newest document; create the peer if missing."""
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
    """A peer to contact now."""

    node: str
    tries: int  # failed attempts since the last contact


def peers_due(
    work: Work, now: str, latest: str, *, here: Sequence[str] = (), asked: Collection[str] | None
) -> list[Due]:
    """Return the peers to send to or poll now.

    Args:
        work: Any transaction.
        now: The moment, as `moment` writes it.
        latest: Latest possible end of a back-off; anything later means that the clock was set back.
        here: Peers that have contacted this node; their back-off is ignored.
        asked: Peers polled recently; None: poll none.
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
