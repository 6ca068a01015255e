"""Nodes: founding this one, and what it does with its peers."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.kinds import RelationTold, body_of, schemas
from tidewaiter.exchange.documents import SignedDocument
from tidewaiter.exchange.fingerprints import fingerprint
from tidewaiter.exchange.founding import About, found
from tidewaiter.exchange.relations import Standing
from tidewaiter.identity import keep_ring, own_ring, write_secret
from tidewaiter.store.audit import moment, record_change
from tidewaiter.store.conversations import MESSAGE, Words
from tidewaiter.store.database import Database, Stamp, Work
from tidewaiter.store.documents import add_documents, documents
from tidewaiter.store.holding import discard, hold_back, release
from tidewaiter.store.outgoing import Message, count_again, count_outgoing, write_message
from tidewaiter.store.peers import Known, move_relation, peer_of, peers
from tidewaiter.store.recovering import take_up
from tidewaiter.store.restored import missing_from
from tidewaiter.store.vouching import doubted_messages


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
        hint = "to say something else of it: tidewaiter node change"
        raise InputError("this installation is a node already", at=str(ring), hint=hint)
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
        hint = "do not go on: somebody stands between the two nodes, or a word was misheard"
        raise InputError("the fingerprint is not the one of this peer", hint=hint)
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
        hint = "say whether to release or to discard them"
        raise InputError(f"{count} messages to this peer were held back", hint=hint)


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
