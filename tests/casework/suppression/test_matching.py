"""Alerts in a scope: nothing beyond the pattern, and never restricted ones."""

from collections.abc import Callable

import pytest
from msgspec import structs

from tidewaiter.casework.suppression.rules import fit, hides, strong
from tidewaiter.casework.suppression.scope import (
    Found,
    Given,
    Held,
    Matched,
    Scope,
    Subject,
    Trader,
    check_scope,
    words_of,
)

Make = Callable[..., Subject]
TEA = check_scope(
    Scope(
        substances=("safrole",),
        ways=("fuzzy",),
        rules=("control", "fuzzy-3"),
        phrase="sassafras tea",
        heading="1211",
        shipper=Trader(name="EXAMPLE HERBS, LTD", id="77"),
        consignee=Trader(name="Specimen Tea GmbH"),
    )
)
CAS = Found(substance="safrole", field="cas", start=0, end=7, text="94-59-7", how="cas")
OTHER = Found(substance="piperonal", field="goods", start=0, end=5, text="x", how="fuzzy")


def test_a_scope_says_why_it_is_about_an_alert(subject: Make) -> None:
    """Each condition names what agrees."""
    found = fit(TEA, subject())
    assert found is not None
    assert found.strong == ()
    assert found.why == (
        "substances: safrole",
        "ways: fuzzy",
        "rules: control, fuzzy-3",
        "HS 12119086",
        "consignor Example Herbs Ltd",
        "consignee Specimen Tea GmbH",
        "“sassafras tea”",
    )


@pytest.mark.parametrize(
    "change",
    [
        {"goods": "Sassafras oil in drums"},
        {"goods": "Sassafras, and one two three four tea"},
        {"goods": "Ѕassafras tea blend"},  # begins with a Cyrillic letter
        {"substances": ("safrole", "piperonal")},
        {"reasons": (Given(rule="control", points=45), Given(rule="hs-mismatch", points=12))},
        {"severity": "high"},
        {"restricted": True},
    ],
)
def test_what_is_more_than_the_pattern_is_not_meant(
    subject: Make, change: dict[str, object]
) -> None:
    """Other words, another substance, reason or severity: the alert stays."""
    assert fit(TEA, subject(**change)) is None


def test_another_find_beside_the_pattern_is_not_meant(subject: Make) -> None:
    """A CAS number in the line, or a second find away from the phrase, keeps the alert."""
    tea = subject()
    assert fit(TEA, structs.replace(tea, mentions=(*tea.mentions, CAS))) is None
    far = structs.replace(tea.mentions[0], start=24, end=28, text="bags")
    words = Scope(substances=("safrole",), phrase="sassafras tea")
    goods = "Sassafras tea and then in one more box bags"
    away = structs.replace(tea, line=structs.replace(tea.line, goods=goods))
    assert fit(words, away) is not None
    far = structs.replace(far, start=len(goods) - 4, end=len(goods))
    assert fit(words, structs.replace(away, mentions=(*tea.mentions, far))) is None


def test_points_against_an_alert_are_no_reason_for_it(subject: Make) -> None:
    """What takes points off may be there or not."""
    less = subject(reasons=(*subject().reasons, Given(rule="downgraded", points=-40)))
    assert fit(TEA, less) is not None


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"parties": (Matched(list="own"),)}, "A listed party"),
        ({"severity": "critical"}, "Critical"),
        ({"reasons": (Given(rule="hidden", points=15),)}, "A name that was hidden"),
        ({"severity": "medium", "mentions": (CAS,)}, "A CAS number or a structure"),
        (
            {"severity": "high", "mentions": (structs.replace(CAS, how="exact"),)},
            "A listed substance",
        ),
    ],
)
def test_a_strong_alert_is_hidden_by_a_rule_for_strong_ones_only(
    subject: Make, change: dict[str, object], title: str
) -> None:
    """The reason for the strength is given."""
    alert = subject(**change)
    scope = Scope(substances=("safrole",), heading="1211", most="critical")
    assert strong(alert)[0].startswith(title)
    assert not hides(scope, alert, strong_too=False)
    assert hides(scope, alert, strong_too=True)


def test_what_is_not_listed_or_spoken_against_is_not_strong(subject: Make) -> None:
    """A name that the words around deny, or that no law lists."""
    exact = structs.replace(CAS, how="exact")
    assert strong(subject(severity="high", mentions=(exact,), law=(Held(substance="x"),))) == ()
    denied = structs.replace(exact, downgraded=("it says without",))
    assert strong(subject(severity="high", mentions=(denied,))) == ()


def test_a_scope_about_a_description_alone(subject: Make) -> None:
    """Where nothing is named, the phrase stands anywhere in the description."""
    vague = subject(
        goods="Samples of tea, no value",
        substances=(),
        mentions=(),
        reasons=(Given(rule="vague", points=25),),
    )
    assert fit(Scope(rules=("vague",), phrase="no value"), vague) is not None
    assert fit(Scope(rules=("vague",), phrase="no tea"), vague) is None


def test_words() -> None:
    """Accents, case and signs between make no other word; a Chinese sign is one."""
    assert words_of("Anhídrido-ACÉTICO, 2 kg") == ("anhidrido", "acetico", "2", "kg")
    assert words_of("黄樟素99%") == ("黄", "樟", "素", "99")
    assert words_of("ace\u00adtone") == ("acetone",)  # an invisible hyphen
