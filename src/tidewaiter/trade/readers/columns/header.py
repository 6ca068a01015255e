"""Which row of a table is its header: one rule for delimited text and spreadsheets."""

from collections.abc import Collection, Sequence
from functools import lru_cache

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.readers.columns import find_named
from tidewaiter.consignments.readers.sheet import shorten
from tidewaiter.consignments.readers.sniff import sniff
from tidewaiter.consignments.readers.spelled import plain_names

TITLE_ROWS = 20
"""Rows, blank ones aside, among which the header is looked for."""

_LONGEST = 100  # letters of a header: a longer text is a remark


def find_header(rows: Sequence[Sequence[str | None]], asked: Collection[str] = ()) -> int | None:
    """Find the header: the row that names the most known columns, the first of equals.

    Titles and remarks may stand above it. Where a row names one column only, it must be
    wider than all above it, as one word of a remark may be the name of a column.

    Args:
        rows: The first rows of a table, at most `TITLE_ROWS` of them.
        asked: Columns that the user names; they count as known.

    Returns:
        Its place; None: nothing stands in any row.
    """
    full = [place for place, row in enumerate(rows) if any(c and c.strip() for c in row)]
    if not full:
        return None
    best, most = full[0], count_known(rows[full[0]], asked)
    widest = _filled(rows[full[0]])
    single = all(_filled(rows[place]) == 1 for place in full)
    for place in full[1:TITLE_ROWS]:
        known, filled = count_known(rows[place], asked), _filled(rows[place])
        if known > most and (known > 1 or filled > widest or single):
            best, most = place, known
        widest = max(widest, filled)
    return best


def _filled(row: Sequence[str | None]) -> int:
    return sum(bool(cell and cell.strip()) for cell in row)


def count_known(row: Sequence[str | None], asked: Collection[str] = ()) -> int:
    """Count the cells of a row that name a known column."""
    cells = [cell for cell in row if cell]
    plain = plain_names([cell if len(cell) <= _LONGEST else "" for cell in cells])
    return sum(
        cell.strip() in asked or _is_known(cell) or _is_known(name)
        for cell, name in zip(cells, plain, strict=True)
    )


def refuse_data(row: Sequence[str | None], asked: Collection[str], name: str) -> None:
    """Check that what is taken for the header is no line of goods, which would go unscreened.

    Args:
        row: The row that is taken for the header.
        asked: Columns that the user names.
        name: Of the file, for errors.

    Raises:
        InputError: No cell names a column, but one holds a CAS number, a container or the like.
    """
    if count_known(row, asked):
        return
    for cell in row:
        if cell and sniff([cell]):
            raise InputError(
                f'the first row is no header: it holds "{shorten(cell)}"',
                at=name,
                hint='name the columns in the first row, like "goods,cas,net weight"',
            )


def _is_known(cell: str) -> bool:
    return len(cell) <= _LONGEST and _is_named(cell)


@lru_cache(maxsize=4096)
def _is_named(cell: str) -> bool:
    return bool(find_named(cell))
