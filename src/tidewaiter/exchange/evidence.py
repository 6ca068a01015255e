"""Evidence of one message: everything needed to verify it offline, by anyone.

The document chains prove which keys belonged to which node. A verifier additionally needs the
fingerprint of each node, which people compare over another channel.
"""

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.casework.evidence import Verdict
from tidewaiter.exchange.protocol.documents import (
    Document,
    SignedDocument,
    check_chain,
    fingerprint,
    words,
)
from tidewaiter.exchange.protocol.envelopes import SALT, Envelope, assemble, is_committed
from tidewaiter.exchange.protocol.receipts import read_receipt
from tidewaiter.exchange.protocol.signing import Signed, is_signed_by
from tidewaiter.ledger.bundles import Part

MOST = 64 * 1024 * 1024  # maximum bytes of a file
WHAT: Literal["tidewaiter message"] = "tidewaiter message"

Vouched = Literal["holds", "untrusted", "broken"]
"""Signed by the sender; signed with a key that may have been stolen; altered."""


class MessageEvidence(Record, frozen=True, kw_only=True):
    """A message, its receipt, and the documents of both nodes."""

    what: Literal["tidewaiter message"] = WHAT
    version: Literal[1] = 1
    made: str  # ISO 8601, UTC
    signed: str  # the sender's signed text
    held: str  # salt and content in Base64; "": absent or destroyed
    receipt: str  # signed by the recipient; "": none
    sender: tuple[SignedDocument, ...]  # its documents, from the first
    recipient: tuple[SignedDocument, ...]
    untrusted: Mapping[str, int]  # by revoked or disowned key of the sender: first message affected


class Found(Record, frozen=True, kw_only=True):
    """One check and its result."""

    name: str
    holds: bool
    says: str


class Checked(Record, frozen=True, kw_only=True):
    """Result of verifying evidence."""

    message: str  # id
    sender: Document
    recipient: Document
    content: bytes | None  # as written; None: absent
    found: tuple[Found, ...]


class _Party(msgspec.Struct, frozen=True):
    restricted: bool = False


class _Content(msgspec.Struct, frozen=True):
    """The fields needed from a content; others are ignored."""

    parties: tuple[_Party, ...] = ()


def standing_of(
    signed: Signed, document: Document, untrusted: Mapping[str, int], seq: int
) -> Vouched:
    """Return what a node's signed text proves.

    Args:
        signed: The text.
        document: The node's newest document.
        untrusted: By key that it revoked, or that only replaced documents name: the first message
            no longer trusted.
        seq: Number of the message.
    """
    key = document.key_of(signed.kid)
    if key is None and signed.kid in {f"{document.node}#{name}" for name in untrusted}:
        return "untrusted"  # from replaced documents; was verified on receipt
    if key is None or not is_signed_by(signed, key.public):
        return "broken"
    if key.state == "revoked" and seq >= untrusted.get(key.name, 0):
        return "untrusted"
    return "holds"


def write_evidence(evidence: MessageEvidence) -> bytes:
    """Write evidence as a file."""
    return msgspec.json.format(msgspec.json.encode(evidence), indent=1)


def packed(held: bytes | None) -> str:
    """Encode salt and content as in evidence files."""
    return "" if held is None else b64encode(held).decode()


def is_restricted(evidence: MessageEvidence) -> bool:
    """Return whether the content names a party based on restricted entries."""
    if not evidence.held:
        return False
    try:
        told = msgspec.json.decode(b64decode(evidence.held)[SALT:], type=_Content)
    except msgspec.MsgspecError:
        return False
    return any(each.restricted for each in told.parties)


def read_evidence(held: bytes) -> MessageEvidence:
    """Decode evidence without verifying it.

    Raises:
        InputError: Malformed.
    """
    try:
        return msgspec.json.decode(held, type=MessageEvidence)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError("exchange/not-evidence-of-a-message", error=str(error)[:200]) from error


