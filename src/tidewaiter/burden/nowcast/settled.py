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
