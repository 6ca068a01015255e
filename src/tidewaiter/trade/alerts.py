"""Points: what the reasons of an alert add up to, and what follows where there are other ones."""

from collections.abc import Iterable, Sequence

from msgspec import structs

from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import Alert, Reason

MOST = 100  # points of an alert


def within(points: int) -> int:
    """Return points as a score: none is below 0 or above 100."""
    return max(0, min(MOST, points))


def score_of(reasons: Iterable[Reason]) -> int:
    """Return what reasons add up to."""
    return within(sum(each.points for each in reasons))


def with_reasons(alert: Alert, reasons: Sequence[Reason], rules: AlertRules) -> Alert:
    """Return an alert with other reasons, and the score that they add up to.

    The rank follows. The severity stays where the score alone would make no alert: it is one, and
    shown.
    """
    score = score_of(reasons)
    return structs.replace(
        alert,
        reasons=tuple(reasons),
        score=score,
        rank=rules.rank_of(score, alert.days_left, reasons),
        severity=rules.severity.of(score) or alert.severity,
    )
