"""CSV and other delimited text: delimiter, header, and parsing of whole rows to blocks."""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from typing import BinaryIO

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import csv

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.readers.columns.detection import (
    TITLE_ROWS,
    count_known,
    find_header,
)
from tidewaiter.trade.readers.heads import Head, head_at, with_head
from tidewaiter.trade.readers.source import (
    chunks,
    cut_of,
    find_encoding,
    open_source,
    peek,
    to_utf8,
)
from tidewaiter.trade.readers.table import SAMPLE_ROWS, Block, Sheet, unique_names
from tidewaiter.trade.readers.text_blocks import (
    LONGEST,
    SIZE,
    Piece,
    Row,
    cut_blocks,
    find_cut,
    split_rows,
)
from tidewaiter.trade.types import ReadOptions, Refusal, shorten

_SMALL = 1 << 17


class Layout(Record, frozen=True, kw_only=True):
    """Properties of a file for the parsers."""

    delimiter: str
    width: int
    codec: str
    wanted: tuple[int, ...]
    carried: tuple[int, ...] = ()  # further columns that are included without checks

    @property
    def taken(self) -> tuple[int, ...]:
        """All columns that are parsed."""
        return (*self.wanted, *self.carried)


def parse_pieces(pieces: Iterator[Piece], layout: Layout) -> Iterator[Block]:
    """Parse chunks of whole rows, with consecutive row numbers."""
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
    """Count the rows of a block, including rejected ones; its numbers begin at 0."""
    last = [int(block.rows[-1])] if len(block.rows) else []
    return max([*last, *(refusal.row for refusal in block.refusals)], default=-1) + 1


def _moved(refusal: Refusal, by: int) -> Refusal:
    return msgspec.structs.replace(refusal, row=refusal.row + by)


def _parse(piece: Piece, layout: Layout) -> Iterator[Block]:
    """Parse whole rows the fast way; if that fails, bisect, and finally use the slow way."""
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
    """Parse whole, regular rows with Arrow.

    Rows of a wrong width are rejected; None: the data requires `slow`.

    Args:
        data: UTF-8.
        layout: Properties of the file.
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
    """Reject a row that Arrow reports as too wide or narrow; None: it may still be valid."""
    rows = [row for row, _ in split_rows(found.text, layout.delimiter)]
    if len(rows) != 1 or _is_blank(rows[0], layout):
        return None
    cells, refusals = _checked(rows[0], found.number - 1, layout)
    return None if cells is not None else refusals[0]


def slow(data: bytes, layout: Layout) -> Block:
    """Parse whole rows in plain Python, with errors per row.

    Args:
        data: UTF-8; an invalid byte becomes a surrogate escape.
        layout: Properties of the file.
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
    """Check a row: its cells, or None if it is rejected, and the problems."""
    cells = row.cells
    while len(cells) > layout.width and not cells[-1]:
        cells = cells[:-1]
    if row.broken:
        error = InputError("trade/quote-not-closed")
        return None, [_refusal(row, number, error, screened=False)]
    if len(cells) != layout.width:
        error = InputError("trade/row-width-wrong", count=len(row.cells), width=layout.width)
        return None, [_refusal(row, number, error, screened=False)]
    return _cleaned(row, cells, number, layout)


def _cleaned(
    row: Row, cells: tuple[str, ...], number: int, layout: Layout
) -> tuple[tuple[str, ...], list[Refusal]]:
    """Clean the cells that are read: invalid bytes become \ufffd, NULs are removed."""
    read = "".join(cells[index] for index in layout.wanted)
    refusals = []
    if not read.isascii() and not _is_text(read):
        error = InputError("trade/bytes-not-in-encoding", codec=layout.codec)
        refusals.append(_refusal(row, number, error))
    if "\0" in read:
        refusals.append(_refusal(row, number, InputError("trade/nul-bytes")))
    if refusals or not row.text.isascii():
        cells = tuple(_text(cell) for cell in cells)
    return cells, refusals


def _refusal(row: Row, number: int, error: InputError, *, screened: bool = True) -> Refusal:
    return Refusal.of(error, row=number, value=shorten(row.text), screened=screened)


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _text(cell: str) -> str:
    plain = cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return plain.replace("\0", "")


DELIMITERS = (",", ";", "\t", "|", "^", "~", ":", "\x01", "\x1f")
"""Delimiters that are tried, unless the user gives one."""


WIDEST = 16_384
"""Maximum columns of a table."""

_TELLING = 300  # headers of a row that are looked up


