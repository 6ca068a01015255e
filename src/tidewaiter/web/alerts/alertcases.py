"""The cases of an alert: which it belongs to, and the way into one."""

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.records import Record
from tidewaiter.casework.steps import AlertAdded
from tidewaiter.store.caselist import CaseFilter, cases
from tidewaiter.store.cases import cases_of_alert, open_case, take_step
from tidewaiter.web.alerts import seen_by
from tidewaiter.web.asking import Asked
from tidewaiter.web.casework import Short, added, viewer_of
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may

_CHOICES = 50


class Choice(Record, frozen=True, kw_only=True):
    """An open case that an alert may be added to."""

    number: int
    title: str


class AlertCases(Record, frozen=True, kw_only=True):
    """The cases that an alert belongs to, and those that it may be added to."""

    alert: str
    title: str
    cases: tuple[int, ...]
    choices: tuple[Choice, ...]  # the reader's open cases, the last changed first


class IntoCase(Record, frozen=True, kw_only=True):
    """Where an alert is to go: into a case, or into a new one with a title."""

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
    """Show which cases an alert belongs to, and offer those that it may be added to."""
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


HANDLERS = [alert_cases, into_case]
