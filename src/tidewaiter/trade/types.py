"""The canonical consignment line, the alert raised for it, and the records they are made of.

It changes neither score nor rank, and an alert that no ranker saw has none.

A reader turns a file into batches of this schema and the screen is a pure function
from batch to batch, so a column that a file lacks is a column of nulls, never absent.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, BinaryIO, Final, Literal

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET, UnsetType, field

from tidewaiter.base import severity
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.parties.types import ListedLink
from tidewaiter.trade.line_fields import (
    FILTER,
    SCREEN,
    SEARCH,
    About,
    Group,
    Kind,
    arrow_schema,
    arrow_struct,
    describe,
    key_of,
)


class Term(Record, frozen=True, kw_only=True):
    """What one feature, or two together, add to the log odds."""

    features: tuple[str, ...]
    values: tuple[float | str | None, ...]  # of the alert; None: not given
    log_odds: float  # below 0: it speaks against
    factor: float  # of the odds


class Learned(Record, frozen=True, kw_only=True):
    """What decisions taught of an alert. It stands beside the rules, never in their place."""

    model: str  # first 12 digits of its hash
    made: date  # on which it was trained
    decided: int  # alerts that it was trained on
    last: date  # on which the last of them came in
    chance: float  # that an alert like this one is right
    usual: float  # share of all alerts in training that was right
    points: int  # that it would add to the score, at most 15; they are not in it
    above: float  # share of the alerts that tested it whose chance is in a lower tenth
    new: bool  # it has a substance, a heading or the like that taught nothing
    base: float  # log odds of the average alert
    terms: tuple[Term, ...]  # the strongest first
    rest: float  # all terms too small to be told; base, terms and this are the log odds of chance


class Refusal(Record, frozen=True, kw_only=True):
    """What could not be read: a whole row, or one field of a row that is screened without it."""

    row: int  # 1 is the first row of data; 0: the file as a whole
    column: str  # as the file names it; "": the row
    value: str  # as written, at most 200 characters
    problem: str
    hint: str
    screened: bool  # the rest of the row went on


class ReadOptions(Record, frozen=True, kw_only=True):
    """What the user says of a file that the file does not say itself."""

    # Made by a factory: the description of the API cannot tell {} from other defaults.
    columns: Mapping[str, str] = field(default_factory=dict)  # field -> column; wins over guesses
    encoding: str | None = None  # None: found out
    delimiter: str | None = None  # None: found out
    batch_rows: int = 16_384
    decimal: Literal[".", ","] | None = None  # the decimal mark; None: by evidence
    dates: Literal["dmy", "mdy"] | None = None  # what 03/04/2026 means; None: by evidence
    units: Mapping[str, str] = field(default_factory=dict)  # field -> unit that no file names
    sheet: str | None = None  # of a spreadsheet; None: the first
    format: str | None = None  # None: found out


Reader = Callable[[BinaryIO, str, ReadOptions], Iterator[pa.RecordBatch | Refusal]]
"""Reads a file: takes it open, its name, and what the user says of it; yields batches of LINES.

