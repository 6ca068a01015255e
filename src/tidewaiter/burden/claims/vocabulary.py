"""Vocabulary of claims, and the scanner that consumes recognised parts of a clause."""

import re
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Literal

import pyarrow as pa

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.claims.types import Comparator, GapKind, Part, Role
from tidewaiter.burden.indicators import sources
from tidewaiter.burden.types import FIGURES, Basis, Reading, Release, parse_month


class Rule(Record, frozen=True, kw_only=True):
    """Range of multiples of its number in which a statement holds."""

    key: Comparator
    words: tuple[str, ...]
    reason: str
    least: float | None = None
    most: float | None = None
    strict: bool = False


class Topic(Record, frozen=True, kw_only=True):
    """Words of an indicator."""

    indicator: str
    words: tuple[str, ...]
    remark: str = ""


class People(Record, frozen=True, kw_only=True):
    """Words of the population counted."""

    words: tuple[str, ...]
    basis: Basis
    place: str


class KindWords(Record, frozen=True, kw_only=True):
    """Words of a source's figure type."""

    kind: Literal["reported", "predicted", "final"]
    words: tuple[str, ...]


class Fractions(Record, frozen=True, kw_only=True):
    """Spoken fractions, such as "2/3"."""

    common: tuple[str, ...]


class Directions(Record, frozen=True, kw_only=True):
    """Words of a fall and a rise."""

    down: tuple[str, ...]
    up: tuple[str, ...]


class Filler(Record, frozen=True, kw_only=True):
    """Neutral words."""

    words: tuple[str, ...]
    phrases: tuple[str, ...]


class Unchecked(Record, frozen=True, kw_only=True):
    """Words of further assertions, which are not checked."""

    words: tuple[str, ...]


class Sources(Record, frozen=True, kw_only=True):
    """Publisher names, and reporting verbs."""

    words: tuple[str, ...]


class Spread(Record, frozen=True, kw_only=True):
    """Typical differences of official figures, relative or in percentage points."""

    nation: float
    part: float  # relative, for a state or smaller place
    change: float  # points, for a nation
    change_part: float  # points, for a part of one
    share: float  # points, for a share


class Bearing(Record, frozen=True, kw_only=True):
    """Words that narrow a count in ways that no figure covers."""

    kind: GapKind
    needs: str  # suggestion
    words: tuple[str, ...]


class Words(Record, frozen=True, kw_only=True):
    """Content of data/burden/claims.toml."""

    comparators: tuple[Rule, ...]
    fractions: Fractions
    topics: tuple[Topic, ...]
    people: tuple[People, ...]
    kinds: tuple[KindWords, ...]
    directions: Directions
    filler: Filler
    unchecked: Unchecked
    sources: Sources
    spread: Spread
    bearing: tuple[Bearing, ...]


class Told(Record, frozen=True, kw_only=True):
    """A figure from a publication's text."""

    period: str  # last month of twelve
    indicator: str = "overdose"
    part: str = ""
    reported: float | None = None
    predicted: float | None = None
    rate: float | None = None  # age-adjusted, per 100,000 people
    closed: bool | None = None


class Telling(Record, frozen=True, kw_only=True):
    """A publication and its figures."""

    source: str
    month: str
    address: str
    second: str = ""
    note: str = ""
    figures: tuple[Told, ...]


class Statement(Record, frozen=True, kw_only=True):
    """A published statement on the leading cause of death."""

    who: str
    said: date
    what: str
    indicator: str
    ages: tuple[int, int]
    address: str
    second: str = ""


class _Tellings(Record, frozen=True, kw_only=True):
    told: tuple[Telling, ...]


class _Statements(Record, frozen=True, kw_only=True):
    statements: tuple[Statement, ...]


ADJUSTED = "age-adjusted rate"
"""Measure of a published rate."""


@cache
def words() -> Words:
    """Return the vocabulary."""
    return read_toml(data("burden", "claims.toml"), Words)


