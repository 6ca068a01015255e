"""What earlier months alone let one expect of a window: three forecasts.

They are among the best of twenty by their error on 12-month totals (docs/benchmarks.md), and
each carries a trend on in another way. The weakest rank counts, so that no finding hangs on how
a trend was drawn.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from tidewaiter.burden.basemonths import Numbers
from tidewaiter.burden.events.types import Window

HISTORY = 24
"""Months before an event that a forecast needs."""

_RECENT, _HALF_YEAR, _YEAR = 3, 6, 12
_QUARTER, _HALF = 0.25, 0.5  # of a growth that is carried on
_HALF_A_DEATH = 0.5  # a month of none has a rate too

Forecaster = Callable[[Numbers, Numbers, int], float]


def _rate(values: Numbers, days: Numbers, end: int, length: int) -> float:
    start = end - length
    return float((values[start:end].sum() + _HALF_A_DEATH) / days[start:end].sum())


def _growth(values: Numbers, days: Numbers, at: int, length: int) -> float:
    """Return the last months' rate in parts of that of the same months a year before."""
    return _rate(values, days, at, length) / _rate(values, days, at - _YEAR, length)


def quarter_growth(values: Numbers, days: Numbers, at: int) -> float:
    """Return deaths a day to expect: the last three months', and a quarter of a year's growth."""
    return _rate(values, days, at, _RECENT) * math.pow(_growth(values, days, at, _YEAR), _QUARTER)


def half_growth(values: Numbers, days: Numbers, at: int) -> float:
    """Return deaths a day to expect: the last six months', and half of a year's growth."""
    return _rate(values, days, at, _HALF_YEAR) * math.pow(_growth(values, days, at, _YEAR), _HALF)


def half_change(values: Numbers, days: Numbers, at: int) -> float:
    """Return deaths a day to expect: the last year's, and half of what changed to its end.

    The change is that of the last three months to the same three a year before, so a season
    does not count as one.
    """
    return _rate(values, days, at, _YEAR) * math.pow(_growth(values, days, at, _RECENT), _HALF)


FORECASTERS: Mapping[str, Forecaster] = MappingProxyType(
    {
        "last three months, a quarter of the year's growth": quarter_growth,
        "last six months, half of the year's growth": half_growth,
        "last twelve months, half of the change to their end": half_change,
    }
)


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
    """Return log(observed / expected) for each origin and forecaster, shape (origins, 3)."""
    found = np.empty((len(origins), len(FORECASTERS)))
    for row, at in enumerate(origins):
        observed = values[at + window.since : at + window.until].sum() + _HALF_A_DEATH
        found[row] = np.log(observed / expected_totals(values, days, at, window))
    return found
