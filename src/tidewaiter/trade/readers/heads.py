"""The head of a table: titles and pairs above it, and a header of one or two rows.

Text above a table is not lost. A pair ("Consignee: ACME") becomes a column with the same value in
each row; other text above the table goes with its first row.
"""

import re
from collections.abc import Collection, Iterator, Sequence

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.base.records import Record
from tidewaiter.trade.readers.columns.detection import (
    COLONS,
    TITLE_ROWS,
    count_known,
    find_header,
    refuse_data,
)
from tidewaiter.trade.readers.columns.header_meaning import find_columns, find_unsure
from tidewaiter.trade.readers.table import Block, Sheet, unique_names
from tidewaiter.trade.types import NUMBERS

Row = Sequence[str | None]
"""Cells of a row."""

ABOVE = "text above the table"
"""Column for the other text above a table."""

_MOST = 60  # pairs of a table
_LONGEST = 2_000  # letters of a value, and of the other text
_LABEL = 60  # letters of a label
_PAIR = re.compile(rf"([^{COLONS}]{{2,{_LABEL}}}?)\s*[{COLONS}]\s*(?!//)(\S.*)", re.DOTALL)
_LOWER = 2  # known names in the second row of a header
_DIGITS = re.compile(r"\d")


class Head(Record, frozen=True, kw_only=True):
    """What precedes the rows of a table."""

    header: tuple[str, ...]
    below: int  # index of the first row below the header
    pairs: tuple[tuple[str, str], ...] = ()  # label and value
    above: str = ""  # other text


def read_head(rows: Sequence[Row], asked: Collection[str], name: str) -> Head | None:
    """Find the header in the first rows of a table.

    Args:
        rows: The first rows, at least those searched for the header.
        asked: Columns given by the user; they count as known.
        name: Name of the file, for errors.

    Returns:
        The head; None: all rows are empty.

    Raises:
        InputError: The header looks like a row of data.
    """
    place = find_header(rows[:TITLE_ROWS], asked)
    return None if place is None else head_at(rows, place, asked, name)


def head_at(rows: Sequence[Row], place: int, asked: Collection[str], name: str) -> Head:
    """Read the head of a table whose header is known.

    Args:
        rows: The first rows.
        place: Index of the header.
        asked: Columns given by the user.
        name: Name of the file, for errors.

    Raises:
        InputError: The header looks like a row of data.
    """
    refuse_data(rows[place], asked, name)
    header, below = rows[place], place + 1
    if below < len(rows) and is_second(header, rows[below]):
        header, below = _joined(header, rows[below]), below + 1
    pairs, others = _above(rows[:place])
    return Head(
        header=unique_names([cell or "" for cell in header]),
        below=below,
        pairs=tuple(pairs[:_MOST]),
        above="; ".join([*others, *(f"{a}: {b}" for a, b in pairs[_MOST:])])[:_LONGEST],
    )


def headless(rows: Sequence[Row]) -> Head:
    """Return a head for rows that have no header: numbered columns."""
    width = max(map(len, rows), default=0)
    return Head(header=tuple(f"column {place + 1}" for place in range(width)), below=0)


def is_second(upper: Row, lower: Row) -> bool:
    """Return whether a row is the second one of a header with merged cells.

    Below a merged cell ("Weight") stand several names ("Gross", "Net"): the upper row has gaps
    where the lower one has known names.
    """
    gaps = [
        place for place, cell in enumerate(lower) if _text(cell) and not _text(_at(upper, place))
    ]
    if not gaps or any(_DIGITS.search(_text(cell)) for cell in lower):
        return False
    under = [cell for place, cell in enumerate(lower) if _text(cell) != _text(_at(upper, place))]
    known = count_known(under) + sum(bool(find_unsure(_text(cell))) for cell in under)
    return known >= _LOWER and 2 * known >= sum(bool(_text(cell)) for cell in under)


def read_cover(rows: Sequence[Row]) -> tuple[tuple[str, str], ...] | None:
    """Read a table that consists of labels and values, one pair a row, as a cover sheet does.

    Args:
        rows: Its first rows.

    Returns:
        The pairs, with other text under the label ABOVE; None: it is another table.
    """
    filled = [[text for cell in row if (text := _text(cell))] for row in rows]
    if len(rows) > _MOST or any(len(row) > 2 for row in filled):  # noqa: PLR2004
        return None
    pairs, others = _above(rows)
    if len(pairs) < _LOWER or len(pairs) < len(rows) / 2:
        return None
    if sum(bool(find_columns(label)) for label, _ in pairs) < _LOWER:
        return None
    return (*pairs, *([(ABOVE, "; ".join(others)[:_LONGEST])] if others else ()))


