"""A release as grids of place by lag, which is all that a nowcast looks at."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.records import Record
from tidewaiter.burden.months import month_of
from tidewaiter.burden.types import Reading

Grid = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]

_YEAR = 12
_SETTLED_LAG = 12  # from which on a count hardly moves
_CLOSING = frozenset({"cdc-vsrr", "cdc-vsrr-county"})  # whose files close in autumn
_AUTUMN = 9  # the month of release from which on the year before is as good as closed


class Counts(Record, frozen=True, kw_only=True):
    """One indicator in one release, shape ``(places, lags)``; lag 0 is the newest period."""

    value: Grid  # deaths reported; nan: not shown
    predicted: Grid  # deaths, the source's own estimate
    pending: Grid  # percent of deaths of any cause
    closed: Marks
    shown: Marks  # the release has this cell, with or without a value


class Grids:
    """The twelve-month counts of one release."""

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
        """Months from the newest period to the release: 7 until 2022, 5 since."""
        return self.released - self.newest

    @cached_property
    def indicators(self) -> list[str]:
        """The indicators that the release has."""
        return sorted(pc.unique(self.table["indicator"]).to_pylist())

    @cached_property
    def settled(self) -> Marks:
        """Tell of each lag whether the source is as good as done with it, shape ``(lags,)``.

        CDC closes a year's file in the autumn of the next one, before its footnotes say so. Of
        other sources only what they call closed is settled.
        """
        lags = np.arange(self.lags)
        if self.source not in _CLOSING:
            return np.zeros(self.lags, bool)
        year = self.released // _YEAR - (1 if self.released % _YEAR + 1 >= _AUTUMN else 2)
        return (lags >= _SETTLED_LAG) | (self.newest - lags <= month_of(year, _YEAR))

    def counts(self, indicator: str) -> Counts:
        """Return the counts of an indicator; all are missing where the release lacks it."""
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
