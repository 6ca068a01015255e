"""Whether inspection results confirm or refute an alert's claims; derived, never entered."""

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
    """A substance in a claim."""

    substance: str  # slug
    cas: str = ""  # of the named form; "": not known


class Claim(Record, frozen=True, kw_only=True):
    """A claim of a reason or a mention of an alert."""

    rule: str  # "": a mention
    about: About
    of: tuple[Named, ...] = ()  # any of these


class Saying(Record, frozen=True, kw_only=True):
    """Outcome of a claim according to results."""

    said: Said
    firm: bool = False  # from a confirmatory analysis; else a test, a label or an inspection
    disputed: bool = False  # results of equal strength contradict each other


SILENT = Saying(said="nothing")


def says(observed: Observed, claim: Claim) -> Saying:
    """Return the outcome of a claim according to one result.

    A substance that was not tested for is not refuted: identification of one substance does not
    exclude others.
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
    """Return the outcome of a claim by several results; confirmatory ones take precedence.

    Contradictory results of equal strength give no outcome until one of them is superseded or
    withdrawn.
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