def open_delimited(file: BinaryIO, name: str, options: ReadOptions) -> Sheet:
    """Open delimited text: detect encoding, delimiter and header.

    Raises:
        InputError: Empty, binary, of unknown encoding, or without a header.
    """
    source = open_source(file)
    encoding = find_encoding(peek(source, name), name, options.encoding)
    pieces = to_utf8(chunks(source, name, SIZE, partly=True), encoding, name)
    start = _start(pieces)
    text = start.decode("utf-8", "surrogateescape")
    said, body = _separator_line(text)
    asked = tuple(options.columns.values())
    delimiter = _delimiter(body, options.delimiter or said, name, asked)
    head, skipped = _header(body, delimiter, name, asked)
    header = head.header
    offset = len(
        (text[: len(text) - len(body)] + body[:skipped]).encode("utf-8", "surrogateescape")
    )
    sample = _sample(body[skipped : 1 << 20], delimiter)
    if sample and all(len(row) == len(header) + 1 and not row[-1] for row in sample):
        header = (*header, "")  # each row ends with a delimiter, but the header does not
    names = unique_names(header)

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        layout = Layout(
            delimiter=delimiter,
            width=len(names),
            codec=encoding.codec,
            wanted=tuple(wanted),
            carried=tuple(carried),
        )
        rest = chain([start[offset:]], pieces)
        yield from parse_pieces(cut_blocks(rest, delimiter, name), layout)
        if cut := cut_of(source):
            yield Block(rows=np.array([], np.int64), cells={}, refusals=cut)

    sheet = Sheet(
        header=names,
        sample=sample,
        blocks=blocks,
        encoding=encoding.codec,
        delimiter=delimiter,
        doubt=encoding.doubt,
    )
    return with_head(sheet, head)


def _start(pieces: Iterator[bytes]) -> bytes:
    """Read chunks until the rows for header detection are complete."""
    start = b""
    for piece in pieces:
        start += piece
        if (
            len(start) > LONGEST
            or sum(map(bool, map(bytes.strip, start.splitlines()))) > TITLE_ROWS
        ):
            break
    return start


def _separator_line(text: str) -> tuple[str | None, str]:
    """Parse the "sep=;" line that spreadsheets write before the header."""
    first, end, rest = text.partition("\n")
    line = first.strip("\r\ufeff ").casefold()
    if end and line.startswith("sep=") and len(line) in (4, 5):
        return (line[4:] or "\t"), rest
    return None, text


def _delimiter(text: str, said: str | None, name: str, asked: Collection[str]) -> str:
    if said is not None:
        said = {"\\t": "\t", "tab": "\t"}.get(said, said)
        if len(said) != 1 or not said.isascii() or said in '"\r\n':
            raise InputError("trade/not-a-delimiter", said=said, at=name)
        return said
    some = text[: 1 << 16]
    return max(DELIMITERS, key=lambda d: (_evidence(some, d, asked), -DELIMITERS.index(d)))


def _evidence(text: str, delimiter: str, asked: Collection[str]) -> tuple[int, float, int]:
    """Score a delimiter: known headers, share of rows as wide as the header, width."""
    rows = [row.cells for row, _ in _few(text, delimiter, TITLE_ROWS + 30)]
    head = find_header([row[:_TELLING] for row in rows[:TITLE_ROWS]], asked)
    if head is None:
        return 0, 0.0, 0
    rows = rows[head:]
    known = count_known(rows[0][:_TELLING], asked)
    even = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
    return known, even if len(rows[0]) > 1 else even / 2, len(rows[0])


def _few(text: str, delimiter: str, most: int) -> Iterator[tuple[Row, int]]:
    for count, pair in enumerate(split_rows(text, delimiter), 1):
        yield pair
        if count == most:
            return


def _header(text: str, delimiter: str, name: str, asked: Collection[str]) -> tuple[Head, int]:
    """Find the head of the table, and the offset of the row below it."""
    rows = list(_few(text, delimiter, TITLE_ROWS))
    cells = [
        tuple(c.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for c in row.cells)
        for row, _ in rows
    ]
    head = find_header([row[:_TELLING] for row in cells], asked)
    if head is None:
        raise InputError("trade/no-header", at=name)
    if len(cells[head]) > WIDEST:
        raise InputError("trade/too-many-columns", count=len(cells[head]), widest=WIDEST, at=name)
    found = head_at(cells, head, asked, name)
    return found, rows[found.below - 1][1]


def _sample(text: str, delimiter: str) -> tuple[tuple[str, ...], ...]:
    rows = tuple(row.cells for row, _ in _few(text, delimiter, SAMPLE_ROWS))
    cut = 1 < len(rows) < SAMPLE_ROWS and not text.endswith(("\n", "\r"))
    return rows[:-1] if cut else rows
