"""A file as a table of text in blocks, and columns parsed once per distinct text."""

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
"""Rows read for detection."""


class Block(Record, frozen=True, kw_only=True):
    """Some rows of a table, as text."""

    rows: NDArray[np.int64]  # row numbers in the file, shape (rows,)
    cells: Mapping[int, pa.Array]  # column number -> text, or null if empty
    pointed: frozenset[int] = frozenset()  # as in `Sheet`, if it depends on the block
    refusals: tuple[Refusal, ...] = ()
    objects: pa.Array | None = None  # for JSON: the bytes of each row's object
    left: pa.Array | None = None  # for messages: a list of packed unmapped data per row, or null


class _Blocks(Protocol):
    def __call__(self, wanted: Sequence[int], carried: Sequence[int] = (), /) -> Iterator[Block]:
        """Yield the rows: columns to read, and columns to include unchanged."""


class Sheet(Record, frozen=True, kw_only=True):
    """An opened table of text; its rows are not read yet."""

    header: tuple[str, ...]
    sample: tuple[tuple[str | None, ...], ...]
    blocks: _Blocks  # by column numbers
    encoding: str = ""
    delimiter: str = ""
    doubt: str = ""  # another encoding that matches equally well
    cause: Refusal | None = None  # why it is read as text
    unconfirmed: str = ""  # title of a format that no sample confirms, or of no layout
    others: tuple[str, ...] = ()  # further non-empty sheets of a workbook
    serials: int | None = None  # offset of a bare number from the 1900 day count; None: not a day
    pointed: frozenset[int] = frozenset()  # columns of numbers, in which "1.234" has a point
    nested: Mapping[int, str] = {}  # columns of records: number -> "parties", "route" or "other"
    given: int = 0  # number of the last columns, which hold what stands above the table
    title: str = ""  # name of a table in a file of several; "": the only one


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Make column names unique: the second "weight" becomes "weight#2"."""
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
"""Cell texts that mean "no value" in columns of numbers, codes or dates."""


class Bad(Record, frozen=True, kw_only=True):
    """An unreadable cell, or a remark on several readable ones."""

    at: int  # index in the column, from 0
    value: str
    code: str  # of data/errors
    values: Mapping[str, str | float]  # parameters of its message


class Column(Record, frozen=True, kw_only=True):
    """A parsed column, null for unreadable cells, with remarks."""

    values: pa.Array
    bad: tuple[Bad, ...] = ()


def is_nothing(text: str) -> bool:
    """Return whether a cell only states the absence of a value."""
    return not text.strip() or text.strip().casefold() in NOTHING


def by_distinct(cells: pa.Array, parse: Callable[[str], Any], kind: pa.DataType) -> Column:
    """Parse a column by parsing each distinct text once.

    Args:
        cells: Text, shape (rows,).
        parse: Parses one text; an InputError becomes null.
        kind: Arrow type of the result of `parse`.
    """
    coded = cells.dictionary_encode()
    # Not the errors themselves: each references this frame, and so the arrays of its batch.
    values: list[Any] = []
    faults: dict[int, _Message] = {}
    for place, text in enumerate(coded.dictionary.to_pylist()):
        value = None
        if not is_nothing(text):
            try:
                value = parse(text)
            except InputError as error:
                faults[place] = error.code, error.values
        values.append(value)
    found = pa.array(values, kind).take(coded.indices)
    return Column(values=found, bad=_bad(coded, faults) if faults else ())


_Message = tuple[str, Mapping[str, str | float]]
"""Code of an error, and its values."""


def _bad(coded: pa.DictionaryArray, faults: Mapping[int, _Message]) -> tuple[Bad, ...]:
    indices = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    texts = coded.dictionary
    return tuple(
        Bad(
            at=int(at),
            value=shorten(texts[int(indices[at])].as_py()),
            code=faults[int(indices[at])][0],
            values=faults[int(indices[at])][1],
        )
        for at in np.flatnonzero(np.isin(indices, list(faults)))
    )


def bytes_of(cells: pa.Array) -> NDArray[np.uint8]:
    """Return the bytes of a text column, concatenated, without copying."""
    _, offsets, data = cells.buffers()
    if data is None or not len(cells):
        return np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)
    start, end = bounds[cells.offset], bounds[cells.offset + len(cells)]
    return np.frombuffer(data, np.uint8)[start:end]


def only_has(cells: pa.Array, allowed: bytes) -> bool:
    """Return whether a text column contains only the given bytes."""
    table = np.zeros(256, bool)
    table[list(allowed)] = True
    return bool(table[bytes_of(cells)].all())


def join_parts(parts: Sequence[pa.Array]) -> pa.Array:
    """Join the texts of several columns row by row with spaces; null if all are null."""
    # Not null_handling="skip": it drops the rows in which all parts are null.
    filled = [pc.fill_null(part.cast(pa.string()), "") for part in parts]
    joined = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*filled, " "))
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


__all__ = ["SAMPLE_ROWS", "Block", "Sheet", "shorten", "unique_names"]
