"""The data file of X12: layouts of sets, elements of segments, and meanings of codes."""

import re
from collections.abc import Mapping
from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

_HS = re.compile(r"\d{4}(?:\.?\d\d){0,3}")
_UN = re.compile(r"(?:UN|NA)?\s?(\d{4})")
_PLACE = re.compile(r"([A-Z0-9]{2,3})(\d\d)")
_DAY = re.compile(r"(?:(\d\d))?(\d\d)(\d\d)(\d\d)")

_FIRST = "80"  # years of two digits from here are of the last century: TRADACOMS is from 1982


class Layout(Record, frozen=True, kw_only=True):
    """A transaction set."""

    title: str
    number: tuple[str, ...]  # "BEG03": where the number of the consignment is
    line: tuple[str, ...]  # tags that begin a line
    day: tuple[str, ...] = ()  # where its day is
    joined: tuple[str, ...] = ()  # tags of texts in several segments
    level: str = ""  # tag that opens a level of a hierarchy
    closes: tuple[str, ...] = ()  # tags that end a line
    bill: bool = False  # the number of a bill of lading takes precedence
    once: bool = False  # the same goods at another stop are one line
    confirmed: bool = True  # samples of senders were read; else its lines are unconfirmed


class Amount(Record, frozen=True, kw_only=True):
    """Elements of an amount."""

    value: int
    unit: int
    kind: int = 0  # 0: none


class Elements(Record, frozen=True, kw_only=True):
    """Meaning of segments by their tag."""

    ends: frozenset[str]  # after the last line
    message: frozenset[str]  # of the whole set
    goods: Mapping[str, tuple[int, ...]]
    spare: Mapping[str, tuple[int, ...]]  # goods of a line that has no other text
    commercial: Mapping[str, tuple[int, ...]]
    pairs: Mapping[str, int]
    pair: Mapping[str, str]  # qualifier -> field
    un: Mapping[str, int]
    hs: Mapping[str, tuple[int, int]]  # list, code
    quantity: Mapping[str, Amount]
    mass: Mapping[str, Amount]
    volume: Mapping[str, Amount]
    packages: Mapping[str, Amount]


class Codes(Record, frozen=True, kw_only=True):
    """Meaning of codes."""

    party: Mapping[str, str]
    port: Mapping[str, str]
    mass: Mapping[str, str]
    kind: Mapping[str, str]
    package: frozenset[str]
    volume: Mapping[str, str]
    day: Mapping[str, str]
    bill: tuple[str, ...]
    tariff: tuple[str, ...]
    tariffs: frozenset[str]
    dangerous: frozenset[str]
    mode: Mapping[str, str]


class Tables(Record, frozen=True, kw_only=True):
    """Content of the data file."""

    source: str
    sets: Mapping[str, Layout]
    segments: Elements
    codes: Codes


@cache
def load_tables() -> Tables:
    """Load the data file."""
    return read_toml(data("messages", "x12.toml"), Tables)


@cache
def tags_used() -> tuple[frozenset[str], frozenset[str]]:
    """Return the tags that have texts or codes of goods, and those that have amounts."""
    each = load_tables().segments
    texts = (each.goods, each.spare, each.commercial, each.pairs, each.un, each.hs)
    amounts = (each.quantity, each.mass, each.volume, each.packages)
    return frozenset().union(*texts), frozenset().union(*amounts)


@cache
def places_of(places: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Split places like "BEG03" into tags and elements."""
    return tuple((found[1], int(found[2])) for found in map(_PLACE.fullmatch, places) if found)


def hs_of(kind: str, code: str) -> str:
    """Return a tariff code if its list is one of tariffs; else ""."""
    return code if kind in load_tables().codes.tariffs and _HS.fullmatch(code) else ""


def un_of(text: str) -> str:
    """Return the four digits of a UN number like "UN1715"; else ""."""
    found = _UN.fullmatch(text)
    return found[1] if found else ""


def day_of(text: str) -> str:
    """Format a day, 20260331 or 260331, as 2026-03-31; another text is unchanged."""
    found = _DAY.fullmatch(text)
    if not found:
        return text
    century = found[1] or ("19" if found[2] >= _FIRST else "20")
    return f"{century}{found[2]}-{found[3]}-{found[4]}"
