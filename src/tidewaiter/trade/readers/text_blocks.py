"""Where a stream of delimited text can be cut, and its rows split in plain Python.

Quotes mean what they mean to Python's csv module and to Arrow: one opens only at the start
of a cell, a doubled one stands for itself, and what follows a closed one is kept.

A piece whose quotes are all in order may go to the fast parser. A piece that holds a quote
out of order is cut row by row in plain Python, and only as far as it must be.
"""

import re
from collections.abc import Generator, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.errors import InputError
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


SIZE = 4 << 20
"""Bytes of a block."""

LONGEST = 64 << 20
"""Bytes of the longest row; a quote that is still open after them is taken for a slip."""

_SLOW = 1 << 16


class Piece(Record, frozen=True, kw_only=True):
    """Whole rows of a file, as UTF-8."""

    data: bytes
    orderly: bool  # every quote opens at the start of a cell and closes at its end


def cut_blocks(
    pieces: Iterator[bytes], delimiter: str, name: str, size: int = SIZE
) -> Iterator[Piece]:
    """Cut a stream of bytes into pieces of whole rows.

    Args:
        pieces: UTF-8, of any sizes, from the start of a row.
        delimiter: One ASCII character.
        name: Of the file, for errors.
        size: Bytes to gather before a cut is looked for.

    Raises:
        InputError: A row is longer than `LONGEST`.
    """
    rest = b""
    for piece in pieces:
        rest += piece
        if len(rest) >= size:
            rest = yield from _drain(rest, delimiter, name, final=False)
    yield from _drain(rest, delimiter, name, final=True)


def _drain(data: bytes, delimiter: str, name: str, *, final: bool) -> Generator[Piece, None, bytes]:
    view, slow = data, _SLOW
    while view:
        end, orderly = find_cut(view, delimiter, final=final, slow=slow)
        if end == 0 and (final or len(view) > LONGEST):
            end, orderly = _slow_cut(view, delimiter, final=True, first=True), False
            if not final and end == len(view):
                raise InputError("trade/row-too-long", longest=LONGEST >> 20, at=name)
        if end == 0:
            break
        # Where one quote is out of order, more are: go further slowly before looking again.
        slow = _SLOW if orderly and end > _SLOW else 2 * slow
        yield Piece(data=view[:end], orderly=orderly)
        view = view[end:]
    return view


def find_cut(data: bytes, delimiter: str, *, final: bool, slow: int = _SLOW) -> tuple[int, bool]:
    """Find where to cut: after the last whole row, or before the first quote out of order.

    Args:
        data: From the start of a row.
        delimiter: One ASCII character.
        final: The file ends with `data`.
        slow: Bytes to go on from a quote that is out of order.

    Returns:
        Bytes up to the cut, 0 where no row is whole; whether all quotes in them are in order.
    """
    if b'"' not in data:
        return (len(data) if final else _last_line(data, len(data))), True
    quotes, limit = _quotes(data, delimiter)
    if limit == len(data) and final and len(quotes) % 2 == 0:
        return len(data), True
    # Up to the quote that is out of order, or to the one that is still open.
    end = _outside(data, quotes, limit)
    if end or limit == len(data):
        return end, True
    return _slow_cut(data, delimiter, final=final, size=slow), False


def _quotes(data: bytes, delimiter: str) -> tuple[NDArray[np.int64], int]:
    """Find the quotes that open and close cells, and the first one that is out of order.

    Quotes amid the text of a cell without quotes, as in 5" pipe, are text and left out.

    Returns:
        Places of the quotes up to the first out of order; its place, or the size of `data`.
    """
    raw = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(raw == ord('"'))
    edge = np.zeros(256, bool)
    edge[[ord(delimiter), 10, 13]] = True
    before, after = quotes - 1, quotes + 1
    first = np.where(before >= 0, edge[raw[before]], True)
    first[1:] |= before[1:] == quotes[:-1]  # the second half of a doubled quote
    last = np.where(after < len(raw), edge[raw[np.minimum(after, len(raw) - 1)]], True)
    last[:-1] |= after[:-1] == quotes[1:]
    amid = ~(first | last)
    core, text = quotes[~amid], quotes[amid]
    odd = np.arange(len(core)) % 2 == 1
    bad = core[~np.where(odd, last[~amid], first[~amid])]
    inside = text[np.searchsorted(core, text) % 2 == 1]
    limit = min([len(data), *bad[:1].tolist(), *inside[:1].tolist()])
    return core[core < limit], limit


def _outside(data: bytes, quotes: NDArray[np.int64], limit: int) -> int:
    """Find the end of the last line before `limit` that does not lie inside quotes."""
    while limit > 0:
        end = _last_line(data, limit)
        inside = int(np.searchsorted(quotes, end))
        if end == 0 or inside % 2 == 0:
            return end
        limit = int(quotes[inside - 1])
    return 0


def _last_line(data: bytes, limit: int) -> int:
    end = data.rfind(b"\n", 0, limit) + 1
    if end == 0 and b"\r" in data[:limit]:
        # A carriage return at the very end may be half of a line end.
        end = data.rfind(b"\r", 0, min(limit, len(data) - 1)) + 1
    return end


def _slow_cut(
    data: bytes, delimiter: str, *, final: bool, size: int = _SLOW, first: bool = False
) -> int:
    """Find the end of the last whole row in `size` bytes, or of the first row."""
    for part in (data[:size], data):
        text = part.decode("utf-8", "surrogateescape")
        end = 0
        for _, stop in split_rows(text, delimiter, final=final and len(part) == len(data)):
            end = stop
            if first:
                break
        if end:
            return len(text[:end].encode("utf-8", "surrogateescape"))
    return len(data) if final and not data.strip(b"\r\n") else 0
