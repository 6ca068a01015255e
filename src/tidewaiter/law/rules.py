"""Rules beside the controls: amounts, forms of goods, reach, duties and known gaps."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.law.answers import Goods, Role
from tidewaiter.law.jurisdictions import Union
from tidewaiter.law.types import Kind, Mark

Period = Literal["consignment", "calendar month", "calendar year"]
"""Over what amounts add up."""

Scope = Literal["party", "operator"]
"""With whom dealings add up: with the same other party, or all of the operator's."""


class Rule(Record, frozen=True, kw_only=True):
    """What all rules have: where they apply, from when to when, and how they are known."""

    schedules: tuple[str, ...] = ()  # of the regime; empty: all
    substances: tuple[str, ...] = ()  # slugs; empty: all
    roles: tuple[Role, ...] = ()  # empty: all
    destinations: tuple[str, ...] = ()  # countries; empty: all
    since: date | None = None  # first day; None: not known, taken as in force
    until: date | None = None  # first day no longer in force
    clause: str  # article or paragraph
    source: str  # slug of a source
    mark: Mark = "read"
    note: str = ""

    def on(self, day: date) -> bool:
        """Tell whether it is in force on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )

    def names(self, slug: str | None) -> bool:
        """Tell whether it holds a substance; None: one that no list names."""
        return not self.substances or slug in self.substances

    def meets(self, roles: tuple[Role, ...]) -> bool:
        """Tell whether it holds what a consignment is to the jurisdiction; empty: not said."""
        return not self.roles or not roles or bool(set(self.roles) & set(roles))


class Limit(Rule, frozen=True, kw_only=True):
    """An amount or a content below which a listing leaves goods free.

    Of `mass_mg`, `volume_ul`, `percent` and `none`, those that stand there must all be reached
    for the listing to hold.
    """

    mass_mg: int | None = None
    volume_ul: int | None = None
    none: bool = False  # there is no least amount, and any content counts
    inclusive: bool = True  # the limit itself is held
    period: Period = "consignment"
    party: Scope = "operator"
    counts: Literal["goods", "content", "base"] = "content"  # a salt by the mass of its base
    percent: Decimal | None = None  # least content of goods that are held
    percent_inclusive: bool = True
    condition: str = ""  # on what else the freedom depends; it is never judged


class FormRule(Rule, frozen=True, kw_only=True):
    """What a regime says of goods that are more than the substance."""

    goods: tuple[Goods, ...]
    effect: Literal["held", "outside", "judge"]  # judge: a person must, by the text
    text: str


class Reach(Rule, frozen=True, kw_only=True):
    """The routes that a schedule is confined to."""

    goods: tuple[Goods, ...] = ()  # in what it must be traded; empty: any
    text: str


class Demand(Rule, frozen=True, kw_only=True):
    """What a listing demands of a consignment."""

    kind: str  # "export authorisation", "pre-export notification" ...
    text: str = ""
    days: int | None = None
    day_kind: Literal["calendar", "working"] = "calendar"
    asked: bool = False  # only where the country of destination asked to be notified


class Gap(Rule, frozen=True, kw_only=True):
    """Rules of a regime that are known to exist and are not loaded."""

    text: str
    kinds: tuple[Kind, ...] = ()  # of substances that they may hold; empty: all


class Proposal(Rule, frozen=True, kw_only=True):
    """A listing that was published as a proposal; `since` is that day, `until` of its outcome."""

    regime: str
    schedule: str


class Request(Record, frozen=True, kw_only=True):
    """A country that asked for pre-export notifications, article 12 (10) (a) of 1988."""

    country: str
    schedules: tuple[str, ...]  # the tables it asked for
    substances: tuple[str, ...] = ()  # empty: all of them
    since: date | None  # day of the Secretary-General's notification; None: not known
    until: date | None = None
    source: str
    mark: Mark = "read"


class AmountFile(Record, frozen=True, kw_only=True):
    """The file amounts.toml of an instrument: its limits and what it says of forms of goods."""

    limits: tuple[Limit, ...] = ()
    forms: tuple[FormRule, ...] = ()


class RouteFile(Record, frozen=True, kw_only=True):
    """The file routes.toml of an instrument: its duties by route, and what is missing."""

    reaches: tuple[Reach, ...] = ()
    demands: tuple[Demand, ...] = ()
    gaps: tuple[Gap, ...] = ()
    requests: tuple[Request, ...] = ()  # of the regime un-1988


class LawBook(Record, frozen=True, kw_only=True):
    """All rules beside the listings, by regime."""

    amounts: Mapping[str, AmountFile] = {}
    routes: Mapping[str, RouteFile] = {}
    proposals: tuple[Proposal, ...] = ()
    unions: tuple[Union, ...] = ()

    def limits(self, regime: str) -> tuple[Limit, ...]:
        """Return the limits of a regime."""
        return self.amounts[regime].limits if regime in self.amounts else ()

    def forms(self, regime: str) -> tuple[FormRule, ...]:
        """Return what a regime says of forms of goods."""
        return self.amounts[regime].forms if regime in self.amounts else ()

    def route(self, regime: str) -> RouteFile:
        """Return what a regime says of routes."""
        return self.routes.get(regime) or RouteFile()

    @property
    def requests(self) -> tuple[Request, ...]:
        """Return who asked for pre-export notifications."""
        return tuple(each for file in self.routes.values() for each in file.requests)
