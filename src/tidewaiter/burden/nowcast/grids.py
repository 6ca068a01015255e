"""A release as grids of place by lag, and its settled counts."""

from collections.abc import Callable, Sequence
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.records import Record
from tidewaiter.burden.types import Reading, month_of

Grid = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]

_YEAR = 12
_SETTLED_LAG = 12  # lag beyond which counts hardly change
_CLOSING = frozenset({"cdc-vsrr", "cdc-vsrr-county"})  # files close in autumn
_AUTUMN = 9  # release month from which the previous year is practically closed


class Counts(Record, frozen=True, kw_only=True):
    """One indicator in one release, shape ``(places, lags)``; lag 0 is the newest period."""

    value: Grid  # deaths reported; nan: suppressed
    predicted: Grid  # deaths, source's own estimate
    pending: Grid  # percent of deaths from any cause
    closed: Marks
    shown: Marks  # the release has this cell, with or without a value


class Grids:
    """Twelve-month counts of one release."""

    def __init__(self, reading: Reading) -> None:
        table = reading.figures
        wanted = pc.and_(pc.equal(table["months"], _YEAR), pc.equal(table["measure"], "deaths"))
        self.table = table.filter(pc.and_(wanted, pc.equal(table["part"], "")))
        self.newest = int(pc.max(self.table["last"]).as_py() or 0) if len(self.table) else 0
        self.released = reading.released if reading.released is not None else self.newest + 5
        self.places: list[str] = sorted(pc.unique(self.table["place"]).to_pylist())
        self.lags = self.newest - int(pc.min(self.table["last"]).as_py()) + 1 if self.places else 0
        self.source = reading.source
        self._kept: dict[str, Counts] = {}

    @property
    def age(self) -> int:
        """Return the months from the newest period to the release: 7 until 2022, 5 since."""
        return self.released - self.newest

    @cached_property
    def indicators(self) -> list[str]:
        """Return the indicators of the release."""
        return sorted(pc.unique(self.table["indicator"]).to_pylist())

    @cached_property
    def settled(self) -> Marks:
        """Return for each lag whether the source's counts are practically final, shape ``(lags,)``.

        CDC closes a year's file in the following autumn, before its footnotes say so. For other
        sources, only declared closure counts.
        """
        lags = np.arange(self.lags)
        if self.source not in _CLOSING:
            return np.zeros(self.lags, bool)
        year = self.released // _YEAR - (1 if self.released % _YEAR + 1 >= _AUTUMN else 2)
        return (lags >= _SETTLED_LAG) | (self.newest - lags <= month_of(year, _YEAR))

    def counts(self, indicator: str) -> Counts:
        """Return the counts of an indicator; all missing if the release lacks it."""
        if indicator not in self._kept:
            self._kept[indicator] = self._fill(indicator)
        return self._kept[indicator]

    def _fill(self, indicator: str) -> Counts:
        rows = self.table.filter(pc.equal(self.table["indicator"], indicator))
        at = _index(rows["place"], self.places), self.newest - rows["last"].to_numpy()
        shape = (len(self.places), self.lags)
        grids = {}
        for name in ("value", "predicted", "pending"):
            grid = np.full(shape, np.nan)
            grid[at] = rows[name].to_numpy()
            grids[name] = grid
        closed, shown = np.zeros(shape, bool), np.zeros(shape, bool)
        closed[at] = pc.fill_null(rows["closed"], fill_value=False).to_numpy()
        shown[at] = True
        return Counts(**grids, closed=closed, shown=shown)


def _index(column: pa.ChunkedArray, places: Sequence[str]) -> npt.NDArray[np.int64]:
    found = pc.index_in(column, value_set=pa.array(places, pa.string()))
    numbers: npt.NDArray[np.int64] = found.to_numpy().astype(np.int64)
    return numbers


Truth = Callable[[str], tuple[dict[str, int], Grid, int]]
"""By indicator: places, settled counts ``(places, lags)`` or nan, and the month of lag 0."""


def settled_in(*judges: Grids) -> Truth:
    """Return the settled counts of some releases; the latest one wins."""
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
    """Return the settled count of each cell that was open in a release; nan: unknown.

    Args:
        truth: Values settled by now.
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
