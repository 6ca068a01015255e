"""Whole rows of delimited text to blocks: with Arrow, or in plain Python where that gives way."""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
from pyarrow import csv

from tidewaiter.base.records import Record
from tidewaiter.consignments.readers.blocks import Piece, find_cut
from tidewaiter.consignments.readers.sheet import Block, shorten
from tidewaiter.consignments.readers.split import Row, split_rows
from tidewaiter.consignments.types import Refusal

_SMALL = 1 << 17


class Layout(Record, frozen=True, kw_only=True):
    """What the parsers must know of a file."""

    delimiter: str
    width: int
    codec: str
    wanted: tuple[int, ...]
    carried: tuple[int, ...] = ()  # columns beside these, of which nothing is reported

    @property
    def taken(self) -> tuple[int, ...]:
        """All columns that are parsed."""
        return (*self.wanted, *self.carried)


def parse_pieces(pieces: Iterator[Piece], layout: Layout) -> Iterator[Block]:
    """Parse pieces of whole rows, and number the rows through."""
    row = 1
    for piece in pieces:
        for block in _parse(piece, layout):
            yield Block(
                rows=block.rows + row,
                cells=block.cells,
                refusals=tuple(_moved(refusal, row) for refusal in block.refusals),
            )
            row += _taken(block)


def _taken(block: Block) -> int:
    """Count the rows that a block speaks of, refused ones too; its numbers begin at 0."""
    last = [int(block.rows[-1])] if len(block.rows) else []
    return max([*last, *(refusal.row for refusal in block.refusals)], default=-1) + 1


def _moved(refusal: Refusal, by: int) -> Refusal:
    return Refusal(
        row=refusal.row + by,
        column=refusal.column,
        value=refusal.value,
        problem=refusal.problem,
        hint=refusal.hint,
        screened=refusal.screened,
    )


def _parse(piece: Piece, layout: Layout) -> Iterator[Block]:
    """Parse whole rows the fast way; where that is refused, halve, and at last go slowly."""
    table = fast(piece.data, layout) if piece.orderly else None
    if table is not None:
        yield table
        return
    middle = 0
    if piece.orderly and len(piece.data) > _SMALL:
        middle, _ = find_cut(piece.data[: len(piece.data) // 2], layout.delimiter, final=False)
    if middle:
        yield from _parse(Piece(data=piece.data[:middle], orderly=True), layout)
        yield from _parse(Piece(data=piece.data[middle:], orderly=True), layout)
    else:
        yield slow(piece.data, layout)


def fast(data: bytes, layout: Layout) -> Block | None:
    """Parse whole, orderly rows with Arrow.

    Rows of a wrong width are refused on the way; None: there is something else that only
    `slow` can read or explain.

    Args:
        data: UTF-8.
        layout: Of the file.
    """
    if b"\0" in data or not _is_utf8(data):
        return None
    odd: list[csv.InvalidRow] = []

    def note(row: csv.InvalidRow) -> str:
        odd.append(row)
        return "skip"

    try:
        table = _arrow(data, layout, note)
    except pa.ArrowInvalid:
        return None
    refusals = [_odd(row, layout) for row in odd]
    if None in refusals:
        return None
    rows = np.delete(np.arange(table.num_rows + len(odd)), [row.number - 1 for row in odd])
    cells = {index: table.column(str(index)).combine_chunks() for index in layout.taken}
    return Block(rows=rows, cells=cells, refusals=tuple(r for r in refusals if r))


def _arrow(data: bytes, layout: Layout, note: Callable[[csv.InvalidRow], str]) -> pa.Table:
    names = [str(index) for index in range(layout.width)]
    quoted = b'"' in data
    return csv.read_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(
            use_threads=False, block_size=len(data) + 1, column_names=names
        ),
        parse_options=csv.ParseOptions(
            delimiter=layout.delimiter,
            quote_char='"' if quoted else False,
            newlines_in_values=quoted,
            invalid_row_handler=note,
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=[str(index) for index in layout.taken or (0,)],
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            check_utf8=False,
        ),
    )


def _is_utf8(data: bytes) -> bool:
    ends = pa.py_buffer(np.array([0, len(data)], np.int32).tobytes())
    whole = pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(data)])
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _odd(found: csv.InvalidRow, layout: Layout) -> Refusal | None:
    """Refuse a row of which Arrow says that its width is wrong; None: it may be read yet."""
    rows = [row for row, _ in split_rows(found.text, layout.delimiter)]
    if len(rows) != 1 or _is_blank(rows[0], layout):
        return None
    cells, refusals = _checked(rows[0], found.number - 1, layout)
    return None if cells is not None else refusals[0]


def slow(data: bytes, layout: Layout) -> Block:
    """Parse whole rows in plain Python, and say what is wrong with which.

    Args:
        data: UTF-8; a byte that cannot be decoded stands for itself.
        layout: Of the file.
    """
    kept: list[tuple[str, ...]] = []
    numbers: list[int] = []
    refusals: list[Refusal] = []
    number = -1
    for row, _ in split_rows(data.decode("utf-8", "surrogateescape"), layout.delimiter):
        if _is_blank(row, layout):
            continue
        number += 1
        cells, refused = _checked(row, number, layout)
        refusals.extend(refused)
        if cells is not None:
            kept.append(cells)
            numbers.append(number)
    columns = list(zip(*kept, strict=True)) if kept else [()] * layout.width
    texts = {
        index: pa.array([cell or None for cell in columns[index]], pa.string())
        for index in layout.taken
    }
    return Block(rows=np.array(numbers, np.int64), cells=texts, refusals=tuple(refusals))


def _is_blank(row: Row, layout: Layout) -> bool:
    return layout.width > 1 and len(row.cells) == 1 and not row.cells[0].strip()


def _checked(row: Row, number: int, layout: Layout) -> tuple[tuple[str, ...] | None, list[Refusal]]:
    """Check a row: its cells, or None where it is refused, and what is to be reported."""
    cells = row.cells
    while len(cells) > layout.width and not cells[-1]:
        cells = cells[:-1]
    if row.broken:
        problem, hint = "a quote opens and does not close", 'close it, or double it: ""'
        return None, [_refusal(row, number, problem, hint, screened=False)]
    if len(cells) != layout.width:
        problem = f"has {len(row.cells)} cells, not {layout.width}"
        hint = "look for a delimiter that should be quoted, or a missing one"
        return None, [_refusal(row, number, problem, hint, screened=False)]
    return _cleaned(row, cells, number, layout)


def _cleaned(
    row: Row, cells: tuple[str, ...], number: int, layout: Layout
) -> tuple[tuple[str, ...], list[Refusal]]:
    """Mend the cells that are read: bytes that are no text become \ufffd, NULs go."""
    read = "".join(cells[index] for index in layout.wanted)
    refusals = []
    if not read.isascii() and not _is_text(read):
        problem = f"holds bytes that are not {layout.codec}; they are read as \ufffd"
        refusals.append(_refusal(row, number, problem, "say the encoding: --encoding cp1252"))
    if "\0" in read:
        problem = "holds NUL bytes; they are left out"
        refusals.append(_refusal(row, number, problem, "export the file again"))
    if refusals or not row.text.isascii():
        cells = tuple(_text(cell) for cell in cells)
    return cells, refusals


def _refusal(row: Row, number: int, problem: str, hint: str, *, screened: bool = True) -> Refusal:
    return Refusal(
        row=number,
        column="",
        value=shorten(row.text),
        problem=problem,
        hint=hint,
        screened=screened,
    )


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _text(cell: str) -> str:
    plain = cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return plain.replace("\0", "")
