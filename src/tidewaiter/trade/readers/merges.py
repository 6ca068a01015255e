"""Merged cells: what stands in the first row of one stands for all of its rows."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.worksheet import Fault, Row, Value, column_number
from tidewaiter.base.sheets.xml import FAULTS, damaged

_MOST = 200_000
_PIECE = 1 << 20
_OVERLAP = 256
_MERGE = re.compile(rb"mergeCell\s[^<>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})[\"']")

Merges = Mapping[int, Sequence[tuple[int, int]]]
"""First row -> the columns of which cells are merged from there on, and to which row."""


def read_merges(stream: IO[bytes], name: str) -> Merges:
    """Read which cells are merged over several rows; a sheet says so only after its rows.

    Args:
        stream: The part of the archive that holds the sheet.
        name: Of the file, for errors.

    Raises:
        InputError: The part is damaged, or there are too many.
    """
    found: dict[int, set[tuple[int, int]]] = defaultdict(set)
    count, rest = 0, b""
    try:
        while piece := stream.read(_PIECE):
            rest += piece
            if b"mergeCell" in rest:
                for letters, top, bottom in _MERGE.findall(rest):
                    if int(bottom) > int(top):
                        found[int(top)].add((column_number(letters.decode()), int(bottom)))
                        count += 1
            rest = rest[-_OVERLAP:]
            if count > _MOST:
                raise InputError("too many merged cells", at=name, hint="export it as CSV")
    except FAULTS as error:
        raise damaged(name) from error
    return {top: sorted(cells) for top, cells in found.items()}


def fill_merged(
    rows: Iterator[tuple[int, Row]], merges: Merges, amounts: frozenset[int]
) -> Iterator[tuple[int, Row]]:
    """Repeat a merged cell's value in each of its rows; an amount is reported, not repeated.

    Args:
        rows: Number in the sheet and cells of each row in which anything stands.
        merges: Of the sheet.
        amounts: Columns of amounts: repeated, they would count several times.
    """
    if not merges:
        yield from rows
        return
    under_way: dict[int, tuple[int, Value]] = {}  # column -> last row, what is repeated
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
