"""Birth dates as lists and officers write them: full, partial, approximate, ranges."""

import re
import unicodedata
from itertools import chain

from tidewaiter.base.dates import Order, parse_date, without_era
from tidewaiter.base.errors import InputError

_ABOUT = re.compile(
    r"\b(?:circa|approximately|approx|about|around|c|ca|between|estimated|late|early|mid)\b\.?"
    r"|\(approximate\)|^~",
    re.IGNORECASE,
)
_JAPANESE_ABOUT = re.compile("おおよそ|およそ|約|の?頃|ごろ")
_LETTERS = re.compile(r"(?:^|\s)\(?[a-z0-9]\)\s*|[①-⑳]\s*", re.IGNORECASE)
_APART = re.compile(r"[;,]\s*(?=\d)|[\n、;]|>>| {2,}(?=\d)|又は|または|及び")
_OR = re.compile(r"\s*,?\s+or\s+", re.IGNORECASE)
_PREFIX = re.compile(r"^(?:alt\.?\s+)?DOB\s*:?\s*", re.IGNORECASE)
_MONTH_COMMA = re.compile(r"([^\W\d_]{3,9}\.?), (\d{4})")
_LOOSE_SLASH = re.compile(r"(?<=\d)\s*/\s*(?=\d)")
_FULL_YEAR = re.compile(r"\d{4}")
_BORN = re.compile(
    r"(?P<japanese>\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?)(?:[^\d~-][^\d]*)?生(?:まれ)?"
    r"|born (?:at .+? )?(?:(?:on|in) )?(?P<english>\d.*)",
    re.IGNORECASE,
)
_SPACED = re.compile(r"(?<=[\d年月])[ \t]+(?=[\d年月日])")
_UNKNOWN_PART = re.compile(r"\b(?:dd|mm|xx)(?=/)", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,9}\.?) (\d{1,2}), (\d{4})")
_RANGE = re.compile(
    r"(?:00/00/)?(\d{4})年?\s*(?:-|–|to|and|/|から|~|〜)\s*(\d{4})年?(?:まで)?(?:の間)?",
    re.IGNORECASE,
)
_LONG_RANGE = re.compile(
    r"(.+?\d{4}|\d{4}-\d{2}(?:-\d{2})?)\s+(?:to|and)\s+(.+?\d{4}|\d{4}-\d{2}(?:-\d{2})?)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:0{1,2}[/.-]0{1,2}[/.-])?(1[89]\d{2}|20\d{2})(?:s|年|-00(?:-00)?)?")
_MONTH_YEAR = re.compile(r"(?:0{1,2}[/.-])?(0?[1-9]|1[0-2])[/.-](\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-00)?|年(0?[1-9]|1[0-2])月)")
_NAMED_MONTH = re.compile(r"([^\W\d_]{3,9})\.?,?\s+(\d{4})")
_TIME = re.compile(r"T\d{2}:.*$")
_WIDE = 20  # maximum years of a range that are listed individually


def parse_births(text: str, order: Order = "dmy") -> tuple[tuple[str, ...], bool]:
    """Parse one or more birth dates.

    A range of up to 20 years is expanded, a longer one is given by its two ends; it is approximate.

    Args:
        text: Like "1970", "circa 1970", "10 Dec 1948", "00/03/1970", "1973 to 1975", "a) 1961 b)
            1962", "1971年3月12日", "昭和46年".
        order: Meaning of "03/04/1970": in April (as in the lists of the UK, the EU and Australia)
            or in March.

    Returns:
        ISO 8601 dates, full or partial, and whether the list calls them approximate.

    Raises:
        InputError: Not a date of the Gregorian calendar.
    """
    lines = _LETTERS.sub("\n", text.strip())
    plain = _UNKNOWN_PART.sub("00", unicodedata.normalize("NFKC", lines))
    plain = _SPACED.sub("", plain) if "年" in plain else plain
    plain = _MONTH_COMMA.sub(r"\1 \2", _LOOSE_SLASH.sub("/", plain))
    parts = [part for part in _APART.split(_MONTH_FIRST.sub(r"\2 \1 \3", plain)) if part.strip()]
    found: list[str] = []
    about = any(_OR.search(part) for part in parts)
    for part in chain.from_iterable(map(_OR.split, parts)):
        dates, vague = _one(part.strip(" .,:"), text, order)
        found += dates
        about = about or vague
    if not found:
        raise InputError("parties/not-a-date", text=text)
    return tuple(dict.fromkeys(found)), about


def _one(part: str, text: str, order: Order) -> tuple[list[str], bool]:
    """Parse one date or range; return whether it is approximate."""
    part = _PREFIX.sub("", part)
    if part.startswith("(") and part.find(")") in {-1, len(part) - 1}:
        part = part.strip("()")
    if born := _BORN.fullmatch(part):
        part = born["japanese"] or born["english"]
    plain = " ".join(_JAPANESE_ABOUT.sub("", _ABOUT.sub(" ", part)).split()).strip(" .,")
    if years := _RANGE.fullmatch(plain):
        return _years(int(years[1]), int(years[2]), text), True
    if ends := _LONG_RANGE.fullmatch(plain):
        return [_date(end.strip(), text, order) for end in ends.groups()], True
    return [_date(plain, text, order)], plain != part


def _years(first: int, last: int, text: str) -> list[str]:
    if last < first:
        raise InputError("parties/period-ends-before-it-begins", text=text)
    if last - first >= _WIDE:
        return [str(first), str(last)]
    return [str(year) for year in range(first, last + 1)]


def _date(text: str, whole: str, order: Order) -> str:
    """Parse one date, full or partial."""
    plain = _TIME.sub("", text)
    spelled = without_era(plain)
    if year := _YEAR.fullmatch(spelled):
        return year[1]
    if found := _YEAR_MONTH.fullmatch(spelled):
        return f"{found[1]}-{int(found[2] or found[3]):02}"
    if found := _MONTH_YEAR.fullmatch(plain):
        return f"{found[2]}-{int(found[1]):02}"
    if not _FULL_YEAR.search(spelled):  # "62" is of which century?
        raise InputError("parties/not-a-date", text=whole)
    try:
        if found := _NAMED_MONTH.fullmatch(plain):
            return parse_date(f"1 {found[1]} {found[2]}").isoformat()[:7]
        return parse_date(plain, order).isoformat()
    except InputError:
        raise InputError("parties/not-a-date", text=whole) from None
