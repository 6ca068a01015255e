"""Requests: boxes by deadline, request page, and this node's responses."""

from collections.abc import Callable
from datetime import date
from typing import Any, get_args

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.exchange.requests.state import (
    Asking,
    Box,
    Show,
    acts,
    box_of,
    marking_of_answer,
    new_id,
    shows,
    urgency_first,
)
from tidewaiter.exchange.requests.types import Answer, Delay, Refusal, Withdrawal
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.core.database import Work
from tidewaiter.store.groups import groups
from tidewaiter.store.incidents import number_of
from tidewaiter.store.peers.statements import Listed, destroyed_of
from tidewaiter.store.recalls.compliance import delivery_statuses
from tidewaiter.store.requests import KINDS, find_request, request_at, say_to_request
from tidewaiter.store.requests import requests as kept_requests
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.incidents.handlers import names_of
from tidewaiter.web.requests.schemas import (
    Answering,
    Delaying,
    Refusing,
    Requested,
    RequestPage,
    RequestRow,
    RequestsAsked,
    RequestsPage,
    Withdrawing,
    shown_request,
)
from tidewaiter.web.requests.views import request_view, requests_view

_ROWS = 50
_MOST = 2_000  # maximum requests examined
_LINKS = 50  # per request: peers may name any number
_FIRST = 160  # characters of the facts in a row


@get("/requests", guards=[may("exchange")], sync_to_thread=True, query=RequestsAsked)
def requests_page(request: Asked, node: TheNode) -> Response[RequestsPage]:
    """Show received or sent requests: overdue first, then by deadline."""
    asked, today = read_query(request, RequestsAsked), node.today()
    with node.exchange() as (desk, work):
        found = kept_requests(work, desk.ring.lock, rows=_MOST + 1)
        own, names = desk.node, names_of(work, desk.node)
    counts: dict[Box, dict[Show, int]] = {
        box: {
            show: sum(box_of(k, own) == box and shows(k, show, today) for _, k in found[:_MOST])
            for show in get_args(Show)
        }
        for box in get_args(Box)
    }
    these = [
        each
        for each in found[:_MOST]
        if box_of(each[1], own) == asked.box and shows(each[1], asked.show, today)
    ]
    these.sort(key=lambda each: urgency_first(each[1]))  # stable: otherwise by recent activity
    end = asked.after + _ROWS
    page = RequestsPage(
        asked=asked,
        day=today,
        counts=counts,
        names=names,
        rows=tuple(_row(*each, own, today) for each in these[asked.after : end]),
        more=end if len(these) > end else None,
        cut=len(found) > _MOST,
    )
    return reply(request, "requests.html", page, view=lambda: requests_view(page))


@get("/requests/{number:int}", guards=[may("exchange")], sync_to_thread=True)
def request_page(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[RequestPage]:
    """Show a request: items, statements, and possible replies."""
    today = node.today()
    with node.exchange() as (desk, work):
        of = request_at(work, number)
        known = find_request(work, desk.ring.lock, *of)
        group = known.request.body.marking.group if known.request else ""
        page = RequestPage(
            number=number,
            own=desk.node,
            box=box_of(known, desk.node),
            day=today,
            overdue=known.overdue(today),
            known=shown_request(known, destroyed_of(work, KINDS, *of)),
            acts=acts(known, desk.node),
            fates=delivery_statuses(work, desk.ring.lock, desk.node, KINDS, of),
            links=_links(work, known),
            names=names_of(work, desk.node),
            group=next((each.name for each in groups(work) if each.id == group), ""),
        )
    return reply(request, "request.html", page, view=lambda: request_view(page, user.rights))


@post("/requests/{number:int}/answers", guards=[may("exchange")], sync_to_thread=True, makes=True)
def answer_request(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Answering]
) -> Response[Requested]:
    """Answer items in full or in part, for the purpose of the request only."""

    def said(of: tuple[str, str], known: Asking) -> Answer:
        return Answer(
            **_to(of),
            text=data.text,
            items=data.items,
            partly=data.partly,
            bundles=data.bundles,
            marking=marking_of_answer(known, data.tlp),
        )

    return _say(request, node, user, number, said)


@post("/requests/{number:int}/refusals", guards=[may("exchange")], sync_to_thread=True, makes=True)
def refuse_request(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Refusing]
) -> Response[Requested]:
    """Refuse items, with a reason."""

    def said(of: tuple[str, str], _: Asking) -> Refusal:
        return Refusal(**_to(of), items=data.items, ground=data.ground, why=data.why)

    return _say(request, node, user, number, said)


@post("/requests/{number:int}/delays", guards=[may("exchange")], sync_to_thread=True, makes=True)
def delay_request(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Delaying]
) -> Response[Requested]:
    """Request more time, or state a precondition; the asker's deadline is unchanged."""

    def said(of: tuple[str, str], _: Asking) -> Delay:
        return Delay(**_to(of), until=data.until, needs=data.needs, why=data.why)

    return _say(request, node, user, number, said)


@post(
    "/requests/{number:int}/withdrawal", guards=[may("exchange")], sync_to_thread=True, makes=True
)
def withdraw_request(
    request: Asked,
    node: TheNode,
    user: TheUser,
    number: FromPath[int],
    data: JSONBody[Withdrawing],
) -> Response[Requested]:
    """Withdraw an own request, with a reason."""

    def said(of: tuple[str, str], _: Asking) -> Withdrawal:
        return Withdrawal(**_to(of), why=data.why)

    return _say(request, node, user, number, said)


def _say(
    request: Asked,
    node: Node,
    user: User,
    number: int,
    said: Callable[[tuple[str, str], Asking], Answer | Refusal | Delay | Withdrawal],
) -> Response[Any]:
    with node.exchange(user) as (desk, work):
        of = request_at(work, number)
        words = said(of, find_request(work, desk.ring.lock, *of))
        known = say_to_request(work, desk.ring.lock, desk.node, words)
    made = Requested(number=number, id=known.id, state=known.state)
    return done(request, made, f"/requests/{number}#said", status=201)


def _to(of: tuple[str, str]) -> dict[str, Any]:
    return {"id": new_id(), "asker": of[0], "request": of[1]}


def _links(work: Work, known: Asking) -> dict[str, str]:
    """Return the addresses of a request's subjects known here."""
    about = known.request.body.about[:_LINKS] if known.request else ()
    found = {
        f"{each.node} {each.ref}": number_of(work, each.node, each.ref)
        for each in about
        if each.kind == "incident"
    }
    return {key: f"/incidents/{number}" for key, number in found.items() if number}


def _row(listed: Listed, known: Asking, own: str, today: date) -> RequestRow:
    body = known.request.body if known.request else None
    asked = body.asked if body else ""
    return RequestRow(
        number=listed.first,
        id=known.id,
        peer=asked if known.asker == own else known.asker,
        state=known.state,
        kind=body.kind if body else None,
        facts=body.facts[:_FIRST] if body else "",
        purpose=body.purpose if body else None,
        tlp=body.marking.tlp if body else None,
        deadline=body.deadline if body else None,
        overdue=known.overdue(today),
        urgency=body.urgency if body else "routine",
        open_items=sum(each in {"open", "part"} for each in known.items.values()),
        items=len(known.items),
    )


HANDLERS = [
    requests_page,
    request_page,
    answer_request,
    refuse_request,
    delay_request,
    withdraw_request,
]
