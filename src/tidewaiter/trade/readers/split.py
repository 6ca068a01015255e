"""Delimited text into rows, in plain Python: for what the fast parser refuses.

Quotes mean what they mean to Python's csv module and to Arrow: one opens only at the start
of a cell, a doubled one stands for itself, and what follows a closed one is kept.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from tidewaiter.base.records import Record

_LINE = re.compile(r"\r\n|\r|\n")


class Row(Record, frozen=True, kw_only=True):
    """One row of a file."""

    cells: tuple[str, ...]
    text: str  # as it stands in the file
    broken: bool = False  # a quote opens and does not close: only its first line is taken


@lru_cache(maxsize=16)
def _pattern(delimiter: str) -> re.Pattern[str]:
    d = re.escape(delimiter)
    return re.compile(
        rf'(?:(?P<open>")(?P<quoted>(?:[^"]++|"")*+)(?P<close>"?)(?P<after>[^{d}\r\n]*)'
        rf"|(?P<plain>[^{d}\r\n]*))(?P<end>{d}|\r\n|\r|\n|\Z)"
    )


def split_rows(text: str, delimiter: str, *, final: bool = True) -> Iterator[tuple[Row, int]]:
    """Split a text into rows; blank lines are left out.

    A quote that never closes, or closes in the middle of a later line, is taken for a slip:
    the row is its first line alone, marked broken, and reading goes on with the next line.

    Args:
        text: From the start of a row.
        delimiter: One character.
        final: The text ends where the file does; else its last row may be unfinished, and
            is left out.

    Yields:
        Each row, and where in the text the next one starts.
    """
    start = 0
    while start < len(text):
        row, end, whole = _row(text, start, delimiter)
        if not whole and not final:
            return
        start = end
        if row is not None:
            yield row, end


def _row(text: str, start: int, delimiter: str) -> tuple[Row | None, int, bool]:
    """Read one row: the row or None for a blank line, its end, and whether it is whole."""
    cells: list[str] = []
    at, torn = start, False
    match = _pattern(delimiter).match
    while True:
        found = match(text, at)
        if found is None:
            raise AssertionError(text[at : at + 40])  # the pattern matches anything
        at = found.end()
        if found["open"]:
            torn = torn or not found["close"] or bool(found["after"])
            cells.append(found["quoted"].replace('""', '"') + found["after"])
            if not found["close"]:
                return (*_first_line(text, start, found.start(), delimiter), False)
        else:
            cells.append(found["plain"])
        if found["end"] != delimiter:
            break
    raw, whole = text[start:at], bool(found["end"])
    if torn and _LINE.search(raw.rstrip("\r\n")):
        return (*_first_line(text, start, start, delimiter), whole)  # what follows may open a quote
    if cells == [""] and not raw.strip("\r\n"):
        return None, at, whole
    return Row(cells=tuple(cells), text=raw.rstrip("\r\n")), at, whole


def _first_line(text: str, start: int, quote: int, delimiter: str) -> tuple[Row, int]:
    """Take the row up to the end of the line in which the open quote stands."""
    found = _LINE.search(text, quote)
    stop, end = (found.start(), found.end()) if found else (len(text), len(text))
    raw = text[start:stop]
    return Row(cells=tuple(raw.split(delimiter)), text=raw, broken=True), end
