"""The twelve months below the first window: given, or estimated where nobody gives them.

Windows tell each later month once these are known; without them they tell differences alone.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

_TWELVE = 12
_LEAST = 1e-3  # of the greatest level: below it a level is not divided by
_YEAR = 365.25


def days_of(months: Sequence[int]) -> Numbers:
    """Return the days of each month."""
    return np.array([monthrange(each // 12, each % 12 + 1)[1] for each in months], np.float64)


def given_months(base: Mapping[int, float], first: int, total: float) -> Numbers | None:
    """Return the months of the first window, scaled so that they add up to it.

    Args:
        base: Counts by month.
        first: The last month of the first window.
        total: That window.

    Returns:
        Twelve counts; None: one of them is not given, or all are zero.
    """
    months = range(first - _TWELVE + 1, first + 1)
    if not all(each in base for each in months):
        return None
    found = np.array([base[each] for each in months], np.float64)
    if found.sum() == total:
        return found
    return found * (total / found.sum()) if found.sum() else None


def estimated_months(windows: Numbers, first: int) -> Numbers:
    """Estimate the months of the first window from how all windows differ.

    Each month's deaths a day are drawn to the level of the year around it, by least squares in
    parts of that level; the twelve add up to the first window, and no month is below zero. A
    pattern that comes back each year unchanged leaves no trace in windows: it is not there.

    Args:
        windows: Counts of twelve months, shape ``(windows,)``, one for each month.
        first: The last month of the first.

    Returns:
        Twelve counts.
    """
    months = range(first - _TWELVE + 1, first + len(windows))
    above = running(np.zeros(_TWELVE), windows)
    usual = days_of(months) * _levels(windows, len(above))
    least = np.array([max(0.0, -above[each::_TWELVE].min()) for each in range(_TWELVE)])
    pull = np.array([(usual[each::_TWELVE] ** -2.0).sum() for each in range(_TWELVE)])
    wish = np.array(
        [
            ((1 - above[each::_TWELVE] / usual[each::_TWELVE]) / usual[each::_TWELVE]).sum()
            for each in range(_TWELVE)
        ]
    )
    return _shared_out(wish / pull, 1 / pull, least, float(windows[0]))


def running(base: Numbers, windows: Numbers) -> Numbers:
    """Return all months: m(t) = m(t - 12) + S(t) - S(t - 1).

    Args:
        base: The twelve months of the first window.
        windows: Shape ``(windows,)``, one for each month.

    Returns:
        Shape ``(windows + 11,)``, from the first month of the first window on.
    """
    months = np.concatenate([base, np.diff(windows)])
    for each in range(_TWELVE, len(months)):
        months[each] += months[each - _TWELVE]
    return months


def _levels(windows: Numbers, length: int) -> Numbers:
    """Return deaths a day in the year around each month; at both ends, as the slope goes on."""
    middle = (windows[:-1] + windows[1:]) / 2 / _YEAR
    if not len(middle):
        return np.full(length, max(float(windows[0]), 1.0) / _YEAR)
    logs = np.log(np.maximum(middle, max(float(middle.max()), 1 / _YEAR) * _LEAST))
    before = _TWELVE // 2
    after = length - before - len(logs)
    near = min(_TWELVE, len(logs))
    rise, fall = _slope(logs[:near]), _slope(logs[-near:])
    early = logs[0] - rise * np.arange(before, 0, -1)
    late = logs[-1] + fall * np.arange(1, after + 1)
    levels: Numbers = np.exp(np.concatenate([early, logs, late]))
    return levels


def _slope(logs: Numbers) -> float:
    return float(np.polyfit(np.arange(len(logs)), logs, 1)[0]) if len(logs) > 1 else 0.0


def _shared_out(wish: Numbers, give: Numbers, least: Numbers, total: float) -> Numbers:
    """Move counts to a total, each by how much it gives, and none below its least."""
    low = least.sum() > total  # counts were corrected: not all can be met
    floor = least * (total / least.sum()) if low else least
    held = np.zeros(len(wish), bool)
    found = floor.copy()
    while not held.all():
        free = ~held
        step = (total - floor[held].sum() - wish[free].sum()) / give[free].sum()
        found = np.where(held, floor, wish + step * give)
        below = free & (found < floor)
        if not below.any():
            return found
        held |= below
    return floor * (total / floor.sum()) if floor.sum() else np.full(len(wish), total / len(wish))
