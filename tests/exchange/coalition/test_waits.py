"""How long answers took: by hand, and at the bounds where the way of counting changes."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import structs

from tidewaiter.base.intervals import FEWEST
from tidewaiter.exchange.coalition.board import (
    Days,
    Figures,
    Period,
    Waited,
    Waits,
    crossing,
    figures,
    quantile,
    survival,
    trend,
    waits_of,
)


def _waited(*answered: int, waiting: tuple[int, ...] = ()) -> list[Waited]:
    return [
        *(Waited(days=days, answered=True) for days in answered),
        *(Waited(days=days, answered=False) for days in waiting),
    ]


def test_the_curve_by_hand() -> None:
    """Of four, one is answered after 2 days, one after 3, one leaves then, the last takes 5."""
    steps = survival(_waited(2, 3, 5, waiting=(3,)))
    assert [step.days for step in steps] == [2, 3, 5]
    assert [step.waiting for step in steps] == pytest.approx([3 / 4, 1 / 2, 0])
    # R: survfit(Surv(c(2, 3, 3, 5), c(1, 1, 0, 1)) ~ 1, conf.type = "log-log")
    assert [steps[0].low, steps[0].high] == pytest.approx([0.128, 0.961], abs=1e-3)
    assert [steps[1].low, steps[1].high] == pytest.approx([0.058, 0.845], abs=1e-3)
    assert (steps[2].low, steps[2].high) == (0, 1)


def test_the_curve_is_crossed_on_a_day() -> None:
    """The first on which so many had an answer, also exactly so many; else on none yet."""
    curve = survival(_waited(2, 3, 5, waiting=(3,)))
    assert crossing(curve, 0.25).days == 2
    assert crossing(curve, 0.5).days == 3
    assert crossing(curve, 0.51).days == 5
    assert crossing(curve, 0.5).low == 2
    assert crossing(curve, 0.5).high is None
    assert crossing(survival(_waited(2, waiting=(9, 9))), 0.5) == Days(low=2)


@pytest.mark.parametrize(
    ("days", "share", "first"),
    [([1, 2, 3, 4], 0.5, 2), ([1, 2, 3, 4], 0.51, 3), ([7], 0.5, 7), ([7, 8], 0.99, 8)],
)
def test_the_first_day_by_which_a_share_had_an_answer(
    days: list[int], share: float, first: int
) -> None:
    """Exactly a half is a half."""
    assert quantile(days, share).days == first


def test_bounds_need_many() -> None:
    """For 20 days the median is between the 6th and the 15th; for two there is no bound."""
    found = quantile(list(range(1, 21)), 0.5)
    assert (found.days, found.low, found.high) == (10, 6, 15)
    assert quantile([1, 2], 0.5) == Days(days=1)


def test_few_notices_give_their_numbers_alone() -> None:
    """Fewer than five, or none with an answer."""
    few = waits_of(_waited(*[3] * (FEWEST - 1)))
    assert few == Waits(method="too few", answered=FEWEST - 1, unanswered=0)
    silent = waits_of(_waited(waiting=tuple([3] * 20)))
    assert silent == Waits(method="too few", answered=0, unanswered=20)
    enough = waits_of(_waited(*[3] * FEWEST))
    assert (enough.method, enough.median.days, enough.ninetieth.days) == ("answered", 3, 3)


def test_those_that_wait_count_where_they_are_more_than_a_tenth() -> None:
    """One of ten may be ignored; one of nine may not."""
    answered = list(range(1, 10))
    tenth = waits_of(_waited(*answered, waiting=(1,)))
    assert (tenth.method, tenth.answered, tenth.unanswered) == ("answered", 9, 1)
    assert (tenth.median.days, tenth.ninetieth.days) == (5, 9)
    ninth = waits_of(_waited(*answered[:8], waiting=(1,)))
    assert (ninth.method, ninth.answered, ninth.unanswered) == ("Kaplan-Meier", 8, 1)
    assert (ninth.median.days, ninth.ninetieth.days) == (5, 8)


def test_a_period_holds_its_first_day_and_not_its_last() -> None:
    """The one before it is as long, and ends where it begins."""
    period = Period(since=date(2026, 3, 1), until=date(2026, 3, 11))
    day = timedelta(days=1)
    assert period.holds(period.since)
    assert period.holds(period.until - day)
    assert not period.holds(period.until)
    assert not period.holds(period.since - day)
    assert period.before() == Period(since=date(2026, 2, 19), until=date(2026, 3, 1))


def _figures(low: int | None, high: int | None, method: str = "answered") -> Figures:
    waits = Waits(
        method=method,  # type: ignore[arg-type]
        answered=9,
        unanswered=0,
        median=Days(days=5, low=low, high=high),
    )
    return structs.replace(figures([], []), waits=waits)


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        ((5, 9), (1, 4), "higher"),
        ((1, 4), (5, 9), "lower"),
        ((4, 9), (1, 4), "no clear change"),
        ((1, 4), (4, 9), "no clear change"),
        ((None, 9), (1, 4), "no clear change"),
        ((5, 9), (1, None), "no clear change"),
        ((1, None), (5, 9), "no clear change"),
        ((1, 4), (None, 9), "no clear change"),
        ((5, 9, "too few"), (1, 4), "too few"),
        ((5, 9), (1, 4, "too few"), "too few"),
    ],
)
def test_a_median_moved_where_intervals_are_apart(
    now: tuple[Any, ...], before: tuple[Any, ...], told: str
) -> None:
    """A shared day is not a clear change, and neither is an unknown bound."""
    assert trend(_figures(*now), _figures(*before)).median == told
