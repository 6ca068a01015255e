"""Budgets: what is refused, whatever was asked and however the clock runs."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.exchange.private.messages import (
    POINT,
    SLOTS,
    Asked,
    Question,
    Terms,
    remaining_keys,
    used,
    why_not,
)

DAY = date(2026, 11, 26)
TERMS = Terms(
    offer="0" * 32,
    holder="b",
    asker="a",
    version=1,
    keys=1024,
    budget=200,
    purposes=("control",),
    until=date(2026, 12, 1),
    divisor=35,
    range=1,
    size=1,
    digest="",
)
QUESTION = Question(offer="0" * 32, purpose="control", points=b"x" * SLOTS * POINT)
_DAYS = st.lists(st.integers(-3, 3), max_size=30)


@given(_DAYS)
def test_no_clock_gives_more_than_the_budget_of_a_day(days: Sequence[int]) -> None:
    """However days follow one another: of none, more than three questions are answered."""
    log: list[Asked] = []
    for offset in days:
        day = DAY + timedelta(days=offset)
        code = why_not(TERMS, log, QUESTION, day)
        log.append(Asked(day=day, keys=SLOTS, code=code or ""))
        assert code == "over-budget" or used(log, day) <= TERMS.budget
    for offset in set(days):
        answered = [each for each in log if each.day == DAY + timedelta(days=offset)]
        assert sum(1 for each in answered if not each.code) <= TERMS.budget // SLOTS


def test_what_was_refused_costs_nothing() -> None:
    """Only keys that were answered are taken from the budget."""
    log = [Asked(day=DAY, keys=SLOTS, code="purpose"), Asked(day=DAY, keys=SLOTS, code="")]
    assert remaining_keys(TERMS, log, DAY) == TERMS.budget - SLOTS


def test_why_a_question_is_refused() -> None:
    """No offer, another offer, another purpose, and the day after the last."""
    other = Question(offer="1" * 32, purpose="control", points=b"")
    purpose = Question(offer="0" * 32, purpose="statistics", points=b"")
    late = TERMS.until + timedelta(days=1)
    assert why_not(None, (), QUESTION, DAY) == "off"
    assert why_not(TERMS, (), other, DAY) == "off"
    assert why_not(TERMS, (), purpose, DAY) == "purpose"
    assert why_not(TERMS, (), QUESTION, TERMS.until) is None
    assert why_not(TERMS, (), QUESTION, late) == "ended"
