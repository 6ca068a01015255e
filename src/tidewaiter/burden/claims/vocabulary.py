"""The vocabulary of claims, and the scanner that takes recognised parts out of a clause."""

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
    """Between which multiples of its number a statement holds."""

    key: Comparator
    words: tuple[str, ...]
    reason: str
    least: float | None = None
    most: float | None = None
    strict: bool = False


class Topic(Record, frozen=True, kw_only=True):
    """Words for an indicator."""

    indicator: str
    words: tuple[str, ...]
    remark: str = ""


class People(Record, frozen=True, kw_only=True):
    """Words for whose deaths are counted."""

    words: tuple[str, ...]
    basis: Basis
    place: str


class KindWords(Record, frozen=True, kw_only=True):
    """Words for which of a source's figures is meant."""

    kind: Literal["reported", "predicted", "final"]
    words: tuple[str, ...]


class Fractions(Record, frozen=True, kw_only=True):
    """Fractions that people speak in, like "2/3"."""

    common: tuple[str, ...]


class Directions(Record, frozen=True, kw_only=True):
    """Words for a fall and a rise."""

    down: tuple[str, ...]
    up: tuple[str, ...]


class Filler(Record, frozen=True, kw_only=True):
    """Words that change nothing in what is claimed."""

    words: tuple[str, ...]
    phrases: tuple[str, ...]


class Unchecked(Record, frozen=True, kw_only=True):
    """Words that assert something more, which no figure here is compared with."""

    words: tuple[str, ...]


class Sources(Record, frozen=True, kw_only=True):
    """Names of those who publish figures, and words for that they said so."""

    words: tuple[str, ...]


class Spread(Record, frozen=True, kw_only=True):
    """How far official figures of one thing lie apart, as parts of 1 or in points of percent."""

    nation: float
    part: float  # of a state or a smaller place
    change: float  # points, of a nation
    change_part: float  # points, of a part of one
    share: float  # points


class Bearing(Record, frozen=True, kw_only=True):
    """Words that narrow or change what is counted in a way that no figure here follows."""

    kind: GapKind
    needs: str  # what would help
    words: tuple[str, ...]


class Words(Record, frozen=True, kw_only=True):
    """data/burden/claims.toml."""

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
    """A figure that a publication told."""

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
    """What somebody said of the leading cause of death."""

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
"""The measure of a rate that a publication told."""


@cache
def words() -> Words:
    """Return the words that are understood."""
    return read_toml(data("burden", "claims.toml"), Words)


@cache
def rules() -> MappingProxyType[Comparator, Rule]:
    """Return what each comparator allows."""
    return MappingProxyType({rule.key: rule for rule in words().comparators})


@cache
def bearing() -> MappingProxyType[str, Bearing]:
    """Return the words that may change what is counted, each with its kind."""
    return MappingProxyType({word: each for each in words().bearing for word in each.words})


@cache
def statements() -> tuple[Statement, ...]:
    """Return what was said of leading causes, newest first."""
    read = read_toml(data("burden", "rankings.toml"), _Statements)
    return tuple(sorted(read.statements, key=lambda each: each.said, reverse=True))


@cache
def told_releases() -> tuple[Release, ...]:
    """Return the figures that were told in words, each publication as a release."""
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
    """What is left of a clause, in lower case; taken parts are blanked, so positions stay."""

    def __init__(self, text: str) -> None:
        self.whole = " ".join(text.translate(_ALIKE).split())
        self.left = self.whole.lower()
        if len(self.left) != len(self.whole):
            self.left = self.whole = self.left  # a letter that grows in lower case
        self._read: list[tuple[int, Part]] = []

    def take(self, role: Role | None, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take the first match out; without a role it is not noted as understood."""
        match = pattern.search(self.left)
        if match:
            self.blank(role, match.start(), match.end())
        return match

    def take_phrase(self, role: Role | None, phrases: tuple[str, ...]) -> tuple[int, str] | None:
        """Take out the first of the longest phrases that occurs as whole words."""
        for phrase in _longest_first(phrases):
            if phrase not in self.left:
                continue
            match = re.search(rf"(?<![\w.]){re.escape(phrase)}(?!\w)", self.left)
            if match:
                self.blank(role, match.start(), match.end())
                return match.start(), phrase
        return None

    def blank(self, role: Role | None, start: int, end: int) -> None:
        """Take a part out."""
        if role:
            text = self.whole[start:end].strip(" ,")
            self._read.append((start, Part(role=role, text=text)))
        self.left = self.left[:start] + _TAKEN * (end - start) + self.left[end:]

    def read(self) -> tuple[Part, ...]:
        """Return what was understood, in the order of the clause."""
        return tuple(part for _, part in sorted(self._read, key=lambda each: each[0]) if part.text)

    def tokens(self) -> list[Span]:
        """Return where the words are that nothing has taken."""
        return [
            (each.start(), each.end())
            for each in _TOKEN.finditer(self.left)
            if re.search(r"\w", each[0])
        ]
