"""Reconciliation: a node asks a peer what it holds before it seals its first message to it."""

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import zip_longest

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Document, SignedDocument, forged_by
from tidewaiter.exchange.protocol.envelopes import (
    SALT,
    Envelope,
    assemble,
    held_by_any,
    is_committed,
)
from tidewaiter.exchange.protocol.receipts import (
    Ask,
    Held,
    own_receipts,
    read_signed,
    sender_of,
    write_signed,
)
from tidewaiter.exchange.protocol.signing import is_signed_by, seal, unseal
from tidewaiter.store.audit import Details, moment, record_change
from tidewaiter.store.core.database import Work
from tidewaiter.store.evidence import witness
from tidewaiter.store.peers.directory import (
    Known,
    documents,
    end_wait,
    find_peer,
    judged_by,
    peer_of,
    replaced_documents,
)
from tidewaiter.store.peers.outbox import Sealed, keep_receipts
from tidewaiter.store.peers.reconcile import (
    DESTROYED,
    HeldLine,
    Regained,
    caught_up,
    digest_at,
    held_of,
    note_receipts,
    receipted_to,
    regain,
    shown_receipts,
)
from tidewaiter.transport.context import Desk
from tidewaiter.transport.receiving import carry_out_again, in_force
from tidewaiter.transport.sending import checked_receipts

