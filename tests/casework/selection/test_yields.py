"""Yields: results take precedence over a list, and the score is compared with random."""

from datetime import date
from typing import Literal

from tidewaiter.casework.selection.types import Arm
from tidewaiter.casework.selection.yields import Listed, outcome_of, yields_of
from tidewaiter.trade.rules.results import Finding, Observed, Result


def result(kind: Literal["inspection", "laboratory"], outcome: str) -> Result:
    """Make a result of alert a."""
    seen = Observed(
        kind=kind,
        outcome=outcome,
        day=date(2026, 3, 1),
        person="x",
        findings=(Finding(substance="acetone"),),
    )
    return Result(id=1, alert="a", observed=seen, replaces=None, by="x", at="2026-03-01")


def listed(key: str, arm: Arm = "random", outcome: str = "", alert: str = "") -> Listed:
    """Make a line of a list."""
    return Listed(key=key, arm=arm, outcome=outcome, alert=alert)


def test_a_result_counts_before_the_list() -> None:
    """Something that was found is a hit, whatever else is said."""
    line = listed("k", outcome="as-declared", alert="a")
    assert outcome_of(line, {}) == "nothing"
    assert outcome_of(line, {"a": [result("inspection", "not-as-declared")]}) == "hit"
    assert outcome_of(line, {"a": [result("laboratory", "identified")]}) == "hit"
    assert outcome_of(listed("k", alert="a"), {"a": [result("laboratory", "inconclusive")]}) == (
        "waiting"
    )
    assert outcome_of(listed("k", outcome="not-found"), {}) == "not-inspected"


def test_each_arm_has_its_rate() -> None:
    """Lines count once; uninspected ones are in no rate; the random arm is compared."""
    rows = [
        listed(f"r{i}", "random", "not-as-declared" if i < 2 else "as-declared") for i in range(100)
    ]
    rows += [
        listed(f"s{i}", "score", "not-as-declared" if i < 60 else "as-declared") for i in range(100)
    ]
    rows += [listed("s0", "score", "as-declared"), listed("x", "score", "not-found")]
    rows += [listed("y", "explore"), listed("r0", "random")]
    found = yields_of(rows, {})
    by = {each.arm: each for each in found.arms}
    assert (by["random"].hits.count, by["random"].hits.of) == (2, 100)
    assert (by["score"].selected, by["score"].hits.of, by["score"].not_inspected) == (101, 100, 1)
    assert (by["explore"].waiting, by["explore"].hits.share) == (1, None)
    assert found.over_lot.tendency == "higher"
    assert found.over_lot.points is not None
    assert round(found.over_lot.points, 2) == 0.58
