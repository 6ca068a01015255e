"""Records of an authority's register, and its questions and answers.

A licence or registration entitles its holder to handle a substance; a permit or authorisation
allows goods to cross a border; an annual requirement states the need for a substance in a year.
Each term belongs to a different law, so they are kept apart.

Entries have versions. A version applies from the day of its decision.
"""

from collections.abc import Callable
from datetime import date
from typing import Literal

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.types import Amount, Party, PermitKind

Direction = Literal["import", "export"]

Activity = Literal["manufacture", "import", "export", "distribution", "storage", "use"]
"""Activity of an operator with a substance."""

StandingKind = Literal["licence", "registration"]
"""These terms are not interchangeable: the law determines which one a substance needs."""

Counts = Literal["goods", "content"]
"""Basis of an amount: the goods as they are, or the pure substance, a salt as its base."""

COVERS: dict[PermitKind, Direction] = {
    "export authorisation": "export",
    "export permit": "export",
    "import authorisation": "import",
    "import permit": "import",
}
"""Documents by which an authority permits border crossings. A declaration is made by the trader,
and a letter of no objection is not a permit: they are stored and shown, and cover nothing."""


class Stop(Record, frozen=True, kw_only=True):
    """A suspension or revocation, from a day on."""

    kind: Literal["suspended", "revoked"]
    since: date
    until: date | None = None  # last day of a suspension; None: open
    reason: str = ""
    source: str


class Site(Record, frozen=True, kw_only=True):
    """A site of an operator."""

    id: str  # within the register
    name: str = ""
    address: str = ""
    country: str = ""  # ISO 3166-1 alpha-2


class Operator(Record, frozen=True, kw_only=True, tag="operator"):
    """A company or person known to the authority."""

    id: str  # within the register
    version: int = 1
    decided: date
    name: str
    other_names: tuple[str, ...] = ()
    country: str = ""
    address: str = ""
    business_numbers: tuple[str, ...] = ()  # from the tax authority or trade register
    sites: tuple[Site, ...] = ()
    source: str


class Standing(Record, frozen=True, kw_only=True, tag="standing"):
    """A licence or a registration of an operator."""

    id: str
    version: int = 1
    decided: date
    kind: StandingKind
    number: str
    issuer: str  # country of the authority
    operator: str  # id
    substances: tuple[str, ...]  # slugs of the registry
    activities: tuple[Activity, ...]
    sites: tuple[str, ...] = ()  # ids; empty: all sites of the operator
    since: date
    until: date | None = None  # last day; None: unlimited
    stops: tuple[Stop, ...] = ()
    source: str


class Grant(Record, frozen=True, kw_only=True, tag="grant"):
    """A permit, authorisation or similar document: `kind` is its term."""

    id: str
    version: int = 1
    decided: date
    kind: PermitKind
    number: str
    issuer: str
    operator: str  # importer's or exporter's id
    substance: str  # slug
    amount: Amount = Amount()  # empty: none stated
    counts: Counts
    sites: tuple[str, ...] = ()
    since: date
    until: date | None = None  # last day
    stops: tuple[Stop, ...] = ()
    source: str


class Requirement(Record, frozen=True, kw_only=True, tag="requirement"):
    """An annual legitimate requirement of a country or operator, for imports."""

    id: str
    version: int = 1
    decided: date
    country: str
    operator: str = ""  # id; "": the whole country
    substance: str
    year: int
    amount: Amount  # pure substance
    source: str


Entry = Operator | Standing | Grant | Requirement


class Movement(Record, frozen=True, kw_only=True):
    """Goods of one substance that left or entered."""

    id: str  # one per shipment and line, stable across repeated reports
    direction: Direction
    country: str  # country that they left or entered
    on: date
    operator: str = ""  # exporter's or importer's id; "": unknown
    permit: str = ""  # number of the permit drawn on; "": none named
    issuer: str = ""  # of that permit; "": not stated
    substance: str = ""  # slug; "": unknown
    net: Amount = Amount()  # of the goods
    content: Amount = Amount()  # of the pure substance; empty: unknown
    why_no_content: str = ""
    site: str = ""  # id; "": not stated
    source: str


class Cancellation(Record, frozen=True, kw_only=True):
    """Cancellation of a written-off shipment: its amount is released."""

    movement: str  # id
    on: date
    source: str


class Promise(Record, frozen=True, kw_only=True):
    """Amount reserved under an unobjected notice: not used, and no longer free."""

    notice: str  # reference
    line: int
    direction: Direction
    country: str
    since: date  # day of the answer
    operator: str = ""
    permit: str = ""
    issuer: str = ""
    substance: str = ""
    net: Amount = Amount()
    content: Amount = Amount()
    source: str


class Register(Record, frozen=True, kw_only=True):
    """An authority's whole register. Order and repetitions do not matter."""

    entries: tuple[Entry, ...] = ()
    movements: tuple[Movement, ...] = ()
    cancellations: tuple[Cancellation, ...] = ()
    promises: tuple[Promise, ...] = ()


FindingKind = Literal[
    "none",
    "not yet valid",
    "expired",
    "suspended",
    "revoked",
    "exceeded",
    "wrong site",
    "wrong substance",
    "wrong operator",
    "wrong direction",
    "other measure",
    "not known",
    "told two ways",
]
"""Type of a finding on an entry or movement. not known: a decisive value is missing."""


class Finding(Record, frozen=True, kw_only=True):
    """One finding, with figures and source."""

    kind: FindingKind
    text: Phrase
    entry: str = ""  # id
    movement: str = ""  # id, or notice of a reservation
    source: str = ""


Verdict = Literal["covered", "cannot tell", "exceeded", "expired", "suspended", "revoked", "none"]
"""Result. covered: these goods are covered; nothing else is implied. none: nothing covers them.
cannot tell: a decisive value is unknown; neither yes nor no."""

Part = Literal["operator", "standing", "permit", "requirement"]
"""The checks: identity; licence or registration; permit for these goods; annual requirement of the
country or operator."""


class Question(Record, frozen=True, kw_only=True):
    """Question: are these goods covered, as far as the register knows?"""

    direction: Direction
    day: date
    country: str  # the register's country
    party: Party  # exporter of an export, importer of an import
    substance: str  # slug
    net: Amount = Amount()  # of the goods
    content: Amount = Amount()  # pure substance; `goods.content_in` computes it
    site: str = ""  # id
    permit: str = ""  # number in the documents; "": any of the operator's
    issuer: str = ""
    notice: str = ""  # reference of these goods' notice: its reservations are theirs
    asks: tuple[Part, ...] = ("standing", "permit")  # checks required by the country's law


class Answered(Record, frozen=True, kw_only=True):
    """Result of one check."""

    part: Part
    verdict: Verdict
    entries: tuple[str, ...] = ()  # ids it is based on
    text: Phrase  # with figures
    findings: tuple[Finding, ...] = ()
    sources: tuple[str, ...] = ()


class Answer(Record, frozen=True, kw_only=True):
    """The register's answer: the worst of its checks."""

    verdict: Verdict
    day: date
    operator: str = ""  # id; "": unknown
    may_be: tuple[str, ...] = ()  # ids of operators with similar names: leads, not matches
    parts: tuple[Answered, ...] = ()


Names = Callable[[Party], tuple[str, ...]]
"""Finds operators with names similar to a party's, by id, most likely first."""
