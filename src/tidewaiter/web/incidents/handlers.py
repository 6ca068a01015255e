"""Incidents: list, incident page, responses, and the reporting form."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import structs

from tidewaiter.base.countries import country_codes
from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.feeds.release import Edge
from tidewaiter.exchange.incidents.checks import check, load_flags
from tidewaiter.exchange.incidents.drafts import (
    Draft,
    DraftGoods,
    DraftHiding,
    DraftParty,
    DraftQuestion,
    draft_of,
    incident_from,
)
from tidewaiter.exchange.incidents.prefill import incident_of_alert
from tidewaiter.exchange.incidents.state import Known
from tidewaiter.exchange.incidents.types import (
    Concealment,
    Equipment,
    Identified,
    Incident,
    Label,
    Packaging,
    Place,
    Stop,
    Transport,
)
from tidewaiter.exchange.problems import Problem, from_error, in_one_line
from tidewaiter.exchange.protocol.markings import Recipient
from tidewaiter.explain.languages import country, marked, words
from tidewaiter.explain.official_names import substance_name
from tidewaiter.store.core.database import Work
from tidewaiter.store.groups import Group, groups
from tidewaiter.store.incidents import (
    Change,
    Seen,
    deliveries,
    find_known,
    incident_at,
    incidents,
    number_of,
    propose,
    send_incident,
    sight,
)
from tidewaiter.store.peers.directory import peers
from tidewaiter.store.peers.statements import Listed
from tidewaiter.transport.feeds import export_incident
from tidewaiter.web.alerts.handlers import seen_by
from tidewaiter.web.cases.steps import Short
from tidewaiter.web.core.exchange_terms import pap_choices, purpose_choices, tlp_choices
from tidewaiter.web.core.form_fields import Filling, FormField, Layout, group_of
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, flat, read_query
from tidewaiter.web.core.responses import done, download, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.incidents.schemas import (
    Answered,
    ExportAsked,
    IncidentForm,
    IncidentPage,
    IncidentRow,
    IncidentsAsked,
    IncidentsPage,
    Proposing,
    Sighted,
    Telling,
    Told,
    shown_incident,
)
from tidewaiter.web.incidents.views import (
    BY_FIELD,
    STATUSES,
    choices,
    incident_view,
    incidents_view,
)

_ROWS = 50


@get("/incidents", guards=[may("exchange")], sync_to_thread=True, query=IncidentsAsked)
def incidents_page(request: Asked, node: TheNode, user: TheUser) -> Response[IncidentsPage]:
    """Show incidents of this node and others, most recent activity first."""
    asked = read_query(request, IncidentsAsked)
    with node.exchange() as (desk, work):
        listed = incidents(work, before=asked.before, rows=_ROWS)
        page = IncidentsPage(
            rows=tuple(
                _row(each, find_known(work, desk.ring.lock, each.owner, each.id), desk.node)
                for each in listed
            ),
            names=names_of(work, desk.node),
            more=listed[-1].last if len(listed) == _ROWS else None,
        )
    tells = "exchange" in user.rights
    return reply(request, "incidents.html", page, view=lambda: incidents_view(page, tells=tells))


@get("/incidents/{number:int}", guards=[may("exchange")], sync_to_thread=True)
def incident_page(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[IncidentPage]:
    """Show an incident: versions, proposals, sightings and recipients."""
    with node.exchange() as (desk, work):
        owner, name = incident_at(work, number)
        known, own = find_known(work, desk.ring.lock, owner, name), owner == desk.node
        told = deliveries(work, owner, name) if own else []
        now = known.now()
        group = now.marking.group if now and own else ""
        page = IncidentPage(
            number=number,
            own=own,
            told=tuple(told),
            known=shown_incident(known, cleared=user.account.cleared),
            names=names_of(work, desk.node),
            group=next((each.name for each in groups(work) if each.id == group), ""),
        )
    speaks = "exchange" in user.rights
    library = node.library()
    return reply(
        request, "incident.html", page, view=lambda: incident_view(page, library, speaks=speaks)
    )


@post(
    "/incidents/{number:int}/proposals", guards=[may("exchange")], sync_to_thread=True, makes=True
)
def propose_change(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Proposing]
) -> Response[Answered]:
    """Comment on another node's incident, or propose a change to its owner."""
    with node.exchange(user) as (desk, work):
        change = Change(text=data.text, at=data.at, instead=data.instead)
        name = propose(work, desk.ring.lock, desk.node, incident_at(work, number), change)
    return done(request, Answered(id=name), f"/incidents/{number}#proposals", status=201)


