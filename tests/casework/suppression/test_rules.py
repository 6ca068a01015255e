"""The life of a suppression rule: what may be proposed, who approves it, and what is strong."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import structs

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.casework.suppression.rules import (
    Proposal,
    State,
    Suppression,
    check_approval,
    check_proposal,
    check_state,
    check_why,
    fit,
    hides,
    strong,
)
from tidewaiter.casework.suppression.scope import Found, Held, Matched, Scope, Subject, check_scope
from tidewaiter.casework.suppression.settings import load_suppression_settings

Make = Callable[..., Subject]
DAY = date(2026, 3, 2)
LAST = DAY + timedelta(days=load_suppression_settings().rule.days)
SCOPE = Scope(
    substances=("safrole",), ways=("fuzzy",), rules=("control", "fuzzy-3"), phrase="sassafras"
)
PROPOSAL = Proposal(
    scope=SCOPE, reason="other-goods", words=" a tea ", owner=" reyes ", expires=LAST, strong=True
)


def _rule(state: State = "proposed", **changes: Any) -> Suppression:
    proposal = structs.replace(PROPOSAL, **changes)
    return Suppression(number=1, proposal=proposal, state=state, since=None, last=1)


def test_a_proposal_is_kept_in_one_spelling() -> None:
    """Without spaces around its words, and with nothing else changed."""
    kept = check_proposal(PROPOSAL, DAY)
    assert kept == structs.replace(PROPOSAL, scope=check_scope(SCOPE), words="a tea", owner="reyes")


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, False),
        ({"expires": DAY + timedelta(days=1)}, False),
        ({"expires": DAY}, True),
        ({"expires": LAST + timedelta(days=1)}, True),
        ({"owner": "  "}, True),
        ({"reason": "no such reason"}, True),
        ({"scope": Scope()}, True),
    ],
)
def test_what_cannot_be_proposed(changes: dict[str, Any], refused: bool) -> None:  # noqa: FBT001
    """A rule has a scope, a reason, an owner, and an end from tomorrow to the last day."""
    proposal = structs.replace(PROPOSAL, **changes)
    if refused:
        with pytest.raises(InputError):
            check_proposal(proposal, DAY)
    else:
        assert check_proposal(proposal, DAY).expires == proposal.expires


@pytest.mark.parametrize(
    ("rule", "approver", "error"),
    [
        (_rule(), "ben", None),
        (_rule(), "anna", InputError),
        (_rule(strong=False), "anna", None),
        (_rule(expires=DAY), "ben", InputError),
        (_rule(expires=DAY + timedelta(days=1)), "ben", None),
        (_rule("active"), "ben", ConflictError),
        (_rule("ended"), "ben", ConflictError),
    ],
)
def test_who_approves(rule: Suppression, approver: str, error: type[Exception] | None) -> None:
    """A different person, for strong alerts, before the rule ends."""
    if error is None:
        check_approval(rule, proposer="anna", approver=approver, day=DAY)
    else:
        with pytest.raises(error):
            check_approval(rule, proposer="anna", approver=approver, day=DAY)


@pytest.mark.parametrize("state", ["proposed", "active", "refused", "ended", "expired"])
def test_only_an_active_rule_hides_strong_alerts(state: State) -> None:
    """And only if it says so."""
    assert _rule(state).strong_too == (state == "active")
    assert not _rule(state, strong=False).strong_too
    check_state(_rule(state), state)
    with pytest.raises(ConflictError):
        check_state(_rule(state), "refused" if state != "refused" else "active")


def test_an_end_says_why() -> None:
    """In words, and not in a book."""
    assert check_why(" it ended ") == "it ended"
    for words in ("", " \n", "x" * 100_000):
        with pytest.raises(InputError):
            check_why(words)


@pytest.mark.parametrize("most", ["low", "medium", "high"])
def test_a_scope_ends_at_its_severity(most: str, subject: Make) -> None:
    """An alert of that severity is in it, a graver one is not; a restricted one never is."""
    order = ["low", "medium", "high", "critical"]
    scope = structs.replace(check_scope(SCOPE), most=most)
    for severity in order:
        found = fit(scope, subject(severity=severity))
        assert (found is not None) == (order.index(severity) <= order.index(most))
    assert fit(scope, subject(restricted=True)) is None


def test_a_strong_alert_rests_only_where_it_is_named(subject: Make) -> None:
    """One that is found by its number is strong; one that is opposed, or of no list, is not."""
    scope = structs.replace(check_scope(SCOPE), ways=("fuzzy", "exact"), most="critical")
    weak = subject(severity="high")
    (mention,) = weak.mentions
    sure = subject(severity="high", mentions=(structs.replace(mention, how="exact"),))
    assert hides(scope, weak, strong_too=False)
    assert strong(weak) == ()
    assert strong(sure)
    assert not hides(scope, sure, strong_too=False)
    assert hides(scope, sure, strong_too=True)


@pytest.mark.parametrize("row", load_suppression_settings().strong, ids=lambda row: row.title)
def test_each_row_of_strong_alerts_is_met(row: Any, subject: Make) -> None:
    """By an alert with all that it asks for; without any one of these it is not met."""
    listed = (Matched(list="watch"),) if row.parties else ()
    facts: dict[str, Any] = {"parties": listed, "mentions": (), "reasons": (), "law": ()}
    if row.severities is not None:
        facts["severity"] = row.severities[0]
    if row.rules is not None:
        facts["reasons"] = (structs.replace(subject().reasons[0], rule=row.rules[-1]),)
    if row.ways is not None:
        found = Found(substance="safrole", field="cas", start=0, end=1, text="x", how=row.ways[-1])
        facts |= {"mentions": (found,), "law": (Held(substance="safrole"),)}
    assert any(each.startswith(f"{row.title}:") for each in strong(subject(**facts)))
    lost: dict[str, Any] = {}
    if row.ways is not None:
        (found,) = facts["mentions"]
        lost["way"] = {"mentions": (structs.replace(found, how="?"),)}
        lost["opposed"] = {
            "mentions": (structs.replace(found, downgraded=("the words mean a tree",)),)
        }
        if row.listed:
            lost["law"] = {"law": (Held(substance="other"),)}
    if row.rules is not None:
        lost["rule"] = {"reasons": ()}
    if row.parties:
        lost["party"] = {"parties": ()}
    if row.severities is not None:
        lost["severity"] = {"severity": "low"}
    assert lost
    for change in lost.values():
        found_now = strong(subject(**(facts | change)))
        assert not any(each.startswith(f"{row.title}:") for each in found_now)


def test_a_heading_is_that_of_the_code(subject: Make) -> None:
    """Another chapter is not in the scope, nor are goods without a code."""
    scope = check_scope(Scope(substances=("safrole",), heading="1211"))
    weak = subject()
    assert fit(scope, weak) is not None
    for hs in ("29329400", "121", None):
        line = structs.replace(weak.line, hs=hs)
        assert fit(scope, structs.replace(weak, line=line)) is None


def test_reasons_that_add_nothing_do_not_matter(subject: Make) -> None:
    """Reasons with zero or negative points are ignored; if none adds points, none is named."""
    scope = check_scope(Scope(substances=("safrole",), ways=("fuzzy",), rules=("control",)))
    weak = subject()
    control = structs.replace(weak.reasons[0], rule="control", points=1)
    for points, fits in ((1, False), (0, True), (-5, True)):
        other = structs.replace(control, rule="vague", points=points)
        found = fit(scope, structs.replace(weak, reasons=(control, other)))
        assert (found is not None) == fits
    assert fit(scope, structs.replace(weak, reasons=())) is None
