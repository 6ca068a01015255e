"""The pages of cases in words: filters, where a case stands, and what the reader may do with it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol, get_args
from urllib.parse import urlencode

from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.records import Record
from tidewaiter.casework.cases import Case, CaseStatus
from tidewaiter.casework.suspicions import load_suspicions
from tidewaiter.casework.timeline import Event
from tidewaiter.report.casetimeline import Drawn, draw_timeline
from tidewaiter.report.languages import words
from tidewaiter.store.accounts import account_key
from tidewaiter.store.caselist import ROWS, CaseRow
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import CSRF_FIELD


class CaseChoices(Record, frozen=True, kw_only=True):
    """Who reads, when, and whom they can choose."""

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
    """A case of the list in words."""

    row: CaseRow
    status: str
    late: bool


class CaseListView(Record, frozen=True, kw_only=True):
    """The list in words."""

    tabs: tuple[Tab, ...]
    rows: tuple[ListRow, ...]
    statuses: tuple[tuple[str, str], ...]
    more: str  # address of the next page; "": this is the last
    opens: bool  # the reader may open cases
    hidden: tuple[tuple[str, str], ...]  # what the form of the search keeps


class TaskView(Record, frozen=True, kw_only=True):
    """A task that is not done."""

    step: int
    who: str
    what: str
    due: str
    late: bool
    mine: bool


class CasePageView(Record, frozen=True, kw_only=True):
    """The page of a case in words, and what the reader may do."""

    status: str
    drawn: Drawn
    works: bool  # may take steps
    open: bool  # works, and the case is open
    shares: bool
    approves: bool
    answers: bool  # may agree or refuse now
    recalls: bool
    cleared: bool
    keeps: str
    tasks: tuple[TaskView, ...]
    tasks_done: int
    people: tuple[tuple[str, str], ...]  # not members yet
    members: tuple[tuple[str, str], ...]
    forms: tuple[tuple[str, str], ...]
    upload: str  # address of the form of files, with its token: a form with a file has no other
    keys: tuple[tuple[str, str], ...]


class _Asked(Protocol):
    @property
    def show(self) -> str: ...
    @property
    def status(self) -> CaseStatus | None: ...
    @property
    def text(self) -> str: ...


def case_status_in_words(status: CaseStatus) -> str:
    """Say where a case stands."""
    said = {
        "open": words("open"),
        "closed-confirmed": words("closed: confirmed"),
        "closed-dismissed": words("closed: dismissed"),
        "closed-referred": words("closed: referred"),
    }
    return said[status]


def case_list_view(
    rows: Sequence[CaseRow],
    counts: Mapping[Any, int],
    asked: _Asked,
    choices: CaseChoices,
) -> CaseListView:
    """Put the list into words.

    Args:
        rows: Of the page.
        counts: Cases of each filter.
        asked: What was asked for.
        choices: Who reads, and when.
    """
    labels = {
        "all": words("All"),
        "mine": words("Mine, open"),
        "waiting": words("Waiting for my answer"),
        "due": words("My tasks due"),
        "held": words("Legal hold"),
        "over": words("Time is over"),
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


def case_page_view(
    case: Case, events: Sequence[Event], keeps: str, choices: CaseChoices
) -> CasePageView:
    """Put the page of a case into words.

    Args:
        case: The case.
        events: What was done.
        keeps: Why nothing can be erased; "": it can.
        choices: Who reads, and whom they can choose.
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
        keeps=keeps,
        tasks=_tasks(case, choices, me),
        tasks_done=sum(1 for task in case.tasks if task.done),
        people=_others(case, choices),
        members=tuple((name, choices.people.get(name, name)) for name in case.members),
        forms=tuple((slug, words(form.says)) for slug, form in load_suspicions().form.items()),
        upload=f"/cases/{case.number}/files?{CSRF_FIELD}={token}",
        keys=(
            ("n", words("Write a note")),
            ("t", words("Set a task")),
            ("f", words("Add a file")),
            ("Ctrl Enter", words("Send the form that you are in")),
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
