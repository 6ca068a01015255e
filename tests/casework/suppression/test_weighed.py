"""Evidence for an offer: most decisions were dismissals, without exceptions."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from msgspec import structs

from tidewaiter.casework.suppression.proposals import (
    Decided,
    Offer,
    Past,
    least_share,
    offer_in_words,
    offers,
)
from tidewaiter.casework.suppression.scope import Found, Scope, Subject, check_scope

Make = Callable[..., Any]
TEA = check_scope(Scope(substances=("safrole",), phrase="sassafras tea"))


@pytest.fixture
def teas(subject: Make, past: Make) -> Make:
    """Decide of as many alerts of one tea."""

    def make(count: int, status: str = "dismissed", **change: Any) -> list[Past]:
        name = change.pop("name", status)
        alert = change.pop("alert", {})
        return [past(subject(f"{name}{at:02}", **alert), status, **change) for at in range(count)]

    return make


def _one(past: Sequence[Past]) -> Offer:
    (offer,) = offers(past)
    return offer


def test_five_decisions_are_the_least(teas: Make) -> None:
    """Four teach nothing, however many alerts they are on."""
    assert offers(teas(4)) == []
    assert _one(teas(5)).dismissed == 5


def test_alerts_that_were_decided_in_one_act_are_one_decision(teas: Make) -> None:
    """So one click on a page of alerts cannot create a rule."""
    assert offers(teas(30, batch=1)) == []
    acts = [each for act in range(5) for each in teas(3, name=f"act{act}-", batch=act)]
    found = _one(acts)
    assert (found.dismissed, found.decisions, found.decided) == (15, 5, 15)
    assert offers([each for each in acts if each.batch != 4]) == []
    alone = _one([*teas(4), *teas(6, name="act", batch=0)])
    assert (alone.dismissed, alone.decisions) == (10, 5)


@pytest.mark.parametrize(
    ("dismissed", "other", "offered"),
    [(16, 4, True), (15, 4, False), (8, 1, True), (8, 2, False), (5, 0, True), (5, 1, False)],
)
def test_most_decisions_were_dismissals(
    teas: Make, dismissed: int, other: int, *, offered: bool
) -> None:
    """Four in five, and at least one in two as far as so few can tell."""
    past = [*teas(dismissed), *teas(other, "released")]
    found = offers(past)
    assert bool(found) == offered
    for each in found:
        assert (each.dismissed, each.decided) == (dismissed, dismissed + other)
        assert each.sure == least_share(dismissed, dismissed + other)
        assert each.sure >= 0.5


def test_a_dismissal_for_another_reason_speaks_neither_for_nor_against(teas: Make) -> None:
    """It is one of those that were decided, and no more."""
    past = [*teas(8), *teas(1, name="again", reason="repeated")]
    assert (_one(past).dismissed, _one(past).decided) == (8, 9)
    past = [*teas(8), *teas(2, name="again", reason="repeated")]
    assert offers(past) == []


def test_a_restricted_alert_teaches_nothing_and_is_not_met(teas: Make) -> None:
    """A rule never hides one."""
    secret = teas(9, name="secret", alert={"restricted": True})
    assert offers(secret) == []
    assert _one([*teas(5), *secret]).decided == 5


def test_an_offer_tells_who_when_why_and_what_is_strong(teas: Make, subject: Make) -> None:
    """Its first and last day, how many officers, and the reason that was given most."""
    (mention,) = subject().mentions
    sure = {"severity": "high", "mentions": (structs.replace(mention, how="exact"),)}
    past = [
        *teas(2, name="a", by="okafor", day=date(2026, 2, 3), reason="other-goods"),
        *teas(3, name="b", by="reyes", day=date(2026, 3, 1), reason="other-party"),
        *teas(1, name="c", by="lund", day=date(2026, 1, 9), reason="other", alert=sure),
    ]
    found = _one(past)
    assert (found.officers, found.strong, found.reason) == (3, 1, "other-party")
    assert (found.first, found.last) == (date(2026, 1, 9), date(2026, 3, 1))
    assert (found.scope.most, found.scope.ways) == ("high", ("exact", "fuzzy"))
    assert found.alerts == ("a00", "a01", "b00", "b01", "b02", "c00")
    tie = _one([*teas(3, name="b", reason="other-party"), *teas(3, name="a")])
    assert tie.reason == "other-goods"


def test_what_a_rule_takes_in_teaches_nothing_more_and_warns_still(teas: Make) -> None:
    """A confirmed alert counts against a pattern though a rule would have hidden it."""
    rest = teas(6, name="oil", alert={"goods": "Sassafras oil"})
    assert _one([*teas(6), *rest]).dismissed == 12
    assert _one([*teas(6), *rest]).scope.phrase == "sassafras"
    assert _one_taken([*teas(6), *rest]).alerts == tuple(each.subject.id for each in rest)
    bad = teas(1, "confirmed", alert={"goods": "Sassafras oil and sassafras tea"})
    assert offers([*teas(6), *rest, *bad], taken=[TEA]) == []


def _one_taken(past: Sequence[Past]) -> Offer:
    (offer,) = offers(past, taken=[TEA])
    return offer


def test_of_patterns_that_explain_the_same_the_widest_is_offered(teas: Make) -> None:
    """Two that explain different alerts are both offered, the one of more alerts first."""
    oil = {"goods": "Camphor oil", "substances": ("camphor",), "law": ()}
    found = Found(substance="camphor", field="goods", start=0, end=7, text="Camphor", how="fuzzy")
    oils = teas(7, name="oil", alert=oil | {"mentions": (found,)})
    assert [each.dismissed for each in offers([*teas(5), *oils])] == [7, 5]
    assert [each.dismissed for each in offers([*oils, *teas(9)])] == [9, 7]


def test_a_pattern_that_another_explains_whole_is_not_offered(teas: Make) -> None:
    """What names two substances takes in what names one of them, though more share the one."""
    both = teas(5, name="both", alert={"substances": ("safrole", "piperonal")})
    found = _one([*teas(6), *both])
    assert (found.dismissed, found.scope.substances) == (11, ("piperonal", "safrole"))


def test_a_refused_scope_is_not_offered_and_a_narrower_one_is(teas: Make) -> None:
    """Teas of one shipper, where the tea of all was refused."""
    blend = teas(6, name="blend", alert={"goods": "Sassafras tea blend"})
    bags = teas(6, name="bags", alert={"goods": "Sassafras tea bags"})
    wide = _one([*blend, *bags]).scope
    assert wide.phrase == "sassafras tea"
    left = offers([*blend, *bags], refused=[wide])
    assert [each.scope.phrase for each in left] == ["sassafras tea bags", "sassafras tea blend"]
    assert {each.dismissed for each in left} == {6}


def test_decided_alerts_are_met_by_what_they_name(teas: Make) -> None:
    """All their substances are those of the scope; one of no substances is about any."""
    both = teas(1, name="both", alert={"substances": ("safrole", "piperonal")})
    none = teas(1, name="none", alert={"substances": ()})
    decided = Decided([*teas(1, name="one"), *both, *none])

    def met(scope: Scope) -> list[str]:
        return sorted(each.subject.id for each in decided.met_by(scope))

    assert met(Scope(substances=("safrole",), heading="1211")) == ["one00"]
    assert met(Scope(substances=("piperonal", "safrole"), heading="1211")) == ["both00", "one00"]
    assert met(Scope(heading="1211")) == ["both00", "none00", "one00"]
    assert met(Scope(heading="3302")) == []


@pytest.mark.parametrize(
    ("count", "total", "least"), [(0, 5, 0.0), (5, 5, 0.566), (1, 2, 0.095), (8, 10, 0.490)]
)
def test_the_lower_end_of_a_share_of_few(count: int, total: int, least: float) -> None:
    """Worked by hand; of n in n it is n / (n + 1.96²)."""
    assert least_share(count, total) == pytest.approx(least, abs=0.0005)


def test_an_offer_is_said_in_words(teas: Make) -> None:
    """One officer, one day, and decisions where they are fewer than alerts."""
    alone = offer_in_words(_one(teas(5)))
    assert "by 1 officer, on 2026-03-01; at least 57% of such alerts" in alone
    acts = [each for act in range(6) for each in teas(3, name=f"act{act}-", batch=act)]
    said = offer_in_words(structs.replace(_one(acts), last=date(2026, 3, 4), officers=2))
    assert "18 of 18 decided alerts like this were dismissed" in said
    assert "by 2 officers in 6 decisions, 2026-03-01 to 2026-03-04; at least 61%" in said


def test_an_act_is_a_batch_or_one_alert(teas: Make) -> None:
    """Two alerts of one batch are one act, by whatever ids they bear."""
    one, other = teas(2, batch=7)
    assert one.act == other.act
    alone = [each.act for each in teas(2)]
    assert len({*alone, one.act}) == 3


def test_twenty_offers_are_the_most(teas: Make, subject: Make) -> None:
    """Those that explain most."""

    def of(number: int) -> Subject:
        made: Subject = subject(
            substances=(f"s{number}",),
            mentions=(structs.replace(subject().mentions[0], substance=f"s{number}"),),
        )
        return made

    past: list[Past] = []
    for number in range(21):
        alert = of(number)
        fields = {"substances": alert.substances, "mentions": alert.mentions}
        past += teas(5 + (number > 0), name=f"{number:02}-", alert=fields)
    found = offers(past)
    assert len(found) == 20
    assert {each.dismissed for each in found} == {6}
