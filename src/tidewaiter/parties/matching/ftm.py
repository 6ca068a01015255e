"""FollowTheMoney entities as queries, and list entries as FollowTheMoney entities.

Source: the schemata of FollowTheMoney (followthemoney.tech); its topics in types/topic.py.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.parties.birth_dates import parse_births
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.readers.ftm import (
    COUNTRIES,
    KINDS,
    NAMES,
    NUMBERS,
    PROPERTIES,
    SCHEMAS,
    lineage,
    properties_of,
)
from tidewaiter.parties.types import Action, Address, Identifier, ListedParty, NameKind, PartyKind

BASE: Final = "Thing"
"""Schema of a query about a party of any kind."""

TOPICS: Final[Mapping[Action, str]] = MappingProxyType(
    {"blocked": "sanction", "restricted": "export.control", "debarred": "debarment"}
)
"""Topic of the effect of a list; the others have none: a charge is not a crime."""

MOST_NAMES: Final = 20
"""Most names of a query; each is matched."""

_MOST_VALUES: Final = 100  # of a property
_LONGEST: Final = 1_000  # characters of a value
_PARTS: Final = ("firstName", "secondName", "middleName", "fatherName", "lastName")
_NAME_OF: Final[Mapping[NameKind, str]] = MappingProxyType(
    {
        "primary": "name",
        "native": "alias",
        "alias": "alias",
        "weak alias": "weakAlias",
        "former": "previousName",
    }
)

Why = Literal[
    "unknown-property",
    "not-compared",
    "nested-entity",
    "not-a-date",
    "not-a-country",
    "unknown-field",
]
"""Why a value of a query is ignored."""


class Ignored(Record, frozen=True, kw_only=True):
    """A part of a query that is not compared."""

    property: str
    why: Why


class FtmQuery(Record, frozen=True, kw_only=True):
    """A query by example, as read."""

    schema: str
    properties: Mapping[str, tuple[str, ...]]  # those that are compared
    parties: tuple[AskedParty, ...]  # one for each name; all have the same attributes
    ignored: tuple[Ignored, ...] = ()


def kind_of(schema: str, *, at: str = "") -> PartyKind:
    """Return the kind of party of a schema that can be asked for.

    Raises:
        InputError: It is unknown, or not a schema of parties.
    """
    if schema != BASE and schema not in KINDS:
        code = "parties/schema-not-matched" if lineage(schema) else "parties/schema-unknown"
        raise InputError(code, schema=schema, known=", ".join((*KINDS, BASE)), at=at)
    return KINDS.get(schema, "unknown")


def parse_query(
    schema: str, properties: Mapping[str, object], *, query_id: str = "", at: str = ""
) -> FtmQuery:
    """Read a query by example.

    Args:
        schema: A schema of parties, or "Thing".
        properties: Values by property: a text, or a list of texts.
        query_id: Id of the query.
        at: Place of the query, for errors.

    Raises:
        InputError: Unknown schema, a value that is no text, or too many or too long values.
    """
    kind = kind_of(schema, at=f"{at}.schema" if at else "schema")
    reader = _Reader(schema, at)
    for name, values in properties.items():
        reader.add(name, values)
    names = reader.names()
    if len(names) > MOST_NAMES:
        raise InputError("parties/too-many-names", most=MOST_NAMES, names=len(names), at=at)
    parties = tuple(
        AskedParty(
            id=query_id,
            text=name,
            kind=kind,
            countries=tuple(reader.countries),
            births=tuple(reader.births),
            addresses=tuple(reader.addresses),
            identifiers=tuple(reader.identifiers),
        )
        for name in names or ("",)
    )
    return FtmQuery(
        schema=schema,
        properties={name: tuple(values) for name, values in reader.used.items()},
        parties=parties,
        ignored=tuple(reader.ignored),
    )


class _Reader:
    """Collects what is compared of the properties of a query."""

    def __init__(self, schema: str, at: str) -> None:
        self._known = properties_of(schema)
        self._at = at
        self._names: list[str] = []
        self._parts: dict[str, str] = {}
        self.countries: list[str] = []
        self.births: list[str] = []
        self.addresses: list[str] = []
        self.identifiers: list[Identifier] = []
        self.used: dict[str, list[str]] = {}
        self.ignored: dict[Ignored, None] = {}

    def add(self, name: str, values: object) -> None:
        """Read the values of a property."""
        for text in self._texts(name, values):
            kept = self._add(name, text)
            if kept:
                self.used.setdefault(name, []).append(kept)

    def names(self) -> list[str]:
        """Return the names, or else the one that the parts of a name make."""
        parts = [self._parts[each] for each in _PARTS if each in self._parts]
        joined = [" ".join(parts)] if parts and not self._names else []
        return list(dict.fromkeys((*self._names, *joined)))

    def _texts(self, name: str, values: object) -> Iterator[str]:
        at = f"{self._at}.properties.{name}" if self._at else name
        held = values if isinstance(values, list | tuple) else [values]
        if len(held) > _MOST_VALUES:
            raise InputError("parties/too-many-values", most=_MOST_VALUES, values=len(held), at=at)
        for each in held:
            if isinstance(each, Mapping):
                self._ignore(name, "nested-entity")
                continue
            if each is None or isinstance(each, bool) or not isinstance(each, str | int):
                raise InputError("parties/value-not-text", at=at)
            text = str(each).strip()
            if len(text) > _LONGEST:
                raise InputError("parties/value-too-long", most=_LONGEST, at=at)
            if text:
                yield text

    def _add(self, name: str, text: str) -> str:
        """Take a value; return it as it is compared, "" if it is not."""
        if name in NAMES:
            self._names.append(text)
        elif name in _PARTS:
            self._parts[name] = f"{self._parts[name]} {text}" if name in self._parts else text
        elif name in COUNTRIES:
            return self._country(name, text)
        elif name == "birthDate":
            return self._birth(name, text)
        elif name == "address":
            self.addresses.append(text)
        elif name in NUMBERS:
            self.identifiers.append(Identifier(scheme=NUMBERS[name], value=text))
        else:
            self._ignore(name, "not-compared" if name in self._known else "unknown-property")
            return ""
        return text

    def _country(self, name: str, text: str) -> str:
        code = find_country(text)
        if code is None:
            self._ignore(name, "not-a-country")
            return ""
        if code not in self.countries:
            self.countries.append(code)
        return code.lower()

    def _birth(self, name: str, text: str) -> str:
        try:
            dates, _ = parse_births(text)
        except InputError:
            self._ignore(name, "not-a-date")
            return ""
        self.births += [each for each in dates if each not in self.births]
        return "; ".join(dates)

    def _ignore(self, name: str, why: Why) -> None:
        self.ignored[Ignored(property=name, why=why)] = None


def schema_of(party: ListedParty) -> str:
    """Return the schema of a list entry."""
    return SCHEMAS.get(party.kind, "LegalEntity")


def properties_in(party: ListedParty) -> dict[str, list[str]]:
    """Return the properties of a list entry; what its schema has no property for is a note."""
    return {name: list(values) for name, values in sorted(_Properties(party).found.items())}


class _Properties:
    """The properties of a list entry, without repetitions."""

    def __init__(self, party: ListedParty) -> None:
        self._known = properties_of(schema_of(party))
        self.found: dict[str, dict[str, None]] = {}
        for name in party.names:
            self._add(_NAME_OF[name.kind], [name.text])
        for other in ("alias", "weakAlias", "previousName"):
            held = self.found.pop(other, {})
            self._add(other, (text for text in held if text not in self.found.get("name", {})))
        self._add("address", map(_line, party.addresses))
        for country in party.countries:
            code = find_country(country)
            self._add("country" if code else "countryName", [code.lower() if code else country])
        self._add("birthDate", party.births)
        self._add("birthPlace", party.birthplaces)
        for number in party.identifiers:
            self._number(number)
        self._add("program", party.programmes)
        self._add("topics", [TOPICS.get(party.action, "")])
        is_address = party.source.startswith(("https://", "http://"))
        self._add("sourceUrl" if is_address else "source", [party.source])
        self._add("notes", [party.note])
        for tie in party.ties:
            parts = (tie.party, tie.share and f"({tie.share})", tie.note)
            self._add("notes", [f"{tie.kind}: {' '.join(filter(None, parts))}"])

    def _number(self, number: Identifier) -> None:
        name = PROPERTIES.get(number.scheme.casefold(), "")
        if name in self._known:
            self._add(name, [number.value])
        elif "idNumber" in self._known and not name:
            self._add("idNumber", [number.value])
        else:
            self._add("notes", [f"{number.scheme}: {number.value}"])

    def _add(self, name: str, values: Iterable[str]) -> None:
        for value in filter(None, values):
            place, text = (name, value) if name in self._known else ("notes", f"{name}: {value}")
            self.found.setdefault(place, {})[text] = None


def _line(address: Address) -> str:
    """Return an address in one line."""
    parts = (address.city, address.region, address.postcode, address.country)
    return address.text or ", ".join(filter(None, parts))


_PARTS_OF_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def label_of(name: str) -> str:
    """Return the name of a schema or property in words: "birthDate" is "Birth date"."""
    words: Sequence[str] = _PARTS_OF_WORDS.split(name)
    return " ".join((words[0][:1].upper() + words[0][1:], *(each.lower() for each in words[1:])))
