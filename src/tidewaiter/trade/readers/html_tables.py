"""Tables of a web page, as many systems export them under the name of a spreadsheet (.xls).

Text beside the tables goes with the first line of each, or is a table of its own if it is long: it
is screened as other text.
"""

import codecs
from collections.abc import Iterator, Sequence
from functools import partial
from html.parser import HTMLParser
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers.grids import MOST_TABLES, WIDEST, Grid, open_grids
from tidewaiter.trade.readers.heads import Row
from tidewaiter.trade.readers.source import chunks, find_encoding, open_source, peek
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.types import ReadOptions

LARGEST = 256 << 20
"""Maximum size of a page, in bytes: its tables are held in memory."""

_PIECE = 1 << 16
_UNSHOWN = frozenset(("script", "style", "noscript", "template"))
_BREAKS = frozenset(("br", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "pre"))
_BESIDE = "text beside the tables"
_MOST_SPANNED = 1_000
_SHORT = 2_000  # letters of a text that goes with the first line of a table


class _Tables(HTMLParser):
    """Collects tables; a table inside a cell is its own table."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[Row]] = []
        self.beside: list[str] = []
        self._name = name
        self._open: list[int] = []  # tables under way
        self._rows: dict[int, list[str]] = {}
        self._cells: dict[int, list[str] | None] = {}
        self._spans: dict[int, int] = {}
        self._hidden = 0
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Handle the start of an element."""
        if tag in _UNSHOWN:
            self._hidden += 1
        elif tag == "table":
            self._flush()
            if len(self.tables) >= MOST_TABLES:
                raise InputError(
                    "trade/too-many-tables", count=MOST_TABLES + 1, most=MOST_TABLES, at=self._name
                )
            self._open.append(len(self.tables))
            self.tables.append([])
        elif tag == "tr":
            self._end_row()
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            self._cells[self._open[-1]] = []
            self._spans[self._open[-1]] = _span(dict(attrs).get("colspan"))
        elif tag in _BREAKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        """Handle the end of an element."""
        if tag in _UNSHOWN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table" and self._open:
            self._end_row()
            self._open.pop()
        elif tag in _BREAKS:
            self._break()

    def handle_data(self, data: str) -> None:
        """Handle a piece of text."""
        if self._hidden:
            return
        cell = self._cells.get(self._open[-1]) if self._open else None
        (self._text if cell is None else cell).append(data)

    def _break(self) -> None:
        cell = self._cells.get(self._open[-1]) if self._open else None
        if cell is None:
            self._flush()
        else:
            cell.append(" ")

    def _flush(self) -> None:
        text = " ".join("".join(self._text).split())
        self._text = []
        if text:
            self.beside.append(text)

    def _end_cell(self) -> None:
        if not self._open:
            return
        place = self._open[-1]
        cell = self._cells.get(place)
        if cell is None:
            return
        row = self._rows.setdefault(place, [])
        row.extend([" ".join("".join(cell).split()), *[""] * (self._spans.get(place, 1) - 1)])
        self._cells[place] = None
        if len(row) > WIDEST:
            raise InputError("trade/too-many-columns", count=len(row), widest=WIDEST, at=self._name)

    def _end_row(self) -> None:
        self._end_cell()
        if not self._open:
            return
        row = self._rows.pop(self._open[-1], [])
        if any(row):
            self.tables[self._open[-1]].append(tuple(row))

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Skip "<![...": a browser shows nothing of it, and the base class fails on most."""
        return self.parse_bogus_comment(i, bool(report))

    def finish(self) -> None:
        """Handle the end of the page, also inside a table."""
        self.close()
        while self._open:
            self._end_row()
            self._open.pop()
        self._flush()


def _span(text: str | None) -> int:
    return min(int(text), _MOST_SPANNED) if text and text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004


def open_html(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    """Open the tables of a page.

    Raises:
        InputError: Too large, or without any text.
    """
    source = open_source(file)
    encoding = find_encoding(peek(source, name), name, options.encoding)
    parser, size = _Tables(name), 0
    for piece in _decoded(chunks(source, name, _PIECE), encoding.codec):
        size += len(piece)
        if size > LARGEST:
            raise InputError("trade/unpacked-too-large", largest=LARGEST >> 20, at=name)
        parser.feed(piece)
    parser.finish()
    # A table of one row has no lines: it is a heading, and its cells are text.
    found = {f"table {at}": rows for at, rows in enumerate(parser.tables, 1) if len(rows) > 1}
    alone = [rows[0] for rows in parser.tables if len(rows) == 1]
    parser.beside.extend(" | ".join(filter(None, row)) for row in alone)
    grids = [Grid(title=title, rows=partial(iter, rows)) for title, rows in found.items()]
    if grids and sum(map(len, parser.beside)) <= _SHORT:
        return open_grids(grids, name, options, parser.beside)
    if parser.beside:
        rows = [(text,) for text in parser.beside]
        grids.append(Grid(title=_BESIDE, rows=partial(iter, rows), header=(_BESIDE,)))
    return open_grids(grids, name, options)


def _decoded(pieces: Iterator[bytes], codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for piece in pieces:
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)
