"""Ranks among placebo dates, without a distribution.

Gaps of neighbouring dates share nearly all of their months. Ranked only among dates whose
windows do not overlap its own, a date in an unusual year would meet none of its neighbours,
and up to 12 % of dates would come out at 5 % (measured). Ranked among all dates, at most the
level's share of any series can: that holds whatever their dependence. Both are asked for.
"""

import math

import numpy as np

from tidewaiter.base.records import Record
from tidewaiter.burden.basemonths import Numbers
from tidewaiter.burden.events.types import LEVEL, Rank

SHARE = LEVEL / 2
"""The level of each direction: a card can be wrong in two."""


class Ranked(Record, frozen=True, kw_only=True):
    """Both directions of one date."""

    down: Rank
    up: Rank


def rank(gaps: Numbers, own: Numbers, index: int | None, months: int, position: int) -> Ranked:
    """Rank a date.

    Args:
        gaps: Of all admissible dates, shape ``(dates, forecasts)``, a row a month.
        own: Of the event, shape ``(2, forecasts)``: the lowest and the highest that it may be.
        index: The row of the event; None: it is not among them.
        months: Length of the window.
        position: The row at which the event stands or would stand; negative or beyond: outside.

    Returns:
        The ranks; of the interval, the end that is less extreme counts.
    """
    rows = np.arange(len(gaps))
    others = gaps[rows != index] if index is not None else gaps
    apart = gaps[np.abs(rows - position) >= months]
    return Ranked(down=_rank(-others, -apart, -own[1]), up=_rank(others, apart, own[0]))


def detectable(apart: Numbers) -> tuple[float | None, float | None]:
    """Return the smallest changes, down and up, that would be told apart.

    Args:
        apart: Gaps of dates whose windows do not overlap the event's, ``(dates, forecasts)``.

    Returns:
        As parts of what was forecast, for a forecast that is right; None: dates are too few.
    """
    place = math.floor(SHARE * (1 + len(apart)) + 1e-9)
    if place < 1:
        return None, None
    ordered = np.sort(apart, axis=0)
    down = min(0.0, float(ordered[place - 1].min()))
    up = max(0.0, float(ordered[-place].max()))
    return math.expm1(down), math.expm1(up)


def _rank(others: Numbers, apart: Numbers, own: Numbers) -> Rank:
    """Rank in the direction of great numbers; the forecast that is less extreme counts."""
    among_all = int((others >= own).sum(axis=0).max(initial=0))
    among_apart = int((apart >= own).sum(axis=0).max(initial=0))
    return Rank(
        apart=len(apart),
        apart_extreme=among_apart,
        all=len(others),
        all_extreme=among_all,
        p=max((1 + among_apart) / (1 + len(apart)), (1 + among_all) / (1 + len(others))),
    )
