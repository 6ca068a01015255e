"""Case steps: one address per kind of step, and shared functions of case pages."""

from datetime import date
from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.casework.cases.permissions import Asked as Wanted
from tidewaiter.casework.cases.state import Case, Viewer
from tidewaiter.casework.cases.steps import (
    AlertAdded,
    AnyContent,
    ConsignmentAdded,
    Done,
    Note,
    Owned,
    PartyAdded,
    Renamed,
    Shared,
    Step,
    Task,
    Unshared,
    Withdrawn,
)
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key, accounts
from tidewaiter.store.cases.casefile import find_case, take_step
from tidewaiter.store.core.database import Work
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import done
from tidewaiter.web.core.security import may

Words = Annotated[str, msgspec.Meta(max_length=20_000)]
Short = Annotated[str, msgspec.Meta(max_length=200)]


def viewer_of(user: User) -> Viewer:
    """Return the viewer."""
    return Viewer(
        name=account_key(user.account.id), rights=user.rights, cleared=user.account.cleared
    )


def case_for(work: Work, user: User, number: int) -> Case:
    """Read a case visible to a user.

    Raises:
        MissingError: Unknown or not visible.
    """
    case = find_case(work, viewer_of(user), number)
    if case is None:
        raise MissingError("web/no-case", number=number)
    return case


def add_case_step(
    request: Asked, node: Node, user: User, number: int, wanted: Wanted, *, part: str = ""
) -> Response[Step]:
    """Add a step to a case, and return to its page.

    Args:
        request: The request.
        node: The installation.
        user: The user.
        number: Case number.
        wanted: The step.
        part: Page section to return to.
    """
    with node.change(user) as work:
        step = take_step(work, viewer_of(user), number, wanted)
        gone = find_case(work, viewer_of(user), number) is None
    address = "/cases" if gone else f"/cases/{number}{f'#{part}' if part else ''}"
    return done(request, step, address)


def added(content: AnyContent, *, restricted: bool = False, about: int | None = None) -> Wanted:
    """Return a step that only adds."""
    return Wanted(content=content, restricted=restricted, about=about)


def decided(content: AnyContent, seen: int) -> Wanted:
    """Return a decision, which requires having seen all earlier steps."""
    return Wanted(content=content, seen=seen)


def active_people(work: Work) -> dict[str, str]:
    """Return the display names of active accounts, by audit name."""
    return {account_key(each.id): each.shown for each in accounts(work) if each.active}


def known_person(node: Node, who: str) -> str:
    """Return the audit name of an account.

    Raises:
        InputError: No such account.
    """
    if who not in node.people():
        raise InputError("web/no-account", who=who[:80])
    return who


class NoteGiven(Record, frozen=True, kw_only=True):
    """A note; `about`: the note that it corrects."""

    text: Words
    about: int | None = None
    restricted: bool = False


class AlertGiven(Record, frozen=True, kw_only=True):
    """An alert to add."""

    alert: Short


class ConsignmentGiven(Record, frozen=True, kw_only=True):
    """A consignment to add."""

    source: int
    consignment: Words


class PartyGiven(Record, frozen=True, kw_only=True):
    """A party to add."""

    name: Words
    role: Short = ""
    country: Short = ""
    list: Short = ""
    entry: Short = ""
    alert: Short = ""
    note: Words = ""
    restricted: bool = False


class TaskGiven(Record, frozen=True, kw_only=True):
    """A task; `who`: audit name of an account."""

    who: Short
    what: Words
    due: date | None = None
    restricted: bool = False


class Remark(Record, frozen=True, kw_only=True):
    """A reason."""

    note: Words = ""


class Removal(Record, frozen=True, kw_only=True):
    """A content to remove."""

    step: int
    why: Words


class Title(Record, frozen=True, kw_only=True):
    """A new title."""

    title: Short
    seen: int


class Person(Record, frozen=True, kw_only=True):
    """A member to add or remove."""

    user: Short


class NewOwner(Record, frozen=True, kw_only=True):
    """A new owner."""

    owner: Short
    seen: int


