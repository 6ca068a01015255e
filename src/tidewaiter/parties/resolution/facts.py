"""The rules of resolution: data/rules/resolution.toml, read."""

from functools import cache

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml


class NameCuts(Record, frozen=True, kw_only=True):
    """Where names are taken as alike."""

    alike: float
    part: float
    against: float
    own: float
    rare: float


class ResolutionRules(Record, frozen=True, kw_only=True):
    """All of the file."""

    version: str
    threshold: int
    hubs: dict[str, int]  # the most different names that may share a thing of each kind
    points: dict[str, int]
    names: NameCuts


HUBS = ("id", "phone", "email", "domain", "unit", "building", "contact")
POINTS = (
    "id",
    "id-checked",
    "id-differs",
    "phone",
    "email",
    "domain",
    "contact",
    "unit",
    "building",
    "street",
    "address-differs",
    "elsewhere",
    "country-differs",
    "country-same",
    "name-same",
    "name-alike",
    "name-part",
    "name-common",
    "name-own",
    "name-differs",
    "form-differs",
    "ref",
)


@cache
def resolution_rules() -> ResolutionRules:
    """Load the file once.

    Raises:
        RegistryError: It lacks a rule, or has one that nothing knows.
    """
    file = data("rules", "resolution.toml")
    rules = read_toml(file, ResolutionRules)
    for what, held, wanted in (("points", rules.points, POINTS), ("hubs", rules.hubs, HUBS)):
        if set(held) != set(wanted):
            differ = ", ".join(sorted(set(held) ^ set(wanted)))
            raise RegistryError(
                f"[{what}] lacks or does not know: {differ}",
                at=file.name,
                hint=f"it holds {', '.join(wanted)}",
            )
    return rules
