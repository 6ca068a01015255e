"""Deadlines: the least time for an answer, the earliest departure, and when a return is due."""

from datetime import date
from functools import cache
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.exchange.notices.forms import check_sources
from tidewaiter.exchange.notices.types import Notice
from tidewaiter.exchange.notices.workdays import Counted, add_working_days, after
from tidewaiter.substances.jurisdictions import is_in
from tidewaiter.substances.lawbook import read_rules

Binds = Literal["reply", "dispatch", "return"]
"""What a period is about: the answer, the departure of the goods, or the return information."""


class Period(Record, frozen=True, kw_only=True):
    """A least period after the sending, or a longest one after the departure."""

    slug: str
    jurisdiction: str  # of the exporter; "": every notice
    binds: tuple[Binds, ...]
    days: int
    day_kind: Literal["calendar", "working"]
    text: str
    clause: str
    source: str
    verified: bool  # False: remembered only; it is shown and decides nothing
    waiver: str = ""  # who need not keep it; "": everybody must


class Due(Record, frozen=True, kw_only=True):
    """A day that a period leads to."""

    day: date | None  # None: no calendar is known, or no day to count from
    period: Period
    counted: Counted | None = None  # how working days were counted


class Deadline(Record, frozen=True, kw_only=True):
    """The day that binds, and periods that are not verified and only shown."""

    due: Due | None  # None: no verified period applies
    shown: tuple[Due, ...] = ()


class _PeriodFile(Record, frozen=True, kw_only=True):
    periods: tuple[Period, ...]


@cache
def load_periods() -> tuple[Period, ...]:
    """Load the periods."""
    periods = read_toml(data("exchange", "reply_times.toml"), _PeriodFile).periods
    check_sources((each.source for each in periods), "reply_times.toml")
    return periods


def reply_deadline(notice: Notice, sent: date) -> Deadline:
    """Tell the first day on which an answer may be asked for at the latest.

    Working days are those of both countries. Of several periods the longest binds.

    Args:
        notice: With the countries of its authorities.
        sent: The day on which it goes out.
    """
    return _deadline(notice, sent, "reply")


def earliest_dispatch(notice: Notice, sent: date) -> Deadline:
    """Tell the first day on which the goods may leave."""
    return _deadline(notice, sent, "dispatch")


def return_due(notice: Notice) -> Due | None:
    """Tell by when the exporting side owes return information; None: no day to count from.

    It is counted from the expected departure, or from the end of the period of several
    shipments. The law of the exporter's country goes before our own rule.
    """
    start = notice.transport.dispatch
    if notice.shipments == "multi":
        start = notice.period_until
    if start is None:
        return None
    mine = [each for each in _periods(notice, start, "return") if each.verified]
    law = [each for each in mine if each.jurisdiction] or mine
    dues = [_due(each, notice, start) for each in law]
    return min(dues, key=lambda due: due.day or date.max, default=None)


def _deadline(notice: Notice, sent: date, binds: Binds) -> Deadline:
    dues = [_due(each, notice, sent) for each in _periods(notice, sent, binds)]
    binding = [due for due in dues if due.period.verified]
    return Deadline(
        due=max(binding, key=lambda due: due.day or date.min, default=None),
        shown=tuple(due for due in dues if not due.period.verified),
    )


def _periods(notice: Notice, day: date, binds: Binds) -> list[Period]:
    unions = read_rules().unions
    country = notice.sender.country
    return [
        each
        for each in load_periods()
        if binds in each.binds
        and (not each.jurisdiction or is_in(country, each.jurisdiction, day, unions))
    ]


def _due(period: Period, notice: Notice, start: date) -> Due:
    if period.day_kind == "calendar":
        return Due(day=after(start, period.days), period=period)
    countries = (notice.sender.country, notice.recipient.country)
    counted = add_working_days(start, period.days, countries)
    return Due(day=counted.day, period=period, counted=counted)
