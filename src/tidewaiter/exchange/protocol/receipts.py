"""Receipts of messages, contradictions between them, and queries that recover lost messages.

A receipt is given only when what it says is on the disk. It carries how long the node's log is and
what it holds: so each peer witnesses the log of the other.

A node that was restored from an old copy does not know what it sealed since. Were it to go on from
there, it would give a number away twice, and be taken for one that speaks with two tongues. So it
asks each peer, before it seals anything, what that has of it: its own signed messages, and the
receipts that were given for them.

Nor does it know what it has received since, and that some of it was recalled. So the question says
what it has, and the answer brings receipts of its own that say what it had.

A log only grows, and has one root at each length. A receipt that was given before says what was
true then: it comes again where its answer was lost, and is no contradiction.
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
"""Why a message was refused for good: it has its place in the chain, and did nothing."""

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
"""Why a message was turned away: it has no place in the chain, and can come again."""

Code = Final | Passing

_CODES: dict[str, tuple[str, ...]] = {
    "processed": ("",),
    "recalled": ("",),
    "refused": get_args(Final),
    "turned-away": get_args(Passing),
}


class Receipt(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """What is signed of a message."""

    v: int = 1
    id: IdOrNone  # of the message; "": it could not be read
    digest: Hash  # of what was signed; of the line, where that could not be read
    sender: Name  # who gives the receipt
    to: NameOrNone  # who sent the message; "": unknown
    at: str  # ISO 8601, UTC
    state: Literal["processed", "refused", "recalled", "turned-away"]
    code: Code | Literal[""] = ""
    says: str = ""  # what was wrong, in words
    have: Whole = 0  # number of the last message that was taken in this direction
    size: Whole = 0  # entries of the giver's log
    root: HashOrNone = ""  # over them, in hexadecimal

    @property
    def is_final(self) -> bool:
        """Say whether the message has its place in the chain."""
        return self.state != "turned-away"


class SignedReceipt(Record, frozen=True, kw_only=True):
    """A receipt and the text that was signed."""

    receipt: Receipt
    signed: Signed


def give(receipt: Receipt, *, kid: str, secret: bytes) -> str:
    """Sign a receipt."""
    return sign(msgspec.json.encode(receipt), typ=TYPE, kid=kid, secret=secret)


def read_receipt(text: str) -> SignedReceipt:
    """Read a receipt; its signature is not checked.

    Raises:
        InputError: It is none.
    """
    signed = take_apart(text)
    if signed.typ != TYPE:
        raise InputError("exchange/not-a-receipt")
    receipt = read_json(signed.payload, Receipt, "receipt")
    if receipt.code not in _CODES[receipt.state]:
        raise InputError("exchange/receipt-contradicts-itself")
    return SignedReceipt(receipt=receipt, signed=signed)


class Ask(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """What is signed of a question."""

    v: int = 1
    sender: str
    to: str
    after: int  # number of the last message of which it has the receipt
    nonce: str  # fresh, and in the answer too
    have: int = -1  # number of the last message that it has taken; -1: it does not say
    contents: bool = False  # it asks for what its messages said, in boxes for its own key


class Held(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """What is signed of an answer."""

    v: int = 1
    sender: str
    to: str
    nonce: str
    have: int  # number of the last message that it has taken
    head: str  # digest of that; "": there is none
    # Receipts of the asking node: of the last message to it, and of those after what it has.
    receipt: str = ""
    receipts: tuple[str, ...] = ()
    # Documents that were taken for those of the asking node, and that its root has replaced.
    replaced: tuple[SignedDocument, ...] = ()


class Visit(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """What is signed by a node that comes itself, as it cannot be reached."""

    v: int = 1
    sender: str
    to: str
    nonce: str
    answers: str = ""  # name of what it was asked for and answers now; "": nothing


TYPES: dict[type, str] = {Ask: "tw-ask+jws", Held: "tw-held+jws", Visit: "tw-visit+jws"}
T = TypeVar("T", Ask, Held, Visit)


def write_signed(told: Ask | Held | Visit, signer: Signer) -> str:
    """Sign a question, an answer or a visit."""
    return sign(
        msgspec.json.encode(told), typ=TYPES[type(told)], kid=signer.kid, secret=signer.secret
    )


def read_signed(text: str, kind: type[T], document: Document, to: str) -> T:
    """Read what `write_signed` wrote.

    Args:
        text: As it came.
        kind: What it must be.
        document: Of the node that must have signed it, with the key that it has now.
        to: For whom it must be.

    Raises:
        InputError: It is something else, or somebody else's.
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
    """Return the node that a question or a visit says to come from; nothing of it was checked.

    Raises:
        InputError: It is none.
    """
    return read_json(take_apart(text).payload, kind, "question of a node").sender


def own_receipts(texts: Sequence[str], own: Document, to: str) -> list[SignedReceipt]:
    """Return which texts are receipts of this node itself to a peer; it may have forgotten them.

    What a key has signed that was revoked is passed over: it may be another's.

    Args:
        texts: As the peer shows them.
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
    """What a peer said of its log before."""

    largest: int = 0  # entries, at most
    have: int = 0  # messages that it had, at most
    root: str = ""  # at the length that is looked at; "": it was never told


def contradiction(told: Receipt, before: Before) -> Wrong:
    """Say what a receipt says against what its giver said before; "": it fits.

    Args:
        told: With a log.
        before: Since the last time that its log was found shorter.
    """
    if before.root and before.root != told.root:
        return "two-roots"
    # What was turned away is answered anew each time; the rest once, when its turn had come.
    fresh = not told.is_final or told.have > before.have
    return "shorter" if fresh and told.size < before.largest else ""
