"""Receiving: envelopes are opened, verified, put in sequence, acted on and receipted.

Its content came back from the peer that has it, and is what this node signed. Some of it can only
be carried out when what it answers has come again too: so it is tried until it can.

No receipt leaves before the transaction is on the disk: what was taken, what it did, the receipt
and the entry in the log are kept together or not at all.
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
from tidewaiter.store.peers.directory import find_peer, has_taken
from tidewaiter.store.peers.inbox import (
    Arrived,
    keep_contradiction,
    keep_incoming,
    taken_before,
)
from tidewaiter.store.peers.reconcile import carried_out, missing_from, regained_bodies
from tidewaiter.transport.context import TAKEN, TURNED_AWAY, Desk
from tidewaiter.transport.message_kinds import Received


class Opened(Record, frozen=True, kw_only=True):
    """A line, and what the keys of its sender say of it."""

    line: str  # its digest as it came
    envelope: Envelope | None = None  # None: it could not be read
    peer: Peer | None = None  # None: nobody who is known
    code: Code | None = None  # why it is not authentic
    body: bytes | None = None  # None: it does not open

    @property
    def sender(self) -> str:
        """Return the node that it says to come from."""
        return self.envelope.header.sender if self.envelope else ""

    @property
    def seq(self) -> int:
        """Return its number."""
        return self.envelope.header.seq if self.envelope else 0


def open_all(desk: Desk, lines: Sequence[str]) -> list[Opened]:
    """Open the lines of a request, whoever sent them."""
    envelopes = [_parsed(line) for line in lines]
    peers: dict[str, Peer | None] = {}
    with desk.database.work() as work:
        desk.refresh(work)  # a box for a key that was made elsewhere is not to be refused for good
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
    """Open an envelope.

    Args:
        desk: Of this node.
        line: The digest of the line in which it came.
        envelope: What came.
        peer: What is known of its sender.
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
    """Do again what this node did by messages to a peer; return how many of them are done.

    Args:
        desk: Of this node.
        work: Begun with a stamp.
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
            continue  # what it speaks of is not here yet, or never will be
        done += 1
    return done


PATIENT = frozenset[str]({"early", "frozen", "not-active", "ended", "too-many"})
"""Codes of what waits for its time: it will come again, and is no matter for the log."""

UNNOTED = PATIENT | {"unknown-sender"}
"""Codes of what the log does not hold: a stranger could fill it otherwise."""

_OLD = frozenset[str]({"old-key", "revoked-key"})


class Judged(Record, frozen=True, kw_only=True):
    """What becomes of a line."""

    line: str  # its digest as it came
    envelope: Envelope | None = None  # None: it could not be read
    taken: bool = False  # it has its place in the chain
    code: Code | None = None  # why it is refused or turned away
    says: str = ""
    receipt: str = ""  # that was given before

    @property
    def digest(self) -> str:
        """Return what names it in its receipt."""
        return self.envelope.digest if self.envelope else self.line


class Taking:
    """The taking of some envelopes, in one transaction."""

    def __init__(self, desk: Desk, work: Work, opened: Sequence[Opened]) -> None:
        """Look up what is known of the senders, as it stands now that nobody else writes."""
        self._desk, self._work = desk, work
        self._kinds = {name: kind.schema for name, kind in desk.kinds.items()}
        self._now = int(desk.clock().timestamp())
        self._peers: dict[str, Peer] = {}
        self._before: dict[str, Before] = {}
        self._judged: dict[str, Judged] = {}  # by line, in the order of judgement
        self._missing: set[str] = set()  # senders of whose messages some were forgotten
        self._new: dict[str, dict[str, Envelope]] = {}  # what was taken, by sender and id
        for sender in {each.sender for each in opened}:
            self._look(sender)
            theirs = [each.envelope for each in opened if each.envelope and each.sender == sender]
            self._before[sender] = taken_before(work, sender, theirs)

    def take(self, opened: Opened) -> None:
        """Judge an envelope, and act on it where its turn has come."""
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
        if opened.peer is None or not _judges_alike(peer, opened.peer):  # other keys meanwhile
            opened = open_one(self._desk, opened.line, envelope, peer)
        code = opened.code or place(envelope, peer, before)
        if not opened.code and envelope.header.id in self._new.get(opened.sender, ()):
            code = "equivocation"
        if code == "equivocation":
            keep_contradiction(self._work, opened.sender, envelope)
        if code in _OLD and opened.sender in self._missing:
            self._desk.doubted.add(opened.sender)  # it may show that this was taken before
        if code:
            self.leave(structs.replace(judged, code=code))
        else:
            self._act(judged, envelope, opened.body)

    def leave(self, judged: Judged) -> None:
        """Note what becomes of a line, which changes nothing."""
        self._judged.setdefault(judged.line, judged)

    def finish(self) -> dict[str, str]:
        """Write the log, sign the receipts, and keep them with the messages.

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
                has_taken(self._work, sender, peer.have, peer.head)
            if arrived and sender in self._missing:
                carry_out_again(self._desk, self._work, sender)
        return receipts

    def _act(self, judged: Judged, envelope: Envelope, body: bytes | None) -> None:
        """Give an envelope its place, and do what it asks for."""
        header, peer = envelope.header, self._peers[envelope.header.sender]
        code: Final | None = refuse(envelope, peer, self._kinds, self._now)
        says = ""
        if code is None and body is None:  # the keys may have changed since it was tried
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
        if header.kind in CONTROL:  # it may have changed what is known of the peer
            self._look(header.sender)
        now = self._peers[header.sender]
        self._peers[header.sender] = structs.replace(now, have=header.seq, head=envelope.digest)
        self._new.setdefault(header.sender, {})[header.id] = envelope
        self.leave(structs.replace(judged, taken=True, code=code, says=says))

    def _effect(self, received: Received) -> tuple[Final | None, str]:
        """Do what a message asks for; undo it where it makes no sense."""
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
    """Return a receipt that was given before; signed anew, where its key speaks no longer.

    Args:
        desk: Of this node.
        receipt: As it was given.
    """
    signer, given = desk.ring.signer(), read_receipt(receipt)
    if given.signed.kid == signer.kid:
        return receipt
    return give(given.receipt, kid=signer.kid, secret=signer.secret)


