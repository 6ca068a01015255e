"""Code and date columns: HS, CAS, UN, containers, licences, days, vessels and voyages.

Vessel and voyage are separated only if it is certain. A ship's name may contain a number or a
slash: an ambiguous text is unchanged.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache, partial
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.dates import Order, find_order, from_serial, parse_date
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.trade.concentration import parse_content
from tidewaiter.trade.readers.columns.vocabulary import load_aliases, squeeze
from tidewaiter.trade.readers.table import Bad, Column, by_distinct, is_nothing, only_has
from tidewaiter.trade.types import shorten


class _Headings(Record, frozen=True, kw_only=True):
    source: str
    chapters: dict[str, str]


@cache
def load_headings() -> frozenset[str]:
    """Load the four digits of every heading.

    Raises:
        RegistryError: The file is invalid.
    """
    found = read_toml(data("hs", "headings.toml"), _Headings).chapters
    return frozenset(f"{chapter}{rest}" for chapter, each in found.items() for rest in each.split())


TEXTS = pa.list_(pa.string())

_ODD = (5, 7, 9)  # digits of a code that lost its leading zero
_JAPANESE = 9  # digits of Japanese statistical codes
_BARE = r"^[\s'\"=]*[0-9]+(?:\.0)?[\s'\"]*$"

_LONG = 64  # minimum letters of a text that is not cached
_HS = re.compile(
    r"(?:(?:HS|HTS|HTSUS|CN|NCM|SH|TARIC)(?:\s*(?:CODE|NO|CODIGO))?\.?\s*[:#]?\s*)?"
    r"([0-9][0-9 .\-/\u00a0]*)",
    re.IGNORECASE,
)
# An untyped table writes the number 2915240000 as 2915240000.0.
_FLOAT = re.compile(r"(\d{5,})\.0")
# A number behind one letter is another code: M0005 in Mexico.
_UN = re.compile(r"(?<!\d)(?<!\b[A-Z])(?:UN|ID|NA)?[\s.:#-]*(\d{3,4})(?!\d)", re.IGNORECASE)
_CONTAINER = re.compile(r"[A-Z]{3}[UJZ] ?\d{6}[ -]?\d", re.IGNORECASE)
_IMO = re.compile(
    r"(?:IMO|LLOYD'?S?)?(?:\s*(?:NO|NR|NUMBER))?[\s.:#-]*(\d{7})(?:\.0)?", re.IGNORECASE
)
_SPLIT = re.compile(r"[;,/|\s；，、]+")
_SPLIT_LONG = re.compile(r"[;,|\n；，、]+")
_CAS_WORD = re.compile(r"\bCAS(?:\s*(?:RN|NO|NR|NUMBER))?\b[.:#\s]*", re.IGNORECASE)


def read_hs(cells: pa.Array) -> Column:
    """Parse HS codes: all digits present, with a lost leading zero restored.

    A spreadsheet that treats a code as a number drops the leading zero. It is restored for 5, 7 or
    9 digits, which no code has, if the result is a valid heading; this is reported once for all
    cells. Japan uses codes of nine digits, so they are unchanged if their own heading is valid. A
    trailing zero is not restored.
    """
    if only_has(cells, b"0123456789"):
        sizes = pc.binary_length(cells)
        low, high = pc.min_max(sizes).as_py().values()
        if low is None or (low >= 2 and high <= 14):  # noqa: PLR2004
            return _with_zeros(Column(values=cells), cells)
    return _with_zeros(by_distinct(cells, _hs, pa.string()), cells)


def _with_zeros(read: Column, cells: pa.Array) -> Column:
    odd = pc.is_in(pc.binary_length(read.values), pa.array(_ODD, pa.int32()))
    if not pc.any(odd).as_py():
        return read
    coded = read.values.dictionary_encode()
    mended = pa.array([_with_zero(text) for text in coded.dictionary.to_pylist()], pa.string())
    found = pc.and_(pc.match_substring_regex(cells, _BARE), pc.is_valid(mended.take(coded.indices)))
    places = pc.indices_nonzero(pc.fill_null(found, False)).to_pylist()
    if not places:
        return read
    values = pc.if_else(pc.fill_null(found, False), mended.take(coded.indices), read.values)
    first = places[0]
    error = InputError("trade/hs-zeros-restored", count=len(places), first=values[first])
    told = Bad(
        at=first,
        value=shorten(cells[first].as_py()),
        code=error.code,
        values=error.values,
    )
    return Column(values=values, bad=(*read.bad, told))


@lru_cache(maxsize=1 << 14)
def _with_zero(digits: str) -> str | None:
    """Return a code with its lost zero; None: it has not lost one."""
    if len(digits) not in _ODD or f"0{digits[:3]}" not in load_headings():
        return None
    if len(digits) == _JAPANESE and digits[:4] in load_headings():
        return None
    return f"0{digits}"


def _western(text: str) -> str:
    """Convert digits of any script to 0 to 9, and wide letters to narrow ones."""
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in narrow)


def _hs(text: str) -> str:
    return (_known_hs if len(text) <= _LONG else _digits)(text)


def _digits(text: str) -> str:
    plain = _western(text).strip().strip("'\"=").strip()
    plain = _FLOAT.sub(r"\1", plain) if _FLOAT.fullmatch(plain) else plain
    found = _HS.fullmatch(plain)
    digits = re.sub(r"\D", "", found[1]) if found else ""
    if not 2 <= len(digits) <= 14:  # noqa: PLR2004
        raise InputError("trade/not-a-hs-code", text=text)
    return digits


_known_hs = lru_cache(maxsize=1 << 14)(_digits)  # a tariff has about ten thousand codes


def read_cas(cells: pa.Array) -> Column:
    """Parse CAS numbers as written, split at ; , / and spaces."""
    return by_distinct(cells, _cas, TEXTS)


def _cas(text: str) -> list[str]:
    parts = [p for p in _SPLIT.split(_CAS_WORD.sub(" ", text)) if p and not is_nothing(p)]
    if not any(c.isdigit() for part in parts for c in part):
        raise InputError("trade/not-a-cas-number", text=text)
    return parts


def read_percents(cells: pa.Array) -> Column:
    """Parse contents: "99.5 %", ">= 99", "99 % min", to the form of `parse_content`."""
    return by_distinct(cells, lambda text: parse_content(_western(text)), pa.string())


def read_un(cells: pa.Array) -> Column:
    """Parse UN numbers: the four digits of "UN1715", "1715 (8)" or "UN 1715, class 8"."""
    return by_distinct(cells, _un, pa.string())


def _un(text: str) -> str | None:
    if text.strip().casefold() in ("no", "n", "false", "non", "0", "not dangerous", "нет", "否"):
        return None
    plain = re.sub(r"\.0$", "", _western(text).strip())
    found: set[str] = {match.zfill(4) for match in _UN.findall(plain)}
    if len(found) != 1:
        code = "trade/several-un-numbers" if found else "trade/not-a-un-number"
        raise InputError(code, text=text)
    return found.pop()


def read_containers(cells: pa.Array) -> Column:
    """Parse container numbers, in capitals without spaces; an invalid one is unchanged."""
    return by_distinct(cells, _containers, TEXTS)


def _containers(text: str) -> list[str]:
    found = [re.sub(r"[ -]", "", match).upper() for match in _CONTAINER.findall(text)]
    rest = [part for part in _SPLIT.split(_CONTAINER.sub(" ", text)) if part]
    return list(dict.fromkeys(found + rest))


def read_imo(cells: pa.Array) -> Column:
    """Parse the IMO numbers of ships: seven digits; an invalid one is unchanged."""
    return by_distinct(cells, _imo, pa.string())


def _imo(text: str) -> str:
    found = _IMO.fullmatch(_western(text).strip())
    return found[1] if found else text.strip()


def read_licences(cells: pa.Array) -> Column:
    """Parse licence numbers, split at ; , | and line ends."""
    return by_distinct(cells, _licences, TEXTS)


def _licences(text: str) -> list[str]:
    return [part.strip() for part in _SPLIT_LONG.split(text) if part.strip()]


def read_days(cells: pa.Array, order: Order | None, *, serials: int | None) -> Column:
    """Parse dates.

    Args:
        cells: Text, shape (rows,).
        order: Meaning of 03/04/2026; None: not known.
        serials: Treat a bare number as a spreadsheet day, offset by this from the 1900 count; None:
            not a day.
    """
    if only_has(cells, b"0123456789-"):
        low, high = pc.min_max(pc.binary_length(cells)).as_py().values()
        if low in (None, 10) and high in (None, 10):
            try:
                return Column(values=pc.cast(cells, pa.date32()))
            except pa.ArrowInvalid:
                pass
    return by_distinct(cells, _day(order, serials=serials), pa.date32())


def _day(order: Order | None, *, serials: int | None) -> Callable[[str], date]:
    def read(text: str) -> date:
        number = re.fullmatch(r"\s*(\d{5})(?:\.\d+)?\s*", text)
        if number and serials is not None:
            return from_serial(int(number[1]) + serials)
        return parse_date(text, order)

    return read


def order_of(cells: pa.Array) -> Order | None:
    """Infer the order of day and month in a column."""
    texts = pc.unique(cells.slice(0, 100_000)).to_pylist()
    return find_order(text for text in texts if text)


_JOINT = 3  # tier of names of columns that hold both
_LONGEST = 80  # letters of such a text
_LETTERS = 3  # minimum letters of a name

_BOTH = pa.struct([("vessel", pa.string()), ("voyage", pa.string())])
# "V.204N", "VOY NO 204N"; a bare V before a number without a letter is a Roman five.
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
# With a direction letter: north, south, east, west; "0817-021W".
_DIRECTED = re.compile(r"(?:\d{2,5}-)?[A-Z]{0,2}\d{3,4}[NSEW]", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-?\d\d-?\d\d|\d{1,2}-\d{1,2}-\d{2,4}")
_SHIP = re.compile(r"\d{7}|\d{9}|IMO-?\d+|MMSI-?\d+", re.IGNORECASE)  # number of a ship
# Ship plate in the usual form: two country letters, two letters, and at most one digit.
_CALL_SIGN = re.compile(r"(?=\w*\d)[A-Z0-9]{2}[A-Z]{2}\d?", re.IGNORECASE)
_PLATE = re.compile(r"(?=\S*\d)\S*[A-Z]\S*", re.IGNORECASE)  # a word with a digit and a letter
_PLAIN = 3  # digits after a separator that are not part of a name


class Ship(NamedTuple):
    """Parsed text."""

    vessel: str
    voyage: str | None  # None: none for certain


def ship_of(text: str, *, joint: bool = False) -> Ship:
    """Separate vessel name and voyage number, if both are present for certain.

    Args:
        text: Text as written.
        joint: The column is known to hold both.
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
    """Return whether a name is complete: not an IMO number, without a second voyage."""
    return sum(c.isalpha() for c in name) >= _LETTERS and not re.search(r"\bIMO\b", name.upper())


