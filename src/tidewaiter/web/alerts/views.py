"""Alert page view: card, decision form, history and results."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol, get_args
from urllib.parse import urlencode

from msgspec import structs

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Decided, Verdict, load_decision_rules
from tidewaiter.explain.languages import number, words
from tidewaiter.explain.official_names import substance_name
from tidewaiter.explain.results import ResultView, SayingView, result_views, sayings
from tidewaiter.explain.words import Citation, Library, citations
from tidewaiter.report.alerts.view import AlertView, alert_view
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key
from tidewaiter.store.alerts.bulk_decisions import Batch
from tidewaiter.store.alerts.decisions import Standing
from tidewaiter.store.alerts.versions import Version
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.rules.results import CodeRule, MethodRule, Result, load_result_rules
from tidewaiter.trade.types import Alert
from tidewaiter.web.alerts.decision_form import (
    Step,
    Toast,
    assigned_toast,
    status_in_words,
    step_toast,
)
from tidewaiter.web.core.node import Node
from tidewaiter.web.law.desk import LawDesk, desk_of


class Said(Record, frozen=True, kw_only=True):
    """Meaning of results for a claim."""

    said: str  # confirmed, refuted, nothing
    words: str
    claims: tuple[str, ...]


class ResultsView(Record, frozen=True, kw_only=True):
    """Results of an alert, and their meaning for its reasons."""

    alert: str
    results: tuple[ResultView, ...]
    sayings: tuple[Said, ...]
    may_record: bool


class Choice(Record, frozen=True, kw_only=True):
    """An outcome that can be reported."""

    code: str
    says: str


class Choices(Record, frozen=True, kw_only=True):
    """The options of the result form."""

    inspection: tuple[Choice, ...]
    laboratory: tuple[Choice, ...]
    checks: tuple[Choice, ...]
    methods: tuple[Choice, ...]
    withdrawals: tuple[Choice, ...]
    substances: tuple[Choice, ...]  # of the alert


def results_view(
    alert: Alert, results: Sequence[Result], library: Library, user: User
) -> ResultsView:
    """Render the results of an alert as text.

    Args:
        alert: The alert.
        results: All of them, in order.
        library: The names of substances.
        user: The reader.
    """
    return ResultsView(
        alert=alert.id,
        results=result_views(results, library.substances),
        sayings=_together(sayings(alert, results)),
        may_record="decide" in user.rights,
    )


def _together(told: Sequence[SayingView]) -> tuple[Said, ...]:
    """Group equal statements."""
    by_words: dict[tuple[str, str], list[str]] = {}
    for each in told:
        by_words.setdefault((each.said, each.words), []).append(each.claim)
    return tuple(
        Said(said=said, words=said_so, claims=tuple(claims))
        for (said, said_so), claims in by_words.items()
    )


def choices(alert: Alert, library: Library) -> Choices:
    """Return the options of the result form."""
    rules = load_result_rules()
    return Choices(
        inspection=_choices(rules.outcomes("inspection")),
        laboratory=_choices(rules.outcomes("laboratory")),
        checks=_choices({str(code): rule for code, rule in rules.check.items()}),
        methods=_choices(rules.method),
        withdrawals=_choices(rules.withdrawal),
        substances=tuple(
            Choice(code=slug, says=substance_name(library.substances.get(slug, slug)))
            for slug in alert.substances
        ),
    )


def _choices(rules: Mapping[str, CodeRule] | Mapping[str, MethodRule]) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, says=words(rule.says)) for code, rule in rules.items())


_CARDS = 6
_KEYS: dict[Verdict, str] = {
    "hold": "h",
    "release": "r",
    "confirm": "c",
    "dismiss": "d",
    "need-more": "m",
    "refer": "f",
}


class Around(Record, frozen=True, kw_only=True):
    """Origin of the visit, and navigation."""

    query: str  # of the queue
    before: str | None  # id
    next: str | None
    did: Literal["assign"] | None = None  # action that led here, besides a decision


class Desk(Protocol):
    """The record of an alert to decide."""

    @property
    def alert(self) -> Alert:
        """The alert."""

    @property
    def standing(self) -> Standing:
        """Its status."""

    @property
    def proposed(self) -> Batch | None:
        """Bulk decision that waits for a second officer."""


class Page(Desk, Protocol):
    """The page record."""

    @property
    def trail(self) -> tuple[Decided, ...]:
        """Its history."""

    @property
    def versions(self) -> tuple[Version, ...]:
        """Its earlier versions."""

    @property
    def results(self) -> tuple[Result, ...]:
        """Inspection and laboratory results."""

    @property
    def step(self) -> Step | None:
        """Decision that led here."""


class ReasonChoice(Record, frozen=True, kw_only=True):
    """A selectable reason."""

    code: str
    says: str
    note: bool


class VerdictChoice(Record, frozen=True, kw_only=True):
    """A selectable verdict with its reasons."""

    code: Verdict
    says: str
    key: str
    why: str
    reasons: tuple[ReasonChoice, ...]


class TrailStep(Record, frozen=True, kw_only=True):
    """A history step, as displayed."""

    verdict: str
    reason: str
    note: str
    by: str
    at: str
    batch: int | None  # its bulk decision


class VersionView(Record, frozen=True, kw_only=True):
    """A version of an alert, as displayed."""

    at: str  # ISO 8601, UTC; "": from its own line
    severity: str
    score: int
    said: tuple[str, ...]  # titles of the rules for other lines
    decided: bool  # decided at this version


class SubstanceCard(Record, frozen=True, kw_only=True):
    """A substance of the line."""

    slug: str
    name: str
    cas: str
    drawing: str  # address; "": none


class ProposedView(Record, frozen=True, kw_only=True):
    """A pending proposal, as displayed."""

    batch: int
    verdict: str
    reason: str
    note: str
    by: str
    may_settle: bool  # the reader is a second officer


class DeskView(Record, frozen=True, kw_only=True):
    """What an officer needs to decide an alert, as displayed."""

    card: AlertView
    status: str
    rank: str  # components of its priority
    sources: tuple[Citation, ...]
    verdicts: tuple[VerdictChoice, ...]  # empty: the reader may not decide
    proposed: ProposedView | None
    exchanges: bool  # the reader may write to other authorities from here
    query: str  # of the queue
    page: str  # address of the page of the alert
    preview: bool  # beside the queue


class AlertPageView(DeskView, frozen=True, kw_only=True):
    """The page of an alert, as displayed."""

    substances: tuple[SubstanceCard, ...]
    trail: tuple[TrailStep, ...]
    versions: tuple[VersionView, ...]
    results: ResultsView
    mine: bool
    queue: str  # address
    before: str  # address; "": none
    next: str
    keys: tuple[tuple[str, str], ...]
    toast: Toast | None


def desk_view(page: Desk, user: User, query: str, node: Node, *, preview: bool = True) -> DeskView:
    """Render what is needed to decide an alert as text.

    Args:
        page: The alert and its status.
        user: The reader.
        query: Query of the queue.
        node: The installation, for the words of slugs.
        preview: Whether it stands beside the queue, and not on its page.
    """
    library = node.library()
    cited = citations([page.alert], library)
    return DeskView(
        card=alert_view(1, page.alert, library, cited),
        status=status_in_words(page.standing.status),
        rank=_rank(page.alert, node.alert_rules),
        sources=tuple(cited.values()),
        verdicts=_verdicts() if "decide" in user.rights else (),
        proposed=proposed_view(page.proposed, user) if page.proposed else None,
        exchanges="exchange" in user.rights and node.exchanges(),
        query=query,
        page=_onward(page.alert.id, query),
        preview=preview,
    )


def alert_page_view(page: Page, user: User, around: Around, node: Node) -> AlertPageView:
    """Render the page of an alert as text.

    Args:
        page: The page record.
        user: The reader.
        around: The surrounding queue.
        node: The installation, for the words of slugs.
    """
    desk = desk_view(page, user, around.query, node, preview=False)
    library = node.library()
    return AlertPageView(
        **structs.asdict(desk),
        substances=tuple(_cards(page.alert, desk_of(node))),
        trail=tuple(map(_step, page.trail)),
        versions=tuple(_versions(page, library)),
        results=results_view(page.alert, page.results, library, user),
        mine=page.standing.assignee == user.account.name,
        queue=f"/queue?{around.query}" if around.query else "/queue",
        before=_onward(around.before, around.query),
        next=_onward(around.next, around.query),
        keys=_keys(desk.verdicts),
        toast=_toast(page, around, user),
    )


def _onward(name: str | None, query: str) -> str:
    """Return the address of an alert that keeps the queue; "": there is none."""
    kept = f"?{urlencode({'queue': query})}" if query else ""
    return f"/alerts/{name}{kept}" if name else ""


def _toast(page: Page, around: Around, user: User) -> Toast | None:
    if page.step is not None:
        return step_toast(page.step)
    if around.did == "assign":
        return assigned_toast(page.alert, page.standing.assignee or "", user)
    return None


def proposed_view(batch: Batch, user: User) -> ProposedView:
    """Render a decision that waits for a second officer as text."""
    rules = load_decision_rules()
    return ProposedView(
        batch=batch.number,
        verdict=words(rules.verdict[batch.verdict].says),
        reason=words(rules.reason[batch.reason].says),
        note=batch.note,
        by=batch.by,
        may_settle="approve" in user.rights and batch.by != account_key(user.account.id),
    )


def _rank(alert: Alert, rules: AlertRules) -> str:
    """Describe the components of an alert's priority."""
    added = rules.added_to(alert)
    points = max(alert.score, sum(each.points for each in alert.reasons))
    text = words(
        "priority score {rank}: risk indicators {points}, due date {urgency}, "
        "conflicting documents {papers}, unusual features {unusual}"
    )
    return text.format(
        rank=number(alert.rank),
        points=number(points),
        urgency=number(added.urgency),
        papers=number(added.papers),
        unusual=number(added.unusual),
    )


