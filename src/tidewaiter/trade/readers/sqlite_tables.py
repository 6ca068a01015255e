"""SQLite databases: each table, read only. Views, triggers and functions are never executed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers.grids import Grid, open_grids
from tidewaiter.trade.readers.heads import Row
from tidewaiter.trade.readers.held_folder import HeldFolder
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.types import ReadOptions

MAGIC = b"SQLite format 3\0"
"""First bytes of a database."""

LARGEST = 8 << 30
"""Maximum size of a database, in bytes."""

_LONGEST = 64 << 20  # bytes of a value
_TABLES = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) != 'sqlite_'"
)


def open_sqlite(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    """Open the tables of a database.

    Args:
        file: Seekable; it is copied, as the library opens a path.
        name: Name of the file, for errors.
        options: User settings.

    Raises:
        InputError: Damaged, or without a table.
    """
    held = HeldFolder()
    error = InputError("trade/unpacked-too-large", largest=LARGEST >> 20, at=name)
    path = held.copy(file, "database", LARGEST, error)
    try:
        with closing(_connected(path)) as database:
            found = [name for name, sql in database.execute(_TABLES) if _is_plain(sql)]
            headers = {table: _header(database, table) for table in found}
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _damaged(name, error) from error
    grids = [
        Grid(title=table, rows=partial(_rows, held, path, table, name), header=header, pointed=True)
        for table, header in headers.items()
    ]
    return open_grids(grids, name, options)


def _is_plain(sql: str | None) -> bool:
    """Return whether a table is an ordinary one: a virtual one runs a program."""
    return sql is not None and not sql.lstrip().upper().startswith("CREATE VIRTUAL")


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return database


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _header(database: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """Return the stored columns of a table; a generated one is computed by its schema."""
    return tuple(row[1] for row in database.execute(f"PRAGMA table_info({_quoted(table)})"))


def _rows(held: HeldFolder, path: Path, table: str, name: str) -> Iterator[Row]:
    del held  # the folder exists as long as its tables can be read
    try:
        with closing(_connected(path)) as database:
            columns = ", ".join(map(_quoted, _header(database, table)))
            for row in database.execute(f"SELECT {columns} FROM {_quoted(table)}"):  # noqa: S608
                yield [_text(value) for value in row]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _damaged(name, error) from error


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\0", "")
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def _damaged(name: str, error: Exception) -> InputError:
    return InputError("trade/database-damaged", at=f"{name}, {error}"[:200])
