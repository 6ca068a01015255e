"""Rules that are turned down: told, never hidden, and never an alert less."""

from collections.abc import Callable
from datetime import date

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.phrases import as_written, english
from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.trade.alerts import RULE
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.rules.reduced_weights import KEPT, switched_reasons, switched_rules
from tidewaiter.trade.rules.switches import Switch, switchable
from tidewaiter.trade.screening import Screener
from tidewaiter.trade.types import Alert, Reason

DAY = date(2026, 11, 25)
LINES = (
    {"goods": "ephedrine hydrochloride", "hs": "39241000"},
    {"goods": "organic chemicals, white powder", "hs": "29242990"},
    {"goods": "acetone in drums"},
    {"goods": "free of acetic anhydride"},
)
LEAST = load_alert_rules().severity.low


def _switch(rule: str, points: int = 0) -> Switch:
    return Switch(rule=rule, points=points, since=DAY, by="reyes", why="3 % of {120} were right")


def _rules(*switches: Switch) -> AlertRules:
    return load_alert_rules(None, switches)


@pytest.fixture(scope="module")
def screened(
    lexicon: Lexicon, batch: Callable[..., pa.RecordBatch]
) -> Callable[..., tuple[Alert, ...]]:
    """Screen the lines with rules turned down."""
    identifier = Identifier(lexicon)

    def screen(*switches: Switch) -> tuple[Alert, ...]:
        screener = Screener(identifier, _rules(*switches))
        return tuple(screener.screen(batch(*LINES), DAY, "f", "s").alerts)

    return screen


def test_what_is_turned_off_is_told_and_weighs_nothing(
    screened: Callable[..., tuple[Alert, ...]],
) -> None:
    """By whom, from when on and why; and the alert is the same alert."""
    before, after = screened(), screened(_switch("hs-mismatch"))
    assert [each.id for each in before] == [each.id for each in after]
    was, now = before[0], after[0]
    (reason,) = [each for each in now.reasons if each.rule == "hs-mismatch"]
    assert reason.points == 0
    assert english(reason.says).endswith(
        "(switched off by reyes from 2026-11-25: 3 % of {120} were right)"
    )
    assert now.score == was.score - 12
    assert now.rank == was.rank - 12 - 24  # each point of it counts twice in the order of work


def test_a_line_stays_an_alert(screened: Callable[..., tuple[Alert, ...]]) -> None:
    """At the least severity, with the reason that keeps it; also where two rules are turned off."""
    switches = [_switch(rule) for rule in ("control", "exact", "both", "vague", "hs-mismatch")]
    before, after = screened(), screened(*switches)
    assert [each.id for each in before] == [each.id for each in after]
    for was, now in zip(before, after, strict=True):
        assert (now.score, now.severity) == (LEAST, "low")
        assert sum(each.points for each in now.reasons) == LEAST
        (kept,) = [each for each in now.reasons if each.rule == KEPT]
        assert kept.says.parameters["score"] == was.score


def test_a_rule_turned_down_weighs_at_most_so_much(
    screened: Callable[..., tuple[Alert, ...]],
) -> None:
    """And what weighs less anyway is as it was."""
    now = screened(_switch("control", 20))
    found = {each.points for alert in now for each in alert.reasons if each.rule == "control"}
    assert found <= {10, 20}
    assert 20 in found


def test_law_that_weighs_less_takes_less_off_again() -> None:
    """What frees goods of a listing takes off what it adds, and not what other reasons add."""
    reasons = [_reason("control", 45), _reason("exact", 20), _reason("free", -45)]
    made = switched_reasons(reasons, _rules(_switch("control", 20)))
    assert [each.points for each in made] == [20, 20, -20]


def _reason(rule: str, points: int) -> Reason:
    return Reason(rule=rule, says=as_written(rule), points=points, source="s")


REASONS = st.lists(
    st.builds(
        _reason,
        st.sampled_from([*switchable(), RULE]).filter(lambda rule: rule != "free"),
        st.integers(-40, 70),
    ),
    max_size=8,
)
SWITCHES = st.dictionaries(st.sampled_from(switchable()), st.integers(0, 100)).map(
    lambda caps: [_switch(rule, points) for rule, points in caps.items()]
)


@given(REASONS, SWITCHES)
def test_no_switch_hides_or_adds(reasons: list[Reason], switches: list[Switch]) -> None:
    """Each reason stays; an alert stays one; no reason weighs more than it did."""
    ordered = sorted(reasons, key=lambda each: each.rule == RULE)
    made = switched_reasons(ordered, _rules(*switches))
    told = [each for each in made if "this line would be an alert" not in english(each.says)]
    assert [each.rule for each in told] == [each.rule for each in ordered]
    for was, now in zip(ordered, told, strict=True):
        assert abs(now.points) <= abs(was.points)
    was_alert = sum(each.points for each in ordered) >= LEAST
    if was_alert:
        assert sum(each.points for each in made) >= LEAST


@given(REASONS, SWITCHES)
def test_restricted_reasons_change_nothing_in_the_others(
    reasons: list[Reason], switches: list[Switch]
) -> None:
    """Without them the alert is what it would be without their entries."""
    rules = _rules(*switches)
    open_ = [each for each in reasons if each.rule != RULE]
    secret = [each for each in reasons if each.rule == RULE]
    made = switched_reasons([*open_, *secret], rules)
    assert [each for each in made if each.rule != RULE] == switched_reasons(open_, rules)


def test_what_is_added_later_is_turned_down_too() -> None:
    """Sums over lines and shell-company signs: their sentences say so, for any content."""
    rules = switched_rules(_rules(_switch("together"), _switch("sign", 2)))
    assert rules.check["together"].points == 0
    words = dict.fromkeys(("name", "count", "span", "sum", "limit", "regime"), "x")
    assert "switched off by reyes" in english(rules.check["together"].says("together", **words))
    assert "{120}" in english(rules.check["together"].says("together", **words))
    assert max(rules.sign.points.values()) == 2
    said = rules.sign.says("sign", role="r", name="n", sign="s")
    assert (said.code, said.parameters["points"]) == ("switched/down", 2)
    assert msgspec.structs.replace(rules, switches=()) != load_alert_rules()
