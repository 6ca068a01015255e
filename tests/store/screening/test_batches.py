"""Batches: whole or not at all, and never twice."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp, Work, open_database
from tidewaiter.store.screening.lines import stored_batches
from tidewaiter.store.screening.runs import (
    Added,
    Batch,
    Run,
    Source,
    add_batch,
    begin_screening,
    find_screening,
)
from tidewaiter.trade.types import Alert

MakeBatch = Callable[[int, int], Batch]
CONTENT = ("line", "alert", "alert_substance", "reason", "refusal")

KILLED = """
    import os
    import sys
    from datetime import UTC, date, datetime

    import pyarrow as pa

    from tidewaiter.trade.types import LINES
    from tidewaiter.store.screening.runs import Batch, add_batch
    from tidewaiter.store.core.database import Stamp, open_database
    from tidewaiter.store.screening.runs import Run, Source, begin_screening

    stamp = Stamp(who="officer", at=datetime(2026, 3, 1, tzinfo=UTC))
    source = Source(sha256="a" * 64, name="manifest.csv", size=1, mapping={"goods": "Goods"})
    run = Run(day=date(2026, 3, 1), registry="b" * 64, rules="1")
    database = open_database(sys.argv[1])
    for first in (1, 1001):
        rows = [{"row": row, "consignment": "C", "seq": 1} for row in range(first, first + 1000)]
        lines = pa.RecordBatch.from_pylist(rows, schema=LINES)
        with database.work(stamp) as work:
            screening = begin_screening(work, source, run)
            add_batch(work, screening.id, Batch(lines=lines, done_row=first + 999))
            if first > 1:
                os._exit(9)
