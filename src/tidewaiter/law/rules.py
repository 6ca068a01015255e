"""Rules beside the controls: amounts, forms of goods, reach, duties and known gaps."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal, TypeVar

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.law.answers import Goods, Role
from tidewaiter.law.jurisdictions import WORLD, Union
from tidewaiter.law.registry import Registry
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
    source: str  # name of a file in data/sources
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


R = TypeVar("R")


class AmountFile(Record, frozen=True, kw_only=True):
    """A file of data/amounts: the limits and the forms of one regime."""

    regime: str
    limits: tuple[Limit, ...] = ()
    forms: tuple[FormRule, ...] = ()


class RouteFile(Record, frozen=True, kw_only=True):
    """A file of data/routes: what one regime demands, of which routes, and what is missing."""

    regime: str
    reaches: tuple[Reach, ...] = ()
    demands: tuple[Demand, ...] = ()
    gaps: tuple[Gap, ...] = ()
    requests: tuple[Request, ...] = ()  # of the regime un-1988


class ProposalFile(Record, frozen=True, kw_only=True):
    """A file of data/proposals."""

    proposals: tuple[Proposal, ...]


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
        return self.routes.get(regime) or RouteFile(regime=regime)

    @property
    def requests(self) -> tuple[Request, ...]:
        """Return who asked for pre-export notifications."""
        return tuple(each for file in self.routes.values() for each in file.requests)


@cache
def read_rules() -> LawBook:
    """Read the rules that travel with the package, without comparing them with a registry.

    Raises:
        RegistryError: A file is malformed.
    """
    return LawBook(
        amounts={file.regime: file for file in _all("amounts", AmountFile)},
        routes={file.regime: file for file in _all("routes", RouteFile)},
        proposals=tuple(
            each for file in _all("proposals", ProposalFile) for each in file.proposals
        ),
        unions=tuple(_all("unions", Union)),
    )


def load_lawbook(registry: Registry) -> LawBook:
    """Load the rules that travel with the package, and compare them with the registry.

    Raises:
        RegistryError: A file is malformed, or names a regime, a substance or a source that the
            registry does not hold.
    """
    book = read_rules()
    for name in (*book.amounts, *book.routes, *(each.regime for each in book.proposals)):
        if name not in registry.regimes:
            raise RegistryError(f'no regime is called "{name}"', at=f"{name}.toml")
    slugs = {each.slug for each in registry.substances}
    for at, rule in _rules(book):
        if rule.source not in registry.sources:
            raise RegistryError(f'no source is called "{rule.source}"', at=at)
        for slug in rule.substances:
            if slug not in slugs:
                raise RegistryError(f'no substance is called "{slug}"', at=at)
    for union in book.unions:
        if union.source not in registry.sources:
            raise RegistryError(f'no source is called "{union.source}"', at=f"{union.code}.toml")
    return book


def regimes_of(registry: Registry, jurisdiction: str) -> tuple[str, ...]:
    """List the regimes of a jurisdiction that control, and do not only watch."""
    regimes = registry.regimes.values()
    return tuple(
        each.slug for each in regimes if each.jurisdiction == jurisdiction and each.binding
    )


def known_jurisdictions(registry: Registry) -> frozenset[str]:
    """Return the jurisdictions of which some law is loaded."""
    return frozenset(each.jurisdiction for each in registry.regimes.values() if each.binding) | {
        WORLD
    }


def _rules(book: LawBook) -> Iterator[tuple[str, Rule | Request]]:
    for name, amounts in book.amounts.items():
        yield from ((f"amounts/{name}.toml", rule) for rule in (*amounts.limits, *amounts.forms))
    for name, routes in book.routes.items():
        kinds: Iterable[Rule | Request] = (
            *routes.reaches,
            *routes.demands,
            *routes.gaps,
            *routes.requests,
        )
        yield from ((f"routes/{name}.toml", rule) for rule in kinds)
    yield from (("proposals", rule) for rule in book.proposals)


def _all(folder: str, kind: type[R]) -> Iterator[R]:
    for file in toml_files(data(folder)):
        yield read_toml(file, kind)