MOST = 512 * 1024  # characters of an answer, unless one message alone has more
MOST_WITH_CONTENTS = 384 * 1024  # the same, before each content is added a second time
_GIVEN_BACK = timedelta(days=14)  # for which a node gets back what it said; a backup is newer
_CONTENT = "content "  # begins a line with what a message said
_SHOWN = 40_000  # characters of receipts, and of documents, that an answer shows
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
        they fit; then what these said, where it asks for that.

    Raises:
        InputError: It is no question of a peer to this node.
    """
    node = sender_of(text, Ask)
    with desk.database.work() as work:
        known = find_peer(work, node)
        if known is None:
            raise InputError("transport/node-not-known")
        document = judged_by(work, known).document
        asked = read_signed(text, Ask, document, desk.node)
        desk.refresh(work)
        most = MOST_WITH_CONTENTS if asked.contents else MOST
        kept = held_of(work, node, after=asked.after, most=most)
        last, later = shown_receipts(work, node, after=max(0, asked.have), most=_SHOWN)
        replaced = _fitting(replaced_documents(work, node))
    _note(desk, known, asked)
    lines = [f"{each.signed} {each.box} {in_force(desk, each.receipt)}" for each in kept]
    told = Held(
        sender=desk.node,
        to=node,
        nonce=asked.nonce,
        have=known.have,
        head=known.head,
        receipt=last,
        receipts=tuple(later) if asked.have >= 0 else (),
        replaced=replaced,
    )
    new = asked.contents and desk.is_new(f"{node} {asked.nonce}")
    back = _given_back(desk, document, kept) if new else []
    return [write_signed(told, desk.ring.signer()), *lines, *back]


def _given_back(desk: Desk, document: Document, kept: Sequence[HeldLine]) -> list[str]:
    """Write what messages said into lines, each in a box for whoever wrote it.

    Only of the last days, and the log says so: somebody who has stolen the keys of the other node
    can ask for it too.
    """
    key, since = document.active("open"), moment(desk.clock() - _GIVEN_BACK)
    lines = []
    for each in kept:
        recent = key is not None and each.box != DESTROYED and each.came >= since
        held = held_by_any(_envelope(each), desk.ring.openers()) if recent else None
        box = DESTROYED if held is None or key is None else seal(held, key.public)
        lines.append(f"{_CONTENT}{box}")
    if given := sum(line != f"{_CONTENT}{DESTROYED}" for line in lines):
        with desk.database.work(desk.stamp()) as work:
            told: Details = {"peer": document.node, "messages": given}
            record_change(work, "contents given back", told)
    return lines


def _envelope(kept: HeldLine) -> Envelope:
    return assemble(kept.signed, kept.box)


def differs(asked: Ask, known: Known) -> bool:
    """Say whether a peer has less or more than is known of it here: one of the two was restored."""
    return 0 <= asked.have < known.told or asked.have > known.sealed


def _note(desk: Desk, known: Known, asked: Ask) -> None:
    """Take a question for a sign of life; where it says something new, the peer is asked back."""
    if differs(asked, known):
        desk.doubted.add(known.node)

    def end(work: Work) -> None:
        end_wait(work, known.node)

    if known.tries or known.node in desk.doubted:
        # The answer does not wait for the writer, and does not need this.
        desk.database.work_if_free(desk.stamp(), end)


def _fitting(replaced: Sequence[SignedDocument]) -> tuple[SignedDocument, ...]:
    """Return the first documents, as many as an answer takes."""
    fits, size = list[SignedDocument](), 0
    for each in replaced:
        size += len(msgspec.json.encode(each))
        if size > _SHOWN:
            break
        fits.append(each)
    return tuple(fits)


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
            own = documents(work, desk.node)
            after = receipted_to(work, known)
            before = digest_at(work, node, after)
        asked = Ask(
            sender=desk.node,
            to=node,
            after=after,
            nonce=secrets.token_hex(_NONCE),
            have=known.have,
            contents=True,
        )
        texts = ask(document, write_signed(asked, desk.ring.signer()))
        held = read_signed(texts[0] if texts else "", Held, document, desk.node)
        if held.nonce != asked.nonce:
            raise InputError("transport/answer-to-another-question")
        there = _There(document=document, own=tuple(own), replaced=held.replaced)
        messages = _messages(desk, there, texts[1:], after=after, before=before)
        shown = own_receipts([held.receipt, *held.receipts], own[-1].read(), node)
        have = after + len(messages)
        with desk.database.work(desk.stamp()) as work:
            regained += regain(work, desk.ring.lock, node, messages)
            keep_receipts(work, node, [each.receipt for each in messages])
            witness(work, node, [each.receipt for each in messages])
            caught_up(work, node, min(have, held.have))
            desk.vouch(node, shown if note_receipts(work, node, shown) else [])
            end_wait(work, node)
            carry_out_again(desk, work, node)
        if not messages or have >= held.have:
            return regained


class _There(Record, frozen=True, kw_only=True):
    """A peer that answers, and what was taken there for documents of this node."""

    document: Document
    own: tuple[SignedDocument, ...]  # of this node
    replaced: tuple[SignedDocument, ...]  # by its root


def _messages(
    desk: Desk, there: _There, lines: Sequence[str], *, after: int, before: str
) -> list[Regained]:
    """Check that messages are this node's own, one after another, with receipts of the peer."""
    parts = [line.split(" ") for line in lines if not line.startswith(_CONTENT)]
    given = [line.removeprefix(_CONTENT) for line in lines if line.startswith(_CONTENT)]
    if any(len(each) != 3 for each in parts):  # noqa: PLR2004 - signed text, box, receipt
        raise InputError("transport/answer-malformed")
    envelopes = [assemble(text, "" if box == DESTROYED else box) for text, box, _ in parts]
    prev, forged = before, set[str]()
    for seq, each in enumerate(envelopes, after + 1):
        if _is_forged(each, there):
            forged.add(each.header.id)
        if (each.header.seq, each.header.prev) != (seq, prev):
            raise InputError("transport/log-does-not-follow")
        prev = each.digest
    sealed = [
        Sealed(id=each.header.id, seq=each.header.seq, digest=each.digest, line="")
        for each in envelopes
    ]
    receipts = checked_receipts(desk, there.document, sealed, [each[2] for each in parts])
    if not all(each.receipt.is_final for each in receipts):
        raise InputError("transport/receipt-not-final")
    return [
        Regained(
            envelope=each,
            receipt=receipt,
            forged=each.header.id in forged,
            body=_own_content(desk, each, back),
        )
        for each, receipt, back in zip_longest(envelopes, receipts, given[: len(envelopes)])
    ]


def _own_content(desk: Desk, envelope: Envelope, back: str | None) -> bytes | None:
    """Open what a peer gives back of a message; None: nothing, or not what this node has signed."""
    for secret in desk.ring.openers() if back not in {None, DESTROYED} else ():
        try:
            held = unseal(back or "", secret)
        except InputError:
            continue
        return held[SALT:] if is_committed(envelope, held) else None
    return None


def _is_forged(envelope: Envelope, there: _There) -> bool:
    """Check that a message is this node's; say whether a thief of its keys may have written it.

    Raises:
        InputError: It is neither.
    """
    own = there.own[-1].read()
    right = envelope.header.sender == own.node and envelope.header.to == there.document.node
    key = own.key_of(envelope.signed.kid)
    if right and key is not None and is_signed_by(envelope.signed, key.public):
        return key.state == "revoked"  # this node does not know of it, and trusts the key no more
    if right and forged_by(there.own, there.replaced, envelope.signed):
        return True
    raise InputError("transport/shows-a-foreign-message")
