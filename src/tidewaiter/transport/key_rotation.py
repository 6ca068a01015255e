"""Key rotation and recovery: this node changes its keys and informs its peers.

Each peer receives the new document in a message sealed with the keys that it knows, as the last one
under these: so a peer that accepts it has accepted all earlier messages.
"""

import secrets
from pathlib import Path

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Document, SignedDocument, root_hash
from tidewaiter.exchange.protocol.keyring import About, Ring, recovered, renewed, rotated
from tidewaiter.exchange.protocol.relations import MET
from tidewaiter.exchange.protocol.signing import KEY, public_of, unwrapped, wrapped
from tidewaiter.node.identity import keep_ring, own_ring, write_secret
from tidewaiter.store.audit import moment, record_change
from tidewaiter.store.core.database import Database, Stamp, Work
from tidewaiter.store.peers.directory import add_document, documents, nodes_known, peers
from tidewaiter.store.peers.key_recovery import forget_locked
from tidewaiter.store.peers.outbox import Message, first_since, write_message
from tidewaiter.transport.context import Desk
from tidewaiter.transport.message_kinds import DocumentTold, body_of, schemas
from tidewaiter.transport.peers import root_file
from tidewaiter.transport.sending import seal_within


class Recovery(Record, frozen=True, kw_only=True):
    """Result of a recovery."""

    document: Document
    root: Path | None = None  # file of the next root; None: the root stays
    lost: int = 0  # messages that became unreadable


def rotate(
    desk: Desk, ring: Path, stamp: Stamp, *, revoke: bool = False, since: str = ""
) -> Document:
    """Rotate this node's keys, and inform its peers under the old ones.

    Args:
        desk: The node's context.
        ring: Key ring file.
        stamp: Who does it, and when.
        revoke: Whether to revoke the old signing key.
        since: Start of distrust, ISO 8601; "": now.

    Raises:
        OutputError: The keys cannot be written; the old ones stay.
    """
    with desk.database.work(stamp) as work:
        desk.refresh(work)
        last, before = own_document(work, desk.node)
        key = before.active("sign")
        gone = (key.name,) if revoke and key else ()
        made = moment(stamp.at)
        new, signed = rotated(desk.ring, last, secrets.token_bytes, made, revoked=gone)
        keep_ring(ring, new)  # inside the transaction, which serialises concurrent rotations
        _tell(desk, work, signed, gone, since)
    desk.ring = new
    return signed.read()


def change(desk: Desk, about: About, stamp: Stamp) -> Document:
    """Change this node's self-description, and inform its peers."""
    with desk.database.work(stamp) as work:
        desk.refresh(work)
        last, _ = own_document(work, desk.node)
        about = structs.replace(about, kinds=schemas(desk.kinds))
        signed = renewed(desk.ring, last, about, moment(stamp.at))
        _tell(desk, work, signed, (), "")
    return signed.read()


def announce_kinds(desk: Desk) -> bool:
    """Inform peers of the supported message kinds if they changed.

    Returns:
        Whether they did, as after an upgrade.
    """
    with desk.database.work() as work:
        _, now = own_document(work, desk.node)
    if now.kinds == schemas(desk.kinds):
        return False
    about = About(
        node=now.node, name=now.name, country=now.country, role=now.role, endpoints=now.endpoints
    )
    change(desk, about, desk.stamp())
    return True


def recover(
    database: Database,
    path: Path,
    root: bytes,
    stamp: Stamp,
    *,
    since: str = "",
    roots: Path | None = None,
) -> Recovery:
    """Replace lost or compromised keys of this node with its root key.

    Its peers suspend exchange until people compare its fingerprint again.

    Args:
        database: Of this node.
        path: Key ring file, possibly missing.
        root: The root key, or the next root, which then takes over.
        stamp: Who does it, and when.
        since: Start of distrust of the old keys, ISO 8601; "":
            now.
        roots: Folder for a new next root, if the current one takes over.

    Raises:
        InputError: Not a root of this node, or the database is not that of a single node.
        OutputError: The keys cannot be written.
    """
    held = own_ring(path)
    with database.work(stamp) as work:
        last, before = own_document(work, held.node if held else _own_name(work))
        ring = held or Ring(node=before.node, pairs=(), store=wrapped(secrets.token_bytes(KEY)))
        place = _place(before, root, roots)
        later = secrets.token_bytes(KEY) if place else None
        made = moment(stamp.at)
        new, signed = recovered(ring, last, root, secrets.token_bytes, made, later=later)
        if place and later:
            write_secret(place, later)
        keep_ring(path, new)
        add_document(work, signed)
        lost = 0 if held else forget_locked(work)
        gone = [key.name for key in before.keys if key.use == "sign"]
        for node in _met(work):
            first = {name: first_since(work, node, since) for name in gone}
            told = DocumentTold(document=signed, untrusted=first)
            message = Message(kind="document", body=body_of(told))
            write_message(work, new.lock, node, message)
        record_change(work, "node recovered", {"node": before.node, "number": before.number + 1})
    return Recovery(document=signed.read(), root=place, lost=lost)


def _place(before: Document, root: bytes, roots: Path | None) -> Path | None:
    """Return where the new next root is stored; None: the root stays.

    Raises:
        InputError: Not a root of the node, or no folder is given.
    """
    public = public_of("sign", root)
    if public == unwrapped(before.root):
        return None
    if root_hash(public) != before.next_root:
        raise InputError("transport/not-a-root-key")
    if roots is None:
        raise InputError("transport/no-folder-for-root-key")
    return root_file(roots, before.node, before.number + 2)


def own_document(work: Work, node: str) -> tuple[SignedDocument, Document]:
    """Return the newest document of this node.

    Raises:
        InputError: The database has none.
    """
    chain = documents(work, node)
    if not chain:
        raise InputError("transport/database-of-another-node")
    return chain[-1], chain[-1].read()


def _own_name(work: Work) -> str:
    """Return the only node with documents here that is not a peer."""
    own = set(nodes_known(work)) - {each.node for each in peers(work)}
    if len(own) != 1:
        raise InputError("transport/database-of-no-node")
    return own.pop()


def _tell(
    desk: Desk, work: Work, signed: SignedDocument, gone: tuple[str, ...], since: str
) -> None:
    """Inform peers of a document, as the last message under the old keys."""
    for node in _met(work):
        last = seal_within(desk, work, node)
        first = first_since(work, node, since) if since else last + 2  # this message is trusted
        told = DocumentTold(document=signed, untrusted=dict.fromkeys(gone, first))
        write_message(work, desk.ring.lock, node, Message(kind="document", body=body_of(told)))
        seal_within(desk, work, node)
    add_document(work, signed)


def _met(work: Work) -> list[str]:
    return [each.node for each in peers(work) if each.relation.standing in MET]
