"""Asking: a node that may have forgotten what it sent asks those who have it.

A node that was restored from an old copy does not know what it sealed since. Were it to go on from
there, it would give a number away twice, and be taken for one that speaks with two tongues. So it
asks each peer, before it seals anything, what that has of it: its own signed messages, and the
receipts that were given for them.

Nor does it know what it has received since, and that some of it was recalled. So the question says
what it has, and the answer brings receipts of its own that say what it had.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.documents import Document, SignedDocument, Signer
from tidewaiter.exchange.receipts import SignedReceipt, read_receipt
from tidewaiter.exchange.signing import is_signed_by, sign, take_apart
from tidewaiter.exchange.strict import read_json


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
        raise InputError("this is no question or answer of that node")
    speaks = key is not None and key.state == "active" and is_signed_by(signed, key.public)
    if told.to != to or not speaks:
        raise InputError("this is not signed by that node, or is not for this one")
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
