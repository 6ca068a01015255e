"""Nowcast model: signs of missing deaths, fitted constants, intervals, the chain ladder.

Two signs, each a share of the reported count:

- *pending*: deaths with a cause not determined yet, above the share that stays so permanently in
  that place; about four in ten turn out to be overdoses;
- *excess*: CDC's own prediction relative to the count, minus the same for complete counts, where
  it is persistently high.

The chain ladder needs no sign, and serves where a source has none: all causes, other countries.
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
"""Share of the pending deaths above their floor that become overdoses.

Measured on the releases 2017-12 and 2018-04, with known truth: 0.43 to 0.44 for the nation, 0.28
to 0.43 for states; design of the nowcast in docs/background/nowcast.md.
"""

_DEATHS = 35.0
"""Deaths from any cause per overdose, used if a release lacks either, as single-indicator extracts
do. In the United States 42 in 2018 (release 2019-10), fewer in worse years."""

_FLOOR = slice(8, 11)  # lags at which pending deaths have reached their floor
_USUAL = slice(8, 20)  # lags at which CDC's prediction is compared with complete counts
_YEAR = 12
_MOST_SIGN = 0.5  # maximum relative to the count: larger signs are errors


class Signs(Record, frozen=True, kw_only=True):
    """Signs of one indicator, shape ``(places, lags)``; nan: not available."""

    pending: Grid  # relative to the count, at least 0
    excess: Grid  # relative to the count, at least 0
    usual: Grid  # percent pending at the floor, shape ``(places, 1)``


def signs_of(grids: Grids, indicator: str) -> Signs:
    """Compute the signs of a release."""
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
    """Return the multiple of the usual pending share, where remarkable; else 0.

    Args:
        counts: The counts.
        signs: Their signs.
        times: Multiple of the usual share that is remarkable.
        least: Minimum percent.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = counts.pending / np.maximum(signs.usual, least / times)
    return np.where((ratio >= times) & (counts.pending >= least), ratio, 0.0)


def _floor(grid: Grid, usual: Grid, settled: Marks) -> Grid:
    """Return the sign of a complete count, shape ``(places, lags)``.

    Deaths of a settled year that are still pending stay so, and affect the windows that include
    months of that year, in proportion.
    """
    first = int(np.argmax(settled))
    if not settled.any() or first >= _FLOOR.start:  # an extract may have few months
        return np.broadcast_to(usual, grid.shape)
    months = np.clip(_YEAR - (first - np.arange(grid.shape[1])), 0, _YEAR)
    stays = np.nan_to_num(np.clip(grid[:, first : first + 1] - usual, 0.0, None))
    return usual + stays * months / _YEAR


def _row_medians(grid: Grid) -> Grid:
    """Return the median of each row, shape ``(places, 1)``; nan: empty."""
    found = np.full((len(grid), 1), np.nan)
    some = np.isfinite(grid).any(axis=1)
    found[some] = np.nanmedian(grid[some], axis=1, keepdims=True)
    return found


Rests = Literal["both", "pending"]
"""Basis of an estimate: the smaller of both signs, or pending deaths only."""


class Parameters(Record, frozen=True, kw_only=True):
    """Constants that convert an indicator's signs to an estimate with an interval."""

    indicator: str
    rests: Rests
    growth: float  # of the log count per unit of its sign
    up: float  # scale of the upper side of the interval
    down: float  # of the lower side
    cells: int = 0  # number of cells fitted
    releases: int = 0
    error: float = 0.0  # mean absolute error on these cells, percent
    places: Mapping[str, float] = MappingProxyType({})  # factors by place, from an archive


class _Shipped(Record, frozen=True, kw_only=True):
    source: str
    indicators: tuple[Parameters, ...] = ()


@cache
def shipped() -> MappingProxyType[str, Parameters]:
    """Return the bundled constants, by indicator.

    Source:
        data/burden/nowcast.toml, made by `tools/nowcast.py` from releases of 2017 to 2019.
    """
    read = read_toml(data("burden", "nowcast.toml"), _Shipped)
    return MappingProxyType({each.indicator: each for each in read.indicators})


