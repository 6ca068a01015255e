"""Requests for information: asked and answered, stored with the message that carries each."""

from collections.abc import Iterable

import msgspec
from msgspec import structs

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.exchange.problems import Problem, as_error
from tidewaiter.exchange.requests.checks import (
    check_answer,
    check_delay,
    check_refusal,
    check_request,
    check_withdrawal,
)
from tidewaiter.exchange.requests.state import Asking, act_of, acts, request_of
from tidewaiter.exchange.requests.types import (
    Answer,
    Delay,
    Refusal,
    Request,
    Spoken,
    Withdrawal,
)
from tidewaiter.store.audit import stamp_of
from tidewaiter.store.core.database import Work
from tidewaiter.store.groups import marked_for
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.store.peers.statements import (
    Listed,
    Subject,
    is_known,
    keep_again,
    keep_said,
    said_of,
    said_of_each,
    spoken_here,
    subject_at,
)

KINDS: dict[str, type[Spoken]] = {
    "request": Request,
    "answer": Answer,
    "refusal": Refusal,
    "delay": Delay,
    "withdrawal": Withdrawal,
}
"""Kinds of message that speak of requests."""

_NAMES = {kind: name for name, kind in KINDS.items()}


def ask(work: Work, safe: bytes, own: str, request: Request) -> None:
    """Ask a peer.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        own: The name of this node.
        request: One of this node's own.

    Raises:
        ConflictError: There is one of that id.
        InputError: Something about it must be mended, or its marking forbids it.
        MissingError: There is no such peer, or no such group.
    """
    if request.asker != own:
        raise InputError("store/request-of-another")
    if is_known(work, KINDS, own, request.id):
        raise ConflictError("store/request-exists", id=request.id)
    refuse_first(check_request(request, stamp_of(work).at.date()))
    marking = marked_for(work, request.marking, request.asked, request.purpose)
    message = Message(kind="request", body=msgspec.json.encode(request), marking=marking)
    name = write_message(work, safe, request.asked, message)
    of = Subject(kind="request", owner=own, id=request.id)
    keep_said(work, safe, spoken_here(work, own, name), of, request, names=[name])


def say_to_request(
    work: Work, safe: bytes, own: str, said: Answer | Refusal | Delay | Withdrawal
) -> Asking:
    """Answer, refuse or put off what is asked; or, as its asker, ask no longer.

    What is told goes under the answer's own marking, or that of the request, and for the purpose
    of the request.

    Raises:
        ConflictError: It was withdrawn; or there is nothing left to put off.
        InputError: It is not this node's to say, must be mended, or its marking forbids it.
        MissingError: There is no such request here.
    """
    known = find_request(work, safe, said.asker, said.request)
    first = known.request
    if first is None:
        raise MissingError("store/request-not-here")
    request, withdraws = first.body, isinstance(said, Withdrawal)
    if own != (request.asker if withdraws else request.asked):
        who = "the requesting node can withdraw" if withdraws else "the requested node can answer"
        raise InputError("store/not-theirs-to-say", who=who)
    if known.withdrawal is not None:
        raise ConflictError("store/request-withdrawn")
    if act_of(said) not in acts(known, own):
        raise ConflictError("store/all-answered-or-refused")
    refuse_first(_problems(work, said, request))
    plain = structs.replace(request.marking, group="", epoch=0)  # the asker's group is not ours
    marking = said.marking if isinstance(said, Answer) else plain
    peer = request.asked if withdraws else request.asker
    message = Message(
        kind=_NAMES[type(said)],
        body=msgspec.json.encode(said),
        thread=first.id,
        parent=first.id,
        marking=marked_for(work, marking, peer, request.purpose),
    )
    name = write_message(work, safe, peer, message)
    of = Subject(kind=message.kind, owner=said.asker, id=said.request)
    keep_said(work, safe, spoken_here(work, own, name), of, said, names=[name])
    return find_request(work, safe, said.asker, said.request)


def hear_of_request(work: Work, safe: bytes, heard: Heard, kind: str, said: Spoken) -> None:
    """Keep what a peer said of a request; whether it counts, the fold of all says.

    Raises:
        InputError: It is not the sender's to say, or of a request that is not known.
    """
    if isinstance(said, Request):
        if (said.asker, said.asked) != (heard.sender, heard.to):
            raise InputError("store/request-between-others")
    elif not _is_open_to(work, safe, heard, said):
        raise InputError("store/no-request-with-peer")
    subject = said.id if isinstance(said, Request) else said.request
    keep_said(work, safe, heard, Subject(kind=kind, owner=said.asker, id=subject), said)


def say_again(work: Work, safe: bytes, heard: Heard, kind: str, said: Spoken) -> None:
    """Keep what this node itself said of a request before it was restored from a copy."""
    subject = said.id if isinstance(said, Request) else said.request
    keep_again(work, safe, heard, Subject(kind=kind, owner=said.asker, id=subject), said)


def find_request(work: Work, safe: bytes, asker: str, request: str) -> Asking:
    """Return all that is known of a request.

    Raises:
        MissingError: There is none of that id.
    """
    if not is_known(work, KINDS, asker, request):
        raise MissingError("store/no-request", request=request[:60])
    return request_of(asker, request, said_of(work, safe, KINDS, asker, request))


def requests(work: Work, safe: bytes, *, rows: int = 100) -> list[tuple[Listed, Asking]]:
    """Return requests and what is known of each, the one that was spoken of last first."""
    return [
        (each, request_of(each.owner, each.id, said))
        for each, said in said_of_each(work, safe, KINDS, rows=rows)
    ]


def request_at(work: Work, number: int) -> tuple[str, str]:
    """Return the asker and the id of a request by its number here.

    Raises:
        MissingError: There is none.
    """
    return subject_at(work, KINDS, number, "request")


def refuse_first(problems: Iterable[Problem]) -> None:
    """Refuse what must be mended.

    Raises:
        InputError: There is a problem; it tells the first.
    """
    for each in problems:
        raise as_error(each)


def _problems(
    work: Work, said: Answer | Refusal | Delay | Withdrawal, request: Request
) -> tuple[Problem, ...]:
    if isinstance(said, Answer):
        return check_answer(said, request)
    if isinstance(said, Refusal):
        return check_refusal(said, request)
    if isinstance(said, Delay):
        return check_delay(said, request, stamp_of(work).at.date())
    return check_withdrawal(said, request)


def _is_open_to(
    work: Work, safe: bytes, heard: Heard, said: Answer | Refusal | Delay | Withdrawal
) -> bool:
    """Say whether it is of a request between these two, from the one whose turn it is."""
    if not is_known(work, KINDS, said.asker, said.request):
        return False
    if isinstance(said, Withdrawal):
        return said.asker == heard.sender
    first = find_request(work, safe, said.asker, said.request).request
    asked = first.body.asked if first else ""
    return (said.asker, asked) == (heard.to, heard.sender)
