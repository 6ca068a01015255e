"""Periods in clauses: a year, twelve months ending, a span of years, "last year" of a day."""

import re
from datetime import date

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.claims.vocabulary import Scanner
from tidewaiter.burden.types import MONTHS, month_of, parse_month

TWELVE = 12
_NAMED = "|".join(sorted(MONTHS, key=len, reverse=True))
_MONTH = rf"(?:{_NAMED})\.?"
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?: \d{1,2}(?:st|nd|rd|th)?,?)?"
_PLAIN = r"(?:the (?:calendar )?year |calendar year )?"
_ENDING = re.compile(
    rf"(?:(?:in|for|during|over) )?(?:the )?(?:same )?(?:(?:12|twelve)[ -]months?|year)"
    rf"(?:[ -]period)?[ -]?"
    rf"(?:that )?(?:ending|ended|ends|end|through|to|up to|until)(?: in| with| on)?"
    rf"(?: the end of)? (?P<month>{_MONTH}){_DAY} (?P<year>{_YEAR})\b"
)
_SPAN = re.compile(
    rf"(?:(?:from|between|in|over|during) )?(?P<month1>{_MONTH}){_DAY}(?: (?P<year1>{_YEAR}))?"
    rf"(?: (?:to|through|and|until|-) | ?- ?)(?:the end of )?(?P<month2>{_MONTH}){_DAY} "
    rf"(?P<year2>{_YEAR})\b"
)
_YEARS = re.compile(
    rf"(?:(?:\bin|\bover|\bduring|\bfor) (?:the )?(?:years |period )?)?"
    rf"(?:(?:\bfrom )?{_PLAIN}(?P<year1>{_YEAR})(?: to | through | thru | until | ?- ?)"
    rf"|\bbetween {_PLAIN}(?P<year3>{_YEAR}) and )(?:the end of )?{_PLAIN}"
    rf"(?P<year2>{_YEAR})\b(?![,.]?\d)"
)
_AS_OF = re.compile(
    rf"as of (?:(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<month>{_MONTH}) "
    rf"(?P<day>\d{{1,2}}),? (?P<year>{_YEAR}))\b"
)
_ISO = re.compile(r"(?:(?:in|of|for) )?\b(?P<text>\d{4}-\d{2})\b(?!-)")
_PREVIOUS = re.compile(
    r"(?:(?:compared (?:with|to)|from|than|over|in|during|for|of|to) )?(?:in )?(?:that of )?"
    r"(?:the )?(?:same (?:12-month )?(?:period|time|span)(?: of| in)? ?)?(?:the |a |one )?"
    r"(?:\b(?:previous|prior|preceding) (?:calendar )?"
    r"(?:year|(?:12|twelve)[ -]months?(?:[ -]period)?)"
    r"|\byear (?:before|earlier|ago|prior|previously)|\b(?:12|twelve) months (?:before|earlier))\b"
    r"|\byear[ -](?:over|on)[ -]year\b|\byear[ -]to[ -]year\b"
)
_AGAINST = re.compile(
    rf"\b(?:compared (?:with|to)|from|than|over|versus|vs\.?|against)"
    rf"(?: (?:that|those|the|its|number|rate|total|toll|level|figure|count|deaths|in|of|for))"
    rf"{{0,5}}(?: (?:12|twelve)[ -]months?(?:[ -]period)? ending(?: in)?)?"
    rf"(?: (?P<month>{_MONTH}))? (?P<year>{_YEAR})\b(?! ?-| to | through )"
)
_SINCE = re.compile(
    rf"\bsince (?!records)(?:[a-z']+ ){{0,6}}?(?:(?P<month>{_MONTH}) )?(?P<year>{_YEAR})\b"
)
_LAST_YEAR = re.compile(r"\b(?:in |during |for |of )?last year\b")
_THIS_YEAR = re.compile(r"\b(?:so far |in )?this year\b")
_PAST = re.compile(
    r"(?:in |over |during )?the (?:last|past|latest|most recent) "
    r"(?:year|(?:12|twelve)[ -]months?(?:[ -]period)?)\b"
)
_ALONE = re.compile(
    rf"(?:(?:in|of|for) )?(?:the month of )?(?P<month>{_MONTH}) (?P<year>{_YEAR})\b"
)
_UP_TO_YEAR = re.compile(rf"\b(?:by|through|thru) {_PLAIN}(?P<year>{_YEAR})\b(?![,.]?\d)")
_IN_YEAR = re.compile(
    rf"(?:\b(?:in|of|for|during|to|by) )?(?:all of )?{_PLAIN}"
    rf"(?<![\d.,/-])\b(?P<year>{_YEAR})(?:'s)?\b(?![,.]?\d)(?: alone\b)?"
)
_ANY = (
    _ENDING,
    _SPAN,
    _AS_OF,
    _YEARS,
    _ISO,
    _PREVIOUS,
    _AGAINST,
    _SINCE,
    _PAST,
    _ALONE,
    _IN_YEAR,
)

BRACKETED = re.compile(
    rf"(?P<time>(?:{_MONTH} )?\b{_YEAR}|\b(?:previous|prior|preceding) year"
    r"|\byear (?:before|earlier)) \((?P<number>[^()]*\d[^()]*)\)",
    re.IGNORECASE,
)
"""A number in brackets behind its time: "in 2015 (16.3)"."""

_NEWEST = "the past year is the newest twelve months of CDC's counts, which end five months before"


class Period(Record, frozen=True, kw_only=True):
    """What a clause says of time."""

    last: int | None = None
    months: int = TWELVE
    against: int | None = None  # of a change; or the first year of two between which it took place
    since: int | None = None  # first month of a span of whole years whose deaths are added up
    before: bool = False  # "the year before" the period of the clause that goes before
    as_of: date | None = None
    assumed: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()  # a time that cannot be used: "since 2019" of a change, "by 2023"


