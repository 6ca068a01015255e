"""Shares as lists and registers write them: a percentage, a range, a bound, or unknown."""

import re
from decimal import Decimal
from typing import NamedTuple

from tidewaiter.parties.ownership.rules import ownership_rules

_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s?(?:%|per ?cent|percent)")
_BARE = re.compile(r"\d{1,3}(?:[.,]\d+)?(?:\s?[-–]\s?\d{1,3}(?:[.,]\d+)?)?")
_RANGE = re.compile(
    r"(?:(?:between|from)\s+)?(\d{1,3}(?:[.,]\d+)?)\s?%?\s?(?:-|–|to|and)\s?(\d{1,3}(?:[.,]\d+)?)\s?%"
)
_MORE = re.compile(
    r"(?:more than|over|above|>)\s?(\d{1,3}(?:[.,]\d+)?)\s?%"
    r"(?:,? (?:but|and)? ?(?:less than|not more than|at most|up to|<)\s?(\d{1,3}(?:[.,]\d+)?)\s?%)?"
)
_LEAST = re.compile(
    r"(?:at least|from|>=|≥|no less than)\s?(\d{1,3}(?:[.,]\d+)?)\s?%"
    r"|(\d{1,3}(?:[.,]\d+)?)\s?%\s?or more"
)
_MOST = re.compile(r"(?:at most|less than|under|below|up to|<=?|≤)\s?(\d{1,3}(?:[.,]\d+)?)\s?%")
_WHOLE, _NONE = Decimal(100), Decimal(0)


class Bounds(NamedTuple):
    """A share between two percentages."""

    low: Decimal
    high: Decimal
    over: bool = False  # it is more than `low`
    known: bool = True  # something is stated


UNKNOWN = Bounds(_NONE, _WHOLE, known=False)
"""A share that is not stated, or not as a percentage."""


def bounds_of(share: str) -> Bounds:
    """Parse a share: "60 %", "25-50 %", "more than 75 %", "at least 50 %"."""
    said = " ".join(share.casefold().replace("per cent", "%").replace("percent", "%").split())
    exact = percent_of(said)
    if exact is not None:
        return Bounds(exact, exact)
    for pattern, over in ((_RANGE, False), (_MORE, True), (_LEAST, False)):
        if found := pattern.fullmatch(said):
            numbers = [_number(each) for each in found.groups() if each]
            return _checked(numbers[0], numbers[1] if len(numbers) > 1 else _WHOLE, over=over)
    if found := _MOST.fullmatch(said):
        return _checked(_NONE, _number(found[1]), over=False)
    return UNKNOWN


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _checked(low: Decimal, high: Decimal, *, over: bool) -> Bounds:
    return Bounds(low, high, over) if low <= high <= _WHOLE else UNKNOWN


def percent_of(share: str) -> Decimal | None:
    """Parse a share such as "60 %", "33.3%"; None: not a percentage, or a range."""
    found = _PERCENT.findall(share)
    if len(found) != 1 or _PERCENT.sub("", share).strip(" .,()~"):
        return None
    value = _number(found[0])
    return value if value <= _WHOLE else None


def percent_in_words(share: Decimal | None) -> str:
    """Format a share: "60 %"; "": none given."""
    return "" if share is None else f"{share.normalize():f} %"


def share_as_written(text: str) -> str:
    """Return a share with a per cent sign, which tables and FollowTheMoney often omit."""
    said = text.strip()
    return f"{said} %" if _BARE.fullmatch(said) else said


def is_minor(share: str) -> bool:
    """Return whether a total share is below the threshold for a blocked owner."""
    value = percent_of(share)
    return value is not None and value < ownership_rules().least_percent
