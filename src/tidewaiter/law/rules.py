"""Rules other than controls: amounts, forms of goods, scope, duties and known gaps."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.law.answers import Goods, Role
from tidewaiter.law.jurisdictions import Union
from tidewaiter.law.types import Kind, Mark

Period = Literal["consignment", "calendar month", "calendar year"]
"""Period over which amounts add up."""

Scope = Literal["party", "operator"]
"""Transactions that add up: those with the same other party, or all of the operator's."""


class Rule(Record, frozen=True, kw_only=True):
    """Common fields of rules: scope, period of validity, and source."""

    schedules: tuple[str, ...] = ()  # schedules of the regime; empty: all
    substances: tuple[str, ...] = ()  # slugs; empty: all
    roles: tuple[Role, ...] = ()  # empty: all
    destinations: tuple[str, ...] = ()  # countries; empty: all
    since: date | None = None  # first day; None: not known, treated as in force
    until: date | None = None  # first day no longer in force
    clause: str  # article or paragraph
    source: str  # slug of a source
    mark: Mark = "read"
    note: str = ""

    def on(self, day: date) -> bool:
        """Return whether it is in force on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )

    def names(self, slug: str | None) -> bool:
        """Return whether it covers a substance; None: an unlisted one."""
        return not self.substances or slug in self.substances

    def meets(self, roles: tuple[Role, ...]) -> bool:
        """Return whether it covers the roles of a consignment; empty: not given."""
        return not self.roles or not roles or bool(set(self.roles) & set(roles))


class Limit(Rule, frozen=True, kw_only=True):
    """An amount or a content below which goods are exempt from a control.

    Of `mass_mg`, `volume_ul`, `percent` and `none`, all that are given must be reached for the
    control to apply.
    """

    mass_mg: int | None = None
    volume_ul: int | None = None
    none: bool = False  # no minimum amount, and any content counts
    inclusive: bool = True  # the limit itself is controlled
    period: Period = "consignment"
    party: Scope = "operator"
    counts: Literal["goods", "content", "base"] = "content"  # a salt by the mass of its base
    percent: Decimal | None = None  # minimum content of controlled goods
    percent_inclusive: bool = True
    condition: str = ""  # further condition of the exemption; not evaluated


class FormRule(Rule, frozen=True, kw_only=True):
    """Treatment by an instrument of goods that contain more than the substance."""

    goods: tuple[Goods, ...]
    effect: Literal["held", "outside", "judge"]  # judge: to be decided by a person, from the text
    text: str


class Reach(Rule, frozen=True, kw_only=True):
    """The routes to which a schedule is limited."""

    goods: tuple[Goods, ...] = ()  # forms in which it must be traded; empty: any
    text: str


class Demand(Rule, frozen=True, kw_only=True):
    """An obligation under a control for a consignment."""

    kind: str  # "export authorisation", "pre-export notification" ...
    text: str = ""
    days: int | None = None
    day_kind: Literal["calendar", "working"] = "calendar"
    asked: bool = False  # only if the country of destination requested notification


class Gap(Rule, frozen=True, kw_only=True):
    """Rules of an instrument that are known to exist and are not loaded."""

    text: str
    kinds: tuple[Kind, ...] = ()  # kinds of substances that they may cover; empty: all


class Proposal(Rule, frozen=True, kw_only=True):
    """A proposed control; `since` is the day of publication, `until` that of the outcome."""

    regime: str
    schedule: str


class Request(Record, frozen=True, kw_only=True):
    """A country that requested pre-export notifications, article 12 (10) (a) of 1988."""

    country: str
    schedules: tuple[str, ...]  # the requested tables
    substances: tuple[str, ...] = ()  # empty: all of them
    since: date | None  # day of the Secretary-General's notification; None: not known
    until: date | None = None
    source: str
    mark: Mark = "read"


class AmountFile(Record, frozen=True, kw_only=True):
    """Content of an instrument's amounts.toml: its limits and rules on forms of goods."""

    limits: tuple[Limit, ...] = ()
    forms: tuple[FormRule, ...] = ()


class RouteFile(Record, frozen=True, kw_only=True):
    """Content of an instrument's routes.toml: its duties by route, and known gaps."""

    reaches: tuple[Reach, ...] = ()
    demands: tuple[Demand, ...] = ()
    gaps: tuple[Gap, ...] = ()
    requests: tuple[Request, ...] = ()  # of the regime un-1988


class LawBook(Record, frozen=True, kw_only=True):
    """All rules other than controls, by instrument."""

    amounts: Mapping[str, AmountFile] = {}
    routes: Mapping[str, RouteFile] = {}
    proposals: tuple[Proposal, ...] = ()
    unions: tuple[Union, ...] = ()

    def limits(self, regime: str) -> tuple[Limit, ...]:
        """Return the limits of an instrument."""
        return self.amounts[regime].limits if regime in self.amounts else ()

    def forms(self, regime: str) -> tuple[FormRule, ...]:
        """Return the rules of an instrument on forms of goods."""
        return self.amounts[regime].forms if regime in self.amounts else ()

    def route(self, regime: str) -> RouteFile:
        """Return the rules of an instrument on routes."""
        return self.routes.get(regime) or RouteFile()

    @property
    def requests(self) -> tuple[Request, ...]:
        """Return the requests for pre-export notifications."""
        return tuple(each for file in self.routes.values() for each in file.requests)
