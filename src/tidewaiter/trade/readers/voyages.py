"""Voyages: the name of a ship and the number of its voyage, where one column holds both.

They are parted where it is certain. A ship's name may have a number, and a slash: what could be
one stays as it is written.
"""

import re
from functools import partial
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.consignments.readers.aliases import load_aliases, squeeze
from tidewaiter.consignments.readers.cells import by_distinct

_JOINT = 3  # the tier of the names of columns that hold both
_LONGEST = 80  # letters of such a text
_LETTERS = 3  # of a name, at least

_BOTH = pa.struct([("vessel", pa.string()), ("voyage", pa.string())])
# "V.204N", "VOY NO 204N"; a bare V is a Roman five before a number without a letter.
_WORD = re.compile(
    r"(?:VOYAGE|VOY|VIAJE|VIAGEM|FLIGHT)\b[ .:#]*(?:(?:NO|NR|NUM|NUMBER)\b[ .:#]*)?"
    r"|V(?:\.[ ]?|/|[ ]?(?=\d+[A-Z]))",
    re.IGNORECASE,
)
_MARKED = re.compile(
    rf"(?P<name>.+?)[ ,;(/|-]+(?:{_WORD.pattern})(?P<number>[A-Z0-9][A-Z0-9-]*)\)?", re.IGNORECASE
)
_PARTED = re.compile(
    r"(?P<name>.+?) *(?P<mark>[/|;,(]| - ) *(?P<number>[A-Z0-9][A-Z0-9-]*)\)?", re.IGNORECASE
)
_SPACED = re.compile(r"(?P<name>.+) (?P<number>[A-Z0-9-]*[A-Z0-9])", re.IGNORECASE)
_NUMBER = re.compile(r"[A-Z0-9]{1,10}(?:-[A-Z0-9]{1,6})?", re.IGNORECASE)
# With the letter of a direction: north, south, east, west; "0817-021W".
_DIRECTED = re.compile(r"(?:\d{2,5}-)?[A-Z]{0,2}\d{3,4}[NSEW]", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-?\d\d-?\d\d|\d{1,2}-\d{1,2}-\d{2,4}")
_SHIP = re.compile(r"\d{7}|\d{9}|IMO-?\d+|MMSI-?\d+", re.IGNORECASE)  # the number of a ship
# Of a ship, as most are: the two signs of its country, two letters, and a digit or none.
_CALL_SIGN = re.compile(r"(?=\w*\d)[A-Z0-9]{2}[A-Z]{2}\d?", re.IGNORECASE)
_PLATE = re.compile(r"(?=\S*\d)\S*[A-Z]\S*", re.IGNORECASE)  # a word with a digit and a letter
_PLAIN = 3  # digits of a number that is no part of a name, behind a sign


class Ship(NamedTuple):
    """What a text says."""

    vessel: str
    voyage: str | None  # None: it tells none for certain


def ship_of(text: str, *, joint: bool = False) -> Ship:
    """Part the name of a ship from the number of its voyage, where both stand there for certain.

    Args:
        text: As written.
        joint: The column says that it holds both.
    """
    plain = text.replace("\uff0f", "/").strip()
    if len(plain) > _LONGEST or not any(c.isdecimal() for c in plain):
        return Ship(text, None)
    for pattern, certain in ((_MARKED, _is_marked), (_PARTED, _is_parted), (_SPACED, _is_spaced)):
        found = pattern.fullmatch(plain)
        if found is None:
            continue
        name, number = found["name"].rstrip(" ,;(/|-"), found["number"]
        if _is_name(name) and _may_be(number) and certain(name, number, joint):
            several = ship_of(name).voyage is not None
            return Ship(text, None) if several else Ship(name, number)
    return Ship(text, None)


def _is_name(name: str) -> bool:
    """Tell whether a name is one without what was cut off: no IMO number, no second voyage."""
    return sum(c.isalpha() for c in name) >= _LETTERS and not re.search(r"\bIMO\b", name.upper())


def _may_be(number: str) -> bool:
    """Tell whether a word may be the number of a voyage, and no day and no number of a ship."""
    if _SHIP.fullmatch(number) or _DAY.fullmatch(number):
        return False
    return any(c.isdecimal() for c in number) and bool(_NUMBER.fullmatch(number))


def _is_marked(_name: str, _number: str, _joint: bool) -> bool:  # noqa: FBT001 - called by place
    return True


def _is_parted(name: str, number: str, joint: bool) -> bool:  # noqa: FBT001 - called by place
    """Tell whether what stands behind a sign is a voyage.

    Two barges are written "101/102", a lorry and its trailer by their plates, and a call sign
    stands there, too.
    """
    if joint or _DIRECTED.fullmatch(number):
        return True
    if _CALL_SIGN.fullmatch(number) or _PLATE.fullmatch(name.rsplit(maxsplit=1)[-1]):
        return False
    if number.isdecimal():
        return len(number) >= _PLAIN and not name[-1].isdecimal()
    return number[0].isdecimal() or len(number) > _LETTERS


def _is_spaced(_name: str, number: str, joint: bool) -> bool:  # noqa: FBT001 - called by place
    """Tell whether the last word is a voyage: no ship is called 021W, and none 0817."""
    led = joint and number.startswith("0") and len(number) >= _PLAIN
    return led or bool(_DIRECTED.fullmatch(number))


def holds_both(headers: tuple[str, ...]) -> bool:
    """Tell whether columns of vessels say that they hold voyages, too."""
    aliases = load_aliases().fields
    return any(("vessel", _JOINT) in aliases.get(squeeze(header), ()) for header in headers)


def part_voyages(
    vessels: pa.Array, voyages: pa.Array | None, *, joint: bool
) -> tuple[pa.Array, pa.Array | None]:
    """Part names of ships from voyages; where a column of voyages says another one, nothing is.

    Args:
        vessels: Text.
        voyages: Text of their own column; None: there is none.
        joint: The column of vessels says that it holds both.

    Returns:
        The names, and the voyages.
    """
    both = by_distinct(vessels, partial(_ship, joint=joint), _BOTH).values
    found = pc.struct_field(both, "voyage")
    if found.null_count == len(found):
        return vessels, voyages
    apart = pc.is_valid(found)
    if voyages is not None:
        same = pc.equal(pc.utf8_upper(pc.utf8_trim_whitespace(voyages)), pc.utf8_upper(found))
        apart = pc.and_(apart, pc.fill_null(same, True))
    names = pc.if_else(apart, pc.struct_field(both, "vessel"), vessels)
    told = pc.if_else(apart, found, pa.scalar(None, pa.string()))
    return names, told if voyages is None else pc.coalesce(voyages, told)


def _ship(text: str, *, joint: bool) -> dict[str, str | None]:
    return ship_of(text, joint=joint)._asdict()
