"""Periods as people write them: a year, a quarter, a month, or the first and the last month."""

import calendar
import re
from collections.abc import Mapping

from tidewaiter.base.errors import InputError
from tidewaiter.burden.months import month_of, named_month

_YEAR = re.compile(r"(\d{4})(?:\.0*)?")
_QUARTER = re.compile(r"(\d{4})[- ]?Q([1-4])", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")  # "2010/11" may be a fiscal year
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_SPAN = re.compile(r"(\S+?)(?:/|\.\.| to | - )(\S+)")
_HINT = 'write "2022", "2022-Q4", "2022-12", or "2022-01/2022-12"'
_LONGEST = 120  # months

Period = tuple[int, int]
"""The last month, and how many months it has."""


def period_of(row: Mapping[str, str]) -> Period:
    """Read the period of a row, from "period", "year" and "month", or "from" and "to".

    Args:
        row: Its cells. "months" says how long the period is that ends in a month: 12 for a
            twelve-month window; without it, a month is a month and a year a year.

    Raises:
        InputError: There is none, or it is no whole months, or two columns contradict each other.
    """
    found = [each for each in (_spelled(row), _year(row), _between(row)) if each]
    if not found:
        raise InputError("there is no period", hint=_HINT)
    if len(set(found)) > 1:
        raise InputError("its columns give different periods", hint="keep one way of giving them")
    return _lengthened(found[0], row.get("months", "").strip())


def _spelled(row: Mapping[str, str]) -> Period | None:
    text = row.get("period", "").strip()
    if not text:
        return None
    quarter = _QUARTER.fullmatch(text)
    if quarter:
        return month_of(int(quarter[1]), 3 * int(quarter[2])), 3
    year = _YEAR.fullmatch(text)
    if year:
        return month_of(int(year[1]), 12), 12
    month = _MONTH.fullmatch(text)
    if month:
        return month_of(int(month[1]), int(month[2])), 1
    span = _SPAN.fullmatch(text)
    if span:
        return _span(span[1], span[2])
    raise InputError(f'"{text}" is no period', hint=_HINT)


def _year(row: Mapping[str, str]) -> Period | None:
    text, named = row.get("year", "").strip(), row.get("month", "").strip()
    if not text:
        return None
    year, month = _YEAR.fullmatch(text), named_month(named)
    if not year or (named and month is None):
        raise InputError(f'"{text} {named}" is no month', hint='like "2022" and "December" or "12"')
    return month_of(int(year[1]), month or 12), 1 if month else 12


def _between(row: Mapping[str, str]) -> Period | None:
    first, last = row.get("from", "").strip(), row.get("to", "").strip()
    if not first and not last:
        return None
    if not first or not last:
        raise InputError('"from" and "to" stand together', hint=_HINT)
    return _span(first, last)


def _span(first: str, last: str) -> Period:
    start, end = _edge(first, at_end=False), _edge(last, at_end=True)
    if not 0 <= end - start < _LONGEST:
        raise InputError(f'"{first}" to "{last}" is no period', hint=_HINT)
    return end, end - start + 1


def _edge(text: str, *, at_end: bool) -> int:
    """Read the first or the last month; a day must be the first or the last of its month."""
    month, day = _MONTH.fullmatch(text), _DAY.fullmatch(text)
    if month:
        return month_of(int(month[1]), int(month[2]))
    if not day:
        raise InputError(f'"{text}" is no month', hint=_HINT)
    found = month_of(int(day[1]), int(day[2]))
    edge = calendar.monthrange(int(day[1]), int(day[2]))[1] if at_end else 1
    if int(day[3]) != edge:
        raise InputError(f'"{text}" is no edge of a month', hint="periods are of whole months")
    return found


def _lengthened(period: Period, said: str) -> Period:
    """Apply what "months" says: of a period that ends in a month, how long it is."""
    last, months = period
    if not said:
        return period
    plain = said.partition(".")[0]
    if not plain.isdigit() or not 1 <= int(plain) <= _LONGEST:
        raise InputError(f'column months: "{said}" is no number of months', hint='like "1", "12"')
    if months not in {1, int(plain)}:
        raise InputError(
            f"the period has {months} months, and the column months says {said}",
            hint="give the last month and its length, or the period alone",
        )
    return last, int(plain)
