"""Law look-up: the question (substance, day, route, amount, form) and the answer per instrument."""

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import field

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.law.types import Form, Mark, Substance, Variant

Role = Literal["export", "import", "transit", "internal"]
"""Role of a consignment for a jurisdiction: export, import, transit or domestic."""

Goods = Literal["substance", "salt", "mixture", "solution", "medicine", "extract"]
"""Form in which a substance is traded."""

Match = Literal[
    "name", "exact", "salt", "stereo", "isotope", "tautomer", "charge", "alias", "class", "unknown"
]
"""Kind of match: by name or number; by structure, with its level of identity (`Level` in
`law.structure.types`); by class rules only; or none.
"""


class Route(Record, frozen=True, kw_only=True):
    """Origin, transit and destination: ISO 3166-1 alpha-2 codes."""

    origin: str | None = None  # country of dispatch
    transit: tuple[str, ...] = ()
    destination: str | None = None

    @property
    def given(self) -> bool:
        """Return whether any place is given."""
        return bool(self.origin or self.destination or self.transit)


class Dealing(Record, frozen=True, kw_only=True):
    """An earlier transaction in a substance, counted towards a cumulative threshold."""

    day: date
    substance: str  # slug
    mass_mg: int | None = None  # total mass of the goods, not only of the substance
    volume_ul: int | None = None
    percent: Decimal | None = None  # content of the substance in the goods; None: not known
    form: str | None = None  # CAS number of a form in the registry; None: the substance itself
    party: str = ""  # the other party; "": not known


class Question(Record, frozen=True, kw_only=True):
    """A question about one substance."""

    day: date
    route: Route = Route()
    jurisdictions: tuple[str, ...] = ()  # requested: "US", "EU", "UN"; empty: by the route
    mass_mg: int | None = None  # total mass of the goods, not only of the substance
    volume_ul: int | None = None
    percent: Decimal | None = None  # content of the substance in the goods
    percent_at_least: bool = False  # the content may be higher: no exemption by content
    mass_at_most: bool = False  # a gross mass: the relevant mass may be less
    goods: Goods | None = None  # None: not given
    party: str = ""  # the other party
    history: tuple[Dealing, ...] | None = None  # None: not given; empty: no earlier transactions

    @property
    def measured(self) -> bool:
        """Return whether an amount or a content is given, so that limits can be checked."""
        return not (self.mass_mg is None and self.volume_ul is None and self.percent is None)


class ClassHold(Record, frozen=True, kw_only=True):
    """Match of a structure with a class rule."""

    regime: str
    rule: str  # its slug
    clauses: tuple[str, ...]  # matching clauses, as "(E) another acyl group"
    decided: date | None = None
    since: date | None = None
    until: date | None = None
    excluded_by: tuple[str, ...] = ()  # why the rule excludes it nevertheless
    unverified: tuple[str, ...] = ()  # parts of the rule that were not verified at the source
    atoms: tuple[int, ...] = ()  # indices from 0 of the atoms of the part that matches the clauses
    source: str
    mark: Mark = "read"  # of the wording
    dates: Mark = "read"


class ClassGap(Record, frozen=True, kw_only=True):
    """A class rule that could not be evaluated."""

    regime: str
    rule: str
    reason: Phrase


class Found(Record, frozen=True, kw_only=True):
    """The identified subject of a question."""

    name: str  # display name
    substance: Substance | None = None  # None: an unlisted structure
    form: Form | None = None  # the form in the registry that was named
    match: Match = "name"
    how: str = ""  # for a structure: how it was read, and its level of identity
    variants: tuple[Variant, ...] = ()  # variants of a structure, in addition to those of the form
    formula: str = ""  # formula of an unlisted structure, Hill order; "": not known
    classes: tuple[ClassHold, ...] = ()
    open_classes: tuple[ClassGap, ...] = ()
    evaluated: tuple[str, ...] = ()  # slugs of the evaluated class rules, with regime


class Membership(Record, frozen=True, kw_only=True):
    """Class membership of one unlisted structure, for rules of any date."""

    holds: tuple[ClassHold, ...] = ()
    gaps: tuple[ClassGap, ...] = ()


def key_of(slug: str, form: str | None) -> str:
    """Return the cache key of a structure: that of a substance, or of one of its forms."""
    return slug if form is None else f"{slug}\n{form}"


Answer = Literal["controlled", "free by amount", "proposed", "not listed", "not assessable"]
"""Answer of an instrument for a substance, a day and a route. An answer never means that a
transaction is permitted: "not listed" only refers to the rules that are loaded.
"""

