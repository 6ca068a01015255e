"""The points of what speaks for or against a match beside the name: attributes.toml."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.matching.types import Modifier


class Rule(Record, frozen=True, kw_only=True):
    """One thing that speaks for or against a match."""

    what: str
    points: float  # log-odds, natural logarithm
    why: str  # what the points rest on


class _Attributes(Record, frozen=True, kw_only=True):
    source: str
    rule: tuple[Rule, ...]


@cache
def points() -> Mapping[str, float]:
    """Return the points of each rule."""
    return MappingProxyType({each.what: each.points for each in rules()})


@cache
def rules() -> tuple[Rule, ...]:
    """Load the file once."""
    return read_toml(data("parties", "attributes.toml"), _Attributes).rule


def modifier(what: str, text: str) -> Modifier:
    """Return what a rule says.

    Args:
        what: Its name.
        text: What was compared.
    """
    return Modifier(what=what, text=text, points=points()[what])