def take_period(scan: Scanner, said: date, *, change: bool, ends: bool = False) -> Period:
    """Read what a clause says of time, and take it out of it.

    Args:
        scan: The clause.
        said: The day on which it was said.
        change: It states how much deaths rose or fell, so that "from 2023" is what that is
            counted from.
        ends: It tells of a rise or a fall, so that two years are its ends and are not added up.

    Raises:
        InputError: "2026-00" is no month.
    """
    as_of = _as_of(scan)
    since = scan.take("period", _SINCE)
    last, months, assumed = _window(scan)
    span = scan.take("period", _YEARS) if last is None else None
    before = scan.take("base period", _PREVIOUS) is not None
    if span:
        return _spanned(span, as_of, change=change or ends)
    against = None
    if change and (match := scan.take("base period", _AGAINST)):
        against = _month(match, default=TWELVE)
    # "By 2023" 105,007 people "had died" adds up years from a beginning that is not said.
    if last is None and not (since or change or ends) and (match := scan.take(None, _UP_TO_YEAR)):
        return Period(last=month_of(int(match["year"]), TWELVE), as_of=as_of, unclear=(match[0],))
    if last is None:
        last, months, assumed = _relative(scan, as_of or said)
    if since:
        return _open(since, last, months, as_of, change=change or ends)
    if change:
        last, against, more = _compared(last, against, before=before)
        assumed = (*assumed, *more)
    return Period(
        last=last, months=months, against=against, before=before, as_of=as_of, assumed=assumed
    )


def without_periods(text: str) -> str:
    """Blank all that tells a time, so that numbers are left that count something else."""
    for pattern in _ANY:
        text = pattern.sub(lambda match: "\0" * len(match[0]), text)
    return text


def _compared(
    last: int | None, against: int | None, *, before: bool
) -> tuple[int | None, int | None, tuple[str, ...]]:
    """Settle the two ends of a change."""
    assumed: tuple[str, ...] = ()
    if last is None and against is not None and against % TWELVE == TWELVE - 1:
        last, assumed = against + TWELVE, ("the change is from the year before",)
    if against is None and last is not None:
        against = last - TWELVE
        if not before:
            assumed = (*assumed, "the change is counted from the year before")
    if last is not None and against is not None and against >= last:
        raise InputError("burden/change-begins-after-it-ends")
    return last, against, assumed


def _spanned(match: re.Match[str], as_of: date | None, *, change: bool) -> Period:
    first, last = int(match["year1"] or match["year3"]), int(match["year2"])
    if last <= first:
        raise InputError("burden/window-ends-before-it-begins", match=match[0])
    if change:
        return Period(last=month_of(last, TWELVE), against=month_of(first, TWELVE), as_of=as_of)
    return Period(
        last=month_of(last, TWELVE),
        months=TWELVE * (last - first + 1),
        since=month_of(first, 1),
        as_of=as_of,
    )


def _open(
    match: re.Match[str], last: int | None, months: int, as_of: date | None, *, change: bool
) -> Period:
    """Read "since 1999": the years from then on, or of a change what it is counted from."""
    if change:
        if last is not None and months == TWELVE:
            return Period(last=last, against=_month(match, default=TWELVE), as_of=as_of)
        return Period(last=last, months=months, as_of=as_of, unclear=(match[0],))
    if match["month"] or last is not None:
        return Period(last=last, months=months, as_of=as_of, unclear=(match[0],))
    return Period(since=month_of(int(match["year"]), 1), as_of=as_of)


Window = tuple[int | None, int, tuple[str, ...]]


def _window(scan: Scanner) -> Window:
    if match := scan.take("period", _ENDING):
        return _month(match), TWELVE, ()
    if match := scan.take("period", _SPAN):
        year = int(match["year2"])
        last = month_of(year, MONTHS[match["month2"].rstrip(".")])
        first = month_of(int(match["year1"] or year), MONTHS[match["month1"].rstrip(".")])
        if last - first == TWELVE:
            return last, TWELVE, ("the twelve months that end in the second month are meant",)
        if last < first:
            raise InputError("burden/range-ends-before-it-begins", match=match[0])
        return last, last - first + 1, ()
    if match := scan.take("period", _ISO):
        return parse_month(match["text"]), TWELVE, ("the twelve months that end there are meant",)
    return None, TWELVE, ()


def _relative(scan: Scanner, said: date) -> Window:
    if scan.take("period", _PAST):
        last = month_of(said.year, said.month) - 5
        return last, TWELVE, (_NEWEST,)
    if scan.take("period", _LAST_YEAR):
        return month_of(said.year - 1, TWELVE), TWELVE, (f'"last year" is {said.year - 1}',)
    if scan.take("period", _THIS_YEAR):
        return month_of(said.year, TWELVE), TWELVE, (f'"this year" is {said.year}',)
    if match := scan.take("period", _ALONE):
        return _month(match), 1, ()
    if match := scan.take("period", _IN_YEAR):
        return month_of(int(match["year"]), TWELVE), TWELVE, ()
    return None, TWELVE, ()


def _month(match: re.Match[str], default: int = 0) -> int:
    name = match["month"]
    return month_of(int(match["year"]), MONTHS[name.rstrip(".")] if name else default)


def _as_of(scan: Scanner) -> date | None:
    match = scan.take("period", _AS_OF)
    if not match:
        return None
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        return date(int(match["year"]), MONTHS[match["month"].rstrip(".")], int(match["day"]))
    except ValueError:
        raise InputError("burden/not-a-day", match=match[0]) from None
