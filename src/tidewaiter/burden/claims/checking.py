"""A claim beside the official figures: whether it holds, on which basis, and by which release."""

from collections.abc import Sequence
from datetime import date

from tidewaiter.burden.claims.describing import (
    BASES,
    described,
    off_text,
    range_text,
    years_text,
)
from tidewaiter.burden.claims.findings import exceeds_all, find_figures, period_text
from tidewaiter.burden.claims.judging import judge, likely
from tidewaiter.burden.claims.ranks import age_bounds, bounds_text, rank_answer
from tidewaiter.burden.claims.totals import Totals, find_totals, judge_totals
from tidewaiter.burden.claims.types import Checked, Claim, Finding, Trap, Verdict
from tidewaiter.burden.claims.words import told_releases
from tidewaiter.burden.claims.wrong import find_traps
from tidewaiter.burden.facts import indicators, place_name
from tidewaiter.burden.months import month_of, month_text
from tidewaiter.burden.types import Release

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
    """Set a claim beside every official figure that it speaks of.

    Args:
        claim: The claim; where part of it was not understood, there is no verdict.
        releases: The releases at hand; what publications told in words (told.toml) is added.
        day: Today; the claim was said then where it does not tell a day.
    """
    known = (*releases, *told_releases())
    said = claim.said or day
    if claim.gaps:
        return _not_understood(claim)
    if claim.measure == "rank":
        summary, missing = rank_answer(claim, known)
        return _checked(claim, "depends", summary, missing=missing)
    if claim.ages is not None:
        return _at_ages(claim, known)
    if claim.measure == "total":
        return _of_years(claim, find_totals(claim, known, said))
    findings = find_figures(claim, known, said)
    if not findings and exceeds_all(claim, known, said):
        return _checked(claim, "fails", (_OPENINGS["fails"], _ALL_DEATHS))
    judged = [each for each in findings if not each.aside]
    fitting = [each for each in judged if each.fit != "no"]
    traps = () if fitting else find_traps(claim, known)
    verdict = judge(claim, judged, traps, claim.said)
    traps = likely(traps, claim, verdict)
    return _checked(
        claim,
        verdict,
        _summary(claim, verdict, judged, traps),
        findings=findings,
        traps=traps,
        warnings=_warnings(claim, judged),
        missing=_missing(claim, judged, said),
    )


def _not_understood(claim: Claim) -> Checked:
    """Give no verdict: words that may change what is claimed were not understood."""
    named = ", ".join(f'"{gap.text}"' for gap in claim.gaps)
    opening = f"No verdict: part of the sentence was not understood, and may change it: {named}."
    needs = {gap.needs: gap for gap in claim.gaps}
    return _checked(
        claim,
        "not understood",
        (opening,),
        missing=tuple(f'for "{gap.text}": {gap.needs}' for gap in needs.values()),
    )


def _of_years(claim: Claim, totals: Totals) -> Checked:
    """Judge a sum of years."""
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
    return _checked(claim, verdict, tuple(lines), findings=totals.findings, missing=missing)


def _checked(
    claim: Claim,
    verdict: Verdict,
    summary: tuple[str, ...],
    *,
    findings: tuple[Finding, ...] = (),
    traps: tuple[Trap, ...] = (),
    warnings: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
) -> Checked:
    return Checked(
        claim=claim,
        verdict=verdict,
        summary=summary,
        findings=findings,
        traps=traps,
        warnings=(*claim.remarks, *warnings),
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
    """Return one figure for each basis, kind and period: the newest."""
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
    """Return the closed figure of the latest release, residents first; only of one period."""
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
    """Say which release or file would tell more."""
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
    """Say what bands of ages tell of deaths at some ages; bounds judge nothing."""
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
    return _checked(claim, "untold", (opening, *told), missing=(missing,))
