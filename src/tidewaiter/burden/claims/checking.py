"""Claim check: verdict, basis and figures as text.

A number that no available figure supports is refuted only if no official figure could support it:
if it is further from the available ones than official figures of one quantity differ, if a known
miscount gives it, or if every figure public on its day is available.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.burden.claims.findings import (
    Totals,
    exceeds_all,
    find_figures,
    find_totals,
    is_near,
    is_precise,
    judge_totals,
    period_text,
)
from tidewaiter.burden.claims.miscounts import find_traps
from tidewaiter.burden.claims.types import Checked, Claim, Finding, Trap, Unit, Verdict
from tidewaiter.burden.claims.vocabulary import quoted_releases, statements, words
from tidewaiter.burden.indicators import indicators, place_name
from tidewaiter.burden.types import Release, month_of, month_text

_BAND = re.compile(r"age=(\d+)-(\d+)")
_CARVED = (
    "A rank holds on one list of causes and not on another. In the official ranking overdose is no "
    'cause of its own: most of these deaths are in "Accidents (unintentional injuries)", some in '
    "suicide and homicide. The claim can hold only where they are carved out of these as a "
    "category of their own; that must be said with it."
)
_ANY = "any-"  # key prefix: the code anywhere on the certificate, any underlying cause


class Bounds(Record, frozen=True, kw_only=True):
    """Deaths within an age range, as far as age bands allow."""

    release: str
    address: str
    indicator: str
    last: int
    inside: tuple[str, float]  # ages and deaths of the bands within the range
    around: tuple[str, float]  # ages and deaths of the bands that overlap the range


def age_bounds(
    releases: Sequence[Release], indicator: str, ages: tuple[int, int], place: str = "US"
) -> Iterator[Bounds]:
    """Yield the minimum and maximum deaths within an age range for each release and period."""
    low, high = ages
    for release in releases:
        bands: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
        for row in release.reading.figures.to_pylist():
            match = _BAND.fullmatch(row["part"])
            asked = (row["place"], row["indicator"]) == (place, indicator)
            if match and asked and row["value"] is not None:
                bands[row["last"]].append((int(match[1]), int(match[2]), row["value"]))
        for last, found in bands.items():
            inside = sorted(band for band in found if low <= band[0] and band[1] <= high)
            around = sorted(band for band in found if band[0] <= high and low <= band[1])
            if inside:
                yield Bounds(
                    release=release.label,
                    address=release.name,
                    indicator=indicator,
                    last=last,
                    inside=_summed(inside),
                    around=_summed(around),
                )


def rank_answer(
    claim: Claim, releases: Sequence[Release]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the statements on a leading cause.

    Returns:
        What the data show and published statements, as sentences; and missing data.
    """
    ages = claim.ages or (0, 199)
    said = [_CARVED]
    for indicator in dict.fromkeys((claim.indicator, f"{_ANY}{claim.indicator}")):
        said += [bounds_text(each, ages) for each in age_bounds(releases, indicator, ages)]
    said += [
        f'{each.who} ({each.said}): "{each.what}" ({each.address})'
        for each in statements()
        if each.indicator in (claim.indicator, "overdose")
    ]
    return tuple(said), _missing_for_rank(claim, ages)


def bounds_text(each: Bounds, ages: tuple[int, int]) -> str:
    """Format the result of age bands, with its release."""
    note = (
        " This counts the code on any certificate, so it is no count of overdose deaths."
        if (each.indicator.startswith(_ANY))
        else ""
    )
    name = indicators()[each.indicator].name if each.indicator in indicators() else each.indicator
    inside, around = each.inside, each.around
    told = f"{inside[1]:,.0f} deaths at ages {inside[0]}"
    if inside != around:
        told += f", {around[1]:,.0f} at ages {around[0]}; ages {ages[0]} to {ages[1]} lie between"
    return f"{name}, {month_text(each.last)[:4]}: {told} ({each.release}, {each.address}).{note}"


