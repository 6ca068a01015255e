"""Questions and answers of matching as records, and lists and questions read from rows."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import (
    Action,
    Address,
    Identifier,
    ListedLink,
    ListedParty,
    NameKind,
    Outcome,
    PartyKind,
    PartyName,
)


class AskedParty(Record, frozen=True, kw_only=True):
    """A party that is asked for."""

    id: str = ""  # whatever tells it from the others of its file
    text: str  # its name as written
    kind: PartyKind = "unknown"
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2, or as written
    births: tuple[str, ...] = ()  # ISO 8601, whole or in part
    addresses: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()


class WordPair(Record, frozen=True, kw_only=True):
    """Words of both names that stand for each other."""

    asked: str  # as written
    listed: str
    kind: str  # exact, edit, romanised, skeleton, translated, joined, initial, ...
    points: float  # log-odds


class LeftOver(Record, frozen=True, kw_only=True):
    """A word of one name that the other one has not."""

    side: str  # "asked", "listed"
    word: str  # as written
    how: str  # contradicted: the other name has another word there; omitted: it has none
    points: float


NOTHING = Phrase("values/none")
"""That nothing was compared: names as wholes speak."""


class Modifier(Record, frozen=True, kw_only=True):
    """What else speaks for or against a match."""

    what: str
    text: Phrase = NOTHING  # what was compared
    points: float


class Explanation(Record, frozen=True, kw_only=True):
    """Why a match has its probability: all points add up to its log-odds."""

    cleaning: tuple[Phrase, ...]  # what was left out of the name as written, or mended
    form: str  # how the name was read: latin, pinyin, cyrillic, ...
    pairs: tuple[WordPair, ...]
    left_over: tuple[LeftOver, ...]
    modifiers: tuple[Modifier, ...]
    rarity: float  # one name in so many bears the words that agree


class Match(Record, frozen=True, kw_only=True):
    """A listed party that the one asked for resembles. Never a verdict."""

    entry: str  # its id in the list
    name: str  # the listed name that matched
    name_kind: NameKind
    probability: float
    log_odds: float
    threshold: float
    kind: PartyKind
    action: Action
    outcome: Outcome
    outcome_day: date | None = None
    listed: date | None = None  # day since when it is listed
    source: str
    judged: str = ""  # that it is another party: by whom, when and why
    explanation: Explanation
    confidential: bool = False  # the entry is for the authority that keeps the list only
    links: tuple[ListedLink, ...] = ()  # by ownership and control, the nearest first
    blocked_share: str = ""  # what the shares of its blocked owners add up to; "": none are told


class Answer(Record, frozen=True, kw_only=True):
    """What one party matches, the best first."""

    id: str
    text: str
    not_assessable: str = ""  # why there can be no whole answer; "" where there is one
    script: str = ""  # the name is compared with names in this script alone: "Hebrew"
    matches: tuple[Match, ...] = ()
    doubts: tuple[str, ...] = ()  # numbers asked for that cannot be right, and why not
    threshold: Threshold | None = None  # from which on they are shown, and where it comes from


KINDS: dict[str, PartyKind] = {
    "person": "person",
    "organization": "organisation",
    "organisation": "organisation",
    "company": "organisation",
    "legalentity": "organisation",
    "vessel": "vessel",
    "airplane": "aircraft",
    "aircraft": "aircraft",
    "unknown": "unknown",
    "": "unknown",
}


class _Row(msgspec.Struct, frozen=True):
    """One entry of a list; keys that are not named here are left alone."""

    id: str
    names: list[str]
    schema: str = ""
    countries: list[str] = []
    dob: str = ""
    program: str = ""
    source: str = ""
    addresses: list[str] = []


def read_rows(path: Path) -> list[ListedParty]:
    """Read a list of one JSON object a line.

    Raises:
        InputError: A line is no such object, or has no name, or an id stands twice.
    """
    decode = msgspec.json.Decoder(_Row).decode
    found: dict[str, ListedParty] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            at = f"{path.name}, line {number}"
            try:
                row = decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise InputError("parties/not-a-list-entry", error=error, at=at) from error
            if row.id in found:
                raise InputError("parties/id-twice", id=row.id, at=at)
            found[row.id] = _party(row, at)
    return list(found.values())


def _party(row: _Row, at: str) -> ListedParty:
    names = [name for name in row.names if name.strip()]
    if not names:
        raise InputError("parties/entry-without-name", id=row.id, at=at)
    return ListedParty(
        id=row.id,
        kind=_kind(row.schema, at),
        names=tuple(
            PartyName(text=name, kind="alias" if place else "primary")
            for place, name in enumerate(names)
        ),
        addresses=tuple(Address(text=text) for text in row.addresses if text.strip()),
        countries=tuple(each for each in row.countries if each),
        births=(row.dob,) if row.dob else (),
        programmes=tuple(each for each in row.program.split("] [") if each),
        source=row.source,
    )


def _kind(text: str, at: str) -> PartyKind:
    kind = KINDS.get(text.strip().lower())
    if kind is None:
        known = ", ".join(sorted(filter(None, KINDS)))
        raise InputError("parties/not-a-kind-of-party", text=text, known=known, at=at)
    return kind


def read_queries(file: BinaryIO, name: str) -> Iterator[AskedParty]:
    """Read parties from columns parted by tabs: qid, schema, query, country, dob.

    Raises:
        InputError: A column is missing, or an id is.
    """
    lines = (line.decode("utf-8", "replace").replace("\0", "\ufffd") for line in file)
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    head = next(rows, [])
    missing = [column for column in ("qid", "query") if column not in head]
    if missing:
        raise InputError("parties/no-column", missing=missing[0], at=f"{name}, line 1")
    places = {column: place for place, column in enumerate(head)}
    yield from _asked(rows, places, name)


def _asked(rows: Iterable[list[str]], places: dict[str, int], name: str) -> Iterator[AskedParty]:
    def value(row: list[str], column: str) -> str:
        place = places.get(column, len(row))
        return row[place] if place < len(row) else ""

    for number, row in enumerate(rows, 2):
        at = f"{name}, line {number}"
        if not value(row, "qid"):
            raise InputError("parties/no-qid", at=at)
        yield AskedParty(
            id=value(row, "qid"),
            text=value(row, "query"),
            kind=_kind(value(row, "schema"), at),
            countries=(country,) if (country := value(row, "country")) else (),
            births=(born,) if (born := value(row, "dob")) else (),
        )
