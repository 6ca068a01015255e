"""The back-test: earlier releases estimated by several methods and compared with final counts.

Source:
    docs/background/nowcast.md; chain ladder, pending and de-biased as practitioners use them.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from tidewaiter.base.records import Record
from tidewaiter.burden.nowcast.estimates import estimate
from tidewaiter.burden.nowcast.grids import Grid, Grids, Marks, Truth, known, settled_in
from tidewaiter.burden.nowcast.model import LAGS, Parameters, fit, is_nation, ladder_of
from tidewaiter.burden.types import Reading

_LAGS = 7
_CLOSED = 12  # periods over which CDC's prediction is compared


def rivals(now: Grids, before: Sequence[Grids], truth: Truth, indicator: str) -> dict[str, Grid]:
    """Return the estimates of each rival method by name; nan: not available.

    Args:
        now: The release.
        before: Earlier releases.
        truth: Values settled by then.
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
    """Fit one factor of the percent pending to all settled values, by least squares."""
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
    """Return reported / predicted over the last twelve closed periods, shape ``(places, 1)``."""
    found = np.full((len(value), 1), np.nan)
    for row in range(len(value)):
        known = np.flatnonzero(closed[row] & np.isfinite(predicted[row]) & (predicted[row] > 0))
        if len(known):
            last = known[:_CLOSED]
            found[row] = np.nanmedian(value[row, last] / predicted[row, last])
    return found


Key = tuple[str, str, int]
"""Place, indicator and last month of a period."""

_LEAST = 100.0  # deaths per period, below which percentages are not meaningful
METHODS = ("ours", "reported", "predicted", "ladder", "pending", "de-biased", "mean")


class Tested(Record, frozen=True, kw_only=True):
    """A cell with known truth."""

    released: int  # month
    place: str
    indicator: str
    lag: int
    truth: float
    low: float
    high: float
    estimates: dict[str, float]  # by method; nan: not available


class Score(Record, frozen=True, kw_only=True):
    """Score of a method in a block of cells."""

    method: str
    cells: int
    error: float  # mean absolute error, percent of the truth
    bias: float  # mean error, percent
    largest: float  # percent
    newest: float  # mean absolute error at lag 0; nan: no such cell


class Block(Record, frozen=True, kw_only=True):
    """Scores of all methods in a block: an indicator, for nations or states."""

    indicator: str
    nation: bool
    cells: int
    covered: float  # percent of true values inside the interval
    width: float  # mean width of the interval, percent of the estimate
    covered_by_lag: tuple[float, ...]  # lags 0 to 6
    scores: tuple[Score, ...]


def backtest(
    releases: Sequence[Reading],
    judges: Sequence[Reading],
    indicators: Sequence[str],
    start: Callable[[str], Parameters],
) -> Iterator[Tested]:
    """Estimate each release from the data available at its time.

    Args:
        releases: Of one source, in any order.
        judges: Later releases with true values; the last with a cell decides.
        indicators: Keys of data/burden/indicators.toml.
        start: Constants used until enough of the archive is settled.

    Yields:
        Open cells of lag 0 to 6 with at least 100 deaths.
    """
    grids = sorted(map(Grids, releases), key=lambda each: each.released)
    truth = _truths(judges, indicators)
    for number, now in enumerate(grids):
        before = grids[:number]
        known = settled_in(now, *before)
        for indicator in indicators:
            constants = fit(before, known, start(indicator), released=now.released)
            ladder = ladder_of(before, known, indicator, now.age)
            found = estimate(now, indicator, constants, ladder)
            others = rivals(now, before, known, indicator)
            yield from _cells(now, found, others, truth)


def blocks(tested: Sequence[Tested]) -> list[Block]:
    """Score the blocks: each indicator, for nations and for states."""
    keys = sorted({(each.indicator, not is_nation(each.place)) for each in tested})
    return [
        _block([each for each in tested if (each.indicator, not is_nation(each.place)) == key])
        for key in keys
    ]


def scores(tested: Sequence[Tested]) -> list[Score]:
    """Score each method on the cells where it is available."""
    found = []
    lags = np.array([each.lag for each in tested])
    for method in METHODS:
        pairs = np.array([(each.estimates[method], each.truth) for each in tested])
        off = 100.0 * (pairs[:, 0] / pairs[:, 1] - 1.0)
        known = np.isfinite(off)
        if not known.any():
            continue
        size, first = np.abs(off[known]), np.abs(off[known & (lags == 0)])
        score = Score(
            method=method,
            cells=len(size),
            error=float(size.mean()),
            bias=float(off[known].mean()),
            largest=float(size.max()),
            newest=float(first.mean()) if len(first) else float("nan"),
        )
        found.append(score)
    return found


def _block(tested: Sequence[Tested]) -> Block:
    covered, width = coverage(tested)
    by_lag = [[each for each in tested if each.lag == lag] for lag in range(LAGS)]
    return Block(
        indicator=tested[0].indicator,
        nation=is_nation(tested[0].place),
        cells=len(tested),
        covered=covered,
        width=width,
        scores=tuple(scores(tested)),
        covered_by_lag=tuple(coverage(each)[0] for each in by_lag if each),
    )


def coverage(tested: Sequence[Tested]) -> tuple[float, float]:
    """Return the coverage of the interval and its mean width, in percent."""
    inside = [each.low <= each.truth <= each.high for each in tested]
    widths = [(each.high - each.low) / each.estimates["ours"] for each in tested]
    return 100.0 * float(np.mean(inside)), 100.0 * float(np.mean(widths))


def _cells(
    now: Grids,
    found: pa.Table,
    others: dict[str, np.ndarray],
    truth: dict[tuple[str, str, int], float],
) -> Iterator[Tested]:
    rows = {name: row for row, name in enumerate(now.places)}
    for each in found.to_pylist():
        known = truth.get((each["place"], each["indicator"], each["last"]), 0.0)
        whole = is_nation(each["place"]) or each["place"].count("-") == 1
        if each["lag"] >= LAGS or known < _LEAST or each["estimate"] is None or not whole:
            continue
        at = rows[each["place"]], each["lag"]
        yield Tested(
            released=now.released,
            place=each["place"],
            indicator=each["indicator"],
            lag=each["lag"],
            truth=known,
            low=each["low"],
            high=each["high"],
            estimates={"ours": each["estimate"]}
            | {name: float(grid[at]) for name, grid in others.items()},
        )


def _truths(judges: Sequence[Reading], indicators: Sequence[str]) -> dict[Key, float]:
    found: dict[Key, float] = {}
    truth = settled_in(*map(Grids, judges))
    for indicator in indicators:
        rows, settled, newest = truth(indicator)
        for name, row in rows.items():
            for lag in np.flatnonzero(np.isfinite(settled[row])):
                found[name, indicator, newest - int(lag)] = float(settled[row, lag])
    return found
