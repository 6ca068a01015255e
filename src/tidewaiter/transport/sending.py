"""Sending: due messages are sealed, sent and recorded, with back-off after failures.

The back-off doubles with each failed attempt, up to five minutes, so that urgent messages are not
delayed much by an outage. It ends with any activity of the peer, at start, and when an urgent
message is written (`store.peers.end_wait`).
"""

import math
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec

from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Document, SignedDocument, write_chain
from tidewaiter.exchange.protocol.envelopes import SALT, VERSION, Envelope, Place, close
from tidewaiter.exchange.protocol.receipts import Receipt, SignedReceipt, read_receipt
from tidewaiter.exchange.protocol.relations import MET, Standing
from tidewaiter.exchange.protocol.signing import digest_of, is_signed_by, take_apart
from tidewaiter.store.audit import moment
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import (
    Known,
    documents,
    hear_relation,
    judged_by,
    peer_of,
    peers,
)
from tidewaiter.store.peers.key_recovery import unseal
from tidewaiter.store.peers.outbox import (
    Sealed,
    Waiting,
    failed_with,
    heard_from,
    is_under_way,
    keep_receipts,
    keep_sealed,
    to_send,
    waiting_for,
)
from tidewaiter.transport.context import Desk
from tidewaiter.transport.receiving import MOST_BYTES, MOST_LINES, OLD_KEYS


def seal_due(desk: Desk, node: str) -> int:
    """Seal waiting messages for a peer, up to one request; return how many.

    Nothing is sealed while a sealed message is unreceipted: sealing is final, so during an outage
    as little as possible is sealed. The relation is checked in the sealing transaction: once it is
    frozen, only messages about that are sealed.
    """
    while True:
        with desk.database.work() as work:
            known = peer_of(work, node)
            if is_under_way(work, node):
                return 0
            waiting = _waiting(desk, work, known)
            document = judged_by(work, known).document
        if not waiting:
            return 0
        closed = _closed(desk, known, document, waiting)
        with desk.database.work(desk.stamp()) as work:
            now = peer_of(work, node)
            same = (now.sealed, now.relation.standing) == (known.sealed, known.relation.standing)
            same = same and judged_by(work, now).document == document  # not the number alone
            if not same or desk.refresh(work):
                continue  # sealed before the restore, and never sent
            keep_sealed(work, node, closed)
        return len(closed)


def seal_within(desk: Desk, work: Work, node: str) -> int:
    """Seal all waiting messages for a peer within a transaction; return the last number."""
    while True:
        known = peer_of(work, node)
        waiting = _waiting(desk, work, known)
        if not waiting:
            return known.sealed
        document = judged_by(work, known).document
        keep_sealed(work, node, _closed(desk, known, document, waiting))


def _waiting(desk: Desk, work: Work, known: Known) -> list[Waiting]:
    standing = known.relation.standing
    if standing in {"none", "ended"}:
        return []
    control = standing != "active"
    return waiting_for(work, desk.ring.lock, known.node, control=control, rows=MOST_LINES)


def _closed(
    desk: Desk, known: Known, document: Document, waiting: Sequence[Waiting]
) -> list[tuple[Waiting, Envelope]]:
    """Place messages in the chain, in order."""
    key, signer = document.active("open"), desk.ring.signer()
    if key is None:
        raise InputError("transport/no-key-to-write-to", node=known.node)
    if VERSION not in document.versions:
        raise InputError("transport/no-common-protocol")
    made: list[tuple[Waiting, Envelope]] = []
    seq, prev = known.sealed, known.sealed_head
    for each in waiting:
        seq += 1
        place = Place(sender=desk.node, to=known.node, seq=seq, prev=prev)
        envelope = close(
            each.draft,
            place,
            kid=signer.kid,
            secret=signer.secret,
            public=key.public,
            salt=secrets.token_bytes(SALT),
        )
        made.append((each, envelope))
        prev = envelope.digest
    return made


LONGEST = 300.0  # maximum seconds between attempts
_FIRST = 1.0  # second
_MOST = 20  # maximum doublings, beyond the longest wait


def wait_seconds(tries: int, chance: float) -> float:
    """Return the back-off for a peer.

    Args:
        tries: Consecutive failures, from 1.
        chance: From 0 to 1, for jitter.

    Returns:
        Seconds, at least half of the full delay, and at most `LONGEST`.
    """
    whole = min(LONGEST, math.ldexp(_FIRST, min(tries - 1, _MOST)))
    return whole * (0.5 + 0.5 * chance)


