"""What results say of what an alert claims."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.trade.rules.claim_outcomes import (
    SILENT,
    Claim,
    Named,
    Saying,
    all_say,
    says,
)
from tidewaiter.trade.rules.results import Finding, Observed

OF = (Named(substance="acetone", cas="67-64-1"),)
THERE = Claim(rule="exact", about="substance", of=OF)
ABSENT = Claim(rule="downgraded", about="absence", of=OF)
PAPERS = Claim(rule="hs-mismatch", about="papers")
PARTY = Claim(rule="party", about="party")


def _lab(*findings: Finding, firm: bool = True) -> Observed:
    return Observed(
        kind="laboratory",
        outcome="identified",
        day=date(2026, 3, 2),
        person="x",
        methods=("gc-ms",),
        strength="confirmatory" if firm else "presumptive",
        findings=findings,
    )


def _look(outcome: str, *checks: str) -> Observed:
    return Observed(
        kind="inspection",
        outcome=outcome,
        day=date(2026, 3, 2),
        person="x",
        checks=checks,  # type: ignore[arg-type]
    )


FOUND = Finding(substance="acetone")
ABSENCE = Finding(substance="acetone", found=False)
OTHER = Finding(substance="toluene")


@pytest.mark.parametrize(
    ("result", "claim", "said"),
    [
        (_lab(FOUND), THERE, Saying(said="confirmed", firm=True)),
        (_lab(FOUND, firm=False), THERE, Saying(said="confirmed", firm=False)),
        (_lab(ABSENCE), THERE, Saying(said="refuted", firm=True)),
        (_lab(FOUND), ABSENT, Saying(said="refuted", firm=True)),
        (_lab(ABSENCE), ABSENT, Saying(said="confirmed", firm=True)),
        (_lab(OTHER), THERE, SILENT),  # it is not said that nothing else is in it
        (_lab(), THERE, SILENT),
        (
            _lab(Finding(name="Propanone", cas="67-64-1")),
            THERE,
            Saying(said="confirmed", firm=True),
        ),
        (_lab(FOUND), PARTY, SILENT),
        (_lab(FOUND), PAPERS, SILENT),
        (_look("not-as-declared", "opened"), PAPERS, Saying(said="confirmed", firm=True)),
        (_look("not-as-declared", "documents"), PAPERS, Saying(said="confirmed", firm=False)),
        (_look("as-declared", "opened"), PAPERS, Saying(said="refuted", firm=True)),
        (_look("as-declared", "documents"), PAPERS, SILENT),  # papers do not prove papers
        (_look("not-found"), PAPERS, SILENT),
        (_look("as-declared", "opened"), THERE, SILENT),
    ],
)
def test_what_one_result_says(result: Observed, claim: Claim, said: Saying) -> None:
    """It is derived from what was found, and how."""
    assert says(result, claim) == said


def test_a_proof_counts_before_a_test_in_the_field() -> None:
    """Whatever the order."""
    quick, proof = _lab(FOUND, firm=False), _lab(ABSENCE)
    for results in ([quick, proof], [proof, quick]):
        assert all_say(results, THERE) == Saying(said="refuted", firm=True)


def test_proofs_that_contradict_each_other_say_nothing() -> None:
    """Until one of them is superseded or withdrawn; and it is shown that they do."""
    assert all_say([_lab(FOUND), _lab(ABSENCE)], THERE) == Saying(said="nothing", disputed=True)


@given(
    st.lists(st.sampled_from([_lab(FOUND), _lab(ABSENCE), _lab(FOUND, firm=False), _lab(OTHER)]))
)
def test_absence_is_the_contrary_of_presence(results: list[Observed]) -> None:
    """What confirms that a substance is there refutes that it is not."""
    there, absent = all_say(results, THERE), all_say(results, ABSENT)
    assert {there.said, absent.said} in ({"nothing"}, {"confirmed", "refuted"})
    assert (there.firm, there.disputed) == (absent.firm, absent.disputed)
