"""Alerts stored, filtered and read back."""

from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pytest
from sqlalchemy import select

from tidewaiter.consignments.types import Alert
from tidewaiter.store import tables
from tidewaiter.store.alerts import (
    AlertFilter,
    Seen,
    add_alerts,
    alerts,
    count_by_severity,
    find_alert,
)
from tidewaiter.store.audit import audit_entries
from tidewaiter.store.batches import Batch, add_batch
from tidewaiter.store.database import Database, Stamp
from tidewaiter.store.screenings import Run, Source, begin_screening, find_screening

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


def _urgent(alert: Alert) -> tuple[int, str]:
    return alert.rank, alert.id


def test_alerts_come_back_the_most_urgent_first(database: Database, stored: list[Alert]) -> None:
    """Each is the very record that was stored; of equal rank, the id decides."""
    with database.work() as work:
        assert alerts(work) == sorted(stored, key=_urgent, reverse=True)


@pytest.mark.parametrize("size", [1, 5, 12])
def test_pages_leave_out_and_repeat_nothing(
    database: Database, stored: list[Alert], size: int
) -> None:
    """Page after page, by rank and id of the last alert seen, gives all of them once."""
    seen: list[Alert] = []
    with database.work() as work:
        page = alerts(work, rows=size)
        while page:
            seen += page
            page = alerts(work, after=Seen(rank=seen[-1].rank, id=seen[-1].id), rows=size)
    assert seen == sorted(stored, key=_urgent, reverse=True)


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
    """Thousands of alerts are told apart from the known ones."""
    many = [make_alert(1, id=f"m{number:04}") for number in range(1200)]
    with database.work(stamp) as work:
        assert len(add_alerts(work, screening_id, many[:700])) == 700
        assert add_alerts(work, screening_id, many) == tuple(alert.id for alert in many[700:])


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (AlertFilter(severity="high"), lambda a: a.severity == "high"),
        (AlertFilter(substance="acetone"), lambda a: "acetone" in a.substances),
        (AlertFilter(substance="ether"), lambda _: False),
        (AlertFilter(rule="route"), lambda _: True),
        (AlertFilter(rule="none"), lambda _: False),
        (AlertFilter(consignment="C4"), lambda a: a.consignment == "C4"),
        (AlertFilter(due_from=date(2026, 3, 12)), lambda a: a.row >= 11),
        (AlertFilter(due_to=date(2026, 3, 3)), lambda a: a.row <= 2),
        (
            AlertFilter(severity="low", substance="acetone"),
            lambda a: a.severity == "low" and "acetone" in a.substances,
        ),
    ],
)
def test_alerts_are_filtered_and_counted(
    database: Database, stored: list[Alert], wanted: AlertFilter, chosen: Callable[[Alert], bool]
) -> None:
    """A filter lets through what it names, and the counts agree with what it lets through."""
    expected = sorted(filter(chosen, stored), key=_urgent, reverse=True)
    with database.work() as work:
        assert alerts(work, wanted) == expected
        counts = count_by_severity(work, wanted)
    assert tuple(counts) == SEVERITIES
    for severity, count in counts.items():
        assert count == sum(alert.severity == severity for alert in expected)


def test_alerts_of_a_screening_or_a_source(
    database: Database, stored: list[Alert], screening_id: int, source: Source, run: Run
) -> None:
    """Alerts know which screening first found them, and in which file."""
    with database.work() as work:
        screening = find_screening(work, source, run)
        assert screening is not None
        assert len(alerts(work, AlertFilter(screening=screening_id))) == len(stored)
        assert len(alerts(work, AlertFilter(source=screening.source_id))) == len(stored)
        assert alerts(work, AlertFilter(screening=screening_id + 1)) == []


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
