"""What the law is asked: a substance, a day, a route, an amount and a form of goods."""

from datetime import date
from decimal import Decimal
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.substances.types import Form, Mark, Substance, Variant

Role = Literal["export", "import", "transit", "internal"]
"""What a consignment is to a jurisdiction: it leaves it, enters it, crosses it or stays in it."""

Goods = Literal["substance", "salt", "mixture", "solution", "medicine", "extract"]
"""In what form a substance is traded."""

Match = Literal[
    "name", "exact", "salt", "stereo", "isotope", "tautomer", "charge", "alias", "class", "unknown"
]
"""How something was found: by its name or number; by its structure, as it is or how far it is the
same (`Level` in `substances.structure.types`); by class rules alone; or not at all."""


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
    reason: str


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
