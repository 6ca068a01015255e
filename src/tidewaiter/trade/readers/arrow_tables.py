"""Arrow, Feather and ORC files, and lists of records inside rows, which become lines."""

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc, orc

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers.columns.detection import count_known
from tidewaiter.trade.readers.table import SAMPLE_ROWS, Block, Sheet, unique_names
from tidewaiter.trade.readers.typed_text import is_records, nested_text, to_text
from tidewaiter.trade.types import ReadOptions

FAULTS = (pa.ArrowException, OSError, UnicodeDecodeError, ValueError)
"""Exceptions raised by a damaged file."""

DEEPEST = 4
"""Maximum depth of lists that become lines."""

_OWN = frozenset(("parties", "route"))  # lists that are parts of a line

Batches = Callable[[], Iterator[pa.RecordBatch]]
"""Reads the rows of a file anew."""


def open_arrow(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    """Open an Arrow file or stream, as Feather files are.

    Raises:
        InputError: The file is truncated or damaged.
    """
    place = file.tell()

    def batches() -> Iterator[pa.RecordBatch]:
        file.seek(place)
        head = file.read(6)
        file.seek(place)
        if head.startswith(b"ARROW1"):
            opened = ipc.open_file(file)
            found = map(opened.get_batch, range(opened.num_record_batches))
        else:
            found = iter(ipc.open_stream(file))
        for batch in found:
            batch.validate(full=True)  # indices beyond a buffer would be read
            yield batch

    return (open_batches(batches, name, options),)


def open_orc(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    """Open an ORC file, stripe by stripe.

    Raises:
        InputError: The file is truncated or damaged.
    """

    def batches() -> Iterator[pa.RecordBatch]:
        opened = orc.ORCFile(file)
        yield from map(opened.read_stripe, range(opened.nstripes))

    return (open_batches(batches, name, options),)


def open_batches(batches: Batches, name: str, options: ReadOptions) -> Sheet:
    """Open a table of Arrow batches; a list of records with goods becomes lines.

    Args:
        batches: Reads the rows.
        name: Name of the file, for errors.
        options: User settings.

    Raises:
        InputError: The file is empty, truncated or damaged.
    """
    first = _first(batches, name)
    lists = lists_in(first.schema)
    names, columns, _ = exploded(first.slice(0, SAMPLE_ROWS), lists)
    sample = [to_text(column).to_pylist()[:SAMPLE_ROWS] for column in columns]

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        row = 1
        try:
            for batch in batches():
                for start in range(0, len(batch), options.batch_rows):
                    part = batch.slice(start, options.batch_rows)
                    _, found, parents = exploded(part, lists)
                    cells = {place: to_text(found[place]) for place in wanted}
                    cells |= {place: _beside(found[place]) for place in carried}
                    yield Block(rows=row + parents, cells=cells)
                    row += len(part)
        except FAULTS as error:
            raise damaged(f"{name}, after row {row - 1}", error) from error

    return Sheet(
        header=unique_names(names),
        sample=tuple(zip(*sample, strict=True)),
        blocks=blocks,
        pointed=frozenset(at for at, c in enumerate(columns) if pa.types.is_primitive(c.type)),
    )


def _beside(column: pa.Array) -> pa.Array:
    """Return an unmapped column as text: records as JSON, so that their words are searched."""
    kind = column.type
    plain = not pa.types.is_nested(kind) or not pa.types.is_nested(
        getattr(kind, "value_type", kind)
    )
    return to_text(column) if plain else nested_text(column)


def damaged(name: str, error: Exception) -> InputError:
    """Return the error for a damaged file."""
    first = (str(error).splitlines() or [type(error).__name__])[0][:160]
    return InputError("trade/parquet-damaged", first=first, at=name)


def _first(batches: Batches, name: str) -> pa.RecordBatch:
    try:
        found = next((batch for batch in batches() if len(batch)), None)
    except FAULTS as error:
        raise damaged(name, error) from error
    if found is None:
        raise InputError("trade/file-empty", at=name)
    return found


def lists_in(schema: pa.Schema) -> tuple[str, ...]:
    """Choose the lists of records that become lines, from the outermost to the innermost.

    Of several lists beside each other, the one with the most known columns describes the goods.
    """
    chosen: list[str] = []
    table = schema.empty_table()
    while len(chosen) < DEEPEST:
        table = _flat(table)
        lists = [f for f in table.schema if is_records(f.type) and f.name not in _OWN]
        if not lists:
            break
        best = max(lists, key=lambda field: _known(field.type))
        if not _known(best.type):
            break
        chosen.append(best.name)
        table, _ = _exploded(table, best.name)
    return tuple(chosen)


def _known(kind: pa.DataType, depth: int = 0) -> int:
    """Count the known columns in a type of records."""
    if depth > DEEPEST:
        return 0
    if is_records(kind):
        return _known(kind.value_type, depth + 1)
    if not pa.types.is_struct(kind):
        return 0
    fields = [kind.field(at) for at in range(kind.num_fields)]
    return sum(count_known([f.name]) + _known(f.type, depth + 1) for f in fields)


def exploded(
    batch: pa.RecordBatch, lists: Sequence[str]
) -> tuple[list[str], list[pa.Array], np.ndarray]:
    """Return the columns of a batch with the records of lists as rows.

    Args:
        batch: Some rows.
        lists: Names of the lists, from `lists_in`.

    Returns:
        The names of the columns, the columns, and for each row the index of its row in the batch.
    """
    table, parents = _flat(pa.Table.from_batches([batch])), np.arange(len(batch))
    for name in lists:
        table, rows = _exploded(table, name)
        table, parents = _flat(table), parents[rows]
    columns = [column.combine_chunks() for column in table.columns]
    return _short(table.column_names, lists), columns, parents


def _flat(table: pa.Table) -> pa.Table:
    """Expand the records of a table in place, to the limit of depth."""
    for _ in range(DEEPEST):
        if not any(pa.types.is_struct(field.type) for field in table.schema):
            break
        table = table.flatten()
    return table


def _exploded(table: pa.Table, name: str) -> tuple[pa.Table, np.ndarray]:
    """Repeat rows for the records of a list; a row without any stays."""
    place = table.column_names.index(name)
    column = table.column(place).combine_chunks()
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    counts = np.maximum(lengths, 1).astype(np.int64)
    rows = np.repeat(np.arange(len(counts)), counts)
    filled = np.repeat(lengths > 0, counts)
    at = np.cumsum(filled) - 1
    items = column.flatten().take(pa.array(at, pa.int64(), mask=~filled))
    rest = table.remove_column(place).take(pa.array(rows))
    return rest.add_column(place, name, items), rows


def _short(names: Sequence[str], lists: Sequence[str]) -> list[str]:
    """Remove the name of their list from the names of columns, where they stay unique."""
    short = list(names)
    for name in sorted(lists, key=len, reverse=True):
        for place, each in enumerate(short):
            plain = each.removeprefix(f"{name}.")
            if plain != each and plain not in short:
                short[place] = plain
    return short
