"""The page of an alert in words: the card, the verdicts with their keys, the trail."""

from collections.abc import Iterator
from typing import Protocol, get_args
from urllib.parse import urlencode

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Decided, Verdict, load_decision_rules
from tidewaiter.casework.results import Result
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import Alert
from tidewaiter.report.languages import number, words
from tidewaiter.report.library import Citation, Library, citations
from tidewaiter.report.view import AlertView, alert_view
from tidewaiter.store.decisions import Standing
from tidewaiter.store.sessions import User
from tidewaiter.store.versions import Version
from tidewaiter.web.lawdesk import LawDesk, desk_of
from tidewaiter.web.node import Node
from tidewaiter.web.resultsview import ResultsView, results_view

_CARDS = 6
_KEYS: dict[Verdict, str] = {
    "hold": "h", "release": "r", "confirm": "c", "dismiss": "d", "need-more": "m", "refer": "f",
}  # fmt: skip


class Around(Record, frozen=True, kw_only=True):
    """Where the officer comes from, and where the way goes on."""

    query: str  # of the queue
    before: str | None  # id
    next: str | None


class Page(Protocol):
    """What the page tells."""

    @property
    def alert(self) -> Alert:
        """The alert."""

    @property
    def standing(self) -> Standing:
        """Where it stands."""

    @property
    def trail(self) -> tuple[Decided, ...]:
        """What was decided."""

    @property
    def versions(self) -> tuple[Version, ...]:
        """What it said before."""

    @property
    def results(self) -> tuple[Result, ...]:
        """What inspections and laboratories found."""


class ReasonChoice(Record, frozen=True, kw_only=True):
    """A reason that can be given."""

    code: str
    says: str
    note: bool


class VerdictChoice(Record, frozen=True, kw_only=True):
    """A verdict that can be given, and its reasons."""

    code: Verdict
    says: str
    key: str
    why: str
    reasons: tuple[ReasonChoice, ...]


class TrailStep(Record, frozen=True, kw_only=True):
    """A step of the trail in words."""

    verdict: str
    reason: str
    note: str
    by: str
    at: str


class VersionView(Record, frozen=True, kw_only=True):
    """What an alert said from a moment on, in words."""

    at: str  # ISO 8601, UTC; "": as its line was found
    severity: str
    score: int
    said: tuple[str, ...]  # titles of the rules by which other lines speak
    decided: bool  # somebody decided upon it


class SubstanceCard(Record, frozen=True, kw_only=True):
    """A substance that the line names."""

    slug: str
    name: str
    cas: str
    drawing: str  # address; "": there is none


class AlertPageView(Record, frozen=True, kw_only=True):
    """The page of an alert in words."""

    card: AlertView
    status: str
    rank: str  # what its place in the order of work adds up from
    sources: tuple[Citation, ...]
    substances: tuple[SubstanceCard, ...]
    verdicts: tuple[VerdictChoice, ...]  # none: the reader may not decide
    trail: tuple[TrailStep, ...]
    versions: tuple[VersionView, ...]
    results: ResultsView
    mine: bool
    query: str
    queue: str  # address
    before: str  # address; "": none
    next: str
    keys: tuple[tuple[str, str], ...]


def alert_page_view(page: Page, user: User, around: Around, node: Node) -> AlertPageView:
    """Put the page of an alert into words.

    Args:
        page: What it tells.
        user: Who reads it.
        around: The queue about it.
        node: The installation, for the words of slugs.
    """
    library = node.library()
    cited = citations([page.alert], library)
    onward = f"?{urlencode({'queue': around.query})}" if around.query else ""
    verdicts = _verdicts() if "decide" in user.rights else ()
    return AlertPageView(
        card=alert_view(1, page.alert, library, cited),
        status=status_in_words(page.standing.status),
        rank=_rank(page.alert, node.alert_rules),
        sources=tuple(cited.values()),
        substances=tuple(_cards(page.alert, desk_of(node))),
        verdicts=verdicts,
        trail=tuple(map(_step, page.trail)),
        versions=tuple(_versions(page, library)),
        results=results_view(page.alert, page.results, library, user),
        mine=page.standing.assignee == user.account.name,
        query=around.query,
        queue=f"/queue?{around.query}" if around.query else "/queue",
        before=f"/alerts/{around.before}{onward}" if around.before else "",
        next=f"/alerts/{around.next}{onward}" if around.next else "",
        keys=_keys(verdicts),
    )


