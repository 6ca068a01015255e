"""Refusals stored and read back."""

from collections.abc import Callable

import msgspec
import pyarrow as pa

from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.lines import refusals
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import LINES, Refusal

MakeRefusal = Callable[[int], Refusal]


def _store(
    database: Database, stamp: Stamp, reading: tuple[Source, Run], refused: list[Refusal]
) -> int:
    nothing = pa.RecordBatch.from_pylist([], schema=LINES)
    batch = Batch(lines=nothing, refusals=refused, done_row=len(refused))
    with database.work(stamp) as work:
        screening = begin_screening(work, *reading)
        add_batch(work, screening.id, batch)
        return screening.source_id


def test_refusals_come_back_as_they_were(
    database: Database, stamp: Stamp, source: Source, run: Run, make_refusal: MakeRefusal
) -> None:
    """Nothing that could not be read is dropped, to the last NUL; two fields of a row are two."""
    refused = [make_refusal(1), make_refusal(2)]
    refused.append(msgspec.structs.replace(refused[1], column="value"))
    _store(database, stamp, (source, run), refused)
    with database.work() as work:
        assert [found.refusal for found in refusals(work)] == refused


def test_pages_and_sources(
    database: Database, stamp: Stamp, source: Source, run: Run, make_refusal: MakeRefusal
) -> None:
    """Refusals of a file are read page by page, without those of another."""
    other = msgspec.structs.replace(source, sha256="c" * 64)
    first = _store(database, stamp, (source, run), [make_refusal(row) for row in range(1, 6)])
    _store(database, stamp, (other, run), [make_refusal(1)])
    with database.work() as work:
        page = refusals(work, source=first, rows=3)
        rest = refusals(work, source=first, after=page[-1].id)
        assert [found.refusal.row for found in page + rest] == [1, 2, 3, 4, 5]
        assert len(refusals(work)) == 6


def test_what_is_no_text_is_kept_as_far_as_it_goes(
    database: Database, stamp: Stamp, source: Source, run: Run, make_refusal: MakeRefusal
) -> None:
    """A byte that no encoding explained is replaced, and the row is still reported."""
    refused = msgspec.structs.replace(make_refusal(1), value="\udcff kg", column="\udcff")
    _store(database, stamp, (source, run), [refused])
    with database.work() as work:
        (found,) = refusals(work)
    assert (found.refusal.value, found.refusal.column) == ("\ufffd kg", "\ufffd")
