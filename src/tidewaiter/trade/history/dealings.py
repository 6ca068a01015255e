"""Earlier transactions of the traders in a screening, collected in one pass.

First the traders of alerts are collected. Then all lines are read, and only data on these traders
is kept, so that a file with few alerts is cheap. The day of a line is that of departure, or else of
lodging, release or arrival. The result for a line depends on earlier days only, not on its position
or on batches.
"""

from bisect import bisect_left
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.trade.traders import RECEIVERS, SENDERS, day_of, fold_party, receiver_of, sender_of
from tidewaiter.trade.types import Alert, Line, days_of

LONG_AGO = date.min
"""Day of an undated line in an earlier file."""

_KEPT = 1_000  # stored amounts per trader and subheading
_HEADING, _CHAPTER = 6, 2  # HS digits


class Dealing(NamedTuple):
    """A past line, reduced to the fields that the rules use."""

    day: date
    sender: str  # folded; "": not named
    receiver: str
    heading: str  # HS subheading, six digits; "": fewer
    mass_mg: int | None


class Trader:
    """Earlier lines of one trader, as sender and as receiver."""

    __slots__ = (
        "_days",
        "_sums",
        "amounts",
        "chapters",
        "counts",
        "headings",
        "partners",
        "substances",
    )

    def __init__(self) -> None:
        self.counts: dict[date, int] = {}  # number of lines by day
        self.partners: dict[str, date] = {}  # day of the first transaction with each
        self.headings: dict[str, date] = {}
        self.chapters: dict[str, date] = {}
        self.amounts: dict[str, list[tuple[date, int]]] = {}  # mg, by subheading
        self.substances: dict[str, set[date]] = {}  # days of lines with each substance, by slug
        self._days: list[date] | None = None
        self._sums: list[int] = []

    def add(self, dealing: Dealing, partner: str) -> None:
        """Add a line."""
        day, heading = dealing.day, dealing.heading
        self._days = None
        self.counts[day] = self.counts.get(day, 0) + 1
        if partner:
            _first(self.partners, partner, day)
        if not heading:
            return
        _first(self.headings, heading, day)
        _first(self.chapters, heading[:_CHAPTER], day)
        if dealing.mass_mg:
            amounts = self.amounts.setdefault(heading, [])
            if len(amounts) < _KEPT:
                amounts.append((day, dealing.mass_mg))

    def before(self, day: date) -> int:
        """Return the number of lines before a day."""
        days, sums = self._ordered()
        place = bisect_left(days, day)
        return sums[place - 1] if place else 0

    def last_before(self, day: date) -> date | None:
        """Return the latest line date before a day; None: none."""
        days, _ = self._ordered()
        place = bisect_left(days, day)
        return days[place - 1] if place else None

    def first(self) -> date | None:
        """Return the first known day; None: none."""
        return min((day for day in self.counts if day > LONG_AGO), default=None)

    def _ordered(self) -> tuple[list[date], list[int]]:
        if self._days is None:
            self._days = sorted(self.counts)
            self._sums = list(accumulate(self.counts[day] for day in self._days))
        return self._days, self._sums


def earlier(first: Mapping[str, date], what: str, day: date) -> bool:
    """Return whether something occurs in a line before a day."""
    return first.get(what, day) < day


def dealing_of(row: Mapping[str, Any], day: date) -> Dealing:
    """Convert an Arrow row of lines.

    Args:
        row: Row with parties, hs, net_mg and gross_mg.
        day: Day of the line.
    """
    named = {p["role"]: p["name"] for p in row["parties"] or () if p["name"]}
    hs = row["hs"] or ""
    return Dealing(
        day=day,
        sender=_named(named, SENDERS),
        receiver=_named(named, RECEIVERS),
        heading=hs[:_HEADING] if len(hs) >= _HEADING else "",
        mass_mg=row["net_mg"] or row["gross_mg"],
    )


def sides(dealing: Dealing) -> Iterator[tuple[str, str]]:
    """Yield each trader of a transaction with its partner."""
    if dealing.sender:
        yield dealing.sender, dealing.receiver
    if dealing.receiver and dealing.receiver != dealing.sender:
        yield dealing.receiver, dealing.sender


