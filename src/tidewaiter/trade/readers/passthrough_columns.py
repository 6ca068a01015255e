"""Columns that are not screened: passed along with the lines and stored with alerts only.

A batch has them in one more column, in the format of the file: columns of a table as fields of a
record, a JSON object as its bytes, for a JSON message the unmapped part. Only the rows that become
alerts are converted to text.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tidewaiter.trade.messages.json_documents import unpack
from tidewaiter.trade.messages.json_text import decode
from tidewaiter.trade.readers.json_rows import Asked, flatten, plan_of
from tidewaiter.trade.readers.table import Block, Sheet
from tidewaiter.trade.readers.typed_text import to_text
from tidewaiter.trade.types import KEPT, LINES, Alert, Kept, Line, ReadOptions, line_of
from tidewaiter.trade.unmapped_text import worded, worded_columns

UNREAD = "unread"
"""The column after those of LINES."""

MOST = 200
"""Maximum columns of a table, or keys of an object, that are kept: the first ones."""

LONGEST = 2_000
"""Maximum letters of a kept text."""

_WRITTEN = 64 << 20  # letters of all texts of some lines
_ASKED = b"asked"
_LEFT = b"left"


def carried_columns(sheet: Sheet, wanted: Sequence[int]) -> dict[int, str]:
    """Return the columns of a table that are included: the first unmapped ones.

    Args:
        sheet: The table.
        wanted: Mapped columns.
    """
    if "other" in sheet.nested.values():
        return {}  # a message keeps its own unmapped data
    free = set(range(len(sheet.header))) - set(wanted)
    return {place: sheet.header[place] for place in sorted(free)[:MOST]}


def unscreened_columns(sheet: Sheet, wanted: Sequence[int]) -> tuple[str, ...]:
    """Return the columns with words that are neither mapped nor included, from the first rows.

    Args:
        sheet: The table.
        wanted: Mapped columns.
    """
    free = sorted(set(range(len(sheet.header))) - set(wanted))
    if len(free) <= MOST or "other" in sheet.nested.values():
        return ()
    found = worded_columns(sheet.header, sheet.sample, free[MOST:])
    return tuple(sheet.header[place] for place in found)


def carrying(
    batch: pa.RecordBatch, block: Block, columns: Mapping[int, str], options: ReadOptions
) -> pa.RecordBatch:
    """Return lines with their unmapped data, in the column UNREAD.

    Args:
        batch: The lines.
        block: Source block.
        columns: Included columns of a table, with their names.
        options: User settings for keys, for JSON objects.
    """
    if block.left is not None:
        carried, told = block.left, {_LEFT: b""}
    elif block.objects is not None:
        said = msgspec.json.encode(tuple(sorted(options.columns.items())))
        carried, told = block.objects, {_ASKED: said}
    elif columns:
        cells = [block.cells[place] for place in columns]
        carried, told = pa.StructArray.from_arrays(cells, names=list(columns.values())), None
    else:
        return batch
    schema = batch.schema.append(pa.field(UNREAD, carried.type, metadata=told))
    return pa.RecordBatch.from_arrays([*batch.columns, carried], schema=schema)


def written(batch: pa.RecordBatch, block: Block, *, whole: bool) -> Iterator[pa.RecordBatch]:
    """Yield lines with the unmapped data of a JSON message as texts.

    They are split into several parts if these texts are long.

    Args:
        batch: The lines.
        block: Source block.
        whole: Convert everything; otherwise only words, as other data is included separately.
    """
    if block.left is None:
        yield batch
        return
    names, texts, order, counts = _texts_left(block.left, whole=whole)
    ends = np.concatenate([[0], np.cumsum(counts)])
    lengths = pc.binary_length(texts).to_numpy().astype(np.int64)
    letters = np.concatenate([[0], np.cumsum(lengths[order])])[ends]
    start = 0
    while start < len(batch):
        most = int(np.searchsorted(letters, letters[start] + _WRITTEN, "right")) - 1
        stop = min(max(most, start + 1), len(batch))
        mine = pa.array(order[ends[start] : ends[stop]])
        values = pa.StructArray.from_arrays([names.take(mine), texts.take(mine)], fields=list(KEPT))
        offsets = pa.array((ends[start : stop + 1] - ends[start]).astype(np.int32))
        mask = pa.array(counts[start:stop] == 0)
        other = pa.ListArray.from_arrays(offsets, values, mask=mask)
        lines = batch.slice(start, stop - start)
        own = lines.column("other")  # of lines without unmapped data, and of refused values
        yield _with_column(lines, other if own.null_count == len(own) else _both(own, other))
        start = stop


def _both(own: pa.Array, other: pa.Array) -> pa.Array:
    """Return lists of texts one after the other; null: both are empty."""
    pairs = zip(own.to_pylist(), other.to_pylist(), strict=True)
    return pa.array([[*(a or ()), *(b or ())] or None for a, b in pairs], other.type)


def _texts_left(
    left: pa.Array, *, whole: bool
) -> tuple[pa.Array, pa.Array, NDArray[np.int64], NDArray[np.int64]]:
    """Return the paths and texts of the unmapped data of lines.

    A part shared by many lines is expanded once.

    Returns:
        The paths, the texts, their indices for all lines concatenated, and the number for each
        line.
    """
    flat = pc.list_flatten(left)
    parts, occurring = np.unique(flat.indices.to_numpy(), return_inverse=True)
    pairs = [_left([packed]) for packed in flat.dictionary.take(pa.array(parts)).to_pylist()]
    names = pa.array([kept.name for each in pairs for kept in each], pa.string())
    texts = pa.array([kept.text for each in pairs for kept in each], pa.string())
    whose = np.repeat(np.arange(len(pairs)), [len(each) for each in pairs])
    if not whole:
        words = worded(texts) if len(texts) else None
        there = pc.is_valid(words) if words is not None else pa.array(np.zeros(len(texts), bool))
        names, texts = names.filter(there), texts.filter(there)
        whose = whose[there.to_numpy(zero_copy_only=False)]
    sizes = np.bincount(whose, minlength=len(pairs))
    each = sizes[occurring]
    begins = np.concatenate([[0], np.cumsum(sizes)])[occurring]
    before = np.concatenate([[0], np.cumsum(each)])[:-1]
    order = np.repeat(begins - before, each) + np.arange(each.sum())
    lines = pc.list_parent_indices(left).to_numpy()
    counts = np.zeros(len(left), np.int64)
    np.add.at(counts, lines, each)
    return names, texts, order.astype(np.int64), counts


def only_lines(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch without the unmapped data."""
    return batch.select(LINES.names) if UNREAD in batch.schema.names else batch


