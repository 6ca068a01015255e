"""Sending: what is due to a peer is sealed, sent and recorded, with back-off after a failure.

The wait doubles with each try that fails, up to five minutes: what is urgent shall not wait for an
hour because a line was down for one. It ends with any sign of the peer, when this node starts, and
where something is written that is for now (`store.peers.end_wait`).
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
from tidewaiter.transport.receiving import MOST_BYTES, MOST_LINES


def seal_due(desk: Desk, node: str) -> int:
    """Seal what waits for a peer, as much as one request takes; return how many messages.

    Nothing is sealed while something sealed has no receipt: what is sealed cannot be taken back, so
    as little as may be stands so while a line is down. The relation is looked at in the transaction
    that seals: once it is frozen, nothing is sealed but what tells of that.
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
                continue  # what was sealed here is of yesterday, and was never sent
            keep_sealed(work, node, closed)
        return len(closed)


def seal_within(desk: Desk, work: Work, node: str) -> int:
    """Seal all that waits for a peer, in work that writes; return the number of the last sealed."""
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
    """Give messages their places in the chain, one after another."""
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


LONGEST = 300.0  # seconds between two tries
_FIRST = 1.0  # second
_MOST = 20  # doublings; the longest wait is reached long before


def wait_seconds(tries: int, chance: float) -> float:
    """Return how long a peer is left alone.

    Args:
        tries: That failed one after another, from 1.
        chance: From 0 to 1, by which not all come back at once.

    Returns:
        Seconds: half of the whole wait at least, and never more than `LONGEST`.
    """
    whole = min(LONGEST, math.ldexp(_FIRST, min(tries - 1, _MOST)))
    return whole * (0.5 + 0.5 * chance)


def failed_tries(tries: int, due: str, latest: str) -> int:
    """Count a try that failed.

    Args:
        tries: That failed before it.
        due: For when it was put off, as `moment` writes it.
        latest: To when it can have been put off by the clock of now; beyond it, the clock was set
            back, and it was tried before its time: that is no further failure of the peer.
    """
    return tries if tries and due > latest else tries + 1


_TOLD = MOST_BYTES * 3 // 4  # bytes of documents that are told to a peer that lacks them
_STANDINGS: dict[str, Standing] = {"frozen": "frozen", "ended": "ended", "not-active": "none"}

_OLD = frozenset[str]({"old-key", "revoked-key"})
_DISOWNED = (
    "it knows newer keys of this node than the node itself: if nobody here made them, somebody has "
    "stolen the keys, so recover the node by its root"
)
_OTHERWISE = frozenset[str]({"equivocation", "broken-chain"})

Post = Callable[[Document, Sequence[str]], list[str]]
"""Sends lines to a peer; returns the receipts, or raises an OutputError."""


class Round(Record, frozen=True, kw_only=True):
    """What came of one attempt."""

    sent: int = 0
    receipts: int = 0  # for good
    more: bool = False  # there is more to be sent at once
    trouble: str = ""
    ask: bool = False  # the peer has something else of this node than this node knows
    wait: float = 0.0  # seconds for which the peer is left alone now


Tell = Callable[[Document, bytes], None]
"""Sends documents to a peer, or raises an OutputError."""


def send_round(desk: Desk, node: str, post: Post, tell: Tell | None = None) -> Round:
    """Send what is due to a peer, at most one request.

    Args:
        desk: Of this node.
        node: The peer.
        post: The line to it.
        tell: The line by which it learns of this node's documents, where it lacks them.

    Raises:
        MissingError: There is no such peer.
        StoreError: The database cannot be used.
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
        tell_keys(desk, document, tell)
    return done


def tell_keys(desk: Desk, document: Document, tell: Tell) -> None:
    """Tell a peer of keys that it does not know; it comes to know them before the next try."""
    with desk.database.work() as work:
        chain = documents(work, desk.node)
    try:
        tell(document, _newest(chain))
    except OutputError:  # an older version may have no place for them; people can carry the file
        return


def _newest(chain: Sequence[SignedDocument]) -> bytes:
    """Write as many of the newest documents as one request takes."""
    size = 0
    for number, each in enumerate(reversed(chain)):
        size += len(msgspec.json.encode(each))
        if size > _TOLD:
            return write_chain(chain[len(chain) - number :])
    return write_chain(chain)


def tell_all(desk: Desk, tell: Tell) -> list[str]:
    """Tell all peers of this node's documents; return the names of those that were not reached."""
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
    """Return as many as one request takes."""
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
    """Check that a peer's receipts are its own, and of what was sent to it.

    Args:
        desk: Of this node.
        document: Of the peer.
        batch: What was sent.
        texts: What it gave, one each.

    Raises:
        InputError: One is not.
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
    """Take back what the peer will never take, as it knows the key that signed it to be of before.

    A key does not come back, so what was sent before stays turned away whenever it comes; and what
    the peer has, its signed receipt says.
    """
    old = [each for each in turned if each.code in _OLD]
    kid = desk.ring.signer().kid
    lines = {sent.digest: sent.line for sent in to_send(work, known, rows=MOST_LINES)}
    stale = [
        each.have
        for each in old
        if each.digest in lines and take_apart(lines[each.digest].partition(" ")[0]).kid != kid
    ]
    return bool(stale) and unseal(work, known.node, max(stale)) > 0


def _heed(desk: Desk, work: Work, known: Known, turned: Receipt, trouble: str) -> float:
    """Heed why a peer turned messages away, and try again later; return in how many seconds."""
    code = turned.code
    if code in _STANDINGS and known.theirs != _STANDINGS[code]:
        hear_relation(work, known.node, _STANDINGS[code])
    return _fail(desk, work, known, trouble)


def _trouble(desk: Desk, batch: Sequence[Sealed], turned: Sequence[Receipt]) -> str:
    """Say why a peer turned messages away; "": it turned none away."""
    kid = desk.ring.signer().kid
    now = {each.digest for each in batch if take_apart(each.line.partition(" ")[0]).kid == kid}
    if any(each.code in _OLD and each.digest in now for each in turned):
        return _DISOWNED
    return f"it turned a message away: {turned[0].code}" if turned else ""


def put_off(desk: Desk, known: Known, trouble: str) -> float:
    """Try a peer again later; return in how many seconds."""
    with desk.database.work(desk.stamp()) as work:
        # As it stands now: a sign of it may have come meanwhile, and ended the wait.
        return _fail(desk, work, peer_of(work, known.node), trouble)


def _fail(desk: Desk, work: Work, known: Known, trouble: str) -> float:
    now = desk.clock()
    tries = failed_tries(known.tries, known.due, moment(now + timedelta(seconds=2 * LONGEST)))
    seconds = wait_seconds(tries, secrets.randbelow(1000) / 1000)
    due = moment(now + timedelta(seconds=seconds))
    failed_with(work, known.node, tries=tries, due=due, trouble=trouble)
    return seconds
