"""Entities of ours as entities of FollowTheMoney, with the links that their sources give."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from tidewaiter.base.countries import find_country
from tidewaiter.parties.ftm.entities import FtmEntity, properties, texts
from tidewaiter.parties.ftm.model import NAMES, NUMBERS, ends_of, properties_of
from tidewaiter.parties.ftm.sightings import OURS, SCHEME, FtmFile, common_schema, entity_in
from tidewaiter.parties.resolution.reading import Read
from tidewaiter.parties.resolution.types import Entity

_SCHEMAS: Final = {
    "person": "Person",
    "organisation": "Organization",
    "vessel": "Vessel",
    "aircraft": "Airplane",
}
_PROPERTIES: Final = {scheme.casefold(): name for name, scheme in reversed([*NUMBERS.items()])} | {
    "url": "website",
    "domain": "website",
    "fax": "phone",
    "tel": "phone",
    "telephone": "phone",
}
_SAID: Final = frozenset({*NAMES, *NUMBERS, "address", "addressEntity", "country"}) - {"weakAlias"}
"""Properties that members hold; all others of a source are passed on as they are."""

_BARE = re.compile(r"\W+")


def ftm_entities(
    entities: Iterable[Entity], reads: Mapping[str, Read], sources: FtmFile
) -> Iterator[FtmEntity]:
    """Yield entities as FollowTheMoney has them, then the links between them.

    Args:
        entities: Of a resolution.
        reads: Each member, read.
        sources: The entities of FollowTheMoney that were among the files.

    Yields:
        Objects with id, schema, properties, referents (the ids that were resolved into it) and,
        under "tidewaiter", the entity itself, from which it is read back. Topics are those that
        sources give: a resemblance to a listed party makes none.
    """
    before = {
        ours.members[0].id: key
        for key, party in sources.parties.items()
        if (ours := entity_in(party)) and ours.members
    }
    homes: dict[str, str] = {}
    for entity in entities:
        ids = {before[member.id] for member in entity.members if member.id in before}
        held = sorted(ids.union(_refs(entity)))
        homes |= dict.fromkeys(held, entity.id)
        own = [sources.parties[key] for key in held if key in sources.parties]
        yield _party(entity, [reads[member.id] for member in entity.members], own)
    for part in sources.parts.values():
        moved = _moved(part, homes)
        if moved is not None:
            yield moved


def _party(entity: Entity, reads: Sequence[Read], sources: Sequence[FtmEntity]) -> FtmEntity:
    schema = _schema(entity, sources)
    found: dict[str, dict[str, None]] = {}
    known = properties_of(schema)

    def add(name: str, values: Iterable[str]) -> None:
        for value in filter(None, values):
            place, text = (name, value) if name in known else ("notes", f"{name}: {value}")
            if not _stands(text, found.setdefault(place, {}), exact=name not in NUMBERS):
                found[place][text] = None

    add("name", [entity.name])
    add("alias", entity.names)
    add("address", (member.written.address.strip() for member in entity.members))
    add("country", (code.lower() for each in entity.countries if (code := find_country(each))))
    for read in reads:
        add("phone", read.phones)
        add("email", read.emails)
    for name, number in _numbers(entity):
        add(name, [number])
    for source in sources:
        for name in properties(source):
            if name not in _SAID or name == "previousName":
                add(name, texts(source, name))
    aliases = found.get("alias", {})
    for name in (entity.name, *found.get("previousName", ())):
        aliases.pop(name, None)
    return _object(entity, schema, {name: list(values) for name, values in found.items() if values})


def _numbers(entity: Entity) -> Iterator[tuple[str, str]]:
    """Yield the numbers of members, with the properties that hold them."""
    for member in entity.members:
        scheme, number = member.written.id_scheme.strip(), member.written.id.strip()
        if scheme != SCHEME:
            yield _PROPERTIES.get(scheme.casefold(), "idNumber"), number


def _object(entity: Entity, schema: str, found: Mapping[str, list[str]]) -> FtmEntity:
    days = {"first_seen": entity.first, "last_seen": entity.last}
    # The file is for others too: entries that are for their authority alone stay out of it.
    listings = tuple(each for each in entity.listings if not each.confidential)
    entity = msgspec.structs.replace(entity, listings=listings)
    return {
        "id": entity.id,
        "caption": entity.name,
        "schema": schema,
        "properties": dict(sorted(found.items())),
        "referents": [*_refs(entity), *(member.id for member in entity.members)],
        **{name: day.isoformat() for name, day in days.items() if day},
        OURS: msgspec.to_builtins(entity, builtin_types=(date,)),
    }


def _schema(entity: Entity, sources: Sequence[FtmEntity]) -> str:
    """Return the schema of an entity: that of its sources, or that of what it is known to be."""
    said = [str(each["schema"]) for each in sources]
    kinds = {kind for member in entity.members for kind in member.kinds}
    said += [] if said else [_SCHEMAS[kind] for kind in sorted(kinds) if kind in _SCHEMAS]
    return common_schema(said) if said else "LegalEntity"


def _stands(text: str, held: Iterable[str], *, exact: bool) -> bool:
    """Tell whether a value is there already, but for what parts a number."""
    if exact:
        return text in held
    bare = _BARE.sub("", text).casefold()
    return any(_BARE.sub("", each).casefold() == bare for each in held)


def _refs(entity: Entity) -> list[str]:
    return sorted({ref for member in entity.members for ref in member.refs})


def _moved(part: FtmEntity, homes: Mapping[str, str]) -> FtmEntity | None:
    """Let a link name the entities that its ends are in; None: both ends are one entity."""
    ends = ends_of(str(part["schema"]))
    moved = dict(properties(part))
    for end in ends:
        moved[end] = list(dict.fromkeys(homes.get(key, key) for key in texts(part, end)))
    if len(ends) > 1 and moved[ends[0]] == moved[ends[1]]:
        return None
    return {"id": part["id"], "schema": part["schema"], "properties": moved}
