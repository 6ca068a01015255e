"""Reading a member: its names, address, numbers and contacts, each in one spelling."""

from typing import Final, NamedTuple

import msgspec

from tidewaiter.parties.addresses import NOWHERE, AddressParts, read_address
from tidewaiter.parties.identifiers.contacts import Contacts, find_contacts
from tidewaiter.parties.identifiers.phones import phone_of
from tidewaiter.parties.resolution.identifiers import read_identifier
from tidewaiter.parties.resolution.naming import NOTHING, Names, names_of
from tidewaiter.parties.resolution.types import Written

_LONGEST: Final = 1000  # characters: beyond, no address goes on
_NAME: Final = 300  # characters of a name
_CODE: Final = 2  # letters of a country
_SCHEMES_OF_CONTACTS: Final = frozenset({"phone", "telephone", "tel", "mobile", "fax"})


class Read(NamedTuple):
    """A member, read."""

    names: Names
    country: str  # ISO 3166-1 alpha-2; "" where it is none that we know
    address: AddressParts
    ids: tuple[tuple[str, str], ...]  # scheme and number
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    domains: tuple[str, ...]
    people: tuple[str, ...]


def read_written(written: Written) -> Read:
    """Read a party as written: the first 300 characters of a name, 1,000 of an address."""
    contacts = contacts_of(written)
    number = None
    if written.id and not _is_phone(written) and not _contact(written):
        number = read_identifier(written.id_scheme, written.id)
    return Read(
        names=names_of(name_of(written)) if written.name else NOTHING,
        country=_country(written),
        address=place_of(written),
        ids=(number,) if number else (),
        phones=contacts.phones,
        emails=contacts.emails,
        domains=contacts.domains,
        people=contacts.people,
    )


def name_of(written: Written) -> str:
    """Return as much of a party's name as is read."""
    return written.name[:_NAME]


def contacts_of(written: Written) -> Contacts:
    """Read telephones, e-mails and the like of a party as written."""
    country = _country(written)
    name, address = written.name[:_LONGEST], written.address[:_LONGEST]
    contacts = find_contacts(" ; ".join(filter(None, (name, address, _contact(written)))), country)
    if not _is_phone(written):
        return contacts
    phones = {*contacts.phones, phone_of(written.id, country)} - {""}
    return msgspec.structs.replace(contacts, phones=tuple(sorted(phones)))


def place_of(written: Written) -> AddressParts:
    """Read the address of a party as written."""
    address = written.address[:_LONGEST]
    return read_address(address) if address else NOWHERE


def _country(written: Written) -> str:
    country = written.country.strip().upper()
    return country if len(country) == _CODE and country.isascii() else ""


def _is_phone(written: Written) -> bool:
    return written.id_scheme.strip().lower() in _SCHEMES_OF_CONTACTS


def _contact(written: Written) -> str:
    """Return the number of a party where it is an e-mail or a website."""
    return written.id[:_LONGEST] if "@" in written.id or "www." in written.id.lower() else ""
