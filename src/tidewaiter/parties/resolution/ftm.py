"""FollowTheMoney import and export: its entities as sightings, and our entities as its own."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple, cast

import msgspec

from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import in_english, read_phrase
from tidewaiter.parties.readers.ftm import (
    COUNTRIES,
    KINDS,
    NAMES,
    NUMBERS,
    PROPERTIES,
    SCHEMAS,
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
"""Key for the members of an entity that we wrote; ignored by FollowTheMoney."""

SCHEME: Final = "ftm"
"""Scheme of FollowTheMoney ids."""

_SHOWN: Final = 200  # characters shown of an unreadable line
_NAMES: Final = ("name", "alias", "previousName")  # weak aliases do not link


class Unread(NamedTuple):
    """A line that is not an entity of a known kind."""

    line: int
    value: str  # as written, at most 200 characters
    error: InputError


class FtmFile:
    """Entities of one or more files: parties, links between them, and what belongs to them."""

    def __init__(self) -> None:
        self.parties: dict[str, FtmEntity] = {}
        self.parts: dict[str, FtmEntity] = {}  # links, and what belongs to parties
        self._rows: dict[str, int] = {}
        self._fresh: dict[str, None] = {}  # parties of the current file
        self._addresses: dict[str, str] = {}

    def read(self, lines: Iterable[bytes]) -> Iterator[Sighting | Unread]:
        """Read the entities of a file, one JSON object per line.

        Args:
            lines: Lines of the file.

        Yields:
            A sighting for each name, address and number of a party, with its id, and an error for
            each line that is not an entity of a known kind.
        """
        self._fresh = {}
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                entity = _decode(line)
            except InputError as error:
                text = line[:_SHOWN].decode("utf-8", "replace").strip()
                yield Unread(number, text, error)
                continue
            if not self._add(entity, number):
                known = ", ".join(KINDS)
                fault = InputError(
                    "parties/schema-not-a-party", schema=entity["schema"], known=known
                )
                yield Unread(number, str(entity["id"]), fault)
        for key in self._fresh:
            yield from self._sightings(key)

    def keep(self, lines: Iterable[bytes]) -> None:
        """Store the entities of a file; its parties are already known."""
        for _ in self.read(lines):
            pass

    def _add(self, entity: FtmEntity, row: int, holder: str = "") -> bool:
        """Add one entity and those nested in it; return whether its schema is known."""
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
        """Return the addresses of a party, each in one line."""
        named = (self._addresses.get(key, "") for key in texts(party, "addressEntity"))
        return list(dict.fromkeys(filter(None, (*texts(party, "address"), *named))))

    def _written(self, party: FtmEntity) -> Iterator[Written]:
        """Yield combinations that cover each name, address and number of a party."""
        names = list(dict.fromkeys(text for name in _NAMES for text in texts(party, name)))
        addresses = self.addresses(party)
        numbers = [
            (scheme, text) for name, scheme in NUMBERS.items() for text in texts(party, name)
        ]
        codes = {find_country(text) or "" for name in COUNTRIES for text in texts(party, name)}
        country = codes.pop() if len(codes) == 1 else ""  # with two, neither is counter-evidence
        for place in range(max(len(names), len(addresses), len(numbers), 1)):
            # Two entries with the same name only are not merged for that: their ids differ.
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
    """Return our entity stored in a FollowTheMoney entity; None: written by others."""
    try:
        return msgspec.convert(party.get(OURS), Entity, dec_hook=read_phrase)
    except msgspec.ValidationError:
        return None


def _is_nested(value: object) -> bool:
    """Return whether a property holds entities: links of a party, which refer to it themselves."""
    return any(is_entity(each) for each in (value if isinstance(value, list) else [value]))


def _decode(line: bytes) -> FtmEntity:
    """Return the entity in a line.

    Raises:
        InputError: It is not one.
    """
    try:
        item = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InputError("parties/line-not-json") from error
    if not is_entity(item) or not item.get("schema"):
        raise InputError("parties/line-not-an-entity")
    return cast("FtmEntity", item)


def _merged(old: FtmEntity | None, new: FtmEntity) -> FtmEntity:
    """Merge the lines of one id, as FollowTheMoney does."""
    if old is None:
        return new
    names = dict.fromkeys((*properties(old), *properties(new)))
    both = {name: list(dict.fromkeys((*texts(old, name), *texts(new, name)))) for name in names}
    schema = common_schema((str(old["schema"]), str(new["schema"])))
    return {**old, **new, "schema": schema, "properties": both}


def common_schema(schemas: Iterable[str]) -> str:
    """Return the most specific party schema compatible with all; "LegalEntity" if there is none."""
    different = list(dict.fromkeys(schemas))
    for each in different:
        if all(other in lineage(each) for other in different):
            return each
    shared = [each for each in lineage(different[0]) if all(each in lineage(o) for o in different)]
    return shared[0] if shared and shared[0] in KINDS else "LegalEntity"


_SAID: Final = frozenset({*NAMES, *NUMBERS, "address", "addressEntity", "country"}) - {"weakAlias"}
"""Properties represented in members; all others of a source are passed through."""

_BARE = re.compile(r"\W+")


def ftm_entities(
    entities: Iterable[Entity], reads: Mapping[str, Read], sources: FtmFile
) -> Iterator[FtmEntity]:
    """Yield entities in FollowTheMoney format, then the links between them.

    Args:
        entities: Entities of a resolution.
        reads: Parsed members.
        sources: FollowTheMoney entities in the source files.

    Yields:
        Objects with id, schema, properties, referents (the ids that were resolved into it) and,
        under "tidewaiter", the entity itself, from which it is read back. Topics are those of the
        sources: a match with a listed party adds none.
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
    """Yield the numbers of members, with their properties."""
    for member in entity.members:
        scheme, number = member.written.id_scheme.strip(), member.written.id.strip()
        if scheme != SCHEME:
            yield PROPERTIES.get(scheme.casefold(), "idNumber"), number


def _object(entity: Entity, schema: str, found: Mapping[str, list[str]]) -> FtmEntity:
    days = {"first_seen": entity.first, "last_seen": entity.last}
    # The file may be shared, so it excludes entries visible to their authority only.
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
    """Return the schema of an entity: that of its sources, or the one for its known kind."""
    said = [str(each["schema"]) for each in sources]
    kinds = {kind for member in entity.members for kind in member.kinds}
    said += [] if said else [SCHEMAS[kind] for kind in sorted(kinds) if kind in SCHEMAS]
    return common_schema(said) if said else "LegalEntity"


def _stands(text: str, held: Iterable[str], *, exact: bool) -> bool:
    """Return whether a value is already present, ignoring separators in numbers."""
    if exact:
        return text in held
    bare = _BARE.sub("", text).casefold()
    return any(_BARE.sub("", each).casefold() == bare for each in held)


def _refs(entity: Entity) -> list[str]:
    return sorted({ref for member in entity.members for ref in member.refs})


def _moved(part: FtmEntity, homes: Mapping[str, str]) -> FtmEntity | None:
    """Redirect a link to the entities of its ends; None: both ends are one entity."""
    ends = ends_of(str(part["schema"]))
    moved = dict(properties(part))
    for end in ends:
        moved[end] = list(dict.fromkeys(homes.get(key, key) for key in texts(part, end)))
    if len(ends) > 1 and moved[ends[0]] == moved[ends[1]]:
        return None
    return {"id": part["id"], "schema": part["schema"], "properties": moved}
