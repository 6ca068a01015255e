"""STIX extensions of Tidewaiter, and ids and times as STIX, MISP and TAXII write them.

The same record has the same id in every bundle and at every node, and an id tells no name.

Each record here is one extension; docs/reference/stix-misp.md tells each field.
"""

import uuid
from datetime import UTC, date, datetime
from typing import Any, Literal

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.types import (
    Concealment,
    Equipment,
    Incident,
    Kind,
    Label,
    Line,
    Packaging,
    Question,
    Role,
    Stage,
    Status,
    Stop,
    Transport,
)
from tidewaiter.law.types import Substance

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://tidewaiter.readthedocs.io/reference/stix-misp")
"""bf10fe57-2d8a-5e74-8247-0d8c65a92790: of all our ids but those of substances."""

OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Of deterministic ids of observables. Source: STIX 2.1, section 2.9."""

MADE = "2026-11-26T00:00:00.000Z"
"""When our extensions and templates were written."""


def named(*parts: str) -> str:
    """Return the UUIDv5 of an id that is made of parts, like an owner and its number."""
    return str(uuid.uuid5(NAMESPACE, msgspec.json.encode(parts).decode()))


def observable(properties: dict[str, str]) -> str:
    """Return the UUIDv5 of an observable by the properties that make it what it is."""
    body = msgspec.json.encode(dict(sorted(properties.items())))
    return str(uuid.uuid5(OBSERVABLES, body.decode()))


def moment(text: str) -> datetime:
    """Read a moment of ours.

    Raises:
        InputError: It is none, or has no time zone.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError("exchange/not-a-moment", text=text) from error
    if found.tzinfo is None:
        raise InputError("exchange/no-time-zone", text=text)
    return found.astimezone(UTC)


def milliseconds(text: str) -> str:
    """Write a moment as STIX does: "2026-11-26T00:00:00.000Z"."""
    return moment(text).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def microseconds(text: str) -> str:
    """Write a moment as TAXII does: "2026-11-26T00:00:00.000000Z"."""
    return moment(text).isoformat(timespec="microseconds").replace("+00:00", "Z")


def seconds(text: str) -> str:
    """Write a moment as MISP does: whole seconds since 1970."""
    return str(int(moment(text).timestamp()))


def midnight(day: date) -> str:
    """Write a day as STIX writes moments; the hour is not known."""
    return f"{day.isoformat()}T00:00:00.000Z"


Json = dict[str, Any]

VERSION = "2.0.0"
DOCS = "https://tidewaiter.readthedocs.io/en/latest/reference/stix-misp.html"
SUBSTANCE_TYPE = "tidewaiter-substance"
MAKER = f"identity--{named('maker')}"
INCIDENT_EXTENSION = f"extension-definition--{named('extension', 'incident')}"
PARTY_EXTENSION = f"extension-definition--{named('extension', 'alleged-party')}"
SUBSTANCE_EXTENSION = f"extension-definition--{named('extension', 'substance')}"


class IncidentFacts(Record, frozen=True, kw_only=True):
    """What the extension adds to an `incident`."""

    extension_type: Literal["property-extension"] = "property-extension"
    reference: str  # of the incident at its owner
    version: int  # from 1
    status: Status
    kind: Kind
    day: date  # on which it happened
    stage: Stage  # where in the way of the goods it happened
    law_day: date  # the law as it stood then
    lines: tuple[Line, ...] = ()  # as declared and as found
    equipment: tuple[Equipment, ...] = ()
    concealment: Concealment | None = None
    label: Label | None = None
    route: tuple[Stop, ...] = ()
    transport: Transport = Transport()
    packaging: tuple[Packaging, ...] = ()
    flags: tuple[str, ...] = ()  # ids of red flags; each is a reason, never a verdict
    notifications: tuple[str, ...] = ()  # references of linked pre-export notifications
    questions: tuple[Question, ...] = ()  # to all that read it
    changed: str = ""  # what this version changes, and why


class PartyFacts(Record, frozen=True, kw_only=True):
    """What the extension adds to a `relationship` between a party and an incident."""

    extension_type: Literal["property-extension"] = "property-extension"
    standing: Literal["alleged"] = "alleged"  # it is never anything else
    role: Role  # that it is alleged to have
    basis: str  # on what the role rests
    reference: str = ""  # at the owner of the incident; "": it is the reference of another node


class SubstanceFacts(Record, frozen=True, kw_only=True):
    """A `tidewaiter-substance`: an observable of its own type."""

    slug: str  # its id comes of this alone
    name: str
    kind: str  # precursor, drug, equipment, class
    cas: tuple[str, ...] = ()
    inchikey: str | None = None
    formula: str | None = None  # Hill order
    # The names of STIX properties have three letters or more (section 3.1 of the standard).
    hs_codes: tuple[str, ...] = ()  # HS 2022 subheadings
    un_numbers: tuple[str, ...] = ()  # UN numbers of dangerous goods


def incident_facts(incident: Incident) -> Json:
    """Return what the extension tells of an incident."""
    same = {
        name: getattr(incident, name)
        for name in IncidentFacts.__struct_fields__
        if name in incident.__struct_fields__
    }
    found: Json = tidy(IncidentFacts(reference=incident.id, **same))
    return found


def substance_facts(substance: Substance) -> Json:
    """Return what is told of a substance: who it is, and nothing of the law on it."""
    facts = SubstanceFacts(
        slug=substance.slug,
        name=substance.name,
        kind=substance.kind,
        cas=substance.cas,
        inchikey=substance.inchikey,
        formula=substance.formula,
        hs_codes=substance.hs,
        un_numbers=substance.un,
    )
    found: Json = tidy(facts)
    return found


def definitions() -> list[Json]:
    """Return the objects that define the extensions, and who made them."""
    maker = {
        "type": "identity",
        "spec_version": "2.1",
        "id": MAKER,
        "created": MADE,
        "modified": MADE,
        "name": "Tidewaiter",
        "identity_class": "organization",
    }
    told = (
        (INCIDENT_EXTENSION, "Trade incident", "property-extension"),
        (PARTY_EXTENSION, "Alleged party of a trade incident", "property-extension"),
        (SUBSTANCE_EXTENSION, "Controlled or watched substance", "new-sco"),
    )
    return [maker, *(_definition(*each) for each in told)]


def schemas() -> dict[str, Json]:
    """Return the JSON Schema of each extension, by the id of its definition."""
    kinds: tuple[tuple[str, type[Record]], ...] = (
        (INCIDENT_EXTENSION, IncidentFacts),
        (PARTY_EXTENSION, PartyFacts),
        (SUBSTANCE_EXTENSION, SubstanceFacts),
    )
    return {name: msgspec.json.schema(kind) for name, kind in kinds}


def tidy(value: Any) -> Any:
    """Return a value as JSON, without what is empty: STIX has no empty lists and no nulls."""
    return _tidy(msgspec.to_builtins(value))


def _definition(id_: str, name: str, kind: str) -> Json:
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": id_,
        "created": MADE,
        "modified": MADE,
        "created_by_ref": MAKER,
        "name": name,
        "schema": DOCS,
        "version": VERSION,
        "extension_types": [kind],
    }


def _tidy(value: Any) -> Any:
    if isinstance(value, dict):
        found = {key: _tidy(each) for key, each in value.items()}
        return {key: each for key, each in found.items() if each not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [_tidy(each) for each in value]
    return value
