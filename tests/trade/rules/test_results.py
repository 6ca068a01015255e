"""What inspections and laboratories can report, and which of it counts."""

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.store.alerts.notes import NoteRule
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.rules.results import (
    About,
    Finding,
    Observed,
    Result,
    Withdrawal,
    check_observed,
    check_withdrawal,
    is_confirmatory,
    load_result_rules,
    measured,
    standing_results,
)

DAY = date(2026, 3, 2)
ACETONE = Finding(substance="acetone", percent="99.5")
GONE = Withdrawal(reason="entered", note="", by="x", at="")


def _inspection(**change: object) -> Observed:
    facts: dict[str, object] = {
        "kind": "inspection",
        "outcome": "as-declared",
        "day": DAY,
        "person": "Team 4",
        "checks": ("opened",),
    }
    return Observed(**(facts | change))  # type: ignore[arg-type]


def _analysis(**change: object) -> Observed:
    facts: dict[str, object] = {
        "kind": "laboratory",
        "outcome": "identified",
        "day": DAY,
        "person": "State laboratory",
        "methods": ("gc-ms",),
        "strength": "confirmatory",
        "findings": (ACETONE,),
    }
    return Observed(**(facts | change))  # type: ignore[arg-type]


def test_every_rule_of_alerts_has_its_claim() -> None:
    """Every rule has a claim for results, and no claim names an unknown rule."""
    rules = load_alert_rules()
    there = {"control", "party", "linked", "restricted", "sign", "kept", *get_args(NoteRule)}
    there |= {*rules.evidence, *rules.check, *rules.past.rules}
    named = [rule for rules in load_result_rules().about.values() for rule in rules]
    assert sorted(named) == sorted(there)


def test_each_reason_of_a_decision_that_is_named_is_one() -> None:
    """The reasons of a decision that settle a claim exist."""
    from tidewaiter.casework.decisions import load_decision_rules  # noqa: PLC0415

    assert set(load_result_rules().decided) <= set(load_decision_rules().reason)
    assert load_result_rules().speaks_of("wrong-data") == get_args(About)


@pytest.mark.parametrize(
    "good",
    [
        _inspection(),
        _inspection(outcome="not-as-declared", findings=(ACETONE,)),
        _inspection(outcome="not-found", checks=("documents",)),
        _inspection(outcome="could-not-inspect", checks=(), note="Gate closed"),
        _analysis(),
        _analysis(methods=("colour-test",), strength="presumptive"),
        _analysis(outcome="not-detected", findings=(Finding(substance="acetone", found=False),)),
        _analysis(outcome="inconclusive", findings=()),
        _analysis(findings=(Finding(name="A new one", cas="50-00-0"),)),
    ],
)
def test_a_report_that_fits_is_taken(good: Observed) -> None:
    """Each outcome can be reported."""
    check_observed(good)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (_inspection(outcome="identified"), "trade/outcome-impossible"),
        (_inspection(person=" "), "trade/person-missing"),
        (_inspection(checks=()), "trade/nothing-checked"),
        (_inspection(strength="presumptive"), "trade/inspection-with-methods"),
        (
            _inspection(outcome="not-found", findings=(ACETONE,)),
            "trade/findings-without-inspection",
        ),
        (_inspection(outcome="could-not-inspect", checks=()), "trade/note-missing"),
        (_analysis(checks=("opened",)), "trade/laboratory-with-checks"),
        (_analysis(methods=()), "trade/no-method-named"),
        (_analysis(methods=("smell",)), "trade/not-a-known-method"),
        (_analysis(methods=("other",), strength="presumptive"), "trade/note-missing"),
        (_analysis(strength=None), "trade/strength-missing"),
        (_analysis(methods=("infrared",)), "trade/methods-prove-nothing"),
        (
            _analysis(methods=("colour-test", "immunoassay", "melting-point")),
            "trade/methods-prove-nothing",
        ),
        (_analysis(findings=()), "trade/outcome-contradicts-findings"),
        (_analysis(outcome="not-detected"), "trade/outcome-contradicts-findings"),
        (_analysis(outcome="inconclusive"), "trade/outcome-contradicts-findings"),
        (_analysis(findings=(ACETONE, ACETONE)), "trade/substance-named-twice"),
        (_analysis(findings=(Finding(),)), "trade/substance-without-name"),
        (
            _analysis(findings=(Finding(substance="acetone", percent="130"),)),
            "base/not-a-percentage",
        ),
        (
            _analysis(findings=(ACETONE, Finding(name="x", found=False, percent="1"))),
            "trade/not-detected-with-content",
        ),
        (_analysis(note="x" * 4_001), "trade/note-too-long"),
        (_analysis(reference="x" * 201), "trade/text-too-long"),
    ],
)
def test_a_report_that_contradicts_itself_is_refused(bad: Observed, said: str) -> None:
    """The message says what does not fit."""
    with raises(said):
        check_observed(bad)


def test_what_proves_a_substance() -> None:
    """An A and another, or three with two B: as the recommendations have it."""
    assert is_confirmatory([("A", "B")])
    assert is_confirmatory([("A",), ("C",)])
    assert is_confirmatory([("B",), ("B",), ("C",)])
    assert not is_confirmatory([("A",)])
    assert not is_confirmatory([("B",), ("B",)])
    assert not is_confirmatory([("B",), ("C",), ("C",)])


def test_an_amount_is_read_from_what_is_written() -> None:
    """Whole milligrams or microlitres; nothing is nothing, and a count is refused."""
    assert measured(_inspection(quantity="25 kg")).mass_mg == 25_000_000
    assert measured(_inspection(quantity="2,5 l")).volume_ul == 2_500_000
    empty = measured(_inspection(quantity=" ", mass_mg=7))
    assert (empty.mass_mg, empty.volume_ul) == (None, None)
    with raises("base/not-a-number-with-a-unit", kind="mass"):
        measured(_inspection(quantity="20 drums"))


def test_a_withdrawal_has_its_reason() -> None:
    """Codes of the file; words where the code alone says nothing."""
    check_withdrawal("mixed-up", "")
    for reason, note, code in (
        ("no", "", "trade/not-a-reason-to-withdraw"),
        ("other", " ", "trade/reason-needs-note"),
    ):
        with raises(code):
            check_withdrawal(reason, note)


def _result(number: int, replaces: int | None = None, *, gone: bool = False) -> Result:
    return Result(
        id=number,
        alert="a",
        observed=_inspection(),
        replaces=replaces,
        by="x",
        at="",
        withdrawn=GONE if gone else None,
    )


def test_what_is_superseded_or_withdrawn_does_not_count() -> None:
    """A chain of corrections counts once, and a withdrawn correction uncovers what it corrected."""
    chain = [_result(1), _result(2, 1), _result(3, 2)]
    assert [each.id for each in standing_results(chain)] == [3]
    assert [each.id for each in standing_results([*chain[:2], _result(3, 2, gone=True)])] == [2]
    assert [each.id for each in standing_results([_result(1), _result(2)])] == [1, 2]
    assert standing_results([_result(1, gone=True)]) == []


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_of_a_chain_of_corrections_one_counts(gone: list[bool]) -> None:
    """Only the last can be withdrawn, one after the other; the newest that is not counts."""
    kept = len(gone) - sum(gone)
    chain = [_result(n, n - 1 or None, gone=n > kept) for n in range(1, len(gone) + 1)]
    assert [each.id for each in standing_results(chain)] == ([kept] if kept else [])
