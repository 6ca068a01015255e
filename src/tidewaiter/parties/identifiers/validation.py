"""Identifier validation: scheme, normalisation, check digits and checksums.

Sources:
    Base58Check and bech32: python-stdnum (stdnum.bitcoin); bech32m: BIP 350; mixed case of
    Ethereum: ERC-55.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any, Final, Protocol

from stdnum import bitcoin, iban, imo, lei
from stdnum.cn import uscc
from stdnum.exceptions import InvalidLength, ValidationError
from stdnum.mx import rfc
from stdnum.ru import inn, ogrn
from stdnum.util import get_cc_module

from tidewaiter.base.countries import find_country
from tidewaiter.parties.identifiers.contacts import read_email, read_phone, read_site
from tidewaiter.parties.identifiers.schemes import Check, ReadIdentifier, Scheme, scheme_named
from tidewaiter.parties.types import Identifier

_BETWEEN = re.compile(r"[\s./\-–—_·:]+")
_LEI = 20  # characters of an LEI
_RFC = 12  # characters of a company's RFC; a person's has 13
_CODE = re.compile(r"[A-Za-z]{2}")
_FORMS = {
    "SWIFT": re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"),  # ISO 9362
    "MMSI": re.compile(r"[2-7]\d{8}"),  # ITU-R M.585: ships, first 3 digits for the country
    "call-sign": re.compile(r"[A-Z0-9]{3,7}"),
    "IMO-company": re.compile(r"\d{7}"),
}


class _Module(Protocol):
    def validate(self, number: str) -> str: ...


class _Rfc:
    """Mexican tax numbers with check digit."""

    def validate(self, number: str) -> str:
        return str(rfc.validate(number, validate_check_digits=True))


class _Lei:
    """ISO 17442: the library checks the digits, but not the length."""

    def validate(self, number: str) -> str:
        if len(number) != _LEI:
            raise InvalidLength
        return str(lei.validate(number))


class _Iban:
    """Bank accounts; the library's few national check digits add nothing."""

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
_BY_THEMSELVES = ("LEI", "USCC")  # long enough that valid check digits identify the scheme
# Meanings of an unspecific type name by country, tried in this order.
_NATIONAL = {"RU": ("INN", "OGRN"), "MX": ("RFC",), "CN": ("USCC",)}


def bare(text: str) -> str:
    """Return a number without separators, in capitals."""
    return _BETWEEN.sub("", text).upper()


def check_number(scheme: str, text: str) -> tuple[str, Check, str]:
    """Validate a number of a scheme.

    Returns:
        The normalised number, whether it is valid, and the reason if not.
    """
    module = _CHECKED.get(scheme)
    number = bare(text)
    if scheme == "RFC" and len(number) < _RFC:
        return number, "no check known", ""  # initials and a date, as lists often give it
    if module is not None:
        right = _right(module, number)
        return (right, "valid", "") if right else (number, "not valid", _why(module, number))
    form = _FORMS.get(scheme)
    if form is not None and not form.fullmatch(number):
        return number, "not valid", f"it is not written as {scheme} numbers are"
    return number, "no check known", ""


def find_number(text: str, countries: Iterable[str], *, tax: bool) -> tuple[str, str, str] | None:
    """Infer the scheme of a number with an unspecific type from its check digits.

    Args:
        text: Number as written.
        countries: ISO 3166-1 alpha-2; their schemes are tried after the international ones.
        tax: Include tax numbers.

    Returns:
        Scheme, number and country; None: no scheme with valid check digits.
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
    """Return the validator for a country's tax numbers; None: the library has none."""
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


@cache
def _keccak() -> Any:
    """Return the hash function of Ethereum; None: the extra "wallets" is not installed."""
    try:
        from Crypto.Hash import keccak  # noqa: PLC0415  # it loads a parser of C
    except ImportError:
        return None
    return keccak


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32M = 0x2BC830A3  # BIP 350
_LABEL = re.compile(r"^\W*(?:[A-Za-z]{2,11}[\s:-]+)?")  # "XBT 1A1z...", "- ETH 0x..."
_ETHER = re.compile(r"0[xX][0-9a-fA-F]{40}")
_SEGWIT = re.compile(r"(bc|ltc|BC|LTC)1[0-9A-Za-z]{6,87}")
_BYTES = {25, 26}  # bytes of an address with checksum; 26: Zcash, which has a two-byte version
# First letters of Base58Check addresses: Bitcoin and forks, Tron, Litecoin, Dash, Dogecoin.
_BASE58_ADDRESS = re.compile(r"(?:[13TLMXDAG]|t[13])[1-9A-HJ-NP-Za-km-z]{25,35}")
_SHORTEST_WALLET = 20  # minimum characters of an address in any currency


