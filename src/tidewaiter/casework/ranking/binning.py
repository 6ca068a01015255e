"""Binning: the values of a feature cut into bins or levels that are frequent enough."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from tidewaiter.ranking.features import Feature, Value, number
from tidewaiter.ranking.model import Scale
from tidewaiter.ranking.settings import RankerSettings


def scale_of(values: Sequence[Value], feature: Feature, settings: RankerSettings) -> Scale:
    """Return the bins or levels of a feature, all of them still without a weight."""
    if feature.kind == "category":
        counts = Counter(each for each in values if isinstance(each, str))
        often = [
            each
            for each in counts.most_common(settings.most_levels)
            if each[1] >= settings.least_level
        ]
        levels = tuple(sorted(level for level, _ in often))
        return Scale(feature=feature, levels=levels, values=(0.0,) * (len(levels) + 1), seen=())
    known = np.array([number(each) for each in values])
    known = np.unique(known[~np.isnan(known)], return_counts=True)  # type: ignore[assignment]
    edges = _edges(known[0], known[1], settings.bins)
    return Scale(feature=feature, edges=edges, values=(0.0,) * (len(edges) + 2), seen=())


def _edges(values: np.ndarray, counts: np.ndarray, bins: int) -> tuple[float, ...]:
    """Return where bins begin: between values, so that each holds about as many rows."""
    if len(values) < 2:  # noqa: PLR2004
        return ()
    share = np.cumsum(counts)[:-1] / counts.sum()
    ends = np.arange(1, bins) / bins
    places = np.arange(len(share)) if len(values) <= bins else np.searchsorted(share, ends)
    places = np.unique(np.minimum(places, len(share) - 1))
    return tuple(float(each) for each in np.unique((values[places] + values[places + 1]) / 2))