def _may_be(number: str) -> bool:
    """Return whether a word may be a voyage number, and is neither a day nor a ship number."""
    if _SHIP.fullmatch(number) or _DAY.fullmatch(number):
        return False
    return any(c.isdecimal() for c in number) and bool(_NUMBER.fullmatch(number))


def _is_marked(_name: str, _number: str, _joint: bool) -> bool:  # noqa: FBT001 - called by place
    return True


def _is_parted(name: str, number: str, joint: bool) -> bool:  # noqa: FBT001 - called by place
    """Return whether the text after a separator is a voyage.

    Two barges are written "101/102", a lorry and its trailer by their plates, and a call sign may
    follow too.
    """
    if joint or _DIRECTED.fullmatch(number):
        return True
    if _CALL_SIGN.fullmatch(number) or _PLATE.fullmatch(name.rsplit(maxsplit=1)[-1]):
        return False
    if number.isdecimal():
        return len(number) >= _PLAIN and not name[-1].isdecimal()
    return number[0].isdecimal() or len(number) > _LETTERS


def _is_spaced(_name: str, number: str, joint: bool) -> bool:  # noqa: FBT001 - called by place
    """Return whether the last word is a voyage: no ship is called 021W, and none 0817."""
    led = joint and number.startswith("0") and len(number) >= _PLAIN
    return led or bool(_DIRECTED.fullmatch(number))


def holds_both(headers: tuple[str, ...]) -> bool:
    """Return whether vessel columns are known to contain voyages too."""
    aliases = load_aliases().fields
    return any(("vessel", _JOINT) in aliases.get(squeeze(header), ()) for header in headers)


def part_voyages(
    vessels: pa.Array, voyages: pa.Array | None, *, joint: bool
) -> tuple[pa.Array, pa.Array | None]:
    """Separate vessel names from voyages, unless a voyage column has a different one.

    Args:
        vessels: Text.
        voyages: Text of the voyage column; None: no such column.
        joint: The vessel column is known to hold both.

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
