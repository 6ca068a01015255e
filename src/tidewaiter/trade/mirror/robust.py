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


class Middle(Record, frozen=True, kw_only=True):
    """The middle of some values, and how far they usually are from it."""

    usual: float
    spread: float
    count: int

    def standing(self, value: float) -> Standing:
        """Return how far a value is from the middle, in spreads."""
        z = (value - self.usual) / self.spread
        return Standing(usual=self.usual, spread=self.spread, z=z)


def ratio(x: float, m: float) -> float:
    """Return (x - m) / (x + m): -1 to 1, 0 where both are 0."""
    return (x - m) / (x + m) if x + m else 0.0


def standing(value: float, others: Sequence[float], least: float) -> Standing:
    """Return how far a value is from the middle of others, in spreads of theirs."""
    return middle(others, least).standing(value)


def middle(values: Sequence[float], least: float) -> Middle:
    """Return the middle of values, and their spread.

    Args:
        values: At least one.
        least: Of the spread.

    Source:
        Iglewicz and Hoaglin 1993, How to detect and handle outliers: modified z-scores.
    """
    usual = median(values)
    spread = max(_NORMAL * median(abs(each - usual) for each in values), least)
    return Middle(usual=usual, spread=spread, count=len(values))