def read_wallet(text: str) -> tuple[str, Check]:
    """Parse a wallet address.

    Args:
        text: Address as written; a preceding currency code is ignored.

    Returns:
        The normalised address; "not valid" if its checksum is wrong or it is too short.
    """
    bare = _LABEL.sub("", text.strip(), count=1).strip() or text.strip()
    if len(bare) < _SHORTEST_WALLET or not bare.isascii():
        return text.strip(), "not valid"
    if _ETHER.fullmatch(bare):
        return bare.lower(), _ether(bare[2:])
    if _SEGWIT.fullmatch(bare):
        return bare.lower(), "valid" if _segwit(bare) else "not valid"
    if _BASE58_ADDRESS.fullmatch(bare):
        return bare, _base58(bare)
    return bare, "no check known"


def _ether(digits: str) -> Check:
    """Validate the letter case, which is a checksum if it is mixed."""
    if digits in {digits.lower(), digits.upper()} or _keccak() is None:
        return "no check known"
    small = digits.lower()
    told = _keccak().new(digest_bits=256, data=small.encode()).hexdigest()
    right = "".join(
        letter.upper() if int(nibble, 16) > 7 else letter  # noqa: PLR2004 - its first bit
        for letter, nibble in zip(small, told, strict=False)
    )
    return "valid" if digits == right else "not valid"


def _segwit(text: str) -> bool:
    """Validate bech32 for version 0, bech32m for later ones."""
    if text not in {text.lower(), text.upper()}:
        return False
    prefix, _, rest = text.lower().partition("1")
    if not set(rest) <= set(_BECH32):
        return False
    values = [_BECH32.index(letter) for letter in rest]
    head = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    wanted = 1 if values[0] == 0 else _BECH32M
    return bool(bitcoin.bech32_checksum(head + values) == wanted)


def _base58(text: str) -> Check:
    """Validate Base58Check; other lengths belong to currencies with unknown checks."""
    raw = bitcoin.b58decode(text)
    if len(raw) not in _BYTES:
        return "no check known"
    check = sha256(sha256(raw[:-4]).digest()).digest()[:4]
    return "valid" if check == raw[-4:] else "not valid"


_IMO = re.compile(r"\bIMO\b[\s:#.]*(?:no\.?|number)?[\s:#.]*(\d{7})\b", re.IGNORECASE)
_LONGEST = 500  # characters of an identifier
_PHONES = frozenset({"phone", "fax"})
# Numbers whose leading zeros are often omitted: Companies House writes eight characters.
_PADDED = {("registration", "GB"): 8}


def read_identifier(identifier: Identifier, countries: Iterable[str] = ()) -> ReadIdentifier | None:
    """Parse and validate an identifier.

    Args:
        identifier: Identifier as written; never fails.
        countries: Countries of its party, ISO 3166-1 alpha-2 or as written: used for telephones
            without a country code, and for numbers without a scheme.

    Returns:
        None: empty.
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
    """Parse contact details; None: it is a number."""
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


_KEPT = re.compile(r"[^0-9A-Za-z]+")
_SHORTEST_NUMBER: Final = 5  # characters: shorter ones are internal numbers
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
def read_party_number(scheme: str, value: str) -> tuple[str, str] | None:
    """Parse a number of a party.

    Args:
        scheme: Scheme as written; "" if none.
        value: Number as written.

    Returns:
        Normalised scheme and number; None if it is meaningless: too short, one repeated character,
        or ascending digits.
    """
    number = _KEPT.sub("", value).upper()
    digits = re.sub(r"\D", "", number)
    if len(number) < _SHORTEST_NUMBER or len(digits) < _DIGITS or _filler(number, digits):
        return None
    known = _SCHEMES.get(_KEPT.sub("", scheme).lower(), scheme.strip().lower())
    if known in {"", "registration", "tax", "id"}:
        for told in sorted(_VALID):
            if is_checked(told, number):
                return told, number
    return known, number


def is_checked(scheme: str, number: str) -> bool:
    """Return whether a number has valid check digits."""
    return scheme in _VALID and check_number(scheme, number)[1] == "valid"


def _filler(number: str, digits: str) -> bool:
    """Return whether a number is a placeholder."""
    few = len(set(digits)) < 2 or len(set(number)) < 3  # noqa: PLR2004 - "0", "A0"
    return few or digits in "01234567890123456789" or digits in "98765432109876543210"
