"""Deaths of several years, added up: "from 1999 to 2020", "since 1999"."""

from collections.abc import Sequence
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.burden.claims.fitting import accepted, fit
from tidewaiter.burden.claims.official import finals
from tidewaiter.burden.claims.types import Claim, Finding, Official, Verdict
from tidewaiter.burden.facts import place_name
from tidewaiter.burden.months import month_of
from tidewaiter.burden.types import Release

_TWELVE = 12
_TIMES = 2  # no year is thought to have more deaths than this many times the most of those at hand


class Totals(Record, frozen=True, kw_only=True):
    """Sums of final counts of residents, year by year."""

    findings: tuple[Finding, ...]  # one for each year that may be the last, where none is missing
    missing: tuple[int, ...]  # years without a final count
    held: float  # deaths of the years that are at hand
    most: float  # what all years could have at most
    years: tuple[int, int]


def find_totals(claim: Claim, releases: Sequence[Release], day: date) -> Totals:
    """Add up the years of a claim.

    Args:
        claim: A claim of a total.
        releases: Where counts are looked for.
        day: The day on which it was said: an open span ends in that year or in one of the two
            before, as final counts come out a year later.
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
        _finding(claim, [counts[year] for year in range(first, end + 1)], day)
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
    """Return the verdict: by the sums, or by what the years at hand allow them to be."""
    fits = {each.fit for each in totals.findings}
    if fits and fits <= {"holds", "rounds"}:
        return "holds" if "holds" in fits else "rounds"
    if fits - {"no"}:
        return "only"
    low, high = accepted(claim.stated)
    if low <= totals.held and totals.most <= high:
        return "holds"
    return "fails" if totals.most < low or high < totals.held else "untold"


def _finding(claim: Claim, counts: list[Official], day: date) -> Finding:
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
