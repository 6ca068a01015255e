"""Rule settings: reduced weights set by an authority, logged and without hiding alerts."""

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
WORDS = 500  # characters of an explanation
_NOTES = "party-"  # rule prefix of notes, which have no points


class Switch(Record, frozen=True, kw_only=True):
    """Reduced weight of a rule."""

    rule: str
    points: int  # maximum points of each reason, for or against; 0: off
    since: date
    by: str
    why: str

    def on(self, says: Phrase) -> Phrase:
        """Return the sentence of a reason, with the change to its rule."""
        told: dict[str, Any] = {"text": says, "by": self.by, "since": self.since, "why": self.why}
        if not self.points:
            return Phrase("switched/off", **told)
        return Phrase("switched/down", points=self.points, **told)

    def capped(self, points: int) -> int:
        """Return the remaining points of a reason."""
        return max(-self.points, min(self.points, points))


class WantedSetting(Record, frozen=True, kw_only=True):
    """A requested setting for a rule."""

    rule: str
    points: int | None  # maximum points; 0: off; None: as in the rules file
    since: date  # applies to screenings from this day on
    why: str


class Second(Record, frozen=True, kw_only=True):
    """Approval by a second person."""

    by: str
    at: str  # ISO 8601, UTC


class RuleSetting(Record, frozen=True, kw_only=True):
    """An entry in the history of a rule, immutable."""

    id: int
    rule: str
    points: int | None
    since: date
    why: str
    by: str
    at: str  # ISO 8601, UTC
    strong: bool  # needs approval by a second person
    second: Second | None = None

    @property
    def counts(self) -> bool:
        """Return whether it applies from its day on."""
        return self.second is not None or not self.strong


class SwitchRules(Record, frozen=True, kw_only=True):
    """Content of data/rules/switches.toml."""

    version: str
    floor: Mapping[str, int]

    def needs_second(self, rule: str, points: int | None) -> bool:
        """Return whether a second person must approve such a reduction."""
        return points is not None and points < self.floor.get(rule, 0)


@cache
def load_switch_rules() -> SwitchRules:
    """Load the strong rules.

    Raises:
        RegistryError: The file is invalid.
    """
    return read_toml(data("rules", "switches.toml"), SwitchRules)


def check_switch(rule: str, points: int | None, why: str) -> None:
    """Validate a reduction of a rule's weight.

    Args:
        rule: Name of the rule.
        points: Maximum points; None: as in the rules file.
        why: Explanation by the supervisor.

    Raises:
        InputError: Unknown rule, invalid points, or no explanation.
    """
    if rule not in switchable():
        raise InputError("trade/no-such-rule-to-turn-down", rule=rule)
    if points is not None and not 0 <= points <= MOST:
        raise InputError("trade/points-out-of-bounds", points=points, most=MOST)
    if not why.strip() or len(why) > WORDS:
        raise InputError("trade/reason-missing-or-too-long", words=WORDS)


def switchable() -> tuple[str, ...]:
    """Return the rules with points, in the order of their claims; those of plug-ins last."""
    named = (rule for rules in load_result_rules().about.values() for rule in rules)
    ours = (rule for rule in named if not rule.startswith(_NOTES) and rule != "kept")
    return (*ours, *plugin_rules())


def switch_of(switches: Iterable[Switch], rule: str) -> Switch | None:
    """Return the setting of a rule; None: unchanged."""
    return next((each for each in switches if each.rule == rule), None)


def switches_on(
    settings: Iterable[RuleSetting], day: date, people: Mapping[str, str] = MappingProxyType({})
) -> tuple[Switch, ...]:
    """Return the reduced rules on a day, by name.

    The latest setting of a rule that applies by then is used.

    Args:
        settings: Settings in order of creation.
        day: Day of a screening.
        people: Display names of accounts, by audit log name.
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
