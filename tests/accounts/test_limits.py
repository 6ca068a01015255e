"""Limits: what slides, what is kept apart, and what gives way."""

from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.accounts.passwords import KEYS, Limiter


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60).map(sorted), st.integers(1, 5))
def test_no_window_has_more_tries_than_the_limit(moments: list[float], most: int) -> None:
    """Wherever it begins; and who waits as long as told may go on."""
    limiter = Limiter(most, 10.0)
    passed = [now for now in moments if limiter.waits("one", now) == 0]
    for start in passed:
        assert sum(start <= now < start + 10 for now in passed) <= most
    last = moments[-1]
    waits = limiter.waits("one", last)
    assert waits == 0 or limiter.waits("one", last + waits + 0.001) == 0


def test_each_key_is_counted_by_itself() -> None:
    """And a flood of keys does not fill the memory."""
    limiter = Limiter(1, 60.0)
    assert limiter.waits("one", 0) == 0
    assert limiter.waits("other", 0) == 0
    assert limiter.waits("one", 1) == 59
    for key in range(KEYS + 5):
        limiter.waits(str(key), 2)
    assert len(limiter._tries) == KEYS
