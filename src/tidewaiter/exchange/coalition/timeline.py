"""The timeline: events of the coalition beside the notices and incidents of each month.

What stands beside each other is told beside each other: no event is said to have caused a number.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.board import SharedIncident
from tidewaiter.exchange.coalition.member_lists import Endorsed
from tidewaiter.exchange.coalition.members import Move, history
from tidewaiter.exchange.coalition.outcomes import Counted, Freeze, as_known
from tidewaiter.law.changes import Change
from tidewaiter.law.types import Mark

_MONTHS = 1_200  # at most

Happening = Literal[
    "law in force",
    "law ends",
    "frozen",
    "thawed",
    "group formed",
    "group ended",
    "invited",
    "joined",
    "left",
]


class Event(Record, frozen=True, kw_only=True):
    """Something that happened on a day."""

    day: date
    what: Happening
    of: tuple[str, ...]  # the regime and its schedules; nodes; the roster and its group
    text: str = ""  # name of a group, substances of a law
    source: str = ""
    mark: Mark = "read"  # of the law: how well its day is known


class Month(Record, frozen=True, kw_only=True):
    """What was counted of a month."""

    first: date  # its first day
    notices: int  # whose first version was sent then
    no_reply: int  # of these: nothing came until the last day was over
    still_open: int  # of these: no answer, and the last day has not passed
    incidents: int  # told for the first time
    frozen: int  # channels that were frozen on any of its days
    whole: bool  # False: it is not over, and its numbers grow


class Timeline(Record, frozen=True, kw_only=True):
    """Months without a gap, and what happened in them."""

    months: tuple[Month, ...]
    events: tuple[Event, ...]  # by day


class Series(Record, frozen=True, kw_only=True):
    """What is counted by months."""

    notices: tuple[Counted, ...] = ()
    incidents: tuple[SharedIncident, ...] = ()
    freezes: tuple[Freeze, ...] = ()


def timeline_of(series: Series, events: Iterable[Event], since: date, day: date) -> Timeline:
    """Put events over the months of a series.

    Args:
        series: What is counted, as it stood on the day.
        events: Of any days.
        since: In the first month, which is counted as a whole.
        day: In the last month; what is later is left out.

    Raises:
        InputError: There is no month, or there are more than 100 years.
    """
    first, last = _index(since), _index(day)
    if since > day or last - first >= _MONTHS:
        raise InputError("exchange/no-months", since=since, day=day)
    sent = Counter(_index(each.sent) for each in series.notices if each.sent <= day)
    silent = _by_month(series.notices, ("no reply",), day)
    waiting = _by_month(series.notices, ("waiting", "frozen", "undelivered"), day)
    told = Counter(_index(each) for each in _first_told(series.incidents, day).values())
    months = [
        Month(
            first=_first_day(each),
            notices=sent[each],
            no_reply=silent[each],
            still_open=waiting[each],
            incidents=told[each],
            frozen=_frozen_in(each, series.freezes, day),
            whole=each < last,
        )
        for each in range(first, last + 1)
    ]
    begin = _first_day(first)
    shown = sorted(
        (each for each in events if begin <= each.day <= day),
        key=lambda each: (each.day, each.what, each.of, each.text),
    )
    return Timeline(months=tuple(months), events=tuple(shown))


def law_events(changes: Iterable[Change]) -> Iterator[Event]:
    """Yield the days on which law enters into force or ends; decisions and proposals are none."""
    for each in changes:
        if each.step in {"begins", "ends"}:
            yield Event(
                day=each.day,
                what="law in force" if each.step == "begins" else "law ends",
                of=(each.regime, *each.schedules),
                text=each.text or ", ".join(each.substances),
                source=each.source,
                mark=each.mark,
            )


def channel_events(freezes: Iterable[Freeze]) -> Iterator[Event]:
    """Yield when channels were frozen, and when they opened."""
    for each in freezes:
        yield Event(day=each.since, what="frozen", of=(each.by, each.towards))
        if each.until is not None:
            yield Event(day=each.until, what="thawed", of=(each.by, each.towards))


def member_events(moves: Sequence[Move]) -> Iterator[Event]:
    """Yield when members were invited, joined and left; a thaw is none of these."""
    for node in sorted({each.node for each in moves}):
        before = None
        for since in history(moves, node):
            if since.state in {"invited", "left"} or (
                since.state == "joined" and before != "frozen"
            ):
                yield Event(day=since.day, what=since.state, of=(node,), source="relation")
            before = since.state


def group_events(rosters: Iterable[Endorsed]) -> Iterator[Event]:
    """Yield when groups were formed and ended, as rosters say."""
    for each in rosters:
        roster = each.roster
        source = f"roster {roster.id}, version {roster.version}"
        for group in roster.groups:
            of = (roster.id, group.id)
            yield Event(day=group.since, what="group formed", of=of, text=group.name, source=source)
            if group.until is not None:
                yield Event(
                    day=group.until, what="group ended", of=of, text=group.name, source=source
                )


def _by_month(notices: Iterable[Counted], outcomes: Sequence[str], day: date) -> Counter[int]:
    return Counter(
        _index(each.sent) for each in notices if each.outcome in outcomes and each.sent <= day
    )


def _first_told(incidents: Iterable[SharedIncident], day: date) -> dict[tuple[str, str], date]:
    """Return when each incident was told first, to anyone."""
    first: dict[tuple[str, str], date] = {}
    for each in incidents:
        if each.day <= day:
            key = (each.owner, each.incident)
            first[key] = min(each.day, first.get(key, each.day))
    return first


def _frozen_in(month: int, freezes: Iterable[Freeze], day: date) -> int:
    channels = {
        frozenset((each.by, each.towards))
        for each in as_known(freezes, day)
        if _index(each.since) <= month
        and (each.until is None or _index(each.until - timedelta(days=1)) >= month)
    }
    return len(channels)


def _index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
