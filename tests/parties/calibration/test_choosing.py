"""Choosing: the least threshold that keeps a rate, whatever the probabilities are."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.parties.calibration.evaluation import Table, alerting, choose, enough_for, least_for
from tidewaiter.parties.matching.matcher import model_record
from tidewaiter.parties.types import PartyKind

LOWEST = 0.4
_KINDS = len(get_args(PartyKind))
_CHANCES = st.lists(
    st.one_of(st.floats(0.05, 0.9999), st.sampled_from([0.41, 0.5, 0.62, 0.9, 0.995])), max_size=40
)
_HITS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, _KINDS - 1), st.floats(0.05, 0.999)), max_size=60
)


def table_of(hits: list[tuple[int, int, float]]) -> Table:
    """Make columns of parties, kinds and probabilities."""
    rows = sorted(hits)
    return Table(
        np.array([row[0] for row in rows], np.int64),
        np.zeros(len(rows), np.int64),
        np.array([row[1] for row in rows], np.int8),
        np.zeros(len(rows), np.int8),
        np.array([row[2] for row in rows], np.float64),
    )


@given(_CHANCES, st.integers(0, 45))
def test_no_more_alert_than_are_allowed_and_no_fewer_than_must(
    chances: list[float], allowed: int
) -> None:
    """The threshold keeps the number, and the next lower probability would break it."""
    falling = np.sort(np.array(chances))[::-1]
    least = least_for(falling, allowed, LOWEST)
    assert least is not None
    assert (falling >= least).sum() <= allowed
    below = falling[falling < least]
    if least > LOWEST:
        gap = (falling >= below[0]).sum()
        assert gap > allowed


@pytest.mark.parametrize(
    ("chances", "allowed", "least"),
    [
        ([0.9, 0.7, 0.5], 1, 0.71),
        ([0.9, 0.7, 0.5], 0, 0.91),
        ([0.9, 0.9, 0.5], 1, 0.91),  # they alert together or not at all
        ([0.701, 0.7004], 1, 0.701),
        ([0.9951], 0, 0.996),
        ([0.9, 0.3], 1, LOWEST),
        ([], 0, LOWEST),
        ([0.9999999], 0, None),
    ],
)
def test_the_shortest_number_is_chosen(
    chances: list[float], allowed: int, least: float | None
) -> None:
    """A threshold has two decimals where these do; above every number there is none."""
    assert least_for(np.array(chances), allowed, LOWEST) == least


@given(_HITS, st.floats(0.001, 1))
def test_the_rate_is_kept_by_kind_too(hits: list[tuple[int, int, float]], wanted: float) -> None:
    """One threshold for all and one for each kind both let no more parties alert than wanted."""
    table = table_of(hits)
    for by_kind in (False, True):
        threshold = choose(table, 200, wanted, by_kind=by_kind)
        assert alerting(table, threshold) <= wanted * 200
        assert threshold.lowest >= model_record().threshold


def test_a_kind_that_no_party_hit_takes_the_threshold_of_all() -> None:
    """A file of firms says nothing of persons, so it lowers nothing for them."""
    table = table_of([(0, 1, 0.9), (1, 1, 0.8), (2, 0, 0.1)])
    threshold = choose(table, 100, 0.01, by_kind=True)
    assert [each.kind for each in threshold.kinds] == ["organisation"]
    assert threshold.of("person") == threshold.least == 0.81


def test_parties_that_match_surely_leave_no_threshold() -> None:
    """Where a number agrees, no threshold below 1 keeps the party out, and that is said."""
    with raises("parties/no-threshold-keeps-rate"):
        choose(table_of([(0, 0, 0.9999999)]), 10, 0.01, by_kind=False)


@pytest.mark.parametrize(("wanted", "parties"), [(0.001, 3_000), (1e-6, 3_000_000), (1, 3)])
def test_a_file_must_be_three_times_as_long_as_one_alert_needs(wanted: float, parties: int) -> None:
    """The rule of three says how many parties show a rate without an alert."""
    assert enough_for(wanted) == parties
