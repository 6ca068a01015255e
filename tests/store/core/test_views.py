"""Views: what they show of a database, that nothing changes by them, and their queries in docs."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text
from tests.found import decide_each

from tidewaiter.base.errors import InputError, StoreError
from tidewaiter.casework.cases.state import Viewer
from tidewaiter.store.alerts.decisions import Wanted
from tidewaiter.store.cases.casefile import open_case
from tidewaiter.store.core import revisions
from tidewaiter.store.core.database import Database, Stamp, Work, open_database, open_to_read
from tidewaiter.store.core.migrations.versions.r0033_views import VIEWS as MADE
from tidewaiter.store.core.migrations.versions.r0033_views import down_revision
from tidewaiter.store.core.views import VIEWS, read_view, run_query
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "database-views.md"
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def held(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
) -> Database:
    """Return a database with eight lines, some alerts of them, a decision and a case."""
    with database.work(stamp) as work:
        add_batch(work, begin_screening(work, *reading).id, make_batch(1, 8))
        first = str(run_query(work, "SELECT min(id) AS id FROM alert", {})["id"][0])
        decide_each(work, [first], Wanted(verdict="hold", reason="inspect"))
        open_case(work, Viewer(name="officer", rights=frozenset({"case"})), "A case")
    return database


def test_each_view_has_the_columns_that_are_read(database: Database) -> None:
    """The views of the database, of the code and of the reference are the same."""
    with database.work() as work:
        seen = inspect(work.connection)
        found = {name: [c["name"] for c in seen.get_columns(name)] for name in MADE}
        assert set(seen.get_view_names()) == set(VIEWS)
    assert found == {name: schema.names for name, schema in VIEWS.items()}


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_of_a_view_has_an_entry(view: str) -> None:
    """The reference has a section for each view, and names each of its columns there."""
    section = PAGE.read_text(encoding="utf-8").split(f"## `{view}`\n")[1].split("\n## ")[0]
    assert [name for name in VIEWS[view].names if f"`{name}`" not in section] == []


def test_an_alert_is_shown_with_its_decision(held: Database) -> None:
    """Days, moments and flags have types of their own; the decision that stands is beside it."""
    with held.work() as work:
        alerts = read_view(work, "v_alert", {"verdict": "hold"}).to_pylist()
        (decision,) = read_view(work, "v_decision", {}).to_pylist()
        rest = read_view(work, "v_alert", {"verdict": None, "restricted": False})
        every = read_view(work, "v_alert", {})
    (alert,) = alerts
    assert alert["decided_by"] == decision["decided_by"] == "officer"
    assert alert["decided_at"] == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert alert["alert"] == decision["alert"]
    assert alert["day"] == date(2026, 3, 1)
    assert alert["substances"] == "acetone"
    assert decision["stands"] is True
    assert len(rest) == len(every) - 1


def test_a_line_and_a_party_count_their_alerts(held: Database) -> None:
    """As many as there are, and each by the line that it is about."""
    with held.work() as work:
        lines = read_view(work, "v_consignment", {}).to_pylist()
        alerts = read_view(work, "v_alert", {}).to_pylist()
        parties = read_view(work, "v_party", {}).to_pylist()
        cases = read_view(work, "v_case", {"held": False}).to_pylist()
    assert len(lines) == 8
    assert {each["line"] for each in lines if each["alerts"]} == {each["line"] for each in alerts}
    assert all(party["lines"] >= 1 for party in parties)
    assert [case["title"] for case in cases] == ["A case"]


def test_restricted_alerts_are_marked_and_not_counted(held: Database, stamp: Stamp) -> None:
    """Filtering them from the alerts leaves no trace in the counts of the others."""
    with held.work(stamp) as work:
        work.connection.execute(text("UPDATE alert SET restricted = 1"))
        assert set(read_view(work, "v_alert", {})["restricted"].to_pylist()) == {True}
        assert len(read_view(work, "v_alert", {"restricted": False})) == 0
        assert set(read_view(work, "v_consignment", {})["alerts"].to_pylist()) == {0}
        assert set(read_view(work, "v_party", {})["alerts"].to_pylist()) <= {0}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.split()[1].strip(","))
def test_the_queries_of_the_reference_run(query: str, held: Database) -> None:
    """Each question of the page has an answer, on both databases."""
    with held.work() as work:
        assert run_query(work, query.strip().rstrip(";"), {}).num_columns > 1


def test_a_question_that_is_not_understood_is_refused(held: Database) -> None:
    """A column, a table or a parameter that is not there, and a statement that asks nothing."""
    unfit = (
        "SELECT nothing FROM v_alert",
        "SELEC 1",
        "SELECT * FROM v_alert WHERE row = :x",
        "SELECT 1 AS a, 2 AS a",
    )
    for query in unfit:
        with pytest.raises(InputError), held.work() as work:
            run_query(work, query, {})
    with held.work() as work, pytest.raises(InputError) as caught:
        read_view(work, "v_alert", {"weight": 1})
    assert "severity" in caught.value.hint


def test_a_database_that_is_read_is_not_changed(
    url: str, stamp: Stamp, reading: tuple[Source, Run], make_batch: Callable[[int, int], Batch]
) -> None:
    """Its rows are there, a change is refused, and so is a database that is not there, or older."""
    with open_database(url) as database, database.work(stamp) as work:
        add_batch(work, begin_screening(work, *reading).id, make_batch(1, 3))
    with open_to_read(url) as database:
        with database.work() as work:
            assert len(read_view(work, "v_consignment", {})) == 3
        with pytest.raises((StoreError, InputError)), database.work() as work:
            run_query(work, "DELETE FROM alert", {})
    with open_database(url) as database, database.work(stamp) as work:
        older = text("UPDATE tidewaiter_revision SET version_num = :version")
        work.connection.execute(older, {"version": down_revision})
    with pytest.raises(StoreError):
        open_to_read(url)


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A mistyped path leaves no file behind."""
    with pytest.raises(StoreError):
        open_to_read(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_before_gets_the_views(
    blank: str,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
) -> None:
    """They show the rows that were there; an upgrade that finds views of a trial replaces them."""
    with open_database(blank) as database, database.work(stamp) as work:
        add_batch(work, begin_screening(work, *reading).id, make_batch(1, 4))
        expected = _shown(work)
        for name in MADE[1:]:
            work.connection.execute(text(f"DROP VIEW {name}"))
        older = text("UPDATE tidewaiter_revision SET version_num = :version")
        work.connection.execute(older, {"version": down_revision})
        command.upgrade(revisions._config(work.connection), "head")
        assert _shown(work) == expected


def _shown(work: Work) -> list[list[dict[str, object]]]:
    return [read_view(work, name, {}).to_pylist() for name in VIEWS]