def read_beside(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs in the paragraphs beside a table, with other text under the label ABOVE."""
    pairs, others = _above([(text,) for text in texts])
    rest = [*others, *(f"{label}: {value}" for label, value in pairs[_MOST:])]
    return (*pairs[:_MOST], *([(ABOVE, "; ".join(rest))] if rest else ()))


def _at(row: Row, place: int) -> str | None:
    return row[place] if place < len(row) else None


def _text(cell: str | None) -> str:
    return (cell or "").strip()


def _joined(upper: Row, lower: Row) -> list[str]:
    names, group = [], ""
    for place in range(max(len(upper), len(lower))):
        above, below = _text(_at(upper, place)), _text(_at(lower, place))
        group = above or group
        names.append(_named(above if above or not below else group, below))
    return names


def _named(above: str, below: str) -> str:
    """Name a column with two names: by both in a known order, or else by the lower one."""
    if not above or not below or above == below:
        return above or below
    both = [f"{above} {below}", f"{below} {above}"]
    if any(found.field in NUMBERS for found in find_columns(above)):
        both.reverse()  # "Net" below "Weight (kg)"
    return next((name for name in both if find_columns(name)), both[0])


def _above(rows: Sequence[Row]) -> tuple[list[tuple[str, str]], list[str]]:
    """Split the rows above a header into pairs and other texts."""
    pairs: dict[tuple[str, str], None] = {}
    others: dict[str, None] = {}
    for row in rows:
        cells = [text for cell in row if (text := _text(cell))]
        for found in _pairs_in(cells):
            if isinstance(found, str):
                others.setdefault(found)
            else:
                pairs.setdefault((found[0], found[1][:_LONGEST]))
    return list(pairs), list(others)


def _pairs_in(cells: Sequence[str]) -> Iterator[tuple[str, str] | str]:
    place = 0
    while place < len(cells):
        cell = cells[place]
        following = cells[place + 1] if place + 1 < len(cells) else ""
        label = cell.rstrip(f"{COLONS} ")
        place += 1
        if _is_label(cell) and following and not _is_label(following):
            yield label, following
            place += 1
        elif (found := _PAIR.fullmatch(cell)) and not found[1][-1].isdecimal():
            yield found[1], found[2].strip()
        elif not _is_label(cell):
            yield cell


def _is_label(cell: str) -> bool:
    if len(cell) > _LABEL:
        return False
    return cell.endswith(tuple(COLONS)) or bool(find_columns(cell))


def with_head(
    sheet: Sheet, head: Head, title: str = "", cover: Sequence[tuple[str, str]] = ()
) -> Sheet:
    """Add what stands above a table, and its name, as columns with constant values.

    Args:
        sheet: Table without them.
        head: Its head.
        title: Name of the table in a file of several; "": one table.
        cover: Pairs of the cover sheet.
    """
    pairs = [*head.pairs, *(pair for pair in cover if pair[0] != ABOVE)]
    pairs.extend([(SHEET, title)] if title else ())
    above = "; ".join([*(text for label, text in cover if label == ABOVE), head.above]).strip("; ")
    extra = unique_names([*sheet.header, *(label for label, _ in pairs), ABOVE])
    values = [value for _, value in pairs]
    if not above:
        extra = extra[:-1]
    if len(extra) == len(sheet.header):
        return sheet
    width = len(sheet.header)
    own = range(width)

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        asked = [place - width for place in (*wanted, *carried) if place >= width]
        mine = [place for place in wanted if place in own]
        first = True
        for block in sheet.blocks(mine, [place for place in carried if place in own]):
            count = len(block.rows)
            cells = dict(block.cells)
            for place in asked:
                once = place == len(values)
                text = above if once else values[place]
                cells[width + place] = _constant(text, count, once=once, first=first)
            first = first and not count
            yield msgspec.structs.replace(block, cells=cells)

    sample = tuple(
        (
            *row[:width],
            *[None] * (width - len(row)),
            *values,
            *[None] * (len(extra) - width - len(values)),
        )
        for row in sheet.sample
    )
    return msgspec.structs.replace(
        sheet, header=extra, sample=sample, blocks=blocks, given=len(extra) - width, title=title
    )


SHEET = "sheet"
"""Column for the name of a table in a file of several."""


def _constant(text: str, count: int, *, once: bool, first: bool) -> pa.Array:
    if not once:
        return pa.array([text], pa.string()).take(pa.array(np.zeros(count, np.int32)))
    return pa.array([text if first and not at else None for at in range(count)], pa.string())
