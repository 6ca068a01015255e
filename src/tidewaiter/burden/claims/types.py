"""Claims, matching figures, and results of a check."""

from datetime import date
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.burden.types import Basis

Measure = Literal["deaths", "total", "share", "change", "rate", "pace", "interval", "rank"]
"""A count of one period; a sum of years; deaths per day or week ("pace"); minutes between deaths
("interval"); the others by name."""
Unit = Literal["deaths", "percent", "rank", "per 100,000", "minutes"]
Form = Literal["digits", "percent", "fraction", "one in"]
Comparator = Literal["", "exactly", "about", "nearly", "over", "under", "at least", "at most"]
Kind = Literal["reported", "predicted"]
AnyKind = Literal["", "reported", "predicted", "final"]
Fit = Literal["holds", "rounds", "no"]
RateKind = Literal["", "any", "crude", "age-adjusted"]
"""Kind of rate: "" none, "any" if unspecified."""
Per = Literal["", "hour", "day", "week", "month", "year"]
Role = Literal[
    "number",
    "period",
    "base period",
    "per",
    "rate",
    "deaths",
    "place",
    "people",
    "figure",
    "direction",
    "ages",
    "rank",
    "source",
]
GapKind = Literal[
    "place", "group", "manner", "subject", "drug", "period", "number", "negation", "word"
]


class Part(Record, frozen=True, kw_only=True):
    """Words that were understood."""

    role: Role
    text: str


class Gap(Record, frozen=True, kw_only=True):
    """Possibly relevant words not understood; they prevent a verdict."""

    kind: GapKind
    text: str  # as written
    needs: str  # suggestion


class Stated(Record, frozen=True, kw_only=True):
    """A stated number."""

    text: str  # as written: "two-thirds"
    value: float  # in its unit: deaths, percent (66.67), deaths per 100,000 people, minutes
    unit: Unit
    form: Form
    step: float  # unit of its last digit: 10,000 in "110,000"; fractions: 0
    comparator: Comparator = ""


class Claim(Record, frozen=True, kw_only=True):
    """A parsed claim."""

    text: str
    measure: Measure
    stated: Stated
    place: str
    indicator: str
    of: str = ""  # share: indicator of its base
    last: int | None = None  # last month of the period: burden.types; None: not stated, or open
    months: int = 12  # of a total: all its years
    since: int | None = None  # total: its first month
    per: Per = ""  # pace only
    rate: RateKind = ""  # rate, or change of a rate
    against: int | None = None  # change: last month of its base
    direction: int = 0  # change: -1 down, 1 up
    ages: tuple[int, int] | None = None
    basis: Basis = ""
    kind: AnyKind = ""
    said: date | None = None
    assumed: tuple[str, ...] = ()  # defaults assumed
    read: tuple[Part, ...] = ()  # recognised parts, in order
    gaps: tuple[Gap, ...] = ()  # unresolved parts that may matter: no verdict
    unchecked: tuple[str, ...] = ()  # further assertions, not checked: "a record"
    remarks: tuple[str, ...] = ()  # meaning of a word in official counts: "fentanyl"


class Official(Record, frozen=True, kw_only=True):
    """A value of a release."""

    source: str
    release: str  # its label: "cdc-vsrr 2025-09"
    address: str  # file name or address
    released: int | None  # month: burden.types
    place: str
    indicator: str
    basis: Basis
    kind: Kind
    closed: bool | None
    last: int
    months: int
    value: float


class Finding(Record, frozen=True, kw_only=True):
    """An official figure compared with the claim; identical ones of several releases are merged."""

    value: float  # deaths, deaths a day, or percent
    unit: Unit
    period: str  # "2022", "12 months ending 2021-04"
    place: str
    basis: Basis
    kind: Kind
    closed: bool | None
    releases: tuple[str, ...]
    addresses: tuple[str, ...]
    released: int | None  # month of the first release with it
    published: tuple[int, ...] = ()  # months of all releases with it
    public: bool  # published by the day of the claim
    difference: float  # value minus the claimed number
    fit: Fit
    how: str = ""  # share or change: its counts
    aside: bool = False  # different denominator: shown, not judged


class Trap(Record, frozen=True, kw_only=True):
    """A miscount that gives the claimed number."""

    key: str
    value: float
    text: str


Verdict = Literal["holds", "rounds", "only", "fails", "untold", "not understood", "depends"]


class Checked(Record, frozen=True, kw_only=True):
    """A checked claim."""

    claim: Claim
    verdict: Verdict
    summary: tuple[str, ...]  # the verdict, as sentences
    findings: tuple[Finding, ...] = ()
    traps: tuple[Trap, ...] = ()
    warnings: tuple[str, ...]  # general limits of these counts
    missing: tuple[str, ...] = ()  # data needed for more