def _rank(alert: Alert, rules: AlertRules) -> str:
    """Say what a rank adds up from: what score and days leave over is for what is unusual."""
    over = alert.rank - alert.score
    urgency = min(over, rules.urgency_of(alert.days_left))
    return words(
        "order of work {rank}: score {score}, {urgency} for the days left, {unusual} for what is "
        "unusual"
    ).format(rank=number(alert.rank), score=number(alert.score), urgency=number(urgency),
             unusual=number(over - urgency))  # fmt: skip


def _cards(alert: Alert, desk: LawDesk) -> Iterator[SubstanceCard]:
    for slug in alert.substances[:_CARDS]:
        substance = desk.substance(slug)
        if substance is not None:
            cas = ", ".join(substance.cas[:1])
            drawn = f"/substances/{slug}/drawing/{desk.edition}/0" if substance.smiles else ""
            yield SubstanceCard(slug=slug, name=substance.name, cas=cas, drawing=drawn)


def _versions(page: Page, library: Library) -> Iterator[VersionView]:
    """Yield what an alert said, the first first."""
    if not page.versions:
        return
    after = [*(each.step for each in page.versions[1:]), page.standing.decided]
    found = {reason.rule for each in page.versions[:1] for reason in each.said.reasons}
    for version, step in zip(page.versions, after, strict=True):
        rules = dict.fromkeys(reason.rule for reason in version.said.reasons)
        yield VersionView(
            at=version.at if version.number else "",
            severity=version.said.severity,
            score=version.said.score,
            said=tuple(words(library.rules.get(rule, rule)) for rule in rules if rule not in found),
            decided=step != version.step,
        )


def status_in_words(status: str) -> str:
    """Say where an alert stands."""
    said = {
        "open": words("open"),
        "held": words("held"),
        "released": words("released"),
        "confirmed": words("confirmed"),
        "dismissed": words("dismissed"),
        "waiting": words("waiting"),
        "referred": words("referred"),
        "suppressed": words("resting"),
    }
    return said.get(status, status)


def _verdicts() -> tuple[VerdictChoice, ...]:
    rules = load_decision_rules()
    return tuple(
        VerdictChoice(
            code=code,
            says=words(rules.verdict[code].says),
            key=_KEYS[code],
            why=f"{words(rules.verdict[code].says)}: {words('why?')}",
            reasons=tuple(
                ReasonChoice(code=name, says=words(rule.says), note=rule.note)
                for name, rule in rules.reasons_for(code).items()
            ),
        )
        for code in get_args(Verdict)
    )


def _step(step: Decided) -> TrailStep:
    rules = load_decision_rules()
    if step.verdict is None:
        verdict = words("Taken back")
    else:
        verdict = words(rules.verdict[step.verdict].says)
    known = rules.reason.get(step.reason)
    reason = words(known.says) if known else step.reason
    return TrailStep(verdict=verdict, reason=reason, note=step.note, by=step.by, at=step.at)


def _keys(verdicts: tuple[VerdictChoice, ...]) -> tuple[tuple[str, str], ...]:
    if not verdicts:
        return (("j", words("Next alert")),)
    return (
        *((each.key, each.says) for each in verdicts),
        ("1 2 3", words("The first, second, third reason")),
        ("Ctrl Enter", words("Decide and go on")),
        ("u", words("Take the decision back")),
        ("a", words("Take the alert")),
        ("i", words("Record a result")),
        ("o", words("Cases of the alert")),
        ("j", words("Next alert")),
        ("k", words("The alert before")),
        ("q", words("Back to the queue")),
    )
