"""Dates in trade documents: ISO, day or month first, or with names of months."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from tidewaiter.base.errors import InputError

Order = Literal["dmy", "mdy"]
"""Order of the first two parts of 03/04/2026: day or month first."""

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{4}(?:\d{2})?)?")
_PARTS = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})")
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?")
_ERA = re.compile(r"(明治|大正|昭和|平成|令和)(\d{1,2}|元)(年|[./-])")
_DAY_NAME = re.compile(r"(\d{1,2})[-/., ]*(?:de )?([^\W\d_]+)\.?[-/., ]*(?:de )?(\d{4}|\d{2})")
_NAME_DAY = re.compile(r"([^\W\d_]+)\.?[-/., ]*(\d{1,2})(?:st|nd|rd|th)?[-/., ]+(\d{4})")
_TIME = re.compile(
    r"[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AP]\.?M\.?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_MONTHS = (
    "jan ene janv enero januar gennaio янв января",
    "feb fev fevr febrero februar fevereiro февр фев февраля",
    "mar marz mars maerz mrz marzo marco март мар марта",
    "apr abr avr abril avril апр апреля",
    "may mai mayo maio мая май",
    "jun juin junio junho juni июн июня июнь",
    "jul juil julio julho juli июл июля июль",
    "aug ago aout agosto авг августа",
    "sep sept set septiembre septembre setembro сент сен сентября",
    "oct okt out octubre octobre outubro oktober окт октября",
    "nov noviembre novembre novembro ноя нояб ноября",
    "dec dic dez deciembre diciembre dezembro dezember decembre дек декабря",
)
_ENGLISH = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_BY_NAME = {
    unicodedata.normalize("NFKD", name): number
    for number, names in enumerate(_MONTHS, 1)
    for name in [*names.split(), _ENGLISH[number - 1]]
}
_EPOCH = date(1899, 12, 30)
# Japanese eras by their first day and the day after their last. Before 1873 (Meiji 6) Japan used
# another calendar. Source: documentation of java.time.chrono.JapaneseEra, OpenJDK 17.
_ERAS = {
    "明治": (1867, date(1873, 1, 1), date(1912, 7, 30)),
    "大正": (1911, date(1912, 7, 30), date(1926, 12, 25)),
    "昭和": (1925, date(1926, 12, 25), date(1989, 1, 8)),
    "平成": (1988, date(1989, 1, 8), date(2019, 5, 1)),
    "令和": (2018, date(2019, 5, 1), date.max),
}


def parse_date(text: str, order: Order | None = None) -> date:
    """Parse a date; a time of day after it is ignored, and the day is not shifted.

    Two-digit years are 2000 to 2099. With dots, "03.04.2026", the day is first.

    Args:
        text: The date, as "2026-03-31", "20260331", "31/03/2026", "31-Mar-2026", "2026年3月31日",
            "令和8年3月31日".
        order: Meaning of "03/04/2026"; None: not known, and an ambiguous date is an error.

    Raises:
        InputError: Not a date, or ambiguous.
    """
    body = _TIME.sub("", unicodedata.normalize("NFKC", text).strip())
    spelled = without_era(body)
    for pattern in (_ISO, _SOLID, _CHINESE):
        found = pattern.fullmatch(spelled)
        if found:
            parts = [int(part) for part in found.groups() if part.isdecimal()]
            day = _date(parts[0], parts[1], parts[2], text)
            if spelled != body and not _is_in_era(body, day):
                raise InputError("base/not-a-date", text=text)
            return day
    found = _PARTS.fullmatch(body)
    if found:
        return _numbered(found, text, order)
    return _named(body, text)


def without_era(text: str) -> str:
    """Replace the year of a Japanese era by its Gregorian year: "昭和46年" by "1971年".

    A text without an era, or with a year that its era did not have, is returned unchanged.
    """
    found = _ERA.match(text)
    if found is None:
        return text
    before, first, end = _ERAS[found[1]]
    year = before + (1 if found[2] == "元" else int(found[2]))
    if not first.year <= year <= end.year:
        return text
    return f"{year}{found[3]}{text[found.end() :]}"


def _is_in_era(text: str, day: date) -> bool:
    found = _ERA.match(text)
    return found is not None and _ERAS[found[1]][1] <= day < _ERAS[found[1]][2]


def date_order(text: str) -> Order | None:
    """Infer the order of day and month from one date; None: ambiguous.

    "31/03/2026" begins with a day, "03/31/2026" with a month.
    """
    found = _PARTS.fullmatch(_TIME.sub("", text.strip()))
    if found is None or found[2] == ".":
        return None
    first, second = int(found[1]), int(found[3])
    if first > 12 >= second:  # noqa: PLR2004
        return "dmy"
    return "mdy" if second > 12 >= first else None  # noqa: PLR2004


def find_order(texts: Iterable[str]) -> Order | None:
    """Infer the order of day and month from a column of dates; None: ambiguous or mixed."""
    shown = {order for order in map(date_order, texts) if order}
    return shown.pop() if len(shown) == 1 else None


def from_serial(days: int) -> date:
    """Convert a spreadsheet serial day to a date: 1 is 1900-01-01, 46112 is 2026-03-31.

    Raises:
        InputError: The number is before 1900-03-01, where spreadsheets differ, or after 2199.
    """
    if not 61 <= days < 109_575:  # noqa: PLR2004
        raise InputError("base/not-the-number-of-a-day", days=days)
    return _EPOCH + timedelta(days=days)


def _date(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise InputError("base/not-a-date", text=text) from None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)  # noqa: PLR2004


def _numbered(found: re.Match[str], text: str, order: Order | None) -> date:
    first, second, year = int(found[1]), int(found[3]), _year(found[4])
    order = "dmy" if found[2] == "." else date_order(found[0]) or order
    if order is None and first == second:
        order = "dmy"
    if order is None:
        raise InputError("base/date-read-two-ways", text=text)
    day, month = (first, second) if order == "dmy" else (second, first)
    return _date(year, month, day, text)


def _named(body: str, text: str) -> date:
    found = _DAY_NAME.fullmatch(body)
    day, name, year = found.groups() if found else ("", "", "")
    if not found:
        found = _NAME_DAY.fullmatch(body)
        name, day, year = found.groups() if found else ("", "", "")
    plain = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    month = _BY_NAME.get(plain) or _BY_NAME.get(bare)
    if month is None:
        raise InputError("base/not-a-date", text=text)
    return _date(_year(year), month, int(day), text)
