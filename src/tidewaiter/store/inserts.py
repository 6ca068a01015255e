"""Many rows at once, on either database; what is already there stays as it is."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> int:
    """Insert the rows that break no unique key of the table, and pass over the others.

    Args:
        connection: In a transaction.
        table: Where to.
        columns: Names, in the order of the table.
        rows: One value per column each.

    Returns:
        How many were inserted.
    """
    values = list(rows)
    if not values:
        return 0
    statement = _made(connection, table).on_conflict_do_nothing()
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    # Past SQLAlchemy's own parameter handling, which takes as long as SQLite's insert.
    return connection.exec_driver_sql(str(compiled), values).rowcount


def put(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Insert rows; one that is there with the same primary key takes the new values.

    Args:
        connection: In a transaction.
        table: Where to.
        columns: Names, in the order of the table.
        rows: One value per column each.
    """
    values = list(rows)
    if not values:
        return
    statement = _made(connection, table)
    keys = list(table.primary_key.columns)
    fresh = {name: statement.excluded[name] for name in columns if name not in table.primary_key}
    told = statement.on_conflict_do_update(index_elements=keys, set_=fresh)
    compiled = told.compile(dialect=connection.dialect, column_keys=list(columns))
    connection.exec_driver_sql(str(compiled), values)


def _made(connection: Connection, table: Table) -> Any:
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return make(table)
