"""Founding this node, adding and changing peers, and processing their signed documents."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import SignedDocument, fingerprint, merge, read_chain
from tidewaiter.exchange.protocol.keyring import About, found
from tidewaiter.exchange.protocol.relations import Standing
from tidewaiter.node.identity import keep_ring, own_ring, write_secret
from tidewaiter.store.audit import moment, record_change
from tidewaiter.store.core.database import Database, Stamp, Work
from tidewaiter.store.peers.channel import MESSAGE, Words, doubted_messages
from tidewaiter.store.peers.directory import (
    Known,
    add_documents,
    documents,
    find_peer,
    move_relation,
    peer_of,
    peers,
)
from tidewaiter.store.peers.key_recovery import take_news, take_up
from tidewaiter.store.peers.outbox import (
    Message,
    count_again,
    count_outgoing,
    discard,
    hold_back,
    release,
    write_message,
)
from tidewaiter.store.peers.reconcile import missing_from
from tidewaiter.transport.context import Desk
from tidewaiter.transport.message_kinds import RelationTold, body_of, schemas


class Standings(Record, frozen=True, kw_only=True):
    """A peer and its message counts."""

    peer: Known
    fingerprint: str
    outgoing: dict[str, int]  # messages by state
    again: int  # receipted messages that are resent, as the peer was restored
    missing: int | None  # its messages lost here; None: not asked yet
    doubted: int  # its messages that may be forged


def found_node(
    database: Database, ring: Path, roots: Path, about: About, stamp: Stamp
) -> tuple[Path, Path]:
    """Make this installation a node: key files, and the first document in the database.

    Args:
        database: Of this node.
        ring: Key ring file.
        roots: Folder for its two root keys.
        about: Its self-description.
        stamp: Who does it, and when.

    Returns:
        The root key files, the current one first.

    Raises:
        InputError: It is a node already.
        OutputError: The keys cannot be written.
    """
    if own_ring(ring) is not None:
        raise InputError("transport/node-already", at=str(ring))
    about = structs.replace(about, kinds=schemas())
    made = found(about, secrets.token_bytes, moment(stamp.at))
    # Roots first: without them a node can never recover its keys. Then the key ring: a database
    # that names keys that no longer exist is useless.
    places = (root_file(roots, about.node, 1), root_file(roots, about.node, 2))
    for place, secret in zip(places, (made.root, made.next_root), strict=True):
        write_secret(place, secret)
    keep_ring(ring, made.ring)
    with database.work(stamp) as work:
        add_documents(work, [made.document])
        record_change(work, "node founded", {"node": about.node})
    return places


def root_file(folder: Path, node: str, number: int) -> Path:
    """Return the file of a root key in a folder."""
    return folder / f"{node.replace('/', '-')}.root{number}"


class RelationChange(Record, frozen=True, kw_only=True):
    """A change of the relation to a peer."""

    to: Standing  # the new state
    reason: str = ""  # internal, not sent
    compared: str = ""  # the fingerprint, if compared
    held: str = ""  # what to do with messages on hold: "release" or "discard"


def relate(desk: Desk, node: str, change: RelationChange, stamp: Stamp) -> Known:
    """Change the relation to a peer, and inform it.

    Args:
        desk: The node's context.
        node: The peer.
        change: The new state, and what it needs.
        stamp: Who does it, and when.

    Raises:
        ConflictError: Not a permitted transition.
        InputError: The fingerprint is missing or different, or it is not said what to do with
            messages on hold.
        MissingError: No such peer.
    """
    with desk.database.work(stamp) as work:
        return relate_within(desk, work, node, change)


def relate_within(desk: Desk, work: Work, node: str, change: RelationChange) -> Known:
    """Change the relation to a peer within a transaction; otherwise like `relate`."""
    to, compared = change.to, change.compared
    true = fingerprint(documents(work, peer_of(work, node).node)[-1].read())
    if compared and compared != true:
        raise InputError("transport/fingerprint-differs")
    known = move_relation(work, node, to, reason=change.reason, fingerprint=compared)
    if to in {"frozen", "ended"}:
        hold_back(work, node)
    if to == "active" and count_outgoing(work, node).get("held"):
        _settle(work, node, change.held)
    told = body_of(RelationTold(standing=to))
    if to != "ended":
        write_message(work, desk.ring.lock, node, Message(kind="relation", body=told))
    return known


def invite(desk: Desk, work: Work, chain: Sequence[SignedDocument]) -> Known:
    """Add a node as a peer or update it, and invite a new one.

    Args:
        desk: The node's context.
        work: A write transaction.
        chain: All documents of the node.

    Raises:
        InputError: They are invalid, contradict what is known, or are this node's own.
    """
    known = peer_of(work, take_up(work, chain, own=desk.node))
    if known.relation.standing in {"none", "ended"}:
        return relate_within(desk, work, known.node, RelationChange(to="invited"))
    return known


def say(desk: Desk, work: Work, node: str, text: str) -> str:
    """Write a free-text message to a peer within a transaction; return the message id.

    Raises:
        InputError: It is too long, or may not be sent to this peer.
        MissingError: No such peer.
    """
    message = Message(kind=MESSAGE, body=body_of(Words(text=text)))
    return write_message(work, desk.ring.lock, node, message)


def _settle(work: Work, node: str, held: str) -> None:
    if held == "release":
        release(work, node)
    elif held == "discard":
        discard(work, node)
    else:
        count = count_outgoing(work, node)["held"]
        raise InputError("transport/messages-held-back", count=count)


def standings(work: Work) -> list[Standings]:
    """Return all peers, with message counts."""
    return [
        Standings(
            peer=each,
            fingerprint=fingerprint(documents(work, each.node)[-1].read()),
            outgoing=count_outgoing(work, each.node),
            again=count_again(work, each),
            missing=missing_from(each),
            doubted=len(doubted_messages(work, each)),
        )
        for each in peers(work)
    ]


def hear_documents(desk: Desk, held: bytes) -> None:
    """Update a peer's documents; validated before anything is written.

    Args:
        desk: The node's context.
        held: Its newest documents, in order.

    Raises:
        InputError: They do not follow from known documents, or do not outrank them.
        MissingError: Not a peer.
        StoreError: The database cannot be written.
    """
    chain = read_chain(held)
    if not chain:
        raise InputError("transport/no-document")
    node = chain[0].read().node
    with desk.database.work() as work:
        if find_peer(work, node) is None:
            raise MissingError("transport/not-a-peer")
        known = documents(work, node)
    if not merge(known, chain).new:
        return
    with desk.database.work(desk.stamp()) as work:
        take_news(work, node, chain, {})
