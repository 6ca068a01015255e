"""Numbers, telephones, e-mails and sites of a party on papers, wherever they are written."""

import re
from collections.abc import Iterator

from tidewaiter.base.countries import find_country
from tidewaiter.consignments.listed import PartyOnPaper
from tidewaiter.parties.identifiers.contacts import find_contacts
from tidewaiter.parties.types import Identifier

_IMO = re.compile(r"\bIMO[\s.:#]*(?:no\.?|number)?[\s.:#]*(\d{7})\b", re.IGNORECASE)
_LONGEST = 1_000  # characters of a name or an address that are looked at


def identifiers_of(party: PartyOnPaper) -> tuple[Identifier, ...]:
    """Return what leads to a party: its number, and what stands in its name and address."""
    return (*number_of(party), *_found(party))


def number_of(party: PartyOnPaper) -> tuple[Identifier, ...]:
    """Return the number that the papers give of a party, if any."""
    return (Identifier(scheme=party.id_scheme or "", value=party.id),) if party.id else ()


def text_of(party: PartyOnPaper) -> str:
    """Return the text in which numbers and contacts of a party may stand."""
    return f"{party.name[:_LONGEST]} ; {(party.address or '')[:_LONGEST]}"


def _found(party: PartyOnPaper) -> Iterator[Identifier]:
    text = text_of(party)
    found = find_contacts(text, find_country(party.country or "") or "")
    yield from (Identifier(scheme="IMO", value=each) for each in _IMO.findall(text))
    yield from (Identifier(scheme="phone", value=each) for each in found.phones)
    yield from (Identifier(scheme="email", value=each) for each in found.emails)
    yield from (Identifier(scheme="website", value=each) for each in found.domains)
