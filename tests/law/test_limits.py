"""Limits: one unit below and above, by content, by base and over a month."""

from datetime import date
from decimal import Decimal

import pytest

from tidewaiter.law.answers import Dealing, Found, Question
from tidewaiter.law.limits import base_share, check_limit
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import Limit

DAY = date(2026, 11, 25)
MONTHLY = Limit(mass_mg=1_000_000, period="calendar month", party="party", clause="c", source="s")


def test_a_salt_counts_by_its_base() -> None:
    """Ephedrine is 165.236 of the 201.694 g of a mole of its hydrochloride."""
    assert round(base_share("C10H16ClNO", "C10H15NO"), 4) == Decimal("0.8192")
    assert round(base_share("C20H32N2O6S", "C10H15NO"), 3) == Decimal("0.771")


@pytest.mark.parametrize(("earlier", "outcome"), [(399_999, "free"), (400_000, "held")])
def test_a_month_adds_up(earlier: int, outcome: str, registry: Registry) -> None:
    """Dealings of the month with the same party count, one milligram below and at the limit."""
    found = Found(name="Toluene", substance=registry.substance("toluene"))
    days = [date(2026, 11, 1), date(2026, 10, 31), date(2026, 11, 26)]
    history = tuple(
        Dealing(day=day, substance="toluene", mass_mg=earlier, party="a") for day in days
    )
    question = Question(day=DAY, mass_mg=600_000, party="a", history=history)
    assert check_limit(MONTHLY, question, found).outcome == outcome


def test_without_a_history_or_a_verified_limit_nothing_is_free(registry: Registry) -> None:
    """A sum that cannot be reckoned, and a limit that is remembered only, are open."""
    found = Found(name="Toluene", substance=registry.substance("toluene"))
    assert check_limit(MONTHLY, Question(day=DAY, mass_mg=1), found).outcome == "open"
    recalled = Limit(mass_mg=10, clause="c", source="s", mark="unverified")
    assert check_limit(recalled, Question(day=DAY, mass_mg=9), found).outcome == "open"
    assert check_limit(recalled, Question(day=DAY, mass_mg=10), found).outcome == "held"


def _outcomes(
    registry: Registry, regime: str, slug: str, question: Question
) -> list[tuple[str, str]]:
    """Check the loaded limits of a regime that name a substance, on a trade inside a country."""
    found = Found(name=slug, substance=registry.substance(slug))
    limits = [
        limit
        for limit in registry.book.limits(regime)
        if limit.on(question.day) and limit.names(slug) and limit.meets(("internal",))
    ]
    return [(check_limit(each, question, found).outcome, each.mark) for each in limits]


@pytest.mark.parametrize(
    ("slug", "most"),
    [
        ("anthranilic-acid", 1_000_000),
        ("phenylacetic-acid", 1_000_000),
        ("piperidine", 500_000),
        ("potassium-permanganate", 100_000_000),
        ("red-phosphorus", 100_000),
    ],
)
def test_annex_ii_of_the_union_frees_its_amounts_and_not_a_milligram_more(
    slug: str, most: int, registry: Registry
) -> None:
    """Category 2 is free inside the Union up to the threshold of a year, which was read."""
    for mass_mg, outcome in ((most, "free"), (most + 1, "held")):
        question = Question(day=DAY, mass_mg=mass_mg, percent=Decimal(100), history=())
        assert _outcomes(registry, "eu-precursors", slug, question) == [(outcome, "read")]


def test_acetic_anhydride_is_free_in_the_union_up_to_100_litres(registry: Registry) -> None:
    """The threshold is a volume; a microlitre more is held."""
    for volume_ul, outcome in ((100_000_000, "free"), (100_000_001, "held")):
        question = Question(day=DAY, volume_ul=volume_ul, percent=Decimal(100), history=())
        found = _outcomes(registry, "eu-precursors", "acetic-anhydride", question)
        assert found == [(outcome, "read")]


@pytest.mark.parametrize(("day", "known"), [(date(2021, 1, 12), 0), (date(2021, 1, 13), 1)])
def test_the_threshold_of_red_phosphorus_is_as_old_as_its_listing(
    day: date, known: int, registry: Registry
) -> None:
    """What Regulation 2020/1737 says of it waited until 13 January 2021."""
    question = Question(day=day, mass_mg=1, percent=Decimal(100), history=())
    assert len(_outcomes(registry, "eu-precursors", "red-phosphorus", question)) == known


@pytest.mark.parametrize(("percent", "outcome"), [("70", "free"), ("70.1", "held")])
def test_mixtures_of_gamma_butyrolactone_are_exempt_up_to_70_percent(
    percent: str, outcome: str, registry: Registry
) -> None:
    """75 FR 37301: 70 percent or less."""
    question = Question(day=DAY, percent=Decimal(percent))
    found = _outcomes(registry, "us-listed-chemicals", "gamma-butyrolactone", question)
    assert found == [(outcome, "read")]


@pytest.mark.parametrize(
    ("regime", "slug", "percent", "outcome"),
    [
        ("ca-cdsa", "benzyl-chloride", "30", "open"),
        ("ca-cdsa", "benzyl-chloride", "30.1", "held"),
        ("us-listed-chemicals", "sulphuric-acid", "20", "open"),
        ("us-listed-chemicals", "sulphuric-acid", "20.1", "held"),
    ],
)
def test_a_content_with_a_condition_frees_nothing_by_itself(
    regime: str, slug: str, percent: str, outcome: str, registry: Registry
) -> None:
    """Whether the condition is met is for a person; above the content goods are held."""
    day = date(2025, 6, 1)  # of Canada's temporary order
    question = Question(day=day, percent=Decimal(percent))
    assert [each for each, _ in _outcomes(registry, regime, slug, question)] == [outcome]


def test_canadian_retail_amounts_are_conditional(registry: Registry) -> None:
    """Half a kilogram of piperidine in one sale is free for some shops only."""
    for mass_mg, outcome in ((500_000, "open"), (500_001, "held")):
        question = Question(day=DAY, mass_mg=mass_mg, percent=Decimal(100))
        found = _outcomes(registry, "ca-precursors", "piperidine", question)
        assert (outcome, "read") in found
