"""STIX 2.1: an incident and its markings as a bundle.

STIX 2.1 itself lacks TLP 2.0; its five marking definitions, with their ids, come from the OASIS
common objects. What TLP does not express is added as a statement.

Source: oasis-open/cti-stix-common-objects, extension-definition-specifications/tlp-2.0, read on
26 November 2026.

Source: STIX Version 2.1, OASIS Standard, 10 June 2021.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.feeds.release import Edge, released
from tidewaiter.exchange.feeds.stix_extensions import (
    INCIDENT_EXTENSION,
    MADE,
    PARTY_EXTENSION,
    SUBSTANCE_EXTENSION,
    SUBSTANCE_TYPE,
    Json,
    PartyFacts,
    definitions,
    incident_facts,
    midnight,
    milliseconds,
    named,
    observable,
    substance_facts,
    tidy,
)
from tidewaiter.exchange.incidents.state import Known
from tidewaiter.exchange.incidents.types import (
    AllegedParty,
    Incident,
    Line,
    Place,
    Sighting,
)
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.protocol.markings import Marking, Tlp, load_marking_rules
from tidewaiter.law.registry import Registry

TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP_MADE = "2022-10-01T00:00:00.000Z"
TLP_IDS: dict[Tlp, str] = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}


def marking_refs(marking: Marking) -> list[str]:
    """Return the ids of the marking definitions of a marking."""
    return [TLP_IDS[marking.tlp], _statement_id(marking)]


def marking_objects(markings: Iterable[Marking]) -> list[Json]:
    """Return the marking definitions of markings, each once, sorted by id."""
    found = {}
    for marking in markings:
        for each in (_tlp(marking.tlp), _statement(marking)):
            found[each["id"]] = each
    return [found[key] for key in sorted(found)]


def _tlp(tlp: Tlp) -> Json:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": TLP_IDS[tlp],
        "created": TLP_MADE,
        "name": load_marking_rules().tlp[tlp].label,
        "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp}},
    }


def _statement(marking: Marking) -> Json:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": _statement_id(marking),
        "created": MADE,
        "definition_type": "statement",
        "definition": {"statement": words(marking)},
    }


def words(marking: Marking) -> str:
    """Return the statement of what TLP does not express: permitted actions, purpose and readers."""
    rules = load_marking_rules()
    pap = rules.pap[marking.pap]
    for_ = ", ".join(rules.purpose[each].says for each in marking.purposes) or "any purpose"
    on = "may be passed on" if marking.reshare or marking.tlp == "clear" else "not to be passed on"
    group = " For the members of one working group only." if marking.group else ""
    return f"{pap.label}: {pap.says} For: {for_}. Between nodes: {on}.{group}"


def _statement_id(marking: Marking) -> str:
    return f"marking-definition--{named('statement', words(marking))}"


MEDIA_TYPE = "application/stix+json;version=2.1"
_PUBLIC = Marking(tlp="clear", pap="clear", reshare=True)  # definitions, and the incident's owner
_CLASSES = {"person": "individual", "organisation": "organization"}


class Author(Record, frozen=True, kw_only=True):
    """The node that owns an incident, as shown to others."""

    id: str
    name: str
    since: str  # creation time: ISO 8601, UTC
    changed: str  # last change of its name


class Marked(Record, frozen=True, kw_only=True):
    """An object and its marking."""

    object: Json
    marking: Marking
    own: bool  # this node's own
    restricted: bool = False  # based on a restricted list entry


class _Frame(Record, frozen=True, kw_only=True):
    """Common inputs of one incident's objects."""

    incident: Incident
    own: bool  # this node's own
    author: str  # id of the owner's identity
    created: str
    modified: str

    def object(self, kind: str, marking: Marking, *parts: str) -> Json:
        """Return the common properties of an object."""
        key = named(kind, self.incident.owner, self.incident.id, *parts)
        return {
            "type": kind,
            "spec_version": "2.1",
            "id": f"{kind}--{key}",
            "created_by_ref": self.author,
            "created": self.created,
            "modified": self.modified,
            "object_marking_refs": marking_refs(marking),
        }

    def tie(self, kind: str, source: Json, target: Json, *, marking: Marking, how: str) -> Json:
        """Return a relationship."""
        return {
            **self.object("relationship", marking, kind, source["id"], target["id"], how),
            "relationship_type": kind,
            "source_ref": source["id"],
            "target_ref": target["id"],
            "description": how,
        }


def stix_bundle(
    known: Known, author: Author, edge: Edge, registry: Registry, *, node: str
) -> bytes | None:
    """Convert an incident to a STIX bundle; None: nothing may be released.

    Deterministic: the same incident, edge and registry give the same bytes.

    Args:
        known: The incident, with at least one version.
        author: Its owner.
        edge: Readers and purpose.
        registry: Substances.
        node: Id of this node.
    """
    told = stix_objects(known, author, edge, registry, node=node)
    if not told:
        return None
    key = named("bundle", known.owner, known.id, known.versions[-1].id, edge.to.name)
    bundle = {
        "type": "bundle",
        "id": f"bundle--{key}",
        "objects": [each.object for each in told],
    }
    return msgspec.json.format(msgspec.json.encode(bundle), indent=2) + b"\n"