@post(
    "/incidents/{number:int}/sightings", guards=[may("exchange")], sync_to_thread=True, makes=True
)
def tell_sighting(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Sighted]
) -> Response[Answered]:
    """Report a sighting to the owner of an incident."""
    place = Place(country=data.country, name=data.place)
    seen = Seen(day=data.day, place=place, what=data.what, stage=data.stage)
    with node.exchange(user) as (desk, work):
        incident = incident_at(work, number)
        name = sight(work, desk.ring.lock, desk.node, incident, seen, registry=node.registry)
    return done(request, Answered(id=name), f"/incidents/{number}#sightings", status=201)


@get(
    "/incidents/{number:int}/export",
    guards=[may("exchange")],
    sync_to_thread=True,
    query=ExportAsked,
    gives="application/octet-stream",
)
def export_one(request: Asked, node: TheNode, number: FromPath[int]) -> Response[bytes]:
    """Export an incident without parts that its marking withholds."""
    asked = read_query(request, ExportAsked)
    reader = Recipient(name="export", reach=asked.reach, needs=True)
    edge = Edge(to=reader, purpose=asked.purpose)
    with node.exchange() as (desk, work):
        incident = incident_at(work, number)
        written = export_incident(
            desk, work, incident, form=asked.form, edge=edge, registry=node.registry
        )
    return download(written, "application/octet-stream", f"incident-{number}.{asked.form}.json")


def names_of(work: Work, own: str) -> dict[str, str]:
    """Return peer names by node; this node is not included."""
    return {each.node: each.name for each in peers(work) if each.node != own}


def _row(listed: Listed, known: Known, own: str) -> IncidentRow:
    now = known.now()
    return IncidentRow(
        number=listed.first,
        last=listed.last,
        owner=listed.owner,
        id=listed.id,
        own=listed.owner == own,
        title=now.title if now else None,
        kind=now.kind if now else None,
        day=now.day if now else None,
        country=now.place.country if now else "",
        status=known.status(),
        tlp=now.marking.tlp if now else None,
        version=now.version if now else 0,
        open_proposals=sum(1 for each in known.proposals if each.settled is None),
        sightings=len(known.sightings),
    )


_LISTS = {"lines": 2, "equipment": 1, "route": 2, "packaging": 1, "parties": 2, "questions": 1}
"""Number of empty rows per list of the form."""

Pairs = tuple[tuple[str, str], ...]
Fields = tuple[FormField, ...]


_HEAD = ("title", "kind", "day", "law_day", "stage")
_MESSAGE = Layout(
    main=(*_HEAD, "place.country", "place.name", "place.locode", "account", "changed"),
    without=("status", "flags", "notifications"),
    required=True,
)
_GOODS = Layout(main=("text", "substance", "mass", "volume", "content", "pieces", "cas", "hs"))
_IDENTIFIED = Layout(main=("method", "by", "day", "note"), nothing={"method": marked("not tested")})
_PARTY = Layout(
    main=("role", "name", "basis", "country", "kind", "ref", "restricted"),
    nothing={"role": marked("no party"), "kind": marked("unknown")},
)
_STOP = Layout(nothing={"function": marked("none")})
_PLAIN = Layout()


class LineView(Record, frozen=True, kw_only=True):
    """The goods of a line of the form."""

    declared: Fields
    found: Fields
    identified: Fields
    filled: bool


