"""The constants fitted to an archive: earlier releases, judged by what is settled now."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from tidewaiter.base.records import Record
from tidewaiter.burden.nowcast.grids import Grid, Grids
from tidewaiter.burden.nowcast.model import lacking, spread_of
from tidewaiter.burden.nowcast.parameters import Parameters, Rests
from tidewaiter.burden.nowcast.settled import Truth, known
from tidewaiter.burden.nowcast.signs import Signs, signs_of

LAGS = 7
"""Lags 0 to 6 are those that are judged."""

_LEAST = 100.0  # deaths in a period, below which percentages say nothing
_CELLS, _RELEASES = 150, 2  # fewer are not fitted to
_SIDE = 0.975  # of the cells lie below the upper side, and as many above the lower
_FORGOTTEN = 24.0  # months in which what was seen of a place counts half
_MOST = 2.0  # times its sign, which no kind of count has lacked for good reason
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
    return float(np.clip((least + level) / 2.0, 0.0, _MOST))


def _at(each: Judged, grid: Grid) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = grid[each.places, each.lags]
    return values


def _none(each: Judged) -> list[bool]:
    return [False] * len(each.grids.places)