def stix_objects(
    known: Known, author: Author, edge: Edge, registry: Registry, *, node: str
) -> list[Marked]:
    """Return the objects of that bundle; []: nothing may be released."""
    out = released(known, edge, node)
    if out is None:
        return []
    identity = _author(author)
    frame = _Frame(
        incident=out.incident,
        own=known.owner == node,
        author=identity["id"],
        created=milliseconds(out.first),
        modified=milliseconds(out.last),
    )
    told = list(_told(frame, registry))
    for said in out.sightings:
        told += _sighting(frame, said, own=said.sender == node)
    shared = [*definitions(), *marking_objects(each.marking for each in told), identity]
    found = [*(Marked(object=each, marking=_PUBLIC, own=True) for each in shared), *told]
    return list({each.object["id"]: each for each in reversed(found)}.values())[::-1]


def _told(frame: _Frame, registry: Registry) -> Iterator[Marked]:
    incident = frame.incident
    whole = incident.marking
    root = tidy(
        {
            **frame.object("incident", whole),
            "name": incident.title,
            "description": incident.account,
            "labels": [incident.kind],
            "extensions": {INCIDENT_EXTENSION: incident_facts(incident)},
        }
    )
    place = _place(frame, incident.place, whole, "place")
    found = [root, place, frame.tie("located-at", root, place, marking=whole, how="place")]
    for slug, how in _substances(incident):
        told = _substance(slug, registry, whole)
        if told is not None:
            found += [told, frame.tie("related-to", root, told, marking=whole, how=how)]
    yield from (Marked(object=each, marking=whole, own=frame.own) for each in found)
    for party in incident.parties:
        for each in _party(frame, root, party):
            yield Marked(
                object=each, marking=party.marking, own=frame.own, restricted=party.restricted
            )


def _substances(incident: Incident) -> list[tuple[str, str]]:
    """Return each substance once, with its roles in the incident."""
    found: dict[str, str] = {}
    for each in incident.equipment:
        found.setdefault(each.substance, "found")
    for line in incident.lines:
        for slug, how in _of_line(line):
            if found.setdefault(slug, how) != how:
                found[slug] = "declared and found"
    return [(slug, how) for slug, how in sorted(found.items()) if slug]


def _of_line(line: Line) -> Iterator[tuple[str, str]]:
    if line.declared is not None:
        yield line.declared.substance, "declared"
    if line.found is not None:
        yield line.found.substance, "found"


def _substance(slug: str, registry: Registry, marking: Marking) -> Json | None:
    found = next((each for each in registry.substances if each.slug == slug), None)
    if found is None:
        return None
    return {
        "type": SUBSTANCE_TYPE,
        "spec_version": "2.1",
        "id": f"{SUBSTANCE_TYPE}--{observable({'slug': slug})}",
        **substance_facts(found),
        "object_marking_refs": marking_refs(marking),
        "extensions": {SUBSTANCE_EXTENSION: {"extension_type": "new-sco"}},
    }


def _party(frame: _Frame, root: Json, party: AllegedParty) -> Iterator[Json]:
    key = (party.node, party.ref, party.role)
    told = tidy(
        {
            **frame.object("identity", party.marking, *key),
            "name": party.name or f"alleged {party.role}, not named",
            "identity_class": _CLASSES.get(party.kind, "unknown"),
        }
    )
    yield told
    how = f"alleged {party.role}"
    ref = party.ref if party.node == frame.incident.owner else ""
    facts = PartyFacts(role=party.role, basis=party.basis, reference=ref)
    tie = frame.tie("related-to", told, root, marking=party.marking, how=how)
    yield {**tie, "extensions": {PARTY_EXTENSION: tidy(facts)}}
    if party.country:
        place = _place(frame, Place(country=party.country), party.marking, *key)
        yield place
        yield frame.tie("located-at", told, place, marking=party.marking, how="country")


def _sighting(frame: _Frame, said: Said[Sighting], *, own: bool) -> Iterator[Marked]:
    body, made = said.body, milliseconds(said.at)
    mine = msgspec.structs.replace(frame, created=made, modified=made)
    key = (said.sender, body.id)
    place = _place(mine, body.place, body.marking, *key)
    seen = {
        **mine.object("sighting", body.marking, *key),
        "description": body.what,
        "first_seen": midnight(body.day),
        "last_seen": midnight(body.day),
        "sighting_of_ref": frame.object("incident", body.marking)["id"],
        "where_sighted_refs": [place["id"]],
    }
    yield from (Marked(object=each, marking=body.marking, own=own) for each in (place, seen))


def _place(frame: _Frame, place: Place, marking: Marking, *key: str) -> Json:
    name = " ".join(part for part in (place.name, place.locode) if part)
    told = {**frame.object("location", marking, *key), "name": name, "country": place.country}
    found: Json = tidy(told)
    return found


def author_of(chain: Sequence[Document]) -> Author:
    """Return the owner of an incident as shown to others.

    Args:
        chain: Its documents, from the first.
    """
    last = chain[-1]
    named_ = next(each for each in chain if each.name == last.name)
    return Author(id=last.node, name=last.name, since=chain[0].made, changed=named_.made)


def _author(author: Author) -> Json:
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--{named('node', author.id)}",
        "created": milliseconds(author.since),
        "modified": milliseconds(author.changed),
        "name": author.name,
        "identity_class": "organization",
    }