Raises InputError where the file as a whole cannot be read.
"""


class FileFormat(Record, frozen=True, kw_only=True):
    """A format of consignment files, as a plug-in of the group `tidewaiter.readers` brings it.

    The name of the entry point is the suffix of its files, in lower case and without the point.
    """

    title: str  # for people: "Port of Anywhere manifest"
    read: Reader


class Party(Record, frozen=True, kw_only=True):
    """A party of a consignment, as written."""

    role: str | None = None
    name: str | None = None
    address: str | None = None
    country: str | None = None
    id_scheme: str | None = None
    id: str | None = None


class Stop(Record, frozen=True, kw_only=True):
    """A place of the route, as written."""

    function: str | None = None
    locode: str | None = None
    name: str | None = None
    country: str | None = None


class Kept(Record, frozen=True, kw_only=True):
    """A field of a document that Tidewaiter does not use."""

    name: str  # its path in the document, or the name of its column
    text: str  # as written


class Line(Record, frozen=True, kw_only=True):
    """One line of a consignment, and what is known of each of its fields.

    All that depends on which fields there are is made from this declaration.
    """

    row: Annotated[
        int, About("", "file", "own", FILTER, "row of the file: 1 is the first row of data")
    ]
    consignment: Annotated[
        str,
        About(
            "consignment",
            "file",
            "own",
            SEARCH | FILTER,
            'number of the declaration or bill; where the file has none, "row N"',
        ),
    ]
    seq: Annotated[
        int,
        About(
            "line number",
            "file",
            "own",
            FILTER,
            "of the line in its consignment, from 1",
            arrow=pa.int32(),
        ),
    ]
    goods: Annotated[
        str | None, About("goods description", "goods", "text", SCREEN | SEARCH | FILTER)
    ] = None
    commercial: Annotated[
        str | None,
        About(
            "commercial description", "goods", "text", SCREEN | SEARCH, "all further descriptions"
        ),
    ] = None
    hs: Annotated[
        str | None,
        About("HS code", "codes", "code", SEARCH | FILTER, "digits only, as many as are written"),
    ] = None
    cas: Annotated[
        tuple[str, ...] | None, About("CAS number", "codes", "code", SEARCH | FILTER, "as written")
    ] = None
    cus: Annotated[
        str | None, About("CUS number", "codes", "text", SEARCH, "EU customs number of a chemical")
    ] = None
    un: Annotated[
        str | None, About("UN number", "codes", "code", SEARCH | FILTER, "four digits")
    ] = None
    quantity: Annotated[
        str | None, About("quantity as stated", "quantity", about="with its unit")
    ] = None
    net_mg: Annotated[int | None, About("net mass", "measures", "mass")] = None
    gross_mg: Annotated[int | None, About("gross mass", "measures", "mass")] = None
    volume_ul: Annotated[int | None, About("volume", "measures", "volume")] = None
    percent: Annotated[
        str | None,
        About(
            "concentration (%)",
            "measures",
            "code",
            about='of the substance in the goods: "99.5"; ">=99": at least',
        ),
    ] = None
    packages: Annotated[
        int | None, About("packages", "worth", "count", about="how many there are")
    ] = None
    pack: Annotated[str | None, About("package type", "worth", "text")] = None
    value: Annotated[Decimal | None, About("value", "worth")] = None
    currency: Annotated[str | None, About("currency", "worth", about="of the value: ISO 4217")] = (
        None
    )
    origin: Annotated[str | None, About("country of origin", "worth", "text", FILTER)] = None
    lodged: Annotated[date | None, About("date lodged", "days", "day")] = None
    departure: Annotated[date | None, About("departure date", "days", "day")] = None
    arrival: Annotated[date | None, About("arrival date", "days", "day", FILTER)] = None
    release: Annotated[date | None, About("planned release date", "days", "day")] = None
    procedure: Annotated[
        str | None, About("procedure", "transport", "text", about="of customs")
    ] = None
    mode: Annotated[str | None, About("mode of transport", "transport", "text")] = None
    vessel: Annotated[
        str | None,
        About("vessel", "transport", "text", SEARCH, "name of the ship that carries the goods"),
    ] = None
    imo: Annotated[
        str | None,
        About(
            "IMO number",
            "transport",
            "code",
            SEARCH,
            "of the ship: seven digits; anything else stays as written",
        ),
    ] = None
    voyage: Annotated[
        str | None, About("voyage or flight number", "transport", "text", SEARCH, "its number")
    ] = None
    parties: Annotated[tuple[Party, ...] | None, About("parties", "parties")] = None
    route: Annotated[
        tuple[Stop, ...] | None, About("route", "parties", about="places in the order of travel")
    ] = None
    containers: Annotated[
        tuple[str, ...] | None, About("containers", "papers", "code", SEARCH, "their numbers")
    ] = None
    licences: Annotated[
        tuple[str, ...] | None, About("licences", "papers", "code", SEARCH, "their numbers")
    ] = None
    stated: Annotated[
        tuple[str, ...] | None,
        About("", "measures", about='units that the user stated, not the file: "net: lb"'),
    ] = None
    other: Annotated[
        tuple[Kept, ...] | None,
        About(
            "other text",
            "file",
            about="what no field holds; of a table, words alone until the line becomes an alert",
        ),
    ] = None


FIELDS: Final = describe(Line)
"""What is known of each field of a line, in its order."""

LINES: Final = arrow_schema(Line)
"""One row per line. Masses are whole milligrams, volumes whole microlitres."""

PARTY, STOP, KEPT = arrow_struct(Party), arrow_struct(Stop), arrow_struct(Kept)

TEXTS: Final = tuple(name for name, about in FIELDS.items() if SCREEN in about.uses)
"""Fields whose words are looked through for names of substances."""

FILTERED: Final = tuple(name for name, about in FIELDS.items() if FILTER in about.uses)
"""Fields of which the database has a column, by which stored lines are filtered."""

ALWAYS: Final = Line.__struct_fields__[: -len(Line.__struct_defaults__)]
"""Fields that each line has."""

CODES: Final = tuple(name for name, about in FIELDS.items() if about.group == "codes")
"""Fields that name goods by a number."""

LISTS: Final = tuple(each.name for each in LINES if each.type == pa.list_(pa.string()))
"""Fields that hold several texts."""


def fields_in(*groups: Group) -> tuple[str, ...]:
    """Return the names of the fields of some groups, in the order of these groups."""
    return tuple(name for group in groups for name, about in FIELDS.items() if about.group == group)


def keys_of(*kinds: Kind) -> tuple[str, ...]:
    """Return what columns and messages call the fields that are read in one of these ways."""
    return tuple(key_of(name) for name, about in FIELDS.items() if about.kind in kinds)


MEASURED: Final = (*keys_of("mass", "volume"), "quantity")
"""What columns and messages call the fields that are amounts with a unit."""

NUMBERS: Final = (*MEASURED, "value")
"""What they call the fields that are numbers with a decimal mark."""


Severity = severity.Severity


class Evidence(Record, frozen=True, kw_only=True):
    """Where in the line a reason stands."""

    field: str  # a column of LINES
    start: int  # in Unicode code points of the field as written
    end: int
    text: str  # what stands there
    column: str | UnsetType = UNSET  # of other text: its column, or its path in the document


class Reason(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """One thing that speaks for, or against, an alert; the points add up to its score.

    A file that was written for other programs has more fields: they tell `says` once more.
    """

    rule: str  # a rule of data/rules
    says: Phrase = field(name="text")  # the sentence for the officer: its code, its parameters
    points: int  # may be negative: what speaks against
    source: str  # where the fact behind it was read
    evidence: Evidence | None = None


class Mention(Record, frozen=True, kw_only=True):
    """A substance that a line names."""

    substance: str  # slug
    name: str  # of the substance
    cas: str | None  # of the form named
    field: str  # a column of LINES
    start: int
    end: int
    text: str
    how: str  # exact, squeezed, fuzzy, cas, hs, unno, cus, name, structure, class
    tier: str
    score: float  # 0 to 1
    reasons: tuple[Phrase, ...] = ()
    downgraded: tuple[Phrase, ...] = ()
    structure: str = ""  # SMILES, of what is found by a structure or a systematic name
    atoms: tuple[int, ...] = ()  # places in it of the atoms by which a class holds it
    column: str | UnsetType = UNSET  # of other text: its column, or its path in the document


class Holding(Record, frozen=True, kw_only=True):
    """The law on a substance on the day of the screening."""

    substance: str
    regime: str
    schedule: str
    since: date | None
    scope: str
    source: str
    mark: str  # read, second-hand, unverified: the weaker of listing and dates
    role: str = ""  # of the consignment in that law: export, import, transit; "": not on its route
    answer: str = "controlled"  # of five; on the route, of the form and amount of the line
    duties: tuple[Phrase, ...] = ()  # what the law demands there, with the regime's first listing
    amounts: tuple[Phrase, ...] = ()  # its limits, and the sum of the line; with the first listing


class PartyMatch(Record, frozen=True, kw_only=True):
    """A listed party that a party of the line resembles. It is no verdict on either."""

    role: str | None  # of the party on the line
    name: str  # of the party, as written
    list: str  # slug of the list
    list_name: str
    version: str  # SHA-256 of the list's bytes
    list_day: date | None  # the day that the list gives itself
    entry: str  # id in the list
    listed_name: str  # the one that matched, as the list writes it
    name_kind: str  # primary, alias, weak alias, former, native
    kind: str  # person, organisation, vessel, aircraft, unknown
    probability: float  # 0 to 1: that the two are one, by names and what else is known
    action: str  # what the list does: blocked, restricted, indicted ...
    outcome: str = ""  # of a charge: pending, convicted, acquitted, dismissed
    outcome_day: date | None = None
    listed: date | None = None
    programmes: tuple[str, ...] = ()
    source: str = ""  # of the entry, as the list gives it
    supports: tuple[Phrase, ...] = ()  # which words agree, and what else
    against: tuple[Phrase, ...] = ()  # what does not
    judged: str = ""  # that it is another party: by whom, when and why; it adds no points then
    confidential: bool = False  # for the authority that keeps the list only
    notice: str = ""  # what the list's licence asks to be told beside its data
    sharing: int = 0  # entries of the lists that bear the listed name, in any order of its words
    entries: int = 0  # of the lists that were looked at
    links: tuple[ListedLink, ...] = ()  # by ownership and control, the nearest first
    blocked_share: str = ""  # what the shares of blocked owners add up to, as the list tells them


class Alert(Record, frozen=True, kw_only=True):
    """One line that an officer should look at, and why."""

    id: str  # of its content: the same line with the same findings has the same id
    file: str
    row: int
    consignment: str
    seq: int
    day: date  # the law as it stood then
    severity: Severity
    score: int  # sum of the reasons' points, 0 to 100
    rank: int  # score, days left, how unlike the line is: sort by it, highest first
    due: date | None  # arrival or planned release
    days_left: int | None  # from `day` to `due`
    substances: tuple[str, ...]  # slugs, most severe first
    title: Phrase
    line: Line
    mentions: tuple[Mention, ...]
    reasons: tuple[Reason, ...]
    law: tuple[Holding, ...]
    law_open: tuple[Phrase, ...] = ()  # laws on the route that could not be assessed, and why
    parties: tuple[PartyMatch, ...] = ()  # listed parties that those of the line resemble
    restricted: bool = False  # rests on entries that are for the authority only
    open_id: str = ""  # of the alert without these entries; "": it does not rest on any
    learned: Learned | UnsetType = UNSET  # what decisions taught; unset: no ranker saw it


DAYS: Final = ("departure", "lodged", "release", "arrival")
"""Columns that tell the day of a line, the first of them that does."""


def days_of(batch: pa.RecordBatch) -> pa.Array:
    """Return the days on which the lines of a batch count, as `day_of` does; null: none is told."""
    return pc.coalesce(*(batch.column(name) for name in DAYS))


def line_of(row: dict[str, Any]) -> Line:
    """Turn a row of the schema LINES, as Arrow gives it, into a record."""
    return msgspec.convert({key: value for key, value in row.items() if value is not None}, Line)


def shorten(text: str) -> str:
    """Cut a value for a report: at most 200 characters, nothing that breaks a line.

    What stands for a gap (a tab, a fixed space, an end of a line) is shown as a space.
    """
    shown = text[:200]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in shown)
    return shown.strip()
