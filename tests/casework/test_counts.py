"""What counts say together: percentiles, ages, and how times are kept."""

import math
from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.casework.counts import (
    OpenSince,
    ages,
    load_overview_rules,
    minutes_kept,
    percentile,
)

TODAY = date(2026, 11, 25)
STARTS = load_overview_rules().ages


@given(st.lists(st.integers(0, 10_000), min_size=1), st.sampled_from([0.1, 0.5, 0.9, 1.0]))
def test_a_percentile_is_that_of_the_sorted_list(times: list[int], share: float) -> None:
    """The least time within which the share was done: the nearest rank."""
    expected = sorted(times)[math.ceil(share * len(times) - 1e-9) - 1]
    assert percentile(Counter(times), share) == expected


def test_of_nothing_there_is_no_percentile() -> None:
    """Counts that returned to 0 are treated as none."""
    assert percentile({}, 0.5) is None
    assert percentile({5: 0}, 0.5) is None


@given(st.integers(0, 10**7))
def test_a_time_is_kept_to_two_digits(minutes: int) -> None:
    """To the minute below 100, and never more than a tenth too short."""
    kept = minutes_kept(minutes)
    assert kept == minutes if minutes < 100 else 0.9 * minutes < kept <= minutes
    assert len(f"{kept}".rstrip("0")) <= 2 or minutes < 100
    assert minutes_kept(kept) == kept


def test_a_clock_that_went_back_counts_as_no_time() -> None:
    """Not as less than none."""
    assert minutes_kept(-5) == 0


@given(st.lists(st.tuples(st.integers(-3, 400), st.integers(1, 50))))
def test_each_open_alert_has_one_age(told: list[tuple[int, int]]) -> None:
    """The classes add up, and each holds the ages from its start to the next."""
    opened = [
        OpenSince(severity="low", day=TODAY - timedelta(days=age), alerts=alerts)
        for age, alerts in told
    ]
    counted = ages(opened, TODAY, STARTS)
    ends = [*STARTS[1:], 10**6]
    assert counted == [
        sum(alerts for age, alerts in told if start <= max(0, age) < end)
        for start, end in zip(STARTS, ends, strict=True)
    ]
