"""What a release itself shows of the deaths that it still lacks.

Two signs, each a share of the reported count:

- *pending*: deaths whose cause is not known yet, above the share that stays so for ever in that
  place, of which some four in ten turn out to be overdoses;
- *excess*: how far CDC's own prediction lies above the count, less what it lies above counts that
  are long complete (it runs high there, for ever).
"""

import numpy as np

from tidewaiter.base.records import Record
from tidewaiter.burden.nowcast.grids import Counts, Grid, Grids, Marks

OVERDOSES = 0.43
"""Share of the deaths pending above their floor that become overdoses.

Measured on the releases 2017-12 and 2018-04, whose truth is known: 0.43 to 0.44 for the nation,
0.28 to 0.43 for states; design of the nowcast in docs/background/nowcast.md.
"""

_DEATHS = 35.0
"""Deaths of any cause for one overdose, taken where a release lacks either: an extract of one
indicator has none. In the United States 42 in 2018 (release 2019-10), fewer in worse years."""

_FLOOR = slice(8, 11)  # lags at which pending deaths have come down to their floor
_USUAL = slice(8, 20)  # lags at which CDC's prediction is compared with what is complete
_YEAR = 12
_MOST = 0.5  # of a count: more is no sign but an error


class Signs(Record, frozen=True, kw_only=True):
    """The signs of one indicator, shape ``(places, lags)``; nan: the release does not tell."""

    pending: Grid  # share of the count, 0 or more
    excess: Grid  # share of the count, 0 or more
    usual: Grid  # percent pending at the floor, shape ``(places, 1)``


def signs_of(grids: Grids, indicator: str) -> Signs:
    """Read the signs off a release."""
    overdoses, deaths = grids.counts("overdose"), grids.counts("all-causes")
    counts = grids.counts(indicator)
    known = overdoses if np.isfinite(overdoses.pending).any() else counts
    usual = _middle(known.pending[:, _FLOOR])
    above = np.clip(known.pending - _floor(known.pending, usual, grids.settled), 0.0, None) / 100.0
    with np.errstate(invalid="ignore", divide="ignore"):
        each = deaths.value / overdoses.value
        pending = above * np.where(np.isfinite(each), each, _DEATHS) * OVERDOSES
        ahead = np.log(counts.predicted / counts.value)
    excess = ahead - _floor(ahead, _middle(ahead[:, _USUAL]), grids.settled)
    return Signs(
        pending=np.clip(pending, 0.0, _MOST), excess=np.clip(excess, 0.0, _MOST), usual=usual
    )


def unusual(counts: Counts, signs: Signs, times: float, least: float) -> Grid:
    """Return how many times its usual share is pending, where that is remarkable; else 0.

    Args:
        counts: The counts.
        signs: Their signs.
        times: The usual share, that many times, is remarkable.
        least: Percent; less than this is never remarkable.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = counts.pending / np.maximum(signs.usual, least / times)
    return np.where((ratio >= times) & (counts.pending >= least), ratio, 0.0)


def _floor(grid: Grid, usual: Grid, settled: Marks) -> Grid:
    """Return what a sign is when nothing is lacking, shape ``(places, lags)``.

    Where the year before is settled already, what is still pending of it stays so, and stands in
    the windows that reach into that year, by as many months of the twelve.
    """
    first = int(np.argmax(settled)) if settled.any() else len(settled)
    if not first < _FLOOR.start:
        return np.broadcast_to(usual, grid.shape)
    months = np.clip(_YEAR - (first - np.arange(grid.shape[1])), 0, _YEAR)
    stays = np.nan_to_num(np.clip(grid[:, first : first + 1] - usual, 0.0, None))
    return usual + stays * months / _YEAR


def _middle(grid: Grid) -> Grid:
    """Return the median of each row, shape ``(places, 1)``; nan: there is nothing in it."""
    found = np.full((len(grid), 1), np.nan)
    some = np.isfinite(grid).any(axis=1)
    found[some] = np.nanmedian(grid[some], axis=1, keepdims=True)
    return found
