"""Sets of alerts as bits: written, read, shared and counted as sets are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.store.alerts.bitmaps import (
    BLOCK,
    appended,
    gathered,
    marked,
    numbers_in,
    packed,
    places_of,
    shared,
    size,
)

BLOCKS = 3
NUMBERS = st.sets(st.integers(0, BLOCKS * BLOCK - 1), max_size=60) | st.builds(
    lambda first, step: set(range(first, BLOCKS * BLOCK, step)),
    st.integers(0, BLOCK),
    st.integers(1, 40),
)


def _rows(numbers: set[int]) -> list[tuple[int, bytes]]:
    rows = []
    for block in range(BLOCKS):
        here = sorted(n % BLOCK for n in numbers if n // BLOCK == block)
        if here:
            rows.append((block, packed(np.array(here, np.int64))))
    return rows


@given(NUMBERS, NUMBERS)
def test_bits_are_sets(one: set[int], other: set[int]) -> None:
    """Read back, joined, shared and counted: few of them and many, in any block."""
    marks = gathered(_rows(one), BLOCKS)
    assert set(numbers_in(marks).tolist()) == one
    assert size(marks) == len(one)
    both = marks & marked(np.array(sorted(other), np.int64), BLOCKS)
    assert set(numbers_in(both).tolist()) == one & other
    assert set(numbers_in(gathered(_rows(one) + _rows(other), BLOCKS)).tolist()) == one | other
    rows = _rows(other)
    expected = [sum(1 for n in one & other if n // BLOCK == block) for block, _ in rows]
    assert shared(rows, marks).tolist() == expected


@given(st.sets(st.integers(0, BLOCK - 1), min_size=2, max_size=5_000), st.data())
def test_the_quick_way_writes_what_the_slow_one_does(places: set[int], data: st.DataObject) -> None:
    """Where it cannot, it says so."""
    rising = sorted(places)
    cut = data.draw(st.integers(1, len(rising) - 1))
    first = packed(np.array(rising[:cut], np.int64))
    quick = appended(first, rising[cut:])
    assert quick in {None, packed(np.array(rising, np.int64))}
    assert (quick is None) == (len(rising) * 2 >= BLOCK // 8)
    assert appended(first, [rising[0]]) is None


def test_a_row_is_never_wider_than_a_bit_for_each_place() -> None:
    """4,095 positions are listed; more have one bit per position."""
    few, many = np.arange(4_095), np.arange(4_096)
    assert (len(packed(few)), len(packed(many))) == (8_190, 8_192)
    assert places_of(packed(few)).tolist() == few.tolist()
    assert places_of(packed(many)).tolist() == many.tolist()
