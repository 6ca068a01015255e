"""Shares with what a count cannot tell: 95 % intervals."""

import math

from tidewaiter.base.records import Record

_Z = 1.959964  # of the normal distribution, two sides, 95 %
NONE = 3.0  # rule of three


class Share(Record, frozen=True, kw_only=True):
    """How many of how many, and the 95 % interval of the share."""

    count: int
    total: int
    share: float
    low: float
    high: float


def share_of(count: int, total: int) -> Share:
    """Return a share with its 95 % interval.

    Args:
        count: How many.
        total: Of how many; of none, anything is possible.

    Returns:
        The share with Wilson's interval. Where the count is 0 the interval ends at 3 / total
        (rule of three), where it is the total it begins at 1 - 3 / total: one side alone is open.

    Source:
        Wilson 1927, Journal of the American Statistical Association 22; Hanley and Lippman-Hand
        1983, JAMA 249.
    """
    if total == 0:
        return Share(count=0, total=0, share=0.0, low=0.0, high=1.0)
    share = count / total
    if count in {0, total}:
        open_side = min(1.0, NONE / total)
        low, high = (0.0, open_side) if count == 0 else (1 - open_side, 1.0)
        return Share(count=count, total=total, share=share, low=low, high=high)
    scale = 1 + _Z * _Z / total
    middle = share + _Z * _Z / (2 * total)
    half = _Z * math.sqrt(share * (1 - share) / total + _Z * _Z / (4 * total * total))
    return Share(
        count=count,
        total=total,
        share=share,
        low=max(0.0, (middle - half) / scale),
        high=min(1.0, (middle + half) / scale),
    )


def apart(one: Share, other: Share) -> bool:
    """Tell whether two shares differ by more than chance: whether their intervals are apart."""
    return one.low > other.high or other.low > one.high
