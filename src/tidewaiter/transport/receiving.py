"""Taking: envelopes get their place in the chain one by one, and each does what it asks for."""

from collections.abc import Sequence
from typing import Literal

from msgspec import structs

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.kinds import Received
from tidewaiter.courier.noting import TAKEN, TURNED_AWAY
from tidewaiter.courier.opening import Opened, open_one
from tidewaiter.courier.redoing import carry_out_again
from tidewaiter.exchange.envelopes import Envelope
from tidewaiter.exchange.judging import Before, Peer, place, refuse
from tidewaiter.exchange.receipts import Code, Final, Receipt, give, read_receipt
from tidewaiter.exchange.relations import CONTROL
from tidewaiter.store.audit import Details, State, audit_state, moment, record_changes
from tidewaiter.store.database import Work
from tidewaiter.store.incoming import Arrived, keep_contradiction, keep_incoming, taken_before
from tidewaiter.store.peers import find_peer, has_taken
from tidewaiter.store.restored import missing_from

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
