"""Questions to the law (substance, day, route, amount, form) and its answers by regime."""

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import field

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.law.types import Form, Mark, Substance, Variant

Role = Literal["export", "import", "transit", "internal"]
"""What a consignment is to a jurisdiction: it leaves it, enters it, crosses it or stays in it."""

Goods = Literal["substance", "salt", "mixture", "solution", "medicine", "extract"]
"""In what form a substance is traded."""

Match = Literal[
    "name", "exact", "salt", "stereo", "isotope", "tautomer", "charge", "alias", "class", "unknown"
]
"""How something was found: by its name or number; by its structure, as it is or how far it is the
same (`Level` in `law.structure.types`); by class rules alone; or not at all."""


class Route(Record, frozen=True, kw_only=True):
    """From where, through where and to where: ISO 3166-1 alpha-2 codes."""

    origin: str | None = None  # where it is sent from
    transit: tuple[str, ...] = ()
    destination: str | None = None

    @property
    def given(self) -> bool:
        """Tell whether any place of it is known."""
        return bool(self.origin or self.destination or self.transit)


class Dealing(Record, frozen=True, kw_only=True):
    """An earlier dealing in a substance, which a cumulative threshold adds up."""

    day: date
    substance: str  # slug
    mass_mg: int | None = None  # of the goods, as they are
    volume_ul: int | None = None
    percent: Decimal | None = None  # of the substance in them; None: not known
    form: str | None = None  # CAS number of the registry's form; None: the substance itself
    party: str = ""  # the other party; "": not known


class Question(Record, frozen=True, kw_only=True):
    """What is asked of one substance."""

    day: date
    route: Route = Route()
    jurisdictions: tuple[str, ...] = ()  # asked by name: "US", "EU", "UN"; empty: by the route
    mass_mg: int | None = None  # of the goods, as they are
    volume_ul: int | None = None
    percent: Decimal | None = None  # of the substance in the goods
    percent_at_least: bool = False  # the content may be higher: nothing is free by it
    mass_at_most: bool = False  # a gross mass: what counts may be less
    goods: Goods | None = None  # None: not said
    party: str = ""  # the other party
    history: tuple[Dealing, ...] | None = None  # None: not given; empty: there was none

    @property
    def measured(self) -> bool:
        """Tell whether an amount or a content is given, so that limits are judged."""
        return not (self.mass_mg is None and self.volume_ul is None and self.percent is None)


class ClassHold(Record, frozen=True, kw_only=True):
    """A rule on a class of structures that a structure was matched with."""

    regime: str
    rule: str  # its slug
    clauses: tuple[str, ...]  # each that holds, as "(E) another acyl group"
    decided: date | None = None
    since: date | None = None
    until: date | None = None
    excluded_by: tuple[str, ...] = ()  # why the rule leaves it out all the same
    unverified: tuple[str, ...] = ()  # what of the rule is remembered only
    atoms: tuple[int, ...] = ()  # of the part that was judged, where its clauses hold, from 0
    source: str
    dates: Mark = "read"


class ClassGap(Record, frozen=True, kw_only=True):
    """A rule on a class that could not be evaluated."""

    regime: str
    rule: str
    reason: Phrase


class Found(Record, frozen=True, kw_only=True):
    """What the question is about, as it was found."""

    name: str  # to print
    substance: Substance | None = None  # None: a structure that no list names
    form: Form | None = None  # the registry's form that was named
    match: Match = "name"
    how: str = ""  # of a structure: how it was read, and how far it is that of the substance
    variants: tuple[Variant, ...] = ()  # that a structure is, beside those of the form
    formula: str = ""  # of a structure that no list names, Hill order; "": not known
    classes: tuple[ClassHold, ...] = ()
    open_classes: tuple[ClassGap, ...] = ()
    evaluated: tuple[str, ...] = ()  # slugs of the class rules that were evaluated, with regime


class Membership(Record, frozen=True, kw_only=True):
    """What the class rules, of any day, say of one structure that no list names."""

    holds: tuple[ClassHold, ...] = ()
    gaps: tuple[ClassGap, ...] = ()


def key_of(slug: str, form: str | None) -> str:
    """Return what a structure is kept by: a substance's own, or that of one of its forms."""
    return slug if form is None else f"{slug}\n{form}"


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


NO_SUM = Phrase("check/all", checks=())
"""That nothing was compared with a limit."""


class Check(Record, frozen=True, kw_only=True):
    """A limit of amount or content, and what it says of these goods."""

    outcome: Outcome
    limit: Phrase  # the rule
    reckoned: Phrase = field(default_factory=lambda: NO_SUM)  # the sum it was compared with
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
    reason: Phrase
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


Sureness = Literal["same", "variant", "open", "ion"]
"""The structure itself, or a member of the class; a variant of it; a class not evaluated; an ion,
as the half of a name gives it: "phenylacetate" of "lead(II) phenylacetate"."""


class Sighting(Record, frozen=True, kw_only=True):
    """A substance that a structure is, or a class that holds it."""

    slug: str  # of a substance, or of a class rule
    form: str | None = None  # of the substance, where it is one of its forms
    sureness: Sureness
    is_class: bool = False
    words: tuple[Phrase, ...]  # why, for the officer
    smiles: str = ""  # the structure, to be drawn; "": it is not known, as of an InChIKey
    atoms: tuple[int, ...] = ()  # places in it of the atoms by which the clauses hold
