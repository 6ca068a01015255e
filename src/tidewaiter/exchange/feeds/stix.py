"""STIX 2.1: an incident as a bundle, for whoever reads an edge.

Source: STIX Version 2.1, OASIS Standard, 10 June 2021.
"""

from collections.abc import Iterator, Sequence

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.documents import Document
from tidewaiter.exchange.edges.extensions import (
    INCIDENT_EXTENSION,
    PARTY_EXTENSION,
    SUBSTANCE_EXTENSION,
    SUBSTANCE_TYPE,
    Json,
    PartyFacts,
    definitions,
    incident_facts,
    substance_facts,
    tidy,
)
from tidewaiter.exchange.edges.ids import midnight, milliseconds, named, observable
from tidewaiter.exchange.edges.release import Edge, released
from tidewaiter.exchange.edges.stixmarkings import marking_objects, marking_refs
from tidewaiter.exchange.incidents.folding import Known
from tidewaiter.exchange.incidents.types import AllegedParty, Incident, Line, Place, Sighting
from tidewaiter.exchange.markings import Marking
from tidewaiter.exchange.said import Said
from tidewaiter.substances.registry import Registry

MEDIA_TYPE = "application/stix+json;version=2.1"
_PUBLIC = Marking(tlp="clear", pap="clear", reshare=True)  # definitions, and who owns the incident
_CLASSES = {"person": "individual", "organisation": "organization"}


class Author(Record, frozen=True, kw_only=True):
    """The node that owns an incident, as it is told to others."""

    id: str
    name: str
    since: str  # when it was made: ISO 8601, UTC
    changed: str  # when its name last changed


class Marked(Record, frozen=True, kw_only=True):
    """An object, and what is marked on it."""

    object: Json
    marking: Marking
    own: bool  # of this node
    restricted: bool = False  # rests on a list entry that is for the authority only


class _Frame(Record, frozen=True, kw_only=True):
    """What the objects of one incident have in common."""

    incident: Incident
    own: bool  # of this node
    author: str  # id of its identity
    created: str
    modified: str

    def object(self, kind: str, marking: Marking, *parts: str) -> Json:
        """Return the beginning of an object."""
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
    """Write an incident as a STIX bundle; None: nothing of it may leave by the edge.

    The same incident, edge and registry give the same bytes.

    Args:
        known: The incident, with at least one version.
        author: Its owner.
        edge: Who reads it, and what for.
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
    """Return the objects of that bundle; []: nothing of it may leave by the edge."""
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
    """Return each substance once, and how the incident speaks of it."""
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
    """Return the owner of an incident, as others are told of it.

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