@cache
def rules() -> MappingProxyType[Comparator, Rule]:
    """Return the range of each comparator."""
    return MappingProxyType({rule.key: rule for rule in words().comparators})


@cache
def bearing() -> MappingProxyType[str, Bearing]:
    """Return the words that may change a count, with their kinds."""
    return MappingProxyType({word: each for each in words().bearing for word in each.words})


@cache
def statements() -> tuple[Statement, ...]:
    """Return published statements on leading causes, newest first."""
    read = read_toml(data("burden", "rankings.toml"), _Statements)
    return tuple(sorted(read.statements, key=lambda each: each.said, reverse=True))


@cache
def quoted_releases() -> tuple[Release, ...]:
    """Return figures from publication texts, each publication as a release."""
    read = read_toml(data("burden", "told.toml"), _Tellings)
    return tuple(_release(each) for each in read.told)


def _release(telling: Telling) -> Release:
    basis = sources()[telling.source].basis
    rows = [
        {
            "place": "US",
            "indicator": told.indicator,
            "measure": measure,
            "basis": basis,
            "last": parse_month(told.period),
            "months": 12,
            "part": told.part,
            "value": value,
            "predicted": predicted,
            "closed": told.closed,
            "missing": "" if value is not None else "not shown",
        }
        for told in telling.figures
        for measure, value, predicted in (
            ("deaths", told.reported, told.predicted),
            (ADJUSTED, told.rate, None),
        )
        if value is not None or predicted is not None
    ]
    reading = Reading(
        source=telling.source,
        figures=pa.Table.from_pylist(rows, schema=FIGURES),
        notes=(),
        released=parse_month(telling.month),
        told=True,
    )
    return Release(sha256="", name=telling.address, reading=reading)


_ALIKE = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2019\u00a0\u202f", "-----'  ")
_TAKEN = "\0"
_TOKEN = re.compile(r"[^\s\0.,;:!?()\[\]\"“”/]+(?:[.,]\d+)*")

Span = tuple[int, int]


@cache
def _longest_first(phrases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(phrases, key=len, reverse=True))


class Scanner:
    """The unconsumed rest of a clause, in lower case; consumed parts are blanked in place."""

    def __init__(self, text: str) -> None:
        self.whole = " ".join(text.translate(_ALIKE).split())
        self.left = self.whole.lower()
        if len(self.left) != len(self.whole):
            self.left = self.whole = self.left  # a letter that gets longer in lower case
        self._read: list[tuple[int, Part]] = []

    def take(self, role: Role | None, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Consume the first match; without a role it is not recorded as understood."""
        match = pattern.search(self.left)
        if match:
            self.blank(role, match.start(), match.end())
        return match

    def take_phrase(self, role: Role | None, phrases: tuple[str, ...]) -> tuple[int, str] | None:
        """Consume the first occurrence of the longest matching phrase of whole words."""
        for phrase in _longest_first(phrases):
            if phrase not in self.left:
                continue
            match = re.search(rf"(?<![\w.]){re.escape(phrase)}(?!\w)", self.left)
            if match:
                self.blank(role, match.start(), match.end())
                return match.start(), phrase
        return None

    def blank(self, role: Role | None, start: int, end: int) -> None:
        """Consume a part."""
        if role:
            text = self.whole[start:end].strip(" ,")
            self._read.append((start, Part(role=role, text=text)))
        self.left = self.left[:start] + _TAKEN * (end - start) + self.left[end:]

    def read(self) -> tuple[Part, ...]:
        """Return the recognised parts, in order."""
        return tuple(part for _, part in sorted(self._read, key=lambda each: each[0]) if part.text)

    def tokens(self) -> list[Span]:
        """Return the positions of unconsumed words."""
        return [
            (each.start(), each.end())
            for each in _TOKEN.finditer(self.left)
            if re.search(r"\w", each[0])
        ]
