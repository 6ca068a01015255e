"""Asking: before a node seals its first message to a peer, it asks what that has of it."""

import secrets
from collections.abc import Callable, Sequence

from tidewaiter.base.errors import InputError
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.sending import checked_receipts
from tidewaiter.courier.taking import in_force
from tidewaiter.exchange.asking import Ask, Held, read_signed, sender_of, write_signed
from tidewaiter.exchange.documents import Document
from tidewaiter.exchange.envelopes import Envelope, assemble
from tidewaiter.exchange.signing import is_signed_by
from tidewaiter.store.documents import documents
from tidewaiter.store.outgoing import Sealed, keep_receipts
from tidewaiter.store.peers import find_peer, judged_by, peer_of
from tidewaiter.store.regaining import (
    DESTROYED,
    Regained,
    caught_up,
    digest_at,
    held_of,
    receipted_to,
    regain,
)
from tidewaiter.store.witnesses import witness

MOST = 512 * 1024  # characters of an answer, unless one message alone has more
_NONCE = 16  # bytes

Asking = Callable[[Document, str], list[str]]
"""Sends a question to a peer; returns its lines, or an OutputError."""


def answer(desk: Desk, text: str) -> list[str]:
    """Answer a peer that asks what this node has of it.

    Args:
        desk: Of this node.
        text: The signed question.

    Returns:
        A signed statement, and then a line for each message after the one that it named, as far as
        they fit.

    Raises:
        InputError: It is no question of a peer to this node.
    """
    node = sender_of(text, Ask)
    with desk.database.work() as work:
        known = find_peer(work, node)
        if known is None:
            raise InputError("this node is not known here")
        asked = read_signed(text, Ask, judged_by(work, known).document, desk.node)
        desk.refresh(work)
        kept = held_of(work, node, after=asked.after, most=MOST)
    lines = [
        f"{envelope} {in_force(desk, receipt)}"
        for envelope, _, receipt in (line.rpartition(" ") for line in kept)
    ]
    told = Held(
        sender=desk.node, to=node, nonce=asked.nonce, have=known.have, head=known.head
    )  # fmt: skip
    return [write_signed(told, desk.ring.signer()), *lines]


def catch_up(desk: Desk, node: str, ask: Asking) -> int:
    """Learn from a peer what it has of this node; return how many messages were not known here.

    Args:
        desk: Of this node.
        node: The peer.
        ask: The line to it.

    Raises:
        InputError: What it answers does not hold.
        OutputError: It does not answer.
        MissingError: There is no such peer.
    """
    regained = 0
    while True:
        with desk.database.work() as work:
            known = peer_of(work, node)
            document = judged_by(work, known).document
            own = documents(work, desk.node)[-1].read()
            after = receipted_to(work, known)
            before = digest_at(work, node, after)
        asked = Ask(
            sender=desk.node, to=node, after=after, nonce=secrets.token_hex(_NONCE)
        )  # fmt: skip
        texts = ask(document, write_signed(asked, desk.ring.signer()))
        held = read_signed(texts[0] if texts else "", Held, document, desk.node)
        if held.nonce != asked.nonce:
            raise InputError("this is the answer to another question")
        messages = _messages(desk, document, own, texts[1:], after=after, before=before)
        with desk.database.work(desk.stamp()) as work:
            regained += regain(work, node, messages)
            keep_receipts(work, node, [each.receipt for each in messages])
            witness(work, node, [each.receipt for each in messages])
            have = after + len(messages)
            caught_up(work, node, min(have, held.have))
        if not messages or have >= held.have:
            return regained


def _messages(
    desk: Desk, document: Document, own: Document, lines: Sequence[str], *, after: int, before: str
) -> list[Regained]:
    """Check that messages are this node's own, one after another, with receipts of the peer."""
    parts = [line.split(" ") for line in lines]
    if any(len(each) != 3 for each in parts):  # noqa: PLR2004 - signed text, box, receipt
        raise InputError("an answer has three texts in a line")
    envelopes = [assemble(text, "" if box == DESTROYED else box) for text, box, _ in parts]
    prev = before
    for seq, each in enumerate(envelopes, after + 1):
        _check_own(each, own, document.node)
        if (each.header.seq, each.header.prev) != (seq, prev):
            raise InputError("what it has does not follow from what it had")
        prev = each.digest
    sealed = [
        Sealed(id=each.header.id, seq=each.header.seq, digest=each.digest, line="")
        for each in envelopes
    ]
    receipts = checked_receipts(desk, document, sealed, [each[2] for each in parts])
    if not all(each.receipt.is_final for each in receipts):
        raise InputError("a receipt is not for good")
    return [
        Regained(envelope=each, receipt=given)
        for each, given in zip(envelopes, receipts, strict=True)
    ]


def _check_own(envelope: Envelope, own: Document, to: str) -> None:
    """Check that this node itself wrote a message."""
    key = own.key_of(envelope.signed.kid)
    right = envelope.header.sender == own.node and envelope.header.to == to
    if key is None or not right or not is_signed_by(envelope.signed, key.public):
        raise InputError("it shows a message as this node's that is not")
