"""Intervals: they are those of published tables, and those of another hand."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.intervals import difference, ranks, share_of, wilson
from tidewaiter.exchange.coalition.board import (
    MEDIAN,
    TAIL_END,
    Waited,
    crossing,
    quantile,
    survival,
    waits_of,
)

TABLE = {  # n: ranks of the 95 % interval of a median
    6: (1, 6),
    7: (1, 7),
    8: (1, 8),
    9: (2, 8),
    10: (2, 9),
    11: (2, 10),
    12: (3, 10),
    13: (3, 11),
    15: (4, 12),
    16: (4, 13),
    17: (5, 13),
    18: (5, 14),
    19: (5, 15),
    20: (6, 15),
}
waits = st.lists(
    st.builds(Waited, days=st.integers(0, 12), answered=st.booleans()), min_size=1, max_size=40
)


@pytest.mark.parametrize("of", TABLE)
def test_ranks_of_a_median_are_those_of_the_printed_table(of: int) -> None:
    """A table of intervals for a median, in a textbook of statistics (its table A.7)."""
    assert ranks(of, MEDIAN) == TABLE[of]


def test_too_few_values_have_no_bound() -> None:
    """Of five values none is surely beyond the median, nor of 35 beyond the 90th percentile."""
    assert ranks(5, MEDIAN) == (None, None)
    assert ranks(35, TAIL_END) == (28, None)
    assert ranks(36, TAIL_END) == (29, 36)


@pytest.mark.parametrize("of", [1, 2, 7, 40, 173, 3_000, 30_000])
@pytest.mark.parametrize("share", [MEDIAN, TAIL_END])
def test_ranks_cover_what_they_say(of: int, share: float) -> None:
    """By SciPy's binomial, each tail has at most 2.5 %, and with one rank less would have more."""
    stats = pytest.importorskip("scipy.stats")
    low, high = ranks(of, share)
    if low is not None:
        assert stats.binom.cdf(low - 1, of, share) <= 0.025 + 1e-9
    assert stats.binom.cdf(low or 0, of, share) > 0.025 - 1e-9
    if high is not None:
        assert stats.binom.sf(high - 1, of, share) <= 0.025 + 1e-9
    assert stats.binom.sf((high or of + 1) - 2, of, share) > 0.025 - 1e-9


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_that_of_newcombe_s_table(count: int, of: int, low: float, high: float) -> None:
    """The four examples of Newcombe 1998, Statistics in Medicine 17, 857-872, method 3."""
    assert list(wilson(count, of)) == pytest.approx([low, high], abs=5e-5)


@given(st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilson_is_that_of_scipy(pair: tuple[int, int]) -> None:
    """Also of none and of all."""
    stats = pytest.importorskip("scipy.stats")
    count, of = pair
    told = stats.binomtest(count, of).proportion_ci(method="wilson")
    assert list(wilson(count, of)) == pytest.approx([told.low, told.high])


def test_fewer_than_five_have_no_share() -> None:
    """Three of four is shown as three of four, not as 75 %."""
    assert share_of(3, 4).share is None
    assert share_of(3, 4).count == 3
    assert share_of(4, 5).share == 0.8


def test_a_difference_is_that_of_newcombe_s_table() -> None:
    """56 of 70 against 48 of 80: 0.2000, from 0.0524 to 0.3339 (873-890, method 10)."""
    told = difference(share_of(56, 70), share_of(48, 80))
    assert told.points == pytest.approx(0.2)
    assert [told.low, told.high] == pytest.approx([0.0524, 0.3339], abs=5e-5)
    assert told.tendency == "higher"
    assert difference(share_of(48, 80), share_of(56, 70)).tendency == "lower"
    assert difference(share_of(5, 10), share_of(6, 10)).tendency == "no clear change"
    assert difference(share_of(4, 4), share_of(60, 100)).tendency == "too few"


@given(waits)
def test_survival_is_that_of_scipy(waited: list[Waited]) -> None:
    """The share that waits after each answer, with its interval, where any still waits."""
    stats = pytest.importorskip("scipy.stats")
    answered = [each.days for each in waited if each.answered]
    if not answered:
        return
    open_ = [each.days for each in waited if not each.answered]
    told = stats.ecdf(stats.CensoredData(uncensored=answered, right=open_)).sf
    curve = survival(waited)
    for step in curve:
        assert step.waiting == pytest.approx(float(told.evaluate(step.days)), abs=1e-9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without open observations it has no interval
        bounds = told.confidence_interval(method="log-log")
    for step in curve:
        if step.waiting > 1e-9:
            assert step.low == pytest.approx(float(bounds.low.evaluate(step.days)), abs=1e-9)
            assert step.high == pytest.approx(float(bounds.high.evaluate(step.days)), abs=1e-9)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.sampled_from([MEDIAN, TAIL_END]))
def test_without_open_notices_both_ways_agree(days: list[int], share: float) -> None:
    """The curve of answered notices crosses a share where their quantile is."""
    curve = survival([Waited(days=each, answered=True) for each in days])
    assert crossing(curve, share).days == quantile(sorted(days), share).days


@given(waits)
def test_open_notices_never_shorten_the_wait(waited: list[Waited]) -> None:
    """An open notice can only lengthen the median, never shorten it."""
    done = sorted(each.days for each in waited if each.answered)
    if not done:
        return
    told = crossing(survival(waited), MEDIAN).days
    assert told is None or told >= quantile(done, MEDIAN).days  # type: ignore[operator]


def test_the_method_is_told() -> None:
    """One open notice in ten is let be; more, and the wait so far of each is used."""
    done = [Waited(days=each, answered=True) for each in range(1, 10)]
    open_ = [Waited(days=3, answered=False)]
    assert waits_of([*done, *open_]).method == "answered"
    told = waits_of([*done, *open_ * 9])
    assert (told.method, told.answered, told.unanswered) == ("Kaplan-Meier", 9, 9)
    assert told.median.days == 6
    assert waits_of(done[:4]).method == "too few"
    assert waits_of(open_ * 20).method == "too few"


def test_where_half_have_no_answer_there_is_no_median() -> None:
    """If most have not answered, the median is undefined."""
    waited = [Waited(days=5, answered=True)] * 4 + [Waited(days=90, answered=False)] * 6
    assert waits_of(waited).median.days is None
