"""Spreadsheets as tables of text: the sheet, its header row, its cells as values."""

import struct
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import BinaryIO

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.readers.columns import find_columns
from tidewaiter.consignments.readers.sheet import SAMPLE_ROWS, Block, Sheet, unique_names
from tidewaiter.consignments.types import ReadOptions, Refusal

LARGEST = 1 << 30
"""Bytes that a spreadsheet may unpack to."""

_FAULTS = (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, struct.error)
_TITLE_ROWS = 20


def open_xlsx(file: BinaryIO, name: str, options: ReadOptions) -> Sheet:
    """Open a spreadsheet: its first sheet, or the one that `options` names.

    The header is the row, of the first twenty, that names the most known columns; rows
    above it are titles. A formula counts as its stored value.

    Raises:
        InputError: The file is damaged, unpacks to too much, or lacks the sheet.
    """
    table, errors = _load(file.read(), name, options.sheet)
    texts = [pc.if_else(pc.equal(column, ""), None, column) for column in table.columns]
    head = _header_row(texts, table.num_rows)
    if head is None:
        raise InputError("the sheet is empty", at=name, hint="name another one: --sheet")
    header = unique_names([column[head].as_py() or "" for column in texts])
    below = [column.slice(head + 1) for column in texts]
    kept = _full_rows(below, [row - head - 1 for row, _ in errors if row > head])
    cells = [column.take(pa.array(kept)) for column in below]
    refusals = [
        (column, _refusal(int(np.searchsorted(kept, row - head - 1)) + 1, header[column]))
        for row, column in errors
        if row > head
    ]

    def blocks(wanted: Sequence[int]) -> Iterator[Block]:
        told = tuple(refusal for column, refusal in refusals if column in wanted)
        for start in range(0, len(kept), options.batch_rows):
            rows = np.arange(start + 1, min(start + options.batch_rows, len(kept)) + 1)
            part = {place: cells[place].slice(start, len(rows)) for place in wanted}
            yield Block(rows=rows, cells=part, refusals=told if start == 0 else ())

    return Sheet(
        header=header,
        sample=tuple(zip(*(c.slice(0, SAMPLE_ROWS).to_pylist() for c in cells), strict=True)),
        blocks=blocks,
        serials=True,
        pointed=frozenset(range(len(header))),
    )


def _full_rows(columns: Sequence[pa.Array], errors: Sequence[int]) -> NDArray[np.int64]:
    """Number the rows in which anything stands, an error too."""
    full = np.zeros(len(columns[0]), bool)
    for column in columns:
        full |= pc.is_valid(column).to_numpy(zero_copy_only=False)
    full[list(errors)] = True
    return np.flatnonzero(full)


def _refusal(row: int, column: str) -> Refusal:
    return Refusal(
        row=row,
        column=column,
        value="",
        problem="a formula ends in an error",
        hint="mend the formula, or write the value",
        screened=True,
    )


def _load(raw: bytes, name: str, sheet: str | None) -> tuple[pa.RecordBatch, list[tuple[int, int]]]:
    """Load a sheet as text, and the row and column of each cell that holds an error."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except _FAULTS as error:
        raise _damaged(name) from error
    if size > LARGEST:
        raise InputError(
            f"the spreadsheet unpacks to {size >> 20} MB", at=name, hint="export it as CSV"
        )
    try:
        book = fastexcel.read_excel(raw)
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            seen = ", ".join(f'"{other}"' for other in names)
            raise InputError(f'no sheet "{sheet}"', at=name, hint=f"sheets: {seen}")
        loaded = book.load_sheet(sheet or 0, header_row=None, dtypes="string")
        table, errors = loaded.to_arrow_with_errors()
    except fastexcel.FastExcelError as error:
        raise _damaged(name) from error
    places = [error.position for error in errors.errors] if errors else []
    return pa.record_batch(table), sorted(places)


def _damaged(name: str) -> InputError:
    return InputError(
        "the spreadsheet is cut short, damaged or locked",
        at=name,
        hint="open it, save it again without a password, or export it as CSV",
    )


def _header_row(columns: Sequence[pa.Array], count: int) -> int | None:
    best, most = None, -1
    for row in range(min(count, _TITLE_ROWS)):
        texts = [column[row].as_py() for column in columns]
        known = sum(bool(text and find_columns(text)) for text in texts)
        if any(texts) and known > most:
            best, most = row, known
    return best
