"""What FollowTheMoney calls things, and what we call them: the one place for its names.

Source: the schemata of FollowTheMoney (followthemoney.tech); data/parties/ftm.toml.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.types import NameKind, PartyKind

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
"""Our kind of each schema of a party."""

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
"""Our scheme of each property that holds a number or another identifier."""

COUNTRIES: Final = ("country", "nationality", "citizenship", "jurisdiction", "mainCountry", "flag")
TIES: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {  # schema -> the property of the one end, our word, the property of the other
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
"""Of what belongs to one party: the property that names it."""


class Schema(Record, frozen=True, kw_only=True):
    """What FollowTheMoney says of one schema."""

    extends: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()  # of its own
    ends: tuple[str, ...] = ()  # the two properties of a link that name its ends


class Schemata(Record, frozen=True, kw_only=True):
    """All of data/parties/ftm.toml."""

    source: str
    url: str
    schema: dict[str, Schema]


@cache
def schemata() -> Schemata:
    """Load the file once."""
    return read_toml(data("parties", "ftm.toml"), Schemata)


@cache
def properties_of(schema: str) -> frozenset[str]:
    """Return the properties of a schema and of those that it extends; none of an unknown one."""
    known = schemata().schema
    return frozenset(name for each in lineage(schema) for name in known[each].properties)


@cache
def lineage(schema: str) -> tuple[str, ...]:
    """Return a schema and all that it extends; nothing of an unknown one."""
    known = schemata().schema.get(schema)
    if known is None:
        return ()
    above = (each for parent in known.extends for each in lineage(parent))
    return (schema, *dict.fromkeys(above))


def ends_of(schema: str) -> tuple[str, ...]:
    """Return the properties of a schema that name parties: both ends, or the one that has it."""
    known = schemata().schema.get(schema)
    if known is not None and known.ends:
        return known.ends
    return (HOLDERS[schema],) if schema in HOLDERS else ()
