"""Incident views: kinds, stages and roles, versions and changes, recipients."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import fields_of
from tidewaiter.exchange.incidents.checks import load_flags
from tidewaiter.exchange.incidents.types import (
    AllegedParty,
    Concealment,
    Equipment,
    Function,
    Goods,
    Incident,
    Kind,
    Label,
    Method,
    Mode,
    PartyKind,
    Place,
    Role,
    Stage,
    Status,
    Stop,
    Transport,
)
from tidewaiter.explain.languages import country, marked, number, numbered, pmarked, words
from tidewaiter.explain.words import Library
from tidewaiter.web.core.exchange_terms import (
    MarkingView,
    marking_in_words,
    purpose_choices,
    reach_choices,
)
from tidewaiter.web.incidents.schemas import (
    IncidentPage,
    IncidentRow,
    IncidentsPage,
    KnownTold,
)
from tidewaiter.web.peers.schemas import peer_key
from tidewaiter.web.peers.views import state_in_words

KINDS: Mapping[Kind, str] = {
    "seizure": marked("seizure"),
    "stopped-shipment": marked("stopped shipment"),
    "suspicious-shipment": marked("suspicious shipment"),
    "diversion": marked("diversion"),
    "attempted-diversion": marked("attempted diversion"),
    "theft-or-loss": marked("theft or loss"),
}
STATUSES: Mapping[Status, str] = {
    "open": pmarked("incident", "open"),
    "updated": marked("updated"),
    "closed": pmarked("incident", "closed"),
}
STAGES: Mapping[Stage, str] = {
    "export": marked("export"),
    "transit": marked("transit"),
    "import": marked("import"),
    "free-zone": marked("free zone"),
    "domestic-trade": marked("domestic trade"),
    "manufacture": marked("manufacture"),
    "storage": marked("storage"),
    "laboratory": marked("laboratory"),
    "unknown": marked("unknown"),
}
METHODS: Mapping[Method, str] = {
    "laboratory": marked("laboratory"),
    "field-test": marked("presumptive test"),
    "instrument": marked("handheld analyser"),
    "papers": marked("documents"),
    "label": marked("label"),
    "statement": marked("statement"),
    "unknown": marked("unknown"),
}
MODES: Mapping[Mode, str] = {
    "sea": marked("sea"),
    "air": marked("air"),
    "road": marked("road"),
    "rail": marked("rail"),
    "inland-water": marked("inland water"),
    "post": marked("post"),
    "courier": marked("courier"),
    "person": marked("carried by a person"),
    "unknown": marked("unknown"),
}
ROLES: Mapping[Role, str] = {
    "exporter": marked("exporter"),
    "importer": marked("importer"),
    "consignor": marked("consignor"),
    "consignee": marked("consignee"),
    "ultimate-consignee": marked("ultimate consignee"),
    "notify": marked("notify party"),
    "seller": marked("seller"),
    "buyer": marked("buyer"),
    "broker": marked("broker"),
    "carrier": marked("carrier"),
    "forwarder": marked("forwarder"),
    "customs-broker": marked("customs broker"),
    "manufacturer": marked("manufacturer"),
    "holder": marked("holder"),
    "other": marked("other"),
}
PARTY_KINDS: Mapping[PartyKind, str] = {
    "person": marked("person"),
    "organisation": marked("organisation"),
    "vessel": marked("vessel"),
    "unknown": marked("unknown"),
}
FUNCTIONS: Mapping[Function, str] = {
    "origin": marked("origin"),
    "loading": marked("loading"),
    "transit": marked("transit"),
    "unlading": marked("unlading"),
    "destination": marked("destination"),
}
PARTS = {each.name: each.label for each in fields_of(Incident) if each.label}
"""Sections of an incident, in page order."""


def choices(said: Mapping[Any, str]) -> tuple[tuple[str, str], ...]:
    """Return values with display texts, for a form."""
    return tuple((value, words(text)) for value, text in said.items())


BY_FIELD: Mapping[str, Mapping[Any, str]] = {
    "kind": KINDS,
    "status": STATUSES,
    "stage": STAGES,
    "lines.identified.method": METHODS,
    "transport.mode": MODES,
    "parties.role": ROLES,
    "parties.kind": PARTY_KINDS,
    "route.function": FUNCTIONS,
}
"""Display texts of enumerated fields."""

_PPM = 10_000  # in a percent


class IncidentLine(Record, frozen=True, kw_only=True):
    """An incident of the list, as displayed."""

    row: IncidentRow
    owner: str
    kind: str
    status: str
    country: str
    notes: tuple[str, ...]


class IncidentsView(Record, frozen=True, kw_only=True):
    """The list, as displayed."""

    lines: tuple[IncidentLine, ...]
    tells: bool
    keys: tuple[tuple[str, str], ...]


class PartView(Record, frozen=True, kw_only=True):
    """A section of an incident: name and texts."""

    name: str
    says: tuple[str, ...]
    alleged: bool = False


class VersionView(Record, frozen=True, kw_only=True):
    """A version, as displayed."""

    number: int
    at: str
    status: str
    why: str  # in the owner's words
    differs: tuple[str, ...]  # changed sections


class ToldView(Record, frozen=True, kw_only=True):
    """Delivery status of a version to a peer."""

    peer: str
    version: int
    became: str
    came: bool


class IncidentView(Record, frozen=True, kw_only=True):
    """The page of one, as displayed."""

    owner: str
    kind: str
    status: str
    marking: MarkingView | None
    parts: tuple[PartView, ...]
    versions: tuple[VersionView, ...]  # latest first
    told: tuple[ToldView, ...]
    answers: bool  # the reader may send proposals and sightings
    tells: bool  # the reader may send the next version
    stages: tuple[tuple[str, str], ...]
    reaches: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    places: dict[str, str]  # page addresses of peers, by node
    keys: tuple[tuple[str, str], ...]


def incidents_view(page: IncidentsPage, *, tells: bool) -> IncidentsView:
    """Render the list as text.

    Args:
        page: The list.
        tells: The reader may report incidents.
    """
    return IncidentsView(
        lines=tuple(_line(each, page.names) for each in page.rows),
        tells=tells,
        keys=(("n", words("Report an incident")),) if tells else (),
    )


def incident_view(page: IncidentPage, library: Library, *, speaks: bool) -> IncidentView:
    """Render the page of an incident as text.

    Args:
        page: The page record.
        library: Names of substances.
        speaks: The reader may write to other nodes.
    """
    now = page.known.now()
    keys = [("l", words("Back to the list"))]
    if speaks:
        keys.append(("n", words("Create a new version") if page.own else words("Propose a change")))
    return IncidentView(
        owner=_owner(page.known.owner, page.own, page.names),
        kind=words(KINDS[now.kind]) if now else "",
        status=words(STATUSES[now.status]) if now else "",
        marking=marking_in_words(now.marking, page.group) if now else None,
        parts=tuple(_parts(now, library)) if now else (),
        versions=tuple(_versions(page.known))[::-1],
        told=tuple(
            ToldView(
                peer=page.names.get(each.peer, each.peer),
                version=each.version,
                became=state_in_words(each.state, each.code),
                came=each.state == "processed",
            )
            for each in page.told
        ),
        answers=speaks and not page.own and now is not None,
        tells=speaks and page.own,
        stages=choices(STAGES),
        reaches=reach_choices(),
        purposes=purpose_choices(),
        places={each: peer_key(each) for each in page.names},
        keys=tuple(keys),
    )


def differing(before: Incident, after: Incident) -> tuple[str, ...]:
    """Return the sections changed by a version, by name."""
    return tuple(name for name in PARTS if getattr(before, name) != getattr(after, name))


def _line(row: IncidentRow, names: dict[str, str]) -> IncidentLine:
    notes = list[str]()
    if row.open_proposals:
        notes.append(
            numbered(
                "%(num)s proposal awaiting a reply",
                "%(num)s proposals awaiting a reply",
                row.open_proposals,
            )
        )
    if row.sightings:
        notes.append(
            numbered("%(num)s sighting by a peer", "%(num)s sightings by peers", row.sightings)
        )
    return IncidentLine(
        row=row,
        owner=_owner(row.owner, row.own, names),
        kind=words(KINDS[row.kind]) if row.kind else "",
        status=words(STATUSES[row.status]) if row.status else words("no version received"),
        country=country(row.country) if row.country else "",
        notes=tuple(notes),
    )


def _owner(owner: str, own: bool, names: dict[str, str]) -> str:  # noqa: FBT001 - whose it is
    return words("this node") if own else names.get(owner, owner)


def _versions(known: KnownTold) -> Iterator[VersionView]:
    bodies = [each.body for each in known.versions]
    changes = [(), *(differing(one, other) for one, other in pairwise(bodies))]
    for said, names in zip(known.versions, changes, strict=True):
        yield VersionView(
            number=said.body.version,
            at=said.at,
            status=words(STATUSES[said.body.status]),
            why=said.body.changed,
            differs=tuple(words(PARTS[each]) for each in names),
        )


def _parts(now: Incident, library: Library) -> Iterator[PartView]:
    """Yield the sections of the latest version, without empty ones."""
    says: dict[str, list[str]] = {
        "day": [now.day.isoformat()],
        "place": [_place(now.place)],
        "stage": [words(STAGES[now.stage])],
        "law_day": [now.law_day.isoformat()],
        "account": [now.account],
        "lines": list(_goods(now, library)),
        "equipment": [_equipment(each, library) for each in now.equipment],
        "concealment": [_concealment(now.concealment)] if now.concealment else [],
        "label": [_label(now.label)] if now.label else [],
        "route": list(map(_stop, now.route)),
        "transport": [_transport(now.transport)],
        "packaging": [
            _joined(each.text, _pieces(each.packages), each.marks) for each in now.packaging
        ],
        "flags": [
            f"{each}: {words(load_flags().flag[each].says)}" if each in load_flags().flag else each
            for each in now.flags
        ],
        "parties": [_party(each) for each in now.parties],
        "notifications": list(now.notifications),
        "questions": [f"{each.number}. {each.text}" for each in now.questions],
    }
    for name, texts in says.items():
        told = tuple(filter(None, texts))
        if told:
            yield PartView(name=words(PARTS[name]), says=told, alleged=name == "parties")


def _goods(now: Incident, library: Library) -> Iterator[str]:
    for line in now.lines:
        if line.declared:
            yield f"{line.number}. {words('declared')}: {_told(line.declared, library)}"
        if line.found:
            yield f"{line.number}. {words('found')}: {_told(line.found, library)}"
        if line.identified:
            how = line.identified
            told = _joined(
                words(METHODS[how.method]), how.by, how.note, how.day.isoformat() if how.day else ""
            )
            yield f"{line.number}. {words('identified by')}: {told}"


def _told(goods: Goods, library: Library) -> str:
    content = goods.content_ppm
    return _joined(
        goods.text,
        library.substances.get(goods.substance, goods.substance),
        f"CAS {goods.cas}" if goods.cas else "",
        f"HS {goods.hs}" if goods.hs else "",
        f"{number(goods.net_mg / 1_000_000)} kg" if goods.net_mg else "",
        f"{number(goods.volume_ul / 1_000_000)} l" if goods.volume_ul else "",
        _pieces(goods.pieces),
        f"{Decimal(content) / _PPM:f} %" if content else "",
    )


def _equipment(each: Equipment, library: Library) -> str:
    substance = library.substances.get(each.substance, each.substance)
    return _joined(each.text, substance, each.maker, each.serial, _pieces(each.pieces))


def _concealment(found: Concealment) -> str:
    return _joined(found.how or words("not concealed"), found.where)


def _label(label: Label) -> str:
    domestic = words("domestic label of the country of arrival") if label.domestic else ""
    return _joined(label.text, domestic)


def _stop(stop: Stop) -> str:
    return _joined(
        words(FUNCTIONS[stop.function]),
        country(stop.country),
        stop.name,
        stop.locode,
        stop.day.isoformat() if stop.day else "",
    )


def _transport(by: Transport) -> str:
    return _joined(words(MODES[by.mode]), by.container, by.bill, by.vehicle)


def _party(party: AllegedParty) -> str:
    return _joined(
        f"{words('alleged')} {words(ROLES[party.role])}: {party.name or words('not named')}",
        words(PARTY_KINDS[party.kind]) if party.kind != "unknown" else "",
        country(party.country) if party.country else "",
        party.basis,
        f"TLP:{party.marking.tlp.upper()}",
    )


def _place(place: Place) -> str:
    return _joined(country(place.country), place.name, place.locode)


def _pieces(count: int | None) -> str:
    return "" if count is None else f"{number(count)} ×"


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))
