"""Values a piece at a time: all of them, in order, in no piece too many."""

from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.store.core.batched import AT_ONCE, slices


@given(st.integers(0, 3 * AT_ONCE + 1))
def test_the_pieces_are_the_whole(count: int) -> None:
    """Put together they give the values back; none is empty, none larger than a statement takes."""
    pieces = list(slices(range(count)))
    assert [value for piece in pieces for value in piece] == list(range(count))
    assert all(0 < len(piece) <= AT_ONCE for piece in pieces)
