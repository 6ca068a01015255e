"""Screened lines, stored for re-screening, and rows that could not be read."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, groupby, repeat
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Column, ColumnElement, RowMapping, func, select

from tidewaiter.base.records import Record
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new
from tidewaiter.store.core.columns import (
    CHUNK,
    KEY_LENGTH,
    decode,
    encode,
    key,
    line_payloads,
    line_records,
    lines_of,
    plain,
    unreadable,
    well_formed,
)
from tidewaiter.store.core.database import Database, Work
from tidewaiter.store.screening.parties import (
    KnownParties,
    insert_parties,
    link_parties,
    parties_of,
    party_references,
)
from tidewaiter.trade.types import FILTERED, LINES, LISTS, Line, Refusal

LINE_COLUMNS = ("source", *FILTERED, "payload")
STORED_ONCE: Final = tuple(
    name
    for name in FILTERED
    if pa.types.is_string(LINES.field(name).type) or pa.types.is_integer(LINES.field(name).type)
)
"""Fields that a payload leaves out where their column has the same value."""


class StoredBatch(Record, frozen=True, kw_only=True):
    """Stored lines of one source."""

    source: int  # id
    name: str  # of the file
    sha256: str  # of its bytes
    last: int  # id of the last line: `after` of the next batch
    lines: pa.RecordBatch  # of the schema LINES
    ids: tuple[int, ...]  # of the lines


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


def insert_lines(
    work: Work, source: int, lines: pa.RecordBatch, known: KnownParties | None = None
) -> int:
    """Insert the new lines of a source, and the parties that they name.

    Args:
        work: A write transaction; the caller writes the audit entry.
        source: Id of the source.
        lines: Schema `LINES`; row, consignment and seq are never null.
        known: Parties that earlier batches of the same writer named.

    Returns:
        The number inserted.
    """
    new = _unknown(work, source, lines)
    if not len(new):
        return 0
    named = insert_parties(work, new, known or KnownParties())
    rows = _rows(source, new, party_references(new, named))
    added = insert_new(work.connection, tables.line, LINE_COLUMNS, rows)
    link_parties(work, source, named)
    return added


def _unknown(work: Work, source: int, lines: pa.RecordBatch) -> pa.RecordBatch:
    """Return the lines whose rows are not stored yet."""
    if not len(lines):
        return lines
    c, rows = tables.line.c, lines["row"]
    first, last = pc.min_max(rows).as_py().values()
    known = select(c.row).where(c.source == source, c.row.between(first, last))
    stored = work.connection.execute(known).scalars().all()
    if not stored:
        return lines
    return lines.filter(pc.invert(pc.is_in(rows, value_set=pa.array(stored, rows.type))))


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
            yield _batch(work, list(run))
        page = _read(work, tables.line.c.id > page[-1]["id"], rows)


def count_lines(work: Work) -> int:
    """Count the stored lines."""
    return int(work.connection.execute(select(func.count(tables.line.c.id))).scalar_one())


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
            yield _batch(work, list(run))


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
    query = select(c.id, c.source, *whole_line()).where(*_conditions(wanted), c.id > after)
    found = work.connection.execute(query.order_by(c.id).limit(rows)).mappings().all()
    return [
        StoredLine(id=row["id"], source=row["source"], line=_line(record, row["id"]))
        for row, record in zip(found, chain.from_iterable(whole_records(work, found)), strict=True)
    ]


def whole_line() -> list[Column[Any]]:
    """Return the columns that `whole_records` reads."""
    return [tables.line.c[name] for name in (*STORED_ONCE, "payload")]


def whole_records(work: Work, rows: Sequence[RowMapping]) -> Iterator[list[dict[str, Any]]]:
    """Decode stored lines, with what their columns and the table of parties hold of them.

    Older versions stored each line in full in its payload: what a payload has takes precedence.

    Args:
        work: Any transaction.
        rows: With the columns `whole_line`.

    Yields:
        The lines in the same order, at most `CHUNK` at a time.

    Raises:
        StoreError: A stored line cannot be decoded.
    """
    known: dict[int, dict[str, str]] = {}
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        records = line_records([row["payload"] for row in some])
        try:
            named = {id_ for record in records for _, id_ in _references(record)}
            known.update(parties_of(work, named - known.keys()))
            whole = [_whole(row, record, known) for row, record in zip(some, records, strict=True)]
        except (LookupError, TypeError, ValueError) as error:  # changed by hand
            raise unreadable(error) from error
        yield whole


def _references(record: dict[str, Any]) -> list[list[Any]]:
    return [party for party in record.get("parties") or () if isinstance(party, list)]


def _whole(
    row: RowMapping, record: dict[str, Any], parties: Mapping[int, dict[str, str]]
) -> dict[str, Any]:
    whole = {name: row[name] for name in STORED_ONCE if row[name] is not None} | record
    if _references(record):
        whole["parties"] = [
            {"role": party[0], **parties[party[1]]} if isinstance(party, list) else party
            for party in record["parties"]
        ]
    return whole


def _line(record: dict[str, Any], number: int) -> Line:
    return decode(msgspec.json.encode(record).decode(), Line, f"line {number}")


def _rows(
    source: int, lines: pa.RecordBatch, references: list[list[Any] | None]
) -> Iterator[tuple[object, ...]]:
    """Return the rows of some lines, with references to their parties."""
    cells = {name: _cells(name, lines[name]) for name in FILTERED}
    rest = lines
    for name in STORED_ONCE:
        place, column = lines.schema.get_field_index(name), lines[name]
        left = pc.if_else(pc.equal(column, cells[name]), pa.scalar(None, column.type), column)
        rest = rest.set_column(place, lines.schema.field(name).with_nullable(True), left)
    payloads = line_payloads(rest, {"parties": references})
    columns = (column.to_pylist() for column in cells.values())
    return zip(repeat(source, len(lines)), *columns, payloads, strict=True)


def _cells(name: str, column: pa.Array) -> pa.Array:
    """Make the values of a field valid for its column, as `plain` and `key` make one."""
    if name in LISTS:
        texts = (None if cell is None else msgspec.json.encode(cell) for cell in column.to_pylist())
        column = pa.array(texts, pa.binary()).cast(pa.string())
    elif pa.types.is_date(column.type):
        column = column.cast(pa.string())
    if not pa.types.is_string(column.type):
        return column
    if name == "consignment":
        column = pc.utf8_slice_codeunits(column, 0, KEY_LENGTH)
    return pc.replace_substring(column, "\0", "\ufffd")


def _read(work: Work, which: ColumnElement[bool], rows: int) -> Sequence[RowMapping]:
    c, f = tables.line.c, tables.source.c
    wanted = select(c.id, c.source, f.name, f.sha256, *whole_line())
    joined = wanted.select_from(tables.line.join(tables.source)).where(which)
    return work.connection.execute(joined.order_by(c.id).limit(rows)).mappings().all()


def _batch(work: Work, run: Sequence[RowMapping]) -> StoredBatch:
    last = run[-1]
    return StoredBatch(
        source=last["source"],
        name=last["name"],
        sha256=last["sha256"],
        last=last["id"],
        lines=lines_of(whole_records(work, run)),
        ids=tuple(row["id"] for row in run),
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