class FormParts(Record, frozen=True, kw_only=True):
    """The form fields, by section."""

    head: Fields
    account: FormField
    changed: FormField
    lines: tuple[LineView, ...]
    equipment: tuple[Fields, ...]
    parties: tuple[Fields, ...]
    journey: Fields
    route: tuple[Fields, ...]
    hiding: Fields
    packaging: tuple[Fields, ...]
    questions: tuple[Fields, ...]


class FormView(Record, frozen=True, kw_only=True):
    """The form, as displayed."""

    choices: Mapping[str, Pairs]  # by field
    parts: FormParts
    places: Mapping[str, int]  # rows per list: filled ones plus some
    purposes: frozenset[str]  # selected ones
    notifications: tuple[str, ...]
    peers: Pairs
    address: str  # form action


def form_view(
    form: IncidentForm,
    names: Mapping[str, str],
    kept: Sequence[Group],
    substances: Sequence[tuple[str, str]],
) -> FormView:
    """Render the form as text.

    Args:
        form: Form values.
        names: Peer names by node.
        kept: Groups of this node.
        substances: Slug and name of each registry substance.
    """
    filling = Filling(values=form.fields, choices=lambda path: choices(BY_FIELD[path]), most=10_000)
    places = {
        name: _filled(form.fields, name) + more for name, more in {**_LISTS, "settled": 0}.items()
    }
    peers = sorted(names.items(), key=lambda each: each[1].casefold())
    return FormView(
        choices={
            "statuses": choices(STATUSES),
            "tlps": tlp_choices(),
            "paps": pap_choices(),
            "purposes": purpose_choices(),
            "groups": tuple((each.id, each.name) for each in kept),
            "countries": tuple(
                sorted(
                    ((code, country(code)) for code in country_codes()), key=lambda each: each[1]
                )
            ),
            "substances": tuple(
                sorted(
                    ((slug, substance_name(name)) for slug, name in substances),
                    key=lambda each: each[1].casefold(),
                )
            ),
            "flags": tuple(
                (code, f"{code}: {words(flag.says)}")
                for code, flag in load_flags().flag.items()
                if flag.verified
            ),
        },
        places=places,
        parts=_parts(places, filling),
        purposes=frozenset(_numbered(form.fields, "marking.purposes")),
        notifications=tuple(_numbered(form.fields, "notifications")),
        peers=tuple(peers),
        address=f"/incidents/{form.number}/versions" if form.number else "/incidents",
    )


def _parts(places: Mapping[str, int], filling: Filling) -> FormParts:
    def rows(kind: type[Record], name: str, layout: Layout = _PLAIN) -> tuple[Fields, ...]:
        return tuple(_group(kind, f"{name}.{n}", layout, filling) for n in range(places[name]))

    head = {each.name: each for each in _group(Draft, "", _MESSAGE, filling)}
    return FormParts(
        account=head.pop("account"),
        changed=structs.replace(head.pop("changed"), required=True),
        head=tuple(head.values()),
        lines=tuple(_line(f"lines.{n}", filling) for n in range(places["lines"])),
        equipment=rows(Equipment, "equipment"),
        parties=rows(DraftParty, "parties", _PARTY),
        journey=_group(Transport, "transport", _PLAIN, filling),
        route=tuple(
            (structs.replace(first, label=f"{first.label} {n}"), *others)
            for n, (first, *others) in enumerate(rows(Stop, "route", _STOP), 1)
        ),
        hiding=(
            *_group(Concealment, "concealment", _PLAIN, filling),
            *_group(DraftHiding, "concealment", _PLAIN, filling),
            *_group(Label, "label", _PLAIN, filling),
        ),
        packaging=rows(Packaging, "packaging"),
        questions=rows(DraftQuestion, "questions"),
    )


def _group(kind: type[Record], path: str, layout: Layout, filling: Filling) -> Fields:
    group = group_of(kind, path, layout, filling)
    return (*group.main, *group.more)


def _line(path: str, filling: Filling) -> LineView:
    declared, found = (
        _group(DraftGoods, f"{path}.{part}", _GOODS, filling) for part in ("declared", "found")
    )
    return LineView(
        declared=declared,
        found=found,
        identified=_group(Identified, f"{path}.identified", _IDENTIFIED, filling),
        filled=any(goods[0].value for goods in (declared, found)),
    )


