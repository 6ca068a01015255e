"""Cases: list, case page, closing, reopening, legal hold and erasure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Protocol, get_args
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.phrases import Phrase, english
from tidewaiter.base.records import Record
from tidewaiter.casework.cases.state import Case, CaseStatus, may_be_erased
from tidewaiter.casework.cases.steps import (
    Agreed,
    AlertAdded,
    Confirmed,
    Held,
    Proposed,
    Recalled,
    Referred,
    Refused,
    Reopened,
    Retained,
    Step,
    Unheld,
)
from tidewaiter.casework.cases.timeline import Event, timeline
from tidewaiter.casework.suspicious_transactions import load_suspicions
from tidewaiter.explain.cases import case_status_in_words
from tidewaiter.explain.languages import words
from tidewaiter.explain.phrases import say
from tidewaiter.report.cases import Drawn, draw_timeline
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key
from tidewaiter.store.alerts.decisions import standings, trail
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.cases.attachments import erase_case
from tidewaiter.store.cases.casefile import (
    ROWS,
    CaseFilter,
    CaseRow,
    case_steps,
    cases,
    count_cases,
    open_case,
    take_step,
)
from tidewaiter.store.core.database import Work
from tidewaiter.trade.types import Severity
from tidewaiter.web.cases.steps import (
    Short,
    Words,
    active_people,
    add_case_step,
    added,
    case_for,
    decided,
    viewer_of,
)
from tidewaiter.web.core.node import TheNode, TheUser
from tidewaiter.web.core.request_parsing import CSRF_FIELD, Asked, read_query
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may


class CaseChoices(Record, frozen=True, kw_only=True):
    """Reader, day, and selectable people."""

    user: User
    today: date
    people: Mapping[str, str]  # active accounts, by how trails name them


class Tab(Record, frozen=True, kw_only=True):
    """A filter of the list."""

    label: str
    address: str
    count: int
    here: bool


class ListRow(Record, frozen=True, kw_only=True):
    """A case of the list, as displayed."""

    row: CaseRow
    status: str
    late: bool


class CaseListView(Record, frozen=True, kw_only=True):
    """The list, as displayed."""

    tabs: tuple[Tab, ...]
    rows: tuple[ListRow, ...]
    statuses: tuple[tuple[str, str], ...]
    more: str  # address of the next page; "": last page
    opens: bool  # the reader may open cases
    hidden: tuple[tuple[str, str], ...]  # hidden fields of the search form


class TaskView(Record, frozen=True, kw_only=True):
    """An open task."""

    step: int
    who: str
    what: str
    due: str
    late: bool
    mine: bool


class CasePageView(Record, frozen=True, kw_only=True):
    """The case page and the reader's options, as displayed."""

    status: str
    drawn: Drawn
    works: bool  # may add steps
    open: bool  # may add steps, and the case is open
    shares: bool
    approves: bool
    answers: bool  # may confirm or reject now
    recalls: bool
    cleared: bool
    keeps: str
    tasks: tuple[TaskView, ...]
    tasks_done: int
    people: tuple[tuple[str, str], ...]  # not members yet
    members: tuple[tuple[str, str], ...]
    forms: tuple[tuple[str, str], ...]
    upload: str  # address of the upload form with its CSRF token
    keys: tuple[tuple[str, str], ...]


class _Asked(Protocol):
    @property
    def show(self) -> str: ...
    @property
    def status(self) -> CaseStatus | None: ...
    @property
    def text(self) -> str: ...


def case_list_view(
    rows: Sequence[CaseRow],
    counts: Mapping[Any, int],
    asked: _Asked,
    choices: CaseChoices,
) -> CaseListView:
    """Render the list as text.

    Args:
        rows: Rows of the page.
        counts: Number of cases per filter.
        asked: The query.
        choices: Reader and day.
    """
    labels = {
        "all": words("All"),
        "mine": words("My open cases"),
        "waiting": words("Awaiting my decision"),
        "due": words("My tasks due"),
        "held": words("Legal hold"),
        "over": words("Retention expired"),
    }
    told = {"show": asked.show, "status": asked.status or "", "text": asked.text}
    onward = {name: value for name, value in told.items() if value}
    more = urlencode({**onward, "before": rows[-1].changed}) if len(rows) == ROWS else ""
    today = choices.today.isoformat()
    return CaseListView(
        tabs=tuple(
            Tab(
                label=labels[wish],
                address=f"/cases?show={wish}",
                count=count,
                here=wish == asked.show,
            )
            for wish, count in counts.items()
        ),
        rows=tuple(
            ListRow(
                row=row,
                status=case_status_in_words(row.status),
                late=bool(row.due and row.due < today),
            )
            for row in rows
        ),
        statuses=tuple((status, case_status_in_words(status)) for status in get_args(CaseStatus)),
        more=f"/cases?{more}" if more else "",
        opens="case" in choices.user.rights,
        hidden=(("show", asked.show),),
    )


