"""Reading one identifier: its scheme, one spelling, and whether it can be right."""

import re
from collections.abc import Iterable

from tidewaiter.base.countries import find_country
from tidewaiter.parties.identifiers.numbers import check_number, find_number
from tidewaiter.parties.identifiers.phones import read_phone
from tidewaiter.parties.identifiers.schemes import Scheme, scheme_named
from tidewaiter.parties.identifiers.types import Check, ReadIdentifier
from tidewaiter.parties.identifiers.wallets import read_wallet
from tidewaiter.parties.identifiers.web import read_email, read_site
from tidewaiter.parties.types import Identifier

_IMO = re.compile(r"\bIMO\b[\s:#.]*(?:no\.?|number)?[\s:#.]*(\d{7})\b", re.IGNORECASE)
_LONGEST = 500  # characters of an identifier
_PHONES = frozenset({"phone", "fax"})
# Numbers with leading zeros that are often left out: Companies House writes eight characters.
_PADDED = {("registration", "GB"): 8}


def read_identifier(identifier: Identifier, countries: Iterable[str] = ()) -> ReadIdentifier | None:
    """Read an identifier.

    Args:
        identifier: As written; any text has an answer.
        countries: Of its party, ISO 3166-1 alpha-2 or as written: a telephone without a country
            follows their plans, and a number whose scheme is not said may be of theirs.

    Returns:
        None: there is nothing to read.
    """
    value = " ".join(identifier.value[:_LONGEST].split())
    if not value:
        return None
    scheme, implied = scheme_named(identifier.scheme)
    country = find_country(identifier.country) or implied
    near = tuple(dict.fromkeys(code for each in countries if (code := find_country(each))))
    found = _contact(scheme.name, value, tuple(filter(None, (country, *near))))
    return found or _number(scheme, value, country, near)


def _contact(scheme: str, value: str, countries: tuple[str, ...]) -> ReadIdentifier | None:
    """Read what leads to a party; None: it is a number."""
    check: Check
    problem = domain = ""
    if scheme in _PHONES:
        value, check = read_phone(value, countries)
        scheme, problem = "phone", "no such number is given out" if check != "valid" else ""
    elif scheme in {"email", "website"}:
        read = read_email if scheme == "email" else read_site
        spelt, domain = read(value)
        right = "@" in spelt if scheme == "email" else "." in spelt and " " not in spelt
        value, check = spelt, "valid" if right else "not valid"
        problem = "" if right else "it is written in no way that leads there"
    elif scheme == "wallet":
        value, check = read_wallet(value)
        problem = "its checksum is wrong, or it is cut" if check == "not valid" else ""
    else:
        return None
    return ReadIdentifier(
        scheme=scheme,
        value=value,
        check=check,
        problem=problem,
        domain=domain,
        country=countries[0] if countries and scheme == "phone" else "",
    )


def _number(scheme: Scheme, value: str, country: str, near: tuple[str, ...]) -> ReadIdentifier:
    ship = _IMO.search(value)
    if ship and (scheme.vague or scheme.name == "IMO"):
        value, name = ship[1], "IMO"
    else:
        name = scheme.name
    places = frozenset(near)
    if scheme.vague and name != "IMO":
        told = find_number(value, (country,) if country else near, tax=scheme.name != "national-id")
        if told:
            return ReadIdentifier(
                scheme=told[0],
                value=told[1],
                country=told[2] or country,
                near=places,
                check="valid",
            )
    number, check, problem = check_number(name, value)
    size = _PADDED.get((name, country))
    if size and number.isdigit():
        number = number.zfill(size)
    return ReadIdentifier(
        scheme=name, value=number, country=country, near=places, check=check, problem=problem
    )
