"""Cases: the list, and the page of one."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.records import Record
from tidewaiter.casework.cases import Case, CaseStatus, may_be_erased
from tidewaiter.casework.steps import AlertAdded
from tidewaiter.casework.timeline import Event, timeline
from tidewaiter.consignments.types import Severity
from tidewaiter.store.alerts import alerts_of
from tidewaiter.store.caselist import CaseFilter, CaseRow, cases, count_cases
from tidewaiter.store.cases import case_steps, open_case, take_step
from tidewaiter.store.database import Work
from tidewaiter.store.decisions import standings, trail
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.caseview import CaseChoices, case_list_view, case_page_view
from tidewaiter.web.casework import Short, active_people, added, case_for, viewer_of
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may

Wish = Literal["all", "mine", "waiting", "due", "held", "over"]


class CasesAsked(Record, frozen=True, kw_only=True):
    """Which cases are wanted."""

    show: Wish = "all"  # waiting: for the reader's answer; due: with tasks of theirs until today
    status: CaseStatus | None = None
    text: Short = ""  # words of the title
    before: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = (
        None  # `changed` of the last case of the page before
    )


class CasesPage(Record, frozen=True, kw_only=True):
    """A page of cases, the last changed first, and how many there are of each kind."""

    rows: tuple[CaseRow, ...]
    counts: dict[Wish, int]
    asked: CasesAsked


class CaseAlert(Record, frozen=True, kw_only=True):
    """An alert of a case."""

    id: str
    step: int  # that added it
    title: str
    severity: Severity
    status: str
    consignment: str
    restricted: bool


class CasePage(Record, frozen=True, kw_only=True):
    """A case: what belongs to it, where it stands, and what was done."""

    case: Case
    alerts: tuple[CaseAlert, ...]
    timeline: tuple[Event, ...]
    keeps: str  # why nothing of it can be erased now; "": it can


class NewCase(Record, frozen=True, kw_only=True):
    """A case to be opened."""

    title: Short
    alert: Short = ""  # id of an alert to begin with


class Opened(Record, frozen=True, kw_only=True):
    """A case that was opened."""

    number: int


@get("/cases", guards=[may("see")], sync_to_thread=True, query=CasesAsked)
def cases_page(request: Asked, node: TheNode, user: TheUser) -> Response[CasesPage]:
    """Show the cases that the reader may see: mine, waiting for me, with tasks due, held, over."""
    asked, viewer, today = read_query(request, CasesAsked), viewer_of(user), node.today()
    wishes: dict[Wish, CaseFilter] = {
        "all": CaseFilter(),
        "mine": CaseFilter(mine=True, status="open"),
        "waiting": CaseFilter(waiting=True),
        "due": CaseFilter(due=today),
        "held": CaseFilter(held=True),
        "over": CaseFilter(over=today),
    }
    wanted = msgspec.structs.replace(wishes[asked.show], text=asked.text)
    if asked.status:
        wanted = msgspec.structs.replace(wanted, status=asked.status)
    with node.read() as work:
        page = CasesPage(
            rows=tuple(cases(work, viewer, wanted, before=asked.before)),
            counts={wish: count_cases(work, viewer, each) for wish, each in wishes.items()},
            asked=asked,
        )
    choices = CaseChoices(user=user, today=today, people={})
    return reply(
        request,
        "cases.html",
        page,
        view=lambda: case_list_view(page.rows, page.counts, asked, choices),
    )


@post("/cases", guards=[may("case")], sync_to_thread=True, makes=True)
def open_new(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[NewCase]
) -> Response[Opened]:
    """Open a case; who opens it owns it."""
    with node.change(user) as work:
        case = open_case(work, viewer_of(user), data.title)
        if data.alert:
            wanted = added(AlertAdded(alert=data.alert))
            take_step(work, viewer_of(user), case.number, wanted)
    return done(request, Opened(number=case.number), f"/cases/{case.number}", status=201)


@get("/cases/{number:int}", guards=[may("see")], sync_to_thread=True)
def case_page(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[CasePage]:
    """Show a case that the reader may see."""
    with node.read() as work:
        page = _page(work, node, user, number)
        choices = CaseChoices(user=user, today=node.today(), people=active_people(work))
    return reply(
        request,
        "case-page.html",
        page,
        view=lambda: case_page_view(page.case, page.timeline, page.keeps, choices),
    )


def _page(work: Work, node: TheNode, user: User, number: int) -> CasePage:
    viewer, case = viewer_of(user), case_for(work, user, number)
    steps = {kept.what.alert: kept.step for kept in case.alerts if kept.what}
    found = [one for one in alerts_of(work, list(steps)) if viewer.cleared or not one.restricted]
    where = standings(work, [alert.id for alert in found])
    trails = {alert.id: trail(work, alert.id) for alert in found}
    return CasePage(
        case=case,
        alerts=tuple(
            CaseAlert(
                id=alert.id,
                step=steps[alert.id],
                title=alert.title,
                severity=alert.severity,
                status=where[alert.id].status,
                consignment=alert.consignment,
                restricted=alert.restricted,
            )
            for alert in found
        ),
        timeline=tuple(timeline(case_steps(work, viewer, number), trails)),
        keeps=may_be_erased(case, node.today()),
    )


HANDLERS = [cases_page, open_new, case_page]
