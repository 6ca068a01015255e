"""Birth dates as lists write them: whole, in part, about, between."""

import re

from tidewaiter.base.dates import parse_date
from tidewaiter.base.errors import InputError

_ABOUT = re.compile(
    r"\b(?:circa|approximately|approx|about|around|c|ca|between|estimated|late|early|mid)\b\.?"
    r"|\(approximate\)|~",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"(?:^|\s)\(?[a-z0-9]\)\s*", re.IGNORECASE)
_RANGE = re.compile(r"(\d{4})\s*(?:-|–|to|and|or|/)\s*(\d{4})", re.IGNORECASE)
_LONG_RANGE = re.compile(r"(.+?\d{4})\s+(?:to|and|or)\s+(.+?\d{4})", re.IGNORECASE)
_YEAR = re.compile(r"(?:0{1,2}[/.-]0{1,2}[/.-])?(1[89]\d{2}|20\d{2})s?")
_MONTH_YEAR = re.compile(r"(?:0{1,2}[/.-])?(0?[1-9]|1[0-2])[/.-](\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(?:-00)?")
_NAMED_MONTH = re.compile(r"([^\W\d_]{3,9})\.?,?\s+(\d{4})")
_TIME = re.compile(r"T\d{2}:.*$")
_WIDE = 20  # years of a range that are written out
_HINT = 'write it like "1970-03-31", "1970-03", "1970" or "circa 1970"'


def parse_births(text: str) -> tuple[tuple[str, ...], bool]:
    """Read a birth date, or several.

    A range of years is written out, year by year up to 20 years, else as its two ends; it is
    approximate. Days before months: "03/04/1970" is of April, as in the lists of the UK,
    the EU and Australia.

    Args:
        text: As "1970", "circa 1970", "10 Dec 1948", "00/03/1970", "1973 to 1975", "a) 1961 b)
            1962".

    Returns:
        ISO 8601 dates, whole or in part, and whether the list calls them approximate.

    Raises:
        InputError: It is no date of the Gregorian calendar.
    """
    lines = _LETTERS.sub("\n", text.strip())
    parts = [part for part in re.split(r"[;,]\s*(?=\d)|\n", lines) if part.strip()]
    found: list[str] = []
    about = False
    for part in parts:
        dates, vague = _one(part.strip(" .,"), text)
        found += dates
        about = about or vague
    if not found:
        raise InputError(f'"{text}" is not a date', hint=_HINT)
    return tuple(dict.fromkeys(found)), about


def _one(part: str, text: str) -> tuple[list[str], bool]:
    """Read one date or range, and tell whether it is approximate."""
    plain = " ".join(_ABOUT.sub(" ", part).split()).strip(" .,")
    if years := _RANGE.fullmatch(plain):
        return _years(int(years[1]), int(years[2]), text), True
    if ends := _LONG_RANGE.fullmatch(plain):
        return [_date(end.strip(), text) for end in ends.groups()], True
    return [_date(plain, text)], plain != part


def _years(first: int, last: int, text: str) -> list[str]:
    if last < first:
        raise InputError(f'"{text}" ends before it begins', hint=_HINT)
    if last - first >= _WIDE:
        return [str(first), str(last)]
    return [str(year) for year in range(first, last + 1)]


def _date(text: str, whole: str) -> str:
    """Read one date, whole or in part."""
    plain = _TIME.sub("", text)
    if year := _YEAR.fullmatch(plain):
        return year[1]
    if found := _YEAR_MONTH.fullmatch(plain):
        return f"{found[1]}-{found[2]}"
    if found := _MONTH_YEAR.fullmatch(plain):
        return f"{found[2]}-{int(found[1]):02}"
    try:
        if found := _NAMED_MONTH.fullmatch(plain):
            return parse_date(f"1 {found[1]} {found[2]}").isoformat()[:7]
        return parse_date(plain, "dmy").isoformat()
    except InputError:
        raise InputError(f'"{whole}" is not a date', hint=_HINT) from None