def before_data(indicator: str) -> Parameters:
    """Return the prior constants, without any comparison with truth.

    A sign of two percent counts in full; the interval is 1.3 times its base width.
    """
    return Parameters(indicator=indicator, rests="both", growth=1.25, up=1.3, down=1.3)


_NOISE = 0.005
"""Signs below half a percent may be noise and count less."""

_SEEN = 0.12
"""Largest signs that constants were fitted to; larger ones count linearly."""

_TALL, _WIDE = 0.04, 0.03  # signs beyond which the interval grows more slowly

_OLD = 7  # months from period to release at lag 0 in the fitted data


class Spread(Record, frozen=True, kw_only=True):
    """Unscaled interval of the log final count around the estimate."""

    up: Grid
    down: Grid


def sign_of(signs: Signs, rests: Rests) -> Grid:
    """Return the sign used for an estimate; nan: none."""
    if rests == "pending":
        return np.where(np.isfinite(signs.pending), signs.pending, signs.excess)
    return np.fmin(signs.pending, signs.excess)


def lacking(signs: Signs, parameters: Parameters, nations: list[bool], names: list[str]) -> Grid:
    """Estimate the logarithm of closed over reported.

    Args:
        signs: Signs of one indicator.
        parameters: Constants of the indicator.
        nations: Rows that are whole countries: noise averages out, so both signs count in full,
            and their mean is used.
        names: Places, for their factors.

    Returns:
        The logarithm, at least 0; nan: no sign.
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

    Counts can be incomplete without a sign, the more so the younger. Releases have appeared two
    months earlier since 2022, but certificates arrive faster too: half of the two is used.

    Args:
        signs: Signs of one indicator.
        rests: Signs used for the estimate.
        age: Months from the newest period to the release.
        nations: Rows that are whole countries.
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
    """Return the mean of the available signs; nan: none."""
    both = np.stack([signs.pending, signs.excess])
    many = np.isfinite(both).sum(axis=0)
    return np.where(many > 0, np.nansum(both, axis=0) / np.maximum(many, 1), np.nan)


LAGS = 7
"""Lags 0 to 6 are evaluated."""

_LEAST = 100.0  # deaths per period, below which percentages are not meaningful
_CELLS, _RELEASES = 150, 2  # minimum for a fit
_SIDE = 0.975  # quantile of the upper side, symmetric for the lower
_FORGOTTEN = 24.0  # half-life in months of observations of a place
_MOST_FACTOR = 2.0  # upper limit of a place factor
_BELIEF = 0.002  # prior weight of a place being like the others


class Judged(Record, frozen=True, kw_only=True):
    """Cells of an earlier release with known settled count, shape ``(cells,)``."""

    grids: Grids
    signs: Signs
    places: npt.NDArray[np.int64]
    lags: npt.NDArray[np.int64]
    lacked: npt.NDArray[np.float64]  # logarithm of settled over reported


def fit(earlier: Sequence[Grids], truth: Truth, start: Parameters, *, released: int) -> Parameters:
    """Fit the constants of an indicator.

    Args:
        earlier: Releases before the one to estimate.
        truth: Values settled by now.
        start: Constants used if there are too few cells.
        released: Release month of the one to estimate: older observations count less.
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
    """Yield the evaluated cells of each release: states with 100 deaths or more, lags 0 to 6."""
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
    """Return whether a place is a whole country."""
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
    """Return each place's factor on the deficit indicated by its signs."""
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
    """Return the factor midway between minimal absolute error and zero bias.

    The former is the median of the ratios, weighted by sign; it alone would be too low, as most
    places lack less than indicated and a few much more.
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


_LADDER_RELEASES = 2  # minimum for a chain ladder
_TAIL = 0.025


class Ladder(Record, frozen=True, kw_only=True):
    """Deficits of counts by age in months; logarithms, shape ``(ages,)``."""

    first: int  # age of the newest period of the release to estimate
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
    """Build the chain ladder of an indicator from earlier releases.

    Args:
        earlier: Releases before the one to estimate.
        truth: Values settled by now.
        indicator: A key of data/burden/indicators.toml.
        age: Months from the newest period to the release to estimate.

    Returns:
        The ladder; None: fewer than two usable releases.
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
