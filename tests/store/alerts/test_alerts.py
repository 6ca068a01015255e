"""Alerts stored, filtered and read back."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from sqlalchemy import select
from tests.found import alerts

from tidewaiter.store.alerts.storage import add_alerts, find_alert
from tidewaiter.store.audit import audit_entries
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import (
    Batch,
    Run,
    Source,
    add_batch,
    begin_screening,
    find_screening,
)
from tidewaiter.trade.alerts import priority_of
from tidewaiter.trade.types import Alert

MakeAlert = Callable[..., Alert]
SEVERITIES = ("critical", "high", "medium", "low")


@pytest.fixture
def screening_id(
    database: Database,
    stamp: Stamp,
    source: Source,
    run: Run,
    make_lines: Callable[[int, int], pa.RecordBatch],
) -> int:
    """Screen twelve lines without an alert."""
    with database.work(stamp) as work:
        screening = begin_screening(work, source, run)
        add_batch(work, screening.id, Batch(lines=make_lines(1, 12), done_row=12))
        return screening.id


@pytest.fixture
def stored(
    database: Database, stamp: Stamp, screening_id: int, make_alert: MakeAlert
) -> list[Alert]:
    """Store twelve alerts, three of each severity and four of each rank."""
    found = [
        make_alert(
            row,
            severity=SEVERITIES[row % 4],
            rank=row % 3,
            substances=("acetone", "toluene") if row % 2 else ("toluene",),
        )
        for row in range(1, 13)
    ]
    with database.work(stamp) as work:
        add_alerts(work, screening_id, found)
    return found


def test_alerts_come_back_the_most_urgent_first(database: Database, stored: list[Alert]) -> None:
    """Each is the very record that was stored; of equal priority, the newest is first."""
    with database.work() as work:
        assert alerts(work) == sorted(
            stored, key=lambda alert: (*priority_of(alert), alert.row), reverse=True
        )


def test_only_new_alerts_are_added(
    database: Database,
    stamp: Stamp,
    stored: list[Alert],
    make_alert: MakeAlert,
    reading: tuple[Source, Run],
) -> None:
    """Screening again returns the ids that were not there; the others stay as they are."""
    again = [make_alert(1, title="other"), make_alert(1, id="n1"), make_alert(2, id="n0")]
    with database.work(stamp) as work:
        screening = find_screening(work, *reading)
        assert screening is not None
        assert add_alerts(work, screening.id, [*again, again[1]]) == ("n1", "n0")
        assert find_alert(work, "alert-1") == stored[0]
        assert len(alerts(work)) == 14
        after = find_screening(work, *reading)
        entry = audit_entries(work)[-1]
    assert after is not None
    assert after.new_alerts == screening.new_alerts + 2
    assert entry.action == "alerts added"


def test_nothing_new_is_no_change(
    database: Database, stamp: Stamp, stored: list[Alert], screening_id: int
) -> None:
    """Known alerts alone leave the audit as it was."""
    with database.work(stamp) as work:
        before = audit_entries(work)
        assert add_alerts(work, screening_id, stored) == ()
        assert audit_entries(work) == before


def test_more_alerts_than_are_asked_for_at_a_time(
    database: Database, stamp: Stamp, screening_id: int, make_alert: MakeAlert
) -> None:
    """Thousands of alerts are distinguished from known ones."""
    many = [make_alert(1, id=f"m{number:04}") for number in range(1200)]
    with database.work(stamp) as work:
        assert len(add_alerts(work, screening_id, many[:700])) == 700
        assert add_alerts(work, screening_id, many) == tuple(alert.id for alert in many[700:])


def test_reasons_stand_in_order(database: Database, stored: list[Alert]) -> None:
    """The table of reasons holds what the alert holds, with its evidence as JSON."""
    r = tables.reason.c
    with database.work() as work:
        wanted = select(r.number, r.rule, r.points, r.evidence).where(r.alert == stored[0].id)
        rows = [tuple(row) for row in work.connection.execute(wanted.order_by(r.number))]
    assert [row[:3] for row in rows] == [(1, "named", 40), (2, "route", 20)]
    assert '"field":"goods"' in rows[0][3]
    assert rows[1][3] is None


def test_an_alert_that_is_not_there(database: Database) -> None:
    """An unknown id gives nothing."""
    with database.work() as work:
        assert find_alert(work, "none") is None
