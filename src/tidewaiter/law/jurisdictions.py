"""Jurisdictions on a route: countries, and unions of countries with a common trade law."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from tidewaiter.base.records import Record
from tidewaiter.base.resources import read_toml, toml_files
from tidewaiter.law.answers import Role, Route
from tidewaiter.law.packs import pack_root

WORLD = "UN"
"""Jurisdiction of the UN conventions, involved in every route between two countries."""


class Member(Record, frozen=True, kw_only=True):
    """Membership of a country in a union, with dates."""

    country: str  # ISO 3166-1 alpha-2
    since: date | None = None  # None: as long as the union's law that is loaded
    until: date | None = None  # first day of non-membership


class Union(Record, frozen=True, kw_only=True):
    """Countries with a common external trade law."""

    code: str  # code in the regimes: "EU"
    name: str
    members: tuple[Member, ...]
    source: str

    def holds(self, country: str, day: date) -> bool:
        """Return whether a country is a member on a day."""
        for each in self.members:  # a loop: called for each line; a generator takes twice as long
            if (
                each.country == country
                and (each.since is None or each.since <= day)
                and (each.until is None or day < each.until)
            ):
                return True
        return False


def load_unions(version: str | None = None) -> tuple[Union, ...]:
    """Load the unions of a law pack.

    Args:
        version: Of the pack; None: the one in use.

    Raises:
        RegistryError: A file is invalid.
    """
    return _unions(Path(str(pack_root(version))))


@lru_cache(maxsize=4)
def _unions(root: Path) -> tuple[Union, ...]:
    return tuple(read_toml(file, Union) for file in toml_files(root.joinpath("unions")))


def is_in(country: str | None, jurisdiction: str, day: date, unions: tuple[Union, ...]) -> bool:
    """Return whether the trade of a country is under a jurisdiction on a day."""
    if country is None:
        return False
    named = [union for union in unions if union.code == jurisdiction]
    return country == jurisdiction or any(union.holds(country, day) for union in named)


def roles_of(
    jurisdiction: str, route: Route, day: date, unions: tuple[Union, ...]
) -> tuple[Role, ...]:
    """Return the roles of a route for a jurisdiction; empty: not involved.

    For the conventions, a route between two countries is an export, as their articles on trade bind
    the exporting state.
    """
    origin, destination = route.origin, route.destination
    if jurisdiction == WORLD:
        if origin and destination:
            return ("export",) if origin != destination else ("internal",)
        return ("export",) if route.given else ()
    leaves = is_in(origin, jurisdiction, day, unions)
    enters = is_in(destination, jurisdiction, day, unions)
    if leaves and enters:
        return ("internal",)
    if leaves or enters:
        return ("export",) if leaves else ("import",)
    crosses = any(is_in(country, jurisdiction, day, unions) for country in route.transit)
    return ("transit",) if crosses else ()


def jurisdictions_of(country: str, day: date, unions: tuple[Union, ...]) -> tuple[str, ...]:
    """Return the jurisdictions over the trade of a country: itself and its unions."""
    return (country, *(union.code for union in unions if union.holds(country, day)))
