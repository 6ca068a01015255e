"""Commitments: nothing is met without evidence, and what is missed was measured."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.coalition.samples import MONDAY, days
from tests.support.notices import changed

from tidewaiter.exchange.coalition.commitments import (
    Commitment,
    Evidence,
    Indicator,
    Name,
    Report,
    Standing,
    Withdrawal,
    problems_of,
    reaches,
    standing_of,
)

DUE = days(90)
PROMISE = Commitment(
    id="c-1",
    owner="a",
    who="Precursor office",
    what="Answer nine notices in ten in time",
    indicator=Indicator(name="Replied on time", unit="ppm of notices"),
    baseline=600_000,
    baseline_day=days(-10),
    direction="at least",
    target=900_000,
    made=MONDAY,
    due=DUE,
)
HASH = Evidence(title="Register", sha256="ab" * 32)
LINK = Evidence(title="Annual report", link="https://example.org/report")
GONE = Withdrawal(id="w", commitment="c-1", owner="a", day=days(40), reason="No budget")


def _report(value: int, of: int, *evidence: Evidence, **changes: Any) -> Report:
    made = Report(
        id=f"r-{of}-{value}",
        commitment="c-1",
        owner="a",
        by="a",
        day=days(of + 2),
        of=days(of),
        value=value,
        evidence=evidence,
    )
    report: Report = changed(made, **changes)
    return report


def _standing(*reports: Report, day: date = DUE, gone: tuple[Withdrawal, ...] = ()) -> Standing:
    return standing_of(PROMISE, reports, gone, day)


def test_a_number_with_evidence_decides() -> None:
    """Met where it reaches the target; before the last day it is else open, then missed."""
    for proof in (HASH, LINK):
        assert _standing(_report(900_000, 30, proof)).name == "met"
    low = _report(899_999, 30, HASH)
    assert _standing(low).name == "open"
    assert _standing(low, day=days(91)).name == "missed"


@pytest.mark.parametrize(
    "proof",
    [
        (),
        (Evidence(title="Trust us"),),
        (Evidence(title="File", sha256="AB" * 32),),
        (Evidence(title="Page", link="javascript:alert(1)"),),
    ],
)
def test_a_word_alone_meets_nothing(proof: tuple[Evidence, ...]) -> None:
    """That it was reached, or never told, is not known: neither met nor missed."""
    told = _standing(_report(950_000, 30, *proof))
    assert (told.name, told.rests_on) == ("no evidence", None)
    assert told.unused[0].why == "it has no evidence to look at"
    assert _standing(_report(950_000, 30, *proof), day=days(200)).name == "no evidence"
    assert _standing(day=days(200)).name == "no evidence"
    assert _standing().name == "open"


def test_a_later_claim_does_not_hide_that_it_lacks_evidence() -> None:
    """After a low number with evidence, a high one without is reported as such."""
    low, claim = _report(700_000, 30, HASH), _report(950_000, 60)
    assert _standing(low, claim).name == "no evidence"
    assert _standing(low, _report(950_000, 20)).name == "open"


def test_what_was_met_can_be_lost() -> None:
    """The number for the latest day counts; of two for one day, the last one reported."""
    early, late = _report(950_000, 30, HASH), _report(800_000, 60, HASH)
    assert _standing(early).name == "met"
    assert _standing(early, late).name == "open"
    mended = _report(920_000, 60, HASH, day=days(80))
    assert _standing(early, late, mended).name == "met"
    assert _standing(early, late, mended, day=days(79)).name == "open"


@pytest.mark.parametrize(
    "changes",
    [
        {"by": "b"},
        {"of": days(33)},
        {"of": days(-1)},
        {"of": days(91), "day": days(92)},
        {"commitment": "c-2"},
        {"owner": "b"},
    ],
)
def test_other_reports_decide_nothing(changes: dict[str, Any]) -> None:
    """By others, of other promises, of days that had not come, or outside of the promise."""
    told = _standing(changed(_report(950_000, 30, HASH), **changes), day=days(100))
    assert (told.name, told.rests_on) == ("no evidence", None)


def test_a_withdrawal_counts_until_the_last_day() -> None:
    """After it, what was missed stays missed; and only the owner takes it back."""
    low = _report(700_000, 30, HASH)
    assert _standing(low, gone=(GONE,)).name == "withdrawn"
    assert _standing(low, day=days(39), gone=(GONE,)).name == "open"
    late = changed(GONE, day=days(91))
    assert _standing(low, day=days(100), gone=(late,)).name == "missed"
    assert _standing(low, gone=(changed(GONE, owner="b"),)).name == "open"


reports = st.lists(
    st.builds(
        lambda value, of, proof, by: _report(value, of, *proof, by=by),
        st.sampled_from([100_000, 899_999, 900_000, 1_000_000]),
        st.integers(-5, 100),
        st.sampled_from([(), (HASH,), (Evidence(title="Trust us"),)]),
        st.sampled_from("ab"),
    ),
    max_size=6,
    unique_by=lambda each: each.id,
)


@given(reports, st.integers(0, 150), st.randoms())
def test_met_always_rests_on_evidence(told: list[Report], day: int, chance: Any) -> None:
    """And on a number that reaches the target; the order of arrival changes nothing."""
    found = standing_of(PROMISE, told, (), days(day))
    shuffled = list(told)
    chance.shuffle(shuffled)
    assert standing_of(PROMISE, shuffled, (), days(day)) == found
    names: tuple[Name, ...] = ("met", "missed")
    if found.name in names:
        assert found.rests_on is not None
        assert any(each.can_be_checked for each in found.rests_on.evidence)
        assert reaches(PROMISE, found.rests_on.value) == (found.name == "met")
    if found.name == "open":
        assert day <= 90


def test_at_most_is_the_other_way() -> None:
    """Fewer are better there."""
    fewer = changed(PROMISE, direction="at most", target=10)
    assert reaches(fewer, 10)
    assert not reaches(fewer, 11)


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"due": days(-1)}, "due"),
        ({"baseline_day": None}, "baseline"),
        ({"baseline": 950_000}, "target"),
        ({"target": 2**60}, "target"),
        ({"what": " "}, "what"),
    ],
)
def test_a_promise_that_means_nothing_has_problems(changes: dict[str, Any], at: str) -> None:
    """Each problem is reported with its place before sending."""
    assert problems_of(PROMISE) == []
    assert [each.at for each in problems_of(changed(PROMISE, **changes))] == [at]
