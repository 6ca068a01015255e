"""Numbers with check digits: which scheme a number is of, in one spelling."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Protocol

from stdnum import iban, imo, lei
from stdnum.cn import uscc
from stdnum.exceptions import InvalidLength, ValidationError
from stdnum.mx import rfc
from stdnum.ru import inn, ogrn
from stdnum.util import get_cc_module

from tidewaiter.parties.identifiers.types import Check

_BETWEEN = re.compile(r"[\s./\-–—_·:]+")
_LEI = 20  # characters of an LEI
_RFC = 12  # characters of a firm's RFC; a person's has 13
_CODE = re.compile(r"[A-Za-z]{2}")
_FORMS = {
    "SWIFT": re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"),  # ISO 9362
    "MMSI": re.compile(r"[2-7]\d{8}"),  # ITU-R M.585: of ships, 3 digits of the country first
    "call-sign": re.compile(r"[A-Z0-9]{3,7}"),
    "IMO-company": re.compile(r"\d{7}"),
}


class _Module(Protocol):
    def validate(self, number: str) -> str: ...


class _Rfc:
    """Mexican tax numbers with their check digit."""

    def validate(self, number: str) -> str:
        return str(rfc.validate(number, validate_check_digits=True))


class _Lei:
    """ISO 17442: the library checks the digits, and no length."""

    def validate(self, number: str) -> str:
        if len(number) != _LEI:
            raise InvalidLength
        return str(lei.validate(number))


class _Iban:
    """Accounts; of each country's own check digits the library knows some, which add nothing."""

    def validate(self, number: str) -> str:
        return str(iban.validate(number, check_country=False))


_CHECKED: dict[str, _Module] = {
    "LEI": _Lei(),
    "IMO": imo,
    "USCC": uscc,
    "RFC": _Rfc(),
    "INN": inn,
    "OGRN": ogrn,
    "IBAN": _Iban(),
}
_BY_THEMSELVES = ("LEI", "USCC")  # long enough that right check digits tell the scheme
# What a vague word means in one country, tried in this order.
_NATIONAL = {"RU": ("INN", "OGRN"), "MX": ("RFC",), "CN": ("USCC",)}


def bare(text: str) -> str:
    """Return a number without what separates its parts, in capitals."""
    return _BETWEEN.sub("", text).upper()


def check_number(scheme: str, text: str) -> tuple[str, Check, str]:
    """Check a number of a scheme.

    Returns:
        The number in one spelling, whether it is right, and why not.
    """
    module = _CHECKED.get(scheme)
    number = bare(text)
    if scheme == "RFC" and len(number) < _RFC:
        return number, "no check known", ""  # initials and a day, as lists often give it
    if module is not None:
        right = _right(module, number)
        return (right, "valid", "") if right else (number, "not valid", _why(module, number))
    form = _FORMS.get(scheme)
    if form is not None and not form.fullmatch(number):
        return number, "not valid", f"it is not written as {scheme} numbers are"
    return number, "no check known", ""


def find_number(text: str, countries: Iterable[str], *, tax: bool) -> tuple[str, str, str] | None:
    """Find of which scheme with check digits a number is, where only a vague word tells.

    Args:
        text: As written.
        countries: ISO 3166-1 alpha-2, whose schemes are tried beside those of the world.
        tax: Numbers of tax are tried too.

    Returns:
        Scheme, number and country; None: none whose check digits are right.
    """
    text = bare(text)
    for scheme in _BY_THEMSELVES:
        if number := _right(_CHECKED[scheme], text):
            return scheme, number, ""
    for country in countries:
        for scheme in _NATIONAL.get(country, ()):
            if number := _right(_CHECKED[scheme], text):
                return scheme, number, country
        if tax and (module := _tax(country)) and (number := _right(module, text)):
            return "tax", number, country
    head = text[:2]
    if tax and _CODE.fullmatch(head) and (module := _tax(head)):
        number = _right(module, text)
        return ("tax", number.removeprefix(head), head) if number else None
    return None


@cache
def _tax(country: str) -> _Module | None:
    """Return the check of the tax numbers of a country; None: the library has none."""
    found: _Module | None = get_cc_module(country.lower(), "vat")
    return found


def _right(module: _Module, text: str) -> str:
    try:
        return str(module.validate(text)).upper()
    except ValidationError:
        return ""


def _why(module: _Module, text: str) -> str:
    try:
        module.validate(text)
    except ValidationError as error:
        return _REASONS.get(type(error).__name__, "it cannot be right")
    return ""


_REASONS = {
    "InvalidLength": "it has too few or too many characters",
    "InvalidChecksum": "its check digits are wrong",
    "InvalidFormat": "it has characters that its scheme has not",
    "InvalidComponent": "a part of it cannot be",
}
