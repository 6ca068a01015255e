"""How a case ends: closed by one or two people, opened again, kept, held, and erased."""

from datetime import date
from typing import Any, Literal

from litestar import Response, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.records import Record
from tidewaiter.casework.steps import (
    Agreed,
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
from tidewaiter.store.caseerasing import erase_case
from tidewaiter.web.asking import Asked
from tidewaiter.web.casework import Short, Words, decided, step_taken, viewer_of
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.replies import done
from tidewaiter.web.security import may


class Closing(Record, frozen=True, kw_only=True):
    """Closing a case; as dismissed it is proposed, and someone else must agree."""

    how: Literal["dismissed", "confirmed", "referred"]
    why: Words
    to: Words = ""  # to whom it is referred
    seen: int


class Answer(Record, frozen=True, kw_only=True):
    """The second pair of eyes."""

    agree: Literal["yes", "no"]
    why: Words = ""
    seen: int


class Reason(Record, frozen=True, kw_only=True):
    """Why something is done, and the last step that was seen."""

    why: Words = ""
    seen: int


class Retention(Record, frozen=True, kw_only=True):
    """How long a case is kept at least, and by which rule."""

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
    return step_taken(request, node, user, number, decided(content, data.seen))


@post("/cases/{number:int}/answer", guards=[may("approve")], sync_to_thread=True)
def answer(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Answer]
) -> Response[Step]:
    """Agree that a case is closed as dismissed, or refuse; not by whoever proposed it."""
    content = Agreed(note=data.why) if data.agree == "yes" else Refused(why=data.why)
    return step_taken(request, node, user, number, decided(content, data.seen))


@post("/cases/{number:int}/recall", guards=[may("case")], sync_to_thread=True)
def recall(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Reason]
) -> Response[Step]:
    """Take back one's own proposal to close the case as dismissed."""
    return step_taken(request, node, user, number, decided(Recalled(why=data.why), data.seen))


@post("/cases/{number:int}/reopening", guards=[may("approve")], sync_to_thread=True)
def reopen(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Reason]
) -> Response[Step]:
    """Open a closed case again."""
    return step_taken(request, node, user, number, decided(Reopened(why=data.why), data.seen))


@post("/cases/{number:int}/retention", guards=[may("case")], sync_to_thread=True)
def retain(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Retention]
) -> Response[Step]:
    """Say how long the case is kept at least, and by which rule."""
    content = Retained(until=data.until, basis=data.basis)
    return step_taken(request, node, user, number, decided(content, data.seen), part="keeping")


@post("/cases/{number:int}/hold", guards=[may("case")], sync_to_thread=True)
def hold(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Reason]
) -> Response[Step]:
    """Put a legal hold on the case: nothing of it may be erased."""
    wanted = decided(Held(why=data.why), data.seen)
    return step_taken(request, node, user, number, wanted, part="keeping")


@post("/cases/{number:int}/release", guards=[may("approve")], sync_to_thread=True)
def unhold(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Reason]
) -> Response[Step]:
    """End the legal hold."""
    wanted = decided(Unheld(why=data.why), data.seen)
    return step_taken(request, node, user, number, wanted, part="keeping")


@post("/cases/{number:int}/erasing", guards=[may("approve")], sync_to_thread=True)
def erase(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Reason]
) -> Response[Step]:
    """Erase what can name people, when the case's time is over and nothing holds it."""
    with node.change(user) as work:
        step = erase_case(work, viewer_of(user), number, why=data.why, seen=data.seen)
    return done(request, step, f"/cases/{number}#keeping")


HANDLERS = [close, answer, recall, reopen, retain, hold, unhold, erase]
