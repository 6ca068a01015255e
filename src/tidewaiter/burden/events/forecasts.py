"""What earlier months alone let one expect of a window: two robust forecasts.

Both were chosen among twenty by their error on 12-month totals (docs/benchmarks.md). A card
counts the weaker of the two gaps, so that no finding hangs on how a trend was drawn.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from tidewaiter.burden.basemonths import Numbers
from tidewaiter.burden.events.types import Window

HISTORY = 24
"""Months before an event that a forecast needs."""

_RECENT, _YEAR = 3, 12
_KEPT_OF_GROWTH = 0.25  # of the last year's growth, from the last three months on
_KEPT_OF_CHANGE = 0.5  # of the last three months' change to those a year before
_HALF_A_DEATH = 0.5  # a month of none has a rate too

Forecaster = Callable[[Numbers, Numbers, int], float]


def _rate(values: Numbers, days: Numbers, end: int, length: int) -> float:
    start = end - length
    return float((values[start:end].sum() + _HALF_A_DEATH) / days[start:end].sum())


def damped_trend(values: Numbers, days: Numbers, at: int) -> float:
    """Return deaths a day to expect: the last three months', and a quarter of a year's growth."""
    growth = _rate(values, days, at, _YEAR) / _rate(values, days, at - _YEAR, _YEAR)
    return _rate(values, days, at, _RECENT) * float(growth**_KEPT_OF_GROWTH)


def half_change(values: Numbers, days: Numbers, at: int) -> float:
    """Return deaths a day to expect: the last year's, and half of what changed to its end.

    The change is that of the last three months to the same three a year before, so a season
    does not count as one.
    """
    change = _rate(values, days, at, _RECENT) / _rate(values, days, at - _YEAR, _RECENT)
    return _rate(values, days, at, _YEAR) * float(change**_KEPT_OF_CHANGE)


FORECASTERS: Mapping[str, Forecaster] = MappingProxyType(
    {"damped trend of the last three months": damped_trend,
     "last twelve months, half of their change": half_change}
)  # fmt: skip


def expected_totals(values: Numbers, days: Numbers, at: int, window: Window) -> Numbers:
    """Return what each forecast expects in the window of an event.

    Args:
        values: Counts of months.
        days: Days of each month.
        at: Index of the month of the event; at least HISTORY.
        window: The months that are counted.

    Returns:
        One total for each forecaster; nothing from `at` on was looked at.
    """
    lived = days[at + window.since : at + window.until].sum()
    return np.array([each(values, days, at) * lived for each in FORECASTERS.values()])


def log_gaps(values: Numbers, days: Numbers, origins: range, window: Window) -> Numbers:
    """Return log(observed / expected) for each origin and forecaster, shape (origins, 2)."""
    found = np.empty((len(origins), len(FORECASTERS)))
    for row, at in enumerate(origins):
        observed = values[at + window.since : at + window.until].sum() + _HALF_A_DEATH
        found[row] = np.log(observed / expected_totals(values, days, at, window))
    return found
