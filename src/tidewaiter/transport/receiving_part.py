"""Receiving: a batch of envelopes is judged, acted on and receipted in one transaction.

No receipt leaves before the transaction is on the disk: what was taken, what it did, the receipt
and the entry in the log are kept together or not at all.
"""

from collections.abc import Sequence

from tidewaiter.courier.desk import Desk
from tidewaiter.courier.opening import Opened, open_all
from tidewaiter.courier.taking import Judged, Taking, receipt_for
from tidewaiter.exchange.receipts import read_receipt

UNPROVED = frozenset[str](
    {
        "malformed",
        "not-for-us",
        "unknown-sender",
        "unknown-key",
        "old-key",
        "revoked-key",
        "bad-signature",
        "other-box",
    }
)
"""Codes of what may come from anyone."""

MOST_LINES = 64
MOST_BYTES = 1024 * 1024


def receive(desk: Desk, lines: Sequence[str]) -> list[str]:
    """Take what a peer sends.

    Args:
        desk: Of this node.
        lines: An envelope each; at most 64.

    Returns:
        A signed receipt for each line, in order.

    Raises:
        StoreError: Nothing was taken: the database cannot be written.
    """
    return receive_all(desk, [lines])[0]


def proves_nothing(receipt: str) -> bool:
    """Say whether a receipt is for a line that anyone could have sent.

    Args:
        receipt: One that was given here.
    """
    return read_receipt(receipt).receipt.code in UNPROVED


def receive_all(desk: Desk, requests: Sequence[Sequence[str]]) -> list[list[str]]:
    """Take what several requests bring, in one transaction.

    Args:
        desk: Of this node.
        requests: Lines, of one request each.

    Returns:
        Signed receipts, a list for each request.

    Raises:
        StoreError: Nothing was taken: the database cannot be written.
    """
    opened = [open_all(desk, lines) for lines in requests]
    together = [each for some in opened for each in some]
    if not any(each.peer for each in together):
        # Nobody who is known sent any of it: nothing is kept, and nobody waits for the writer.
        return [[receipt_for(desk, _stranger(each), None) for each in some] for some in opened]
    with desk.database.work(desk.stamp()) as work:
        desk.refresh(work)
        taking = Taking(desk, work, [each for each in together if each.peer])
        # Lines were sent twice or out of order: each waits for the one before it.
        for each in sorted(together, key=lambda one: (one.sender, one.seq)):
            taking.take(each) if each.peer else taking.leave(_stranger(each))
        receipts = taking.finish()
    return [[receipts[each.line] for each in some] for some in opened]


def _stranger(opened: Opened) -> Judged:
    """Judge what nobody who is known has sent."""
    code = opened.code or "unknown-sender"
    return Judged(line=opened.line, envelope=opened.envelope, code=code)