def _missing_for_rank(claim: Claim, ages: tuple[int, int]) -> tuple[str, ...]:
    span = f"ages {ages[0]} to {ages[1]}" if claim.ages else "the ages that are meant"
    name = indicators()[claim.indicator].name
    causes = (
        f"all underlying causes by single year of age on the list of 113 causes, {span}: CDC "
        "WONDER or the NVSS multiple-cause file of the year"
    )
    own = (
        f"overdose deaths (X40-X44, X60-X64, X85, Y10-Y14) at the same ages, of these {name}, from "
        "the same file, to be taken out of accidents, suicide and homicide"
    )
    rivals = (
        "the deaths of the rivals at these ages (heart disease, cancer, COVID-19, suicide, what is "
        "left of accidents): none are at hand, so no rank is computed"
    )
    return causes, own, rivals


def _summed(bands: list[tuple[int, int, float]]) -> tuple[str, float]:
    return f"{bands[0][0]} to {bands[-1][1]}", sum(band[2] for band in bands)


_FINAL_AFTER = 11  # months after a year before final population counts are published
_LARGE = 10_000  # a precise number this large rarely matches by chance
_SURE = frozenset(("windows", "windows?", "parts", "part", "rows", "classes", "denominator"))
_ELSEWHERE = frozenset(("period", "place", "indicator"))


def judge(
    claim: Claim, judged: Sequence[Finding], traps: Sequence[Trap], said: date | None
) -> Verdict:
    """Return the verdict on a parsed claim.

    Args:
        claim: The claim.
        judged: The matching figures.
        traps: Miscounts that give its number.
        said: Day of the claim; None: unknown.
    """
    fits = {each.fit for each in judged}
    explained = any(_is_sure(claim, trap, judged) for trap in traps)
    if not judged:
        return "fails" if explained and is_precise(claim.stated) else "untold"
    if fits <= {"holds", "rounds"}:
        return "holds" if "holds" in fits else "rounds"
    if fits != {"no"}:
        return "only"
    if not any(is_near(claim.stated, each.value, _spread(claim)) for each in judged):
        return "fails"
    return "fails" if explained or _is_complete(claim, judged, said) else "untold"


def likely(traps: tuple[Trap, ...], claim: Claim, verdict: Verdict) -> tuple[Trap, ...]:
    """Return the miscounts worth reporting: for an open claim, no chance matches."""
    if verdict == "fails":
        return traps
    if verdict != "untold" or claim.said is not None:
        return ()  # a true claim about an unavailable release matches some of them by chance
    return tuple(trap for trap in traps if trap.key not in _ELSEWHERE)


def _spread(claim: Claim) -> float:
    spread, nation = words().spread, claim.place == "US"
    if claim.measure == "share":
        return spread.share
    if claim.stated.unit == "percent":
        return spread.change if nation else spread.change_part
    return spread.nation if nation else spread.part


def _is_sure(claim: Claim, trap: Trap, judged: Sequence[Finding]) -> bool:
    """Return whether a miscount that gives the number is its likely origin, not chance."""
    if trap.key in _SURE:
        return claim.stated.unit != "percent" or claim.stated.step < 1
    if trap.key == "period":
        return is_precise(claim.stated) and claim.stated.value >= _LARGE and _both_closed(judged)
    return False  # changes of mixed bases are so numerous that one often matches by chance


def _both_closed(judged: Sequence[Finding]) -> bool:
    return {"occurrence", "residence"} <= {each.basis for each in judged if each.closed}


def _is_complete(claim: Claim, judged: Sequence[Finding], said: date | None) -> bool:
    """Return whether all figures public on the day of a claim are available for a period."""
    if said is None or claim.last is None:
        return False
    month = month_of(said.year, said.month)
    newest = any(
        each.basis == "occurrence" and {month, month - 1} & set(each.published) for each in judged
    )
    finals = any(each.basis == "residence" for each in judged)
    return newest and (finals or month < claim.last + _FINAL_AFTER)


BASES = {
    "occurrence": "deaths that occurred there",
    "residence": "deaths of residents",
    "": "deaths, basis not told",
}


