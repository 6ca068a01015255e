"""Witnessing: what a peer says of its log is compared with what it said before.

A log only grows, and has one root at each length. A receipt that was given before says what was
true then: it comes again where its answer was lost, and is no contradiction.
"""

from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.exchange.receipts import Receipt

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
