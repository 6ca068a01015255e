"""FollowTheMoney in and out: its entities as sightings of parties, and our entities as its own."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec

from tidewaiter.base.countries import find_country
from tidewaiter.base.phrases import in_english, read_phrase
from tidewaiter.parties.readers.ftm import (
    COUNTRIES,
    KINDS,
    NAMES,
    NUMBERS,
    FtmEntity,
    ends_of,
    first,
    is_entity,
    lineage,
    properties,
    properties_of,
    texts,
)
from tidewaiter.parties.resolution.members import Read
from tidewaiter.parties.resolution.types import Entity, Sighting, Written

OURS: Final = "tidewaiter"
"""The key under which an entity that we wrote holds its members; FollowTheMoney passes it over."""

SCHEME: Final = "ftm"
"""Of the id that an entity has in FollowTheMoney."""

_SHOWN: Final = 200  # characters of a line that cannot be read
_NAMES: Final = ("name", "alias", "previousName")  # weak aliases join nobody


class Unread(NamedTuple):
    """A line that is no entity of a kind that we know."""

    line: int
    value: str  # as written, at most 200 characters
    problem: str
    hint: str


class FtmFile:
    """Entities of one or more files: parties, links between them, and what belongs to them."""

    def __init__(self) -> None:
        self.parties: dict[str, FtmEntity] = {}
        self.parts: dict[str, FtmEntity] = {}  # links, and what belongs to parties
        self._rows: dict[str, int] = {}
        self._fresh: dict[str, None] = {}  # parties of the file under way
        self._addresses: dict[str, str] = {}

    def read(self, lines: Iterable[bytes]) -> Iterator[Sighting | Unread]:
        """Take the entities of a file, one JSON object a line.

        Args:
            lines: Of the file.

        Yields:
            A sighting for each name, address and number of a party, with its id, and what is
            wrong with each line that is no entity of a kind that we know.
        """
        self._fresh = {}
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            entity, problem = _decode(line)
            if entity is None:
                hint = "one object a line, with id, schema and properties"
                text = line[:_SHOWN].decode("utf-8", "replace").strip()
                yield Unread(number, text, problem, hint)
            elif not self._add(entity, number):
                hint = f"parties have one of the schemata {', '.join(KINDS)}"
                problem = f"is no party but {entity['schema']}"
                yield Unread(number, str(entity["id"]), problem, hint)
        for key in self._fresh:
            yield from self._sightings(key)

    def keep(self, lines: Iterable[bytes]) -> None:
        """Take the entities of a file whose parties are held already."""
        for _ in self.read(lines):
            pass

    def _add(self, entity: FtmEntity, row: int, holder: str = "") -> bool:
        """Take one entity, and those that are nested in it; tell whether we know its schema."""
        key, schema = str(entity["id"]), str(entity.get("schema"))
        if schema == "Address":
            self._addresses[key] = first(entity, "full")
            return True
        ends = ends_of(schema)
        if schema not in KINDS and not ends:
            return False
        plain = {
            name: texts(entity, name)
            for name, value in properties(entity).items()
            if ends or name == "addressEntity" or not _is_nested(value)
        }
        for end in ends:
            if holder and not plain.get(end):
                plain[end] = [holder]
        held = self.parts if ends else self.parties
        held[key] = _merged(held.get(key), {**entity, "properties": plain})
        if not ends:
            self._fresh[key] = None
        self._rows.setdefault(key, row)
        for value in properties(entity).values():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict) and is_entity(each):
                    self._add(each, row, key)
        return True

    def _sightings(self, key: str) -> Iterator[Sighting]:
        party = self.parties[key]
        ours = entity_in(party)
        kind = KINDS.get(str(party["schema"]), "unknown")
        written = (
            [(member.written, member.refs) for member in ours.members]
            if ours
            else [(each, ()) for each in self._written(party)]
        )
        for each, refs in written:
            yield Sighting(
                written=each,
                row=self._rows[key],
                refs=(key, *refs),
                kind="" if kind == "unknown" else kind,
            )

    def addresses(self, party: FtmEntity) -> list[str]:
        """Return the addresses of a party, in one line each."""
        named = (self._addresses.get(key, "") for key in texts(party, "addressEntity"))
        return list(dict.fromkeys(filter(None, (*texts(party, "address"), *named))))

    def _written(self, party: FtmEntity) -> Iterator[Written]:
        """Yield ways to write a party, in which each name, address and number stands."""
        names = list(dict.fromkeys(text for name in _NAMES for text in texts(party, name)))
        addresses = self.addresses(party)
        numbers = [
            (scheme, text) for name, scheme in NUMBERS.items() for text in texts(party, name)
        ]
        codes = {find_country(text) or "" for name in COUNTRIES for text in texts(party, name)}
        country = codes.pop() if len(codes) == 1 else ""  # of two, none speaks against another
        for place in range(max(len(names), len(addresses), len(numbers), 1)):
            # Two entries of one name alone are not one for that: their ids tell them apart.
            own = (SCHEME, str(party["id"]))
            scheme, number = numbers[place] if place < len(numbers) else own
            yield Written(
                name=names[place] if place < len(names) else next(iter(names), ""),
                address=addresses[place % len(addresses)] if addresses else "",
                country=country,
                id_scheme=scheme,
                id=number,
            )


def entity_in(party: FtmEntity) -> Entity | None:
    """Return the entity of ours that one of FollowTheMoney holds; None: we did not write it."""
    try:
        return msgspec.convert(party.get(OURS), Entity, dec_hook=read_phrase)
    except msgspec.ValidationError:
        return None


def _is_nested(value: object) -> bool:
    """Tell whether a property holds entities: links of a party, which name it themselves."""
    return any(is_entity(each) for each in (value if isinstance(value, list) else [value]))


def _decode(line: bytes) -> tuple[FtmEntity | None, str]:
    """Return the entity of a line, or why there is none."""
    try:
        item = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return None, f"is no JSON: {error}"
    return (item, "") if is_entity(item) and item.get("schema") else (None, "is no entity")


def _merged(old: FtmEntity | None, new: FtmEntity) -> FtmEntity:
    """Put the lines of one id together, as FollowTheMoney does."""
    if old is None:
        return new
    names = dict.fromkeys((*properties(old), *properties(new)))
    both = {name: list(dict.fromkeys((*texts(old, name), *texts(new, name)))) for name in names}
    schema = common_schema((str(old["schema"]), str(new["schema"])))
    return {**old, **new, "schema": schema, "properties": both}


def common_schema(schemas: Iterable[str]) -> str:
    """Return the most exact schema of a party that goes with all; "LegalEntity" where none does."""
    different = list(dict.fromkeys(schemas))
    for each in different:
        if all(other in lineage(each) for other in different):
            return each
    shared = [each for each in lineage(different[0]) if all(each in lineage(o) for o in different)]
    return shared[0] if shared and shared[0] in KINDS else "LegalEntity"


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
        OURS: msgspec.to_builtins(entity, builtin_types=(date,), enc_hook=in_english),
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
