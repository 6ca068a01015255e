"""One alert: its page, decisions, inspection and laboratory results, and its cases."""

from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.errors import MissingError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.casework.cases.steps import AlertAdded
from tidewaiter.casework.decisions import Decided, Verdict
from tidewaiter.explain.alerts import ExportedAlert, export_alert
from tidewaiter.explain.results import SayingView, sayings
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import assignee_of
from tidewaiter.store.alerts import queue as store_queue
from tidewaiter.store.alerts.bulk_decisions import Batch, batch_of
from tidewaiter.store.alerts.context import Context, context_of
from tidewaiter.store.alerts.decisions import (
    Standing,
    Wanted,
    assign,
    decide,
    standings,
    take_back,
    trail,
    waiting_on,
)
from tidewaiter.store.alerts.filters import View
from tidewaiter.store.alerts.result_entry import add_result, withdraw_result
from tidewaiter.store.alerts.results import results_of
from tidewaiter.store.alerts.storage import find_alert
from tidewaiter.store.alerts.versions import Version, versions_of
from tidewaiter.store.cases.casefile import CaseFilter, cases, cases_of_alert, open_case, take_step
from tidewaiter.store.core.database import Work
from tidewaiter.store.suppression.proposals import Rest, why_suppressed
from tidewaiter.trade.rules.results import WORDS, Check, Kind, Observed, Result, Strength
from tidewaiter.trade.substance_lookup import finding_of
from tidewaiter.trade.types import Alert
from tidewaiter.web.alerts.decision_form import Step, own_decision
from tidewaiter.web.alerts.queue_query import learned_neighbours, queue_of, read_kept, written
from tidewaiter.web.alerts.views import (
    Around,
    Choices,
    ResultsView,
    alert_page_view,
    choices,
    desk_view,
    results_view,
)
from tidewaiter.web.cases.steps import Short, added, viewer_of
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.ranking.handlers import has_drifted

Note = Annotated[str, msgspec.Meta(max_length=4_000)]


class AlertPage(Record, frozen=True, kw_only=True):
    """An alert with status and context."""

    alert: ExportedAlert
    standing: Standing
    trail: tuple[Decided, ...]
    context: Context
    results: tuple[Result, ...]  # inspection and laboratory results
    rest: Rest | None  # suppressing rule; None: not suppressed
    drifted: bool | None  # the training data are out of date; None: no ranker
    versions: tuple[Version, ...]  # earlier versions; empty: unaffected by other lines
    step: Step | None  # decision that led here; None: none
    proposed: Batch | None  # bulk decision that waits for a second officer


class AlertPreview(Record, frozen=True, kw_only=True):
    """An alert with its status."""

    alert: ExportedAlert
    standing: Standing
    proposed: Batch | None  # bulk decision that waits for a second officer


class PreviewQuery(Record, frozen=True, kw_only=True):
    """Origin of a preview."""

    queue: str = ""  # query of the queue to return to


class AlertQuery(Record, frozen=True, kw_only=True):
    """Origin of a visit."""

    queue: str = ""  # query of the queue to continue with
    step: int | None = None  # number of the decision that led here
    did: Literal["assign"] | None = None  # or another action that did


class Decide(Record, frozen=True, kw_only=True):
    """A decision."""

    verdict: Verdict
    reason: str  # code of data/rules/decisions.toml
    note: Note = ""
    seen: int  # number of the last step seen; 0: none
    queue: str = ""  # query of the queue to continue with
    back: Literal["queue"] | None = None  # return to the queue, and not to the next alert


class Undo(Record, frozen=True, kw_only=True):
    """Undo of the current decision."""

    seen: int
    queue: str = ""
    back: Literal["queue"] | None = None  # return to the queue, and not to the alert


class Assign(Record, frozen=True, kw_only=True):
    """Assignee of an alert."""

    to: Annotated[str, msgspec.Meta(max_length=60)] = ""  # account name; "": unassigned
    queue: str = ""


