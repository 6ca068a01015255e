"""Screened lines, stored for re-screening, and rows that could not be read."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import msgspec
import pyarrow as pa
from sqlalchemy import ColumnElement, RowMapping, select

from tidewaiter.base.records import Record
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new
from tidewaiter.store.core.columns import (
    decode,
    encode,
    key,
    line_payloads,
    lines_of,
    plain,
    values,
    well_formed,
)
from tidewaiter.store.core.database import Database, Work
from tidewaiter.trade.types import FILTERED, LISTS, Line, Refusal

CHUNK = 512  # lines converted at a time; with 8,192, garbage collection takes a third
LINE_COLUMNS = ("source", *FILTERED, "payload")


class StoredBatch(Record, frozen=True, kw_only=True):
    """Stored lines of one source."""

    source: int  # id
    name: str  # of the file
    sha256: str  # of its bytes
    last: int  # id of the last line: `after` of the next batch
    lines: pa.RecordBatch  # of the schema LINES


class StoredLine(Record, frozen=True, kw_only=True):
    """A line with its id."""

    id: int
    source: int
    line: Line


class LineFilter(Record, frozen=True, kw_only=True):
    """Filter of lines; None is ignored."""

    source: int | None = None
    consignment: str | None = None
    goods: str | None = None  # substring of the description
    hs: str | None = None  # prefix
    cas: str | None = None  # as written
    un: str | None = None
    arrival_from: date | None = None
    arrival_to: date | None = None  # the day itself too


def insert_lines(work: Work, source: int, lines: pa.RecordBatch) -> int:
    """Insert the new lines of a source.

    Args:
        work: A write transaction; the caller writes the audit entry.
        source: Id of the source.
        lines: Schema `LINES`; row, consignment and seq are never null.

    Returns:
        The number inserted.
    """
    chunks = (lines.slice(start, CHUNK) for start in range(0, len(lines), CHUNK))
    return sum(
        insert_new(work.connection, tables.line, LINE_COLUMNS, _rows(source, chunk))
        for chunk in chunks
    )


def stored_batches(work: Work, *, after: int = 0, rows: int = 65_536) -> Iterator[StoredBatch]:
    """Read every line in the order of storing, in constant memory.

    Args:
        work: Any transaction; lines stored after its start are not seen, on either database.
        after: Id of the last line seen; 0: from the start.
        rows: Maximum lines per batch.

    Yields:
        Batches, each of one source.

    Raises:
        StoreError: A stored line cannot be decoded.
    """
    page = _read(work, tables.line.c.id > after, rows)
    while page:
        for _, run in groupby(page, key=lambda row: row["source"]):
            yield _batch(list(run))
        page = _read(work, tables.line.c.id > page[-1]["id"], rows)


def every_line(database: Database, *, rows: int = 65_536) -> Iterator[StoredBatch]:
    """Read every line like `stored_batches`, without a transaction open between batches.

    Args:
        database: Without an open transaction.
        rows: Maximum lines per batch.

    Raises:
        StoreError: A stored line cannot be decoded.
    """
    after = 0
    while True:
        with database.work() as work:
            stored = next(stored_batches(work, after=after, rows=rows), None)
        if stored is None:
            return
        after = stored.last
        yield stored


def batches_of(work: Work, ids: Iterable[int], *, rows: int = 8_192) -> Iterator[StoredBatch]:
    """Read some lines in the order of storing, in constant memory.

    Args:
        work: Any transaction.
        ids: Line ids; unknown ids are skipped.
        rows: Maximum lines per batch.

    Yields:
        Batches, each of one source.

    Raises:
        StoreError: A stored line cannot be decoded.
    """
    wanted = sorted(ids)
    for start in range(0, len(wanted), rows):
        page = _read(work, tables.line.c.id.in_(wanted[start : start + rows]), rows)
        for _, run in groupby(page, key=lambda row: row["source"]):
            yield _batch(list(run))


def lines(work: Work, wanted: LineFilter, *, after: int = 0, rows: int = 100) -> list[StoredLine]:
    """Read the lines that pass a filter, in the order of storing.

    Args:
        work: Any transaction.
        wanted: The filter.
        after: Id of the last line seen; 0: from the start.
        rows: Maximum number.

    Raises:
        StoreError: A stored line cannot be decoded.
    """
    c = tables.line.c
    query = select(c.id, c.source, c.payload).where(*_conditions(wanted))
    found = work.connection.execute(query.where(c.id > after).order_by(c.id).limit(rows))
    return [
        StoredLine(id=row.id, source=row.source, line=decode(row.payload, Line, f"line {row.id}"))
        for row in found
    ]


def _rows(source: int, chunk: pa.RecordBatch) -> Iterator[tuple[object, ...]]:
    if not len(chunk):
        return iter(())
    columns = (_cells(name, values(chunk[name])) for name in FILTERED)
    return zip([source] * len(chunk), *columns, line_payloads(chunk), strict=True)


def _cells(name: str, cells: Sequence[Any]) -> list[object]:
    """Make the values of a field valid for its column."""
    if name in LISTS:
        cells = [None if cell is None else msgspec.json.encode(cell).decode() for cell in cells]
    fit = key if name == "consignment" else plain
    return [fit(cell) if isinstance(cell, str) else cell for cell in cells]


def _read(work: Work, which: ColumnElement[bool], rows: int) -> Sequence[RowMapping]:
    c, f = tables.line.c, tables.source.c
    wanted = select(c.id, c.source, f.name, f.sha256, c.payload)
    joined = wanted.select_from(tables.line.join(tables.source)).where(which)
    return work.connection.execute(joined.order_by(c.id).limit(rows)).mappings().all()


def _batch(run: Sequence[RowMapping]) -> StoredBatch:
    last = run[-1]
    return StoredBatch(
        source=last["source"],
        name=last["name"],
        sha256=last["sha256"],
        last=last["id"],
        lines=lines_of([row["payload"] for row in run]),
    )


def _conditions(wanted: LineFilter) -> Iterator[ColumnElement[bool]]:
    c = tables.line.c
    for name in ("source", "un"):
        if (value := getattr(wanted, name)) is not None:
            yield c[name] == value
    if wanted.consignment is not None:
        yield c.consignment == key(wanted.consignment)
    if wanted.goods is not None:
        yield c.goods.contains(plain(wanted.goods), autoescape=True)
    if wanted.hs is not None:
        yield c.hs.startswith(wanted.hs, autoescape=True)
    if wanted.cas is not None:
        quoted = msgspec.json.encode(wanted.cas).decode()
        yield c.cas.contains(quoted, autoescape=True)
    if wanted.arrival_from is not None:
        yield c.arrival >= wanted.arrival_from.isoformat()
    if wanted.arrival_to is not None:
        yield c.arrival <= wanted.arrival_to.isoformat()


REFUSAL_COLUMNS = ("source", "row", "column", "screened", "digest", "payload")


class StoredRefusal(Record, frozen=True, kw_only=True):
    """A refused row with its id."""

    id: int
    source: int
    refusal: Refusal


def insert_refusals(work: Work, source: int, refused: Sequence[Refusal]) -> int:
    """Insert the new refused rows of a source.

    Args:
        work: A write transaction; the caller writes the audit entry.
        source: Id of the source.
        refused: Rows that could not be read.

    Returns:
        The number inserted.
    """
    rows = (_row(source, refusal) for refusal in refused)
    return insert_new(work.connection, tables.refusal, REFUSAL_COLUMNS, rows)


def refusals(
    work: Work, *, source: int | None = None, after: int = 0, rows: int = 100
) -> list[StoredRefusal]:
    """Read refused rows in the order of storing.

    Args:
        work: Any transaction.
        source: Source id; None: all.
        after: Id of the last one seen; 0: from the start.
        rows: Maximum number.
    """
    c = tables.refusal.c
    wanted = select(c.id, c.source, c.payload).where(c.id > after).order_by(c.id).limit(rows)
    if source is not None:
        wanted = wanted.where(c.source == source)
    return [
        StoredRefusal(
            id=row.id,
            source=row.source,
            refusal=decode(row.payload, Refusal, f"refusal {row.id}"),
        )
        for row in work.connection.execute(wanted)
    ]


def _row(source: int, refusal: Refusal) -> tuple[object, ...]:
    # Unreadable content may not be valid text.
    column, value = well_formed(refusal.column), well_formed(refusal.value)
    payload = encode(msgspec.structs.replace(refusal, column=column, value=value))
    digest = hashlib.sha256(payload.encode()).hexdigest()
    screened = int(refusal.screened)
    return (source, refusal.row, plain(column), screened, digest, payload)
