"""Entities of FollowTheMoney as JSON Lines, as OpenSanctions publishes them.

Owners, directors, family, sanctions, addresses and papers are entities of their own there, which
name the party that they belong to; nested files hold them inside it. Both are read.

Source: the schemata of FollowTheMoney (followthemoney.tech).
"""

from collections.abc import Iterator, Sequence

from tidewaiter.base.countries import country_or_text
from tidewaiter.parties.readers.draft import Draft
from tidewaiter.parties.readers.flat import json_items
from tidewaiter.parties.readers.tables import head
from tidewaiter.parties.readers.types import EntryRefusal, ListFile, ListHeader, refused
from tidewaiter.parties.types import ListedParty, NameKind, PartyKind

KINDS: dict[str, PartyKind] = {
    "Person": "person",
    "Company": "organisation",
    "Organization": "organisation",
    "LegalEntity": "unknown",
    "PublicBody": "organisation",
    "Vessel": "vessel",
    "Airplane": "aircraft",
}
_NAMES: dict[str, NameKind] = {
    "name": "primary",
    "alias": "alias",
    "weakAlias": "weak alias",
    "previousName": "former",
}
_NUMBERS = {
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
_COUNTRIES = ("country", "nationality", "citizenship", "jurisdiction", "mainCountry", "flag")
_TIES = {  # schema -> the property of the one end, our word, the property of the other
    "Ownership": ("asset", "owned-by", "owner"),
    "Directorship": ("director", "director-of", "organization"),
    "Family": ("person", "relative-of", "relative"),
    "Associate": ("person", "associate-of", "associate"),
    "Representation": ("agent", "acts-for", "client"),
    "Employment": ("employee", "works-for", "employer"),
    "Membership": ("member", "member-of", "organization"),
    "UnknownLink": ("subject", "linked-to", "object"),
}
_HOLDERS = {"Sanction": "entity", "Passport": "holder", "Identification": "holder"}

Entity = dict[str, object]
Found = Iterator[ListedParty | EntryRefusal]


def claims_ftm(files: Sequence[ListFile]) -> bool:
    """Tell whether the first file begins with an entity."""
    first = head(files[0], 1 << 14)
    return first.lstrip()[:1] in ("{", "[") and all(
        f'"{word}"' in first for word in ("id", "schema", "properties")
    )


def read_ftm(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read entities.ftm.json or targets.nested.json; what is no target is not listed.

    Raises:
        InputError: A line is no JSON.
    """
    yield ListHeader()
    reading = _Reading()
    for file in files:
        for number, item in json_items(file):
            held = item if isinstance(item, dict) else {}
            if not isinstance(held.get("id"), str) or not isinstance(held.get("properties"), dict):
                hint = "one object a line, with id, schema and properties"
                yield refused(file.name, f"line {number}", str(item), "is no entity", hint)
                continue
            reading.add(held, file.name, f"line {number}")
    yield from reading.finish()


class _Reading:
    """Entities while they are read: parties, and what belongs to parties."""

    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}
        self._refused: list[EntryRefusal] = []
        self._parts: list[tuple[str, Entity]] = []  # the party that a nested one stands in
        self._texts: dict[str, str] = {}  # of addresses
        self._homes: list[tuple[str, str]] = []

    def add(self, entity: Entity, file: str, place: str) -> None:
        """Take one entity."""
        key, schema = str(entity["id"]), str(entity.get("schema", ""))
        if schema == "Address":
            self._texts[key] = _first(entity, "full")
        elif schema not in KINDS and entity.get("target") is True:
            hint = f"parties have one of the schemata {', '.join(KINDS)}"
            self._refused.append(refused(file, place, key, f"is no party but {schema}", hint))
        elif schema not in KINDS:
            self._parts.append(("", entity))
        elif _is_target(entity):
            if key in self._drafts:
                hint = "an id stands for one entry: merge the lines"
                self._refused.append(refused(file, place, key, "stands there twice", hint))
                return
            self._drafts[key] = self._party(
                entity, Draft(key, KINDS[schema], file=file, place=place)
            )

    def _party(self, entity: Entity, draft: Draft) -> Draft:
        for name, kind in _NAMES.items():
            for text in _texts(entity, name):
                draft.name(text, kind)
        for name, scheme in _NUMBERS.items():
            for text in _texts(entity, name):
                draft.identifier(scheme, text)
        for add, names in (
            (draft.country, _COUNTRIES),
            (draft.born, ("birthDate",)),
            (draft.birthplace, ("birthPlace",)),
            (draft.programme, ("program", "programId")),
            (draft.note, ("notes", "position", "title")),
        ):
            for text in (each for name in names for each in _texts(entity, name)):
                add(text)
        for text in _texts(entity, "address"):
            draft.address([text])
        draft.source = _first(entity, "sourceUrl")
        self._nested(entity, draft.id)
        return draft

    def _nested(self, entity: Entity, holder: str) -> None:
        """Take what stands inside a party, and the addresses that it names."""
        for name, value in _properties(entity).items():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict) and each.get("schema") == "Address":
                    self._texts[str(each.get("id", ""))] = _first(each, "full")
                    self._homes.append((holder, str(each.get("id", ""))))
                elif isinstance(each, dict):
                    self._parts.append((holder, each))
                elif name == "addressEntity":
                    self._homes.append((holder, str(each)))

    def finish(self) -> Found:
        """Yield the entries, with what belongs to them."""
        for holder, key in self._homes:
            if text := self._texts.get(key, ""):
                self._drafts[holder].address([text])
        for holder, part in self._parts:
            self._belongs(holder, part)
        yield from self._refused
        for draft in self._drafts.values():
            yield from draft.finish()

    def _belongs(self, holder: str, part: Entity) -> None:
        schema = str(part.get("schema", ""))
        if schema in _TIES:
            one, kind, other = _TIES[schema]
            draft = self._drafts.get(_first(part, one) or holder)
            if draft:
                share = _percent(_first(part, "percentage")) or _first(part, "sharesCount")
                draft.tie(kind, _first(part, other) or holder, share, _first(part, "role"))
            return
        draft = self._drafts.get(_first(part, _HOLDERS.get(schema, "entity")) or holder)
        if draft and schema == "Sanction":
            _sanction(part, draft)
        elif draft and schema in _HOLDERS:
            country = country_or_text(_first(part, "country")) if _first(part, "country") else ""
            draft.number(_first(part, "type") or schema, _first(part, "number"), country)


def _percent(text: str) -> str:
    """Write a share with its sign, which FollowTheMoney leaves out as often as not."""
    return f"{text} %" if text.replace(".", "", 1).isdecimal() else text


def _sanction(part: Entity, draft: Draft) -> None:
    for name in ("program", "programId", "authority"):
        for text in _texts(part, name):
            draft.programme(text)
    draft.basis = draft.basis or _first(part, "reason")
    draft.source = draft.source or _first(part, "sourceUrl")
    begun = _first(part, "startDate") or _first(part, "listingDate")
    if len(begun) >= len("2026-01-01"):
        day = draft.day("startDate", begun[:10])
        draft.listed = min((each for each in (day, draft.listed) if each), default=None)


def _is_target(entity: Entity) -> bool:
    """Tell whether an entity is listed: it says so, or has a topic, or says nothing of it."""
    said = entity.get("target")
    return bool(said) if isinstance(said, bool) else True


def _properties(entity: Entity) -> dict[str, object]:
    found = entity.get("properties")
    return found if isinstance(found, dict) else {}


def _texts(entity: Entity, name: str) -> list[str]:
    value = _properties(entity).get(name)
    held = value if isinstance(value, list) else [value]
    return [each if isinstance(each, str) else _id(each) for each in held if each]


def _id(value: object) -> str:
    return str(value.get("id", "")) if isinstance(value, dict) else str(value)


def _first(entity: Entity, name: str) -> str:
    return next(iter(_texts(entity, name)), "")
