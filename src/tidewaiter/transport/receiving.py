"""Receiving: envelopes are decrypted, verified, sequenced, processed and receipted.

Content of this node's own messages, recovered from a peer, is replayed. Some of it depends on
other messages that must be recovered first, so it is retried.

Receipts are sent only after the commit: accepted messages, their effects, receipts and log entries
are stored in one transaction.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import structs

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.envelopes import Envelope, assemble, open_with_any, parse
from tidewaiter.exchange.protocol.message_validation import (
    Before,
    Peer,
    authenticate,
    place,
    refuse,
)
from tidewaiter.exchange.protocol.receipts import Code, Final, Receipt, give, read_receipt
from tidewaiter.exchange.protocol.relations import CONTROL
from tidewaiter.exchange.protocol.signing import digest_of
from tidewaiter.store.audit import Details, State, audit_state, moment, record_changes
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import find_peer, record_accepted
from tidewaiter.store.peers.inbox import (
    Arrived,
    accepted_before,
    keep_contradiction,
    keep_incoming,
)
from tidewaiter.store.peers.reconcile import carried_out, missing_from, regained_bodies
from tidewaiter.transport.context import TAKEN, TURNED_AWAY, Desk
from tidewaiter.transport.message_kinds import Received


class Opened(Record, frozen=True, kw_only=True):
    """A line, with the validation against its sender's keys."""

    line: str  # digest of the line as received
    envelope: Envelope | None = None  # None: unreadable
    peer: Peer | None = None  # None: unknown sender
    code: Code | None = None  # why it is not authentic
    body: bytes | None = None  # None: cannot be decrypted

    @property
    def sender(self) -> str:
        """Return the claimed sender."""
        return self.envelope.header.sender if self.envelope else ""

    @property
    def seq(self) -> int:
        """Return its number."""
        return self.envelope.header.seq if self.envelope else 0


def open_all(desk: Desk, lines: Sequence[str]) -> list[Opened]:
    """Decode and decrypt the lines of a request."""
    envelopes = [_parsed(line) for line in lines]
    peers: dict[str, Peer | None] = {}
    with desk.database.work() as work:
        desk.refresh(work)  # so that a box for keys rotated elsewhere is not rejected permanently
        for sender in {each.header.sender for each in envelopes if each}:
            known = find_peer(work, sender)
            peers[sender] = desk.judge_by(work, known) if known else None
    return [
        open_one(desk, digest_of(line), each, peers[each.header.sender])
        if each
        else Opened(line=digest_of(line), code="malformed")
        for line, each in zip(lines, envelopes, strict=True)
    ]


def open_one(desk: Desk, line: str, envelope: Envelope, peer: Peer | None) -> Opened:
    """Decrypt an envelope.

    Args:
        desk: The node's context.
        line: Digest of its line.
        envelope: The envelope.
        peer: State of its sender.
    """
    code = authenticate(envelope, desk.node, peer)
    body = None if code else open_with_any(envelope, desk.ring.openers())
    return Opened(line=line, envelope=envelope, peer=peer, code=code, body=body)


def _parsed(line: str) -> Envelope | None:
    try:
        return parse(line)
    except InputError:
        return None


def carry_out_again(desk: Desk, work: Work, node: str) -> int:
    """Replay this node's messages to a peer; return how many were completed.

    Args:
        desk: The node's context.
        work: A write transaction.
        node: The peer.
    """
    done = 0
    for signed, body in regained_bodies(work, desk.ring.lock, node):
        header = assemble(signed, "").header
        kind = desk.kinds.get(header.kind)
        received = Received(peer=node, header=header, body=body, safe=desk.ring.lock)
        try:
            with work.connection.begin_nested():
                if kind is not None and kind.redo is not None:
                    kind.redo(work, received)
                carried_out(work, header.id)
        except (InputError, ConflictError, MissingError):
            continue  # its subject has not arrived, or never will
        done += 1
    return done


PATIENT = frozenset[str]({"early", "frozen", "not-active", "ended", "too-many"})
"""Codes of premature messages, which are resent and not logged."""

UNNOTED = PATIENT | {"unknown-sender"}
"""Codes not logged, as strangers could fill the log."""

OLD_KEYS = frozenset[str]({"old-key", "revoked-key"})
"""Codes of messages under keys that a peer no longer uses."""


class Judged(Record, frozen=True, kw_only=True):
    """Result for a line."""

    line: str  # digest of the line as received
    envelope: Envelope | None = None  # None: unreadable
    taken: bool = False  # in the chain
    code: Code | None = None  # reason of rejection
    says: str = ""
    receipt: str = ""  # given earlier

    @property
    def digest(self) -> str:
        """Return the id used in its receipt."""
        return self.envelope.digest if self.envelope else self.line