@post("/cases/{number:int}/notes", guards=[may("case")], sync_to_thread=True)
def add_note(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[NoteGiven]
) -> Response[Step]:
    """Add a note; immutable, correctable by another one."""
    wanted = added(Note(text=data.text), about=data.about, restricted=data.restricted)
    return add_case_step(request, node, user, number, wanted, part="notes")


@post("/cases/{number:int}/alerts", guards=[may("case")], sync_to_thread=True)
def add_alert(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[AlertGiven]
) -> Response[Step]:
    """Add an alert to a case."""
    return add_case_step(request, node, user, number, added(AlertAdded(alert=data.alert)))


@post("/cases/{number:int}/consignments", guards=[may("case")], sync_to_thread=True)
def add_consignment(
    request: Asked,
    node: TheNode,
    user: TheUser,
    number: FromPath[int],
    data: JSONBody[ConsignmentGiven],
) -> Response[Step]:
    """Add a consignment to a case."""
    content = ConsignmentAdded(source=data.source, consignment=data.consignment)
    return add_case_step(request, node, user, number, added(content), part="papers")


@post("/cases/{number:int}/parties", guards=[may("case")], sync_to_thread=True)
def add_party(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[PartyGiven]
) -> Response[Step]:
    """Add a party to a case, from documents or from a list."""
    content = PartyAdded(
        name=data.name,
        role=data.role,
        country=data.country,
        list=data.list,
        entry=data.entry,
        alert=data.alert,
        note=data.note,
    )
    wanted = added(content, restricted=data.restricted)
    return add_case_step(request, node, user, number, wanted, part="papers")


@post("/cases/{number:int}/tasks", guards=[may("case")], sync_to_thread=True)
def add_task(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[TaskGiven]
) -> Response[Step]:
    """Set a task for a member of the case."""
    content = Task(who=known_person(node, data.who), what=data.what, due=data.due)
    wanted = added(content, restricted=data.restricted)
    return add_case_step(request, node, user, number, wanted, part="tasks")


@post("/cases/{number:int}/tasks/{step:int}/done", guards=[may("case")], sync_to_thread=True)
def do_task(
    request: Asked,
    node: TheNode,
    user: TheUser,
    number: FromPath[int],
    step: FromPath[int],
    *,
    data: JSONBody[Remark],
) -> Response[Step]:
    """Complete a task."""
    wanted = added(Done(note=data.note), about=step)
    return add_case_step(request, node, user, number, wanted, part="tasks")


@post("/cases/{number:int}/removals", guards=[may("case")], sync_to_thread=True)
def take_out(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Removal]
) -> Response[Step]:
    """Remove a content of the case; it stays in the history."""
    return add_case_step(
        request, node, user, number, added(Withdrawn(why=data.why), about=data.step)
    )


@post("/cases/{number:int}/title", guards=[may("case")], sync_to_thread=True)
def rename(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Title]
) -> Response[Step]:
    """Change the title of the case."""
    return add_case_step(request, node, user, number, decided(Renamed(title=data.title), data.seen))


@post("/cases/{number:int}/members", guards=[may("case")], sync_to_thread=True)
def share(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Person]
) -> Response[Step]:
    """Add a member to the case."""
    content = Shared(user=known_person(node, data.user))
    return add_case_step(request, node, user, number, added(content), part="people")


@post("/cases/{number:int}/members/removals", guards=[may("case")], sync_to_thread=True)
def unshare(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Person]
) -> Response[Step]:
    """Remove a member from the case."""
    return add_case_step(
        request, node, user, number, added(Unshared(user=data.user)), part="people"
    )


@post("/cases/{number:int}/owner", guards=[may("approve")], sync_to_thread=True)
def change_owner(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[NewOwner]
) -> Response[Step]:
    """Change the owner of the case."""
    content = Owned(owner=known_person(node, data.owner))
    return add_case_step(request, node, user, number, decided(content, data.seen), part="people")


HANDLERS = [
    add_note,
    add_alert,
    add_consignment,
    add_party,
    add_task,
    do_task,
    take_out,
    rename,
    share,
    unshare,
    change_owner,
]
