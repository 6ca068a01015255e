"""A strip of months as numbers: a bar for each, and what lies before and behind."""

from collections.abc import Mapping
from datetime import date, timedelta

from tidewaiter.base.records import Record
from tidewaiter.casework.flows import month_number, month_text

BEFORE, BEHIND = 23, 6  # months about that of today
WIDTH, HEIGHT = 1000.0, 90.0
_MONTHS = 12
_LEAST = 2.0


class MonthBar(Record, frozen=True, kw_only=True):
    """A month on the strip."""

    month: int  # since the year 0
    day: date  # its first
    count: int
    x: float
    y: float
    width: float
    height: float
    chosen: bool


class Strip(Record, frozen=True, kw_only=True):
    """Months side by side, and which of them are chosen."""

    bars: tuple[MonthBar, ...]
    least: int  # the first month of the strip
    most: int  # its last
    first: int  # the first that is chosen
    last: int
    earlier: int  # counted before the strip
    later: int  # counted behind it


def window(today: date) -> tuple[int, int]:
    """Return the first and the last month of a strip."""
    now = month_number(today)
    return now - BEFORE, now + BEHIND


def first_day(month: int) -> date:
    """Return the first day of a month."""
    year, number = divmod(month, _MONTHS)
    return date(year, number + 1, 1)


def last_day(month: int) -> date:
    """Return the last day of a month."""
    return first_day(month + 1) - timedelta(1)


def month_strip(
    months: Mapping[str, int], today: date, due_from: date | None, due_to: date | None
) -> Strip:
    """Lay out the months about a day.

    Args:
        months: Counts, by months like "2026-03".
        today: The day.
        due_from: The first day that is chosen; None: all before are.
        due_to: The last one.
    """
    least, most = window(today)
    first = min(max(month_number(due_from) if due_from else least, least), most)
    last = max(min(month_number(due_to) if due_to else most, most), least)
    counts = [months.get(month_text(month), 0) for month in range(least, most + 1)]
    step, highest = WIDTH / len(counts), max(counts) or 1
    bars = []
    for place, count in enumerate(counts):
        height = max(_LEAST, count / highest * HEIGHT) if count else 0.0
        month = least + place
        bars.append(
            MonthBar(
                month=month,
                day=first_day(month),
                count=count,
                x=round(place * step + 1, 1),
                y=round(HEIGHT - height, 1),
                width=round(step - 2, 1),
                height=round(height, 1),
                chosen=first <= month <= last,
            )
        )
    begin, end = month_text(least), month_text(most)
    return Strip(
        bars=tuple(bars),
        least=least,
        most=most,
        first=first,
        last=last,
        earlier=sum(count for month, count in months.items() if month < begin),
        later=sum(count for month, count in months.items() if month > end),
    )
