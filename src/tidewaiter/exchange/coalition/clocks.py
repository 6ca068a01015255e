"""Clocks: the days that count while a notice waits for an answer.

They are the working days of both countries on which the channel between the two nodes was open.
While either has frozen it, neither can be said to fail to answer: the clock stands still, and the
last day for the answer moves.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.workdays import after, works

_WEEKEND = 5  # the number of a Saturday


class Freeze(Record, frozen=True, kw_only=True):
    """One node has frozen its channel with another. Both days are of the node that counts."""

    by: str  # id of a node
    towards: str
    since: date
    until: date | None = None  # first day on which it is open again; None: it is frozen still

    def holds(self, day: date) -> bool:
        """Tell whether it was frozen on a day."""
        return self.since <= day and (self.until is None or day < self.until)

    def between(self, one: str, other: str) -> bool:
        """Tell whether it is of the channel of two nodes."""
        return {self.by, self.towards} == {one, other}


def as_known(freezes: Iterable[Freeze], day: date) -> tuple[Freeze, ...]:
    """Return what was known of freezes on a day: none that came later, no thaw that did."""
    return tuple(
        Freeze(by=each.by, towards=each.towards, since=each.since)
        if each.until is not None and each.until > day
        else each
        for each in freezes
        if each.since <= day
    )


class Clock:
    """Counts the days of one channel."""

    def __init__(self, countries: Iterable[str], freezes: Sequence[Freeze] = ()) -> None:
        """Keep what it counts by.

        Args:
            countries: Of both sides; where no calendar is known of either, Monday to Friday count.
            freezes: Of this channel.
        """
        self.countries = tuple(sorted(set(countries)))
        self.freezes = tuple(freezes)

    def is_frozen(self, day: date) -> bool:
        """Tell whether the channel was frozen on a day."""
        return any(each.holds(day) for each in self.freezes)

    def counts(self, day: date) -> bool:
        """Tell whether a day counts."""
        return _both_work(day, self.countries) and not self.is_frozen(day)

    def days(self, start: date, end: date) -> int:
        """Return how many days count after a day, up to another and with it."""
        return sum(self.counts(day) for day in _after(start, end))

    def frozen_days(self, start: date, end: date) -> int:
        """Return how many working days after a day, up to another, do not count: it was frozen."""
        frozen: set[int] = set()
        for each in self.freezes:
            first = max(start.toordinal() + 1, each.since.toordinal())
            last = end if each.until is None else min(end, each.until - timedelta(days=1))
            frozen.update(range(first, last.toordinal() + 1))
        return sum(_both_work(date.fromordinal(day), self.countries) for day in frozen)

    def last_day(self, start: date, agreed: date) -> date | None:
        """Return the last day for an answer.

        Args:
            start: The day on which the question was sent.
            agreed: The last day, had the channel been open.

        Returns:
            Each working day that was frozen is given back after the agreed day. None: the channel
            was frozen before that was over, and is still: the day is known when it opens.
        """
        still = min((each.since for each in self.freezes if each.until is None), default=date.max)
        if still <= agreed and still != date.max:
            return None
        owed, day = self.frozen_days(start, agreed), agreed
        while owed and day < still:
            day = after(day, 1)
            owed -= self.counts(day)
        return None if owed and still != date.max else day


def without_calendar(country: str, year: int) -> bool:
    """Tell whether the working days of a country are not known for a year."""
    return works(date(year, 7, 1), country) is None


def _after(start: date, end: date) -> Iterable[date]:
    return (start + timedelta(days=number) for number in range(1, (end - start).days + 1))


@lru_cache(maxsize=65_536)
def _both_work(day: date, countries: tuple[str, ...]) -> bool:
    known = [told for told in (works(day, each) for each in countries) if told is not None]
    return all(known) if known else day.weekday() < _WEEKEND
