"""A claim, the figures that it is set beside, and what is found."""

from datetime import date
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.burden.types import Basis

Measure = Literal["deaths", "total", "share", "change", "rate", "pace", "interval", "rank"]
"""A count of one period; a sum of years; deaths in each day or week ("pace"); minutes from one
death to the next ("interval"); the others as they are called."""
Unit = Literal["deaths", "percent", "rank", "per 100,000", "minutes"]
Form = Literal["digits", "percent", "fraction", "one in"]
Comparator = Literal["", "exactly", "about", "nearly", "over", "under", "at least", "at most"]
Kind = Literal["reported", "predicted"]
AnyKind = Literal["", "reported", "predicted", "final"]
Fit = Literal["holds", "rounds", "no"]
RateKind = Literal["", "any", "crude", "age-adjusted"]
"""Of what rate: "" none, "any" where it is not said which."""
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
    """Words of a sentence that were understood."""

    role: Role
    text: str


class Gap(Record, frozen=True, kw_only=True):
    """Words that may change what is claimed and were not understood; they bar a verdict."""

    kind: GapKind
    text: str  # as written
    needs: str  # what would help


class Stated(Record, frozen=True, kw_only=True):
    """A number as a sentence states it."""

    text: str  # as written: "two-thirds"
    value: float  # in its unit: deaths, percent (66.67), deaths per 100,000 people, minutes
    unit: Unit
    form: Form
    step: float  # what its last digit counts: 10,000 in "110,000"; a fraction has none: 0
    comparator: Comparator = ""


class Claim(Record, frozen=True, kw_only=True):
    """What a sentence claims, part by part."""

    text: str
    measure: Measure
    stated: Stated
    place: str
    indicator: str
    of: str = ""  # of a share: the indicator of what it is a share of
    last: int | None = None  # last month of the period: burden.types; None: not said, or still open
    months: int = 12  # of a total: of all its years
    since: int | None = None  # of a total: its first month
    per: Per = ""  # of a pace
    rate: RateKind = ""  # of a rate, or of a change of one
    against: int | None = None  # of a change: last month of the period that it is counted from
    direction: int = 0  # of a change: -1 down, 1 up
    ages: tuple[int, int] | None = None
    basis: Basis = ""
    kind: AnyKind = ""
    said: date | None = None
    assumed: tuple[str, ...] = ()  # what is not said and was taken
    read: tuple[Part, ...] = ()  # what was understood, in the order of the sentence
    gaps: tuple[Gap, ...] = ()  # what was not understood and may matter: there is no verdict
    unchecked: tuple[str, ...] = ()  # what else is asserted, and not checked: "a record"
    remarks: tuple[str, ...] = ()  # what a word means in official counts: "fentanyl"


class Official(Record, frozen=True, kw_only=True):
    """One value of a release."""

    source: str
    release: str  # its label: "cdc-vsrr 2025-09"
    address: str  # name of the file, or its address
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
    """An official figure beside the claim; alike ones of several releases are one."""

    value: float  # deaths, deaths a day, or percent
    unit: Unit
    period: str  # "2022", "12 months ending 2021-04"
    place: str
    basis: Basis
    kind: Kind
    closed: bool | None
    releases: tuple[str, ...]
    addresses: tuple[str, ...]
    released: int | None  # month of the first of them
    published: tuple[int, ...] = ()  # months of all of them
    public: bool  # it was out on the day on which the claim was made
    difference: float  # value less the number of the claim
    fit: Fit
    how: str = ""  # of a share or change: the counts it is made of
    aside: bool = False  # on another denominator than the claim's: shown, and not judged


class Trap(Record, frozen=True, kw_only=True):
    """A wrong way of counting that gives the number of the claim."""

    key: str
    value: float
    text: str


Verdict = Literal["holds", "rounds", "only", "fails", "untold", "not understood", "depends"]


class Checked(Record, frozen=True, kw_only=True):
    """A claim, checked."""

    claim: Claim
    verdict: Verdict
    summary: tuple[str, ...]  # the verdict in sentences
    findings: tuple[Finding, ...]
    traps: tuple[Trap, ...]
    warnings: tuple[str, ...]  # what holds of these counts whatever the number
    missing: tuple[str, ...]  # what would be needed to tell more