def kept_at(batch: pa.RecordBatch, places: Sequence[int]) -> list[tuple[Kept, ...]]:
    """Return the unmapped data of some rows of a batch, as text.

    Args:
        batch: Batch with the schema LINES; the unmapped data is in the next column.
        places: Row indices.
    """
    if UNREAD not in batch.schema.names or not places:
        return [()] * len(places)
    carried, field = batch.column(UNREAD), batch.schema.field(UNREAD)
    some = carried.take(pa.array(places, pa.int64()))
    if pa.types.is_struct(field.type):
        return [_kept(pairs) for pairs in _cells(some)]
    told = field.metadata or {}
    if _LEFT in told:
        return [_left(packed) if packed else () for packed in some.to_pylist()]
    asked = msgspec.json.decode(told.get(_ASKED, b"[]"), type=Asked)
    rows = batch.column("row").to_numpy()
    firsts = rows.searchsorted(rows[list(places)])
    found = zip(some.to_pylist(), places, firsts.tolist(), strict=True)
    objects: dict[int, list[list[tuple[str, str]]]] = {}  # many rows may be lines of one object
    kept: list[tuple[Kept, ...]] = []
    for raw, place, first in found:
        if first not in objects:
            objects[first] = list(_unused(raw, asked))
        kept.append(_kept(objects[first][place - first]))
    return kept


def line_at(batch: pa.RecordBatch, place: int) -> Line:
    """Return a row of a batch as a record, with its unmapped data."""
    line = line_of(only_lines(batch).slice(place, 1).to_pylist()[0])
    (kept,) = kept_at(batch, [place])
    return msgspec.structs.replace(line, other=kept) if kept else line


