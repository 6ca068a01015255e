"""Batches: bulk inserts, and values split into statement-sized slices."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Connection, Table, func, literal, select


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Insert rows that are all new.

    Args:
        connection: In a transaction.
        table: Target table.
        columns: Names, in the order of the table.
        rows: One value per column each.
    """
    _written(connection, insert_into(connection, table), columns, rows)


def insert_new(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> int:
    """Insert rows, skipping those that violate a unique key.

    Args:
        connection: In a transaction.
        table: Target table.
        columns: Names, in the order of the table.
        rows: One value per column each.

    Returns:
        How many were inserted.
    """
    statement = insert_into(connection, table).on_conflict_do_nothing()
    return _written(connection, statement, columns, rows)


def put(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Insert rows; overwrite rows with the same primary key.

    Args:
        connection: In a transaction.
        table: Target table.
        columns: Names, in the order of the table.
        rows: One value per column each.
    """
    statement = insert_into(connection, table)
    keys = list(table.primary_key.columns)
    fresh = {name: statement.excluded[name] for name in columns if name not in table.primary_key}
    told = statement.on_conflict_do_update(index_elements=keys, set_=fresh)
    _written(connection, told, columns, rows)


def insert_or_add(
    connection: Connection,
    table: Table,
    rows: Iterable[tuple[object, ...]],
    columns: Sequence[str],
    how: Mapping[str, Literal["add", "least", "most", "bits"]],
) -> None:
    """Insert rows; merge with rows of the same primary key.

    Args:
        connection: In a transaction.
        table: Target table; the given rows must have distinct primary keys.
        rows: One value per column each.
        columns: Names, in the order of the table.
        how: For columns outside the key: sum, minimum or maximum of the non-null values, or
            bitwise or; other columns stay unchanged.
    """
    statement = insert_into(connection, table)
    lite = connection.dialect.name == "sqlite"
    least, most = (func.min, func.max) if lite else (func.least, func.greatest)

    def both(name: str) -> Any:
        ours, theirs = table.c[name], statement.excluded[name]
        if how[name] == "add":
            return ours + theirs
        if how[name] == "bits":
            return ours.op("|")(theirs)
        pick = least if how[name] == "least" else most
        return pick(func.coalesce(ours, theirs), func.coalesce(theirs, ours))

    keys = [column.name for column in table.primary_key]
    updated = statement.on_conflict_do_update(
        index_elements=keys, set_={name: both(name) for name in how}
    )
    _written(connection, updated, columns, rows)


def _written(
    connection: Connection,
    statement: Any,
    columns: Sequence[str],
    rows: Iterable[tuple[object, ...]],
) -> int:
    """Insert rows by a statement; return the reported row count."""
    values = list(rows)
    if not values:
        return 0
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    # Bypasses SQLAlchemy's parameter handling, which takes as long as SQLite's insert.
    return connection.exec_driver_sql(str(compiled), values).rowcount


def insert_into(connection: Connection, table: Table) -> Any:
    """Return an insert statement of the database, which takes what is to be done on a conflict."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415  # only one of the two is loaded

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)


def is_among(
    connection: Connection, column: ColumnElement[Any], found: Collection[Any]
) -> ColumnElement[bool]:
    """Return the condition that a column has one of many values.

    They are one parameter: with one for each value, writing the statement takes as long as the
    search.

    Args:
        connection: Of the statement.
        column: Of text or whole numbers.
        found: Values, of any number; none is null.
    """
    if connection.dialect.name == "sqlite":
        said = msgspec.json.encode(list(found)).decode()
        return column.in_(select(func.json_each(said).table_valued("value").c.value))
    return column == func.any(literal(list(found), ARRAY(column.type)))


AT_ONCE: Final = 2_000  # values per statement, or rows read at a time; SQLite allows 32,766 values

T = TypeVar("T")


def slices(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Split values into slices, each small enough for a statement.

    Args:
        values: Any number; none yields no slice.

    Returns:
        The values in order, at most `AT_ONCE` per slice.
    """
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
