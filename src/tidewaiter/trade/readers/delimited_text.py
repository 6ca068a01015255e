"""CSV and its kin, opened: the delimiter, the header, and blocks of text cells."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.readers.blocks import LONGEST, SIZE, cut_blocks
from tidewaiter.consignments.readers.header import (
    TITLE_ROWS,
    count_known,
    find_header,
    refuse_data,
)
from tidewaiter.consignments.readers.parse import Layout, parse_pieces
from tidewaiter.consignments.readers.sheet import SAMPLE_ROWS, Block, Sheet, unique_names
from tidewaiter.consignments.readers.source import chunks, find_encoding, open_source, peek, to_utf8
from tidewaiter.consignments.readers.split import Row, split_rows
from tidewaiter.consignments.types import ReadOptions

DELIMITERS = (",", ";", "\t", "|", "^", "~", ":", "\x01", "\x1f")
"""What may stand between cells, where the user does not say."""


WIDEST = 16_384
"""Columns of the widest table."""

_TELLING = 300  # headers of a row that are looked up


def open_delimited(file: BinaryIO, name: str, options: ReadOptions) -> Sheet:
    """Open delimited text: find its encoding, delimiter and header.

    Raises:
        InputError: It is empty, binary, of no known encoding, or has no header.
    """
    source = open_source(file)
    encoding = find_encoding(peek(source, name), name, options.encoding)
    pieces = to_utf8(chunks(source, name, SIZE), encoding, name)
    start = _start(pieces)
    text = start.decode("utf-8", "surrogateescape")
    said, body = _separator_line(text)
    asked = tuple(options.columns.values())
    delimiter = _delimiter(body, options.delimiter or said, name, asked)
    header, skipped = _header(body, delimiter, name, asked)
    offset = len(
        (text[: len(text) - len(body)] + body[:skipped]).encode("utf-8", "surrogateescape")
    )
    sample = _sample(body[skipped : 1 << 20], delimiter)
    if sample and all(len(row) == len(header) + 1 and not row[-1] for row in sample):
        header = (*header, "")  # each row ends in a delimiter, but the header does not
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
        return parse_pieces(cut_blocks(rest, delimiter, name), layout)

    return Sheet(
        header=names,
        sample=sample,
        blocks=blocks,
        encoding=encoding.codec,
        delimiter=delimiter,
        doubt=encoding.doubt,
    )


def _start(pieces: Iterator[bytes]) -> bytes:
    """Take pieces until the rows are there among which the header is looked for."""
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
    """Read the "sep=;" line that spreadsheets write before the header."""
    first, end, rest = text.partition("\n")
    line = first.strip("\r\ufeff ").casefold()
    if end and line.startswith("sep=") and len(line) in (4, 5):
        return (line[4:] or "\t"), rest
    return None, text


def _delimiter(text: str, said: str | None, name: str, asked: Collection[str]) -> str:
    if said is not None:
        said = {"\\t": "\t", "tab": "\t"}.get(said, said)
        if len(said) != 1 or not said.isascii() or said in '"\r\n':
            raise InputError(
                f'"{said}" cannot be a delimiter', at=name, hint="write one character, or tab"
            )
        return said
    some = text[: 1 << 16]
    return max(DELIMITERS, key=lambda d: (_evidence(some, d, asked), -DELIMITERS.index(d)))


def _evidence(text: str, delimiter: str, asked: Collection[str]) -> tuple[int, float, int]:
    """Weigh a delimiter: headers it makes known, rows as wide as the header, width."""
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


def _header(
    text: str, delimiter: str, name: str, asked: Collection[str]
) -> tuple[tuple[str, ...], int]:
    """Find the header, and where in the text the row below it starts."""
    rows = list(_few(text, delimiter, TITLE_ROWS))
    cells = [
        tuple(c.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for c in row.cells)
        for row, _ in rows
    ]
    head = find_header([row[:_TELLING] for row in cells], asked)
    if head is None:
        raise InputError("the file has no header", at=name, hint="name its columns in a row")
    if len(cells[head]) > WIDEST:
        raise InputError(
            f"the header has {len(cells[head])} columns, more than {WIDEST}",
            at=name,
            hint="look for delimiters at its end, or say another one: --delimiter",
        )
    refuse_data(cells[head], asked, name)
    return cells[head], rows[head][1]


def _sample(text: str, delimiter: str) -> tuple[tuple[str, ...], ...]:
    rows = tuple(row.cells for row, _ in _few(text, delimiter, SAMPLE_ROWS))
    cut = 1 < len(rows) < SAMPLE_ROWS and not text.endswith(("\n", "\r"))
    return rows[:-1] if cut else rows