def described(each: Finding) -> str:
    """Format a figure with its mandatory qualifiers."""
    value = amount_text(each.value, each.unit)
    how = f" ({each.how})" if each.how else ""
    return (
        f"{value}{how}, {each.period}, {each.place}, {BASES[each.basis]}, {state(each)}, "
        f"{each.releases[0]}"
    )


def state(each: Finding) -> str:
    """Describe a figure as predicted, closed or provisional."""
    if each.kind == "predicted":
        return "predicted"
    if each.closed is None:
        return "reported, not told whether closed"
    return "closed" if each.closed else "reported, provisional"


def amount_text(value: float, unit: Unit) -> str:
    """Format a figure with its unit."""
    if unit in {"deaths", "rank"}:
        return f"{value:,.0f}"
    return f"{value:.1f} {'%' if unit == 'percent' else unit}"


def off_text(each: Finding) -> str:
    """Describe how far a claim is from a figure."""
    amount = _amount(abs(each.difference), each)
    if not round(each.difference, 1):
        return "is exactly that"
    return f"is {amount} {'higher' if each.difference < 0 else 'lower'}"


def _amount(value: float, each: Finding) -> str:
    return f"{value:.1f} points" if each.unit == "percent" else amount_text(value, each.unit)


def range_text(judged: Sequence[Finding]) -> str:
    """Describe the range of figures if no period is stated."""
    years = {each.period for each in judged}
    low, high = (pick(judged, key=lambda each: each.value) for pick in (min, max))
    return (
        f"Of the years at hand, {min(years)} to {max(years)}, the lowest "
        f"is {described(low)}, the highest {described(high)}."
    )


def years_text(years: tuple[int, ...]) -> str:
    """Format years, consecutive ones as a range: "1999 to 2016, 2019"."""
    rows: list[list[int]] = []
    for year in years:
        if rows and rows[-1][-1] == year - 1:
            rows[-1].append(year)
        else:
            rows.append([year])
    return ", ".join(f"{row[0]} to {row[-1]}" if len(row) > 1 else str(row[0]) for row in rows)


_TWELVE = 12
_OPENINGS: dict[Verdict, str] = {
    "holds": "Every official figure at hand bears it out.",
    "rounds": "No figure is the number itself; all of them round to it.",
    "only": "It holds of some official figures and not of others.",
    "fails": "It holds of no official figure of this.",
    "untold": "There is no official figure at hand to tell.",
}
_ALL_DEATHS = "There is no figure of this at hand, and it is more than all overdose deaths there."
_NEAR = (
    "No official figure at hand is this number, and some come near it: it may be of a release or "
    "on a basis that is not at hand."
)


def check_claim(claim: Claim, releases: Sequence[Release], day: date) -> Checked:
    """Compare a claim with every matching official figure.

    Args:
        claim: The claim; without a verdict if parts were not understood.
        releases: Available releases; published statements (told.toml) are added.
        day: Today; default day of the claim.
    """
    known = (*releases, *quoted_releases())
    said = claim.said or day
    if claim.gaps:
        return _not_understood(claim)
    if claim.measure == "rank":
        summary, missing = rank_answer(claim, known)
        return Checked(
            claim=claim,
            verdict="depends",
            summary=summary,
            warnings=claim.remarks,
            missing=missing,
        )
    if claim.ages is not None:
        return _at_ages(claim, known)
    if claim.measure == "total":
        return _of_years(claim, find_totals(claim, known, said))
    findings = find_figures(claim, known, said)
    if not findings and exceeds_all(claim, known, said):
        summary = (_OPENINGS["fails"], _ALL_DEATHS)
        return Checked(claim=claim, verdict="fails", summary=summary, warnings=claim.remarks)
    judged = [each for each in findings if not each.aside]
    fitting = [each for each in judged if each.fit != "no"]
    traps = () if fitting else find_traps(claim, known)
    verdict = judge(claim, judged, traps, claim.said)
    traps = likely(traps, claim, verdict)
    return Checked(
        claim=claim,
        verdict=verdict,
        summary=_summary(claim, verdict, judged, traps),
        findings=findings,
        traps=traps,
        warnings=(*claim.remarks, *_warnings(claim, judged)),
        missing=_missing(claim, judged, said),
    )


