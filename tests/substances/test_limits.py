"""Limits: one unit below and above, by content, by base and over a month."""

from datetime import date
from decimal import Decimal

import pytest

from tidewaiter.substances.limits import check_limit
from tidewaiter.substances.masses import base_share
from tidewaiter.substances.questions import Dealing, Found, Question
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.rules import Limit

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
