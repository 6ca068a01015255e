"""A file as a table of text: what every flat format is turned into first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tidewaiter.base.records import Record
from tidewaiter.consignments.shown import shorten
from tidewaiter.consignments.types import Refusal

__all__ = ["SAMPLE_ROWS", "Block", "Sheet", "shorten", "unique_names"]

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
