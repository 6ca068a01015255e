"""The records of an authority's register, and the questions and answers about it.

A licence and a registration say that somebody may deal in a substance; a permit or an
authorisation says that goods may cross a border; an annual requirement says how much of a
substance is needed in a year. Each is of another law, so each keeps its own word.

An entry has versions. From the day on which a version was decided, it says what holds.
"""

from collections.abc import Callable
from datetime import date
from typing import Literal

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.types import Amount, Party, PermitKind

Direction = Literal["import", "export"]

Activity = Literal["manufacture", "import", "export", "distribution", "storage", "use"]
"""What an operator may do with a substance."""

StandingKind = Literal["licence", "registration"]
"""These words are never interchangeable: which one a substance needs, its law says."""

Counts = Literal["goods", "content"]
"""What an amount is of: the goods as they are, or the substance in them, a salt as its base."""

COVERS: dict[PermitKind, Direction] = {
    "export authorisation": "export",
    "export permit": "export",
    "import authorisation": "import",
    "import permit": "import",
}
"""The papers by which an authority lets goods cross its border. A declaration is what the trader
says, and a letter of no objection is no permit: they are kept and shown, and cover nothing."""


class Stop(Record, frozen=True, kw_only=True):
    """A suspension or a revocation, from a day on."""

    kind: Literal["suspended", "revoked"]
    since: date
    until: date | None = None  # of a suspension: its last day; None: open
    reason: str = ""
    source: str


class Site(Record, frozen=True, kw_only=True):
    """A place of an operator."""

    id: str  # in the register
    name: str = ""
    address: str = ""
    country: str = ""  # ISO 3166-1 alpha-2


class Operator(Record, frozen=True, kw_only=True, tag="operator"):
    """A firm or person of the trade that the authority knows."""

    id: str  # in the register
    version: int = 1
    decided: date
    name: str
    other_names: tuple[str, ...] = ()
    country: str = ""
    address: str = ""
    business_numbers: tuple[str, ...] = ()  # of its tax authority or trade register
    sites: tuple[Site, ...] = ()
    source: str


class Standing(Record, frozen=True, kw_only=True, tag="standing"):
    """A licence or a registration of an operator."""

    id: str
    version: int = 1
    decided: date
    kind: StandingKind
    number: str
    issuer: str  # the country of the authority
    operator: str  # id
    substances: tuple[str, ...]  # slugs of the registry
    activities: tuple[Activity, ...]
    sites: tuple[str, ...] = ()  # ids; empty: every site of the operator
    since: date
    until: date | None = None  # its last day; None: open
    stops: tuple[Stop, ...] = ()
    source: str


class Grant(Record, frozen=True, kw_only=True, tag="grant"):
    """A permit, an authorisation or a like paper: `kind` is its word."""

    id: str
    version: int = 1
    decided: date
    kind: PermitKind
    number: str
    issuer: str
    operator: str  # id of who imports or exports
    substance: str  # slug
    amount: Amount = Amount()  # empty: it names none
    counts: Counts
    sites: tuple[str, ...] = ()
    since: date
    until: date | None = None  # its last day
    stops: tuple[Stop, ...] = ()
    source: str


class Requirement(Record, frozen=True, kw_only=True, tag="requirement"):
    """An annual legitimate requirement: what a country, or one operator, needs to import."""

    id: str
    version: int = 1
    decided: date
    country: str
    operator: str = ""  # id; "": all of the country
    substance: str
    year: int
    amount: Amount  # of the substance itself
    source: str


Entry = Operator | Standing | Grant | Requirement


class Movement(Record, frozen=True, kw_only=True):
    """Goods of one substance that left or came in."""

    id: str  # one for each shipment and line, the same whenever it is told again
    direction: Direction
    country: str  # that they left or came into
    on: date
    operator: str = ""  # id of the exporter or importer; "": not known
    permit: str = ""  # number of the paper that it is written off; "": none was named
    issuer: str = ""  # of that paper; "": not said
    substance: str = ""  # slug; "": not known
    net: Amount = Amount()  # of the goods
    content: Amount = Amount()  # of the substance in them; empty: it cannot be told
    why_no_content: str = ""
    site: str = ""  # id; "": not said
    source: str


class Cancellation(Record, frozen=True, kw_only=True):
    """A shipment that was written off and did not take place: what it took is given back."""

    movement: str  # id
    on: date
    source: str


class Promise(Record, frozen=True, kw_only=True):
    """What may still go under a notice that nobody objects to: not used, and no longer free."""

    notice: str  # reference
    line: int
    direction: Direction
    country: str
    since: date  # the day of the answer
    operator: str = ""
    permit: str = ""
    issuer: str = ""
    substance: str = ""
    net: Amount = Amount()
    content: Amount = Amount()
    source: str


class Register(Record, frozen=True, kw_only=True):
    """All that an authority keeps. Neither order nor repetition matters."""

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
"""What is found of an entry or a movement. not known: something that decides is not said."""


class Finding(Record, frozen=True, kw_only=True):
    """One thing that does not hold, with its figures and where it is written."""

    kind: FindingKind
    text: Phrase
    entry: str = ""  # id
    movement: str = ""  # id, or the notice of a promise
    source: str = ""


Verdict = Literal["covered", "cannot tell", "exceeded", "expired", "suspended", "revoked", "none"]
"""What a register says. covered: what it has covers these goods, and nothing else is said of them.
none: it has nothing that does. cannot tell: what decides is not known; it is neither a yes nor a
no."""

Part = Literal["operator", "standing", "permit", "requirement"]
"""What is asked one by one: who it is; its licence or registration; the paper for these goods; and
what the country, or the operator, needs in the year."""


class Question(Record, frozen=True, kw_only=True):
    """May these goods go, as far as the register knows?"""

    direction: Direction
    day: date
    country: str  # whose register it is
    party: Party  # the exporter of an export, the importer of an import
    substance: str  # slug
    net: Amount = Amount()  # of the goods
    content: Amount = Amount()  # of the substance in them; `goods.content_in` computes it
    site: str = ""  # id
    permit: str = ""  # number on the papers; "": any of the operator's
    issuer: str = ""
    notice: str = ""  # reference of the notice of these goods: what it promised is theirs
    asks: tuple[Part, ...] = ("standing", "permit")  # what the law of the country needs


class Answered(Record, frozen=True, kw_only=True):
    """What one part says."""

    part: Part
    verdict: Verdict
    entries: tuple[str, ...] = ()  # ids that it rests on
    text: Phrase  # with figures
    findings: tuple[Finding, ...] = ()
    sources: tuple[str, ...] = ()


class Answer(Record, frozen=True, kw_only=True):
    """What the register says of a question: the worst of its parts."""

    verdict: Verdict
    day: date
    operator: str = ""  # id; "": not known
    may_be: tuple[str, ...] = ()  # ids of operators whose names are alike: a lead, never a match
    parts: tuple[Answered, ...] = ()


Names = Callable[[Party], tuple[str, ...]]
"""Finds the operators whose names are like that of a party, by their ids, the likeliest first."""