"""


def _content(database: Database) -> dict[str, int]:
    with database.work() as work:
        ask = work.connection.execute
        return {
            name: ask(select(func.count()).select_from(tables.METADATA.tables[name])).scalar_one()
            for name in CONTENT
        }


def _rows_done(work: Work, source: Source, run: Run) -> int:
    found = find_screening(work, source, run)
    return found.rows_done if found else 0


def _screen(database: Database, stamp: Stamp, reading: tuple[Source, Run], batch: Batch) -> Added:
    with database.work(stamp) as work:
        screening = begin_screening(work, *reading)
        return add_batch(work, screening.id, batch)


def test_a_batch_is_stored_with_its_checkpoint(
    database: Database, stamp: Stamp, source: Source, run: Run, make_batch: MakeBatch
) -> None:
    """Lines, alerts, refusals, counts and the checkpoint are there together."""
    added = _screen(database, stamp, (source, run), make_batch(1, 3))
    assert added == Added(lines=3, alerts=("alert-1", "alert-2", "alert-3"), refusals=3)
    assert _content(database) == {
        "line": 3,
        "alert": 3,
        "alert_substance": 3,
        "reason": 6,
        "refusal": 3,
    }
    with database.work() as work:
        found = find_screening(work, source, run)
    assert found is not None
    assert (found.rows_done, found.lines, found.alerts, found.refusals) == (3, 3, 3, 3)
    assert (found.new_lines, found.new_alerts) == (3, 3)


def test_the_same_batch_twice_adds_nothing(
    database: Database, stamp: Stamp, source: Source, run: Run, make_batch: MakeBatch
) -> None:
    """Neither content nor counts change, and the audit says nothing of a batch."""
    _screen(database, stamp, (source, run), make_batch(1, 3))
    before = _content(database)
    with database.work() as work:
        first = find_screening(work, source, run)
    added = _screen(database, stamp, (source, run), make_batch(1, 3))
    assert added == Added(lines=0, alerts=(), refusals=0)
    assert _content(database) == before
    with database.work() as work:
        assert find_screening(work, source, run) == first
        actions = [entry.action for entry in audit_entries(work)]
    assert actions == ["screening begun", "batch added", "screening resumed"]


def test_the_same_file_on_another_day_adds_no_line(
    database: Database, stamp: Stamp, source: Source, run: Run, make_batch: MakeBatch
) -> None:
    """A second screening reads all and finds nothing new, and its counts say so."""
    _screen(database, stamp, (source, run), make_batch(1, 3))
    other = msgspec.structs.replace(run, rules="2")
    assert _screen(database, stamp, (source, other), make_batch(1, 3)).alerts == ()
    with database.work() as work:
        found = find_screening(work, source, other)
    assert found is not None
    assert (found.lines, found.alerts, found.new_lines, found.new_alerts) == (3, 3, 0, 0)


def test_batches_that_overlap_add_the_difference(
    database: Database, stamp: Stamp, source: Source, run: Run, make_batch: MakeBatch
) -> None:
    """Rows of a batch that exist are unchanged; the others are added."""
    _screen(database, stamp, (source, run), make_batch(1, 3))
    added = _screen(database, stamp, (source, run), make_batch(2, 5))
    assert added == Added(lines=2, alerts=("alert-4", "alert-5"), refusals=2)


def test_a_failure_in_the_middle_undoes_the_batch(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: MakeBatch,
    make_alert: Callable[..., Alert],
) -> None:
    """An alert about a line that is not there fails after the lines went in; all is undone."""
    _screen(database, stamp, reading, make_batch(1, 3))
    before = _content(database)
    bad = msgspec.structs.replace(make_batch(4, 6), alerts=[make_alert(4), make_alert(99)])
    with pytest.raises(IntegrityError):
        _screen(database, stamp, reading, bad)
    assert _content(database) == before
    with database.work() as work:
        assert _rows_done(work, *reading) == 3
        assert verify_audit(work).state.entries == 2
    assert _screen(database, stamp, reading, make_batch(4, 6)).lines == 3
    with database.work() as work:
        assert _rows_done(work, *reading) == 6


def test_a_killed_process_loses_and_doubles_nothing(
    url: str, stamp: Stamp, source: Source, run: Run, make_batch: MakeBatch
) -> None:
    """Killed in its second batch, a screening is at its first; the continuation is complete."""
    command = [sys.executable, "-c", textwrap.dedent(KILLED), url]
    done = subprocess.run(command, env=os.environ, check=False, timeout=120)
    assert done.returncode == 9
    with open_database(url) as database:
        with database.work() as work:
            assert _rows_done(work, source, run) == 1000
            assert verify_audit(work).broken is None
        _screen(database, stamp, (source, run), make_batch(1001, 1500))
        with database.work() as work:
            rows = [row for found in stored_batches(work) for row in found.lines["row"].to_pylist()]
            assert rows == list(range(1, 1501))
            assert verify_audit(work).broken is None


def test_a_batch_of_refusals_alone_moves_the_checkpoint(
    database: Database, stamp: Stamp, source: Source, run: Run, make_batch: MakeBatch
) -> None:
    """A range of unreadable rows is processed once."""
    nothing = make_batch(1, 3)
    batch = msgspec.structs.replace(nothing, lines=nothing.lines.slice(0, 0), alerts=())
    added = _screen(database, stamp, (source, run), batch)
    assert added == Added(lines=0, alerts=(), refusals=3)
    with database.work() as work:
        assert _rows_done(work, source, run) == 3


def test_every_change_has_an_entry(
    database: Database, stamp: Stamp, source: Source, run: Run, make_batch: MakeBatch
) -> None:
    """The entry of a batch counts what was read and what was new, and names no party."""
    _screen(database, stamp, (source, run), make_batch(1, 3))
    with database.work() as work:
        entry = audit_entries(work)[-1]
    details = msgspec.json.decode(entry.details)
    assert (details["rows_done"], details["new_lines"], details["new_alerts"]) == (3, 3, 3)
    assert "trader" not in entry.details


def test_stored_lines_are_read_page_by_page(
    database: Database, stamp: Stamp, source: Source, run: Run, make_batch: MakeBatch
) -> None:
    """No page is asked for before it is wanted, so memory is bounded by the page."""
    _screen(database, stamp, (source, run), make_batch(1, 10))
    asked: list[object] = []
    with database.work() as work:
        event.listen(work.connection, "before_cursor_execute", lambda *about: asked.append(about))
        pages = stored_batches(work, rows=4)
        read = [(len(page.lines), len(asked)) for page in pages]
    assert read == [(4, 2), (4, 4), (2, 6)]  # the lines of a page, and their parties
