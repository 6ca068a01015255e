"""FollowTheMoney entities: its vocabulary, its JSON Lines, and lists in that format.

Source: the schemata of FollowTheMoney (followthemoney.tech); data/parties/ftm.toml.

Owners, directors, family, sanctions, addresses and documents are separate entities there, which
refer to their party; nested files contain them in the party. Both are supported.

Source: the schemata of FollowTheMoney (followthemoney.tech).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

from tidewaiter.base.archives import ListFile
from tidewaiter.base.countries import country_or_text
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.ownership.shares import share_as_written
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader, refused
from tidewaiter.parties.readers.file_formats import head, json_items
from tidewaiter.parties.types import ListedParty, NameKind, PartyKind

KINDS: Final[Mapping[str, PartyKind]] = MappingProxyType(
    {
        "Person": "person",
        "Company": "organisation",
        "Organization": "organisation",
        "LegalEntity": "unknown",
        "PublicBody": "organisation",
        "Vessel": "vessel",
        "Airplane": "aircraft",
    }
)
"""Our kind for each party schema."""

NAMES: Final[Mapping[str, NameKind]] = MappingProxyType(
    {
        "name": "primary",
        "alias": "alias",
        "weakAlias": "weak alias",
        "previousName": "former",
    }
)
NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "idNumber": "national-id",
        "passportNumber": "passport",
        "socialSecurityNumber": "national-id",
        "taxNumber": "tax",
        "vatCode": "tax",
        "registrationNumber": "registration",
        "innCode": "INN",
        "ogrnCode": "OGRN",
        "leiCode": "LEI",
        "swiftBic": "SWIFT",
        "uscCode": "USCC",
        "imoNumber": "IMO",
        "mmsi": "MMSI",
        "callSign": "call-sign",
        "phone": "phone",
        "email": "email",
        "website": "website",
        "publicKey": "wallet",
    }
)
"""Our scheme for each property with a number or another identifier."""

SCHEMAS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "person": "Person",
        "organisation": "Organization",
        "vessel": "Vessel",
        "aircraft": "Airplane",
    }
)
"""Schema for each of our kinds; a party of unknown kind is a "LegalEntity"."""

PROPERTIES: Final[Mapping[str, str]] = MappingProxyType(
    {scheme.casefold(): name for name, scheme in reversed([*NUMBERS.items()])}
    | {
        "url": "website",
        "domain": "website",
        "fax": "phone",
        "tel": "phone",
        "telephone": "phone",
    }
)
"""Property for each scheme of numbers, in lower case."""

COUNTRIES: Final = ("country", "nationality", "citizenship", "jurisdiction", "mainCountry", "flag")
TIES: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {  # schema -> property of one end, our term, property of the other
        "Ownership": ("asset", "owned-by", "owner"),
        "Directorship": ("director", "director-of", "organization"),
        "Family": ("person", "relative-of", "relative"),
        "Associate": ("person", "associate-of", "associate"),
        "Representation": ("agent", "acts-for", "client"),
        "Employment": ("employee", "works-for", "employer"),
        "Membership": ("member", "member-of", "organization"),
        "UnknownLink": ("subject", "linked-to", "object"),
    }
)
HOLDERS: Final[Mapping[str, str]] = MappingProxyType(
    {"Sanction": "entity", "Passport": "holder", "Identification": "holder"}
)
"""For entities that belong to one party: the property that refers to it."""


class Schema(Record, frozen=True, kw_only=True):
    """A FollowTheMoney schema."""

    extends: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()  # its own properties
    ends: tuple[str, ...] = ()  # the two properties of a link that refer to its ends


class Schemata(Record, frozen=True, kw_only=True):
    """Content of data/parties/ftm.toml."""

    source: str
    url: str
    schema: dict[str, Schema]


@cache
def schemata() -> Schemata:
    """Load the file; cached."""
    return read_toml(data("parties", "ftm.toml"), Schemata)


@cache
def properties_of(schema: str) -> frozenset[str]:
    """Return the properties of a schema, including inherited ones; empty for an unknown one."""
    known = schemata().schema
    return frozenset(name for each in lineage(schema) for name in known[each].properties)


@cache
def lineage(schema: str) -> tuple[str, ...]:
    """Return a schema and its ancestors; empty for an unknown one."""
    known = schemata().schema.get(schema)
    if known is None:
        return ()
    above = (each for parent in known.extends for each in lineage(parent))
    return (schema, *dict.fromkeys(above))


def ends_of(schema: str) -> tuple[str, ...]:
    """Return the properties of a schema that refer to parties: both ends, or the owner."""
    known = schemata().schema.get(schema)
    if known is not None and known.ends:
        return known.ends
    return (HOLDERS[schema],) if schema in HOLDERS else ()


FtmEntity = Mapping[str, object]
"""Object with id, schema and properties; a property is a list of texts, or of nested entities."""


def looks_like_ftm(text: str) -> bool:
    """Return whether a text starts like an entity."""
    return text.lstrip()[:1] in ("{", "[") and all(
        f'"{word}"' in text for word in ("id", "schema", "properties")
    )


def is_entity(item: object) -> bool:
    """Return whether a JSON value is an entity."""
    return (
        isinstance(item, dict)
        and isinstance(item.get("id"), str)
        and isinstance(item.get("properties"), dict)
    )


def properties(entity: FtmEntity) -> dict[str, object]:
    """Return the properties of an entity."""
    found = entity.get("properties")
    return found if isinstance(found, dict) else {}


def texts(entity: FtmEntity, name: str) -> list[str]:
    """Return the values of a property; for a nested entity its id."""
    value = properties(entity).get(name)
    held = value if isinstance(value, list) else [value]
    return [each if isinstance(each, str) else _id(each) for each in held if each]


def first(entity: FtmEntity, name: str) -> str:
    """Return the first value of a property; "" if there is none."""
    return next(iter(texts(entity, name)), "")


def _id(value: object) -> str:
    return str(value.get("id", "")) if isinstance(value, dict) else str(value)


Found = Iterator[ListedParty | EntryRefusal]


def claims_ftm(files: Sequence[ListFile]) -> bool:
    """Return whether the first file begins with an entity."""
    return looks_like_ftm(head(files[0], 1 << 14))


def read_ftm(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read entities.ftm.json or targets.nested.json.

    A party that is not a target is not listed; it is kept as such if an ownership names it.

    Raises:
        InputError: A line is not JSON.
    """
    yield ListHeader()
    reading = _Reading()
    for file in files:
        for number, item in json_items(file):
            held = item if isinstance(item, dict) else {}
            if not isinstance(held.get("id"), str) or not isinstance(held.get("properties"), dict):
                error = InputError("parties/line-not-an-entity")
                yield refused(file.name, f"line {number}", str(item), error)
                continue
            reading.add(held, file.name, f"line {number}")
    yield from reading.finish()


