"""Deadlines for replies, departures and returns, and the working days of countries.

A day counts if it is a working day in every country concerned. Regional holidays are ignored. For
a country or year that the library does not cover, the gap is reported and nothing is guessed.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Literal

import holidays

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.exchange.notices.forms import check_sources
from tidewaiter.exchange.notices.types import Notice
from tidewaiter.law.jurisdictions import is_in, load_unions

_LANGUAGE = "en_US"
_DAYS = 366  # maximum days of a year
_LONGEST = 400  # maximum days counted


class Skipped(Record, frozen=True, kw_only=True):
    """A day that does not count, and why."""

    day: date
    country: str
    why: str  # "weekend", or the holiday's name, with "(estimated)" where it is


class Counted(Record, frozen=True, kw_only=True):
    """The end of a count of working days."""

    day: date | None  # None: no calendar is known
    missing: tuple[str, ...] = ()  # countries without data: the true day may be later
    skipped: tuple[Skipped, ...] = ()


def add_working_days(start: date, days: int, countries: Iterable[str]) -> Counted:
    """Count working days, starting on the day after `start`.

    Args:
        start: Day of the act; not counted.
        days: From 0 to 250.
        countries: Countries with calendars that apply together; ISO 3166-1 alpha-2 codes.

    Returns:
        The last day. Countries without a calendar are ignored, so the day is a lower bound;
        None if all calendars are unknown.

    Raises:
        InputError: Number out of range.
    """
    if not 0 <= days <= 250:  # noqa: PLR2004
        raise InputError("exchange/too-many-working-days", days=days)
    asked = tuple(dict.fromkeys(countries))
    day, left = start, days
    missing: dict[str, None] = {}
    skipped: list[Skipped] = []
    while left and (day - start).days < _LONGEST and day < date.max:
        day = after(day, 1)
        why = []
        for country in asked:
            off = _days_off(country, day.year)
            if off is None:
                missing[country] = None
            elif day in off:
                why.append(Skipped(day=day, country=country, why=off[day]))
        skipped.extend(why)
        left -= not why
    none = not asked or len(missing) == len(asked)
    return Counted(day=None if none else day, missing=tuple(missing), skipped=tuple(skipped))


def working_days_until(day: date, end: date, countries: Iterable[str]) -> int | None:
    """Count the working days after `day` through `end`.

    Args:
        day: Today; not counted.
        end: The deadline.
        countries: Countries with calendars that apply together; unknown ones are ignored.

    Returns:
        The number, 0 if the end has passed; None if no calendar is known, or the end is too far
        away.
    """
    span = (end - day).days
    if span > _LONGEST:
        return None
    asked, known, count = tuple(dict.fromkeys(countries)), False, 0
    for each in range(1, span + 1):
        then = after(day, each)
        told = [works(then, country) for country in asked]
        known |= any(one is not None for one in told)
        count += all(one is not False for one in told)
    return count if known or span <= 0 else None


def works(day: date, country: str) -> bool | None:
    """Return whether a day is a working day in a country; None: unknown calendar."""
    off = _days_off(country, day.year)
    return None if off is None else day not in off


def after(day: date, days: int) -> date:
    """Return the day a number of days later, capped at the last representable day."""
    left = (date.max - day).days
    return day + timedelta(days=min(days, left))


@lru_cache(maxsize=1024)
def _days_off(country: str, year: int) -> Mapping[date, str] | None:
    """Return the non-working days of a year with reasons; None: unknown."""
    if country not in holidays.list_supported_countries():
        return None
    spoken = holidays.list_localized_countries().get(country, [])
    language = _LANGUAGE if _LANGUAGE in spoken else None
    known = holidays.country_holidays(country, language=language)
    if not known.start_year <= year <= known.end_year:
        return None
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range(_DAYS))
    return {
        day: known.get(day) or "weekend"
        for day in days
        if day.year == year and not known.is_working_day(day)
    }


Binds = Literal["reply", "dispatch", "return"]
"""Subject of a period: the answer, the departure of the goods, or the return information."""


class Period(Record, frozen=True, kw_only=True):
    """A minimum period after sending, or a maximum one after departure."""

    slug: str
    jurisdiction: str  # exporter's country; "": every notice
    binds: tuple[Binds, ...]
    days: int
    day_kind: Literal["calendar", "working"]
    text: str
    clause: str
    source: str
    verified: bool  # False: unverified; shown without effect
    waiver: str = ""  # who is exempt; "": no one


class Due(Record, frozen=True, kw_only=True):
    """The end of a period."""

    day: date | None  # None: no calendar, or no starting day
    period: Period
    counted: Counted | None = None  # how working days were counted


class Deadline(Record, frozen=True, kw_only=True):
    """The binding day, and unverified periods for display."""

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
    """Return the earliest permitted deadline of the answer.

    Working days are those of both countries. The longest of several periods applies.

    Args:
        notice: With the countries of its authorities.
        sent: Day of sending.
    """
    return _deadline(notice, sent, "reply")


def earliest_dispatch(notice: Notice, sent: date) -> Deadline:
    """Return the first day on which the goods may leave."""
    return _deadline(notice, sent, "dispatch")


def return_due(notice: Notice) -> Due | None:
    """Return the deadline of the return information; None: no starting day.

    Counted from the expected departure, or from the end of the period of several shipments. The
    exporter's national law takes precedence over our default.
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
    unions = load_unions()
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
