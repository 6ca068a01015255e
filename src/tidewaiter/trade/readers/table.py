"""A file as a table of text in blocks, and its columns parsed once per distinct text."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.types import Refusal, shorten

SAMPLE_ROWS = 200
"""Rows that are looked at before a file is read."""


class Block(Record, frozen=True, kw_only=True):
    """Some rows of a table, as text."""

    rows: NDArray[np.int64]  # numbers in the file, shape (rows,)
    cells: Mapping[int, pa.Array]  # number of the column -> text, or null where empty
    pointed: frozenset[int] = frozenset()  # as in `Sheet`, where only the block knows
    refusals: tuple[Refusal, ...] = ()
    objects: pa.Array | None = None  # of JSON: the bytes of each row's object
    left: pa.Array | None = (
        None  # of messages: for each row a list of what `taking.pack` made, or null
    )


class _Blocks(Protocol):
    def __call__(self, wanted: Sequence[int], carried: Sequence[int] = (), /) -> Iterator[Block]:
        """Yield the rows: the columns to read, and those to carry as they are."""


class Sheet(Record, frozen=True, kw_only=True):
    """A table of text, opened but not yet read."""

    header: tuple[str, ...]
    sample: tuple[tuple[str | None, ...], ...]
    blocks: _Blocks  # by numbers of columns
    encoding: str = ""
    delimiter: str = ""
    doubt: str = ""  # another encoding that fits as well
    others: tuple[str, ...] = ()  # further sheets of a workbook in which anything stands
    serials: int | None = None  # what makes a bare number a day of 1900's count; None: it is none
    pointed: frozenset[int] = frozenset()  # columns of numbers, so that "1.234" has a point
    nested: Mapping[int, str] = {}  # columns of records: number -> "parties", "route" or "other"


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Tell equal names of columns apart: the second "weight" becomes "weight#2"."""
    seen: dict[str, int] = {}
    names = []
    for column in header:
        plain = column.strip().strip("\ufeff")
        seen[plain] = seen.get(plain, 0) + 1
        names.append(plain if seen[plain] == 1 else f"{plain}#{seen[plain]}")
    return tuple(names)


NOTHING = frozenset(
    ("-", "--", "---", ".", "n/a", "na", "n.a.", "null", "none", "nan", "nil", "#n/a", "<null/>")
)
"""What stands in a cell of numbers, codes or dates that has no value."""


class Bad(Record, frozen=True, kw_only=True):
    """One cell that could not be read, or what is to be said of several that could."""

    at: int  # place in the column, from 0
    value: str
    problem: str
    hint: str


class Column(Record, frozen=True, kw_only=True):
    """A column as read, null where it could not be, and what is to be said of its cells."""

    values: pa.Array
    bad: tuple[Bad, ...] = ()


def is_nothing(text: str) -> bool:
    """Tell whether a cell only says that it has no value."""
    return not text.strip() or text.strip().casefold() in NOTHING


def by_distinct(cells: pa.Array, parse: Callable[[str], Any], kind: pa.DataType) -> Column:
    """Read a column by reading each distinct text of it once.

    Args:
        cells: Text, shape (rows,).
        parse: Reads one text; what it refuses with an InputError becomes null.
        kind: The Arrow type of what `parse` returns.
    """
    coded = cells.dictionary_encode()
    # Not the errors themselves: each holds this frame, and so the arrays of its whole batch.
    values, faults = [], {}
    for place, text in enumerate(coded.dictionary.to_pylist()):
        value = None
        if not is_nothing(text):
            try:
                value = parse(text)
            except InputError as error:
                faults[place] = error.message, error.hint
        values.append(value)
    found = pa.array(values, kind).take(coded.indices)
    return Column(values=found, bad=_bad(coded, faults) if faults else ())


def _bad(coded: pa.DictionaryArray, faults: dict[int, tuple[str, str]]) -> tuple[Bad, ...]:
    indices = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    texts = coded.dictionary
    return tuple(
        Bad(
            at=int(at),
            value=shorten(texts[int(indices[at])].as_py()),
            problem=faults[int(indices[at])][0],
            hint=faults[int(indices[at])][1],
        )
        for at in np.flatnonzero(np.isin(indices, list(faults)))
    )


def bytes_of(cells: pa.Array) -> NDArray[np.uint8]:
    """Give the bytes of a column of text, all cells in a row; nothing is copied."""
    _, offsets, data = cells.buffers()
    if data is None or not len(cells):
        return np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)
    start, end = bounds[cells.offset], bounds[cells.offset + len(cells)]
    return np.frombuffer(data, np.uint8)[start:end]


def only_has(cells: pa.Array, allowed: bytes) -> bool:
    """Tell whether a column of text holds no other bytes than these."""
    table = np.zeros(256, bool)
    table[list(allowed)] = True
    return bool(table[bytes_of(cells)].all())


def join_parts(parts: Sequence[pa.Array]) -> pa.Array:
    """Join the texts of several columns row by row, a space between; null where all are null."""
    # Not null_handling="skip": it leaves out the rows where all parts are null.
    filled = [pc.fill_null(part.cast(pa.string()), "") for part in parts]
    joined = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*filled, " "))
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


__all__ = ["SAMPLE_ROWS", "Block", "Sheet", "shorten", "unique_names"]
