"""Receipts: what a node signs of each message that it was sent.

A receipt is given only when what it says is on the disk. It carries how long the node's log is and
what it holds: so each peer witnesses the log of the other.
"""

from typing import Literal, get_args

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.envelopes import Hash, HashOrNone, IdOrNone, Name, NameOrNone, Whole
from tidewaiter.exchange.signing import Signed, sign, take_apart
from tidewaiter.exchange.strict import read_json

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
        raise InputError("this is no receipt")
    receipt = read_json(signed.payload, Receipt, "receipt")
    if receipt.code not in _CODES[receipt.state]:
        raise InputError("a receipt says two things")
    return SignedReceipt(receipt=receipt, signed=signed)
