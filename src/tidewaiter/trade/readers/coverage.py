"""Coverage: how much of a file describes its goods, with warnings if it is too little."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.readers.table import Block
from tidewaiter.trade.readers.typed_text import nested_text, to_text
from tidewaiter.trade.types import CODES, TEXTS, Refusal, shorten
from tidewaiter.trade.unmapped_text import kept_together, lines_with_words, worded

_NAMED = 5  # columns named in a hint


class Coverage(Record, frozen=True, kw_only=True):
    """Statistics of the goods descriptions of lines."""

    lines: int = 0
    described: int = 0  # with a description
    bare: int = 0  # without a description or an HS, CAS, UN or CUS number
    worded: int = 0  # without a description, but with unmapped words
    unscreened: tuple[str, ...] = ()  # columns with words that are not searched

    @property
    def is_enough(self) -> bool:
        """Return whether no warning is needed."""
        return not (self.bare or self.unscreened or (self.worded and not self.described))

    def plus(self, batch: pa.RecordBatch) -> "Coverage":
        """Add the lines of a batch with the schema LINES."""
        described = _any_of(batch, TEXTS)
        bare = ~described & ~_any_of(batch, CODES)
        words = 0
        if not described.all():
            words = int((lines_with_words(batch) & ~described).sum())
        return msgspec.structs.replace(
            self,
            lines=self.lines + len(batch),
            described=self.described + int(described.sum()),
            bare=self.bare + int(bare.sum()),
            worded=self.worded + words,
        )


def _any_of(batch: pa.RecordBatch, names: Sequence[str]) -> NDArray[np.bool_]:
    there = np.zeros(len(batch), np.bool_)
    for name in names:
        column = batch.column(name)
        if column.null_count == 0:
            return np.ones(len(batch), np.bool_)
        if column.null_count < len(column):
            there |= pc.is_valid(column).to_numpy(zero_copy_only=False)
    return there


def remarks_on(found: Coverage, columns: Sequence[str] = ()) -> Iterator[Refusal]:
    """Report on the whole file if goods have no description, or words were not searched.

    Args:
        found: Coverage of all lines.
        columns: Columns of a table that were searched as other text.
    """
    if found.bare or (found.worded and not found.described):
        yield Refusal.of(_undescribed(found, columns), row=0)
    if found.unscreened:
        error = InputError(
            "trade/columns-not-screened",
            count=len(found.unscreened),
            columns=_listed(found.unscreened),
        )
        yield Refusal.of(error, row=0)


def _undescribed(found: Coverage, columns: Sequence[str]) -> InputError:
    counts: dict[str, Any] = {
        "described": found.described,
        "lines": found.lines,
        "bare": found.bare,
        "worded": found.worded,
    }
    if not columns:
        return InputError("trade/goods-text-missing", **counts)
    return InputError("trade/goods-column-missing", column=shorten(columns[0]), **counts)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{shorten(name)}"' for name in names[:_NAMED])
    return f"{shown}, …" if len(names) > _NAMED else shown


def texts_beside(block: Block, columns: Mapping[int, str]) -> pa.Array | None:
    """Return the words of unmapped columns, as a column of `KEPT`; None: none.

    Args:
        block: Some rows.
        columns: Included columns of the table, with their names.
    """
    found = {
        name: words
        for place, name in columns.items()
        if (words := _words(block.cells[place])) is not None
    }
    return kept_together(found, len(block.rows)) if found else None


def _words(cells: pa.Array) -> pa.Array | None:
    kind = cells.type
    if pa.types.is_dictionary(kind):
        words = _words(cells.dictionary)
        return None if words is None else words.take(cells.indices)
    if pa.types.is_string(kind):
        return worded(cells)
    if pa.types.is_nested(kind):
        return worded(nested_text(cells))
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or _is_bytes(kind):
        return worded(to_text(cells))
    return None  # numbers and days


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))
