"""How shares are compared: intervals, equal false alerts, and pairs of answers."""

from math import comb, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Source:
        Wilson 1927, Journal of the American Statistical Association 22.
    """
    if total == 0:
        return 0.0, 1.0
    z = 1.959964
    share, spread = hits / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def mcnemar(first: Bools, second: Bools) -> float:
    """Return how likely two ways that are alike would differ by so much on the same cases.

    Args:
        first: By case: one way is right.
        second: By case: the other way is right.

    Returns:
        The exact two-sided probability, from the cases that only one of them gets right.

    Source:
        McNemar 1947, Psychometrika 12.
    """
    one, other = int((first & ~second).sum()), int((second & ~first).sum())
    tail = sum(comb(one + other, count) for count in range(min(one, other) + 1))
    return min(1.0, 2 * tail * 0.5 ** (one + other))


def cut_at(alerts: Floats, share: float) -> float:
    """Return the score above which at most a share of the unlisted queries alert.

    Args:
        alerts: The best score of each unlisted query; -inf where nothing answers it.
        share: From 0 to 1.

    Returns:
        What a score must exceed. Where scores are tied, fewer alert than the share.
    """
    place = int(share * len(alerts))
    return float(np.sort(alerts)[::-1][place]) if place < len(alerts) else -np.inf


def f1(right: int, false: int, listed: int) -> float:
    """Return F1, from right alerts, false alerts, and how many are to be found."""
    return 2 * right / (right + false + listed)


def best_f1(hits: Floats, alerts: Floats) -> tuple[float, float]:
    """Return the highest F1 of any threshold, and that threshold.

    Args:
        hits: The score of the right answer of each listed query; -inf where there is none.
        alerts: The best score of each unlisted query.
    """
    cuts = np.unique(hits[np.isfinite(hits)])
    right = len(hits) - np.searchsorted(np.sort(hits), cuts)
    false = len(alerts) - np.searchsorted(np.sort(alerts), cuts)
    values = 2 * right / (right + false + len(hits))
    place = int(values.argmax())
    return float(values[place]), float(cuts[place])
