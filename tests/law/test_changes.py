"""Changes of the law: each date of a control or rule is reported once."""

from datetime import date

import pytest

from tidewaiter.law.changes import Change, changes_of, undated
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import LawBook


@pytest.fixture(scope="module")
def book(registry: Registry) -> LawBook:
    """Load the rules."""
    return registry.book


@pytest.fixture(scope="module")
def changes(registry: Registry, book: LawBook) -> list[Change]:
    """List all changes."""
    return changes_of(registry, book)


def _of(changes: list[Change], day: date, regime: str, step: str) -> set[str]:
    return {
        slug
        for each in changes
        if (each.day, each.regime, each.step) == (day, regime, step)
        for slug in each.substances
    }


def test_each_day_of_each_listing_is_told(registry: Registry, changes: list[Change]) -> None:
    """The first day, the last, and the day of a decision that is another."""
    told = {
        (each.day, each.step, each.regime, each.schedules, slug)
        for each in changes
        if each.matter in {"listing", "class"}
        for slug in each.substances
    }
    wanted = set()
    for substance in registry.substances:
        for c in substance.controls:
            days = {"begins": c.since, "ends": c.until}
            if c.decided != c.since:
                days["decided"] = c.decided
            wanted |= {
                (day, step, c.regime, (c.schedule,), substance.slug)
                for step, day in days.items()
                if day is not None
            }
    assert told == wanted


def test_eighteen_precursors_of_2024(changes: list[Change]) -> None:
    """Decided on 19 March 2024 and in force on 3 December, as one change each."""
    begun = _of(changes, date(2024, 12, 3), "un-1988", "begins")
    assert len(begun) == 18
    assert {"4-piperidone", "1-boc-4-piperidone"} <= begun
    assert begun == _of(changes, date(2024, 3, 19), "un-1988", "decided")
    assert sum(c.day == date(2024, 12, 3) and c.regime == "un-1988" for c in changes) == 1


def test_a_class_a_proposal_a_limit_and_a_gap_are_told(changes: list[Change]) -> None:
    """Each with its kind."""
    assert ("begins", "class") in {
        (c.step, c.matter) for c in changes if c.substances == ("us-fentanyls-2025",)
    }
    proposals = {(c.day, c.step) for c in changes if c.matter == "proposal"}
    assert (date(2025, 6, 3), "proposed") in proposals
    assert {"limit", "duty", "gap", "goods"} <= {c.matter for c in changes}
    (gap,) = (c for c in changes if c.matter == "gap" and c.day == date(2025, 11, 10))
    assert "thirteen chemicals" in gap.text


def test_they_are_in_order_and_of_the_laws_that_are_asked(
    registry: Registry, book: LawBook, changes: list[Change]
) -> None:
    """By date; changes of other laws are separate."""
    assert changes == sorted(changes, key=lambda each: each.day)
    some = changes_of(registry, book, ["un-1988", "us-csa"])
    assert some == [c for c in changes if c.regime in {"un-1988", "us-csa"}]
    assert some


def test_what_has_no_day_is_counted(registry: Registry) -> None:
    """With those that have one, these are all."""
    dated = sum(c.since is not None for s in registry.substances for c in s.controls)
    total = sum(len(s.controls) for s in registry.substances)
    assert sum(undated(registry).values()) + dated == total
    assert undated(registry, ["un-1988"]) == {"un-1988": 2}


def test_a_doubt_on_the_day_is_one_of_the_change(changes: list[Change]) -> None:
    """The listings of 2025 in the European Union were read, their first day was not."""
    (change,) = (c for c in changes if c.day == date(2025, 8, 14) and c.regime == "eu-precursors")
    assert change.mark == "unverified"
