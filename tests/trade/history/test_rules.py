"""The rules of the past as data, and the red flags that they cover."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.raising import says

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.resources import data
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules, load_red_flags

OURS = data("rules", "alerts.toml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Broken:
    """A change of our file, and the resulting error."""

    old: str
    new: str
    said: str


@pytest.mark.parametrize(
    "broken",
    [
        Broken("[past.rules.pair-new]", "[past.rules.pair]", "past.rules.pair"),
        Broken("selects = []", 'selects = ["luck"]', "trade/past-selects-no-rule"),
        Broken("{ days = 365 }", "{ weeks = 9 }", "trade/past-rule-of-other-numbers"),
        Broken("numbers = { days = 30, ", "numbers = { ", "trade/past-rule-of-other-numbers"),
        Broken('mark = "second-hand"', 'mark = "unverified"', "trade/past-rule-unread"),
        Broken("points = 3\nflag", "points = -3\nflag", "trade/past-rule-takes-points-off"),
        Broken(
            "points = 3\nflag", 'points = 3\ntext = "{who}"\nflag', "trade/sentence-not-fillable"
        ),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, broken: Broken) -> None:
    """The place and what would do are said."""
    path = tmp_path / "own.toml"
    assert broken.old in OURS
    path.write_text(OURS.replace(broken.old, broken.new, 1), encoding="utf-8")
    with pytest.raises(RegistryError, match="past") as error:
        load_alert_rules(path)
    assert says(f"{error.value}", broken.said)


def test_no_rule_of_the_past_is_an_alert_alone(rules: AlertRules) -> None:
    """As it comes, nothing selects, and no single rule weighs what an alert needs."""
    assert rules.past.selects == ()
    assert max(rule.points for rule in rules.past.rules.values()) < rules.severity.low


def test_every_red_flag_has_its_answer(rules: AlertRules) -> None:
    """33 flags: rules that are there, or why none; an unverified one is never all a rule has."""
    flags = load_red_flags().flags
    assert len(flags) == 33
    there = {*rules.evidence, *rules.check, *rules.past.rules, "sign", "party", "control"}
    assert {rule for flag in flags.values() for rule in flag.rules} <= there
    read = {rule for flag in flags.values() if flag.mark != "unverified" for rule in flag.rules}
    for flag in flags.values():
        assert flag.why
        if flag.mark == "unverified":
            assert set(flag.rules) <= read | {"register-none"}  # based on law