def receipt_for(desk: Desk, judged: Judged, state: State | None, *, have: int = 0) -> str:
    """Sign what has become of a line.

    Args:
        desk: Of this node.
        judged: What has become of it.
        state: Of the log; None: nothing was written.
        have: Number of the last message taken from its sender.
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
    """Return what the log says of a line; None: nothing, as it may come again as it is."""
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
"""Codes of what may come from anyone."""

MOST_LINES = 64
MOST_BYTES = 1024 * 1024


def receive(desk: Desk, lines: Sequence[str]) -> list[str]:
    """Take what a peer sends.

    Args:
        desk: Of this node.
        lines: An envelope each; at most 64.

    Returns:
        A signed receipt for each line, in order.

    Raises:
        StoreError: Nothing was taken: the database cannot be written.
    """
    return receive_all(desk, [lines])[0]


def proves_nothing(receipt: str) -> bool:
    """Say whether a receipt is for a line that anyone could have sent.

    Args:
        receipt: One that was given here.
    """
    return read_receipt(receipt).receipt.code in UNPROVED


def receive_all(desk: Desk, requests: Sequence[Sequence[str]]) -> list[list[str]]:
    """Take what several requests bring, in one transaction.

    Args:
        desk: Of this node.
        requests: Lines, of one request each.

    Returns:
        Signed receipts, a list for each request.

    Raises:
        StoreError: Nothing was taken: the database cannot be written.
    """
    opened = [open_all(desk, lines) for lines in requests]
    together = [each for some in opened for each in some]
    if not any(each.peer for each in together):
        # Nobody who is known sent any of it: nothing is kept, and nobody waits for the writer.
        return [[receipt_for(desk, _stranger(each), None) for each in some] for some in opened]
    with desk.database.work(desk.stamp()) as work:
        desk.refresh(work)
        taking = Taking(desk, work, [each for each in together if each.peer])
        # Lines were sent twice or out of order: each waits for the one before it.
        for each in sorted(together, key=lambda one: (one.sender, one.seq)):
            taking.take(each) if each.peer else taking.leave(_stranger(each))
        receipts = taking.finish()
    return [[receipts[each.line] for each in some] for some in opened]


def _stranger(opened: Opened) -> Judged:
    """Judge what nobody who is known has sent."""
    code = opened.code or "unknown-sender"
    return Judged(line=opened.line, envelope=opened.envelope, code=code)