@get("/alerts/{name:str}", guards=[may("see")], sync_to_thread=True, query=AlertQuery)
def alert_page(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str]
) -> Response[AlertPage]:
    """Show one alert: reasons, context and history."""
    query = read_query(request, AlertQuery)
    with node.read() as work:
        alert = seen_by(work, user, name)
        page = AlertPage(
            alert=export_alert(node.taught.beside(alert)),
            drifted=_drifted(node, work),
            standing=standings(work, [name])[name],
            trail=tuple(trail(work, name)),
            context=context_of(work, alert, cleared=user.account.cleared),
            results=tuple(results_of(work, [name]).get(name, ())),
            rest=why_suppressed(work, alert),
            versions=tuple(versions_of(work, name)),
            step=own_decision(work, user, query.step),
            proposed=_proposed(work, user, name),
        )
        around = _around(node, work, user, alert, query)
    return reply(
        request,
        "alert-page.html",
        page,
        view=lambda: alert_page_view(page, user, around, node),
    )


@get(
    "/alerts/{name:str}/preview",
    guards=[may("see")],
    include_in_schema=False,
    sync_to_thread=True,
    query=PreviewQuery,
)
def alert_preview(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str]
) -> Response[AlertPreview]:
    """Show what is needed to decide an alert: a fragment beside the queue."""
    query = read_query(request, PreviewQuery).queue
    with node.read() as work:
        page = AlertPreview(
            alert=export_alert(seen_by(work, user, name)),
            standing=standings(work, [name])[name],
            proposed=_proposed(work, user, name),
        )
    return reply(
        request, "alert-preview.html", page, view=lambda: desk_view(page, user, query, node)
    )


@post("/alerts/{name:str}/decision", guards=[may("decide")], sync_to_thread=True)
def decide_alert(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str], data: JSONBody[Decide]
) -> Response[Standing]:
    """Decide an alert, and continue with the next."""
    with node.change(user) as work:
        alert = seen_by(work, user, name)
        before = msgspec.structs.replace(standings(work, [name])[name], decided=data.seen or None)
        after = decide(
            work, before, Wanted(verdict=data.verdict, reason=data.reason, note=data.note)
        )
        further = _next(node, work, user, alert, data.queue)
    return done(request, after, _after(data, further or name, after))


@post("/alerts/{name:str}/undo", guards=[may("decide")], sync_to_thread=True)
def undo_decision(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str], data: JSONBody[Undo]
) -> Response[Standing]:
    """Undo the current decision; the previous one applies again."""
    with node.change(user) as work:
        seen_by(work, user, name)
        before = msgspec.structs.replace(standings(work, [name])[name], decided=data.seen or None)
        after = take_back(work, before)
    return done(request, after, _after(data, name, after))


@post("/alerts/{name:str}/assign", guards=[may("assign")], sync_to_thread=True)
def assign_alert(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str], data: JSONBody[Assign]
) -> Response[Standing]:
    """Assign an alert."""
    with node.change(user) as work:
        seen_by(work, user, name)
        assign(work, [name], assignee_of(work, data.to))
        after = standings(work, [name])[name]
    return done(request, after, _address(name, data.queue, did="assign"))


def _after(data: Decide | Undo, name: str, standing: Standing) -> str:
    """Return the address after a decision or its undo: the queue, or an alert."""
    if data.back == "queue":
        return f"/queue?{written(read_kept(data.queue), step=standing.decided)}"
    return _address(name, data.queue, step=standing.decided)


def _drifted(node: Node, work: Work) -> bool | None:
    ranker = node.taught.sound()
    return (
        None if ranker is None else has_drifted(node.taught.drifted(work, ranker, node.now).drift)
    )


def seen_by(work: Work, user: User, name: str) -> Alert:
    """Read an alert visible to a user.

    Raises:
        MissingError: Unknown, or not visible.
    """
    alert = find_alert(work, name)
    if alert is None or (alert.restricted and not user.account.cleared):
        raise MissingError("web/no-alert", name=name[:80])
    return alert


