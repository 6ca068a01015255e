"""Incidents: the list, the page of one, and what others answer to it."""

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.courier.exporting import export_incident
from tidewaiter.exchange.edges.release import Edge
from tidewaiter.exchange.incidents.folding import Known
from tidewaiter.exchange.incidents.types import Place
from tidewaiter.exchange.markings import Recipient
from tidewaiter.store.database import Work
from tidewaiter.store.groups import groups
from tidewaiter.store.incidentanswers import Seen, deliveries, propose, sight
from tidewaiter.store.incidents import find_known, incident_at, incidents
from tidewaiter.store.peers import peers
from tidewaiter.store.saying import Listed
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.incidentrows import (
    Answered,
    ExportAsked,
    IncidentPage,
    IncidentRow,
    IncidentsAsked,
    IncidentsPage,
    Proposing,
    Sighted,
    known_told,
)
from tidewaiter.web.incidentview import incident_view, incidents_view
from tidewaiter.web.replies import done, download, reply
from tidewaiter.web.security import may

_ROWS = 50


@get("/incidents", guards=[may("exchange")], sync_to_thread=True, query=IncidentsAsked)
def incidents_page(request: Asked, node: TheNode, user: TheUser) -> Response[IncidentsPage]:
    """Show incidents of this node and of others, the one that something was said of last first."""
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
    """Show an incident: its versions, proposals and sightings, and who was told."""
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
            known=known_told(known, cleared=user.account.cleared),
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
    """Comment on an incident of another node, or propose a change; its owner decides."""
    with node.exchange(user) as (desk, work):
        name = propose(
            work,
            desk.ring.lock,
            desk.node,
            incident_at(work, number),
            data.text,
            at=data.at,
            instead=data.instead,
        )
    return done(request, Answered(id=name), f"/incidents/{number}#proposals", status=201)


@post(
    "/incidents/{number:int}/sightings", guards=[may("exchange")], sync_to_thread=True, makes=True
)
def tell_sighting(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Sighted]
) -> Response[Answered]:
    """Tell the owner of an incident that it was seen here too."""
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
    """Give an incident out for other programs, without what its marking holds back."""
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
    """Return the names of peers by node, as pages show them; this node has none here."""
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


HANDLERS = [incidents_page, incident_page, propose_change, tell_sighting, export_one]
