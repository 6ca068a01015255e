"""Records of matching: queries and answers; lists and queries read from rows."""

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
    Owned,
    PartyKind,
    PartyName,
)


class AskedParty(Record, frozen=True, kw_only=True):
    """A party to be matched."""

    id: str = ""  # identifies it in its file
    text: str  # name as written
    kind: PartyKind = "unknown"
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2, or as written
    births: tuple[str, ...] = ()  # ISO 8601, full or partial
    addresses: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()


class WordPair(Record, frozen=True, kw_only=True):
    """Corresponding words of both names."""

    asked: str  # as written
    listed: str
    kind: str  # exact, edit, romanised, heard, translated, joined, initial, ...
    points: float  # log-odds


class LeftOver(Record, frozen=True, kw_only=True):
    """A word of one name without a counterpart."""

    side: str  # "asked", "listed"
    word: str  # as written
    how: str  # contradicted: the other name has a different word there; omitted: it is shorter
    points: float


NOTHING = Phrase("values/none")
"""Placeholder: nothing was compared; the evidence is in the names as a whole."""


class Modifier(Record, frozen=True, kw_only=True):
    """Other evidence for or against a match."""

    what: str
    text: Phrase = NOTHING  # compared values
    points: float


class Explanation(Record, frozen=True, kw_only=True):
    """Decomposition of a match: all points add up to its log-odds."""

    cleaning: tuple[Phrase, ...]  # parts of the name removed or corrected
    form: str  # script or reading: latin, pinyin, cyrillic, ...
    pairs: tuple[WordPair, ...]
    left_over: tuple[LeftOver, ...]  # contradicted words first, then omitted ones, on each side
    modifiers: tuple[Modifier, ...]
    rarity: float  # one name in this many has the matching words


class Match(Record, frozen=True, kw_only=True):
    """A list entry that the party resembles. Not a verdict."""

    entry: str  # id in the list
    name: str  # matching listed name
    name_kind: NameKind
    probability: float
    log_odds: float
    threshold: float
    kind: PartyKind
    action: Action
    outcome: Outcome
    outcome_day: date | None = None
    listed: date | None = None  # day since it is listed
    source: str
    judged: str = ""  # judgement "different party": by whom, when and why
    explanation: Explanation
    confidential: bool = False  # visible to the authority that keeps the list only
    links: tuple[ListedLink, ...] = ()  # by ownership and control, nearest first
    blocked_share: str = ""  # total of the blocked owners' shares; "": none given
    owned: Owned | None = None  # ownership by listed parties, under each body of law; None: none
    sharing: int = 0  # entries of all searched lists with this name; 0: not counted
    entries: int = 0  # entries searched
    tied: tuple[str, ...] = ()  # entries with equal evidence, in the order of the answer


class Answer(Record, frozen=True, kw_only=True):
    """The matches of one party, best first."""

    id: str
    text: str
    not_assessable: str = ""  # why the answer is incomplete; "" if it is complete
    script: str = ""  # hardly compared with names in other scripts than this: "Tamil"
    matches: tuple[Match, ...] = ()
    doubts: tuple[str, ...] = ()  # invalid identifiers, with the reason
    threshold: Threshold | None = None  # applied threshold, and its origin
    numbers: int = 0  # identifiers of the party that were looked up


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
    """One entry of a list; other keys are ignored."""

    id: str
    names: list[str]
    schema: str = ""
    countries: list[str] = []
    dob: str = ""
    program: str = ""
    source: str = ""
    addresses: list[str] = []


def read_rows(path: Path) -> list[ListedParty]:
    """Read a list with one JSON object per line.

    Raises:
        InputError: A line is not such an object, lacks a name, or repeats an id.
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
    """Read parties from tab-separated columns: qid, schema, query, country, dob.

    Raises:
        InputError: A column or an id is missing.
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
