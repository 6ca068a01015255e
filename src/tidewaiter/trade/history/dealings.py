"""Book: what earlier lines tell of the traders of a screening, gathered in one pass over them.

The traders of alerts are taken first. Then all lines are looked through, and only what concerns
these is kept, so that a file with few alerts costs little. A line counts by its day: that of
departure, else of lodging, release or arrival. What a line is told depends on earlier days
alone, and neither on its place nor on batches.
"""

from bisect import bisect_left
from collections.abc import Collection, Container, Iterable
from datetime import date
from itertools import accumulate
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.consignments.lines import days_of
from tidewaiter.consignments.past.dealings import LONG_AGO, Trader, dealing_of, sides
from tidewaiter.consignments.traders import day_of, fold_party, receiver_of, sender_of
from tidewaiter.consignments.types import Alert, Line

_COLUMNS = ("hs", "net_mg", "gross_mg", "parties")


class Inspected(NamedTuple):
    """What came out where goods of a trader were looked at."""

    trader: str  # folded
    day: date
    said: str  # "Not as declared"; "": as declared


class Book:
    """What is known of the traders of a screening before each day."""

    def __init__(self, day: date, *, everyone: bool = False) -> None:
        """Take the day of the screening, on which a line of the file counts that names none.

        Args:
            day: Of the screening.
            everyone: Keep all traders, not only those that are asked for.
        """
        self.day = day
        self._everyone = everyone
        self._traders: dict[str, Trader] = {}
        self._inspected: dict[str, list[Inspected]] = {}
        self._counts: dict[date, int] = {}
        self._days: list[date] = []
        self._sums: list[int] = []

    @property
    def wanted(self) -> Collection[str] | None:
        """Return the traders that are asked for, folded; None: all."""
        return None if self._everyone else self._traders.keys()

    def want(self, line: Line) -> None:
        """Ask for the traders of a line."""
        self.ask(filter(None, (sender_of(line), receiver_of(line))))

    def ask(self, traders: Iterable[str]) -> None:
        """Ask for traders, folded."""
        for name in traders:
            self._traders.setdefault(name, Trader())

    def day_of(self, line: Line) -> date:
        """Return the day on which a line of the file counts."""
        return day_of(line) or self.day

    def look(self, batch: pa.RecordBatch, *, earlier: bool) -> None:
        """Take up what lines say of the traders that are asked for.

        Args:
            batch: Of the schema LINES.
            earlier: They are of an earlier file: one without a day is before all others.
        """
        days = pc.fill_null(days_of(batch), LONG_AGO if earlier else self.day)
        for counted in pc.value_counts(days).to_pylist():
            day = counted["values"]
            self._counts[day] = self._counts.get(day, 0) + counted["counts"]
        self._days = []
        rows = self._rows(batch)
        some = batch.select(_COLUMNS) if rows is None else batch.select(_COLUMNS).take(rows)
        when = days if rows is None else days.take(rows)
        for row, day in zip(some.to_pylist(), when.to_pylist(), strict=True):
            dealing = dealing_of(row, day)
            for name, partner in sides(dealing):
                trader = self._trader(name)
                if trader is not None:
                    trader.add(dealing, partner)

    def add_alert(self, alert: Alert, *, earlier: bool) -> None:
        """Take up which substances were found in a line of traders that are asked for."""
        line = alert.line
        day = day_of(line) or (LONG_AGO if earlier else self.day)
        for name in {sender_of(line), receiver_of(line)} - {""}:
            trader = self._trader(name)
            if trader is not None:
                for slug in alert.substances:
                    trader.substances.setdefault(slug, set()).add(day)

    def add_inspected(self, results: Iterable[Inspected]) -> None:
        """Take up what came out where goods of traders were looked at."""
        for each in results:
            if self._everyone or each.trader in self._traders:
                self._inspected.setdefault(each.trader, []).append(each)

    def trader(self, name: str) -> Trader:
        """Return what is known of a trader, by its folded name."""
        return self._traders.get(name) or Trader()

    def inspected(self, name: str, day: date) -> list[Inspected]:
        """Return what came out where goods of a trader were looked at before a day."""
        return [each for each in self._inspected.get(name, ()) if each.day < day]

    def before(self, day: date) -> int:
        """Return how many lines in all are of earlier days."""
        if not self._days:
            self._days = sorted(self._counts)
            self._sums = list(accumulate(self._counts[each] for each in self._days))
        place = bisect_left(self._days, day)
        return self._sums[place - 1] if place else 0

    def since(self) -> date | None:
        """Return the first day that any line names; None: none does."""
        return min((day for day in self._counts if day > LONG_AGO), default=None)

    def _trader(self, name: str) -> Trader | None:
        found = self._traders.get(name)
        if found is None and self._everyone:
            found = self._traders[name] = Trader()
        return found

    def _rows(self, batch: pa.RecordBatch) -> pa.Array | None:
        """Return the rows of traders that are asked for; None: all."""
        return None if self._everyone else rows_naming(batch, self._traders)


def rows_naming(batch: pa.RecordBatch, traders: Container[str]) -> pa.Array:
    """Return the rows of a batch that name any of some traders, each once.

    Args:
        batch: Of the schema LINES.
        traders: Folded.
    """
    column = batch.column("parties")
    names = pc.struct_field(pc.list_flatten(column), "name")
    wanted = [n for n in pc.unique(names).to_pylist() if n and fold_party(n) in traders]
    if not wanted:
        return pa.array([], pa.int64())
    here = pc.is_in(names, value_set=pa.array(wanted, pa.string()))
    return pc.unique(pc.filter(pc.list_parent_indices(column), here)).cast(pa.int64())
