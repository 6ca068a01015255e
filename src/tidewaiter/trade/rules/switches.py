"""Switches: rules that an authority turns down or off, openly and without hiding an alert."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.trade.rules.plugins import plugin_rules
from tidewaiter.trade.rules.results import load_result_rules

MOST = 100  # points of a reason
WORDS = 500  # characters of a reason why
_NOTES = "party-"  # what the rules of notes begin with, which have no points


class Switch(Record, frozen=True, kw_only=True):
    """That the reasons of a rule weigh less."""

    rule: str
    points: int  # at most so many for each of them, for or against; 0: off
    since: date
    by: str
    why: str

    def on(self, says: Phrase) -> Phrase:
        """Return the sentence of a reason with what was done to its rule."""
        told: dict[str, Any] = {"text": says, "by": self.by, "since": self.since, "why": self.why}
        if not self.points:
            return Phrase("switched/off", **told)
        return Phrase("switched/down", points=self.points, **told)

    def capped(self, points: int) -> int:
        """Return what is left of the points of a reason."""
        return max(-self.points, min(self.points, points))


class WantedSetting(Record, frozen=True, kw_only=True):
    """What is to become of a rule."""

    rule: str
    points: int | None  # at most so many; 0: off; None: as the file of rules has it
    since: date  # day of screenings from which on it counts
    why: str


class Second(Record, frozen=True, kw_only=True):
    """That another person agreed."""

    by: str
    at: str  # ISO 8601, UTC


class RuleSetting(Record, frozen=True, kw_only=True):
    """A step in the history of a rule. Nothing of it is ever changed."""

    id: int
    rule: str
    points: int | None
    since: date
    why: str
    by: str
    at: str  # ISO 8601, UTC
    strong: bool  # a second person must agree before it counts
    second: Second | None = None

    @property
    def counts(self) -> bool:
        """Tell whether it counts from its day on."""
        return self.second is not None or not self.strong


class SwitchRules(Record, frozen=True, kw_only=True):
    """data/rules/switches.toml, read."""

    version: str
    floor: Mapping[str, int]

    def needs_second(self, rule: str, points: int | None) -> bool:
        """Tell whether a second person must agree that a rule weighs so little."""
        return points is not None and points < self.floor.get(rule, 0)


@cache
def load_switch_rules() -> SwitchRules:
    """Load the strong rules.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("rules", "switches.toml"), SwitchRules)


def check_switch(rule: str, points: int | None, why: str) -> None:
    """Check that a rule can be turned down so.

    Args:
        rule: Its name.
        points: At most so many; None: as the file of rules has it.
        why: Words of the supervisor.

    Raises:
        InputError: There is no such rule, the points are none, or no reason is given.
    """
    if rule not in switchable():
        raise InputError("trade/no-such-rule-to-turn-down", rule=rule)
    if points is not None and not 0 <= points <= MOST:
        raise InputError("trade/points-out-of-bounds", points=points, most=MOST)
    if not why.strip() or len(why) > WORDS:
        raise InputError("trade/reason-missing-or-too-long", words=WORDS)


def switchable() -> tuple[str, ...]:
    """Return the rules that have points, in the order of their claims; those of plug-ins last."""
    named = (rule for rules in load_result_rules().about.values() for rule in rules)
    ours = (rule for rule in named if not rule.startswith(_NOTES) and rule != "kept")
    return (*ours, *plugin_rules())


def switch_of(switches: Iterable[Switch], rule: str) -> Switch | None:
    """Return what was done to a rule; None: nothing."""
    return next((each for each in switches if each.rule == rule), None)


def switches_on(
    settings: Iterable[RuleSetting], day: date, people: Mapping[str, str] = MappingProxyType({})
) -> tuple[Switch, ...]:
    """Return the rules that are turned down on a day, by name.

    Of the settings of a rule that count by then, the one made last holds.

    Args:
        settings: In the order in which they were made.
        day: Of a screening.
        people: How accounts are read, by how trails name them.
    """
    held: dict[str, RuleSetting] = {}
    for each in settings:
        if each.counts and each.since <= day:
            held[each.rule] = each
    return tuple(
        Switch(rule=rule, points=each.points, since=each.since, by=_by(each, people), why=each.why)
        for rule, each in sorted(held.items())
        if each.points is not None
    )


def _by(setting: RuleSetting, people: Mapping[str, str]) -> str:
    who = [setting.by, *([setting.second.by] if setting.second else [])]
    return " and ".join(people.get(each, each) for each in who)
