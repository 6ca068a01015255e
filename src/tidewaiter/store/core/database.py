"""The database: opened, brought up to date, copied, and used one transaction at a time."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from tidewaiter.base.errors import InputError, StoreError, install_command
from tidewaiter.base.files import writing
from tidewaiter.base.records import Record
from tidewaiter.store.core.revisions import is_current, upgrade

LOCKED = "store/locked"
READ_ONLY = "store/read-only"
FULL = "store/no-space"
ABSENT = "store/not-opened"
NO_SERVER = "store/server-does-not-answer"
NO_ENTRY = "store/server-refuses-user"

SQLITE = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_FULL": FULL,
    "SQLITE_CANTOPEN": ABSENT,
    "SQLITE_PERM": ABSENT,
    "SQLITE_AUTH": ABSENT,
    "SQLITE_NOTADB": "store/not-a-database",
    "SQLITE_CORRUPT": "store/damaged",
    "SQLITE_IOERR": "store/disk-fails",
}
"""By the primary name of SQLite's result code."""

POSTGRESQL = {
    "55P03": LOCKED,
    "40001": LOCKED,
    "40P01": LOCKED,
    "25006": "store/server-read-only",
    "53100": FULL,
    "53300": "store/no-connection-left",
    "3D000": "store/no-database-of-that-name",
    "3F000": "store/no-schema",
    "42501": NO_ENTRY,
    "28": NO_ENTRY,
    "08": NO_SERVER,
    "57P": NO_SERVER,
}
"""By SQLSTATE, whole or its beginning."""


def store_error(error: BaseException, at: str) -> StoreError | None:
    """Say what a driver's error means for the user.

    Args:
        error: As sqlite3 or psycopg raised it.
        at: The database, without a password.

    Returns:
        The error to raise; None where the error is our bug.
    """
    found = _sqlite(error) if hasattr(error, "sqlite_errorname") else _postgresql(error)
    if found is None:
        return None
    return StoreError(found, at=at)


def _sqlite(error: BaseException) -> str | None:
    name = "_".join(str(getattr(error, "sqlite_errorname", "")).split("_")[:2])
    return SQLITE.get(name)


def _postgresql(error: BaseException) -> str | None:
    state = getattr(error, "sqlstate", None)
    if state is None:
        # A connection that never stood has no SQLSTATE, and its cause is in the text alone.
        return _connecting(error) if type(error).__module__.startswith("psycopg") else None
    keys = [key for key in POSTGRESQL if state.startswith(key)]
    return POSTGRESQL[max(keys, key=len)] if keys else None


def _connecting(error: BaseException) -> str | None:
    if type(error).__name__ not in {"OperationalError", "ConnectionTimeout"}:
        return None
    text = str(error)
    if 'database "' in text and "does not exist" in text:
        return POSTGRESQL["3D000"]
    if "authentication failed" in text or "no password supplied" in text:
        return NO_ENTRY
    return NO_SERVER


WRITERS = 0x7469_6465  # "tide": the advisory lock that writers to PostgreSQL take in turn
IN_BINARY = "tidewaiter_in_binary"  # execution option of statements that read many bytes
_PRIVATE = 0o600
OLDEST_SQLITE = (3, 37)  # the first with STRICT tables


class Stamp(Record, frozen=True, kw_only=True):
    """Who changes the database, and when; the store asks no clock."""

    who: str
    at: datetime  # with its time zone


class Work(Record, frozen=True, kw_only=True):
    """A piece of work: one transaction, kept whole or not at all."""

    connection: Connection
    stamp: Stamp | None  # None: it only reads


class Reach(Record, frozen=True, kw_only=True):
    """How a database is reached."""

    engine: Engine
    at: str  # for errors: its path, or its URL without a password
    busy_seconds: float


