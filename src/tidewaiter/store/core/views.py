"""The views of a database as Arrow tables, and questions in SQL; nothing here changes anything."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

import pyarrow as pa
from sqlalchemy import CursorResult, column, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from tidewaiter.base.errors import InputError, StoreError
from tidewaiter.store.core.database import Work, store_error

_ROWS = 10_000  # of a batch
_TEXT, _COUNT, _FLAG = pa.string(), pa.int64(), pa.bool_()
_DAY, _MOMENT = pa.date32(), pa.timestamp("us", "UTC")


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


VIEWS: Mapping[str, pa.Schema] = MappingProxyType(
    {
        "v_alert": _schema(
            alert=_TEXT,
            file=_TEXT,
            file_sha256=_TEXT,
            line=_COUNT,
            row=_COUNT,
            consignment=_TEXT,
            seq=_COUNT,
            severity=_TEXT,
            score=_COUNT,
            rank=_COUNT,
            title=_TEXT,
            substances=_TEXT,
            goods=_TEXT,
            hs=_TEXT,
            origin=_TEXT,
            due=_DAY,
            day=_DAY,
            status=_TEXT,
            assignee=_TEXT,
            verdict=_TEXT,
            decided_by=_TEXT,
            decided_at=_MOMENT,
            restricted=_FLAG,
            stored=_MOMENT,
        ),
        "v_consignment": _schema(
            line=_COUNT,
            file=_TEXT,
            file_sha256=_TEXT,
            row=_COUNT,
            consignment=_TEXT,
            seq=_COUNT,
            goods=_TEXT,
            hs=_TEXT,
            cas=_TEXT,
            un=_TEXT,
            origin=_TEXT,
            arrival=_DAY,
            parties=_TEXT,
            alerts=_COUNT,
        ),
        "v_party": _schema(
            party=_COUNT, name=_TEXT, country=_TEXT, roles=_TEXT, lines=_COUNT, alerts=_COUNT
        ),
        "v_decision": _schema(
            decision=_COUNT,
            alert=_TEXT,
            verdict=_TEXT,
            reason=_TEXT,
            note=_TEXT,
            decided_by=_TEXT,
            decided_at=_MOMENT,
            batch=_COUNT,
            stands=_FLAG,
            severity=_TEXT,
            score=_COUNT,
            title=_TEXT,
            restricted=_FLAG,
        ),
        "v_case": _schema(
            number=_COUNT,
            title=_TEXT,
            owner=_TEXT,
            status=_TEXT,
            held=_FLAG,
            kept_until=_DAY,
            opened=_MOMENT,
            alerts=_COUNT,
        ),
    }
)
"""Columns of each view, in order; revision 0033 makes them."""


def read_view(work: Work, name: str, equal: Mapping[str, object]) -> pa.Table:
    """Read the rows of a view, by its first column.

    Args:
        work: Begun.
        name: Of `VIEWS`.
        equal: What columns must be equal to; None: the column is empty.

    Raises:
        InputError: The view has no such column.
    """
    schema = VIEWS[name]
    view = table(name, *map(column, schema.names))
    asked = select(view).order_by(view.c[schema.names[0]])
    for key, value in equal.items():
        if key not in schema.names:
            raise InputError("store/no-column", key=key, names=", ".join(schema.names), at=name)
        asked = asked.where(view.c[key] == _as_stored(value))
    batches = [_batch(rows, schema) for rows in _parts(work.connection.execute(asked))]
    return pa.Table.from_batches(batches, schema=schema)


def run_query(work: Work, sql: str, parameters: Mapping[str, object]) -> pa.Table:
    """Ask a question in SQL.

    Args:
        work: Begun to read.
        sql: One SELECT; ``:name`` stands for a parameter.
        parameters: By name.

    Raises:
        InputError: The database does not understand it, it asks nothing, a column of the answer
            holds values of several kinds, or two bear one name.
    """
    try:
        answer = work.connection.execute(text(sql), parameters)
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None)
        if cause is not None and store_error(cause, ""):  # locked, damaged: not the question
            raise
        raise _refused(error) from error
    if not answer.returns_rows:
        raise InputError("store/statement-answers-nothing", at="SQL")
    names, rows = list(answer.keys()), answer.all()
    if len(set(names)) < len(names):
        raise InputError("store/column-name-twice", at="SQL")
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    try:
        return pa.Table.from_arrays([pa.array(list(each)) for each in columns], names=names)
    except pa.ArrowException as error:
        raise InputError("store/column-of-several-types", error=error, at="SQL") from error


def _as_stored(value: object) -> object:
    """Return a value as the database has it: flags are 0 and 1 there, days ISO 8601 text."""
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, date) else value


def _parts(answer: CursorResult[Any]) -> Iterator[Sequence[Any]]:
    yield from answer.partitions(_ROWS)


def _batch(rows: Sequence[Any], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    try:
        arrays = [_array(list(cells), f.type) for cells, f in zip(columns, schema, strict=True)]
    except (pa.ArrowException, TypeError) as error:
        raise StoreError("store/stored-value-unreadable", error=error) from error
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(cells: list[Any], kind: pa.DataType) -> pa.Array:
    if kind in {_DAY, _MOMENT}:
        return pa.array([each or None for each in cells], pa.string()).cast(kind)
    if kind == _FLAG:
        return pa.array(cells, pa.int64()).cast(kind)
    return pa.array(cells, kind)


def _refused(error: SQLAlchemyError) -> InputError:
    told = str(getattr(error, "orig", None) or error).splitlines()[0]
    return InputError("store/query-refused", told=told, views=", ".join(VIEWS), at="SQL")
