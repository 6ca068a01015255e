"""The nowcast model: signs of missing deaths, fitted constants, intervals, the chain ladder.

Two signs, each a share of the reported count:

- *pending*: deaths whose cause is not known yet, above the share that stays so for ever in that
  place, of which some four in ten turn out to be overdoses;
- *excess*: how far CDC's own prediction lies above the count, less what it lies above counts that
  are long complete (it runs high there, for ever).

It needs no sign, and so serves where a source gives none: deaths of any cause, other countries.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.nowcast.grids import Counts, Grid, Grids, Marks, Truth, known

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
_MOST_SIGN = 0.5  # of a count: more is no sign but an error


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
    usual = _row_medians(known.pending[:, _FLOOR])
    above = np.clip(known.pending - _floor(known.pending, usual, grids.settled), 0.0, None) / 100.0
    with np.errstate(invalid="ignore", divide="ignore"):
        each = deaths.value / overdoses.value
        pending = above * np.where(np.isfinite(each), each, _DEATHS) * OVERDOSES
        ahead = np.log(counts.predicted / counts.value)
    excess = ahead - _floor(ahead, _row_medians(ahead[:, _USUAL]), grids.settled)
    return Signs(
        pending=np.clip(pending, 0.0, _MOST_SIGN),
        excess=np.clip(excess, 0.0, _MOST_SIGN),
        usual=usual,
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
    first = int(np.argmax(settled))
    if not settled.any() or first >= _FLOOR.start:  # an extract may hold a few months alone
        return np.broadcast_to(usual, grid.shape)
    months = np.clip(_YEAR - (first - np.arange(grid.shape[1])), 0, _YEAR)
    stays = np.nan_to_num(np.clip(grid[:, first : first + 1] - usual, 0.0, None))
    return usual + stays * months / _YEAR


def _row_medians(grid: Grid) -> Grid:
    """Return the median of each row, shape ``(places, 1)``; nan: there is nothing in it."""
    found = np.full((len(grid), 1), np.nan)
    some = np.isfinite(grid).any(axis=1)
    found[some] = np.nanmedian(grid[some], axis=1, keepdims=True)
    return found


Rests = Literal["both", "pending"]
"""On which signs an estimate rests: the smaller of both, or the pending deaths alone."""


class Parameters(Record, frozen=True, kw_only=True):
    """What turns the signs of one indicator into an estimate with an interval."""

    indicator: str
    rests: Rests
    growth: float  # of the logarithm of the count, for each unit of its sign
    up: float  # scale of the upper side of the interval
    down: float  # of the lower one
    cells: int = 0  # from which they were fitted
    releases: int = 0
    error: float = 0.0  # percent, mean absolute, on these cells
    places: Mapping[str, float] = MappingProxyType({})  # factors of places, from an archive


class _Shipped(Record, frozen=True, kw_only=True):
    source: str
    indicators: tuple[Parameters, ...] = ()


@cache
def shipped() -> MappingProxyType[str, Parameters]:
    """Return the constants that come with Tidewaiter, by indicator.

    Source:
        data/burden/nowcast.toml, made by `tools/nowcast.py` from releases of 2017 to 2019.
    """
    read = read_toml(data("burden", "nowcast.toml"), _Shipped)
    return MappingProxyType({each.indicator: each for each in read.indicators})


def before_data(indicator: str) -> Parameters:
    """Return what one would take before any release was compared with its truth.

    A sign of two percent counts in full; the interval is 1.3 times as wide as its shape.
    """
    return Parameters(indicator=indicator, rests="both", growth=1.25, up=1.3, down=1.3)


_NOISE = 0.005
"""A sign of half a percent is as likely noise as lack: smaller ones count for less."""

_SEEN = 0.12
"""The largest signs that constants were fitted to; what lies above counts as it is."""

_TALL, _WIDE = 0.04, 0.03  # signs from which on the interval grows more slowly

_OLD = 7  # months from a period to its release at lag 0, when the constants were fitted


class Spread(Record, frozen=True, kw_only=True):
    """How far the logarithm of the closed count may lie from the estimate, before scaling."""

    up: Grid
    down: Grid


def sign_of(signs: Signs, rests: Rests) -> Grid:
    """Return the sign that an estimate rests on; nan: there is none."""
    if rests == "pending":
        return np.where(np.isfinite(signs.pending), signs.pending, signs.excess)
    return np.fmin(signs.pending, signs.excess)


def lacking(signs: Signs, parameters: Parameters, nations: list[bool], names: list[str]) -> Grid:
    """Estimate the logarithm of closed over reported.

    Args:
        signs: Of one indicator.
        parameters: Of the same.
        nations: Which rows are whole countries: there noise has averaged out, so that both signs
            count in full, and their mean is taken.
        names: The places, whose factors are looked up.

    Returns:
        The logarithm, 0 or more; nan: no sign tells.
    """
    sign = sign_of(signs, parameters.rests)
    factors = np.array([[parameters.places.get(name, 1.0)] for name in names])
    seen = np.minimum(sign, _SEEN)
    local = parameters.growth * factors * seen * seen / (seen + _NOISE) + (sign - seen)
    both = np.stack([signs.pending, signs.excess])
    told = np.isfinite(both).any(axis=0)
    mean = np.where(
        told, np.nansum(both, axis=0) / np.maximum(np.isfinite(both).sum(axis=0), 1), np.nan
    )
    return np.where(np.array(nations)[:, None], mean, local)


def spread_of(signs: Signs, rests: Rests, age: int, nations: list[bool]) -> Spread:
    """Return the unscaled sides of the interval.

    A count can lack what no sign shows, the more the younger it is. Releases have come two months
    earlier since 2022, but certificates come faster too: half of the two is taken.

    Args:
        signs: Of one indicator.
        rests: The signs that the estimate rests on.
        age: Months from the newest period to the release.
        nations: Which rows are whole countries.
    """
    lags = signs.pending.shape[1]
    sign = np.nan_to_num(sign_of(signs, rests))
    apart = np.nan_to_num(np.fmax(signs.pending, signs.excess)) - sign
    young = np.exp(-((age - _OLD) / 2.0 + np.arange(lags)) / 2.0)
    tall, wide = sign * _TALL / (sign + _TALL), apart * _WIDE / (apart + _WIDE)
    up = 0.004 + 0.8 * tall + 0.3 * wide + 0.004 * young
    down = 0.001 + 0.9 * tall + 0.1 * wide
    national = 0.004 + 0.4 * np.nan_to_num(_mean_of_signs(signs)) + 0.2 * apart + 0.003 * young
    whole = np.array(nations)[:, None]
    return Spread(up=np.where(whole, national, up), down=np.where(whole, national, down))


def _mean_of_signs(signs: Signs) -> Grid:
    """Return the mean of the signs that there are; nan: there is none."""
    both = np.stack([signs.pending, signs.excess])
    many = np.isfinite(both).sum(axis=0)
    return np.where(many > 0, np.nansum(both, axis=0) / np.maximum(many, 1), np.nan)


LAGS = 7
"""Lags 0 to 6 are those that are judged."""

_LEAST = 100.0  # deaths in a period, below which percentages say nothing
_CELLS, _RELEASES = 150, 2  # fewer are not fitted to
_SIDE = 0.975  # of the cells lie below the upper side, and as many above the lower
_FORGOTTEN = 24.0  # months in which what was seen of a place counts half
_MOST_FACTOR = 2.0  # times its sign, which no kind of count has lacked for good reason
_BELIEF = 0.002  # in favour of a place being like the others


class Judged(Record, frozen=True, kw_only=True):
    """The cells of one earlier release whose settled count is known, shape ``(cells,)``."""

    grids: Grids
    signs: Signs
    places: npt.NDArray[np.int64]
    lags: npt.NDArray[np.int64]
    lacked: npt.NDArray[np.float64]  # logarithm of settled over reported


def fit(earlier: Sequence[Grids], truth: Truth, start: Parameters, *, released: int) -> Parameters:
    """Fit the constants of one indicator.

    Args:
        earlier: Releases before the one that is to be estimated.
        truth: What is settled by now.
        start: What is taken where too few cells are judged.
        released: The month of release of the one to be estimated: what is long ago counts less.
    """
    judged = list(judge(earlier, truth, start.indicator))
    whole = [each for each in judged if np.isfinite(each.signs.excess).any()]
    if start.rests == "both" or len(whole) >= _RELEASES:
        judged = whole
    cells = sum(len(each.lacked) for each in judged)
    if cells < _CELLS or len(judged) < _RELEASES:
        return start
    signs = np.concatenate([_shrunk(each, start.rests) for each in judged])
    lacked = np.concatenate([each.lacked for each in judged])
    if not signs.any():
        return start
    growth = _ratio(signs, lacked)
    plain = Parameters(
        indicator=start.indicator,
        rests=start.rests,
        growth=growth,
        up=1.0,
        down=1.0,
        cells=cells,
        releases=len(judged),
    )
    up, down = _scales(judged, plain)
    off = np.exp(growth * signs - lacked) - 1.0
    return Parameters(
        indicator=start.indicator,
        rests=start.rests,
        growth=growth,
        up=up,
        down=down,
        cells=cells,
        releases=len(judged),
        error=100.0 * float(np.abs(off).mean()),
        places=_factors(judged, plain, released),
    )


def judge(earlier: Sequence[Grids], truth: Truth, indicator: str) -> Iterator[Judged]:
    """Yield what can be judged of each release: states of 100 deaths or more, lags 0 to 6."""
    for grids in earlier:
        counts, settled = grids.counts(indicator), known(truth, grids, indicator)
        states = np.array([[name.count("-") == 1] for name in grids.places])
        wanted = states & (settled >= _LEAST) & (counts.value > 0)
        wanted[:, LAGS:] = False
        signs = signs_of(grids, indicator)
        wanted &= np.isfinite(signs.pending)
        if wanted.any():
            places, lags = np.nonzero(wanted)
            lacked = np.log(settled[wanted] / counts.value[wanted])
            yield Judged(grids=grids, signs=signs, places=places, lags=lags, lacked=lacked)


def is_nation(place: str) -> bool:
    """Tell whether a place is a whole country."""
    return "-" not in place


def _shrunk(each: Judged, rests: Rests) -> npt.NDArray[np.float64]:
    one = Parameters(indicator="", rests=rests, growth=1.0, up=1.0, down=1.0)
    return _at(each, lacking(each.signs, one, _none(each), each.grids.places))


def _scales(judged: Sequence[Judged], plain: Parameters) -> tuple[float, float]:
    over, under = [], []
    for each in judged:
        spread = spread_of(each.signs, plain.rests, each.grids.age, _none(each))
        off = each.lacked - _at(each, lacking(each.signs, plain, _none(each), each.grids.places))
        over.append(off / _at(each, spread.up))
        under.append(-off / _at(each, spread.down))
    return _side(over), _side(under)


def _side(off: Sequence[npt.NDArray[np.float64]]) -> float:
    return float(max(np.quantile(np.concatenate(off), _SIDE), 0.1))


def _factors(judged: Sequence[Judged], plain: Parameters, released: int) -> dict[str, float]:
    """Return how much more or less than others each place lacks, of what its signs say."""
    sums: dict[str, list[float]] = {}
    for each in judged:
        weight = 0.5 ** ((released - each.grids.released) / _FORGOTTEN)
        said = _at(each, lacking(each.signs, plain, _none(each), each.grids.places))
        for row, one, true in zip(each.places, said, each.lacked, strict=True):
            pair = sums.setdefault(each.grids.places[row], [_BELIEF, _BELIEF])
            pair[0] += weight * one * true
            pair[1] += weight * one * one
    return {name: float(np.clip(pair[0] / pair[1], 0.3, 2.0)) for name, pair in sums.items()}


def _ratio(signs: npt.NDArray[np.float64], lacked: npt.NDArray[np.float64]) -> float:
    """Return the factor midway between least absolute error and no bias.

    The first is the median of the ratios, weighed by the sign; most places lack less than their
    sign says and a few much more, so that it alone would run low.
    """
    some = signs > 0
    ratios, weights = lacked[some] / signs[some], signs[some]
    order = np.argsort(ratios)
    reached = np.cumsum(weights[order])
    least = ratios[order][np.searchsorted(reached, reached[-1] / 2)]
    level = lacked.sum() / signs.sum()
    return float(np.clip((least + level) / 2.0, 0.0, _MOST_FACTOR))


def _at(each: Judged, grid: Grid) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = grid[each.places, each.lags]
    return values


def _none(each: Judged) -> list[bool]:
    return [False] * len(each.grids.places)


_LADDER_RELEASES = 2  # fewer tell nothing of what is usual
_TAIL = 0.025


class Ladder(Record, frozen=True, kw_only=True):
    """What counts lacked, by months between period and release; logarithms, shape ``(ages,)``."""

    first: int  # age of the newest period of the release to be estimated
    middle: npt.NDArray[np.float64]  # nan: no earlier release has a count of that age
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    def steps(self, lags: int) -> tuple[npt.NDArray[np.float64], ...]:
        """Return estimate, upper and lower side by lag, shape ``(1, lags)`` each."""
        found = np.full((3, lags), np.nan)
        ages = range(self.first, min(self.first + lags, len(self.middle)))
        for lag, age in enumerate(ages):
            middle = self.middle[age]
            found[:, lag] = middle, self.high[age] - middle, middle - self.low[age]
        return found[0][None, :], found[1][None, :], found[2][None, :]


def ladder_of(earlier: Sequence[Grids], truth: Truth, indicator: str, age: int) -> Ladder | None:
    """Build the ladder of an indicator from earlier releases.

    Args:
        earlier: Releases before the one that is to be estimated.
        truth: What is settled by now.
        indicator: A key of data/burden/indicators.toml.
        age: Months from the newest period to the release that is to be estimated.

    Returns:
        The ladder; None: fewer than two releases tell.
    """
    lacked: dict[int, list[npt.NDArray[np.float64]]] = {}
    telling = 0
    for grids in earlier:
        value, settled = grids.counts(indicator).value, known(truth, grids, indicator)
        some = (settled > 0) & (value > 0)
        telling += bool(some.any())
        for lag in np.flatnonzero(some.any(axis=0)):
            here = some[:, lag]
            found = np.log(settled[here, lag] / value[here, lag])
            lacked.setdefault(grids.age + int(lag), []).append(found)
    if telling < _LADDER_RELEASES:
        return None
    sides = np.full((3, max(lacked) + 1), np.nan)
    for months, each in lacked.items():
        sides[:, months] = np.quantile(np.concatenate(each), (0.5, _TAIL, 1 - _TAIL))
    return Ladder(first=age, middle=sides[0], low=sides[1], high=sides[2])
