"""Tables given as rows of text: the common opening of spreadsheets, databases and pages."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import numpy as np
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.readers.columns.detection import TITLE_ROWS, count_known
from tidewaiter.trade.readers.heads import (
    Head,
    Row,
    headless,
    read_beside,
    read_cover,
    read_head,
    with_head,
)
from tidewaiter.trade.readers.table import SAMPLE_ROWS, Block, Sheet, unique_names
from tidewaiter.trade.types import ReadOptions

T = TypeVar("T")

WIDEST = 16_384
"""Maximum columns of a table."""

MOST_TABLES = 500
"""Maximum tables of a file."""


class Grid(Record, frozen=True, kw_only=True):
    """A table of a file; its rows are read anew each time."""

    title: str
    rows: Callable[[], Iterator[Row]]  # the non-empty rows
    header: tuple[str, ...] | None = None  # None: it is found in the first rows
    pointed: bool = False  # numbers are stored as such, so "1.234" has a point


def open_grid(
    grid: Grid,
    name: str,
    options: ReadOptions,
    *,
    alone: bool,
    cover: Sequence[tuple[str, str]] = (),
) -> Sheet | None:
    """Open a table.

    Args:
        grid: The table.
        name: Name of the file, for errors.
        options: User settings.
        alone: It is the only table of the file, so it must have a header.
        cover: What the cover sheet states.

    Returns:
        None if the table is empty.

    Raises:
        InputError: The only table has no header.
    """
    rows = _first_rows(grid)
    if not rows:
        return None
    head = with_lines(head_of_rows(rows, grid.header, name, options, alone=alone), rows, cover)
    width = max(len(head.header), *(len(row) for row in rows))
    if width > WIDEST:
        raise InputError("trade/too-many-columns", count=width, widest=WIDEST, at=name)
    header = unique_names([*head.header, *[""] * (width - len(head.header))])

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        below, start = islice(grid.rows(), head.below, None), 1
        while part := list(islice(below, options.batch_rows)):
            cells = {place: _column(part, place) for place in (*wanted, *carried)}
            yield Block(rows=np.arange(start, start + len(part)), cells=cells)
            start += len(part)

    sheet = Sheet(
        header=header,
        sample=tuple(map(tuple, rows[head.below :][:SAMPLE_ROWS])),
        blocks=blocks,
        pointed=frozenset(range(width)) if grid.pointed else frozenset(),
    )
    return with_head(sheet, head, "" if alone else grid.title, cover)


def head_of_rows(
    rows: Sequence[Row],
    header: tuple[str, ...] | None,
    name: str,
    options: ReadOptions,
    *,
    alone: bool,
) -> Head:
    """Return the head of a table; one without a header has numbered columns.

    Raises:
        InputError: It has none, is alone, and the user named its columns or format.
    """
    if header is not None:
        return Head(header=header, below=0)
    try:
        head = read_head(rows, options.columns.values(), name)
    except InputError:
        if alone and (options.columns or options.format):
            raise
        return headless(rows)
    if head is None or (not alone and not _is_header(head.header, options)):
        return headless(rows)
    return head


def with_lines(head: Head, rows: Sequence[Row], cover: Sequence[tuple[str, str]]) -> Head:
    """Return the head of a table; without lines, which carry other text, all rows are lines.

    Args:
        head: Of the table.
        rows: Its first rows.
        cover: What the cover sheets state.
    """
    is_bare = head.below >= len(rows) and (cover or head.below > 1)
    return headless(rows) if is_bare else head


def _is_header(header: Row, options: ReadOptions) -> bool:
    return count_known(header, options.columns.values()) > 0


def _column(rows: Sequence[Row], place: int) -> pa.Array:
    texts = [(row[place] or None) if place < len(row) else None for row in rows]
    return pa.array(texts, pa.string())


def open_grids(
    grids: Sequence[Grid], name: str, options: ReadOptions, beside: Sequence[str] = ()
) -> tuple[Sheet, ...]:
    """Open the non-empty tables of a file; what a cover sheet states concerns all others.

    Args:
        grids: The tables.
        name: Name of the file, for errors.
        options: User settings.
        beside: Paragraphs that belong to no table.

    Raises:
        InputError: It has none, too many, or not the one that the user asks for.
    """
    chosen = choose_titled(grids, name, options.sheet)
    if len(chosen) > MOST_TABLES:
        raise InputError("trade/too-many-tables", count=len(chosen), most=MOST_TABLES, at=name)
    first = {grid.title: _first_rows(grid) for grid in chosen}
    cover, rest = parted([(grid, first[grid.title]) for grid in chosen])
    cover = (*cover, *read_beside(beside))
    alone = len(rest) == 1
    found = [open_grid(grid, name, options, alone=alone, cover=cover) for grid in rest]
    sheets = tuple(sheet for sheet in found if sheet is not None)
    if not sheets:
        raise InputError("trade/sheet-empty", at=name)
    return sheets


def _first_rows(grid: Grid) -> list[Row]:
    return list(islice(grid.rows(), TITLE_ROWS + SAMPLE_ROWS))


def parted(
    tables: Sequence[tuple[T, Sequence[Row]]],
) -> tuple[tuple[tuple[str, str], ...], list[T]]:
    """Separate the cover sheets from the other non-empty tables.

    Args:
        tables: Each with its first rows.

    Returns:
        What the cover sheets state, and the other tables; without others, all are returned.
    """
    filled = [(table, rows) for table, rows in tables if rows]
    covers = [read_cover(rows) for _, rows in filled]
    if all(cover is not None for cover in covers):
        return (), [table for table, _ in filled]
    pairs = tuple(pair for cover in covers for pair in cover or ())
    return pairs, [table for (table, _), cover in zip(filled, covers, strict=True) if cover is None]


def choose_titled(grids: Sequence[Grid], name: str, asked: str | None) -> list[Grid]:
    """Return all tables, or the one that the user asks for."""
    if asked is None:
        return list(grids)
    found = [grid for grid in grids if grid.title == asked]
    if not found:
        seen = ", ".join(f'"{grid.title}"' for grid in grids) or "none"
        raise InputError("trade/no-sheet-called", asked=asked, seen=seen, at=name)
    return found[:1]
