"""Months as whole numbers, so that windows are differences: 2022-12 is 24,275."""

import re

from tidewaiter.base.errors import InputError

_YEAR_MONTH = re.compile(r"(\d{4})-(\d{2})")
_TWELVE = 12
_NAMES = {
    "january": 1,
    "february": 2,
    "march": 3,
    "april": 4,
    "may": 5,
    "june": 6,
    "july": 7,
    "august": 8,
    "september": 9,
    "october": 10,
    "november": 11,
    "december": 12,
}
MONTHS = _NAMES | {name[:3]: number for name, number in _NAMES.items()}
"""English names of months, and their first three letters, to 1 to 12."""


def month_of(year: int, month: int) -> int:
    """Return the number of a month; months of a year are 1 to 12.

    Raises:
        InputError: There is no such month, or the year lies outside 1900 to 2100.
    """
    if not 1 <= month <= _TWELVE or not 1900 <= year <= 2100:  # noqa: PLR2004
        raise InputError(
            f'"{year}-{month:02}" is no month', hint='write year and month, like "2022-12"'
        )
    return year * _TWELVE + month - 1


def parse_month(text: str) -> int:
    """Read a month like "2022-12".

    Raises:
        InputError: It is none.
    """
    found = _YEAR_MONTH.fullmatch(text.strip())
    if not found:
        raise InputError(f'"{text}" is no month', hint='write year and month, like "2022-12"')
    return month_of(int(found[1]), int(found[2]))


def month_text(month: int) -> str:
    """Write a month: 24,275 is "2022-12"."""
    return f"{month // _TWELVE}-{month % _TWELVE + 1:02}"


def named_month(text: str) -> int | None:
    """Return 1 to 12 for "December", "Dec", "Dec." or "12"; None: it is no month."""
    bare = text.strip().rstrip(".").casefold()
    if bare.isdecimal():
        return int(bare) if 1 <= int(bare) <= _TWELVE else None
    return MONTHS.get(bare)
