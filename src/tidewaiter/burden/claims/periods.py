"""Periods in sentences: a year, twelve months ending, "last year" of a day."""

import re
from datetime import date

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.claims.scanning import Scanner
from tidewaiter.burden.months import MONTHS, month_of, parse_month

TWELVE = 12
_NAMED = "|".join(sorted(MONTHS, key=len, reverse=True))
_MONTH = rf"(?:{_NAMED})\.?"
_YEAR = r"(?:19|20)\d\d"
_ENDING = re.compile(
    rf"(?:(?:in|for|during|over) )?(?:the )?(?:(?:12|twelve)[ -]months?|year)(?:[ -]period)?[ -]?"
    rf"(?:that )?(?:ending|ended|end|through|to|up to|until)(?: in| with)? (?:the end of )?"
    rf"(?P<month>{_MONTH})(?: \d{{1,2}},?)? (?P<year>{_YEAR})\b"
)
_SPAN = re.compile(
    rf"(?:from |between )?(?P<month1>{_MONTH}) (?P<year1>{_YEAR}) (?:to|through|and|until|-) "
    rf"(?P<month2>{_MONTH}) (?P<year2>{_YEAR})\b"
)
_AS_OF = re.compile(
    rf"as of (?:(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<month>{_MONTH}) "
    rf"(?P<day>\d{{1,2}}),? (?P<year>{_YEAR}))\b"
)
_ISO = re.compile(r"(?:(?:in|of|for) )?\b(?P<text>\d{4}-\d{2})\b(?!-)")
_EARLIER = re.compile(
    r"(?:compared (?:with|to)|from|than|over) (?:the )?(?:previous|prior|preceding)"
    r" (?:year|12 months)"
    r"|(?:from|than|compared (?:with|to)) (?:a|the|one) year (?:earlier|before|ago)"
    r"|year[ -]over[ -]year|from the year before"
)
_AGAINST = re.compile(
    rf"(?:compared (?:with|to)|from|than(?: in)?|over|since|versus|vs\.?|against)"
    rf"(?: that of)?(?: the)?(?: 12 months ending(?: in)?)?"
    rf"(?: (?P<month>{_MONTH}))? (?P<year>{_YEAR})\b"
)
_LAST_YEAR = re.compile(r"\b(?:in |during |for )?last year\b")
_THIS_YEAR = re.compile(r"\b(?:so far |in )?this year\b")
_PAST = re.compile(r"(?:in |over |during )?the (?:last|past) (?:year|12 months|twelve months)\b")
_ALONE = re.compile(rf"(?:(?:in|of|for) )?(?P<month>{_MONTH}) (?P<year>{_YEAR})\b")
_IN_YEAR = re.compile(
    rf"(?:\b(?:in|of|for|during|to) )?(?:calendar year )?\b(?P<year>{_YEAR})\b(?![,.]?\d)"
)

_NEWEST = "the past year is the newest twelve months of CDC's counts, which end five months before"


class Period(Record, frozen=True, kw_only=True):
    """What a sentence says of time."""

    last: int | None = None
    months: int = TWELVE
    against: int | None = None
    as_of: date | None = None
    assumed: tuple[str, ...] = ()


def take_period(scan: Scanner, said: date, *, change: bool) -> Period:
    """Read what a sentence says of time, and take it out of it.

    Args:
        scan: The sentence.
        said: The day on which it was said.
        change: It tells of a rise or a fall, so that "from 2023" is what it is counted from.

    Raises:
        InputError: "2026-00" is no month.
    """
    as_of = _as_of(scan)
    earlier = scan.take(_EARLIER) is not None if change else False
    last, months, assumed = _window(scan)
    against = None
    if change and (match := scan.take(_AGAINST)):
        against = _month(match, default=TWELVE)
    if last is None:
        last, months, assumed = _relative(scan, as_of or said)
    if last is None and against is not None:
        last, assumed = against + TWELVE, ("the change is from the year before",)
    if change and against is None and last is not None:
        against = last - TWELVE
        if not earlier:
            assumed = (*assumed, "the change is counted from the year before")
    if last is not None and against is not None and against >= last:
        raise InputError(
            "the change is counted from a later period than it ends in", hint="turn them around"
        )
    return Period(last=last, months=months, against=against, as_of=as_of, assumed=assumed)


Window = tuple[int | None, int, tuple[str, ...]]


def _window(scan: Scanner) -> Window:
    if match := scan.take(_ENDING):
        return _month(match), TWELVE, ()
    if match := scan.take(_SPAN):
        first = month_of(int(match["year1"]), MONTHS[match["month1"].rstrip(".")])
        last = month_of(int(match["year2"]), MONTHS[match["month2"].rstrip(".")])
        if last - first == TWELVE:
            return last, TWELVE, ("the twelve months that end in the second month are meant",)
        if last < first:
            raise InputError(f'"{match[0]}" ends before it begins', hint="turn the months around")
        return last, last - first + 1, ()
    if match := scan.take(_ISO):
        return parse_month(match["text"]), TWELVE, ("the twelve months that end there are meant",)
    return None, TWELVE, ()


def _relative(scan: Scanner, said: date) -> Window:
    if scan.take(_LAST_YEAR):
        return month_of(said.year - 1, TWELVE), TWELVE, (f'"last year" is {said.year - 1}',)
    if scan.take(_THIS_YEAR):
        return month_of(said.year, TWELVE), TWELVE, (f'"this year" is {said.year}',)
    if scan.take(_PAST):
        last = month_of(said.year, said.month) - 5
        return last, TWELVE, (_NEWEST,)
    if match := scan.take(_ALONE):
        return _month(match), 1, ()
    if match := scan.take(_IN_YEAR):
        return month_of(int(match["year"]), TWELVE), TWELVE, ()
    return None, TWELVE, ()


def _month(match: re.Match[str], default: int = 0) -> int:
    name = match["month"]
    return month_of(int(match["year"]), MONTHS[name.rstrip(".")] if name else default)


def _as_of(scan: Scanner) -> date | None:
    match = scan.take(_AS_OF)
    if not match:
        return None
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        return date(int(match["year"]), MONTHS[match["month"].rstrip(".")], int(match["day"]))
    except ValueError:
        raise InputError(
            f'"{match[0]}" is no day', hint='write it like "as of 2023-07-07"'
        ) from None