def added_in_words(alert: Alert, rules: AlertRules) -> Iterator[str]:
    """Yield the priority points of an alert."""
    added = rules.added_to(alert)
    if added.urgency:
        yield words("+{points} due date").format(points=number(added.urgency))
    if added.papers:
        yield words("+{points} conflicting documents").format(points=number(added.papers))
    if added.unusual:
        yield words("+{points} unusual features").format(points=number(added.unusual))


def _cards(alert: Alert, desk: LawDesk) -> Iterator[SubstanceCard]:
    for slug in alert.substances[:_CARDS]:
        substance = desk.substance(slug)
        if substance is not None:
            cas = ", ".join(substance.cas[:1])
            drawn = f"/substances/{slug}/drawing/{desk.edition}/0" if substance.smiles else ""
            yield SubstanceCard(slug=slug, name=substance.name, cas=cas, drawing=drawn)


def _versions(page: Page, library: Library) -> Iterator[VersionView]:
    """Yield the versions of an alert, first one first."""
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


def _verdicts() -> tuple[VerdictChoice, ...]:
    rules = load_decision_rules()
    return tuple(
        VerdictChoice(
            code=code,
            says=words(rules.verdict[code].says),
            key=_KEYS[code],
            why=f"{words(rules.verdict[code].says)}: {words('reason')}",
            reasons=tuple(
                ReasonChoice(code=name, says=words(rule.says), note=rule.note)
                for name, rule in rules.reasons_for(code).items()
            ),
        )
        for code in get_args(Verdict)
    )


def _step(step: Decided) -> TrailStep:
    rules = load_decision_rules()
    verdict = words("Undone") if step.verdict is None else words(rules.verdict[step.verdict].says)
    known = rules.reason.get(step.reason)
    reason = words(known.says) if known else step.reason
    return TrailStep(
        verdict=verdict, reason=reason, note=step.note, by=step.by, at=step.at, batch=step.batch
    )


def _keys(verdicts: tuple[VerdictChoice, ...]) -> tuple[tuple[str, str], ...]:
    if not verdicts:
        return (("j", words("Next alert")),)
    return (
        *((each.key, each.says) for each in verdicts),
        ("1 2 3", words("First, second, third reason")),
        ("Ctrl Enter", words("Decide and open next")),
        ("u", words("Undo the decision")),
        ("a", words("Assign the alert to me")),
        ("i", words("Record a result")),
        ("o", words("Cases with this alert")),
        ("j", words("Next alert")),
        ("k", words("Previous alert")),
        ("q", words("Back to the queue")),
    )