def case_page_view(case: Case, events: Sequence[Event], choices: CaseChoices) -> CasePageView:
    """Render the page of a case as text.

    Args:
        case: The case.
        events: Its timeline.
        choices: Reader, and selectable people.
    """
    rights, me = choices.user.rights, account_key(choices.user.account.id)
    token = form_token(choices.user.session) if choices.user.session else ""
    works, approves, proposal = "case" in rights, "approve" in rights, case.proposal
    return CasePageView(
        status=case_status_in_words(case.status),
        drawn=draw_timeline(events),
        works=works,
        open=works and case.status == "open",
        shares=works and (approves or me == case.owner),
        approves=approves,
        answers=approves and proposal is not None and proposal.by != me,
        recalls=works and proposal is not None and proposal.by == me,
        cleared=choices.user.account.cleared,
        keeps=say(why) if (why := may_be_erased(case, choices.today)) else "",
        tasks=_tasks(case, choices, me),
        tasks_done=sum(1 for task in case.tasks if task.done),
        people=_others(case, choices),
        members=tuple((name, choices.people.get(name, name)) for name in case.members),
        forms=tuple((slug, words(form.says)) for slug, form in load_suspicions().form.items()),
        upload=f"/cases/{case.number}/files?{CSRF_FIELD}={token}",
        keys=(
            ("n", words("Add a note")),
            ("t", words("Add a task")),
            ("f", words("Add a file")),
            ("Ctrl Enter", words("Submit the current form")),
            ("l", words("Back to the list")),
        ),
    )


def _tasks(case: Case, choices: CaseChoices, me: str) -> tuple[TaskView, ...]:
    return tuple(
        TaskView(
            step=kept.step,
            who=kept.what.who,
            what=kept.what.what,
            due=kept.what.due.isoformat() if kept.what.due else "",
            late=bool(kept.what.due and kept.what.due < choices.today),
            mine=kept.what.who == me,
        )
        for kept in case.tasks
        if kept.what is not None and kept.done is None
    )


def _others(case: Case, choices: CaseChoices) -> tuple[tuple[str, str], ...]:
    found = {who: shown for who, shown in choices.people.items() if who not in case.members}
    return tuple(sorted(found.items(), key=lambda each: each[1].casefold()))


Wish = Literal["all", "mine", "waiting", "due", "held", "over"]


class CasesAsked(Record, frozen=True, kw_only=True):
    """Query of cases."""

    show: Wish = "all"  # waiting: for the reader's answer; due: with their tasks due today
    status: CaseStatus | None = None
    text: Short = ""  # words in the title
    before: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = (
        None  # `changed` of the last case of the previous page
    )


class CasesPage(Record, frozen=True, kw_only=True):
    """A page of cases, last changed first, and the number per filter."""

    rows: tuple[CaseRow, ...]
    counts: dict[Wish, int]
    asked: CasesAsked


class CaseAlert(Record, frozen=True, kw_only=True):
    """An alert of a case."""

    id: str
    step: int  # step that added it
    title: Phrase
    severity: Severity
    status: str
    consignment: str
    restricted: bool


class CasePage(Record, frozen=True, kw_only=True):
    """A case with contents, status and timeline."""

    case: Case
    alerts: tuple[CaseAlert, ...]
    timeline: tuple[Event, ...]
    keeps: str  # why nothing of it can be erased now; "": it can


class NewCase(Record, frozen=True, kw_only=True):
    """A case to open."""

    title: Short
    alert: Short = ""  # id of a first alert


class Opened(Record, frozen=True, kw_only=True):
    """An opened case."""

    number: int