def _filled(fields: Mapping[str, Any], name: str) -> int:
    """Count the filled rows of a list."""
    used = {each.split(".")[1] for each in fields if each.startswith(f"{name}.")}
    return max((int(each) + 1 for each in used), default=0)


def _numbered(fields: Mapping[str, str], name: str) -> list[str]:
    return [value for each, value in fields.items() if each.startswith(f"{name}.")]


_ID = 4  # bytes


class NewIncident(Record, frozen=True, kw_only=True):
    """What the form begins with."""

    alert: Short = ""  # alert whose line fills it in; "": none


@get("/incidents/new", guards=[may("exchange")], sync_to_thread=True, query=NewIncident)
def new_incident(request: Asked, node: TheNode, user: TheUser) -> Response[IncidentForm]:
    """Show the form of an incident: empty, or filled in from the line of an alert."""
    name, told = read_query(request, NewIncident).alert, {}
    if name:
        with node.read() as work:
            told = flat(incident_of_alert(seen_by(work, user, name)))
    fields = {
        "day": node.today().isoformat(),
        "marking.tlp": "amber",
        "marking.pap": "red",
        "stage": "unknown",
        "transport.mode": "unknown",
    } | told
    form = IncidentForm(
        number=0, after=0, fields=fields, flags=(), to=(), problems=(), proposals=()
    )
    return _shown(request, node, form)


@get("/incidents/{number:int}/version", guards=[may("exchange")], sync_to_thread=True)
def next_version(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[IncidentForm]:
    """Show the form for the next version of an own incident, filled with the last one."""
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
    """Send an incident to peers or a group, as far as its marking permits."""
    name = f"{data.day:%Y%m%d}-{secrets.token_hex(_ID)}"
    return _tell(request, node, user, data, name)


@post("/incidents/{number:int}/versions", guards=[may("exchange")], sync_to_thread=True, makes=True)
def tell_version(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Telling]
) -> Response[Told]:
    """Send the next version of an own incident to its recipients, and to others."""
    with node.exchange() as (desk, work):
        known = find_known(work, desk.ring.lock, *incident_at(work, number))
        now = _own(known, desk.node, cleared=user.account.cleared)
    if now.version != data.after:
        raise ConflictError("web/version-overtaken", version=now.version, after=data.after)
    return _tell(request, node, user, data, now.id, earlier=(number, known))


def _tell(
    request: Asked,
    node: Node,
    user: TheUser,
    data: Telling,
    name: str,
    *,
    earlier: tuple[int, Known] | None = None,
) -> Response[Any]:
    """Validate and send a form, or show it again with its errors."""
    number, known = earlier or (0, None)
    version, wrong = data.after + 1, tuple[Problem, ...]()
    try:
        with node.exchange(user) as (desk, work):
            incident = incident_from(data, name, desk.node, version)
            wrong = check(incident, node.registry, node.today())
            if not wrong:
                send_incident(work, desk.ring.lock, desk.node, incident, data.to)
                number = number_of(work, desk.node, name)
    except InputError as error:  # outside the transaction, which is rolled back
        wrong = (from_error(error),)
    if not wrong:
        made = Told(number=number, id=name, version=version)
        return done(request, made, f"/incidents/{number}", status=201)
    if request.wants_json:
        told = in_one_line(wrong)
        raise InputError("web/incident-not-told", told=told, hint=wrong[0].hint)
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
        raise InputError("web/only-owner-writes")
    if not cleared and any(each.restricted for each in now.parties):
        raise InputError("web/names-restricted-party")
    return now


def _proposals(known: Known) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (each.said.sender, each.said.body.id, each.said.body.text)
        for each in known.proposals
        if each.settled is None
    )


HANDLERS = [
    incidents_page,
    incident_page,
    propose_change,
    tell_sighting,
    export_one,
    new_incident,
    next_version,
    tell_new,
    tell_version,
]
