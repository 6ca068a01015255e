"""Many values: a piece at a time, in order, in no piece too many; or as one parameter."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import AT_ONCE, is_among, slices
from tidewaiter.store.core.database import Database, Stamp


@given(st.integers(0, 3 * AT_ONCE + 1))
def test_the_pieces_are_the_whole(count: int) -> None:
    """Put together they give the values back; none is empty, none larger than a statement takes."""
    pieces = list(slices(range(count)))
    assert [value for piece in pieces for value in piece] == list(range(count))
    assert all(0 < len(piece) <= AT_ONCE for piece in pieces)


def test_a_search_for_many_values_finds_those_that_are_there(
    database: Database, stamp: Stamp
) -> None:
    """Texts of any script and quotes, numbers, more than a statement takes, and none at all."""
    keys = ['"e\\', "e'", "Жук", "船", "\U0001f9ea", *map(str, range(3 * AT_ONCE))]
    c = tables.entity.c
    with database.work(stamp) as work:
        rows = [{"key": each} for each in keys]
        work.connection.execute(insert(tables.entity), rows)
    for wanted in ([], keys[:5], ["e", *keys[4:]], [*keys, "x" * 1_000]):
        with database.work() as work:
            some = is_among(work.connection, c.key, wanted)
            found = dict(map(tuple, work.connection.execute(select(c.key, c.id).where(some)).all()))
            numbers = is_among(work.connection, c.id, list(found.values()))
            again = work.connection.execute(select(c.key).where(numbers)).scalars().all()
        assert set(found) == set(again) == set(wanted) & set(keys)
