"""What is known to be settled: counts that their source changes no more."""

from collections.abc import Callable
from functools import cache

import numpy as np

from tidewaiter.burden.nowcast.grids import Grid, Grids

Truth = Callable[[str], tuple[dict[str, int], Grid, int]]
"""Of an indicator: its places, settled counts ``(places, lags)`` or nan, and the month of lag 0."""


def settled_in(*judges: Grids) -> Truth:
    """Return what some releases know to be settled; where they differ, the latest decides."""
    ordered = sorted(judges, key=lambda each: each.released)

    @cache
    def truth(indicator: str) -> tuple[dict[str, int], Grid, int]:
        having = [each for each in ordered if indicator in each.indicators] or ordered[-1:]
        newest = max(each.newest for each in having)
        lags = newest - min(each.newest - each.lags for each in having)
        names = sorted({name for each in having for name in each.places})
        rows = {name: row for row, name in enumerate(names)}
        found = np.full((len(names), lags), np.nan)
        for each in having:
            counts = each.counts(indicator)
            value = np.where(counts.closed | each.settled, counts.value, np.nan)
            places, months = np.nonzero(np.isfinite(value))
            at = np.array([rows[name] for name in each.places], np.int64)[places]
            found[at, months + newest - each.newest] = value[places, months]
        return rows, found, newest

    return truth


def known(truth: Truth, grids: Grids, indicator: str) -> Grid:
    """Return the settled count of each cell that was open in a release; nan: not known.

    Args:
        truth: What is settled by now.
        grids: An earlier release.
        indicator: A key of data/burden/indicators.toml.

    Returns:
        Deaths, shape ``(places, lags)`` of the earlier release.
    """
    rows, settled, newest = truth(indicator)
    found = np.full((len(grids.places), grids.lags), np.nan)
    shift = newest - grids.newest
    lags = np.arange(max(0, -shift), min(grids.lags, max(settled.shape[1] - shift, 0)))
    here = np.array([row for row, name in enumerate(grids.places) if name in rows], np.int64)
    there = np.array([rows[grids.places[row]] for row in here], np.int64)
    found[np.ix_(here, lags)] = settled[np.ix_(there, lags + shift)]
    found[grids.counts(indicator).closed | grids.settled] = np.nan
    return found