class Taking:
    """Processing of envelopes in one transaction."""

    def __init__(self, desk: Desk, work: Work, opened: Sequence[Opened]) -> None:
        """Read the state of the senders, under the write lock."""
        self._desk, self._work = desk, work
        self._kinds = {name: kind.schema for name, kind in desk.kinds.items()}
        self._now = int(desk.clock().timestamp())
        self._peers: dict[str, Peer] = {}
        self._before: dict[str, Before] = {}
        self._judged: dict[str, Judged] = {}  # by line, in order
        self._missing: set[str] = set()  # senders with lost messages
        self._new: dict[str, dict[str, Envelope]] = {}  # accepted, by sender and id
        for sender in {each.sender for each in opened}:
            self._look(sender)
            theirs = [each.envelope for each in opened if each.envelope and each.sender == sender]
            self._before[sender] = accepted_before(work, sender, theirs)

    def take(self, opened: Opened) -> None:
        """Validate an envelope, and process it if it is next."""
        envelope = opened.envelope
        if envelope is None or opened.line in self._judged:
            return
        judged = Judged(line=opened.line, envelope=envelope)
        before, peer = self._before[opened.sender], self._peers[opened.sender]
        if same := before.same(envelope):
            self.leave(
                structs.replace(judged, taken=True, receipt=in_force(self._desk, same.receipt))
            )
            return
        if opened.peer is None or not _judges_alike(peer, opened.peer):  # keys changed meanwhile
            opened = open_one(self._desk, opened.line, envelope, peer)
        code = opened.code or place(envelope, peer, before)
        if not opened.code and envelope.header.id in self._new.get(opened.sender, ()):
            code = "equivocation"
        if code == "equivocation":
            keep_contradiction(self._work, opened.sender, envelope)
        if code in OLD_KEYS and opened.sender in self._missing:
            self._desk.doubted.add(opened.sender)  # may show that this was accepted before
        if code:
            self.leave(structs.replace(judged, code=code))
        else:
            self._act(judged, envelope, opened.body)

    def leave(self, judged: Judged) -> None:
        """Record the result of a line without effect."""
        self._judged.setdefault(judged.line, judged)

    def finish(self) -> dict[str, str]:
        """Write the log, sign the receipts, and store them with the messages.

        Returns:
            Receipts by line.
        """
        judged = list(self._judged.values())
        now = self._desk.clock().timestamp()
        entries = [entry for each in judged if (entry := self._desk.noting.kept(_entry(each), now))]
        record_changes(self._work, entries)
        state = audit_state(self._work)
        receipts = {
            each.line: each.receipt
            or receipt_for(self._desk, each, state, have=self._have(each.envelope))
            for each in judged
        }
        for sender, peer in self._peers.items():
            arrived = [
                Arrived(envelope=each.envelope, code=each.code or "", receipt=receipts[each.line])
                for each in judged
                if each.envelope and each.envelope.header.sender == sender and _is_new(each)
            ]
            if arrived:
                keep_incoming(self._work, sender, arrived)
                record_accepted(self._work, sender, peer.have, peer.head)
            if arrived and sender in self._missing:
                carry_out_again(self._desk, self._work, sender)
        return receipts

    def _act(self, judged: Judged, envelope: Envelope, body: bytes | None) -> None:
        """Accept an envelope, and process it."""
        header, peer = envelope.header, self._peers[envelope.header.sender]
        code: Final | None = refuse(envelope, peer, self._kinds, self._now)
        says = ""
        if code is None and body is None:  # keys may have changed since
            body = open_one(self._desk, judged.line, envelope, peer).body
            code = None if body is not None else "cannot-open"
        if code is None and body is not None:
            received = Received(
                peer=header.sender,
                header=header,
                body=body,
                safe=self._desk.ring.lock,
                beside=self._new.get(header.sender, {}),
            )
            code, says = self._effect(received)
        if header.kind in CONTROL:  # it may have changed the peer's state
            self._look(header.sender)
        now = self._peers[header.sender]
        self._peers[header.sender] = structs.replace(now, have=header.seq, head=envelope.digest)
        self._new.setdefault(header.sender, {})[header.id] = envelope
        self.leave(structs.replace(judged, taken=True, code=code, says=says))

    def _effect(self, received: Received) -> tuple[Final | None, str]:
        """Process a message; roll back if its content is invalid."""
        try:
            with self._work.connection.begin_nested():
                self._desk.kinds[received.header.kind].act(self._work, received)
        except (InputError, ConflictError, MissingError) as error:
            return "no-effect", error.message[:200]
        return None, ""

    def _look(self, sender: str) -> None:
        known = find_peer(self._work, sender)
        if known is not None:
            self._peers[sender] = self._desk.judge_by(self._work, known)
            if missing_from(known):
                self._missing.add(sender)

    def _have(self, envelope: Envelope | None) -> int:
        peer = self._peers.get(envelope.header.sender) if envelope else None
        return peer.have if peer else 0


