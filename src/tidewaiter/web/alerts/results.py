"""Results of inspections and laboratories: recorded, corrected and withdrawn on the web page."""

from datetime import date
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.records import Record
from tidewaiter.casework.results import WORDS, Check, Kind, Observed, Result, Strength
from tidewaiter.consignments.reported import finding_of
from tidewaiter.report.resultwords import SayingView, sayings
from tidewaiter.store.resultrows import results_of
from tidewaiter.store.results import add_result, withdraw_result
from tidewaiter.web.alerts import seen_by
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.replies import done, reply
from tidewaiter.web.resultsview import Choices, ResultsView, choices, results_view
from tidewaiter.web.security import may

Short = Annotated[str, msgspec.Meta(max_length=200)]
Numbered = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Note = Annotated[str, msgspec.Meta(max_length=WORDS)]


class Correcting(Record, frozen=True, kw_only=True):
    """Which result the next one corrects."""

    replaces: Numbered | None = None


class ResultsPage(Record, frozen=True, kw_only=True):
    """What inspections and laboratories found in the goods of an alert, and what that says."""

    alert: str
    title: str
    today: date
    results: tuple[Result, ...]
    sayings: tuple[SayingView, ...]
    replaces: int | None  # that the next result corrects


class ResultsPageView(Record, frozen=True, kw_only=True):
    """The page of results in words."""

    told: ResultsView
    choices: Choices


class Report(Record, frozen=True, kw_only=True):
    """A result to be recorded. Substances are named by slug, CAS number or name."""

    kind: Kind
    outcome: Short  # a code of data/rules/results.toml
    day: date
    person: Short  # who inspected or analysed
    place: Short = ""
    reference: Short = ""
    checks: tuple[Check, ...] = ()
    methods: tuple[Short, ...] = ()
    strength: Strength | None = None
    found: tuple[Short, ...] = ()  # "ephedrine = 98.5"
    absent: tuple[Short, ...] = ()  # looked for, and not detected
    quantity: Short = ""  # "25 kg"
    note: Note = ""
    replaces: Numbered | None = None  # number of the result that it corrects


class Withdraw(Record, frozen=True, kw_only=True):
    """Why a result counts no more."""

    number: Numbered
    reason: Short  # a code of data/rules/results.toml
    note: Note = ""


@get("/alerts/{name:str}/results", guards=[may("see")], sync_to_thread=True, query=Correcting)
def results_page(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str]
) -> Response[ResultsPage]:
    """Show what was found in the goods of an alert, and take a new result."""
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
    """Record what an inspection or a laboratory found; it can be corrected by a later one."""
    observed = _observed(node, data)
    with node.change(user) as work:
        seen_by(work, user, name)
        made = add_result(work, name, observed, replaces=data.replaces)
    return done(request, made, f"/alerts/{name}/results")


@post("/alerts/{name:str}/results/withdraw", guards=[may("decide")], sync_to_thread=True)
def withdraw_one(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str], data: JSONBody[Withdraw]
) -> Response[Result]:
    """Withdraw a result: it stays to be read, and counts no more."""
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


HANDLERS = [results_page, record_result, withdraw_one]