class Database:
    """An open database; close it, or use it as a context manager."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._reach.engine.dispose()

    @contextmanager
    def work(self, stamp: Stamp | None = None) -> Iterator[Work]:
        """Begin one transaction; keep it at the end, or undo it where an error leaves it.

        Readers see the database as it was when they first read. Writers take turns, on
        both databases: the next one waits until this one ends.

        Args:
            stamp: Who changes the database, and when; None for work that only reads.

        Raises:
            StoreError: The database is locked, read-only, full, damaged or out of reach.
        """
        with _transaction(self._reach, writes=stamp is not None) as connection:
            yield Work(connection=connection, stamp=stamp)

    def work_if_free(self, stamp: Stamp, do: Callable[[Work], None]) -> bool:
        """Do a piece of work that may as well be left out, like noting when someone was seen.

        Args:
            stamp: Who changes the database, and when.
            do: The work. It is left out where another writer is at work, as nobody waits for
                this, and where the database cannot be changed.

        Returns:
            Whether it was done.
        """
        try:
            with _transaction(self._reach, writes=True, waits=False) as connection:
                do(Work(connection=connection, stamp=stamp))
        except StoreError:
            return False
        return True


def open_database(url_or_path: str | Path, *, busy_seconds: float = 30.0) -> Database:
    """Open a database; create and upgrade it where that is due.

    Args:
        url_or_path: The path of an SQLite file, or the URL of a PostgreSQL database, like
            ``postgresql://user@host/name``.
        busy_seconds: How long work waits for another process to finish its own.

    Returns:
        The database, at the newest revision.

    Raises:
        StoreError: It cannot be opened, is not one of ours, or is of a newer version.
    """
    url = _url(str(url_or_path))
    at = _shown(url)
    reach = Reach(engine=_engine(url, at, busy_seconds), at=at, busy_seconds=busy_seconds)
    try:
        _bring_up_to_date(reach)
    except BaseException:
        reach.engine.dispose()
        raise
    return Database(reach)


def open_to_read(url_or_path: str | Path, *, busy_seconds: float = 30.0) -> Database:
    """Open a database that is there, and change nothing in it: neither upgrade nor access rights.

    Args:
        url_or_path: As `open_database` takes it.
        busy_seconds: How long work waits for another process to finish its own.

    Returns:
        The database; work with a stamp is refused by SQLite, and its own to refrain from elsewhere.

    Raises:
        StoreError: There is none, it is not one of ours, or it is of an older or newer version.
    """
    url = _url(str(url_or_path))
    at = _shown(url)
    if url.drivername == "sqlite":
        if not Path(str(url.database)).is_file():
            raise StoreError("store/no-such-database", at=at)
        # As a URI, with the one setting by which SQLite itself refuses to write.
        file = f"file:{quote(str(url.database))}"
        url = url.set(database=file, query={"mode": "ro", "uri": "true"})
        engine = _sqlite_engine(url, at, busy_seconds)
    else:
        engine = _engine(url, at, busy_seconds)
    database = Database(Reach(engine=engine, at=at, busy_seconds=busy_seconds))
    try:
        with database.work() as work:
            current = is_current(work.connection, at)
    except BaseException:
        database.close()
        raise
    if not current:
        database.close()
        raise StoreError("store/database-of-older-version", at=at)
    return database


def database_file(url_or_path: str) -> Path | None:
    """Return the file of a database; None: it is on a server.

    Raises:
        StoreError: It names no database.
    """
    url = _url(url_or_path)
    return Path(str(url.database)) if url.drivername == "sqlite" else None


def _bring_up_to_date(reach: Reach) -> None:
    if reach.engine.dialect.name == "sqlite":
        _use_wal(reach)
    with _transaction(reach, writes=False) as connection:
        current = is_current(connection, reach.at)
    if not current:
        with _transaction(reach, writes=True) as connection:
            upgrade(connection, reach.at)


@contextmanager
def _transaction(reach: Reach, *, writes: bool, waits: bool = True) -> Iterator[Connection]:
    seconds = reach.busy_seconds if waits else 0.0
    with _translated(reach.at), reach.engine.connect() as plain:
        connection = plain.execution_options(begin="BEGIN IMMEDIATE" if writes else "BEGIN")
        with _patience(connection, seconds, reach.busy_seconds), connection.begin():
            if reach.engine.dialect.name == "postgresql":
                _begin_postgresql(connection, reach.at, seconds, writes=writes)
            yield connection


def _url(url_or_path: str) -> URL:
    if "://" not in url_or_path:
        return URL.create("sqlite", database=str(Path(url_or_path).expanduser().absolute()))
    try:
        url = make_url(url_or_path)
    except (ArgumentError, ValueError) as error:
        raise _not_a_database(url_or_path.partition("://")[0]) from error
    kind = url.drivername.partition("+")[0]
    if kind in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and url.database not in {None, "", ":memory:"}:
        return url.set(drivername="sqlite")
    raise _not_a_database(kind)


def _shown(url: URL) -> str:
    """Return a database for errors, without a password; what follows the name may hold one too."""
    return str(url.database) if url.drivername == "sqlite" else f"{url.set(query={})}"


def _not_a_database(scheme: str) -> StoreError:
    return StoreError("store/not-a-database-scheme", scheme=scheme)


def _engine(url: URL, at: str, busy_seconds: float) -> Engine:
    if url.drivername == "sqlite":
        _keep_private(Path(str(url.database)))
        return _sqlite_engine(url, at, busy_seconds)
    try:
        engine = create_engine(url, paramstyle="format", pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        command = install_command("postgresql")
        raise StoreError("store/postgresql-needs-driver", command=command, at=at) from error
    event.listen(engine, "before_cursor_execute", _take_binary)
    return engine


def _sqlite_engine(url: URL, at: str, busy_seconds: float) -> Engine:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError("store/sqlite-too-old", sqlite_version=sqlite3.sqlite_version, at=at)
    engine = create_engine(url, connect_args={"timeout": busy_seconds})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _keep_private(path: Path) -> None:
    """Let nobody but its owner, and a group that it was given to, read a database.

    It holds consignments, parties, casework and hashes of passwords. SQLite makes it as the
    process would make any file, for others to read, and the files beside it like it; a database
    that an earlier version made is closed to others here.
    """
    path = Path(os.path.realpath(path))  # where SQLite writes, beside what a link names
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
    except FileExistsError:
        _close_to_others(path)
    except OSError:
        return  # SQLite says what is wrong


def _close_to_others(path: Path) -> None:
    for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(OSError):  # not there, not ours, or on a disk without such rights
            mode = each.stat().st_mode
            if mode & stat.S_IRWXO and stat.S_ISREG(mode):
                each.chmod(stat.S_IMODE(mode) & ~stat.S_IRWXO)


def _take_binary(
    _connection: Connection, cursor: Any, _statement: str, _values: Any, context: Any, _many: Any
) -> None:
    """Have an answer in binary where it is asked for: bytes as text take twice the time."""
    if context is not None and context.execution_options.get(IN_BINARY):
        cursor.format = 1  # psycopg.pq.Format.BINARY


def _on_connect(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we begin each transaction; sqlite3 would begin late
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -65536")  # KiB
    connection.execute("PRAGMA synchronous = FULL")  # what is acknowledged outlives the power


def _on_begin(connection: Connection) -> None:
    begin = connection.get_execution_options().get("begin", "BEGIN")
    if begin:
        connection.exec_driver_sql(begin)


@contextmanager
def _patience(connection: Connection, seconds: float, usual: float) -> Iterator[None]:
    """Let a connection to SQLite wait for the writer for a while other than the usual one."""
    if seconds == usual or connection.dialect.name != "sqlite":
        yield
        return
    plain = connection.connection.cursor()
    plain.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
    try:
        yield
    finally:
        plain.execute(f"PRAGMA busy_timeout = {round(usual * 1000)}")


def _begin_postgresql(
    connection: Connection, at: str, busy_seconds: float, *, writes: bool
) -> None:
    if not writes:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        return
    if not busy_seconds:
        free = text("SELECT pg_try_advisory_xact_lock(:key)")
        if not connection.execute(free, {"key": WRITERS}).scalar():
            raise StoreError("store/locked", at=at)
        return
    wait = text("SELECT set_config('lock_timeout', :wait, true)")
    connection.execute(wait, {"wait": f"{max(1, round(busy_seconds * 1000))}ms"})
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS})


def _use_wal(reach: Reach) -> None:
    with _translated(reach.at), reach.engine.connect() as plain:
        connection = plain.execution_options(begin="")
        if connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal":
            return
        # Larger pages cost a third less when long lines are stored; only an empty file takes it.
        connection.exec_driver_sql("PRAGMA page_size = 16384")
        try:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except DBAPIError as error:
            # Busy: another process is setting it. Read-only: it may still be read.
            code = getattr(error.orig, "sqlite_errorname", "")
            if not code.startswith(("SQLITE_BUSY", "SQLITE_READONLY", "SQLITE_LOCKED")):
                raise


@contextmanager
def _translated(at: str) -> Iterator[None]:
    try:
        yield
    except OverflowError as error:  # what SQLite says of a number, PostgreSQL says as a DataError
        raise InputError("store/number-too-large") from error
    except DBAPIError as error:
        mendable = store_error(error.orig, at) if error.orig is not None else None
        if mendable is None:
            raise
        raise mendable from error


def copy_database(place: Path, to: Path) -> None:
    """Copy an SQLite database as it stands at one moment; others go on reading and writing.

    Args:
        place: Its file.
        to: A new file.

    Raises:
        OutputError: The copy cannot be written.
        StoreError: It is none of ours.
    """
    open_database(place).close()  # it is one of ours, and up to date
    with (
        writing(str(to)),
        closing(sqlite3.connect(place)) as one,
        closing(sqlite3.connect(to)) as two,
    ):
        one.backup(two)
