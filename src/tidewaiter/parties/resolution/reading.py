"""Reading a member: its names, address, numbers and contacts, each in one spelling."""

from typing import Final, NamedTuple

from tidewaiter.parties.resolution.addresses import NOWHERE, AddressParts, read_address
from tidewaiter.parties.resolution.contacts import find_contacts, phone_of
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
    country = written.country.strip().upper()
    if len(country) != _CODE or not country.isascii():
        country = ""
    name, address = written.name[:_LONGEST], written.address[:_LONGEST]
    texts = " ; ".join(filter(None, (name, address, _contact(written))))
    contacts = find_contacts(texts, country)
    phones = contacts.phones
    number = None
    if written.id_scheme.strip().lower() in _SCHEMES_OF_CONTACTS:
        phone = phone_of(written.id, country)
        phones = tuple(sorted({*phones, phone} - {""}))
    elif written.id and not _contact(written):
        number = read_identifier(written.id_scheme, written.id)
    return Read(
        names=names_of(name[:_NAME]) if name else NOTHING,
        country=country,
        address=read_address(address) if address else NOWHERE,
        ids=(number,) if number else (),
        phones=phones,
        emails=contacts.emails,
        domains=contacts.domains,
        people=contacts.people,
    )


def _contact(written: Written) -> str:
    """Return the number of a party where it is an e-mail or a website."""
    return written.id[:_LONGEST] if "@" in written.id or "www." in written.id.lower() else ""
