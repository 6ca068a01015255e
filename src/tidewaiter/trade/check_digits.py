"""Check digits and formats of container, waybill, ship, postal, place and trader numbers."""

import re
import unicodedata
from operator import mul

from tidewaiter.base.errors import InputError

_BETWEEN = re.compile(r"[\W_]+")

_CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
_IMO = re.compile(r"(?:IMO[ .:#-]*)?[0-9]{7}")
_AWB = re.compile(r"(\d{3})-(\d{7})(\d)|(\d{3})[ -]?(\d{7})(\d)")
_LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_EORI = re.compile(r"[A-Z]{2}[A-Z0-9]{1,15}")
# ISO 6346 skips 11, 22 and 33.
_LETTERS = dict(
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True)
)


def number_key(text: str) -> str:
    """Normalise a number by removing separators: "DE-L 1" and "de/l1" are equal."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def container_number(text: str) -> str:
    """Return a normalised container number (ISO 6346); "": not a container number."""
    number = number_key(text)
    return number if _CONTAINER.fullmatch(number) else ""


def container_digit(text: str) -> bool | None:
    """Return whether a container number has a valid check digit (ISO 6346); None: not one."""
    plain = container_number(text)
    if not plain:
        return None
    values = [_LETTERS.get(c) or int(c) for c in plain[:10]]
    return sum(v << i for i, v in enumerate(values)) % 11 % 10 == int(plain[10])


def awb_digit(text: str, *, air: bool = False) -> bool | None:
    """Return whether an air waybill number has a valid check digit; None: not one.

    Args:
        text: "020-12345675".
        air: Transport by air: eleven digits without a hyphen are accepted too.
    """
    found = _AWB.fullmatch(text.strip())
    if found is None or not (air or found[1]):
        return None
    serial, digit = (found[2], found[3]) if found[1] else (found[5], found[6])
    return int(serial) % 7 == int(digit)


def is_imo(text: str) -> bool:
    """Return whether a text has the format of an IMO ship number: "IMO 9074729", "9074729"."""
    return _IMO.fullmatch(text.strip().upper()) is not None


def is_locode(text: str) -> bool:
    """Return whether a code has the format of a UN/LOCODE: "INNSA", "IN NSA"."""
    return _LOCODE.fullmatch(text.replace(" ", "").upper()) is not None


def is_eori(text: str) -> bool:
    """Return whether a number has the format of an EORI: a country, and at most 15 characters."""
    return _EORI.fullmatch(text.replace(" ", "").upper()) is not None


_S10 = re.compile(r"[A-Z]{2}([0-9]{8})([0-9])([A-Z]{2})")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_ZEROS = ord("0") * sum(_WEIGHTS)  # digit value = character code minus "0"


def check_postal_number(text: str) -> InputError | None:
    """Return what is wrong with a postal item number; None: nothing.

    Source:
        UPU S10: weights 8 6 4 2 3 5 9 7, modulo 11; 10 is written 0, and 11 is written 5.
    """
    found = _S10.fullmatch(text.replace(" ", "").upper())
    if found is None:
        return InputError("trade/postal-number-not-known")
    total = sum(map(mul, found[1].encode(), _WEIGHTS)) - _ZEROS
    check = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    return None if check == int(found[2]) else InputError("trade/postal-number-wrong", check=check)
