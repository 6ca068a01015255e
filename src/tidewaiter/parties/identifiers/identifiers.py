"""Numbers that stand for one party: one spelling for each, and which scheme it is of."""

import re
from functools import lru_cache
from typing import Final

from tidewaiter.parties.identifiers.numbers import check_number

_KEPT = re.compile(r"[^0-9A-Za-z]+")
_LEAST: Final = 5  # characters: shorter ones are numbers of somebody's own list
_DIGITS: Final = 4
_SCHEMES: Final = {
    "lei": "LEI",
    "uscc": "USCC",
    "eori": "EORI",
    "vat": "tax",
    "tin": "tax",
    "tax": "tax",
    "taxid": "tax",
    "rfc": "tax",
    "inn": "tax",
    "cnpj": "tax",
    "nit": "tax",
    "ruc": "tax",
    "rut": "tax",
    "gstin": "tax",
    "ein": "tax",
    "cuit": "tax",
    "ogrn": "registration",
    "registration": "registration",
    "reg": "registration",
    "company": "registration",
    "imo": "IMO",
}
_VALID: Final = frozenset({"LEI", "USCC"})


@lru_cache(maxsize=1 << 16)
def read_identifier(scheme: str, value: str) -> tuple[str, str] | None:
    """Read a number of a party.

    Args:
        scheme: As written; "" where none is.
        value: As written.

    Returns:
        Scheme and number in one spelling; None where it says nothing: too short, one character
        again and again, digits in order.
    """
    number = _KEPT.sub("", value).upper()
    digits = re.sub(r"\D", "", number)
    if len(number) < _LEAST or len(digits) < _DIGITS or _filler(number, digits):
        return None
    known = _SCHEMES.get(_KEPT.sub("", scheme).lower(), scheme.strip().lower())
    if known in {"", "registration", "tax", "id"}:
        for told in sorted(_VALID):
            if is_checked(told, number):
                return told, number
    return known, number


def is_checked(scheme: str, number: str) -> bool:
    """Tell whether a number has check digits, and they are right."""
    return scheme in _VALID and check_number(scheme, number)[1] == "valid"


def _filler(number: str, digits: str) -> bool:
    """Tell whether a number is one that is typed to fill a field."""
    few = len(set(digits)) < 2 or len(set(number)) < 3  # noqa: PLR2004 - "0", "A0"
    return few or digits in "01234567890123456789" or digits in "98765432109876543210"
