"""The canonical consignment line, the alert raised for it, and their component records.

The learned ranking changes neither score nor rank, and is absent if no ranker was used.

A reader converts a file to batches of this schema, and the screen is a pure function from batch to
batch, so a column missing in a file is a column of nulls, never absent.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, BinaryIO, Final, Literal, Self

import msgspec
import pyarrow as pa
from msgspec import UNSET, UnsetType, field

from tidewaiter.base import severity
from tidewaiter.base.defects import Defect
from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.parties.types import ListedLink, Owned
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
    """Contribution of one feature, or two together, to the log odds."""

    features: tuple[str, ...]
    values: tuple[float | str | None, ...]  # values of the alert; None: not given
    log_odds: float  # below 0: counts against
    factor: float  # multiplier of the odds


class Learned(Record, frozen=True, kw_only=True):
    """Learned ranking of an alert. It complements the rules and does not replace them."""

    model: str  # first 12 digits of its hash
    made: date  # day of training
    decided: int  # number of alerts in training
    last: date  # day of the latest of these alerts
    chance: float  # probability that an alert like this one is correct
    usual: float  # share of correct alerts in training
    points: int  # points that it would add to the score, at most 15; not included in it
    above: float  # share of test alerts whose probability is in a lower tenth
    new: bool  # it has a substance, a heading or similar that was not in training
    base: float  # log odds of the average alert
    terms: tuple[Term, ...]  # strongest first
    rest: float  # sum of the small terms; base, terms and this are the log odds of chance


class Refusal(Defect, frozen=True, kw_only=True):
    """A rejected row, or a rejected field of a row that is screened without it."""

    row: int  # 1 is the first data row; 0: the whole file
    column: str  # as named in the file; "": the row
    value: str  # as written, at most 200 characters
    screened: bool  # the rest of the row is used

    @classmethod
    def of(
        cls,
        error: TidewaiterError,
        *,
        row: int,
        column: str = "",
        value: str = "",
        screened: bool = True,
    ) -> Self:
        """Return a refusal with the message of an error, raised or not."""
        return cls(
            code=error.code,
            values=error.values,
            row=row,
            column=column,
            value=value,
            screened=screened,
        )


class ReadOptions(Record, frozen=True, kw_only=True):
    """User settings for a file, for what the file does not state."""

    # Created by a factory: the API description cannot distinguish {} from other defaults.
    columns: Mapping[str, str] = field(default_factory=dict)  # field -> column; overrides detection
    encoding: str | None = None  # None: detect
    delimiter: str | None = None  # None: detect
    batch_rows: int = 16_384
    decimal: Literal[".", ","] | None = None  # decimal mark; None: detect
    dates: Literal["dmy", "mdy"] | None = None  # meaning of 03/04/2026; None: detect
    units: Mapping[str, str] = field(default_factory=dict)  # field -> unit, if the file states none
    sheet: str | None = None  # sheet of a spreadsheet; None: the first
    format: str | None = None  # None: detect


Reader = Callable[[BinaryIO, str, ReadOptions], Iterator[pa.RecordBatch | Refusal]]
"""Reads a file: arguments are the open file, its name, and user settings; yields batches of LINES.

Raises InputError if the file is unreadable as a whole.
"""


class FileFormat(Record, frozen=True, kw_only=True):
    """A consignment file format, provided by a plug-in of the group `tidewaiter.readers`.

    The name of the entry point is the suffix of its files, in lower case and without the dot.
    """

    title: str  # display name: "Port of Anywhere manifest"
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
    """A field of a document that is not mapped."""

    name: str  # path in the document, or column name
    text: str  # as written


class Line(Record, frozen=True, kw_only=True):
    """One line of a consignment, with the metadata of its fields.

    Everything that depends on the set of fields is derived from this declaration.
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
"""Metadata of the fields of a line, in order."""

LINES: Final = arrow_schema(Line)
"""One row per line. Masses are whole milligrams, volumes whole microlitres."""

FUNCTIONS = ("origin", "loading", "transit", "unlading", "destination")
"""Functions of places, in travel order."""

PARTY, STOP, KEPT = arrow_struct(Party), arrow_struct(Stop), arrow_struct(Kept)

TEXTS: Final = tuple(name for name, about in FIELDS.items() if SCREEN in about.uses)
"""Fields searched for names of substances."""

FILTERED: Final = tuple(name for name, about in FIELDS.items() if FILTER in about.uses)
"""Fields with a database column, for filtering stored lines."""

ALWAYS: Final = Line.__struct_fields__[: -len(Line.__struct_defaults__)]
"""Fields present in every line."""

CODES: Final = tuple(name for name, about in FIELDS.items() if about.group == "codes")
"""Fields that identify goods by a number."""

LISTS: Final = tuple(each.name for each in LINES if each.type == pa.list_(pa.string()))
"""Fields with several texts."""


def fields_in(*groups: Group) -> tuple[str, ...]:
    """Return the names of the fields in some groups, in the order of these groups."""
    return tuple(name for group in groups for name, about in FIELDS.items() if about.group == group)


def keys_of(*kinds: Kind) -> tuple[str, ...]:
    """Return the column and message names of fields with the given parsers."""
    return tuple(key_of(name) for name, about in FIELDS.items() if about.kind in kinds)


MEASURED: Final = (*keys_of("mass", "volume"), "quantity")
"""Column and message names of the fields that are amounts with a unit."""

NUMBERS: Final = (*MEASURED, "value")
"""Column and message names of the fields that are numbers with a decimal mark."""


Severity = severity.Severity


