"""The law book: all rules beside the listings, read strictly from their files."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TypeVar

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.substances.jurisdictions import WORLD, Union
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.rules import (
    Demand,
    FormRule,
    Gap,
    Limit,
    Proposal,
    Reach,
    Request,
    Rule,
)

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
