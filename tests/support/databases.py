"""Databases for tests: new ones, and empty ones that are handed on, as each takes time to make."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, cached_property
from pathlib import Path

import pytest
from sqlalchemy import (
    Connection,
    Engine,
    column,
    create_engine,
    insert,
    make_url,
    select,
    table,
    text,
)

from tidewaiter.store.core.database import Database, open_database
from tidewaiter.store.core.migrations.versions.r0033_views import VIEWS

NO_VIEWS = tuple(f"DROP VIEW {view}" for view in VIEWS)
"""Statements without which no column that a view reads can be dropped."""

SERVER = "TIDEWAITER_TEST_POSTGRESQL"
_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid != pg_backend_pid()"
)
# What a test may change that emptying does not undo.
_SHAPE = """
    SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
        SELECT concat('r', oid, relkind) AS part FROM pg_class WHERE oid > 16000
        UNION ALL SELECT concat('a', attrelid, attname, atttypid, attnotnull) FROM pg_attribute
            WHERE attrelid > 16000
        UNION ALL SELECT concat('t', oid, tgenabled) FROM pg_trigger
        UNION ALL SELECT concat('c', oid) FROM pg_constraint
        UNION ALL SELECT concat('p', oid, md5(prosrc)) FROM pg_proc WHERE oid > 16000
    ) AS parts
"""
_TABLES = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
_COUNTERS = """
    SELECT DISTINCT d.refobjid::regclass::text FROM pg_depend d JOIN pg_class s ON s.oid = d.objid
    JOIN pg_sequences q ON q.sequencename = s.relname AND q.schemaname = 'public'
    WHERE s.relkind = 'S' AND d.deptype IN ('a', 'i') AND q.last_value IS NOT NULL
"""


@cache
def _server() -> Engine:
    """Connect to the PostgreSQL server of the tests, or skip the one that asks."""
    named = os.environ.get(SERVER)
    if not named:
        pytest.skip(f"{SERVER} names no PostgreSQL server")
    url = make_url(named).set(drivername="postgresql+psycopg")
    return create_engine(url, isolation_level="AUTOCOMMIT")


def _tell(statement: str) -> None:
    with _server().connect() as connection:
        connection.execute(text(statement))


@contextmanager
def own_database() -> Iterator[str]:
    """Name a new PostgreSQL database, in which there is nothing: writers of one take turns."""
    name = f"tidewaiter_test_{uuid.uuid4().hex}"
    _tell(f"CREATE DATABASE {name}")
    try:
        yield _server().url.set(database=name).render_as_string(hide_password=False)
    finally:
        _tell(f"DROP DATABASE {name} WITH (FORCE)")


class Kept:
    """A PostgreSQL database at the newest revision, which can be emptied."""

    def __init__(self, stack: ExitStack) -> None:
        self.url = stack.enter_context(own_database())
        open_database(self.url).close()
        self._engine = create_engine(self.url)
        stack.callback(self._engine.dispose)
        with self._engine.begin() as connection:
            self._shape = connection.execute(text(_SHAPE)).scalar()
            self._tables = list(connection.execute(text(_TABLES)).scalars())
            self._rows = {each: _rows(connection, each) for each in self._filled(connection)}

    def empty(self) -> bool:
        """Leave what a new database has; say whether that could be done."""
        with self._engine.begin() as connection:
            connection.execute(text(_OTHERS))
            if connection.execute(text(_SHAPE)).scalar() != self._shape:
                return False
            filled = self._filled(connection) | set(connection.execute(text(_COUNTERS)).scalars())
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers
            connection.execute(text(f"TRUNCATE {', '.join(filled)} RESTART IDENTITY CASCADE"))
            for name, rows in self._rows.items():
                connection.execute(insert(table(name, *map(column, rows[0]))), rows)
        return True

    def _filled(self, connection: Connection) -> set[str]:
        asked = " UNION ALL ".join(
            f"(SELECT '{each}' FROM {each} LIMIT 1)"  # noqa: S608 - the names of our tables
            for each in self._tables
        )
        return set(connection.execute(text(asked)).scalars())


def _rows(connection: Connection, name: str) -> list[dict[str, object]]:
    found = connection.execute(select(text("*")).select_from(table(name))).mappings()
    return [{**row} for row in found]


class Prepared:
    """Empty databases at the newest revision: going through each revision takes its time."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._idle: list[Kept] = []

    def copy(self, path: Path) -> str:
        """Put an SQLite database at a path."""
        return str(shutil.copy(self._file, path))

    @contextmanager
    def lend(self) -> Iterator[str]:
        """Name a PostgreSQL database for exclusive use."""
        _server()
        kept = self._idle.pop() if self._idle else Kept(self._stack)
        yield kept.url
        if kept.empty():
            self._idle.append(kept)

    @cached_property
    def _file(self) -> Path:
        place = self._folder / "empty.db"
        open_database(place).close()
        return place


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Keep empty databases of each kind, to be copied or handed on."""
    with ExitStack() as stack:
        yield Prepared(tmp_path_factory.mktemp("prepared"), stack)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def dialect(request: pytest.FixtureRequest) -> str:
    """Name each kind of database."""
    return str(request.param)


@pytest.fixture
def blank(dialect: str, tmp_path: Path) -> Iterator[str]:
    """Name a database of each kind in which there is nothing yet, on the server in a schema."""
    if dialect == "sqlite":
        yield str(tmp_path / "tidewaiter.db")
        return
    schema = f"test_{uuid.uuid4().hex}"
    with own_database() as own:
        engine = create_engine(own)
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        engine.dispose()
        inside = make_url(own).update_query_dict({"options": f"-csearch_path={schema}"})
        yield inside.render_as_string(hide_password=False)


@pytest.fixture
def url(dialect: str, tmp_path: Path, prepared: Prepared) -> Iterator[str]:
    """Name an empty database of each kind, at the newest revision."""
    if dialect == "sqlite":
        yield prepared.copy(tmp_path / "tidewaiter.db")
        return
    with prepared.lend() as lent:
        yield lent


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Open an empty database of each kind."""
    with open_database(url) as opened:
        yield opened
