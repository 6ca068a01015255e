"""Outcomes of notices, timed by a clock that counts working days of open channels.

Working days of both countries count while the channel between the nodes is open. While either side
has frozen it, a missing answer does not count against anyone: the clock stops, and the deadline is
extended.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.deadlines import after, works
from tidewaiter.exchange.notices.event_validation import (
    DECISIONS,
    Judged,
    chains_of,
    judge,
    versions_of,
)
from tidewaiter.exchange.notices.types import (
    Amended,
    Event,
    MoreTime,
    Objected,
    Queried,
    Returned,
    Sent,
    Withdrawn,
)

_WEEKEND = 5  # weekday number of Saturday


class Freeze(Record, frozen=True, kw_only=True):
    """A freeze of a channel by one node, dated by the node that counts."""

    by: str  # node id
    towards: str
    since: date
    until: date | None = None  # first day open again; None: still frozen

    def holds(self, day: date) -> bool:
        """Return whether it was frozen on a day."""
        return self.since <= day and (self.until is None or day < self.until)

    def between(self, one: str, other: str) -> bool:
        """Return whether it concerns the channel of two nodes."""
        return {self.by, self.towards} == {one, other}


def as_known(freezes: Iterable[Freeze], day: date) -> tuple[Freeze, ...]:
    """Return the freezes known on a day, without later freezes and thaws."""
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
        """Initialise the clock.

        Args:
            countries: Of both sides; if neither calendar is known, Monday to Friday count.
            freezes: Freezes of this channel.
        """
        self.countries = tuple(sorted(set(countries)))
        self.freezes = tuple(freezes)

    def is_frozen(self, day: date) -> bool:
        """Return whether the channel was frozen on a day."""
        return any(each.holds(day) for each in self.freezes)

    def counts(self, day: date) -> bool:
        """Return whether a day counts."""
        return _both_work(day, self.countries) and not self.is_frozen(day)

    def days(self, start: date, end: date) -> int:
        """Return the number of counted days after a day, through another."""
        return sum(self.counts(day) for day in _after(start, end))

    def frozen_days(self, start: date, end: date) -> int:
        """Return the number of working days after a day, through another, that were frozen."""
        frozen: set[int] = set()
        for each in self.freezes:
            first = max(start.toordinal() + 1, each.since.toordinal())
            last = end if each.until is None else min(end, each.until - timedelta(days=1))
            frozen.update(range(first, last.toordinal() + 1))
        return sum(_both_work(date.fromordinal(day), self.countries) for day in frozen)

    def last_day(self, start: date, agreed: date) -> date | None:
        """Return the deadline for an answer.

        Args:
            start: Day on which the question was sent.
            agreed: Deadline if the channel stays open.

        Returns:
            The deadline, extended by one working day per frozen one. None: the channel was frozen
            before the deadline and still is, so the deadline is not known yet.
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
    """Return whether a country's calendar for a year is unknown."""
    return works(date(year, 7, 1), country) is None


def _after(start: date, end: date) -> Iterable[date]:
    return (start + timedelta(days=number) for number in range(1, (end - start).days + 1))


@lru_cache(maxsize=65_536)
def _both_work(day: date, countries: tuple[str, ...]) -> bool:
    known = [told for told in (works(day, each) for each in countries) if told is not None]
    return all(known) if known else day.weekday() < _WEEKEND


Outcome = Literal[
    "in time",
    "late",
    "no reply",
    "answered early",
    "waiting",
    "frozen",
    "withdrawn",
    "no term",
    "undelivered",
    "came too late",
]
"""Outcome of the version in force. "in time", "late" and "no reply": the deadline has passed;
"answered early": it has not. "waiting": unanswered before the deadline. "frozen": unanswered, clock
stopped. "withdrawn": withdrawn before either. "no term": no deadline was set. "undelivered": no
receipt by the other side. "came too late": delivered after the deadline, so not counted either
way.
"""

ANSWERS = (*DECISIONS, Queried)
"""Event kinds that are answers: a decision or a query. Viewing, acknowledging or asking for more
time is not."""


class End(Record, frozen=True, kw_only=True):
    """One side of a notice, from its node's document."""

    node: str
    country: str  # ISO 3166-1 alpha-2


class Heard(Record, frozen=True, kw_only=True):
    """An event, timed by the counting node."""

    event: Event
    kept: date  # day on which this node created or received it
    had: date | None  # when both sides had it: own events by receipt; None: not yet


class Watched(Record, frozen=True, kw_only=True):
    """A notice with all known facts."""

    exporter: End  # the owner
    importer: End
    heard: tuple[Heard, ...]


class Counted(Record, frozen=True, kw_only=True):
    """A notice as counted on the board."""

    owner: str  # node of the exporting side
    notice: str  # reference
    exporter: str  # country
    importer: str
    sent: date  # day of its first version
    outcome: Outcome
    answered: bool
    days: int | None  # counted waiting days; None: not delivered
    frozen_days: int  # working days not counted
    last_day: date | None  # deadline of the answer; None: none set, or clock stopped
    objected: bool
    queried: bool
    more_time: bool
    released: bool  # goods released before any answer


