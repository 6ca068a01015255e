"""Charts show their numbers true to scale, and never outside of their frame."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.explain.summary import NO_DATE, Tally
from tidewaiter.report.alerts.page import WIDTH, Chart, days_chart, rows_chart, shorten

DAY = date(2026, 3, 1)
DATES = st.dictionaries(
    st.one_of(st.dates(), st.dates(DAY - timedelta(20), DAY + timedelta(20))),
    st.integers(1, 10**7),
    max_size=60,
)


def tallies(dates: dict[date, int], none: int) -> list[Tally]:
    """Return tallies as a summary has them."""
    dated = [Tally(key=day.isoformat(), alerts=dates[day]) for day in sorted(dates)]
    return [*dated, *([Tally(key=NO_DATE, alerts=none)] if none else [])]


@given(DATES, st.integers(0, 9), st.dates())
def test_a_chart_of_days_counts_every_alert(dates: dict[date, int], none: int, day: date) -> None:
    """The bars add up to all alerts, on at most 31 columns inside of the frame."""
    chart = days_chart(tallies(dates, none), day)
    assert sum(bar.alerts for bar in chart.bars) == sum(dates.values()) + none
    assert len(chart.bars) <= 31
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 0.1 for bar in chart.bars)
    assert all(bar.y >= 0 and bar.height >= 0 for bar in chart.bars)


@given(DATES, st.integers(0, 9))
def test_words_under_a_chart_do_not_collide(dates: dict[date, int], none: int) -> None:
    """No two words on a line under the chart of days overlap."""
    ticks = days_chart(tallies(dates, none), DAY).ticks
    for one in ticks:
        for two in ticks:
            apart = one.x + 7.5 * len(one.text) <= two.x or two.x + 7.5 * len(two.text) <= one.x
            assert one is two or one.y != two.y or apart


def test_the_longest_bar_fills_the_width() -> None:
    """Bars are to scale: the longest is as wide as the chart, half as many half of it."""
    chart = rows_chart("how", "t", [Tally(key="a", alerts=8), Tally(key="b", alerts=4)], str)
    assert [bar.width for bar in chart.bars] == [WIDTH, WIDTH / 2]
    assert chart.about == "a: 8; b: 4"


def test_ten_bars_and_all_rows() -> None:
    """A long list has ten bars, and a table that states what it omits."""
    many = [Tally(key=str(i), alerts=1) for i in range(70)]
    chart: Chart = rows_chart("substance", "t", many, str)
    assert (len(chart.bars), len(chart.rows), chart.left_out) == (10, 60, 10)


@pytest.mark.parametrize(
    ("text", "short"),
    [("Acetone", "Acetone"), ("麻黄碱麻黄碱", "麻黄碱麻…"), ("a" * 11, "a" * 9 + "…")],
)
def test_long_names_are_shortened(text: str, short: str) -> None:
    """A name that is too long for its place ends in an ellipsis; Chinese counts double."""
    assert shorten(text, 10) == short