Outcome = Literal["held", "free", "open", "not asked"]
"""Result of checking a limit: reached, not reached, undetermined, or no amount given."""


class Listing(Record, frozen=True, kw_only=True):
    """A control or class rule, and its status on the day."""

    schedule: str  # as the instrument prints it; for a class, its rule
    clauses: tuple[str, ...] = ()  # matching clauses of a class rule
    decided: date | None
    since: date | None
    until: date | None
    scope: str = ""
    holds: tuple[Variant, ...] = ()  # variants in its scope
    leaves_out: tuple[Variant, ...] = ()  # variants outside its scope; others are not known
    source: str
    mark: Mark
    dates: Mark


NO_SUM = Phrase("check/all", checks=())
"""Placeholder: nothing was compared with a limit."""


class Check(Record, frozen=True, kw_only=True):
    """A limit of amount or content, and its result for these goods."""

    outcome: Outcome
    limit: Phrase  # the rule
    reckoned: Phrase = field(default_factory=lambda: NO_SUM)  # calculation of the compared value
    clause: str
    source: str
    mark: Mark


class Remark(Record, frozen=True, kw_only=True):
    """A rule on forms of goods or on routes that affects the answer."""

    text: str
    clause: str
    source: str
    mark: Mark


class Duty(Record, frozen=True, kw_only=True):
    """An obligation under an instrument for a consignment on this route."""

    role: Role
    kind: str  # "export authorisation", "pre-export notification" ...
    text: str
    days: int | None  # notice period in advance
    day_kind: str  # "calendar", "working"
    clause: str
    source: str
    mark: Mark
    known: bool  # False: not known whether it applies


class Ruling(Record, frozen=True, kw_only=True):
    """The answer of one instrument."""

    regime: str  # slug; "": no law of the jurisdiction is loaded
    jurisdiction: str
    answer: Answer
    reason: Phrase
    roles: tuple[Role, ...] = ()  # roles of the consignment for the jurisdiction
    held: tuple[Listing, ...] = ()
    proposed: tuple[Listing, ...] = ()
    ended: tuple[Listing, ...] = ()  # expired controls, such as temporary ones
    later: tuple[Listing, ...] = ()  # controls that begin after the day
    checks: tuple[Check, ...] = ()
    remarks: tuple[Remark, ...] = ()  # exemptions, scope, rules that are not loaded
    duties: tuple[Duty, ...] = ()
    doubts: tuple[str, ...] = ()  # what is not verified
    versions: tuple[str, ...] = ()  # the evaluated rules, with their dates
    covered: tuple[date | None, date | None] = (None, None)  # first and last day of our copy
    as_of: date | None = None  # last day, up to that of the question, for which the law is known
    age_days: int = 0  # days from then to the day of the question


class Age(Record, frozen=True, kw_only=True):
    """Currency of the law behind the answers, for instruments with the same date."""

    as_of: date  # last day for which the law is known
    days: int  # days from then to the day of the question
    regimes: tuple[str, ...]  # slugs


class Assessment(Record, frozen=True, kw_only=True):
    """All answers for one substance."""

    day: date
    name: str
    substance: str | None  # slug
    form: str | None  # the form in the registry that was named
    match: Match = "name"  # kind of match
    how: str = ""  # for a structure: how it was read, and its level of identity
    route: Route
    rulings: tuple[Ruling, ...]
    watched: tuple[str, ...] = ()  # public watch lists that name it without controlling it
    ages: tuple[Age, ...] = ()  # newest first; empty: all law is known for the day


class Compound(Record, frozen=True, kw_only=True):
    """A structure in a file, or a product of a catalogue, with its legal status."""

    place: str  # file and line, row or record
    id: str  # id in the file; "": none
    answers: tuple[Assessment, ...] = ()  # one per matching substance, or for its classes only
    not_assessable: str = ""  # why there is no answer: distinct from "not listed"
    hint: str = ""


Sureness = Literal["same", "variant", "open", "ion"]
"""The structure itself, or a member of the class; a variant of it; a class not evaluated; an ion,
from the half of a name: "phenylacetate" in "lead(II) phenylacetate".
"""


class Sighting(Record, frozen=True, kw_only=True):
    """A substance identical to a structure, or a class that covers it."""

    slug: str  # slug of a substance or of a class rule
    form: str | None = None  # form of the substance, if it is one
    sureness: Sureness
    is_class: bool = False
    words: tuple[Phrase, ...]  # explanation for the officer
    smiles: str = ""  # the structure, for drawing; "": not known, as for an InChIKey
    atoms: tuple[int, ...] = ()  # indices in it of the atoms that match the clauses
