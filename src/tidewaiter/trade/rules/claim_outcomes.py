"""Whether inspection results confirm or refute what an alert claims; derived, never typed."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.trade.rules.results import About, Finding, Observed

Said = Literal["confirmed", "refuted", "nothing"]
_CONTRARY: Mapping[Said, Said] = MappingProxyType(
    {"confirmed": "refuted", "refuted": "confirmed", "nothing": "nothing"}
)


class Named(Record, frozen=True, kw_only=True):
    """A substance that a claim is of."""

    substance: str  # slug
    cas: str = ""  # of the form that is named; "": not known


class Claim(Record, frozen=True, kw_only=True):
    """What a reason or a mention of an alert holds to be so."""

    rule: str  # "": a mention
    about: About
    of: tuple[Named, ...] = ()  # any of these


class Saying(Record, frozen=True, kw_only=True):
    """What results say of a claim."""

    said: Said
    firm: bool = False  # a confirmatory analysis says so; else a test, a label or a look
    disputed: bool = False  # results of the same worth say both


SILENT = Saying(said="nothing")


def says(observed: Observed, claim: Claim) -> Saying:
    """Say what one result says of a claim.

    What was not looked for is not refuted: that the goods are one thing does not say that nothing
    else is in them.
    """
    said: Said = "nothing"
    if claim.about in {"substance", "absence"}:
        said = _of_substances(observed.findings, claim)
    elif claim.about == "papers":
        said = _of_papers(observed)
    if said == "nothing":
        return SILENT
    firm = observed.strength == "confirmatory" or (
        claim.about == "papers" and bool({"opened", "sampled"} & set(observed.checks))
    )
    return Saying(said=_CONTRARY[said] if claim.about == "absence" else said, firm=firm)


def all_say(results: Iterable[Observed], claim: Claim) -> Saying:
    """Say what results say of a claim together: the firm ones count before the others.

    Where those of the same worth contradict each other, they say nothing until one of them is
    superseded or withdrawn.
    """
    told = [each for each in (says(one, claim) for one in results) if each.said != "nothing"]
    firm = [each for each in told if each.firm]
    counting = firm or told
    if not counting:
        return SILENT
    if len({each.said for each in counting}) > 1:
        return Saying(said="nothing", disputed=True)
    return counting[0]


def _of_substances(findings: Iterable[Finding], claim: Claim) -> Said:
    about = [each.found for each in findings if any(_is_same(each, one) for one in claim.of)]
    if not about:
        return "nothing"
    return "confirmed" if any(about) else "refuted"


def _is_same(finding: Finding, named: Named) -> bool:
    if finding.substance:
        return finding.substance == named.substance
    return bool(finding.cas) and finding.cas == named.cas


def _of_papers(observed: Observed) -> Said:
    if observed.outcome == "not-as-declared":
        return "confirmed"
    looked = {"opened", "sampled"} & set(observed.checks)
    return "refuted" if observed.outcome == "as-declared" and looked else "nothing"
