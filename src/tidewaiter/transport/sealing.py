"""Sealing: what waits for a peer gets its place in the chain, and can no longer be taken back."""

import secrets
from collections.abc import Sequence

from tidewaiter.base.errors import InputError
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.receiving import MOST_LINES
from tidewaiter.exchange.documents import Document
from tidewaiter.exchange.envelopes import SALT, VERSION, Envelope, Place, close
from tidewaiter.store.database import Work
from tidewaiter.store.outgoing import Waiting, is_under_way, keep_sealed, waiting_for
from tidewaiter.store.peers import Known, judged_by, peer_of


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
        raise InputError(f"{known.node} has no key to be written to")
    if VERSION not in document.versions:
        raise InputError("it speaks no version of the protocol that this node speaks")
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
