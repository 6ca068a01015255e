"""Spreadsheets as tables of text, streamed: sheets, rows and merged cells.

A row with unusual content is passed to the XML parser alone; a sheet in an unusual notation is
parsed as a whole. Both ways give the same rows.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from itertools import islice
from typing import IO, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.workbook import Tab, Workbook, open_workbook
from tidewaiter.base.sheets.worksheet import (
    LONGEST,
    LONGEST_ROW,
    WIDEST,
    Ask,
    Cell,
    Fault,
    Row,
    Value,
    column_number,
    look_up,
    parse_rows,
    read_texts,
    value_of,
    written,
)
from tidewaiter.base.sheets.xml import FAULTS, damaged
from tidewaiter.trade.readers.columns.detection import TITLE_ROWS
from tidewaiter.trade.readers.columns.header_meaning import find_columns
from tidewaiter.trade.readers.grids import MOST_TABLES, head_of_rows, parted, with_lines
from tidewaiter.trade.readers.heads import with_head
from tidewaiter.trade.readers.number_styles import AMOUNTS
from tidewaiter.trade.readers.table import SAMPLE_ROWS, Block, Sheet
from tidewaiter.trade.types import ReadOptions, Refusal

_PIECE = 1 << 18
_TEXT = 2  # index of the group after the cell type
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})\d+"(?: s="(\d+)")?(?: t="(\w+)")?'
    rb"(?:/>|>(<f(?: [^<>]*)?(?:/>|>[^<>]*</f>))?(?:(<v>)([^<>&\r]*)</v>|(<v/>))?</c>"
    rb"|><is><t(?: [^<>]*)?>([^<>&\r]*)</t></is></c>)"
)
_OPEN = re.compile(rb"\s*(?:<row(?: [^<>]*)?/>\s*)*<row(?: ([^<>]*))?>")
_NUMBER = re.compile(rb'\br="(\d+)"')
_ODD = (b"<!", b"<?", b"xmlns")


def read_rows(opened: Callable[[], IO[bytes]], ask: Ask) -> Iterator[tuple[int, Row]]:
    """Read the non-empty rows of a sheet.

    Args:
        opened: Opens the archive member with the sheet.
        ask: Reader options.

    Yields:
        Row number in the sheet, from 1, and the requested cells.

    Raises:
        InputError: The sheet is damaged, or a cell or a row is too long.
    """
    done = 0
    with opened() as stream:
        for row in _plain_rows(stream, ask):
            if row is None:
                break
            done += 1
            yield row
        else:
            return
    with opened() as stream:
        yield from islice(parse_rows(stream, ask), done, None)


def _plain_rows(stream: IO[bytes], ask: Ask) -> Iterator[tuple[int, Row] | None]:
    """Read rows; None: the remaining rows, or all, require the XML parser."""
    number = 0
    try:
        for chunk in _chunks(stream, ask.name):
            if chunk is None or any(odd in chunk for odd in _ODD):
                yield None
                return
            for raw in chunk.split(b"</row>")[:-1]:
                number, row = _row(raw, number, ask)
                if row is not None:
                    yield number, row
    except FAULTS as error:
        raise damaged(ask.name) from error


def _chunks(stream: IO[bytes], name: str) -> Iterator[bytes | None]:
    """Split a sheet after its rows; None: it is in an unusual notation."""
    head = stream.read(_PIECE)
    start = head.find(b"<sheetData>")
    if start < 0 or not _is_usual(head[:start]):
        yield None
        return
    rest, piece = head[start + len(b"<sheetData>") :], b""
    while True:
        end = rest.rfind(b"</row>")
        if end >= 0:
            yield rest[: end + len(b"</row>")]
            rest = rest[end + len(b"</row>") :]
        elif len(rest) > LONGEST_ROW:
            raise InputError("trade/sheet-row-too-long", longest_row=LONGEST_ROW >> 20, at=name)
        if b"</sheetData>" in rest:
            return
        piece = stream.read(_PIECE)
        if not piece:
            yield None  # an empty or truncated sheet
            return
        rest += piece


def _is_usual(head: bytes) -> bool:
    """Return whether the text before the rows is UTF-8 without prefixes and declarations."""
    said = re.search(rb"encoding=[\"']([^\"']*)", head[:200])
    prefixed = re.search(rb"xmlns:\w+=[\"'][^\"']*spreadsheetml/(?:2006/)?main[\"']", head)
    return b"<!" not in head and prefixed is None and (said is None or said[1].lower() == b"utf-8")


def _row(raw: bytes, number: int, ask: Ask) -> tuple[int, Row | None]:
    """Read one row: its number and its cells; None: empty."""
    opened, found = _OPEN.match(raw), _CELL.findall(raw)
    said = _NUMBER.search(opened[1] or b"") if opened else None
    number = int(said[1]) if said else number + 1
    if opened is None or len(found) != raw.count(b"<c") or len(raw) > LONGEST:
        parsed = [row for _, row in parse_rows(BytesIO(b"<d>%s</row></d>" % raw), ask)]
        return number, parsed[-1] if parsed else None
    wanted, full = ask.wanted, False
    row: Row = {}
    for letters, style, kind, *rest in found:
        text, column = rest[_TEXT], _column(letters)
        value: Value | None
        if text and wanted is not None and column not in wanted:
            full = True
            continue
        if kind == b"s" and text:
            value = int(text)
        elif text and (not kind or kind == b"n"):
            value = written(text.decode(), style.decode(), ask)
        else:
            value = _other(style, kind, rest, ask)
        if value is not None:
            full = True
            if wanted is None or column in wanted:
                row[column] = value
    return number, row if full else None


def _other(style: bytes, kind: bytes, rest: list[bytes], ask: Ask) -> Value | None:
    formula, valued, text, empty, inline = rest
    cell = Cell(
        kind=kind.decode() or "n",
        style=style.decode(),
        text=(text or inline).decode(),
        formula=bool(formula),
        valued=bool(valued or empty),
    )
    return value_of(cell, ask)


@lru_cache(maxsize=WIDEST)
def _column(letters: bytes) -> int:
    return column_number(letters.decode())


_MOST = 200_000
_MERGE_PIECE = 1 << 20
_OVERLAP = 256
_MERGE = re.compile(rb"mergeCell\s[^<>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})[\"']")

Merges = Mapping[int, Sequence[tuple[int, int]]]
"""First row -> columns with cells merged from there on, and the last row."""


def read_merges(stream: IO[bytes], name: str) -> Merges:
    """Read which cells are merged over several rows; this information follows the rows.

    Args:
        stream: Archive member with the sheet.
        name: Name of the file, for errors.

    Raises:
        InputError: The member is damaged, or there are too many.
    """
    found: dict[int, set[tuple[int, int]]] = defaultdict(set)
    count, rest = 0, b""
    try:
        while piece := stream.read(_MERGE_PIECE):
            rest += piece
            if b"mergeCell" in rest:
                for letters, top, bottom in _MERGE.findall(rest):
                    if int(bottom) > int(top):
                        found[int(top)].add((column_number(letters.decode()), int(bottom)))
                        count += 1
            rest = rest[-_OVERLAP:]
            if count > _MOST:
                raise InputError("trade/too-many-merged-cells", at=name)
    except FAULTS as error:
        raise damaged(name) from error
    return {top: sorted(cells) for top, cells in found.items()}


def fill_merged(
    rows: Iterator[tuple[int, Row]], merges: Merges, amounts: frozenset[int]
) -> Iterator[tuple[int, Row]]:
    """Repeat a merged cell's value in each of its rows; an amount is reported, not repeated.

    Args:
        rows: Number and cells of each non-empty row.
        merges: Merged cells of the sheet.
        amounts: Columns of amounts, which must not be counted several times.
    """
    if not merges:
        yield from rows
        return
    under_way: dict[int, tuple[int, Value]] = {}  # column -> last row, repeated value
    for number, row in rows:
        for column, (bottom, value) in list(under_way.items()):
            if number > bottom:
                del under_way[column]
            else:
                row.setdefault(column, value)
        for column, bottom in merges.get(number, ()):
            if column in row:
                repeated = Fault.MERGED if column in amounts else row[column]
                under_way[column] = (bottom, repeated)
        yield number, row


_FILLED_CELL = re.compile(rb"<(?:\w+:)?(?:v|is)\b")


class _Table(Record, frozen=True, kw_only=True):
    """One sheet of an open workbook."""

    book: Workbook
    tab: Tab
    name: str  # name of the file
    texts: pa.Array  # shared strings
    merges: Merges

    def rows(
        self, wanted: frozenset[int] | None, amounts: frozenset[int] = frozenset()
    ) -> Iterator[Row]:
        """Read the non-empty rows from the first one."""
        ask = Ask(
            name=self.name,
            styles=self.book.styles,
            since_1904=self.book.since_1904,
            wanted=wanted,
        )
        rows = read_rows(lambda: self.book.open(self.tab.part), ask)
        for _, row in fill_merged(rows, self.merges, amounts):
            yield row

    def column(self, rows: Sequence[Row], place: int) -> tuple[pa.Array, list[tuple[int, Fault]]]:
        """Return one column of some rows as text, null for a fault, and the faults."""
        values = [row.get(place) for row in rows]
        kinds = set(map(type, values))
        faults = []
        if Fault in kinds:
            faults = [(at, v) for at, v in enumerate(values) if isinstance(v, Fault)]
        if int not in kinds:
            return pa.array([v if type(v) is str else None for v in values], pa.string()), faults
        numbers = pa.array([v if type(v) is int else None for v in values], pa.int64())
        found = look_up(self.texts, numbers)
        if str in kinds:
            written = pa.array([v if type(v) is str else None for v in values], pa.string())
            found = pc.coalesce(found, written)
        return pc.if_else(pc.equal(found, ""), None, found), faults

    def block(
        self, rows: Sequence[Row], start: int, wanted: Mapping[int, str], carried: Sequence[int]
    ) -> Block:
        """Convert rows to a block.

        Args:
            rows: Their cells.
            start: Number of the first row.
            wanted: Columns to convert, with their names.
            carried: Further columns to include, without checks.
        """
        found = {place: self.column(rows, place) for place in wanted}
        refusals = [
            Refusal.of(InputError(fault.value), row=start + at, column=wanted[place])
            for place, (_, faults) in found.items()
            for at, fault in faults
        ]
        return Block(
            rows=np.arange(start, start + len(rows)),
            cells={
                **{place: column for place, (column, _) in found.items()},
                **{place: self.column(rows, place)[0] for place in carried},
            },
            refusals=tuple(sorted(refusals, key=lambda refusal: refusal.row)),
        )


def open_xlsx(file: BinaryIO, name: str, options: ReadOptions) -> Sheet:
    """Open a spreadsheet: its first visible sheet, or the one given in `options`.

    Args:
        file: Seekable; must stay open while the sheet is read.
        name: Name of the file, for errors.
        options: User settings for the file.

    Raises:
        InputError: The file is damaged, too large unpacked, or lacks the sheet.
    """
    book = open_workbook(file, name)
    tab = _choose(book, name, options.sheet)
    sheet = _open_tab(_Opened(book, _texts(book, name), name, options), tab, alone=True)
    if sheet is None:
        raise InputError("trade/sheet-empty", at=name)
    return sheet


def open_sheets(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    """Open all non-empty sheets of a spreadsheet, or the one given in `options`.

    Memory use does not depend on the size of the sheets.

    Args:
        file: Seekable; must stay open while the sheets are read.
        name: Name of the file, for errors.
        options: User settings for the file.

    Raises:
        InputError: The file is damaged, too large unpacked, or lacks the sheet.
    """
    book = open_workbook(file, name)
    first = _choose(book, name, options.sheet)
    tabs = list(book.tabs) if options.sheet is None else [first]
    tabs = [tab for tab in tabs if _has_cells(book, tab)] or [first]
    if len(tabs) > MOST_TABLES:
        raise InputError("trade/too-many-tables", count=len(tabs), most=MOST_TABLES, at=name)
    opened = _Opened(book, _texts(book, name), name, options)
    cover, rest = parted([(tab, _first_rows(_open_table(opened, tab))) for tab in tabs])
    found = [_open_tab(opened, tab, alone=len(rest) == 1, cover=cover) for tab in rest]
    sheets = tuple(sheet for sheet in found if sheet is not None)
    if not sheets:
        raise InputError("trade/sheet-empty", at=name)
    return sheets


class _Opened(NamedTuple):
    """A workbook, and how it is read."""

    book: Workbook
    texts: pa.Array  # shared strings
    name: str
    options: ReadOptions


def _open_tab(
    opened: _Opened, tab: Tab, *, alone: bool, cover: Sequence[tuple[str, str]] = ()
) -> Sheet | None:
    """Open a sheet; None: it is empty."""
    book, _, name, options = opened
    table = _open_table(opened, tab)
    texts = _first_rows(table)
    if not texts:
        return None
    head = with_lines(head_of_rows(texts, None, name, options, alone=alone), texts, cover)
    header = head.header

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        rows = table.rows(frozenset((*wanted, *carried)), _amounts(header, options))
        names, below = {place: header[place] for place in wanted}, islice(rows, head.below, None)
        parts = iter(lambda: list(islice(below, options.batch_rows)), [])
        for number, part in enumerate(parts):
            yield table.block(part, 1 + number * options.batch_rows, names, carried)

    sheet = Sheet(
        header=header,
        sample=tuple(texts[head.below :][:SAMPLE_ROWS]),
        blocks=blocks,
        serials=1462 if book.since_1904 else 0,
        pointed=frozenset(range(len(header))),
    )
    return with_head(sheet, head, "" if alone else tab.name, cover)


def _first_rows(table: _Table) -> list[tuple[str | None, ...]]:
    first = list(islice(table.rows(None), TITLE_ROWS + SAMPLE_ROWS))
    width = 1 + max((column for row in first for column in row), default=-1)
    cells = [table.column(first, place)[0].to_pylist() for place in range(width)]
    return list(zip(*cells, strict=True))


def _texts(book: Workbook, name: str) -> pa.Array:
    if not book.texts:
        return pa.array([], pa.string())
    try:
        with book.open(book.texts) as stream:
            return read_texts(stream, name)
    except FAULTS as error:
        raise damaged(name) from error


def _open_table(opened: _Opened, tab: Tab) -> _Table:
    book, texts, name, _ = opened
    try:
        with book.open(tab.part) as stream:
            merges = read_merges(stream, name)
    except FAULTS as error:
        raise damaged(name) from error
    return _Table(book=book, tab=tab, name=name, texts=texts, merges=merges)


def _choose(book: Workbook, name: str, asked: str | None) -> Tab:
    shown = [tab for tab in book.tabs if not tab.hidden] or list(book.tabs)
    chosen = shown if asked is None else [tab for tab in book.tabs if tab.name == asked]
    if not chosen:
        seen = ", ".join(f'"{tab.name}"' for tab in book.tabs) or "none"
        if asked is None:
            raise InputError("trade/no-sheet", seen=seen, at=name)
        raise InputError("trade/no-sheet-called", asked=asked, seen=seen, at=name)
    return chosen[0]


def _has_cells(book: Workbook, tab: Tab) -> bool:
    try:
        with book.open(tab.part) as stream:
            return _FILLED_CELL.search(stream.read(1 << 18)) is not None
    except FAULTS:
        return True


def _amounts(header: Sequence[str], options: ReadOptions) -> frozenset[int]:
    """Return the columns of amounts, for which a merged cell must not count several times."""
    named = {column for field, column in options.columns.items() if field in AMOUNTS}
    return frozenset(place for place, text in enumerate(header) if _is_amount(text, named))


def _is_amount(header: str, named: Collection[str]) -> bool:
    return header in named or any(found.field in AMOUNTS for found in find_columns(header))
