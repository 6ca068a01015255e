"""From an empty database to the newest revision, and never from a newer one."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from tests.support.raising import raises

from tidewaiter.base.errors import StoreError
from tidewaiter.store.core import revisions
from tidewaiter.store.core.columns import METADATA, VERSION_TABLE
from tidewaiter.store.core.database import Database, Stamp, open_database


def test_the_revisions_make_the_tables(database: Database) -> None:
    """An empty database that is upgraded has the very tables that the code knows."""
    with database.work() as work:
        context = MigrationContext.configure(
            work.connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, METADATA) == []
        names = set(inspect(work.connection).get_table_names())
    assert names == set(METADATA.tables) | {VERSION_TABLE}


def test_each_revision_is_in_the_file_of_its_number() -> None:
    """What is known from names of files is what Alembic reads in the files."""
    config = Config()
    config.set_main_option("script_location", "tidewaiter.store.core:migrations")
    config.set_main_option("recursive_version_locations", "true")
    script = ScriptDirectory.from_config(config)
    known = revisions._known(revisions.FOLDERS)
    assert known == {step.revision for step in script.walk_revisions()}
    assert max(known) == script.get_current_head()


def test_sqlite_tables_are_strict(tmp_path: Path) -> None:
    """SQLite checks the type of every value."""
    with open_database(tmp_path / "tidewaiter.db") as database, database.work() as work:
        listed = work.connection.execute(text("PRAGMA table_list")).mappings()
        strict = {row["name"] for row in listed if row["strict"]}
    assert strict >= set(METADATA.tables)


def test_a_newer_database_is_refused(url: str, stamp: Stamp) -> None:
    """A database that a newer version has changed is not touched."""
    with open_database(url) as database, database.work(stamp) as work:
        work.connection.execute(text("UPDATE tidewaiter_revision SET version_num = '9999'"))
    with raises("store/database-of-newer-version", StoreError, current="9999") as caught:
        open_database(url)
    assert "newer version of Tidewaiter" in caught.value.hint


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """No table is added beside those of another program."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE moz_places (id INTEGER)")
    other.close()
    with raises("store/tables-of-another-program", StoreError, tables="moz_places"):
        open_database(path)
    with sqlite3.connect(path) as other:
        tables = other.execute("SELECT name FROM sqlite_master").fetchall()
    other.close()
    assert tables == [("moz_places",)]


def test_an_upgrade_that_fails_leaves_nothing(
    blank: str, monkeypatch: pytest.MonkeyPatch, stamp: Stamp
) -> None:
    """An upgrade is applied whole or not at all."""

    def fail(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_index", fail)
        with pytest.raises(ZeroDivisionError):
            open_database(blank)
    with open_database(blank) as database, database.work(stamp) as work:
        assert inspect(work.connection).has_table("audit")
