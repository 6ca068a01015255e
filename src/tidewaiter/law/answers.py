"""What the law answers: one ruling for each regime, with what it rests on."""

from datetime import date
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.substances.questions import Match, Role, Route
from tidewaiter.substances.types import Mark, Variant

Answer = Literal["controlled", "free by amount", "proposed", "not listed", "not assessable"]
"""What a regime says of a substance on a day and a route. None of them means that a dealing is
allowed: "not listed" is said of the rules that are loaded, and of nothing else."""

Outcome = Literal["held", "free", "open", "not asked"]
"""Of a limit: it is reached, it is not, it cannot be told, or no amount was given."""


class Listing(Record, frozen=True, kw_only=True):
    """A listing or a class rule, and how it stands on the day."""

    schedule: str  # as the instrument prints it; of a class, its rule
    clauses: tuple[str, ...] = ()  # of a class rule
    decided: date | None
    since: date | None
    until: date | None
    scope: str = ""
    holds: tuple[Variant, ...] = ()  # variants in its scope
    leaves_out: tuple[Variant, ...] = ()  # variants outside of it; of others it is not known
    source: str
    mark: Mark
    dates: Mark


class Check(Record, frozen=True, kw_only=True):
    """A limit of amount or content, and what it says of these goods."""

    outcome: Outcome
    limit: str  # the rule, in words
    reckoned: str = ""  # the sum it was compared with, in words
    clause: str
    source: str
    mark: Mark


class Remark(Record, frozen=True, kw_only=True):
    """A rule on forms of goods, or on routes, that bears on the answer."""

    text: str
    clause: str
    source: str
    mark: Mark


class Duty(Record, frozen=True, kw_only=True):
    """What a regime demands of a consignment on this route."""

    role: Role
    kind: str  # "export authorisation", "pre-export notification" ...
    text: str
    days: int | None  # how long before
    day_kind: str  # "calendar", "working"
    clause: str
    source: str
    mark: Mark
    known: bool  # False: whether it applies could not be told


class Ruling(Record, frozen=True, kw_only=True):
    """The answer of one regime."""

    regime: str  # slug; "": a jurisdiction of which no law is loaded
    jurisdiction: str
    answer: Answer
    reason: str
    roles: tuple[Role, ...] = ()  # what the consignment is to the jurisdiction
    held: tuple[Listing, ...] = ()
    proposed: tuple[Listing, ...] = ()
    ended: tuple[Listing, ...] = ()  # temporary and other controls that are over
    later: tuple[Listing, ...] = ()  # that came after the day
    checks: tuple[Check, ...] = ()
    remarks: tuple[Remark, ...] = ()  # exemptions, reach, rules that are not loaded
    duties: tuple[Duty, ...] = ()
    doubts: tuple[str, ...] = ()  # what of it is not verified
    versions: tuple[str, ...] = ()  # which rules were evaluated, and as of when
    covered: tuple[date | None, date | None] = (None, None)  # first and last day of our copy
    as_of: date | None = None  # last day, up to that of the question, whose law is known
    age_days: int = 0  # from then to the day of the question


class Age(Record, frozen=True, kw_only=True):
    """How old the law is that answers rest on, for the regimes of which that is the same."""

    as_of: date  # last day whose law is known
    days: int  # from then to the day of the question
    regimes: tuple[str, ...]  # slugs


class Assessment(Record, frozen=True, kw_only=True):
    """All answers on one substance."""

    day: date
    name: str
    substance: str | None  # slug
    form: str | None  # the registry's form that was named
    match: Match = "name"  # how it was found
    how: str = ""  # of a structure: how it was read, and how far it is that of the substance
    route: Route
    rulings: tuple[Ruling, ...]
    watched: tuple[str, ...] = ()  # public lists that watch it and control nothing
    ages: tuple[Age, ...] = ()  # newest first; empty: all law is known for the day


class Compound(Record, frozen=True, kw_only=True):
    """A structure of a file, or a product of a catalogue, and what the law says of it."""

    place: str  # the file and the line, row or record
    id: str  # as the file names it; "": it does not
    answers: tuple[Assessment, ...] = ()  # one a substance that it is, or of its classes alone
    not_assessable: str = ""  # why there is no answer: never the same as "not listed"
    hint: str = ""