def _not_understood(claim: Claim) -> Checked:
    """Return no verdict: words that may change the claim were not understood."""
    named = ", ".join(f'"{gap.text}"' for gap in claim.gaps)
    opening = f"No verdict: part of the sentence was not understood, and may change it: {named}."
    needs = {gap.needs: gap for gap in claim.gaps}
    return Checked(
        claim=claim,
        verdict="not understood",
        summary=(opening,),
        warnings=claim.remarks,
        missing=tuple(f'for "{gap.text}": {gap.needs}' for gap in needs.values()),
    )


def _of_years(claim: Claim, totals: Totals) -> Checked:
    """Check a sum over years."""
    verdict = judge_totals(claim, totals)
    first, last = totals.years
    lines = [_OPENINGS[verdict]]
    missing: tuple[str, ...] = ()
    if totals.missing:
        lines.append(
            f"Final counts of residents at hand for {first} to {last} add up to "
            f"{totals.held:,.0f}; years without one: {years_text(totals.missing)}."
        )
        name = indicators()[claim.indicator].name
        years = years_text(totals.missing)
        export = f"a CDC WONDER export of {name}, {place_name(claim.place)}, by year"
        missing = (f"the final count of residents of {years}: {export}",)
    return Checked(
        claim=claim,
        verdict=verdict,
        summary=tuple(lines),
        findings=totals.findings,
        warnings=claim.remarks,
        missing=missing,
    )


def _summary(
    claim: Claim, verdict: Verdict, judged: list[Finding], traps: tuple[Trap, ...]
) -> tuple[str, ...]:
    lines = [_OPENINGS[verdict]]
    if verdict == "untold" and judged:
        lines = [_NEAR]
    if verdict == "fails" and claim.last is None and judged:
        lines.append(range_text(judged))
    if verdict == "holds" and any(each.fit == "rounds" for each in judged):
        lines = ["It holds of official figures, and the others round to its number."]
    if verdict == "only":
        fitting = [each for each in judged if each.fit != "no"]
        lines += [f"It {_does(each)} {described(each)}." for each in _telling(fitting)]
    if claim.said is not None and judged:
        lines.append(_then(judged))
    if claim.basis and judged and claim.last is not None:
        lines.append(_on_its_basis(claim, judged))
    best = _best(judged)
    if best:
        lines.append(f"The firmest figure: {described(best)}. The claim {off_text(best)}.")
    origin = "Where its number comes from" if verdict == "fails" else "Its number could come from"
    lines += [f"{origin}: {trap.text}." for trap in traps]
    return tuple(lines)


def _does(each: Finding) -> str:
    return "holds of" if each.fit == "holds" else "is the rounded number of"


def _telling(fitting: list[Finding]) -> list[Finding]:
    """Return the newest figure for each basis, kind and period."""
    first: dict[tuple[str, str, str], Finding] = {}
    for each in fitting:
        first.setdefault((each.period, each.basis, each.kind), each)
    return list(first.values())


def _then(judged: list[Finding]) -> str:
    public = [each for each in judged if each.public]
    if not public:
        return "None of the figures at hand was public on the day it was said."
    newest = max(each.released or 0 for each in public)
    told = [each for each in public if each.released == newest]
    return (
        "When it was said, the newest public figures were: "
        + "; ".join(f"{described(each)} ({_word(each)})" for each in told)
        + "."
    )


def _on_its_basis(claim: Claim, judged: list[Finding]) -> str:
    own = [each for each in judged if each.basis == claim.basis]
    if not own:
        return f"Its words mean {BASES[claim.basis]}; no figure at hand is on that basis."
    return f"Its words mean {BASES[claim.basis]}: {described(own[0])} ({_word(own[0])})."


