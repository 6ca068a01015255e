"""Lines stored, filtered and read again."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import count

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.lines import LineFilter, insert_lines, lines, stored_batches
from tidewaiter.store.screening.runs import (
    Batch,
    Run,
    Screening,
    Source,
    add_batch,
    begin_screening,
)
from tidewaiter.trade.types import LINES

MakeLines = Callable[[int, int], pa.RecordBatch]

TEXTS = st.none() | st.text(max_size=20)
ROWS = st.fixed_dictionaries(
    {
        "consignment": st.text(max_size=300),
        "seq": st.integers(1, 2**31 - 1),
        "goods": TEXTS,
        "hs": TEXTS,
        "cas": st.none() | st.lists(TEXTS, max_size=3),
        "un": TEXTS,
        "origin": TEXTS,
        "arrival": st.none() | st.dates(),
        "net_mg": st.none() | st.integers(-(2**63), 2**63 - 1),
        "value": st.none() | st.decimals(-(10**15), 10**15, places=4),
        "parties": st.none() | st.lists(st.fixed_dictionaries({"name": TEXTS}), max_size=2),
        "other": st.none()
        | st.lists(st.fixed_dictionaries({"name": TEXTS, "text": TEXTS}), max_size=2),
    }
)


@pytest.fixture
def numbers() -> Iterator[int]:
    """Count up, for files that differ."""
    return count()


def _begin(database: Database, name: str) -> Screening:
    stamp = Stamp(who="officer", at=datetime(2026, 3, 1, tzinfo=UTC))
    with database.work(stamp) as work:
        source = Source(sha256=name, name=f"{name}.csv", size=1)
        return begin_screening(work, source, Run(day=date(2026, 3, 1), registry="r", rules="1"))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROWS, min_size=1, max_size=4), size=st.integers(1, 5))
def test_stored_lines_come_back_as_they_were(
    database: Database,
    stamp: Stamp,
    numbers: Iterator[int],
    rows: list[dict[str, object]],
    size: int,
) -> None:
    """Whatever a reader yields is read again, to the last NUL, in batches of any size."""
    name = str(next(numbers))
    screening = _begin(database, name)
    numbered = [{"row": row, **cells} for row, cells in enumerate(rows, start=1)]
    batch = pa.RecordBatch.from_pylist(numbered, schema=LINES)
    with database.work(stamp) as work:
        before = max((found.last for found in stored_batches(work)), default=0)
        assert add_batch(work, screening.id, Batch(lines=batch, done_row=len(rows))).lines == len(
            rows
        )
    with database.work() as work:
        again = list(stored_batches(work, after=before, rows=size))
    assert all(len(found.lines) <= size and found.sha256 == name for found in again)
    table = pa.Table.from_batches([found.lines for found in again])
    assert table.equals(pa.Table.from_batches([batch]))


def test_each_batch_is_of_one_source(
    database: Database, stamp: Stamp, make_lines: MakeLines
) -> None:
    """Lines of two files never share a batch, and each batch names its file."""
    first, second = _begin(database, "a"), _begin(database, "b")
    with database.work(stamp) as work:
        insert_lines(work, first.source_id, make_lines(1, 5))
        insert_lines(work, second.source_id, make_lines(1, 4))
        insert_lines(work, first.source_id, make_lines(6, 7))
    with database.work() as work:
        found = [(batch.name, batch.lines["row"].to_pylist()) for batch in stored_batches(work)]
    assert found == [("a.csv", [1, 2, 3, 4, 5]), ("b.csv", [1, 2, 3, 4]), ("a.csv", [6, 7])]


@pytest.mark.parametrize("size", [1, 3, 5, 100])
def test_reading_goes_on_where_it_stopped(
    database: Database, stamp: Stamp, make_lines: MakeLines, size: int
) -> None:
    """After any batch, the id of its last line leads to the next."""
    screening = _begin(database, "a")
    with database.work(stamp) as work:
        insert_lines(work, screening.source_id, make_lines(1, 12))
    rows, after = [], 0
    with database.work() as work:
        while batch := next(stored_batches(work, after=after, rows=size), None):
            rows += batch.lines["row"].to_pylist()
            after = batch.last
    assert rows == list(range(1, 13))


def test_an_empty_database_has_no_batches(database: Database) -> None:
    """Nothing stored, nothing read."""
    with database.work() as work:
        assert list(stored_batches(work)) == []


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (LineFilter(), [1, 2, 3, 4, 5, 6]),
        (LineFilter(consignment="C1"), [2, 3]),
        (LineFilter(goods="lot 4"), [4]),
        (LineFilter(goods="lot_4"), []),
        (LineFilter(hs="2914"), [1, 3, 5]),
        (LineFilter(hs="914"), []),
        (LineFilter(cas="67-64-1", consignment="C1"), [3]),
        (LineFilter(cas="7-64-1"), []),
        (LineFilter(un="1090"), [1, 2, 3, 4, 5, 6]),
        (LineFilter(un="1091"), []),
        (LineFilter(arrival_from=date(2026, 3, 5), arrival_to=date(2026, 3, 6)), [4, 5]),
    ],
)
def test_lines_are_filtered(
    database: Database, stamp: Stamp, make_lines: MakeLines, wanted: LineFilter, rows: list[int]
) -> None:
    """Each filter lets through what it names and nothing else."""
    screening = _begin(database, "a")
    with database.work(stamp) as work:
        insert_lines(work, screening.source_id, make_lines(1, 6))
    with database.work() as work:
        assert [found.line.row for found in lines(work, wanted)] == rows
        paged = lines(work, wanted, rows=1)
        assert [found.line.row for found in paged] == rows[:1]


def test_a_consignment_longer_than_an_index_holds_is_found(
    database: Database, stamp: Stamp
) -> None:
    """A name of any length is stored whole, and is found by its own text."""
    chance = random.Random(1988)
    name = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(5000))
    batch = pa.RecordBatch.from_pylist([{"row": 1, "consignment": name, "seq": 1}], schema=LINES)
    screening = _begin(database, "a")
    with database.work(stamp) as work:
        insert_lines(work, screening.source_id, batch)
    with database.work() as work:
        (found,) = lines(work, LineFilter(consignment=name))
    assert found.line.consignment == name
