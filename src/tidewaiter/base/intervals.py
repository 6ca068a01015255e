"""Confidence intervals (95 %) of proportions and medians in small samples."""

import math
from itertools import accumulate
from statistics import NormalDist
from typing import Literal

from tidewaiter.base.records import Record

FEWEST = 5
"""Smallest total with a share; below it, a single answer moves the share by over 20 points."""

TAIL = 0.025  # each tail of a 95 % interval
Z = NormalDist().inv_cdf(1 - TAIL)

Tendency = Literal["higher", "lower", "no clear change", "too few"]
"""Trend relative to the previous period."""


class Share(Record, frozen=True, kw_only=True):
    """A count out of a total; given as a share only if the total is large enough."""

    count: int
    of: int
    share: float | None = None  # from 0 to 1; None: total below five
    low: float | None = None
    high: float | None = None


class Difference(Record, frozen=True, kw_only=True):
    """Change of a share from the previous period."""

    tendency: Tendency
    points: float | None = None  # from -1 to 1; None: total too small in either period
    low: float | None = None
    high: float | None = None


def share_of(count: int, of: int) -> Share:
    """Return a share with its Wilson interval; below a total of five, only the numbers."""
    if of < FEWEST:
        return Share(count=count, of=of)
    low, high = wilson(count, of)
    return Share(count=count, of=of, share=count / of, low=low, high=high)


def wilson(count: int, of: int) -> tuple[float, float]:
    """Compute the 95 % Wilson interval of a share.

    Args:
        count: Number of successes.
        of: Total, at least 1.

    Source:
        Wilson 1927, Journal of the American Statistical Association 22.
    """
    share, square = count / of, Z * Z
    middle = share + square / (2 * of)
    half = Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    low = 0.0 if count == 0 else (middle - half) / scale
    high = 1.0 if count == of else (middle + half) / scale
    return low, high


def difference(now: Share, before: Share) -> Difference:
    """Compare a share with that of the previous period.

    Args:
        now: Share of the current period.
        before: Share of the previous period; disjoint notices.

    Returns:
        The difference and its interval, combined from both Wilson intervals. It is a significant
        change only if the interval excludes 0.

    Source:
        Newcombe 1998, Statistics in Medicine 17, method 10.
    """
    if now.share is None or before.share is None:
        return Difference(tendency="too few")
    low_now, high_now = wilson(now.count, now.of)
    low_before, high_before = wilson(before.count, before.of)
    points = now.share - before.share
    low = points - math.hypot(now.share - low_now, high_before - before.share)
    high = points + math.hypot(high_now - now.share, before.share - low_before)
    return Difference(tendency=_tendency(low, high), points=points, low=low, high=high)


def ranks(of: int, share: float) -> tuple[int | None, int | None]:
    """Return the order statistics that bound a quantile with 95 % confidence.

    Distribution-free: the number of independent, identically distributed values below the quantile
    is binomial. With ties the coverage is above 95 %.

    Args:
        of: Number of values.
        share: Quantile, 0.5 for the median.

    Returns:
        Ranks from 1; None: too few values for a bound on that side.

    Source:
        Conover 1999, Practical Nonparametric Statistics, section 3.2.
    """
    below = list(accumulate(_binomial(each, of, share) for each in range(of + 1)))
    low = sum(1 for each in below[:of] if each <= TAIL)
    above = list(accumulate(_binomial(each, of, share) for each in range(of, -1, -1)))
    high = of + 1 - sum(1 for each in above[:of] if each <= TAIL)
    return low or None, high if high <= of else None


def _binomial(count: int, of: int, share: float) -> float:
    """Return the binomial probability of a count."""
    ways = math.lgamma(of + 1) - math.lgamma(count + 1) - math.lgamma(of - count + 1)
    return math.exp(ways + count * math.log(share) + (of - count) * math.log1p(-share))


def _tendency(low: float, high: float) -> Tendency:
    if low > 0:
        return "higher"
    return "lower" if high < 0 else "no clear change"
