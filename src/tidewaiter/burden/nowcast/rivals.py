"""The other ways of estimating, kept to be compared with: shape ``(places, lags)`` each.

Source:
    docs/background/nowcast.md; chain ladder, pending and de-biased as practitioners use them.
"""

from collections.abc import Sequence

import numpy as np

from tidewaiter.burden.nowcast.grids import Grid, Grids, Marks
from tidewaiter.burden.nowcast.ladder import ladder_of
from tidewaiter.burden.nowcast.settled import Truth, known

_LAGS = 7
_CLOSED = 12  # periods over which CDC's prediction is compared


def rivals(now: Grids, before: Sequence[Grids], truth: Truth, indicator: str) -> dict[str, Grid]:
    """Return the estimates of each rival by its name; nan: it cannot tell.

    Args:
        now: The release.
        before: Those that came out before it.
        truth: What was settled by then.
        indicator: A key of data/burden/indicators.toml.
    """
    counts = now.counts(indicator)
    ladder = ladder_of(before, truth, indicator, now.age)
    step = ladder.steps(now.lags)[0] if ladder else np.full((1, now.lags), np.nan)
    slope = _slope(before, truth, indicator)
    pending = counts.value * np.exp(slope * counts.pending)
    lowered: Grid = counts.predicted * _ratio(counts.value, counts.predicted, counts.closed)
    return {
        "reported": counts.value,
        "predicted": counts.predicted,
        "ladder": counts.value * np.exp(step),
        "pending": pending,
        "de-biased": lowered,
        "mean": (pending + lowered) / 2.0,
    }


def _slope(before: Sequence[Grids], truth: Truth, indicator: str) -> float:
    """Fit one factor of the percent pending to all that is settled, by least squares."""
    above = below = 0.0
    for grids in before:
        counts, settled = grids.counts(indicator), known(truth, grids, indicator)
        some = (settled > 0) & (counts.value > 0) & np.isfinite(counts.pending)
        some[:, _LAGS:] = False
        pending = counts.pending[some]
        above += float(pending @ np.log(settled[some] / counts.value[some]))
        below += float(pending @ pending)
    return above / below if below else float("nan")


def _ratio(value: Grid, predicted: Grid, closed: Marks) -> Grid:
    """Return reported over predicted in the last twelve closed periods, shape ``(places, 1)``."""
    found = np.full((len(value), 1), np.nan)
    for row in range(len(value)):
        known = np.flatnonzero(closed[row] & np.isfinite(predicted[row]) & (predicted[row] > 0))
        if len(known):
            last = known[:_CLOSED]
            found[row] = np.nanmedian(value[row, last] / predicted[row, last])
    return found
