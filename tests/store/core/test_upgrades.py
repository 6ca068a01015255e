"""A database of an older version: upgraded whole, or left as it was."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from tests.found import alerts
from tests.support.raising import raises

from tidewaiter.base.errors import StoreError
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core import revisions
from tidewaiter.store.core.database import Stamp, open_database
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening

HERE = Path(__file__).parent / "revisions"
Newer = Callable[..., None]


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Newer:
    """Be a later version, which knows more revisions."""
    ours = revisions.FOLDERS

    def know(*names: str) -> None:
        more = tuple(HERE / name for name in names)
        monkeypatch.setattr(revisions, "FOLDERS", (*ours, *more))

    return know


@pytest.fixture
def old(
    url: str,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
) -> str:
    """Fill a database of our newest revision."""
    with open_database(url) as database, database.work(stamp) as work:
        screening = begin_screening(work, *reading)
        add_batch(work, screening.id, make_batch(1, 20))
    return url


def _state(connection: Connection) -> dict[str, object]:
    """Read the revision, and what each table holds."""
    tables = sorted(inspect(connection).get_table_names())
    return {
        table: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{table}"'))))  # noqa: S608
        for table in tables
    }


def _read(url: str) -> dict[str, object]:
    with open_database(url) as database, database.work() as work:
        return _state(work.connection)


def test_an_old_database_is_upgraded_when_it_is_opened(old: str, newer: Newer) -> None:
    """The revision moves its rows, and everything else is unchanged."""
    before = _read(old)
    newer("moves")
    with open_database(old) as database, database.work() as work:
        after = _state(work.connection)
        notes = work.connection.execute(text("SELECT note FROM source")).scalars().all()
        assert len(alerts(work)) == 20
        assert verify_audit(work).broken is None
    assert notes == ["called manifest.csv"]
    assert after["tidewaiter_revision"] == ["('9998',)"]
    assert len(after["refused"]) == 20  # type: ignore[arg-type]
    assert "refusal" not in after
    same = ("line", "alert", "reason", "audit", "screening")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


def test_an_upgraded_database_is_refused_by_the_old_version(
    old: str, newer: Newer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version that does not know the revision says so, and changes nothing."""
    with monkeypatch.context() as patch:
        ours = revisions.FOLDERS
        newer("moves")
        open_database(old).close()
        state = _read(old)
        patch.setattr(revisions, "FOLDERS", ours)
        with raises("store/database-of-newer-version", StoreError, current="9998") as caught:
            open_database(old)
        assert "newer version of Tidewaiter" in caught.value.hint
        newer("moves")
        assert _read(old) == state


def test_an_upgrade_that_fails_in_the_middle_leaves_the_old_state(
    old: str, newer: Newer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the revision before the one that fails stays, and the old version works on."""
    ours = revisions.FOLDERS
    before = _read(old)
    newer("moves", "fails")
    with pytest.raises(DBAPIError, match="no_such_table"):
        open_database(old)
    monkeypatch.setattr(revisions, "FOLDERS", ours)
    assert _read(old) == before
    newer("moves")
    assert _read(old)["tidewaiter_revision"] == ["('9998',)"]


def test_two_that_open_an_old_database_at_once_upgrade_it_once(old: str, newer: Newer) -> None:
    """One waits for the other, and finds the work done."""
    newer("moves")
    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(_read, [old] * 4))
    assert all(state == states[0] for state in states)
    assert states[0]["tidewaiter_revision"] == ["('9998',)"]


def test_an_empty_database_goes_through_all_revisions(blank: str, newer: Newer) -> None:
    """A new database of a later version has what an upgraded one has."""
    newer("moves")
    assert {"refused", "source"} <= set(_read(blank))
