"""Message validation: whether an envelope is accepted, given the state of its sender.

Clocks are unreliable, so only expiry depends on them, with a tolerance of days.
"""

from collections.abc import Mapping

from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Document, NodeKey
from tidewaiter.exchange.protocol.envelopes import (
    UNDERSTOOD,
    VERSION,
    Envelope,
    has_its_box,
)
from tidewaiter.exchange.protocol.receipts import Final, Passing
from tidewaiter.exchange.protocol.relations import CONTROL, Relation
from tidewaiter.exchange.protocol.signing import is_signed_by

SKEW = 3 * 86_400  # maximum clock difference in seconds


class Peer(Record, frozen=True, kw_only=True):
    """This node's state of a peer."""

    document: Document
    relation: Relation  # this node's own
    have: int = 0  # number of the last message accepted from it
    head: str = ""  # digest of that message; "": none
    # Digests of messages that this node receipted and has since lost.
    vouched: frozenset[str] = frozenset()


class Taken(Record, frozen=True, kw_only=True):
    """An accepted message."""

    digest: str
    signed: str
    receipt: str


class Before(Record, frozen=True, kw_only=True):
    """Accepted messages that may be identical or conflicting."""

    by_id: Mapping[str, Taken] = {}
    by_seq: Mapping[int, Taken] = {}

    def same(self, envelope: Envelope) -> Taken | None:
        """Return the accepted identical message, with its own box, if any."""
        found = self.by_id.get(envelope.header.id)
        same = found is not None and found.signed == envelope.signed.text
        return found if same and has_its_box(envelope) else None

    def contradicts(self, envelope: Envelope) -> bool:
        """Return whether a different message was accepted in this one's place."""
        for found in (self.by_id.get(envelope.header.id), self.by_seq.get(envelope.header.seq)):
            if found and found.digest != envelope.digest:
                return True
        return False


def authenticate(envelope: Envelope, own: str, peer: Peer | None) -> Passing | None:
    """Return why an envelope is not authentic or not for this node; None: it is.

    Args:
        envelope: As received.
        own: The name of this node.
        peer: The sender, if known.
    """
    header = envelope.header
    if header.to != own:
        return "not-for-us"
    if peer is None or peer.document.node != header.sender:
        return "unknown-sender"
    key = _key_of(envelope, peer)
    if isinstance(key, NodeKey):
        if not is_signed_by(envelope.signed, key.public):
            return "bad-signature"
        return None if has_its_box(envelope) else "other-box"
    return key


def _key_of(envelope: Envelope, peer: Peer) -> NodeKey | Passing:
    """Return the key that an envelope names, or why it is not trusted."""
    key = peer.document.key_of(envelope.signed.kid)
    if key is None:
        return "unknown-key"
    if envelope.digest in peer.vouched:
        return key  # it was active when this node accepted and receipted the message
    if key.state == "revoked":
        return "revoked-key"
    return "old-key" if key.state == "retired" else key


def place(envelope: Envelope, peer: Peer, before: Before) -> Passing | None:
    """Return why an authentic envelope cannot be accepted now; None: it is the next one.

    Args:
        envelope: Authentic, not accepted earlier.
        peer: Its sender.
        before: Accepted messages with the same id or number.
    """
    header = envelope.header
    if before.contradicts(envelope):
        return "equivocation"
    standing = peer.relation.standing
    if standing == "none" or (standing == "invited" and header.kind not in CONTROL):
        return "not-active"
    if standing == "ended":
        return "ended"
    if standing == "frozen" and header.kind not in CONTROL:
        return "frozen"
    if header.seq != peer.have + 1:
        # Lower: an earlier message that was lost; it gives no position to continue from.
        return "early" if header.seq > peer.have else "equivocation"
    return None if header.prev == peer.head else "broken-chain"


def refuse(envelope: Envelope, peer: Peer, kinds: Mapping[str, int], now: int) -> Final | None:
    """Return why an accepted envelope is not processed; None: it is.

    Args:
        envelope: The next one.
        peer: Its sender.
        kinds: Supported message kinds, with the newest schema of each.
        now: Seconds since 1970.
    """
    header = envelope.header
    if header.v != VERSION:
        return "unknown-version"
    if not UNDERSTOOD.issuperset(header.crit):
        return "unknown-critical"
    if now > header.exp + SKEW:
        return "expired"
    if header.kind not in kinds:
        return "unknown-kind"
    if header.schema > kinds[header.kind]:
        return "unknown-version"
    return None if peer.relation.scope.takes(header.kind) else "not-in-scope"