def failed_tries(tries: int, due: str, latest: str) -> int:
    """Count a failed attempt.

    Args:
        tries: Failures before it.
        due: Scheduled time, as written by `moment`.
        latest: Latest possible schedule by the current clock; beyond it, the clock was set
            back, and the early attempt does not count as another failure.
    """
    return tries if tries and due > latest else tries + 1


_TOLD = MOST_BYTES * 3 // 4  # bytes of documents sent to a peer that lacks them
_STANDINGS: dict[str, Standing] = {"frozen": "frozen", "ended": "ended", "not-active": "none"}

_DISOWNED = (
    "it knows newer keys of this node than the node itself: if nobody here made them, somebody has "
    "stolen the keys, so recover the node by its root"
)
_OTHERWISE = frozenset[str]({"equivocation", "broken-chain"})

Post = Callable[[Document, Sequence[str]], list[str]]
"""Sends lines to a peer; returns the receipts, or raises OutputError."""


class Round(Record, frozen=True, kw_only=True):
    """Result of one attempt."""

    sent: int = 0
    receipts: int = 0  # final ones
    more: bool = False  # more can be sent at once
    trouble: str = ""
    ask: bool = False  # the peer reports an unknown state of this node
    wait: float = 0.0  # back-off in seconds


Tell = Callable[[Document, bytes], None]
"""Sends documents to a peer, or raises OutputError."""


def send_round(desk: Desk, node: str, post: Post, tell: Tell | None = None) -> Round:
    """Send due messages to a peer, at most one request.

    Args:
        desk: The node's context.
        node: The peer.
        post: Sends messages.
        tell: Sends this node's documents if the peer lacks them.

    Raises:
        MissingError: No such peer.
        StoreError: The database is unavailable.
    """
    try:
        seal_due(desk, node)
    except InputError as error:
        with desk.database.work() as work:
            known = peer_of(work, node)
        return Round(trouble=error.message, wait=put_off(desk, known, error.message))
    with desk.database.work() as work:
        known = peer_of(work, node)
        document = judged_by(work, known).document
        batch = _fitting(to_send(work, known, rows=MOST_LINES))
    if not batch:
        return Round()
    try:
        texts = post(document, [each.line for each in batch])
        receipts = checked_receipts(desk, document, batch, texts)
    except (OutputError, InputError) as error:
        wait = put_off(desk, known, error.message)
        return Round(sent=len(batch), trouble=error.message, wait=wait)
    done = _keep(desk, known, batch, receipts)
    if tell and any(each.receipt.code == "unknown-key" for each in receipts):
        send_keys(desk, document, tell)
    return done


def send_keys(desk: Desk, document: Document, tell: Tell) -> None:
    """Send a peer the documents with keys that it does not know, before the next attempt."""
    with desk.database.work() as work:
        chain = documents(work, desk.node)
    try:
        tell(document, _newest(chain))
    except OutputError:  # older versions may not accept them; people can transfer the file
        return


def _newest(chain: Sequence[SignedDocument]) -> bytes:
    """Encode the newest documents, up to one request."""
    size = 0
    for number, each in enumerate(reversed(chain)):
        size += len(msgspec.json.encode(each))
        if size > _TOLD:
            return write_chain(chain[len(chain) - number :])
    return write_chain(chain)


def announce_documents(desk: Desk, tell: Tell) -> list[str]:
    """Send this node's documents to all peers; return the names of those not reached."""
    with desk.database.work() as work:
        chain = _newest(documents(work, desk.node))
        met = [each for each in peers(work) if each.relation.standing in MET]
        known = [(each, judged_by(work, each).document) for each in met]
    missed = []
    for each, document in known:
        try:
            tell(document, chain)
        except OutputError:
            missed.append(each.name)
    return missed


def _fitting(sealed: Sequence[Sealed]) -> list[Sealed]:
    """Return those that fit into one request."""
    fits, size = [], 0
    for each in sealed:
        size += len(each.line) + 1
        if size > MOST_BYTES:
            break
        fits.append(each)
    return fits


