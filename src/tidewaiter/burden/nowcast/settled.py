"""What is known to be settled: counts that their source changes no more."""

from collections.abc import Callable, Sequence

import numpy as np

from tidewaiter.burden.nowcast.grids import Grid, Grids

Truth = Callable[[str], tuple[dict[str, int], Grid, int]]
"""Of an indicator: its places, settled counts ``(places, lags)`` or nan, and the month of lag 0."""


def settled_in(now: Grids) -> Truth:
    """Return what a release knows to be settled."""

    def truth(indicator: str) -> tuple[dict[str, int], Grid, int]:
        counts = now.counts(indicator)
        value = np.where(counts.closed | now.settled, counts.value, np.nan)
        return {name: row for row, name in enumerate(now.places)}, value, now.newest

    return truth


def settled_by(judges: Sequence[Grids]) -> Truth:
    """Return what several releases know to be settled: of an indicator, the last that has it."""
    latest = sorted(judges, key=lambda each: each.released, reverse=True)

    def truth(indicator: str) -> tuple[dict[str, int], Grid, int]:
        having = [each for each in latest if indicator in each.indicators]
        return settled_in((having or latest)[0])(indicator)

    return truth


def known(truth: Truth, grids: Grids, indicator: str) -> Grid:
    """Return the settled count of each cell of a release; nan: not known, or judged by itself.

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
    if shift <= 0:
        return found
    lags = np.arange(min(grids.lags, max(settled.shape[1] - shift, 0)))
    here = np.array([row for row, name in enumerate(grids.places) if name in rows], np.int64)
    there = np.array([rows[grids.places[row]] for row in here], np.int64)
    found[np.ix_(here, lags)] = settled[np.ix_(there, lags + shift)]
    return found