@get("/cases", guards=[may("see")], sync_to_thread=True, query=CasesAsked)
def cases_page(request: Asked, node: TheNode, user: TheUser) -> Response[CasesPage]:
    """Show the reader's visible cases: mine, waiting for me, with tasks due, on hold, expired."""
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
    """Open a case; the user becomes its owner."""
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
    """Show a case visible to the reader."""
    with node.read() as work:
        page = _page(work, node, user, number)
        choices = CaseChoices(user=user, today=node.today(), people=active_people(work))
    return reply(
        request,
        "case-page.html",
        page,
        view=lambda: case_page_view(page.case, page.timeline, choices),
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
        keeps=english(why) if (why := may_be_erased(case, node.today())) else "",
    )


class Closing(Record, frozen=True, kw_only=True):
    """Closing of a case; as dismissed it needs a second person."""

    how: Literal["dismissed", "confirmed", "referred"]
    why: Words
    to: Words = ""  # referral target
    seen: int


class Answer(Record, frozen=True, kw_only=True):
    """Answer of the second person."""

    agree: Literal["yes", "no"]
    why: Words = ""
    seen: int


class Reason(Record, frozen=True, kw_only=True):
    """Reason, and last step seen."""

    why: Words = ""
    seen: int


class Retention(Record, frozen=True, kw_only=True):
    """Minimum retention, and its rule."""

    until: date
    basis: Short
    seen: int


@post("/cases/{number:int}/closing", guards=[may("case")], sync_to_thread=True)
def close(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Closing]
) -> Response[Step]:
    """Close a case as confirmed or referred, or propose to close it as dismissed."""
    content: Any = {
        "dismissed": Proposed(why=data.why),
        "confirmed": Confirmed(why=data.why),
        "referred": Referred(to=data.to, why=data.why),
    }[data.how]
    return add_case_step(request, node, user, number, decided(content, data.seen))


@post("/cases/{number:int}/answer", guards=[may("approve")], sync_to_thread=True)
def answer(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Answer]
) -> Response[Step]:
    """Confirm or reject closing a case as dismissed; not by the proposer."""
    content = Agreed(note=data.why) if data.agree == "yes" else Refused(why=data.why)
    return add_case_step(request, node, user, number, decided(content, data.seen))


@post("/cases/{number:int}/recall", guards=[may("case")], sync_to_thread=True)
def recall(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Reason]
) -> Response[Step]:
    """Withdraw one's own proposal to close the case as dismissed."""
    return add_case_step(request, node, user, number, decided(Recalled(why=data.why), data.seen))


@post("/cases/{number:int}/reopening", guards=[may("approve")], sync_to_thread=True)
def reopen(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Reason]
) -> Response[Step]:
    """Reopen a closed case."""
    return add_case_step(request, node, user, number, decided(Reopened(why=data.why), data.seen))


@post("/cases/{number:int}/retention", guards=[may("case")], sync_to_thread=True)
def retain(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Retention]
) -> Response[Step]:
    """Set the minimum retention of the case."""
    content = Retained(until=data.until, basis=data.basis)
    return add_case_step(request, node, user, number, decided(content, data.seen), part="keeping")


@post("/cases/{number:int}/hold", guards=[may("case")], sync_to_thread=True)
def hold(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Reason]
) -> Response[Step]:
    """Put a legal hold on the case: no erasure."""
    wanted = decided(Held(why=data.why), data.seen)
    return add_case_step(request, node, user, number, wanted, part="keeping")


@post("/cases/{number:int}/release", guards=[may("approve")], sync_to_thread=True)
def unhold(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Reason]
) -> Response[Step]:
    """Lift the legal hold."""
    wanted = decided(Unheld(why=data.why), data.seen)
    return add_case_step(request, node, user, number, wanted, part="keeping")


@post("/cases/{number:int}/erasing", guards=[may("approve")], sync_to_thread=True)
def erase(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Reason]
) -> Response[Step]:
    """Erase personal data after the retention period, without a legal hold."""
    with node.change(user) as work:
        step = erase_case(work, viewer_of(user), number, why=data.why, seen=data.seen)
    return done(request, step, f"/cases/{number}#keeping")


HANDLERS = [
    cases_page,
    open_new,
    case_page,
    close,
    answer,
    recall,
    reopen,
    retain,
    hold,
    unhold,
    erase,
]
