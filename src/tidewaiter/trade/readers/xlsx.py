"""Spreadsheets as tables of text, read as a stream: a sheet, its header row, its rows."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.texts import look_up, read_texts
from tidewaiter.base.sheets.workbook import Tab, Workbook, open_workbook
from tidewaiter.base.sheets.worksheet import Ask, Fault, Row
from tidewaiter.base.sheets.xml import FAULTS, damaged
from tidewaiter.consignments.readers.columns import find_columns
from tidewaiter.consignments.readers.header import TITLE_ROWS, find_header, refuse_data
from tidewaiter.consignments.readers.merges import Merges, fill_merged, read_merges
from tidewaiter.consignments.readers.rows import read_rows
from tidewaiter.consignments.readers.sheet import SAMPLE_ROWS, Block, Sheet, unique_names
from tidewaiter.consignments.readers.styles import NUMBERS
from tidewaiter.consignments.types import ReadOptions, Refusal

_AMOUNTS = frozenset((*NUMBERS, "packages"))
_CELL = re.compile(rb"<(?:\w+:)?(?:v|is)\b")
_HINTS = {
    Fault.ERROR: "mend the formula, or write the value",
    Fault.STALE: "open the file in a spreadsheet program and save it, so that values are stored",
    Fault.MERGED: "split the cell, and write each row's own amount",
}


class _Table(Record, frozen=True, kw_only=True):
    """One sheet of an open workbook."""

    book: Workbook
    tab: Tab
    name: str  # of the file
    texts: pa.Array  # that the sheets share
    merges: Merges

    def rows(
        self, wanted: frozenset[int] | None, amounts: frozenset[int] = frozenset()
    ) -> Iterator[Row]:
        """Read the rows in which anything stands, from the first."""
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
        """Give one column of some rows as text, null where a fault stands, and the faults."""
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
        """Give some rows as a block.

        Args:
            rows: Their cells.
            start: Number of the first one.
            wanted: The columns to give, and their names.
            carried: Columns to give beside these, of which nothing is reported.
        """
        found = {place: self.column(rows, place) for place in wanted}
        refusals = [
            _refusal(start + at, wanted[place], fault)
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
    """Open a spreadsheet: its first visible sheet, or the one that `options` names.

    Memory does not grow with the sheet.

    Args:
        file: It can be sought in, and stays open while the sheet is read.
        name: Of the file, for errors.
        options: What the user says of it.

    Raises:
        InputError: The file is damaged, unpacks to too much, or lacks the sheet.
    """
    book = open_workbook(file, name)
    tab = _choose(book, name, options.sheet)
    table = _open_table(book, tab, name)
    texts = _first_rows(table)
    head = find_header(texts[:TITLE_ROWS], options.columns.values())
    if head is None:
        raise InputError("the sheet is empty", at=name, hint="name another one: --sheet")
    refuse_data(texts[head], options.columns.values(), name)
    header = unique_names(["" if text is None else text for text in texts[head]])
    others = _others(book, tab)
    notes = _notes(tab, others, asked=options.sheet is not None)

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        rows = table.rows(frozenset((*wanted, *carried)), _amounts(header, options))
        yield Block(rows=np.array([], np.int64), cells={}, refusals=notes)
        names, below = {place: header[place] for place in wanted}, islice(rows, head + 1, None)
        parts = iter(lambda: list(islice(below, options.batch_rows)), [])
        for number, part in enumerate(parts):
            yield table.block(part, 1 + number * options.batch_rows, names, carried)

    return Sheet(
        header=header,
        sample=tuple(texts[head + 1 :][:SAMPLE_ROWS]),
        blocks=blocks,
        others=tuple(other.name for other in others),
        serials=1462 if book.since_1904 else 0,
        pointed=frozenset(range(len(header))),
    )


def _first_rows(table: _Table) -> list[tuple[str | None, ...]]:
    first = list(islice(table.rows(None), TITLE_ROWS + SAMPLE_ROWS))
    width = 1 + max((column for row in first for column in row), default=-1)
    cells = [table.column(first, place)[0].to_pylist() for place in range(width)]
    return list(zip(*cells, strict=True))


def _open_table(book: Workbook, tab: Tab, name: str) -> _Table:
    texts = pa.array([], pa.string())
    try:
        if book.texts:
            with book.open(book.texts) as stream:
                texts = read_texts(stream, name)
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
        problem = "no sheet" if asked is None else f'no sheet "{asked}"'
        raise InputError(problem, at=name, hint=f"sheets: {seen}")
    return chosen[0]


def _others(book: Workbook, tab: Tab) -> list[Tab]:
    return [other for other in book.tabs if other is not tab and _has_cells(book, other)]


def _notes(tab: Tab, others: Sequence[Tab], *, asked: bool) -> tuple[Refusal, ...]:
    """Report the sheets that are not read although something stands there."""
    if asked or not others:
        return ()
    seen = ", ".join(f'"{o.name}"{" (hidden)" if o.hidden else ""}' for o in others)
    return (
        Refusal(
            row=0,
            column="",
            value="",
            problem=f'only the sheet "{tab.name}" is read, not {seen}',
            hint=f'read another one by its name: --sheet "{others[0].name}"',
            screened=True,
        ),
    )


def _has_cells(book: Workbook, tab: Tab) -> bool:
    try:
        with book.open(tab.part) as stream:
            return _CELL.search(stream.read(1 << 18)) is not None
    except FAULTS:
        return True


def _amounts(header: Sequence[str], options: ReadOptions) -> frozenset[int]:
    """Tell the columns of amounts, of which a merged one must not count several times."""
    named = {column for field, column in options.columns.items() if field in _AMOUNTS}
    return frozenset(place for place, text in enumerate(header) if _is_amount(text, named))


def _is_amount(header: str, named: Collection[str]) -> bool:
    return header in named or any(found.field in _AMOUNTS for found in find_columns(header))


def _refusal(row: int, column: str, fault: Fault) -> Refusal:
    return Refusal(
        row=row,
        column=column,
        value="",
        problem=fault.value,
        hint=_HINTS[fault],
        screened=True,
    )