def counted(watched: Watched, freezes: Iterable[Freeze], day: date) -> Counted | None:
    """Evaluate a notice as of a day.

    Args:
        watched: The notice.
        freezes: Of any channel.
        day: As-of day; later records are ignored.

    Returns:
        None: not sent by that day.

    Raises:
        InputError: The events belong to several notices.
    """
    heard = [each for each in watched.heard if each.kept <= day]
    judged = judge(chains_of(each.event for each in heard))
    versions = versions_of(judged.exporter)
    if not versions:
        return None
    mine, theirs = watched.exporter, watched.importer
    own = [each for each in freezes if each.between(mine.node, theirs.node)]
    clock = Clock((mine.country, theirs.country), as_known(own, day))
    return _Count(watched, heard, judged, clock, day).told()


class _Count:
    """A notice reduced to its valid events."""

    def __init__(
        self, watched: Watched, heard: Sequence[Heard], judged: Judged, clock: Clock, day: date
    ) -> None:
        self.watched, self.judged, self.clock, self.day = watched, judged, clock, day
        self.heard = {(each.event.by, each.event.id): each for each in reversed(heard)}
        made = [e for e in judged.exporter if isinstance(e.what, (Sent, Amended))]
        self.first, self.in_force = made[0], max(made, key=lambda each: each.version)
        self.version = self.in_force.version
        self.withdrawn = next(
            (self._of(e).kept for e in judged.exporter if isinstance(e.what, Withdrawn)), None
        )
        self.sent = self._sent()
        self.start = self._start()
        self.answer = self._answer()

    def told(self) -> Counted:
        end = self.answer or self.withdrawn or self.day
        agreed = self._agreed()
        last = None
        if agreed is not None and self.start is not None:
            last = self.clock.last_day(self.sent, agreed)
        said = [type(each.what) for each in self.judged.importer]
        return Counted(
            owner=self.watched.exporter.node,
            notice=self.first.notice,
            exporter=self.watched.exporter.country,
            importer=self.watched.importer.country,
            sent=self._of(self.first).kept,
            outcome=self._outcome(agreed, last),
            answered=self.answer is not None,
            days=None if self.start is None else self.clock.days(self.start, end),
            frozen_days=0 if self.start is None else self.clock.frozen_days(self.start, end),
            last_day=last,
            objected=Objected in said,
            queried=Queried in said,
            more_time=MoreTime in said,
            released=self._released(),
        )

    def _of(self, event: Event) -> Heard:
        return self.heard[event.by, event.id]

    def _had(self, event: Event) -> date | None:
        had = self._of(event).had
        return had if had is not None and had <= self.day else None

    def _sent(self) -> date:
        """Return when the version was sent; later freezes extend the deadline."""
        kept, told = self._of(self.in_force).kept, versions_of(self.judged.exporter)[self.version]
        return min(kept, told.sent or kept)

    def _start(self) -> date | None:
        """Return when the importing side had the version; its later events prove delivery too."""
        had = self._had(self.in_force)
        if had is None and any(each.version == self.version for each in self.judged.importer):
            return self._of(self.in_force).kept
        return had

    def _answers(self, version: int | None) -> Iterator[date]:
        for each in self.judged.importer:
            if isinstance(each.what, ANSWERS) and version in {None, each.version}:
                had = self._had(each)
                if had is not None:
                    yield had

    def _answer(self) -> date | None:
        """Return when the first answer to the version arrived, if before the end of it."""
        first = min(self._answers(self.version), default=None)
        if first is not None and self.withdrawn is not None and first > self.withdrawn:
            return None
        return first

    def _agreed(self) -> date | None:
        """Return the deadline, including extensions requested before it passed."""
        agreed = versions_of(self.judged.exporter)[self.version].reply_by
        asked = sorted(
            (had, each.what.until)
            for each in self.judged.importer
            if isinstance(each.what, MoreTime) and each.version == self.version
            if (had := self._had(each)) is not None
        )
        for had, until in asked:
            if agreed is None or self.start is None:
                break
            last = self.clock.last_day(self.sent, agreed)
            if last is None or had <= last:
                agreed = max(agreed, until)
        return agreed

    def _outcome(self, agreed: date | None, last: date | None) -> Outcome:
        if self.start is None:
            return "undelivered" if self.withdrawn is None else "withdrawn"
        if agreed is None:
            return "no term"
        if last is not None and self.start > last:
            return "came too late"
        over = last is not None and self.day > last
        if self.answer is None:
            return self._unanswered(last, over=over)
        if last is not None and self.answer > last:
            return "late"
        return "in time" if over else "answered early"

    def _unanswered(self, last: date | None, *, over: bool) -> Outcome:
        if self.withdrawn is not None and (last is None or self.withdrawn <= last):
            return "withdrawn"
        if over:
            return "no reply"
        return "frozen" if last is None else "waiting"

    def _released(self) -> bool:
        """Return whether goods were released before any answer to any version."""
        first = min(self._answers(None), default=date.max)
        gone = [e.what for e in self.judged.exporter if isinstance(e.what, Returned)]
        return any(each.outcome == "shipped" and each.on < first for each in gone)
