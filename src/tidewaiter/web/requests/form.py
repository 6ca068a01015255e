"""The form of a request for information or for legal assistance."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import fields_of
from tidewaiter.exchange.problems import Problem, from_error, in_one_line
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.requests.checks import check_request
from tidewaiter.exchange.requests.state import new_id
from tidewaiter.exchange.requests.types import About, Request
from tidewaiter.exchange.requests.types import Asked as Item
from tidewaiter.explain.languages import marked, words
from tidewaiter.store.groups import Group, groups
from tidewaiter.store.peers.statements import number_of
from tidewaiter.store.requests import KINDS, ask
from tidewaiter.web.core.exchange_terms import pap_choices, purpose_choices, tlp_choices
from tidewaiter.web.core.form_fields import Filling, FormField, Layout, group_of, is_asked
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, flat, read_query
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.incidents.handlers import names_of
from tidewaiter.web.incidents.views import choices
from tidewaiter.web.requests.schemas import NewAsked, Requested, RequestForm, Requesting
from tidewaiter.web.requests.views import KINDS as KIND_WORDS
from tidewaiter.web.requests.views import SUBJECTS, URGENCIES, instrument_choices

_FIELDS = tuple(each.name for each in fields_of(Request) if is_asked(each))
_GOAL = Layout(main=("kind", "purpose", "deadline", "urgency", "why_urgent"))
_FACTS = Layout(main=("facts",), required=True)
_GROUNDS = Layout(
    main=("instrument", "basis", "authority", "procedure"),
    without=(*_GOAL.main, *_FACTS.main),
    nothing={"instrument": marked("none of these")},
)
_PLAIN = Layout()
_EMPTY = 3  # empty rows for items
Pairs = tuple[tuple[str, str], ...]


class RequestFormView(Record, frozen=True, kw_only=True):
    """The form, as displayed."""

    goal: tuple[FormField, ...]
    facts: FormField
    about: tuple[FormField, ...]
    grounds: tuple[FormField, ...]
    choices: dict[str, Pairs]
    peers: Pairs
    places: int  # rows for items


@get("/requests/new", guards=[may("exchange")], sync_to_thread=True, query=NewAsked)
def new_request(request: Asked, node: TheNode) -> Response[RequestForm]:
    """Show the form of a request."""
    asked = read_query(request, NewAsked)
    fields = {
        "to": asked.to,
        "kind": asked.kind,
        "purpose": "investigation",
        "tlp": "amber",
        "pap": "red",
        "about.0.kind": asked.about_kind,
        "about.0.node": asked.about_node,
        "about.0.ref": asked.about_ref,
    }
    return _shown(request, node, RequestForm(fields=fields, items=(), problems=()))


@post("/requests", guards=[may("exchange")], sync_to_thread=True, makes=True)
def ask_peer(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Requesting]
) -> Response[Requested]:
    """Send a request for information or legal assistance to a peer, if its marking permits."""
    name, number, wrong = new_id(), 0, tuple[Problem, ...]()
    try:
        with node.exchange(user) as (desk, work):
            written = _request(data, name, desk.node, node)
            wrong = check_request(written, node.today())
            if not wrong:
                ask(work, desk.ring.lock, desk.node, written)
                number = number_of(work, KINDS, desk.node, name)
    except InputError as error:  # outside the transaction, which is rolled back
        wrong = (from_error(error),)
    if not wrong:
        made = Requested(number=number, id=name, state="open")
        return done(request, made, f"/requests/{number}", status=201)
    if request.wants_json:
        told = in_one_line(wrong)
        raise InputError("web/request-not-sent", told=told, hint=wrong[0].hint)
    fields: dict[str, Any] = msgspec.to_builtins(data)
    items = tuple(fields.pop("items"))
    form = RequestForm(fields=flat(fields), items=items, problems=wrong)
    return _shown(request, node, form, status=400)


def _request(data: Requesting, name: str, own: str, node: Node) -> Request:
    return Request(
        **{field: getattr(data, field) for field in _FIELDS},
        id=name,
        asker=own,
        asked=data.to,
        day=node.today(),
        items=tuple(Item(number=n, text=text) for n, text in enumerate(data.items, 1)),
        about=tuple(
            About(kind=each.kind, node=each.node or own, ref=each.ref)
            for each in data.about
            if each.ref.strip()
        ),
        marking=Marking(tlp=data.tlp, pap=data.pap, purposes=(data.purpose,), group=data.group),
    )


def _shown(request: Asked, node: Node, form: RequestForm, *, status: int = 200) -> Response[Any]:
    with node.exchange() as (desk, work):
        names, kept, own = names_of(work, desk.node), groups(work), desk.node
    return reply(
        request,
        "request-new.html",
        form,
        status=status,
        view=lambda: _view(form, names, kept, own),
    )


def _view(
    form: RequestForm, names: dict[str, str], kept: Sequence[Group], own: str
) -> RequestFormView:
    peers = tuple(sorted(names.items(), key=lambda each: each[1].casefold()))
    values: dict[str, Pairs] = {
        "kind": choices(KIND_WORDS),
        "purpose": purpose_choices(),
        "urgency": choices(URGENCIES),
        "instrument": instrument_choices(),
        "about.kind": choices(SUBJECTS),
        "about.node": ((own, words("this node")), *peers),
    }
    filling = Filling(values=form.fields, choices=values.__getitem__)
    grounds = group_of(Request, "", _GROUNDS, filling)
    return RequestFormView(
        goal=group_of(Request, "", _GOAL, filling).main,
        facts=group_of(Request, "", _FACTS, filling).main[0],
        about=group_of(About, "about.0", _PLAIN, filling).main,
        grounds=(*grounds.main, *grounds.more),
        choices={
            "tlps": tlp_choices(),
            "paps": pap_choices(),
            "groups": tuple((each.id, each.name) for each in kept),
        },
        peers=peers,
        places=len(form.items) + _EMPTY,
    )


HANDLERS = [new_request, ask_peer]
