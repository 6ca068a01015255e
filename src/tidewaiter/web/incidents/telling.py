"""Telling: the form of an incident, and of the versions that follow."""

import secrets
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import structs

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.exchange.incidents.checks import check
from tidewaiter.exchange.incidents.drafts import draft_of, incident_from
from tidewaiter.exchange.incidents.folding import Known
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.exchange.problems import Problem
from tidewaiter.store.groups import groups
from tidewaiter.store.incidents import find_known, incident_at, number_of, tell_incident
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.incidentformview import form_view
from tidewaiter.web.incidentrows import IncidentForm, Telling, Told
from tidewaiter.web.incidents import names_of
from tidewaiter.web.nested import flat
from tidewaiter.web.node import Node
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may

_ID = 4  # bytes


@get("/incidents/new", guards=[may("exchange")], sync_to_thread=True)
def new_incident(request: Asked, node: TheNode) -> Response[IncidentForm]:
    """Show the empty form of an incident."""
    fields = {
        "day": node.today().isoformat(),
        "marking.tlp": "amber",
        "marking.pap": "red",
        "stage": "unknown",
        "transport.mode": "unknown",
    }
    form = IncidentForm(
        number=0, after=0, fields=fields, flags=(), to=(), problems=(), proposals=()
    )
    return _shown(request, node, form)


@get("/incidents/{number:int}/version", guards=[may("exchange")], sync_to_thread=True)
def next_version(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[IncidentForm]:
    """Show the form of the next version of an own incident, with what the last one says."""
    with node.exchange() as (desk, work):
        known = find_known(work, desk.ring.lock, *incident_at(work, number))
        now = _own(known, desk.node, cleared=user.account.cleared)
    told = msgspec.to_builtins(draft_of(now))
    flags = tuple(told.pop("flags"))
    form = IncidentForm(
        number=number,
        after=now.version,
        fields=flat(told),
        flags=flags,
        to=(),
        problems=(),
        proposals=_proposals(known),
    )
    return _shown(request, node, form)


@post("/incidents", guards=[may("exchange")], sync_to_thread=True, makes=True)
def tell_new(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Telling]
) -> Response[Told]:
    """Tell peers or a group of an incident; whom its marking does not allow is not told."""
    name = f"{data.day:%Y%m%d}-{secrets.token_hex(_ID)}"
    return _tell(request, node, user, data, name)


@post("/incidents/{number:int}/versions", guards=[may("exchange")], sync_to_thread=True, makes=True)
def tell_version(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Telling]
) -> Response[Told]:
    """Tell the next version of an own incident to whom it was told, and to others."""
    with node.exchange() as (desk, work):
        known = find_known(work, desk.ring.lock, *incident_at(work, number))
        now = _own(known, desk.node, cleared=user.account.cleared)
    if now.version != data.after:
        hint = "load the form again: somebody told another version meanwhile"
        raise ConflictError(f"version {now.version} is the last, not {data.after}", hint=hint)
    return _tell(request, node, user, data, now.id, number=number, known=known)


def _tell(
    request: Asked,
    node: Node,
    user: TheUser,
    data: Telling,
    name: str,
    *,
    number: int = 0,
    known: Known | None = None,
) -> Response[Any]:
    """Check what was written and tell it, or show the form again with what is wrong."""
    version, wrong = data.after + 1, tuple[Problem, ...]()
    try:
        with node.exchange(user) as (desk, work):
            incident = incident_from(data, name, desk.node, version)
            wrong = check(incident, node.registry, node.today())
            if not wrong:
                tell_incident(work, desk.ring.lock, desk.node, incident, data.to)
                number = number_of(work, desk.node, name)
    except InputError as error:  # out of the work, so that nothing of it is kept
        wrong = (_problem(error),)
    if not wrong:
        made = Told(number=number, id=name, version=version)
        return done(request, made, f"/incidents/{number}", status=201)
    if request.wants_json:
        told = "; ".join(f"{each.at}: {each.text}" if each.at else each.text for each in wrong)
        raise InputError(f"the incident is not told: {told}", hint=wrong[0].hint)
    data = structs.replace(data, settled=tuple(s for s in data.settled if s.taken is not None))
    answered = {(each.node, each.proposal) for each in data.settled}
    open_ = _proposals(known) if known else ()
    fields = msgspec.to_builtins(data)
    flags, to = tuple(fields.pop("flags")), tuple(fields.pop("to"))
    form = IncidentForm(
        number=number,
        after=data.after,
        fields=flat(fields),
        flags=flags,
        to=to,
        problems=wrong,
        proposals=tuple(each for each in open_ if each[:2] not in answered),
    )
    return _shown(request, node, form, status=400)


def _shown(
    request: Asked, node: Node, form: IncidentForm, *, status: int = 200
) -> Response[IncidentForm]:
    with node.exchange() as (desk, work):
        names, kept = names_of(work, desk.node), groups(work)
    substances = [(each.slug, each.name) for each in node.registry.substances]
    return reply(
        request,
        "incident-new.html",
        form,
        status=status,
        view=lambda: form_view(form, names, kept, substances),
    )


def _own(known: Known, own: str, *, cleared: bool) -> Incident:
    now = known.now()
    if known.owner != own or now is None:
        raise InputError("only its owner writes a version", hint="propose a change instead")
    if not cleared and any(each.restricted for each in now.parties):
        hint = "ask someone who is cleared to write the next version"
        raise InputError("it names a party that is for the authority only", hint=hint)
    return now


def _proposals(known: Known) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (each.said.sender, each.said.body.id, each.said.body.text)
        for each in known.proposals
        if each.settled is None
    )


def _problem(error: InputError) -> Problem:
    return Problem(level="wrong", at=error.at, text=error.message, hint=error.hint)


HANDLERS = [new_incident, next_version, tell_new, tell_version]
