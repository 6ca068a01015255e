"""Text for inspection results: the findings, and whether they confirm an alert's reasons."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from tidewaiter.base.records import Record
from tidewaiter.explain.languages import moment, words
from tidewaiter.explain.lines import amount_in_words
from tidewaiter.explain.official_names import substance_name
from tidewaiter.explain.phrases import say
from tidewaiter.trade.rules.alert_claims import claims_of, mention_claims
from tidewaiter.trade.rules.claim_outcomes import Claim, Saying, all_say
from tidewaiter.trade.rules.results import (
    Finding,
    Observed,
    Result,
    load_result_rules,
    standing_results,
)
from tidewaiter.trade.types import Alert

KINDS: Mapping[str, str] = MappingProxyType(
    {"inspection": "Inspection", "laboratory": "Laboratory"}
)


class ResultView(Record, frozen=True, kw_only=True):
    """An inspection result, formatted for display."""

    number: int
    kind: str
    outcome: str
    counts: bool  # neither superseded nor withdrawn
    state: str  # why it does not count; "": it counts
    gone_by: str  # who withdrew it; "": not withdrawn
    day: str
    person: str
    place: str
    reference: str
    how: tuple[str, ...]  # the method, and the laboratory's statement of its reliability
    findings: tuple[str, ...]
    amount: str
    note: str
    by: str
    at: str


class SayingView(Record, frozen=True, kw_only=True):
    """What the results show about one claim of an alert."""

    claim: str
    said: str  # confirmed, refuted or inconclusive
    words: str


def result_views(results: Sequence[Result], names: Mapping[str, str]) -> tuple[ResultView, ...]:
    """Format the results of an alert for display, oldest first.

    Args:
        results: All results of one alert, in order of entry.
        names: Substance names by slug.
    """
    counting = {each.id for each in standing_results(results)}
    later = {each.replaces: each.id for each in results if each.replaces and not each.withdrawn}
    return tuple(
        _view(each, names, counts=each.id in counting, later=later.get(each.id)) for each in results
    )


def sayings(alert: Alert, results: Sequence[Result]) -> tuple[SayingView, ...]:
    """Return what the results show about each claim of an alert, without duplicates.

    Claims that no result covers are omitted; if no result counts, all claims are.
    """
    counting = [each.observed for each in standing_results(results)]
    mentioned = zip(alert.mentions, mention_claims(alert), strict=True)
    said = words("{name} is present in the goods")
    named = [(said.format(name=substance_name(each.name)), claim) for each, claim in mentioned]
    named += [
        (say(reason.says), claim)
        for reason, claim in zip(alert.reasons, claims_of(alert), strict=True)
    ]
    told = {text: all_say(counting, claim) for text, claim in named if _is_told(claim)}
    return tuple(
        SayingView(claim=text, said=saying.said, words=saying_in_words(saying))
        for text, saying in told.items()
        if saying.said != "nothing" or saying.disputed
    )


def saying_in_words(saying: Saying) -> str:
    """Describe what the results show about a claim."""
    if saying.disputed:
        return words("results conflict")
    if saying.said == "nothing":
        return words("no result covers it")
    if saying.said == "confirmed":
        return (
            words("confirmed conclusively") if saying.firm else words("confirmed, not conclusive")
        )
    return words("refuted conclusively") if saying.firm else words("refuted, not conclusive")


def result_in_words(view: ResultView) -> Iterator[str]:
    """Yield the text lines of one result."""
    yield f"{view.number}  {view.day}  {view.kind}: {view.outcome}. {view.person}"
    told = {
        "": "; ".join(view.how),
        "found": "; ".join(view.findings),
        "amount": view.amount,
        "at": view.place,
        "report": view.reference,
        "note": view.note,
    }
    for label, text in told.items():
        if text:
            yield f"     {label}: {text}" if label else f"     {text}"
    if view.state:
        yield f"     {view.state}{f' ({view.gone_by})' if view.gone_by else ''}"


def _is_told(claim: Claim) -> bool:
    return claim.about in {"substance", "absence", "papers"}


def _view(
    result: Result, names: Mapping[str, str], *, counts: bool, later: int | None
) -> ResultView:
    one, rules = result.observed, load_result_rules()
    return ResultView(
        number=result.id,
        kind=words(KINDS[one.kind]),
        outcome=words(rules.outcomes(one.kind)[one.outcome].says),
        counts=counts,
        state=_state(result, later),
        gone_by=result.withdrawn.by if result.withdrawn else "",
        day=one.day.isoformat(),
        person=one.person,
        place=one.place,
        reference=one.reference,
        how=tuple(_how(one)),
        findings=tuple(_finding(each, names) for each in one.findings),
        amount=_amount(one),
        note=one.note,
        by=result.by,
        at=result.at,
    )


def _state(result: Result, later: int | None) -> str:
    gone = result.withdrawn
    if gone is not None:
        rows = load_result_rules().withdrawal
        why = rows[gone.reason].says if gone.reason in rows else gone.reason
        note = f": {gone.note}" if gone.note else ""
        return f"{words('Withdrawn')}, {moment(gone.at)}. {words(why)}{note}"
    return f"{words('Superseded by result')} {later}" if later else ""


def _how(one: Observed) -> Iterator[str]:
    rules = load_result_rules()
    yield from (words(rules.check[each].says) for each in one.checks)
    for each in one.methods:
        yield words(rules.method[each].says) if each in rules.method else each
    if one.strength:
        yield words(one.strength)


def _finding(finding: Finding, names: Mapping[str, str]) -> str:
    name = substance_name(
        names.get(finding.substance) or finding.name or finding.substance or finding.cas
    )
    number = f" ({finding.cas})" if finding.cas and finding.cas != name else ""
    content = f", {finding.percent}\u00a0%" if finding.percent else ""
    return (
        f"{name}{number}{content}" if finding.found else f"{name}{number}: {words('not detected')}"
    )


def _amount(one: Observed) -> str:
    if one.volume_ul is not None:
        return amount_in_words(one.volume_ul, "l", None)
    return amount_in_words(one.mass_mg, "kg", None)