def in_force(desk: Desk, receipt: str) -> str:
    """Return an earlier receipt; re-signed if its key is no longer active.

    Args:
        desk: The node's context.
        receipt: As given.
    """
    signer, given = desk.ring.signer(), read_receipt(receipt)
    if given.signed.kid == signer.kid:
        return receipt
    return give(given.receipt, kid=signer.kid, secret=signer.secret)


def receipt_for(desk: Desk, judged: Judged, state: State | None, *, have: int = 0) -> str:
    """Sign the result of a line.

    Args:
        desk: The node's context.
        judged: The result.
        state: State of the log; None: nothing was written.
        have: Number of the last message accepted from its sender.
    """
    header = judged.envelope.header if judged.envelope else None
    became: Literal["processed", "refused", "turned-away"] = "turned-away"
    if judged.taken:
        became = "refused" if judged.code else "processed"
    receipt = Receipt(
        id=header.id if header else "",
        digest=judged.digest,
        sender=desk.node,
        to=header.sender if header else "",
        at=moment(desk.clock()),
        state=became,
        code=judged.code or "",
        says=judged.says,
        have=have,
        size=state.entries if state else 0,
        root=state.root.hex() if state else "",
    )
    signer = desk.ring.signer()
    return give(receipt, kid=signer.kid, secret=signer.secret)


def _judges_alike(one: Peer, other: Peer) -> bool:
    return (one.document, one.vouched) == (other.document, other.vouched)


def _is_new(judged: Judged) -> bool:
    return judged.taken and not judged.receipt


def _entry(judged: Judged) -> tuple[str, Details] | None:
    """Return the log entry of a line; None: none, as it may be resent unchanged."""
    if judged.receipt or judged.envelope is None or judged.code in UNNOTED:
        return None
    told: dict[str, str | int] = {
        "peer": judged.envelope.header.sender,
        "message": judged.envelope.header.id,
        "digest": judged.digest,
    }
    if judged.code:
        told["code"] = judged.code
    return (TAKEN if judged.taken else TURNED_AWAY), told


UNPROVED = frozenset[str](
    {
        "malformed",
        "not-for-us",
        "unknown-sender",
        "unknown-key",
        "old-key",
        "revoked-key",
        "bad-signature",
        "other-box",
    }
)
"""Codes that any sender can cause."""

MOST_LINES = 64
MOST_BYTES = 1024 * 1024


def receive(desk: Desk, lines: Sequence[str]) -> list[str]:
    """Process a peer's lines.

    Args:
        desk: The node's context.
        lines: One envelope each; at most 64.

    Returns:
        A signed receipt per line, in order.

    Raises:
        StoreError: Nothing was accepted: the database cannot be written.
    """
    return receive_all(desk, [lines])[0]


def proves_nothing(receipt: str) -> bool:
    """Return whether a receipt is for a line that anyone could have sent.

    Args:
        receipt: A receipt of this node.
    """
    return read_receipt(receipt).receipt.code in UNPROVED


def receive_all(desk: Desk, requests: Sequence[Sequence[str]]) -> list[list[str]]:
    """Process several requests in one transaction.

    Args:
        desk: The node's context.
        requests: Lines of each request.

    Returns:
        Signed receipts, one list per request.

    Raises:
        StoreError: Nothing was accepted: the database cannot be written.
    """
    opened = [open_all(desk, lines) for lines in requests]
    together = [each for some in opened for each in some]
    if not any(each.peer for each in together):
        # All senders are unknown: nothing is stored, so no write lock is needed.
        return [[receipt_for(desk, _stranger(each), None) for each in some] for some in opened]
    with desk.database.work(desk.stamp()) as work:
        desk.refresh(work)
        taking = Taking(desk, work, [each for each in together if each.peer])
        # Duplicate or unordered lines: each waits for its predecessor.
        for each in sorted(together, key=lambda one: (one.sender, one.seq)):
            taking.take(each) if each.peer else taking.leave(_stranger(each))
        receipts = taking.finish()
    return [[receipts[each.line] for each in some] for some in opened]


def _stranger(opened: Opened) -> Judged:
    """Answer lines of unknown senders only."""
    code = opened.code or "unknown-sender"
    return Judged(line=opened.line, envelope=opened.envelope, code=code)