class Evidence(Record, frozen=True, kw_only=True):
    """Position of the evidence in the line."""

    field: str  # a column of LINES
    start: int  # in Unicode code points of the field as written
    end: int
    text: str  # text at this position
    column: str | UnsetType = UNSET  # for other text: its column, or its path in the document


class Reason(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """Evidence for or against an alert; the points add up to its score.

    A file written for other programs has more fields, which repeat `says`.
    """

    rule: str  # a rule of data/rules
    says: Phrase = field(name="text")  # the sentence for the officer: code and parameters
    points: int  # may be negative: mitigating evidence
    source: str  # source of the fact behind it
    evidence: Evidence | None = None


class Mention(Record, frozen=True, kw_only=True):
    """A substance mentioned in a line."""

    substance: str  # slug
    name: str  # of the substance
    cas: str | None  # of the named form
    field: str  # a column of LINES
    start: int
    end: int
    text: str
    how: str  # exact, squeezed, disguised, fuzzy, cas, hs, unno, cus, name, structure, class
    tier: str
    score: float  # 0 to 1
    reasons: tuple[Phrase, ...] = ()
    downgraded: tuple[Phrase, ...] = ()
    structure: str = ""  # SMILES, for a match by structure or systematic name
    atoms: tuple[int, ...] = ()  # indices in it of the atoms covered by a class
    column: str | UnsetType = UNSET  # for other text: its column, or its path in the document


class Holding(Record, frozen=True, kw_only=True):
    """The law on a substance on the day of the screening."""

    substance: str
    regime: str
    schedule: str
    since: date | None
    scope: str
    source: str
    mark: str  # read, second-hand, unverified: the weaker of control and dates
    role: str = ""  # of the consignment in that law: export, import, transit; "": not on its route
    answer: str = "controlled"  # one of five; for the route, form and amount of the line
    duties: tuple[Phrase, ...] = ()  # obligations on the route, with the regime's first control
    amounts: tuple[Phrase, ...] = ()  # limits, and the line's total; with the first control


class PartyMatch(Record, frozen=True, kw_only=True):
    """A list entry that a party of the line resembles. Not a verdict on either."""

    role: str | None  # role of the party on the line
    name: str  # name of the party, as written
    list: str  # slug of the list
    list_name: str
    version: str  # SHA-256 of the list's files
    list_day: date | None  # date that the list states
    entry: str  # id in the list
    listed_name: str  # the matching name, as the list writes it
    name_kind: str  # primary, alias, weak alias, former, native
    kind: str  # person, organisation, vessel, aircraft, unknown
    probability: float  # 0 to 1: that both are the same party, by names and other data
    action: str  # action of the list: blocked, restricted, indicted ...
    outcome: str = ""  # outcome of a charge: pending, convicted, acquitted, dismissed
    outcome_day: date | None = None
    listed: date | None = None
    programmes: tuple[str, ...] = ()
    source: str = ""  # source of the entry, as given by the list
    supports: tuple[Phrase, ...] = ()  # matching words, and other evidence
    against: tuple[Phrase, ...] = ()  # counter-evidence
    judged: str = ""  # judgement "different party": by whom, when and why; no points then
    confidential: bool = False  # visible to the authority that keeps the list only
    notice: str = ""  # notice required by the list's licence
    sharing: int = 0  # number of list entries with the listed name, in any word order
    entries: int = 0  # total entries of the lists
    links: tuple[ListedLink, ...] = ()  # by ownership and control, nearest first
    blocked_share: str = ""  # total share of blocked owners, as stated by the list
    owned: Owned | None = None  # ownership by listed parties, under each body of law; None: none


class Alert(Record, frozen=True, kw_only=True):
    """A line that an officer should examine, with the reasons."""

    id: str  # hash of its content: the same line with the same findings has the same id
    file: str
    row: int
    consignment: str
    seq: int
    day: date  # day of the law
    severity: Severity
    score: int  # sum of the reasons' points, 0 to 100
    rank: int  # score, days left, unusual features: sort by it, highest first
    due: date | None  # arrival or planned release
    days_left: int | None  # from `day` to `due`
    substances: tuple[str, ...]  # slugs, most severe first
    title: Phrase
    line: Line
    mentions: tuple[Mention, ...]
    reasons: tuple[Reason, ...]
    law: tuple[Holding, ...]
    law_open: tuple[Phrase, ...] = ()  # laws on the route that could not be assessed, and why
    parties: tuple[PartyMatch, ...] = ()  # list matches of the line's parties
    restricted: bool = False  # based on entries visible to the authority only
    open_id: str = ""  # id of the alert without these entries; "": not based on any
    learned: Learned | UnsetType = UNSET  # learned ranking; unset: no ranker was used


DAYS: Final = ("departure", "lodged", "release", "arrival")
"""Columns for the day of a line, in order of precedence."""


def days_of(batch: pa.RecordBatch) -> pa.Array:
    """Return the days of the lines in a batch, as `day_of`; null: not given."""
    import pyarrow.compute as pc  # noqa: PLC0415  # it makes a function of each kernel: 30 ms

    return pc.coalesce(*(batch.column(name) for name in DAYS))


def line_of(row: dict[str, Any]) -> Line:
    """Convert an Arrow row of the schema LINES to a record."""
    return msgspec.convert({key: value for key, value in row.items() if value is not None}, Line)


def shorten(text: str) -> str:
    """Shorten a value for a report: at most 200 characters, without line breaks.

    Whitespace characters (a tab, a fixed space, an end of a line) are shown as a space.
    """
    shown = text[:200]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in shown)
    return shown.strip()