def check_evidence(evidence: MessageEvidence) -> Checked:
    """Verify evidence of a message; people confirm who its nodes are.

    Raises:
        InputError: A node's chain is invalid, or the evidence contains no message.
    """
    envelope = assemble(evidence.signed, "")
    sender = _whole(evidence.sender, envelope.header.sender)
    recipient = _whole(evidence.recipient, envelope.header.to)
    content, found = _content(evidence, envelope)
    return Checked(
        message=envelope.header.id,
        sender=sender,
        recipient=recipient,
        content=content,
        found=(
            _signature(envelope, sender, evidence.untrusted),
            found,
            _receipt(evidence, envelope, recipient),
        ),
    )


def _whole(chain: Sequence[SignedDocument], node: str) -> Document:
    last = check_chain(list(chain))
    if last.node != node:
        raise InputError(
            "exchange/documents-of-another-node", node=last.node[:80], wanted=node[:80]
        )
    return last


def _signature(envelope: Envelope, sender: Document, untrusted: Mapping[str, int]) -> Found:
    header = envelope.header
    stands = standing_of(envelope.signed, sender, untrusted, header.seq)
    says = {
        "holds": f"{sender.node} signed message {header.seq} to {header.to}, a {header.kind}",
        "untrusted": f"signed with a key that {sender.node} has disowned: it may be another's",
        "broken": f"no key of {sender.node} signed it as it is",
    }
    return Found(name="signature", holds=stands == "holds", says=says[stands])


def _content(evidence: MessageEvidence, envelope: Envelope) -> tuple[bytes | None, Found]:
    if not evidence.held:
        says = "it is not here: whoever received the message can show it"
        return None, Found(name="content", holds=True, says=says)
    try:
        held = b64decode(evidence.held, validate=True)
    except ValueError:
        held = b""
    if not is_committed(envelope, held):
        return None, Found(name="content", holds=False, says="it is not what was signed")
    says = f"{len(held) - SALT:,} bytes, as they were signed"
    return held[SALT:], Found(name="content", holds=True, says=says)


def _receipt(evidence: MessageEvidence, envelope: Envelope, recipient: Document) -> Found:
    if not evidence.receipt:
        return Found(name="receipt", holds=True, says="none: nobody says that it came")
    try:
        given = read_receipt(evidence.receipt)
    except InputError as error:
        return Found(name="receipt", holds=False, says=error.message)
    told, key = given.receipt, recipient.key_of(given.signed.kid)
    same = (told.id, told.digest, told.sender) == (
        envelope.header.id,
        envelope.digest,
        recipient.node,
    )
    holds = key is not None and key.state != "revoked" and is_signed_by(given.signed, key.public)
    if not same or not holds:
        return Found(name="receipt", holds=False, says=f"{recipient.node} did not give it for this")
    says = f"{recipient.node} says: {told.state}{f', {told.code}' if told.code else ''}, {told.at}"
    return Found(name="receipt", holds=True, says=says)


def verify_message(held: bytes, known: Collection[str]) -> Verdict:
    """Verify an evidence file.

    Args:
        held: The file.
        known: Fingerprints of trusted nodes, from `read_words`.

    Raises:
        InputError: Malformed, or a node's chain is invalid.
    """
    evidence = read_evidence(held)
    checked = check_evidence(evidence)
    parts = [
        *_who("sender", checked.sender),
        *_who("recipient", checked.recipient),
        *(Part(name=each.name, holds=each.holds, says=each.says) for each in checked.found),
    ]
    # Only the sender matters for what it signed; the recipient for what it received.
    needed = [checked.sender, *([checked.recipient] if evidence.receipt else [])]
    return Verdict(
        of=f"message {checked.message}",
        made=evidence.made,
        key=fingerprint(checked.sender),
        named=all(fingerprint(each) in known for each in needed),
        parts=tuple(parts),
    )


def _who(name: str, document: Document) -> Iterator[Part]:
    said = " ".join(words(fingerprint(document)))
    says = f"{document.name} ({document.node}); its documents hold; its words: {said}"
    yield Part(name=name, holds=True, says=says)
