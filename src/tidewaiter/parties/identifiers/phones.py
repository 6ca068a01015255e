"""Telephones: E.164 of what is written."""

import re
from functools import lru_cache

import phonenumbers

from tidewaiter.parties.identifiers.types import Check

_LABEL = re.compile(
    r"^\W*(?:(?:tel|phone|mobile|mob|cell|fax|no|number|nr)\b[\s.:#]*)+", re.IGNORECASE
)
_ZEROS = re.compile(r"^00(?=[1-9])")
_DIGITS = re.compile(r"\D")
_SECOND = re.compile(r"[;,/|](?=[\d\s()+-]{1,25}$).*", re.DOTALL)
_CODES = frozenset("123456789")
_WHOLE = 10  # digits of a number with its country's code, at the least
_LONGEST = 60  # characters of a number and its extension


@lru_cache(maxsize=1 << 16)
def phone_of(text: str, country: str) -> str:
    """Return a phone number in E.164; "" where it is none that can be.

    Args:
        text: As written; an extension is left out.
        country: ISO 3166-1 alpha-2, for a number without a country; "" where unknown.
    """
    number = _parse(text, country)
    if number is None or not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=1 << 16)
def read_phone(text: str, countries: tuple[str, ...]) -> tuple[str, Check]:
    """Read one phone number.

    Args:
        text: As written, a label before it or a second number behind it too.
        countries: ISO 3166-1 alpha-2, whose plans a number without a country may follow.

    Returns:
        E.164 where the number can be, else its digits; and whether it is one that is given out.
    """
    bare = _SECOND.sub("", _LABEL.sub("", text.strip()[:_LONGEST]))
    bare = _ZEROS.sub("+", bare)
    possible = ""
    tries = [(bare, country) for country in (*countries, "")]
    digits = _DIGITS.sub("", bare)
    if not bare.startswith("+") and digits[:1] in _CODES and len(digits) >= _WHOLE:
        tries.append((f"+{digits}", ""))  # a country's code without its sign
    for spelling, country in tries:
        number = _parse(spelling, country)
        if number is None or not phonenumbers.is_possible_number(number):
            continue
        spelt = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_valid_number(number):
            return str(spelt), "valid"
        if spelling == bare:
            possible = possible or str(spelt)
    return possible or digits, "not valid"


def country_of_phone(number: str) -> str:
    """Return the country of a number in E.164; "" where it has none, or several share a code."""
    parsed = _parse(number, "")
    return (phonenumbers.region_code_for_number(parsed) or "") if parsed else ""


def _parse(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
