"""Outcomes: how each notice stands by the clock of the node that counts, in exactly one word."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.coalition.clocks import Clock, Freeze, as_known
from tidewaiter.exchange.notices.chains import chains_of
from tidewaiter.exchange.notices.events import (
    Amended,
    Event,
    MoreTime,
    Objected,
    Queried,
    Returned,
    Sent,
    Withdrawn,
)
from tidewaiter.exchange.notices.judging import DECISIONS, Judged, judge, versions_of

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
"""What became of the version in force. "in time", "late" and "no reply" are of notices whose last
day is over; "answered early": it is still to come. "waiting": no answer, and the last day is not
over. "frozen": no answer, and the clock stands still. "withdrawn": it was taken back before either.
"no term": no last day was asked for. "undelivered": no receipt shows that the other side has it.
"came too late": when the other side had it, the last day was over, so nothing is said of it."""

ANSWERS = (*DECISIONS, Queried)
"""What is an answer: a decision or a query. That a notice was viewed or acknowledged is none, nor
that more time is needed."""


class End(Record, frozen=True, kw_only=True):
    """One side of a notice, as the documents of its node say."""

    node: str
    country: str  # ISO 3166-1 alpha-2


class Heard(Record, frozen=True, kw_only=True):
    """An event, and when, by the clock of the node that counts."""

    event: Event
    kept: date  # on which it made or took it
    had: date | None  # since when both sides have it: of its own, by the receipt; None: not yet


class Watched(Record, frozen=True, kw_only=True):
    """One notice with all that is known of it."""

    exporter: End  # who owns it
    importer: End
    heard: tuple[Heard, ...]


class Counted(Record, frozen=True, kw_only=True):
    """One notice as the board counts it."""

    owner: str  # node of the exporting side
    notice: str  # reference
    exporter: str  # country
    importer: str
    sent: date  # its first version
    outcome: Outcome
    answered: bool
    days: int | None  # waited, that count; None: it was not delivered
    frozen_days: int  # working days that do not count
    last_day: date | None  # for the answer; None: no term, or the clock stands still
    objected: bool
    queried: bool
    more_time: bool
    released: bool  # goods left before any answer came


def counted(watched: Watched, freezes: Iterable[Freeze], day: date) -> Counted | None:
    """Count a notice as it stood on a day.

    Args:
        watched: The notice.
        freezes: Of any channels.
        day: What was not known then is left out.

    Returns:
        None: nothing was sent by then.

    Raises:
        InputError: The events are of several notices.
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
    """One notice, by the events that count."""

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
        """Return when the version was sent: what was frozen from then on is given back."""
        kept, told = self._of(self.in_force).kept, versions_of(self.judged.exporter)[self.version]
        return min(kept, told.sent or kept)

    def _start(self) -> date | None:
        """Return when the importing side had the version; what it says of it shows that too."""
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
        """Return when the first answer to the version came; one that crossed its end is none."""
        first = min(self._answers(self.version), default=None)
        if first is not None and self.withdrawn is not None and first > self.withdrawn:
            return None
        return first

    def _agreed(self) -> date | None:
        """Return the last day, with the time that was asked for before it was over."""
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
        """Tell whether goods left before an answer to any version had come."""
        first = min(self._answers(None), default=date.max)
        gone = [e.what for e in self.judged.exporter if isinstance(e.what, Returned)]
        return any(each.outcome == "shipped" and each.on < first for each in gone)
