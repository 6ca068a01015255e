"""What is done with a case: an address for each kind of step, each back to the page of the case."""

from datetime import date

from litestar import Response, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.records import Record
from tidewaiter.casework.steps import (
    AlertAdded,
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
from tidewaiter.web.asking import Asked
from tidewaiter.web.casework import (
    Short,
    Words,
    added,
    decided,
    known_person,
    step_taken,
)
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.security import may


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
