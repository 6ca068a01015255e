"""Benchmarks: how shares and tools are compared."""

import math

import numpy as np
import pytest
from benchmarks.comparing import best_f1, cut_at, f1, mcnemar, wilson
from hypothesis import given
from hypothesis import strategies as st

_SCORES = st.lists(st.floats(0, 1).map(lambda score: round(score, 2)), min_size=1, max_size=60)


@given(st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilson_ends_where_the_share_is_just_believable(counts: tuple[int, int]) -> None:
    """At both ends, the observation is 1.96 standard errors away."""
    hits, total = counts
    low, high = wilson(hits, total)
    assert 0 <= low <= hits / total + 1e-12
    assert hits / total - 1e-12 <= high <= 1
    for end in (low, high):
        error = math.sqrt(end * (1 - end) / total)
        assert abs(end - hits / total) == pytest.approx(1.96 * error, rel=1e-3, abs=1e-6)


def test_mcnemar_counts_what_one_alone_gets_right() -> None:
    """Cases that both or neither get right do not count; the others are like coin tosses."""
    first = np.array([True] * 8 + [False] * 2 + [True] * 50 + [False] * 40)
    second = np.array([False] * 8 + [True] * 2 + [True] * 50 + [False] * 40)
    assert mcnemar(first, second) == pytest.approx(2 * (1 + 10 + 45) / 2**10)
    assert mcnemar(second, first) == mcnemar(first, second)
    assert mcnemar(first, first) == 1


@given(_SCORES, st.floats(0, 1))
def test_at_a_cut_no_more_alert_than_wanted(scores: list[float], share: float) -> None:
    """Ties are excluded as a whole; one more alert would exceed the limit."""
    alerts = np.array(scores)
    cut = cut_at(alerts, share)
    assert (alerts > cut).sum() <= share * len(alerts)
    if math.isfinite(cut):
        assert (alerts >= cut).sum() > share * len(alerts) - 1e-9


@given(_SCORES, _SCORES)
def test_no_threshold_gives_a_better_f1(hits: list[float], alerts: list[float]) -> None:
    """The best F1 is the one that trying each score finds, and its threshold gives it."""
    listed, others = np.array(hits), np.array(alerts)

    def at(cut: float) -> float:
        return f1(int((listed >= cut).sum()), int((others >= cut).sum()), len(listed))

    best, cut = best_f1(listed, others)
    assert best == pytest.approx(max(map(at, hits)))
    assert at(cut) == pytest.approx(best)
