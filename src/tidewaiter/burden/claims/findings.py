"""The official figures beside a claim: counts, shares, changes, rates, deaths a day, sums."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec

from tidewaiter.burden.claims.fitting import accepted, fit
from tidewaiter.burden.claims.official import months_of, officials, rates
from tidewaiter.burden.claims.types import Claim, Finding, Official, Per
from tidewaiter.burden.claims.words import words
from tidewaiter.burden.facts import indicators, place_name
from tidewaiter.burden.months import month_of, month_text
from tidewaiter.burden.types import Release

_TWELVE = 12
_ALL = 100.0
_MINUTES = 24 * 60  # of a day
_DAYS: dict[Per, float] = {"hour": 1 / 24, "day": 1.0, "week": 7.0}

Pair = tuple[Official, Official]


def find_figures(claim: Claim, releases: Sequence[Release], day: date) -> tuple[Finding, ...]:
    """Return the figures of every release that a claim speaks of, and whether it holds of each.

    Args:
        claim: The claim; none about ranks, ages or sums of years.
        releases: Where figures are looked for.
        day: The day on which it was said: what came out later was not public.

    Returns:
        Figures of the newest release first; those that are alike in all but the release are one.
    """
    makers: dict[str, Callable[[], list[Finding]]] = {
        "deaths": lambda: _counts(claim, releases, day),
        "pace": lambda: _counts(claim, releases, day),
        "interval": lambda: _counts(claim, releases, day),
        "rate": lambda: _rates(claim, releases, day),
        "share": lambda: _shares(claim, releases, day),
        "change": lambda: _changes(claim, releases, day),
    }
    return _joined(makers[claim.measure]())


def exceeds_all(claim: Claim, releases: Sequence[Release], day: date) -> bool:
    """Tell whether a count of one drug is more than all overdose deaths of its place and period."""
    if claim.measure != "deaths" or claim.indicator in {"overdose", "all-causes"}:
        return False
    every = find_figures(msgspec.structs.replace(claim, indicator="overdose"), releases, day)
    spread = words().spread.nation if claim.place == "US" else words().spread.part
    low, _ = accepted(claim.stated)
    return bool(every) and low > (1 + spread) * max(each.value for each in every)


def period_text(last: int, months: int) -> str:
    """Write a period: "2022", "12 months ending 2021-04", "2021-04"."""
    if months == _TWELVE and last % _TWELVE == _TWELVE - 1:
        return str(last // _TWELVE)
    if months == 1:
        return month_text(last)
    return f"{months} months ending {month_text(last)}"


def in_period(claim: Claim, each: Official) -> bool:
    """Tell whether a value is of the period of a claim; where none is said, of a calendar year."""
    if claim.last is None:
        return each.months == _TWELVE and each.last % _TWELVE == _TWELVE - 1
    return each.last == claim.last and each.months == claim.months


def _counts(claim: Claim, releases: Sequence[Release], day: date) -> list[Finding]:
    if claim.months == 1 and claim.last is not None:
        values = months_of(releases, claim.place, claim.indicator, claim.last)
    else:
        values = officials(releases, claim.place, claim.indicator)
    values = [each for each in values if in_period(claim, each)]
    if claim.measure == "deaths":
        return [_finding(claim, each, each.value, day) for each in values]
    return [
        _finding(claim, each, _paced(claim, each), day, how=f"{each.value:,.0f} deaths")
        for each in values
        if each.value
    ]


def _paced(claim: Claim, each: Official) -> float:
    """Return deaths in each day or week of a period, or the minutes from one to the next."""
    first, last = each.last - each.months + 1, each.last + 1
    days = (_first_day(last) - _first_day(first)).days
    if claim.measure == "interval":
        return days * _MINUTES / each.value
    if claim.per == "month":
        return each.value / each.months
    return each.value * _DAYS[claim.per] / days


def _rates(claim: Claim, releases: Sequence[Release], day: date) -> list[Finding]:
    return [
        _finding(claim, each, each.value, day, how=how)
        for kind in _kinds(claim)
        for each, how in rates(releases, claim.place, claim.indicator)
        if how.startswith(kind) and in_period(claim, each)
    ]


def _kinds(claim: Claim) -> tuple[str, ...]:
    return ("age-adjusted", "crude") if claim.rate == "any" else (claim.rate,)


def _first_day(month: int) -> date:
    return date(month // _TWELVE, month % _TWELVE + 1, 1)


def _shares(claim: Claim, releases: Sequence[Release], day: date) -> list[Finding]:
    tops = officials(releases, claim.place, claim.indicator)
    bottoms = officials(releases, claim.place, claim.of)
    findings = [
        _share(claim, top, bottom, day)
        for top, bottom in _like(tops, bottoms, lambda top: top.last)
        if in_period(claim, top) and bottom.value
    ]
    if claim.of != "overdose":
        return findings
    named = officials(releases, claim.place, "specified", "percent")
    for top, bottom in _like(tops, bottoms, lambda top: top.last):
        for percent in named:
            alike = percent.last == top.last and percent.release in (top.release, bottom.release)
            if in_period(claim, top) and alike and percent.value and bottom.value:
                findings.append(_named_share(claim, top, bottom, percent.value, day))
    return findings


def _share(claim: Claim, top: Official, bottom: Official, day: date) -> Finding:
    how = f"{top.value:,.0f} of {bottom.value:,.0f} {_lower(bottom.indicator)}"
    return _finding(claim, top, _ALL * top.value / bottom.value, day, how=how, other=bottom)


def _named_share(
    claim: Claim, top: Official, bottom: Official, percent: float, day: date
) -> Finding:
    of = bottom.value * percent / _ALL
    how = f"{top.value:,.0f} of {of:,.0f} overdose deaths with a drug specified ({percent:.1f} %)"
    found = _finding(claim, top, _ALL * top.value / of, day, how=how, other=bottom)
    return msgspec.structs.replace(found, aside=True)


def _changes(claim: Claim, releases: Sequence[Release], day: date) -> list[Finding]:
    gap = _TWELVE
    if claim.last is not None and claim.against is not None:
        gap = claim.last - claim.against
    if claim.rate:
        known = rates(releases, claim.place, claim.indicator)
        series = [[each for each, how in known if how.startswith(kind)] for kind in _kinds(claim)]
    else:
        series = [officials(releases, claim.place, claim.indicator)]
    return [
        _change(claim, now, then, day)
        for values in series
        for now, then in _like(values, values, lambda now: now.last - gap)
        if in_period(claim, now) and then.value
    ]


def change_of(claim: Claim, now: float, then: float) -> float:
    """Return the change in the unit of a claim, positive in the direction that it tells of."""
    moved = (now - then) * claim.direction
    return _ALL * moved / then if claim.stated.unit == "percent" else moved


def _change(claim: Claim, now: Official, then: Official, day: date) -> Finding:
    form = ",.1f" if claim.rate else ",.0f"
    then_text, now_text = format(then.value, form), format(now.value, form)
    how = f"{period_text(then.last, then.months)}: {then_text}; then {now_text}"
    return _finding(claim, now, change_of(claim, now.value, then.value), day, how=how, other=then)


def _like(
    ones: list[Official], others: list[Official], last: Callable[[Official], int]
) -> Iterable[Pair]:
    """Yield what may be compared: of one release, or both closed, on one basis and of one kind."""
    for one in ones:
        for other in others:
            same = (one.basis, one.kind, last(one), one.months) == (
                other.basis,
                other.kind,
                other.last,
                other.months,
            )
            both = bool(one.closed and other.closed)
            if same and (both or (one.release, one.address) == (other.release, other.address)):
                yield one, other


def _finding(
    claim: Claim,
    each: Official,
    value: float,
    day: date,
    *,
    how: str = "",
    other: Official | None = None,
) -> Finding:
    known = [month.released for month in (each, other or each) if month.released is not None]
    released = max(known) if known else None
    labels = dict.fromkeys((each.release, (other or each).release))
    addresses = dict.fromkeys((each.address, (other or each).address))
    return Finding(
        value=value,
        unit=claim.stated.unit,
        period=period_text(each.last, each.months),
        place=place_name(each.place),
        basis=each.basis,
        kind=each.kind,
        closed=_closed(each, other or each),
        releases=tuple(labels),
        addresses=tuple(addresses),
        released=released,
        published=() if released is None else (released,),
        public=released is not None and released <= month_of(day.year, day.month),
        difference=value - claim.stated.value,
        fit=fit(claim.stated, value),
        how=how,
    )


def _closed(*each: Official) -> bool | None:
    closed = [one.closed for one in each]
    return None if None in closed else all(closed)


def _joined(findings: list[Finding]) -> tuple[Finding, ...]:
    """Join figures that differ in nothing but the release, which come again in each later one."""
    first: dict[tuple[object, ...], Finding] = {}
    for each in sorted(findings, key=lambda each: each.released or 0):
        key = (
            each.period,
            each.basis,
            each.kind,
            each.closed is False,
            round(each.value, 6),
            each.aside,
            each.how,
        )
        first[key] = _join(first[key], each) if key in first else each
    order = sorted(first.values(), key=lambda each: each.released or 0, reverse=True)
    return tuple(sorted(order, key=lambda each: each.aside))


def _join(before: Finding, later: Finding) -> Finding:
    """Join two; the release that says that it is closed is named first."""
    one, other = (later, before) if later.closed and not before.closed else (before, later)
    return msgspec.structs.replace(
        one,
        releases=tuple(dict.fromkeys((*one.releases, *other.releases))),
        addresses=tuple(dict.fromkeys((*one.addresses, *other.addresses))),
        released=before.released,
        public=before.public,
        published=tuple(sorted({*before.published, *later.published})),
    )


def _lower(indicator: str) -> str:
    name = indicators()[indicator].name if indicator in indicators() else indicator
    return name[0].lower() + name[1:]