def _named(named: Mapping[str, str], roles: Sequence[str]) -> str:
    return next((fold_party(named[role]) for role in roles if role in named), "")


def _first(known: dict[str, date], what: str, day: date) -> None:
    if day < known.get(what, date.max):
        known[what] = day


_COLUMNS = ("hs", "net_mg", "gross_mg", "parties")


class Inspected(NamedTuple):
    """Result of an inspection of a trader's goods."""

    trader: str  # folded name
    day: date
    said: str  # "Not as declared"; "": as declared


class Book:
    """History of the traders in a screening, by day."""

    def __init__(self, day: date, *, everyone: bool = False) -> None:
        """Set the day of the screening, used for undated lines of the file.

        day: Day of the screening.
            everyone: Store all traders, not only requested ones.
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
        """Return the requested traders, folded; None: all."""
        return None if self._everyone else self._traders.keys()

    def want(self, line: Line) -> None:
        """Request the traders of a line."""
        self.ask(filter(None, (sender_of(line), receiver_of(line))))

    def ask(self, traders: Iterable[str]) -> None:
        """Request traders by folded name."""
        for name in traders:
            self._traders.setdefault(name, Trader())

    def day_of(self, line: Line) -> date:
        """Return the day on which a line of the file counts."""
        return day_of(line) or self.day

    def look(self, batch: pa.RecordBatch, *, earlier: bool) -> None:
        """Add the lines of requested traders.

        Args:
            batch: Batch with the schema LINES.
            earlier: From an earlier file: undated lines precede all others.
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
        """Add the substances found in a line of requested traders."""
        line = alert.line
        day = day_of(line) or (LONG_AGO if earlier else self.day)
        for name in {sender_of(line), receiver_of(line)} - {""}:
            trader = self._trader(name)
            if trader is not None:
                for slug in alert.substances:
                    trader.substances.setdefault(slug, set()).add(day)

    def add_inspected(self, results: Iterable[Inspected]) -> None:
        """Add inspection results of traders."""
        for each in results:
            if self._everyone or each.trader in self._traders:
                self._inspected.setdefault(each.trader, []).append(each)

    def trader(self, name: str) -> Trader:
        """Return the history of a trader, by folded name."""
        return self._traders.get(name) or Trader()

    def inspected(self, name: str, day: date) -> list[Inspected]:
        """Return the inspection results of a trader before a day."""
        return [each for each in self._inspected.get(name, ()) if each.day < day]

    def before(self, day: date) -> int:
        """Return the total number of lines before a day."""
        if not self._days:
            self._days = sorted(self._counts)
            self._sums = list(accumulate(self._counts[each] for each in self._days))
        place = bisect_left(self._days, day)
        return self._sums[place - 1] if place else 0

    def since(self) -> date | None:
        """Return the first day of any line; None: none."""
        return min((day for day in self._counts if day > LONG_AGO), default=None)

    def _trader(self, name: str) -> Trader | None:
        found = self._traders.get(name)
        if found is None and self._everyone:
            found = self._traders[name] = Trader()
        return found

    def _rows(self, batch: pa.RecordBatch) -> pa.Array | None:
        """Return the rows of requested traders; None: all."""
        return None if self._everyone else rows_naming(batch, self._traders)


def rows_naming(batch: pa.RecordBatch, traders: Container[str]) -> pa.Array:
    """Return the rows of a batch that name any of the given traders, without duplicates.

    Args:
        batch: Batch with the schema LINES.
        traders: Folded names.
    """
    column = batch.column("parties")
    names = pc.struct_field(pc.list_flatten(column), "name")
    wanted = [n for n in pc.unique(names).to_pylist() if n and fold_party(n) in traders]
    if not wanted:
        return pa.array([], pa.int64())
    here = pc.is_in(names, value_set=pa.array(wanted, pa.string()))
    return pc.unique(pc.filter(pc.list_parent_indices(column), here)).cast(pa.int64())
