"""Steps in a case: one address for each kind of step, and what case pages share."""

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
    """Return who looks at cases."""
    return Viewer(
        name=account_key(user.account.id), rights=user.rights, cleared=user.account.cleared
    )


def case_for(work: Work, user: User, number: int) -> Case:
    """Read a case that a user may see.

    Raises:
        MissingError: There is none for them.
    """
    case = find_case(work, viewer_of(user), number)
    if case is None:
        raise MissingError("web/no-case", number=number)
    return case


def step_taken(
    request: Asked, node: Node, user: User, number: int, wanted: Wanted, *, part: str = ""
) -> Response[Step]:
    """Take a step in a case, and go back to its page.

    Args:
        request: What is asked.
        node: The installation.
        user: Who asks.
        number: Of the case.
        wanted: The step.
        part: Of the page to go back to.
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
    """Return a step that decides, and so must rest on all that came before."""
    return Wanted(content=content, seen=seen)


def active_people(work: Work) -> dict[str, str]:
    """Return how those who may sign in are read, by how trails name them."""
    return {account_key(each.id): each.shown for each in accounts(work) if each.active}


def known_person(node: Node, who: str) -> str:
    """Return how trails name an account.

    Raises:
        InputError: There is no such account.
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
    """An alert that belongs to the case."""

    alert: Short


class ConsignmentGiven(Record, frozen=True, kw_only=True):
    """A consignment that belongs to the case."""

    source: int
    consignment: Words


class PartyGiven(Record, frozen=True, kw_only=True):
    """A party that belongs to the case."""

    name: Words
    role: Short = ""
    country: Short = ""
    list: Short = ""
    entry: Short = ""
    alert: Short = ""
    note: Words = ""
    restricted: bool = False


class TaskGiven(Record, frozen=True, kw_only=True):
    """A task; `who`: how trails name an account."""

    who: Short
    what: Words
    due: date | None = None
    restricted: bool = False


class Remark(Record, frozen=True, kw_only=True):
    """Words about something that is done."""

    note: Words = ""


class Removal(Record, frozen=True, kw_only=True):
    """What does not belong to the case."""

    step: int
    why: Words


class Title(Record, frozen=True, kw_only=True):
    """Another title."""

    title: Short
    seen: int


class Person(Record, frozen=True, kw_only=True):
    """Someone who needs to know, or no longer does."""

    user: Short


class NewOwner(Record, frozen=True, kw_only=True):
    """Another owner."""

    owner: Short
    seen: int


@post("/cases/{number:int}/notes", guards=[may("case")], sync_to_thread=True)
def add_note(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[NoteGiven]
) -> Response[Step]:
    """Write a note; it is never changed, only corrected by another one."""
    wanted = added(Note(text=data.text), about=data.about, restricted=data.restricted)
    return step_taken(request, node, user, number, wanted, part="notes")


@post("/cases/{number:int}/alerts", guards=[may("case")], sync_to_thread=True)
def add_alert(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[AlertGiven]
) -> Response[Step]:
    """Add an alert to a case."""
    return step_taken(request, node, user, number, added(AlertAdded(alert=data.alert)))


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
    return step_taken(request, node, user, number, added(content), part="papers")


@post("/cases/{number:int}/parties", guards=[may("case")], sync_to_thread=True)
def add_party(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[PartyGiven]
) -> Response[Step]:
    """Add a party to a case, as papers write it or as a list names it."""
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
    return step_taken(request, node, user, number, wanted, part="papers")


@post("/cases/{number:int}/tasks", guards=[may("case")], sync_to_thread=True)
def add_task(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[TaskGiven]
) -> Response[Step]:
    """Set a task for a member of the case."""
    content = Task(who=known_person(node, data.who), what=data.what, due=data.due)
    wanted = added(content, restricted=data.restricted)
    return step_taken(request, node, user, number, wanted, part="tasks")


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
    """Say that a task is done."""
    wanted = added(Done(note=data.note), about=step)
    return step_taken(request, node, user, number, wanted, part="tasks")


@post("/cases/{number:int}/removals", guards=[may("case")], sync_to_thread=True)
def take_out(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Removal]
) -> Response[Step]:
    """Take out what does not belong to the case; it stays in the trail."""
    return step_taken(request, node, user, number, added(Withdrawn(why=data.why), about=data.step))


@post("/cases/{number:int}/title", guards=[may("case")], sync_to_thread=True)
def rename(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Title]
) -> Response[Step]:
    """Give the case another title."""
    return step_taken(request, node, user, number, decided(Renamed(title=data.title), data.seen))


@post("/cases/{number:int}/members", guards=[may("case")], sync_to_thread=True)
def share(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Person]
) -> Response[Step]:
    """Share the case with someone who needs to know."""
    content = Shared(user=known_person(node, data.user))
    return step_taken(request, node, user, number, added(content), part="people")


@post("/cases/{number:int}/members/removals", guards=[may("case")], sync_to_thread=True)
def unshare(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Person]
) -> Response[Step]:
    """End the sharing with someone."""
    return step_taken(request, node, user, number, added(Unshared(user=data.user)), part="people")


@post("/cases/{number:int}/owner", guards=[may("approve")], sync_to_thread=True)
def change_owner(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[NewOwner]
) -> Response[Step]:
    """Give the case another owner."""
    content = Owned(owner=known_person(node, data.owner))
    return step_taken(request, node, user, number, decided(content, data.seen), part="people")


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
