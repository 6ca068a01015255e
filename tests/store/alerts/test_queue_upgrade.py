"""An older database: its alerts are numbered and indexed when it is opened."""

from collections.abc import Callable
from datetime import date

import pytest
from alembic import command
from msgspec.structs import replace
from sqlalchemy import select, text
from tests.support.databases import NO_VIEWS

from tidewaiter.base.phrases import as_written
from tidewaiter.store.alerts.decisions import Wanted, assign, decide, standings
from tidewaiter.store.alerts.notes import Entry, Note, add_notes, due_notes
from tidewaiter.store.core import revisions, tables
from tidewaiter.store.core.database import Stamp, Work, open_database
from tidewaiter.store.core.migrations.versions.first_twenty.r0006_queue import (
    down_revision,
    revision,
)
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import PartyMatch

BEFORE = (
    *NO_VIEWS,
    "DROP TABLE alert_term",
    "DROP TABLE saved_filter",
    "DROP INDEX alert_number",
    "DROP INDEX alert_consignment",
    "ALTER TABLE alert DROP COLUMN number",
    "ALTER TABLE alert DROP COLUMN restricted",
    *(
        f"CREATE INDEX alert_{name} ON alert ({name})"
        for name in ("rank", "severity", "status", "assignee", "due", "consignment")
    ),
)


def _index(work: Work) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    t, a = tables.alert_term.c, tables.alert.c
    terms = select(t.term, t.block, t.bits).order_by(t.term, t.block)
    alerts = select(a.id, a.number, a.restricted).order_by(a.id)
    return tuple(  # type: ignore[return-value]
        [tuple(row) for row in work.connection.execute(query)] for query in (terms, alerts)
    )


def _match(row: int) -> PartyMatch:
    return PartyMatch(
        role="exporter",
        name="A trader",
        list="watch",
        list_name="Watch",
        version="0",
        list_day=None,
        entry=f"E{row % 3}",
        listed_name="A Trader",
        name_kind="primary",
        kind="organisation",
        probability=0.9,
        action="watched",
    )


@pytest.fixture
def mixed(
    blank: str, stamp: Stamp, reading: tuple[Source, Run], make_batch: Callable[[int, int], Batch]
) -> str:
    """Fill a database with alerts that were decided, assigned, noted and restricted."""
    batch = make_batch(1, 40)
    alerts = [
        replace(alert, restricted=alert.row % 5 == 0, parties=(_match(alert.row),))
        for alert in batch.alerts
    ]
    with open_database(blank) as database, database.work(stamp) as work:
        screening = begin_screening(work, *reading)
        add_batch(work, screening.id, replace(batch, alerts=alerts))
        assign(work, [alert.id for alert in alerts[:7]], "reyes")
        for each in standings(work, [alert.id for alert in alerts[::6]]).values():
            decide(work, each, Wanted(verdict="hold", reason="inspect"))
        entry = Entry(list="watch", entry="E1")
        note = Note(
            entry=entry,
            rule="party-removed",
            day=date(2026, 4, 1),
            says=as_written("x"),
            source="y",
        )
        add_notes(work, due_notes(work, [note]))
    return blank


def test_stored_alerts_are_indexed_as_new_ones_are(mixed: str, stamp: Stamp) -> None:
    """Term by term and bit by bit, with what was decided, assigned and noted since."""
    with open_database(mixed) as database, database.work(stamp) as work:
        expected = _index(work)
        for statement in BEFORE:
            work.connection.execute(text(statement))
        older = text("UPDATE tidewaiter_revision SET version_num = :version")
        work.connection.execute(older, {"version": down_revision})
        command.upgrade(revisions._config(work.connection), revision)
        assert _index(work) == expected
    assert any(term == "rule:party-removed" for term, *_ in expected[0])
