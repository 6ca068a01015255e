"""Many rows or values at a time: bulk inserts, and values cut into statement-sized slices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar

from sqlalchemy import Connection, Table, func
from sqlalchemy.dialects import postgresql, sqlite


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Insert rows that are all new.

    Args:
        connection: In a transaction.
        table: Where to.
        columns: Names, in the order of the table.
        rows: One value per column each.
    """
    _written(connection, _made(connection, table), columns, rows)


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
    statement = _made(connection, table).on_conflict_do_nothing()
    return _written(connection, statement, columns, rows)


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
    statement = _made(connection, table)
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
    """Insert rows; where one is there with the same primary key, put the two together.

    Args:
        connection: In a transaction.
        table: Where to; its primary key tells rows apart, no two given may have the same.
        rows: One value per column each.
        columns: Names, in the order of the table.
        how: Of columns outside the key: the sum, the least or the most that is not null, or the
            bits of both; the other columns stay as they are.
    """
    statement = _made(connection, table)
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
    """Insert rows by a statement; return how many it says it wrote."""
    values = list(rows)
    if not values:
        return 0
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    # Past SQLAlchemy's own parameter handling, which takes as long as SQLite's insert.
    return connection.exec_driver_sql(str(compiled), values).rowcount


def _made(connection: Connection, table: Table) -> Any:
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return make(table)


AT_ONCE: Final = (
    2_000  # values of one statement, or rows read at a time; SQLite takes 32,766 values
)

T = TypeVar("T")


def slices(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut values into pieces, each small enough for a statement.

    Args:
        values: Any number; none gives no piece.

    Returns:
        The values in their order, at most `AT_ONCE` in a piece.
    """
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
