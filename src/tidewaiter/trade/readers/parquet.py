"""Parquet files as tables of text, row group by row group."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers.arrow_tables import lists_in, open_batches
from tidewaiter.trade.readers.table import SAMPLE_ROWS, Block, Sheet, unique_names
from tidewaiter.trade.readers.typed_text import (
    decoded,
    is_records,
    is_sound,
    is_string,
    raw_bytes,
    to_text,
)
from tidewaiter.trade.types import PARTY, STOP, ReadOptions, Refusal

_FAULTS = (pa.ArrowException, OSError, UnicodeDecodeError)
_LISTED = 1 << 16  # bytes of a small dictionary
_NUMBER = 2  # bytes of an index into it
_NESTED = {"parties": PARTY, "route": STOP}


def open_parquet(file: BinaryIO, name: str, options: ReadOptions) -> Sheet:
    """Open a Parquet file; only requested columns are read.

    Raises:
        InputError: The file is truncated or damaged.
    """
    try:
        opened = parquet.ParquetFile(file)
    except _FAULTS as error:
        raise _damaged(name, error) from error
    if lists_in(opened.schema_arrow):
        return open_batches(partial(_batches, file, name, options.batch_rows), name, options)
    flat = opened.schema_arrow.empty_table().flatten().schema
    nested = {
        place: field.name
        for place, field in enumerate(flat)
        if field.name in _NESTED and is_records(field.type)
    }

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        return _blocks(file, opened, name, _Places(wanted, carried), options.batch_rows)

    return Sheet(
        header=unique_names(flat.names),
        sample=_sample(opened, name),
        blocks=blocks,
        pointed=frozenset(i for i, field in enumerate(flat) if pa.types.is_primitive(field.type)),
        nested=nested,
    )


def _batches(file: BinaryIO, name: str, size: int) -> Iterator[pa.RecordBatch]:
    try:
        yield from parquet.ParquetFile(file).iter_batches(size, use_threads=False)
    except _FAULTS as error:
        raise _damaged(name, error) from error


def _damaged(name: str, error: Exception) -> InputError:
    first = str(error).splitlines()[0][:160]
    return InputError("trade/parquet-damaged", first=first, at=name)


def _sample(opened: parquet.ParquetFile, name: str) -> tuple[tuple[str | None, ...], ...]:
    try:
        for batch in opened.iter_batches(SAMPLE_ROWS, use_threads=False):
            columns = [to_text(column).to_pylist() for column in _flat(batch)]
            return tuple(zip(*columns, strict=True))
    except _FAULTS as error:
        raise _damaged(name, error) from error
    return ()


def _flat(batch: pa.RecordBatch) -> list[pa.Array]:
    """Return the columns of a batch, with record columns expanded in place."""
    table = pa.Table.from_batches([batch]).flatten()
    return [column.combine_chunks() for column in table.columns]


class _Places(NamedTuple):
    wanted: Sequence[int]  # to be read
    carried: Sequence[int]  # to be included unchanged


def _blocks(
    file: BinaryIO, opened: parquet.ParquetFile, name: str, places: _Places, size: int
) -> Iterator[Block]:
    wanted = places.wanted
    names = opened.schema_arrow.empty_table().flatten().column_names
    pruned = len(set(names)) == len(names)
    order = sorted((*wanted, *places.carried)) if pruned else list(range(len(names)))
    columns = [names[place] for place in order] if pruned else None
    row = 1
    try:
        opened = _as_numbers(opened, file, {names[place] for place in places.carried})
        for batch in opened.iter_batches(size, columns=columns, use_threads=False):
            found = dict(zip(order, _flat(batch), strict=True))
            cells = {place: _cells(found[place], names[place]) for place in wanted}
            cells |= {place: _carried(found[place]) for place in places.carried}
            refusals = tuple(
                Refusal.of(InputError("trade/bytes-not-utf8"), row=row + at, column=names[place])
                for place in wanted
                for at in _undecoded(found[place])
            )
            rows = np.arange(row, row + batch.num_rows)
            yield Block(rows=rows, cells=cells, refusals=refusals)
            row += batch.num_rows
    except _FAULTS as error:
        raise _damaged(f"{name}, after row {row - 1}", error) from error


def _carried(column: pa.Array) -> pa.Array:
    """Return a column unchanged, or as text if Arrow cannot select rows from it.

    Raises:
        pa.ArrowInvalid: Invalid dictionary indices: the file is damaged.
    """
    if pa.types.is_dictionary(column.type):
        found = pc.min_max(column.indices).as_py()
        if (found["min"] or 0) < 0 or (found["max"] or 0) >= max(1, len(column.dictionary)):
            raise pa.ArrowInvalid("a text that is not in its list")
    try:
        column.slice(0, 0).take(pa.array([], pa.int64()))
    except pa.ArrowNotImplementedError:
        return to_text(column)
    return column


def _as_numbers(
    opened: parquet.ParquetFile, file: BinaryIO, carried: Collection[str]
) -> parquet.ParquetFile:
    """Read repeated texts as dictionary indices, as they are stored.

    Args:
        opened: The open file.
        file: Its stream.
        carried: Columns that are only included, not read.
    """
    found = opened.metadata
    groups = [found.row_group(at) for at in range(found.num_row_groups)]
    numbered = [
        column.path
        for place, column in enumerate(map(opened.schema.column, range(found.num_columns)))
        # Arrow cannot concatenate dictionaries inside a record across row groups.
        if column.path in carried
        and column.path == column.name
        and column.logical_type.type == "STRING"
        and all(_repeats(group.column(place)) for group in groups)
    ]
    if not numbered:
        return opened
    return parquet.ParquetFile(file, metadata=found, read_dictionary=numbered)


def _repeats(chunk: parquet.ColumnChunkMetaData) -> bool:
    """Return whether a column's texts in a row group are fully dictionary-encoded."""
    if not chunk.has_dictionary_page or chunk.dictionary_page_offset is None:
        return False
    listed = chunk.data_page_offset - chunk.dictionary_page_offset
    numbers = chunk.total_uncompressed_size - _LISTED
    return bool(0 < listed <= _LISTED and numbers <= _NUMBER * chunk.num_values)


def _undecoded(column: pa.Array) -> list[int]:
    """Return the cells of a text column with invalid UTF-8."""
    if not is_string(column.type) or is_sound(column):
        return []
    return [
        at
        for at, raw in enumerate(raw_bytes(column))
        if raw is not None and "\ufffd" in decoded(raw)
    ]


def _cells(column: pa.Array, name: str) -> pa.Array:
    if name in _NESTED and is_records(column.type):
        return _records(column, _NESTED[name])
    return to_text(column)


def _records(column: pa.Array, kind: pa.StructType) -> pa.Array:
    """Reduce a column of records to the known fields, as text."""
    known = {field.name for field in kind}
    rows = [
        None
        if row is None
        else [
            {k: None if v is None else str(v) for k, v in (part or {}).items() if k in known}
            for part in row
        ]
        for row in column.to_pylist()
    ]
    return pa.array(rows, pa.list_(kind))
