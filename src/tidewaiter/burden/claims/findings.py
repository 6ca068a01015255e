"""Official figures for a claim: counts, shares, changes, rates, totals; and which match."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.records import Record
from tidewaiter.burden.claims.types import Claim, Finding, Fit, Kind, Official, Per, Stated, Verdict
from tidewaiter.burden.claims.vocabulary import ADJUSTED, rules, words
from tidewaiter.burden.indicators import indicators, place_name
from tidewaiter.burden.types import Release, month_of, month_text

_TWELVE = 12
_PEOPLE = "population"
_PER = 100_000


def officials(
    releases: Iterable[Release], place: str, indicator: str, measure: str = "deaths"
) -> list[Official]:
    """Return twelve-month values of all ages, reported and predicted.

    Single months are summed if all twelve are available.
    """
    found: list[Official] = []
    for release in releases:
        rows = _rows(release.reading.figures, place, indicator, measure)
        found += [each for row in rows if row["months"] == _TWELVE for each in _of(release, row)]
        found += [each for row in _years(rows) for each in _of(release, row)]
    return found


def rates(releases: Sequence[Release], place: str, indicator: str) -> list[tuple[Official, str]]:
    """Return death rates per 100,000 people, labelled as published or computed.

    Age-adjusted rates come from publications, as no release has population by age. Crude rates are
    computed from deaths and residents of the same place and year.
    """
    found = [(each, "age-adjusted") for each in officials(releases, place, indicator, ADJUSTED)]
    people: dict[int, Official] = {}
    for each in officials(releases, place, _PEOPLE, _PEOPLE):
        newer = each.last not in people or (each.released or 0) >= (people[each.last].released or 0)
        if newer and each.value:
            people[each.last] = each
    for each in officials(releases, place, indicator):
        lived = people.get(each.last)
        if lived:
            rate = msgspec.structs.replace(each, value=_PER * each.value / lived.value)
            how = f"crude: {each.value:,.0f} deaths, {lived.value:,.0f} people ({lived.release})"
            found.append((rate, how))
    return found


def finals(releases: Sequence[Release], place: str, indicator: str) -> dict[int, Official]:
    """Return the newest final population of each calendar year."""
    found: dict[int, Official] = {}
    for each in officials(releases, place, indicator):
        final = each.basis == "residence" and each.kind == "reported" and each.closed is not False
        if final and each.last % _TWELVE == _TWELVE - 1:
            year = each.last // _TWELVE
            if year not in found or (each.released or 0) >= (found[year].released or 0):
                found[year] = each
    return found


def months_of(releases: Iterable[Release], place: str, indicator: str, last: int) -> list[Official]:
    """Return the values of one month."""
    return [
        each
        for release in releases
        for row in _rows(release.reading.figures, place, indicator, "deaths")
        if row["months"] == 1 and row["last"] == last
        for each in _of(release, row)
    ]


def _rows(figures: pa.Table, place: str, indicator: str, measure: str) -> list[dict[str, Any]]:
    wanted = pc.and_(pc.equal(figures["place"], place), pc.equal(figures["indicator"], indicator))
    wanted = pc.and_(wanted, pc.equal(figures["measure"], measure))
    rows: list[dict[str, Any]] = figures.filter(
        pc.and_(wanted, pc.equal(figures["part"], ""))
    ).to_pylist()
    return rows


def _years(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a row per calendar year with all twelve months available."""
    months: dict[int, dict[str, Any]] = {
        row["last"]: row for row in rows if row["months"] == 1 and row["value"] is not None
    }
    given = {row["last"] for row in rows if row["months"] == _TWELVE}
    years: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for last, row in months.items():
        years[last // _TWELVE].append(row)
    for year, parts in years.items():
        last = year * _TWELVE + _TWELVE - 1
        if len(parts) == _TWELVE and last not in given:
            closed = [part["closed"] for part in parts]
            yield parts[0] | {
                "last": last,
                "months": _TWELVE,
                "value": sum(part["value"] for part in parts),
                "predicted": None,
                "closed": None if None in closed else all(closed),
            }


def _of(release: Release, row: dict[str, Any]) -> Iterator[Official]:
    kinds: tuple[tuple[Kind, str], ...] = (("reported", "value"), ("predicted", "predicted"))
    for kind, column in kinds:
        if row[column] is not None:
            yield Official(
                source=release.reading.source,
                release=release.label,
                address=release.name,
                released=release.reading.released,
                place=row["place"],
                indicator=row["indicator"],
                basis=row["basis"],
                kind=kind,
                last=row["last"],
                months=row["months"],
                closed=row["closed"] if kind == "reported" else False,
                value=row[column],
            )


def fit(stated: Stated, value: float) -> Fit:
    """Return whether a statement holds for a figure, or the figure only rounds to its number.

    Args:
        stated: The number and its comparator.
        value: The figure, in the same unit.

    Returns:
        "holds": true of the figure; "rounds": not true, but the figure rounds to the number as
        written; "no": neither.
    """
    rule = rules()[stated.comparator]
    if stated.form != "digits" and not stated.comparator:
        low, high = rounding(stated)
        inside = low <= value < high
        exact = stated.form == "percent"
        return ("holds" if exact else "rounds") if inside else "no"
    low = stated.value * rule.least if rule.least is not None else float("-inf")
    high = stated.value * rule.most if rule.most is not None else float("inf")
    if low <= value <= high and not (rule.strict and value == stated.value):
        return "holds"
    low, high = rounding(stated)
    return "rounds" if low <= value < high else "no"


def rounding(stated: Stated) -> tuple[float, float]:
    """Return the range of figures that round to a number as written."""
    if stated.form == "one in":
        count = 100 / stated.value
        return 100 / (count + 0.5), 100 / (count - 0.5)
    if stated.form == "fraction":
        return _nearest(stated.value)
    return stated.value - stated.step / 2, stated.value + stated.step / 2


def accepted(stated: Stated) -> tuple[float, float]:
    """Return the range in which a figure holds or rounds to the number."""
    low, high = rounding(stated)
    rule = rules()[stated.comparator]
    if stated.form != "digits" and not stated.comparator:
        return low, high
    least = stated.value * rule.least if rule.least is not None else float("-inf")
    most = stated.value * rule.most if rule.most is not None else float("inf")
    return min(low, least), max(high, most)


def is_near(stated: Stated, value: float, spread: float) -> bool:
    """Return whether another official figure of the same quantity could support a statement.

    Args:
        stated: The number and its comparator.
        value: The available figure, in the same unit.
        spread: Typical difference of official figures: in percentage points, otherwise relative.
    """
    away = spread if stated.unit == "percent" else abs(value) * spread
    low, high = accepted(stated)
    return low <= value + away and value - away <= high


def is_precise(stated: Stated) -> bool:
    """Return whether a number is too precise to match elsewhere by chance."""
    return stated.form == "digits" and stated.step <= stated.value * 0.002


def _nearest(percent: float) -> tuple[float, float]:
    """Return the range in which a common fraction is the nearest one."""
    common = {float(100 * Fraction(each)) for each in words().fractions.common} | {percent}
    order = sorted(common)
    place = order.index(percent)
    below = order[place - 1] if place else 0.0
    above = order[place + 1] if place + 1 < len(order) else 100.0
    return (below + percent) / 2, (percent + above) / 2


_ALL = 100.0
_MINUTES = 24 * 60  # per day
_DAYS: dict[Per, float] = {"hour": 1 / 24, "day": 1.0, "week": 7.0}

Pair = tuple[Official, Official]


def find_figures(claim: Claim, releases: Sequence[Release], day: date) -> tuple[Finding, ...]:
    """Return the figures of every release that match a claim, and whether it holds for each.

    Args:
        claim: The claim; not about ranks, ages or sums of years.
        releases: Releases to search.
        day: Day of the claim: later releases were not public.

    Returns:
        Newest release first; figures that differ only in their release are merged.
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
    """Return whether a count of one drug exceeds all overdose deaths of its place and period."""
    if claim.measure != "deaths" or claim.indicator in {"overdose", "all-causes"}:
        return False
    every = find_figures(msgspec.structs.replace(claim, indicator="overdose"), releases, day)
    spread = words().spread.nation if claim.place == "US" else words().spread.part
    low, _ = accepted(claim.stated)
    return bool(every) and low > (1 + spread) * max(each.value for each in every)


def period_text(last: int, months: int) -> str:
    """Format a period: "2022", "12 months ending 2021-04", "2021-04"."""
    if months == _TWELVE and last % _TWELVE == _TWELVE - 1:
        return str(last // _TWELVE)
    if months == 1:
        return month_text(last)
    return f"{months} months ending {month_text(last)}"


def in_period(claim: Claim, each: Official) -> bool:
    """Return whether a value matches a claim's period; by default any calendar year."""
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
    """Return deaths per day or week of a period, or the minutes between deaths."""
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
    how = f"{top.value:,.0f} of {bottom.value:,.0f} {lower_name(bottom.indicator)}"
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
    """Return the change in a claim's unit, positive in the claimed direction."""
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
    """Yield comparable pairs: of one release, or both closed, with the same basis and kind."""
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
    """Merge figures that differ only in the release, as later releases repeat them."""
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
    """Merge two figures; a release that states closure is named first."""
    one, other = (later, before) if later.closed and not before.closed else (before, later)
    return msgspec.structs.replace(
        one,
        releases=tuple(dict.fromkeys((*one.releases, *other.releases))),
        addresses=tuple(dict.fromkeys((*one.addresses, *other.addresses))),
        released=before.released,
        public=before.public,
        published=tuple(sorted({*before.published, *later.published})),
    )


def lower_name(indicator: str) -> str:
    """Return the name of an indicator as within a sentence."""
    name = indicators()[indicator].name if indicator in indicators() else indicator
    return name[0].lower() + name[1:]


_TIMES = 2  # upper bound: no year has more deaths than this multiple of the available maximum


class Totals(Record, frozen=True, kw_only=True):
    """Sums of final counts by residence, over years."""

    findings: tuple[Finding, ...]  # one per possible last year without missing years
    missing: tuple[int, ...]  # years without a final count
    held: float  # deaths of the available years
    most: float  # upper bound for all years
    years: tuple[int, int]


def find_totals(claim: Claim, releases: Sequence[Release], day: date) -> Totals:
    """Sum the years of a claim.

    Args:
        claim: A claim about a total.
        releases: Releases to search.
        day: Day of the claim: an open span ends in that year or one of the two before, as final
            counts come out a year later.
    """
    since = claim.since or 0
    first = since // _TWELVE
    ends = (
        [claim.last // _TWELVE]
        if claim.last is not None
        else [day.year - 2, day.year - 1, day.year]
    )
    counts = finals(releases, claim.place, claim.indicator)
    findings = tuple(
        _total_finding(claim, [counts[year] for year in range(first, end + 1)], day)
        for end in ends
        if end >= first and all(year in counts for year in range(first, end + 1))
    )
    years = range(first, max(first, ends[0]) + 1)
    held = [counts[year].value for year in years if year in counts]
    missing = tuple(year for year in years if year not in counts)
    unsure = len(missing) + len(ends) - 1
    most = sum(held) + (unsure * _TIMES * max(held, default=float("inf")) if unsure else 0)
    return Totals(
        findings=findings, missing=missing, held=sum(held), most=most, years=(first, years[-1])
    )


def judge_totals(claim: Claim, totals: Totals) -> Verdict:
    """Return the verdict from the sums, or from the bounds of the available years."""
    fits = {each.fit for each in totals.findings}
    if fits and fits <= {"holds", "rounds"}:
        return "holds" if "holds" in fits else "rounds"
    if fits - {"no"}:
        return "only"
    low, high = accepted(claim.stated)
    if low <= totals.held and totals.most <= high:
        return "holds"
    return "fails" if totals.most < low or high < totals.held else "untold"


def _total_finding(claim: Claim, counts: list[Official], day: date) -> Finding:
    value = sum(each.value for each in counts)
    months = [each.released for each in counts if each.released is not None]
    released = max(months, default=None)
    first, last = counts[0].last // _TWELVE, counts[-1].last // _TWELVE
    return Finding(
        value=value,
        unit="deaths",
        period=f"{first} to {last}",
        place=place_name(claim.place),
        basis="residence",
        kind="reported",
        closed=all(each.closed for each in counts),
        releases=tuple(dict.fromkeys(each.release for each in counts)),
        addresses=tuple(dict.fromkeys(each.address for each in counts)),
        released=released,
        published=() if released is None else (released,),
        public=released is not None and released <= month_of(day.year, day.month),
        difference=value - claim.stated.value,
        fit=fit(claim.stated, value),
        how=f"{len(counts)} years added up",
    )