def _around(node: Node, work: Work, user: User, alert: Alert, query: AlertQuery) -> Around:
    """Return the previous and next alert in the queue."""
    kept = query.queue
    learned = _learned(node, work, user, alert, kept)
    if learned is not None:
        before, further = learned
    else:
        before = _beside(node, work, user, kept, View(before=alert.id))
        further = _beside(node, work, user, kept, View(after=alert.id))
    return Around(query=kept, before=before, next=further, did=query.did)


def _next(node: Node, work: Work, user: User, alert: Alert, kept: str) -> str | None:
    """Return the id of the next alert in the queue."""
    learned = _learned(node, work, user, alert, kept)
    return learned[1] if learned else _beside(node, work, user, kept, View(after=alert.id))


def _learned(
    node: Node, work: Work, user: User, alert: Alert, kept: str
) -> tuple[str | None, str | None] | None:
    """Return the ids of both neighbours in learned order; None: another order."""
    query = read_kept(kept)
    ranker = node.taught.sound() if query.sort == "learned" else None
    if ranker is None:
        return None
    return learned_neighbours(work, queue_of(query, node, user), ranker, alert)


def _beside(node: Node, work: Work, user: User, kept: str, view: View) -> str | None:
    query = read_kept(kept)
    one = msgspec.structs.replace(view, sort=query.kept_sort(), rows=1)
    page = store_queue.queue_page(work, queue_of(query, node, user), one)
    return page.alerts[0].id if page.alerts else None


def _address(name: str, query: str, **told: object) -> str:
    """Return the address of an alert, with the action that led there."""
    said = {"queue": query, **told}
    pairs = {key: value for key, value in said.items() if value}
    return f"/alerts/{name}" + (f"?{urlencode(pairs)}" if pairs else "")


def _proposed(work: Work, user: User, name: str) -> Batch | None:
    waits = waiting_on(work, [name])
    return batch_of(work, waits[name], cleared=user.account.cleared) if waits else None


ShortText = Annotated[str, msgspec.Meta(max_length=200)]
Numbered = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
ResultNote = Annotated[str, msgspec.Meta(max_length=WORDS)]


class Correcting(Record, frozen=True, kw_only=True):
    """The result that the next one corrects."""

    replaces: Numbered | None = None


class ResultsPage(Record, frozen=True, kw_only=True):
    """Inspection and laboratory results of an alert, and their meaning."""

    alert: str
    title: Phrase
    today: date
    results: tuple[Result, ...]
    sayings: tuple[SayingView, ...]
    replaces: int | None  # corrected by the next result


class ResultsPageView(Record, frozen=True, kw_only=True):
    """The page of results, as displayed."""

    told: ResultsView
    choices: Choices


class Report(Record, frozen=True, kw_only=True):
    """A result to record. Substances are given by slug, CAS number or name."""

    kind: Kind
    outcome: ShortText  # code of data/rules/results.toml
    day: date
    person: ShortText  # inspector or analyst
    place: ShortText = ""
    reference: ShortText = ""
    checks: tuple[Check, ...] = ()
    methods: tuple[ShortText, ...] = ()
    strength: Strength | None = None
    found: tuple[ShortText, ...] = ()  # "ephedrine = 98.5"
    absent: tuple[ShortText, ...] = ()  # tested for and not detected
    quantity: ShortText = ""  # "25 kg"
    note: ResultNote = ""
    replaces: Numbered | None = None  # number of the result that it corrects


class Withdraw(Record, frozen=True, kw_only=True):
    """Withdrawal of a result."""

    number: Numbered
    reason: ShortText  # code of data/rules/results.toml
    note: ResultNote = ""


@get("/alerts/{name:str}/results", guards=[may("see")], sync_to_thread=True, query=Correcting)
def results_page(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str]
) -> Response[ResultsPage]:
    """Show the results of an alert, and the form for a new one."""
    replaces = read_query(request, Correcting).replaces
    with node.read() as work:
        alert = seen_by(work, user, name)
        found = results_of(work, [name]).get(name, [])
    page = ResultsPage(
        alert=name,
        title=alert.title,
        today=node.today(),
        results=tuple(found),
        sayings=sayings(alert, found),
        replaces=replaces,
    )

    def view() -> ResultsPageView:
        library = node.library()
        told = results_view(alert, found, library, user)
        return ResultsPageView(told=told, choices=choices(alert, library))

    return reply(request, "results.html", page, view=view)


