"""Budgets: what a peer may still ask, folded from what it asked."""

from collections.abc import Iterable
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.exchange.private.types import SLOTS, Code, Question, Terms

MOST_REFUSED = 100
"""Questions of a peer and day that are refused by an answer; later ones by their receipt alone."""


class Asked(Record, frozen=True, kw_only=True):
    """One question of a peer, as the log of questions has it."""

    day: date  # of the holder's clock, UTC
    keys: int
    code: str  # "": it was answered


def used(log: Iterable[Asked], day: date) -> int:
    """Return how many keys a peer has had answered on a day.

    What bears a later day counts too: a clock that is set back gives no new budget.

    Args:
        log: Of the peer, whatever the offers were.
        day: Today.
    """
    return sum(each.keys for each in log if each.day >= day and not each.code)


def refused(log: Iterable[Asked], day: date) -> int:
    """Return how many questions of a peer were refused on a day."""
    return sum(1 for each in log if each.day >= day and each.code)


def left(terms: Terms, log: Iterable[Asked], day: date) -> int:
    """Return how many keys may still be asked on a day."""
    return max(0, terms.budget - used(log, day))


def why_not(
    terms: Terms | None, log: Iterable[Asked], question: Question, day: date
) -> Code | None:
    """Say why a question is refused; None: it is answered.

    A question is of `SLOTS` keys whatever is in it: the holder cannot tell a guess from what fills
    it up, so all of them count.

    Args:
        terms: Of the offer that stands for this peer; None: there is none.
        log: What it has asked.
        question: What it asks now.
        day: Today, of the holder's clock.
    """
    if terms is None or terms.offer != question.offer:
        return "off"
    if day > terms.until:
        return "ended"
    if question.purpose not in terms.purposes:
        return "purpose"
    return "over-budget" if left(terms, log, day) < SLOTS else None
