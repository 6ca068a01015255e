"""Tidewaiter's STIX extensions, and ids and times as STIX, MISP and TAXII write them.

A record has the same id in every bundle and at every node, and an id reveals no name.

Each record here is one extension; docs/reference/stix-misp.md documents the fields.
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
"""bf10fe57-2d8a-5e74-8247-0d8c65a92790: namespace of all ids except those of substances."""

OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Namespace of deterministic ids of observables. Source: STIX 2.1, section 2.9."""

MADE = "2026-11-26T00:00:00.000Z"
"""Creation time of the extensions and templates."""


def named(*parts: str) -> str:
    """Return the UUIDv5 of a composite id, such as an owner and its number."""
    return str(uuid.uuid5(NAMESPACE, msgspec.json.encode(parts).decode()))


def observable(properties: dict[str, str]) -> str:
    """Return the UUIDv5 of an observable from its identifying properties."""
    body = msgspec.json.encode(dict(sorted(properties.items())))
    return str(uuid.uuid5(OBSERVABLES, body.decode()))


def moment(text: str) -> datetime:
    """Parse a stored moment.

    Raises:
        InputError: Malformed, or without a time zone.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError("exchange/not-a-moment", text=text) from error
    if found.tzinfo is None:
        raise InputError("exchange/no-time-zone", text=text)
    return found.astimezone(UTC)


def milliseconds(text: str) -> str:
    """Format a moment for STIX: "2026-11-26T00:00:00.000Z"."""
    return moment(text).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def microseconds(text: str) -> str:
    """Format a moment for TAXII: "2026-11-26T00:00:00.000000Z"."""
    return moment(text).isoformat(timespec="microseconds").replace("+00:00", "Z")


def seconds(text: str) -> str:
    """Format a moment for MISP: whole seconds since 1970."""
    return str(int(moment(text).timestamp()))


def midnight(day: date) -> str:
    """Format a day as a STIX timestamp; the hour is unknown."""
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
    """Extension properties of an `incident`."""

    extension_type: Literal["property-extension"] = "property-extension"
    reference: str  # the owner's reference of the incident
    version: int  # from 1
    status: Status
    kind: Kind
    day: date  # of the incident
    stage: Stage  # where in the supply chain it happened
    law_day: date  # date of the law applied
    lines: tuple[Line, ...] = ()  # as declared and as found
    equipment: tuple[Equipment, ...] = ()
    concealment: Concealment | None = None
    label: Label | None = None
    route: tuple[Stop, ...] = ()
    transport: Transport = Transport()
    packaging: tuple[Packaging, ...] = ()
    flags: tuple[str, ...] = ()  # red flag ids; risk indicators, not a verdict
    notifications: tuple[str, ...] = ()  # references of linked pre-export notifications
    questions: tuple[Question, ...] = ()  # to all readers
    changed: str = ""  # what this version changes, and why


class PartyFacts(Record, frozen=True, kw_only=True):
    """Extension properties of a `relationship` between a party and an incident."""

    extension_type: Literal["property-extension"] = "property-extension"
    standing: Literal["alleged"] = "alleged"  # the only value
    role: Role  # alleged role
    basis: str  # basis of the allegation
    reference: str = ""  # at the owner of the incident; "": another node's reference


class SubstanceFacts(Record, frozen=True, kw_only=True):
    """A `tidewaiter-substance`: a custom observable type."""

    slug: str  # the only input of its id
    name: str
    kind: str  # precursor, drug, equipment, class
    cas: tuple[str, ...] = ()
    inchikey: str | None = None
    formula: str | None = None  # Hill order
    # STIX property names have at least three letters (section 3.1 of the standard).
    hs_codes: tuple[str, ...] = ()  # HS 2022 subheadings
    un_numbers: tuple[str, ...] = ()  # UN numbers of dangerous goods


def incident_facts(incident: Incident) -> Json:
    """Return the extension properties of an incident."""
    same = {
        name: getattr(incident, name)
        for name in IncidentFacts.__struct_fields__
        if name in incident.__struct_fields__
    }
    found: Json = tidy(IncidentFacts(reference=incident.id, **same))
    return found


def substance_facts(substance: Substance) -> Json:
    """Return the properties of a substance: its identity, without legal status."""
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
    """Return the extension definitions and their author's identity."""
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


def tidy(value: Any) -> Any:
    """Return a value as JSON without empty values: STIX forbids empty lists and nulls."""
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