@post("/alerts/{name:str}/results", guards=[may("decide")], sync_to_thread=True)
def record_result(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str], data: JSONBody[Report]
) -> Response[Result]:
    """Record an inspection or laboratory result; a later one can correct it."""
    observed = _observed(node, data)
    with node.change(user) as work:
        seen_by(work, user, name)
        made = add_result(work, name, observed, replaces=data.replaces)
    return done(request, made, f"/alerts/{name}/results")


@post("/alerts/{name:str}/results/withdraw", guards=[may("decide")], sync_to_thread=True)
def withdraw_one(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str], data: JSONBody[Withdraw]
) -> Response[Result]:
    """Withdraw a result: it stays readable and no longer counts."""
    with node.change(user) as work:
        seen_by(work, user, name)
        made = withdraw_result(work, data.number, data.reason, data.note, alert=name)
    return done(request, made, f"/alerts/{name}/results")


def _observed(node: Node, data: Report) -> Observed:
    named = [(text, True) for text in data.found] + [(text, False) for text in data.absent]
    findings = tuple(
        finding_of(text, node.registry, found=found) for text, found in named if text.strip()
    )
    same = {
        "kind",
        "outcome",
        "day",
        "person",
        "place",
        "reference",
        "checks",
        "methods",
        "strength",
        "quantity",
        "note",
    }
    told = {field: value for field, value in msgspec.structs.asdict(data).items() if field in same}
    return Observed(findings=findings, **told)


_CHOICES = 50


class Choice(Record, frozen=True, kw_only=True):
    """An open case to which an alert may be added."""

    number: int
    title: str


class AlertCases(Record, frozen=True, kw_only=True):
    """The cases of an alert, and cases to which it may be added."""

    alert: str
    title: Phrase
    cases: tuple[int, ...]
    choices: tuple[Choice, ...]  # the reader's open cases, last changed first


class IntoCase(Record, frozen=True, kw_only=True):
    """Target of an alert: a case, or a new one with a title."""

    case: int | None = None
    title: Short = ""


class CaseOfAlert(Record, frozen=True, kw_only=True):
    """The case that an alert was added to."""

    case: int
    step: int


@get("/alerts/{name:str}/cases", guards=[may("case")], sync_to_thread=True)
def alert_cases(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str]
) -> Response[AlertCases]:
    """Show the cases of an alert, and cases to which it may be added."""
    viewer = viewer_of(user)
    with node.read() as work:
        alert = seen_by(work, user, name)
        held = cases_of_alert(work, viewer, name)
        found = cases(work, viewer, CaseFilter(mine=True, status="open"), rows=_CHOICES)
    choices = tuple(
        Choice(number=row.number, title=row.title or "") for row in found if row.number not in held
    )
    page = AlertCases(alert=name, title=alert.title, cases=tuple(held), choices=choices)
    return reply(request, "alert-cases.html", page)


@post("/alerts/{name:str}/cases", guards=[may("case")], sync_to_thread=True, makes=True)
def into_case(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str], data: JSONBody[IntoCase]
) -> Response[CaseOfAlert]:
    """Add an alert to a case, or open a case with it."""
    viewer = viewer_of(user)
    with node.change(user) as work:
        seen_by(work, user, name)
        number = data.case or open_case(work, viewer, data.title).number
        step = take_step(work, viewer, number, added(AlertAdded(alert=name)))
    made = CaseOfAlert(case=number, step=step.id)
    return done(request, made, f"/cases/{number}", status=201)


HANDLERS = [
    alert_page,
    alert_preview,
    decide_alert,
    undo_decision,
    assign_alert,
    results_page,
    record_result,
    withdraw_one,
    alert_cases,
    into_case,
]
