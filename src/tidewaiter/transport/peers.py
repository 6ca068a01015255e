"""Founding this node, adding and changing its peers, and taking in their signed documents."""

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
    """A peer, and what lies between."""

    peer: Known
    fingerprint: str
    outgoing: dict[str, int]  # messages by state
    again: int  # messages that it has receipted once, and that are sent again: it was restored
    missing: int | None  # that came from it and are forgotten here; None: it is not asked yet
    doubted: int  # messages that came from it and may be another's


def found_node(
    database: Database, ring: Path, roots: Path, about: About, stamp: Stamp
) -> tuple[Path, Path]:
    """Make this installation a node: keys in files, the first document in the database.

    Args:
        database: Of this node.
        ring: The file for its keys.
        roots: The folder for its two root keys.
        about: What it says of itself.
        stamp: Who does it, and when.

    Returns:
        The files of the root keys, the one that is in use first.

    Raises:
        InputError: It is a node already.
        OutputError: The keys cannot be written.
    """
    if own_ring(ring) is not None:
        raise InputError("transport/node-already", at=str(ring))
    about = structs.replace(about, kinds=schemas())
    made = found(about, secrets.token_bytes, moment(stamp.at))
    # The roots first: a node that has lost its roots can never recover its keys. Then the keys: a
    # database that names keys which nobody has is of no use.
    places = (root_file(roots, about.node, 1), root_file(roots, about.node, 2))
    for place, secret in zip(places, (made.root, made.next_root), strict=True):
        write_secret(place, secret)
    keep_ring(ring, made.ring)
    with database.work(stamp) as work:
        add_documents(work, [made.document])
        record_change(work, "node founded", {"node": about.node})
    return places


def root_file(folder: Path, node: str, number: int) -> Path:
    """Return where a root key of a node is kept in a folder."""
    return folder / f"{node.replace('/', '-')}.root{number}"


def relate(
    desk: Desk,
    node: str,
    to: Standing,
    stamp: Stamp,
    *,
    reason: str = "",
    compared: str = "",
    held: str = "",
) -> Known:
    """Change what this node does with a peer, and tell it.

    Args:
        desk: Of this node.
        node: The peer.
        to: What the relation becomes.
        stamp: Who does it, and when.
        reason: Why; it is kept here and not told.
        compared: The fingerprint, where someone has compared it.
        held: What becomes of messages that were held back: "release" or "discard".

    Raises:
        ConflictError: The one does not follow from the other.
        InputError: The fingerprint is missing or another, or nobody said what becomes of what was
            held back.
        MissingError: There is no such peer.
    """
    with desk.database.work(stamp) as work:
        return relate_within(desk, work, node, to, reason=reason, compared=compared, held=held)


def relate_within(
    desk: Desk,
    work: Work,
    node: str,
    to: Standing,
    *,
    reason: str = "",
    compared: str = "",
    held: str = "",
) -> Known:
    """Change what this node does with a peer, in work that writes; otherwise as `relate`."""
    true = fingerprint(documents(work, peer_of(work, node).node)[-1].read())
    if compared and compared != true:
        raise InputError("transport/fingerprint-differs")
    known = move_relation(work, node, to, reason=reason, fingerprint=compared)
    if to in {"frozen", "ended"}:
        hold_back(work, node)
    if to == "active" and count_outgoing(work, node).get("held"):
        _settle(work, node, held)
    told = body_of(RelationTold(standing=to))
    if to != "ended":
        write_message(work, desk.ring.lock, node, Message(kind="relation", body=told))
    return known


def invite(desk: Desk, work: Work, chain: Sequence[SignedDocument]) -> Known:
    """Take up a node as a peer, or what is new of one, and invite it where it is not met yet.

    Args:
        desk: Of this node.
        work: Begun with a stamp.
        chain: All documents of the node.

    Raises:
        InputError: They do not hold, or say something else than what is known, or are its own.
    """
    known = peer_of(work, take_up(work, chain, own=desk.node))
    if known.relation.standing in {"none", "ended"}:
        return relate_within(desk, work, known.node, "invited")
    return known


def say(desk: Desk, work: Work, node: str, text: str) -> str:
    """Write to the people at a peer, in work that writes; return the id of the message.

    Raises:
        InputError: It is too long, or is not to be told to this peer.
        MissingError: There is no such peer.
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
    """Return all peers, with what lies between."""
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
    """Take what is new of a peer; nothing is written before it is seen to follow.

    Args:
        desk: Of this node.
        held: Its newest documents, in order.

    Raises:
        InputError: They do not follow from what is known, or do not outrank it.
        MissingError: It is no peer.
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
