"""What can be decided, and what stands after it."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.support.raising import raises

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.casework import decisions
from tidewaiter.casework.decisions import (
    NOTE,
    BulkRule,
    Decided,
    Status,
    Verdict,
    load_decision_rules,
    standing,
    status_of,
)

STEPS = st.lists(st.sampled_from([*get_args(Verdict), None]))


def _trail(verdicts: list[Verdict | None]) -> list[Decided]:
    return [
        Decided(id=at, alert="a", verdict=verdict, reason="", note="", by="x", at="")
        for at, verdict in enumerate(verdicts, 1)
    ]


def test_each_verdict_leads_to_a_status_of_its_own() -> None:
    """No two verdicts look alike in the queue, and none looks undecided."""
    rules = load_decision_rules()
    statuses = [rules.verdict[each].status for each in get_args(Verdict)]
    assert sorted([*statuses, "open", "suppressed"]) == sorted(get_args(Status))


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_reason_must_be_one_of_the_verdict(verdict: Verdict) -> None:
    """Another code is refused, and the hint names those that there are."""
    rules = load_decision_rules()
    known = rules.reasons_for(verdict)
    for code, rule in rules.reason.items():
        if code in known:
            rules.check(verdict, code, "because")
        else:
            with raises("casework/not-a-reason") as told:
                rules.check(verdict, code, "because")
            assert all(each in told.value.hint for each in known)
        if rule.note and code in known:
            with raises("casework/reason-needs-note"):
                rules.check(verdict, code, " \n")


def test_a_note_has_an_end() -> None:
    """A file pasted by mistake is refused."""
    load_decision_rules().check("hold", "inspect", "x" * NOTE)
    with raises("casework/note-too-long", count=4001):
        load_decision_rules().check("hold", "inspect", "x" * (NOTE + 1))


@given(STEPS)
def test_to_decide_and_to_take_back_leaves_all_as_it_was(verdicts: list[Verdict | None]) -> None:
    """Whatever preceded it."""
    before = standing(_trail(verdicts))
    assert standing(_trail([*verdicts, "hold", None])) == before
    assert standing(_trail([*verdicts, "hold", "dismiss", None, None])) == before


@given(STEPS)
def test_the_last_decision_stands(verdicts: list[Verdict | None]) -> None:
    """It covers those before it."""
    found = standing(_trail([*verdicts, "refer"]))
    assert found is not None
    assert found.verdict == "refer"
    assert status_of(found) == "referred"


def test_nothing_decided_is_open() -> None:
    """So is what was taken back."""
    assert status_of(standing([])) == "open"
    assert status_of(standing(_trail([None, "hold", None, None]))) == "open"


@pytest.mark.parametrize(
    ("verdict", "severity", "listed", "second"),
    [
        ("dismiss", "critical", False, True),
        ("dismiss", "low", False, False),
        ("dismiss", "low", True, True),
        ("hold", "critical", True, False),
    ],
)
def test_what_waits_for_a_second_officer(
    verdict: Verdict,
    severity: str,
    listed: bool,  # noqa: FBT001
    second: bool,  # noqa: FBT001
) -> None:
    """A dismissal of a critical alert, or of one based on a list."""
    bulk = BulkRule(verdicts=("dismiss",), severities=("critical",), listed=True)
    assert bulk.needs_second(verdict, severity, listed=listed) == second
    without = BulkRule(verdicts=("dismiss",), severities=("critical",), listed=False)
    assert without.needs_second(verdict, severity, listed=True) == (second and severity != "low")


def test_many_decisions_at_once_need_a_note() -> None:
    """And all that one decision needs."""
    rules = load_decision_rules()
    rules.check_bulk("hold", "inspect", "the same firm")
    for verdict, reason, note in (
        ("hold", "inspect", " \n"),
        ("hold", "no such reason", "the same firm"),
        ("hold", "inspect", "x" * (NOTE + 1)),
    ):
        with pytest.raises(InputError):
            rules.check_bulk(verdict, reason, note)  # type: ignore[arg-type]


@pytest.mark.parametrize(("lost", "named"), [("verdicts", "confirm"), ("reasons", "dismiss")])
def test_each_verdict_needs_a_row_and_a_reason(
    lost: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that lacks one is refused, and the first that is missing is named."""
    rules = load_decision_rules()
    rows = dict(rules.verdict)
    reasons = dict(rules.reason)
    if lost == "verdicts":
        del rows["confirm"], rows["refer"]
    else:
        reasons = {
            code: rule
            for code, rule in reasons.items()
            if not {"dismiss", "refer"}.intersection(rule.verdicts)
        }
    changed = structs.replace(rules, verdict=rows, reason=reasons)
    monkeypatch.setattr(decisions, "read_toml", lambda *_: changed)
    load_decision_rules.cache_clear()
    with raises("casework/verdict-without-row-or-reason", RegistryError, name=named):
        load_decision_rules()
    monkeypatch.undo()
    load_decision_rules.cache_clear()