def with_kept(batch: pa.RecordBatch, alerts: Mapping[int, Alert]) -> tuple[Alert, ...]:
    """Add the unmapped data of their lines to alerts.

    Args:
        batch: The lines.
        alerts: Alerts by line index.
    """
    found = zip(alerts.values(), kept_at(batch, list(alerts)), strict=True)
    return tuple(_with(alert, kept) if kept else alert for alert, kept in found)


def settled(batch: pa.RecordBatch, alerts: Sequence[Alert]) -> pa.RecordBatch:
    """Return the lines of a batch for storage: those of alerts with the data kept in alerts."""
    if UNREAD not in batch.schema.names:
        return batch
    lines = only_lines(batch)
    rows, seqs = lines.column("row").to_numpy(), lines.column("seq")
    found: dict[int, tuple[Kept, ...]] = {}
    for alert in alerts:
        at = int(rows.searchsorted(alert.line.row))
        while seqs[at].as_py() != alert.line.seq:  # a row may hold several lines
            at += 1
        if alert.line.other:
            found[at] = alert.line.other
    return _with_other(lines, found) if found else lines


def _with_other(lines: pa.RecordBatch, found: Mapping[int, tuple[Kept, ...]]) -> pa.RecordBatch:
    """Set the unmapped data of some lines; the others keep their other text."""
    return _with_column(lines, pc.coalesce(_lists(found, len(lines)), lines.column("other")))


def _with_column(lines: pa.RecordBatch, other: pa.Array) -> pa.RecordBatch:
    at = lines.schema.get_field_index("other")
    return lines.set_column(at, LINES.field("other"), other)


def _lists(found: Mapping[int, tuple[Kept, ...]], length: int) -> pa.Array:
    """Create a column that is null except at some indices, with little memory."""
    some = sorted(found)
    every = [kept for at in some for kept in found[at]]
    columns = [[kept.name for kept in every], [kept.text for kept in every]]
    values = pa.StructArray.from_arrays(
        [pa.array(column, pa.string()) for column in columns], fields=list(KEPT)
    )
    counts, empty = np.zeros(length, np.int32), np.ones(length, np.bool_)
    counts[some] = [len(found[at]) for at in some]
    empty[some] = False
    ends = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    return pa.ListArray.from_arrays(ends, values, mask=pa.array(empty))


def _with(alert: Alert, kept: tuple[Kept, ...]) -> Alert:
    return msgspec.structs.replace(alert, line=msgspec.structs.replace(alert.line, other=kept))


def _cells(carried: pa.StructArray) -> Iterator[list[tuple[str, str | None]]]:
    names = [field.name for field in carried.type]
    columns = [to_text(carried.field(place)).to_pylist() for place in range(len(names))]
    for row in zip(*columns, strict=True):
        yield list(zip(names, row, strict=True))


def _unused(raw: bytes, asked: Asked) -> Iterator[list[tuple[str, str]]]:
    """Yield for each line of an object the unmapped keys, with their texts."""
    used: dict[tuple[str, ...], set[int]] = {}
    for flat in flatten(decode(raw.decode("utf-8", "replace"))):
        keys = tuple(flat.cells)
        if keys not in used:
            places = plan_of(keys, asked).places.values()
            used[keys] = {place for each in places for place in each}
        mine = used[keys]
        yield [(key, flat.cells[key]) for at, key in enumerate(keys) if at not in mine]


def _kept(pairs: Iterable[tuple[str, str | None]]) -> tuple[Kept, ...]:
    found = [(name, text) for name, text in pairs if text and text.strip()][:MOST]
    return tuple(Kept(name=_short(name), text=_short(text)) for name, text in found)


def _left(packed: Sequence[bytes]) -> tuple[Kept, ...]:
    return tuple(Kept(name=name, text=text) for name, text in unpack(packed))


def _short(text: str) -> str:
    """Return a text without invalid characters, truncated to the maximum."""
    plain = text.replace("\0", "")
    if not plain.isascii():
        plain = plain.encode("utf-8", "replace").decode()
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
