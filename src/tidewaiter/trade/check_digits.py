"""Check digits and forms of container, waybill, ship, postal, place and trader numbers."""

import re
import unicodedata
from operator import mul

_BETWEEN = re.compile(r"[\W_]+")

_CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
_IMO = re.compile(r"(?:IMO[ .:#-]*)?[0-9]{7}")
_AWB = re.compile(r"(\d{3})-(\d{7})(\d)|(\d{3})[ -]?(\d{7})(\d)")
_LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_EORI = re.compile(r"[A-Z]{2}[A-Z0-9]{1,15}")
# ISO 6346 leaves out 11, 22 and 33.
_LETTERS = dict(
    zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True)
)


def number_key(text: str) -> str:
    """Return a number without what papers put between its parts: "DE-L 1" and "de/l1" are one."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def container_number(text: str) -> str:
    """Return the number of a container as `number_key` has it (ISO 6346); "": it is none."""
    number = number_key(text)
    return number if _CONTAINER.fullmatch(number) else ""


def container_digit(text: str) -> bool | None:
    """Tell whether the check digit of a container number holds (ISO 6346); None: it is none."""
    plain = container_number(text)
    if not plain:
        return None
    values = [_LETTERS.get(c) or int(c) for c in plain[:10]]
    return sum(v << i for i, v in enumerate(values)) % 11 % 10 == int(plain[10])


def awb_digit(text: str, *, air: bool = False) -> bool | None:
    """Tell whether the check digit of an air waybill number holds; None: it is none.

    Args:
        text: "020-12345675".
        air: The goods go by air: eleven digits without a hyphen are one too.
    """
    found = _AWB.fullmatch(text.strip())
    if found is None or not (air or found[1]):
        return None
    serial, digit = (found[2], found[3]) if found[1] else (found[5], found[6])
    return int(serial) % 7 == int(digit)


def is_imo(text: str) -> bool:
    """Tell whether a text is written as the IMO number of a ship: "IMO 9074729", "9074729"."""
    return _IMO.fullmatch(text.strip().upper()) is not None


def is_locode(text: str) -> bool:
    """Tell whether a code is written as a UN/LOCODE: "INNSA", "IN NSA"."""
    return _LOCODE.fullmatch(text.replace(" ", "").upper()) is not None


def is_eori(text: str) -> bool:
    """Tell whether a number is written as an EORI: a country, and at most 15 characters."""
    return _EORI.fullmatch(text.replace(" ", "").upper()) is not None


_S10 = re.compile(r"[A-Z]{2}([0-9]{8})([0-9])([A-Z]{2})")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_ZEROS = ord("0") * sum(_WEIGHTS)  # a digit is its letter less this one


def problem_of(text: str) -> str:
    """Say what is wrong with the number of an item; "": nothing is.

    Source:
        UPU S10: weights 8 6 4 2 3 5 9 7, modulo 11; 10 is written 0, and 11 is written 5.
    """
    found = _S10.fullmatch(text.replace(" ", "").upper())
    if found is None:
        return "is no number of a postal item (S10)"
    total = sum(map(mul, found[1].encode(), _WEIGHTS)) - _ZEROS
    check = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    return "" if check == int(found[2]) else f"has a wrong check digit: {check} would be right"