class _Reading:
    """Entities being read: parties, and what belongs to parties."""

    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}
        self._others: dict[str, Draft] = {}  # parties that are not targets
        self._refused: list[EntryRefusal] = []
        self._parts: list[tuple[str, FtmEntity]] = []  # containing party of a nested entity
        self._texts: dict[str, str] = {}  # texts of addresses
        self._homes: list[tuple[str, str]] = []

    def add(self, entity: FtmEntity, file: str, place: str) -> None:
        """Add one entity."""
        key, schema = str(entity["id"]), str(entity.get("schema", ""))
        if schema == "Address":
            self._texts[key] = first(entity, "full")
        elif schema not in KINDS and entity.get("target") is True:
            known = ", ".join(KINDS)
            error = InputError("parties/schema-not-a-party", schema=schema, known=known)
            self._refused.append(refused(file, place, key, error))
        elif schema not in KINDS:
            self._parts.append(("", entity))
        else:
            drafts = self._drafts if _is_target(entity) else self._others
            if key in drafts:
                error = InputError("parties/entity-twice")
                self._refused.append(refused(file, place, key, error))
                return
            drafts[key] = self._party(entity, Draft(key, KINDS[schema], file=file, place=place))

    def _party(self, entity: FtmEntity, draft: Draft) -> Draft:
        for name, kind in NAMES.items():
            for text in texts(entity, name):
                draft.name(text, kind)
        for name, scheme in NUMBERS.items():
            for text in texts(entity, name):
                draft.identifier(scheme, text)
        for add, names in (
            (draft.country, COUNTRIES),
            (draft.born, ("birthDate",)),
            (draft.birthplace, ("birthPlace",)),
            (draft.programme, ("program", "programId")),
            (draft.note, ("notes", "position", "title")),
        ):
            for text in (each for name in names for each in texts(entity, name)):
                add(text)
        for text in texts(entity, "address"):
            draft.address([text])
        draft.source = first(entity, "sourceUrl")
        self._nested(entity, draft.id)
        return draft

    def _nested(self, entity: FtmEntity, holder: str) -> None:
        """Add the content nested in a party, and the addresses that it refers to."""
        for name, value in properties(entity).items():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict) and each.get("schema") == "Address":
                    self._texts[str(each.get("id", ""))] = first(each, "full")
                    self._homes.append((holder, str(each.get("id", ""))))
                elif isinstance(each, dict):
                    self._parts.append((holder, each))
                    self._add_ends(each)
                elif name == "addressEntity":
                    self._homes.append((holder, str(each)))

    def _add_ends(self, part: FtmEntity) -> None:
        """Add the parties nested in an ownership: they are not targets."""
        for name in ends_of("Ownership") if part.get("schema") == "Ownership" else ():
            value = properties(part).get(name)
            for each in value if isinstance(value, list) else [value]:
                if not isinstance(each, dict) or each.get("schema") not in KINDS:
                    continue
                key, kind = str(each.get("id", "")), KINDS[str(each["schema"])]
                if is_entity(each) and key not in self._others and not _is_listed(each):
                    draft = Draft(key, kind, file="", place=f"entity {key}")
                    self._others[key] = draft
                    self._party(each, draft)

    def finish(self) -> Found:
        """Yield the entries, with what belongs to them."""
        self._take_owners()
        for holder, key in self._homes:
            if (text := self._texts.get(key, "")) and holder in self._drafts:
                self._drafts[holder].address([text])
        for holder, part in self._parts:
            self._belongs(holder, part)
        yield from self._refused
        for draft in self._drafts.values():
            yield from draft.finish()

    def _take_owners(self) -> None:
        """Keep the parties that are not targets but owners or owned, as not listed."""
        for holder, part in self._parts:
            if part.get("schema") != "Ownership":
                continue
            for end in ("owner", "asset"):
                key = first(part, end) or holder
                if key in self._others and key not in self._drafts:
                    draft = self._drafts[key] = self._others[key]
                    draft.action = "unlisted"

    def _belongs(self, holder: str, part: FtmEntity) -> None:
        schema = str(part.get("schema", ""))
        if schema in TIES:
            one, kind, other = TIES[schema]
            draft = self._drafts.get(first(part, one) or holder)
            if draft:
                share = share_as_written(first(part, "percentage")) or first(part, "sharesCount")
                draft.tie(
                    kind,
                    first(part, other) or holder,
                    share,
                    first(part, "role") or first(part, "relationship"),
                    since=first(part, "startDate"),
                    until=first(part, "endDate"),
                    source=first(part, "sourceUrl") or first(part, "publisher"),
                )
            return
        draft = self._drafts.get(first(part, HOLDERS.get(schema, "entity")) or holder)
        if draft and schema == "Sanction":
            _sanction(part, draft)
        elif draft and schema in HOLDERS:
            country = country_or_text(first(part, "country")) if first(part, "country") else ""
            draft.number(first(part, "type") or schema, first(part, "number"), country)


def _sanction(part: FtmEntity, draft: Draft) -> None:
    for name in ("program", "programId", "authority"):
        for text in texts(part, name):
            draft.programme(text)
    draft.basis = draft.basis or first(part, "reason")
    draft.source = draft.source or first(part, "sourceUrl")
    begun = first(part, "startDate") or first(part, "listingDate")
    if len(begun) >= len("2026-01-01"):
        day = draft.day("startDate", begun[:10])
        draft.listed = min((each for each in (day, draft.listed) if each), default=None)


def _is_listed(entity: FtmEntity) -> bool:
    """Return whether a nested entity says that it is listed: it stands in the file itself."""
    return entity.get("target") is True


def _is_target(entity: FtmEntity) -> bool:
    """Return whether an entity is listed: it says so, or has a topic, or does not say."""
    said = entity.get("target")
    return bool(said) if isinstance(said, bool) else True
