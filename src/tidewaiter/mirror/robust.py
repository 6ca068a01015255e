"""Statistics that a few strange values do not move."""

from collections.abc import Sequence
from statistics import median

from tidewaiter.base.records import Record

_NORMAL = 1.4826  # of the median absolute deviation, so that it is a standard deviation


class Standing(Record, frozen=True, kw_only=True):
    """A value beside others."""

    usual: float
    spread: float
    z: float


def ratio(x: float, m: float) -> float:
    """Return (x - m) / (x + m): -1 to 1, 0 where both are 0."""
    return (x - m) / (x + m) if x + m else 0.0


def standing(value: float, others: Sequence[float], least: float) -> Standing:
    """Return how far a value is from the middle of others, in spreads of theirs.

    Args:
        value: One.
        others: At least one.
        least: Of the spread.

    Source:
        Iglewicz and Hoaglin 1993, How to detect and handle outliers: modified z-scores.
    """
    usual = median(others)
    spread = max(_NORMAL * median(abs(each - usual) for each in others), least)
    return Standing(usual=usual, spread=spread, z=(value - usual) / spread)
