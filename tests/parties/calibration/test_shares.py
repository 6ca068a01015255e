"""Shares: their intervals are those of the literature, and none is wider than it must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.calibration.types import apart, share_of


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statistics in Medicine 17, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(count: int, total: int, low: float, high: float) -> None:
    """Published examples come out."""
    share = share_of(count, total)
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


def test_none_and_all_follow_the_rule_of_three() -> None:
    """Of 300 without one the rate may be one in a hundred; of none anything is possible."""
    assert share_of(0, 300).high == pytest.approx(0.01)
    assert share_of(300, 300).low == pytest.approx(0.99)
    assert share_of(0, 2).high == 1
    assert (share_of(0, 0).low, share_of(0, 0).high) == (0, 1)


@given(st.integers(1, 10_000_000), st.data())
def test_an_interval_holds_its_share(total: int, data: st.DataObject) -> None:
    """The interval is around the share, within 0 and 1, and that of the others mirrors it."""
    count = data.draw(st.integers(0, total))
    share, rest = share_of(count, total), share_of(total - count, total)
    assert 0 <= share.low <= share.share <= share.high <= 1
    assert share.low == pytest.approx(1 - rest.high, abs=1e-9)


def test_shares_are_apart_where_their_intervals_are() -> None:
    """Ten of a hundred and two hundred of a thousand differ; one of ten may be either."""
    assert apart(share_of(10, 100), share_of(200, 1000))
    assert not apart(share_of(1, 10), share_of(200, 1000))
