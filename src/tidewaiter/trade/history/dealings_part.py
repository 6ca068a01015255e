"""Dealings: what a line of the past says of its two traders, and what is kept of it."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import Any, NamedTuple

from tidewaiter.consignments.traders import RECEIVERS, SENDERS, fold_party

LONG_AGO = date.min
"""The day of a line of an earlier file that names none."""

_KEPT = 1_000  # amounts of one trader and subheading
_HEADING, _CHAPTER = 6, 2  # digits of the HS


class Dealing(NamedTuple):
    """A line of the past, as far as the rules look at it."""

    day: date
    sender: str  # folded; "": nobody is named
    receiver: str
    heading: str  # six digits of the HS; "": it has fewer
    mass_mg: int | None


class Trader:
    """What earlier lines say of one trader, as sender and as receiver."""

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
        self.counts: dict[date, int] = {}  # lines, by day
        self.partners: dict[str, date] = {}  # the first day on which it dealt with each
        self.headings: dict[str, date] = {}
        self.chapters: dict[str, date] = {}
        self.amounts: dict[str, list[tuple[date, int]]] = {}  # mg, by heading
        self.substances: dict[str, set[date]] = {}  # days of lines where each was found, by slug
        self._days: list[date] | None = None
        self._sums: list[int] = []

    def add(self, dealing: Dealing, partner: str) -> None:
        """Take up a line."""
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
        """Return how many lines are of earlier days."""
        days, sums = self._ordered()
        place = bisect_left(days, day)
        return sums[place - 1] if place else 0

    def last_before(self, day: date) -> date | None:
        """Return the last earlier day of a line; None: there is none."""
        days, _ = self._ordered()
        place = bisect_left(days, day)
        return days[place - 1] if place else None

    def first(self) -> date | None:
        """Return the first day of which a line tells; None: none does."""
        return min((day for day in self.counts if day > LONG_AGO), default=None)

    def _ordered(self) -> tuple[list[date], list[int]]:
        if self._days is None:
            self._days = sorted(self.counts)
            self._sums = list(accumulate(self.counts[day] for day in self._days))
        return self._days, self._sums


def earlier(first: Mapping[str, date], what: str, day: date) -> bool:
    """Tell whether something stands in a line of an earlier day."""
    return first.get(what, day) < day


def dealing_of(row: Mapping[str, Any], day: date) -> Dealing:
    """Return what a row of lines says, as Arrow gives it.

    Args:
        row: With parties, hs, net_mg and gross_mg.
        day: Of the line.
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
    """Yield each trader of a dealing with its partner."""
    if dealing.sender:
        yield dealing.sender, dealing.receiver
    if dealing.receiver and dealing.receiver != dealing.sender:
        yield dealing.receiver, dealing.sender


def _named(named: Mapping[str, str], roles: Sequence[str]) -> str:
    return next((fold_party(named[role]) for role in roles if role in named), "")


def _first(known: dict[str, date], what: str, day: date) -> None:
    if day < known.get(what, date.max):
        known[what] = day
