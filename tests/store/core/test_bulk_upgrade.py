"""A database from before bulk decisions: its trails stay, and its list hits are found."""

from collections.abc import Callable

from alembic import command
from msgspec import structs
from sqlalchemy import select, text
from tests.found import alerts, decide_each
from tests.removers import LISTED
from tests.support.databases import NO_VIEWS

from tidewaiter.store.alerts.decisions import Wanted, trail
from tidewaiter.store.core import revisions, tables
from tidewaiter.store.core.database import Database, Stamp, Work, open_database
from tidewaiter.store.core.migrations.versions.r0029_bulk_decisions import (
    down_revision,
    revision,
)
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import Alert

BEFORE = (
    *NO_VIEWS,
    "DELETE FROM alert_term WHERE term LIKE 'listed:%'",
    "DROP TABLE decision_proposal",
    "DROP INDEX decision_batch_of",
    "ALTER TABLE decision DROP COLUMN batch",
    "DROP TABLE decision_batch",
    "ALTER TABLE account DROP COLUMN analyst",
)


def _terms(work: Work) -> list[tuple[object, ...]]:
    t = tables.alert_term.c
    some = select(t.term, t.block, t.bits).order_by(t.term, t.block)
    return [tuple(row) for row in work.connection.execute(some)]


def test_list_hits_of_stored_alerts_are_first_after_an_upgrade(
    blank: str,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
    make_alert: Callable[..., Alert],
) -> None:
    """The index equals that of new alerts; dismissed matches are not hits; decisions are single."""
    judged = structs.replace(LISTED, judged="another firm")
    found = [make_alert(row, parties=(LISTED,) if row in {5, 9} else ()) for row in range(1, 13)]
    found[2] = make_alert(3, parties=(judged,))
    with open_database(blank) as database, database.work(stamp) as work:
        batch = structs.replace(make_batch(1, 12), alerts=found, refusals=())
        add_batch(work, begin_screening(work, *reading).id, batch)
        decide_each(work, ["alert-1"], Wanted(verdict="hold", reason="inspect"))
        expected = _terms(work)
        for statement in BEFORE:
            work.connection.execute(text(statement))
        older = text("UPDATE tidewaiter_revision SET version_num = :version")
        work.connection.execute(older, {"version": down_revision})
        command.upgrade(revisions._config(work.connection), revision)
        assert _terms(work) == expected
        assert {alert.id for alert in alerts(work)[:2]} == {"alert-5", "alert-9"}
        assert [step.batch for step in trail(work, "alert-1")] == [None]


def test_an_empty_database_is_upgraded(database: Database) -> None:
    """And has no act on many alerts."""
    with database.work() as work:
        assert work.connection.execute(select(tables.decision_batch)).all() == []