def checked_receipts(
    desk: Desk, document: Document, batch: Sequence[Sealed], texts: Sequence[str]
) -> list[SignedReceipt]:
    """Verify a peer's receipts for a batch of messages.

    Args:
        desk: The node's context.
        document: The peer's document.
        batch: Messages sent.
        texts: Receipts, one per message.

    Raises:
        InputError: An invalid receipt.
    """
    if len(texts) != len(batch):
        raise InputError(
            "transport/receipts-do-not-match", count=len(texts), batch_count=len(batch)
        )
    receipts = [read_receipt(text) for text in texts]
    for sent, each in zip(batch, receipts, strict=True):
        told = each.receipt
        key = document.key_of(each.signed.kid)
        if key is None or key.state != "active":
            raise InputError("transport/receipt-by-another-key")
        unread = told.code == "malformed" and (told.to, told.id) == ("", "")
        if told.sender != document.node or (told.to != desk.node and not unread):
            raise InputError("transport/receipt-of-others")
        whole = ("", digest_of(sent.line)) if unread else (sent.id, sent.digest)
        if (told.id, told.digest) != whole:
            raise InputError("transport/receipt-for-something-else")
        if not is_signed_by(each.signed, key.public):
            raise InputError("transport/receipt-signature-wrong")
    return receipts


def _keep(
    desk: Desk, known: Known, batch: Sequence[Sealed], receipts: Sequence[SignedReceipt]
) -> Round:
    final = [each for each in receipts if each.receipt.state != "turned-away"]
    turned = [each.receipt for each in receipts if each.receipt.state == "turned-away"]
    with desk.database.work(desk.stamp()) as work:
        keep_receipts(work, known.node, final)
        heard_from(work, known.node, receipts)
        if _seal_anew(desk, work, known, turned):
            return Round(sent=len(batch), receipts=len(final), more=True)
        trouble = _trouble(desk, batch, turned)
        wait = _heed(desk, work, known, turned[0], trouble) if turned else 0.0
    more = bool(final) and not turned
    told = [each.receipt for each in receipts]
    ask = any(each.code in _OTHERWISE or each.have > known.sealed for each in told)
    return Round(
        sent=len(batch), receipts=len(final), more=more, trouble=trouble, ask=ask, wait=wait
    )


def _seal_anew(desk: Desk, work: Work, known: Known, turned: Sequence[Receipt]) -> bool:
    """Unseal messages that the peer can never accept, as it knows their signing key as retired.

    Keys never return, so these messages stay rejected; which of them the peer already has, its
    signed receipt states.
    """
    old = [each for each in turned if each.code in OLD_KEYS]
    kid = desk.ring.signer().kid
    lines = {sent.digest: sent.line for sent in to_send(work, known, rows=MOST_LINES)}
    stale = [
        each.have
        for each in old
        if each.digest in lines and take_apart(lines[each.digest].partition(" ")[0]).kid != kid
    ]
    return bool(stale) and unseal(work, known.node, max(stale)) > 0


def _heed(desk: Desk, work: Work, known: Known, turned: Receipt, trouble: str) -> float:
    """Act on the reason of a rejection, and schedule a retry; return the delay in seconds."""
    code = turned.code
    if code in _STANDINGS and known.theirs != _STANDINGS[code]:
        hear_relation(work, known.node, _STANDINGS[code])
    return _fail(desk, work, known, trouble)


def _trouble(desk: Desk, batch: Sequence[Sealed], turned: Sequence[Receipt]) -> str:
    """Return why a peer rejected messages temporarily; "": it did not."""
    kid = desk.ring.signer().kid
    now = {each.digest for each in batch if take_apart(each.line.partition(" ")[0]).kid == kid}
    if any(each.code in OLD_KEYS and each.digest in now for each in turned):
        return _DISOWNED
    return f"it turned a message away: {turned[0].code}" if turned else ""


def put_off(desk: Desk, known: Known, trouble: str) -> float:
    """Schedule a retry for a peer; return the delay in seconds."""
    with desk.database.work(desk.stamp()) as work:
        # Read again: the peer may have been active meanwhile, ending the back-off.
        return _fail(desk, work, peer_of(work, known.node), trouble)


def _fail(desk: Desk, work: Work, known: Known, trouble: str) -> float:
    now = desk.clock()
    tries = failed_tries(known.tries, known.due, moment(now + timedelta(seconds=2 * LONGEST)))
    seconds = wait_seconds(tries, secrets.randbelow(1000) / 1000)
    due = moment(now + timedelta(seconds=seconds))
    failed_with(work, known.node, tries=tries, due=due, trouble=trouble)
    return seconds
