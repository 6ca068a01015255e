"""Receipts of messages, contradictions between them, and queries that recover lost messages.

A receipt is issued only after its content is on disk. It states size and root of the node's log,
so that each peer witnesses the other's log.

A node restored from a backup does not know what it sealed since. If it continued from there, it
would assign a number twice, and appear to contradict itself. So before it seals anything, it asks
each peer for its own signed messages and the receipts given for them.

Nor does it know what it has received since, and which of it was recalled. So its query states what
it has, and the answer returns its own receipts, which state what it had.

A log only grows, and has one root per size. An earlier receipt was correct at its time: it is
resent when its response was lost, and does not contradict a later one.
"""

from collections.abc import Sequence
from typing import Literal, TypeVar, get_args

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Document, SignedDocument, Signer
from tidewaiter.exchange.protocol.envelopes import (
    Hash,
    HashOrNone,
    IdOrNone,
    Name,
    NameOrNone,
    Whole,
)
from tidewaiter.exchange.protocol.signing import Signed, is_signed_by, sign, take_apart
from tidewaiter.exchange.protocol.strict_json import read_json

TYPE = "tw-receipt+jws"

Final = Literal[
    "expired",
    "unknown-kind",
    "unknown-critical",
    "unknown-version",
    "not-in-scope",
    "cannot-open",
    "bad-content",
    "no-effect",
]
"""Reasons of final rejection: the message keeps its place in the chain without effect."""

Passing = Literal[
    "malformed",
    "not-for-us",
    "unknown-sender",
    "unknown-key",
    "old-key",
    "revoked-key",
    "bad-signature",
    "other-box",
    "early",
    "broken-chain",
    "equivocation",
    "frozen",
    "ended",
    "not-active",
    "too-many",
]
"""Reasons of temporary rejection: not in the chain, may be resent."""

Code = Final | Passing

_CODES: dict[str, tuple[str, ...]] = {
    "processed": ("",),
    "recalled": ("",),
    "refused": get_args(Final),
    "turned-away": get_args(Passing),
}


class Receipt(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """Signed content of a receipt."""

    v: int = 1
    id: IdOrNone  # message id; "": unreadable
    digest: Hash  # of the signed text; of the line if unreadable
    sender: Name  # issuer of the receipt
    to: NameOrNone  # sender of the message; "": unknown
    at: str  # ISO 8601, UTC
    state: Literal["processed", "refused", "recalled", "turned-away"]
    code: Code | Literal[""] = ""
    says: str = ""  # error text
    have: Whole = 0  # number of the last message accepted in this direction
    size: Whole = 0  # size of the issuer's log
    root: HashOrNone = ""  # its root, in hexadecimal

    @property
    def is_final(self) -> bool:
        """Return whether the message has its place in the chain."""
        return self.state != "turned-away"


class SignedReceipt(Record, frozen=True, kw_only=True):
    """A receipt and its signed text."""

    receipt: Receipt
    signed: Signed


def give(receipt: Receipt, *, kid: str, secret: bytes) -> str:
    """Sign a receipt."""
    return sign(msgspec.json.encode(receipt), typ=TYPE, kid=kid, secret=secret)


def read_receipt(text: str) -> SignedReceipt:
    """Decode a receipt without verifying the signature.

    Raises:
        InputError: Malformed.
    """
    signed = take_apart(text)
    if signed.typ != TYPE:
        raise InputError("exchange/not-a-receipt")
    receipt = read_json(signed.payload, Receipt, "receipt")
    if receipt.code not in _CODES[receipt.state]:
        raise InputError("exchange/receipt-contradicts-itself")
    return SignedReceipt(receipt=receipt, signed=signed)


class Ask(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """Signed content of a query."""

    v: int = 1
    sender: str
    to: str
    after: int  # number of the last message with a receipt
    nonce: str  # fresh, repeated in the answer
    have: int = -1  # number of the last message accepted; -1: not stated
    contents: bool = False  # requests the contents of its own messages, encrypted to its own key


class Held(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """Signed content of an answer."""

    v: int = 1
    sender: str
    to: str
    nonce: str
    have: int  # number of the last message accepted
    head: str  # its digest; "": none
    # Receipts of the asking node: of the last message to it, and of those after what it has.
    receipt: str = ""
    receipts: tuple[str, ...] = ()
    # Documents accepted as the asking node's and replaced by its root.
    replaced: tuple[SignedDocument, ...] = ()


class Visit(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """Signed content of a poll by an unreachable node."""

    v: int = 1
    sender: str
    to: str
    nonce: str
    answers: str = ""  # name of the query answered; "": none


TYPES: dict[type, str] = {Ask: "tw-ask+jws", Held: "tw-held+jws", Visit: "tw-visit+jws"}
T = TypeVar("T", Ask, Held, Visit)


def write_signed(told: Ask | Held | Visit, signer: Signer) -> str:
    """Sign a query, an answer or a poll."""
    return sign(
        msgspec.json.encode(told), typ=TYPES[type(told)], kid=signer.kid, secret=signer.secret
    )


def read_signed(text: str, kind: type[T], document: Document, to: str) -> T:
    """Decode and verify output of `write_signed`.

    Args:
        text: As received.
        kind: Expected type.
        document: Document of the expected signer, with its current key.
        to: Expected addressee.

    Raises:
        InputError: Other type, signer or addressee, or malformed.
    """
    signed = take_apart(text)
    told = read_json(signed.payload, kind, "question or answer of a node")
    key = document.key_of(signed.kid)
    if signed.typ != TYPES[kind] or told.sender != document.node:
        raise InputError("exchange/not-a-private-question")
    speaks = key is not None and key.state == "active" and is_signed_by(signed, key.public)
    if told.to != to or not speaks:
        raise InputError("exchange/not-signed-or-not-for-us")
    return told


def sender_of(text: str, kind: type[T]) -> str:
    """Return the claimed sender of a query or poll, unverified.

    Raises:
        InputError: Malformed.
    """
    return read_json(take_apart(text).payload, kind, "question of a node").sender


def own_receipts(texts: Sequence[str], own: Document, to: str) -> list[SignedReceipt]:
    """Return which texts are this node's own receipts to a peer; it may have lost them.

    Receipts signed with a revoked key are skipped: they may be forged.

    Args:
        texts: As presented by the peer.
        own: The newest document of this node.
        to: The peer.
    """
    found = []
    for text in texts:
        try:
            given = read_receipt(text)
        except InputError:
            continue
        key = own.key_of(given.signed.kid)
        right = (given.receipt.sender, given.receipt.to) == (own.node, to)
        if right and key is not None and key.state != "revoked":
            found += [given] if is_signed_by(given.signed, key.public) else []
    return found


Wrong = Literal["", "two-roots", "shorter"]


class Before(Record, frozen=True, kw_only=True):
    """A peer's earlier statements on its log."""

    largest: int = 0  # maximum size stated
    have: int = 0  # maximum number of messages stated
    root: str = ""  # root at the size in question; "": never stated


def contradiction(told: Receipt, before: Before) -> Wrong:
    """Return how a receipt contradicts earlier statements of its issuer; "": consistent.

    Args:
        told: A receipt with a log.
        before: Since the log was last found truncated.
    """
    if before.root and before.root != told.root:
        return "two-roots"
    # Temporary rejections are answered each time; others once, after their turn.
    fresh = not told.is_final or told.have > before.have
    return "shorter" if fresh and told.size < before.largest else ""