def _word(each: Finding) -> str:
    return {"holds": "it holds", "rounds": "it rounds to it", "no": "it does not hold"}[each.fit]


def _best(judged: list[Finding]) -> Finding | None:
    """Return the closed figure of the latest release, by residence first; single periods only."""
    if len({each.period for each in judged}) != 1:
        return None
    closed = [each for each in judged if each.closed]
    own = [each for each in closed if each.basis == "residence"] or closed
    return own[0] if own else None


def _warnings(claim: Claim, judged: list[Finding]) -> tuple[str, ...]:
    found = []
    if (
        claim.against is not None
        and claim.last is not None
        and claim.last - claim.against < _TWELVE
    ):
        overlap = _TWELVE - (claim.last - claim.against)
        found.append(
            f"The two windows share {overlap} of their 12 months, so the change is not that of a "
            "month: compare year with year."
        )
    if claim.measure == "share" and claim.of == "overdose":
        found.append(
            "The naming of drugs on certificates has become more frequent, which by itself raises "
            "the count of every drug over the years."
        )
    if any(each.kind == "predicted" and each.fit != "no" for each in judged):
        found.append(
            "CDC's predicted values run high and are rewritten with each release, also for periods "
            "that are closed: quote one with its release."
        )
    bases = {each.basis for each in judged}
    if {"occurrence", "residence"} <= bases:
        found.append(
            "Provisional counts are of deaths where they occurred, foreign residents among them; "
            "final ones are of residents, some 1 to 2 % fewer."
        )
    return tuple(found)


def _missing(claim: Claim, judged: list[Finding], said: date) -> tuple[str, ...]:
    """Return which release or file would allow a verdict."""
    found = []
    period = (
        "the period that is meant" if claim.last is None else period_text(claim.last, claim.months)
    )
    what = f"{indicators()[claim.indicator].name}, {place_name(claim.place)}, {period}"
    by = {(each.basis, each.kind) for each in judged}
    if claim.measure == "rate" or claim.rate:
        if not judged:
            found.append(
                f"deaths and residents of {what}: final counts and a file of residents "
                "(census-population) give the crude rate; an age-adjusted one takes both by age "
                "(tidewaiter burden rates)"
            )
        return tuple(found)
    if claim.months not in {1, _TWELVE}:
        found.append("only counts of one month and of twelve are kept: give a period of these")
    elif claim.months == 1 and not judged:
        found.append(f"a monthly count of {what}: a CDC WONDER export by month")
    elif not any(basis == "occurrence" for basis, _ in by):
        found.append(f"a provisional release (cdc-vsrr) that holds {what}")
    if not any(basis == "residence" for basis, _ in by) and claim.months == _TWELVE:
        found.append(f"the final count of residents: a CDC WONDER export of {what}")
    if claim.said is not None and not any(each.public for each in judged):
        month = month_text(month_of(said.year, said.month))
        found.append(f"a release that was public in {month}, to tell whether it held then")
    if judged and not any(each.closed for each in judged):
        found.append("a closed count: the period is still open, and its counts will rise")
    return tuple(found)


def _at_ages(claim: Claim, releases: Sequence[Release]) -> Checked:
    """Return the bounds from age bands for an age range; bounds give no verdict."""
    ages = claim.ages or (0, 199)
    told = [
        bounds_text(each, ages)
        for indicator in (claim.indicator, f"any-{claim.indicator}")
        for each in age_bounds(releases, indicator, ages, claim.place)
        if claim.last in {None, each.last}
    ]
    what = f"{indicators()[claim.indicator].name} at ages {ages[0]} to {ages[1]}"
    opening = "There is no figure by age at hand to tell."
    if told:
        opening = "Figures by age are not judged; this is what bands of ages tell."
    missing = f"{what}: a CDC WONDER export by single year of age"
    return Checked(
        claim=claim,
        verdict="untold",
        summary=(opening, *told),
        warnings=claim.remarks,
        missing=(missing,),
    )
