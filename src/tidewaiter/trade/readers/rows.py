"""The rows of a sheet, fast: what nearly every program writes is read without an XML parser.

A row that holds anything else goes to the parser alone; a sheet that is written in another
way than nearly all are goes there as a whole. Both ways give the same rows.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO
from itertools import islice
from typing import IO

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.texts import LONGEST
from tidewaiter.base.sheets.worksheet import (
    LONGEST_ROW,
    WIDEST,
    Ask,
    Cell,
    Row,
    Value,
    column_number,
    parse_rows,
    value_of,
    written,
)
from tidewaiter.base.sheets.xml import FAULTS, damaged

_PIECE = 1 << 18
_TEXT = 2  # of the groups after the kind of a cell
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})\d+"(?: s="(\d+)")?(?: t="(\w+)")?'
    rb"(?:/>|>(<f(?: [^<>]*)?(?:/>|>[^<>]*</f>))?(?:(<v>)([^<>&\r]*)</v>|(<v/>))?</c>"
    rb"|><is><t(?: [^<>]*)?>([^<>&\r]*)</t></is></c>)"
)
_OPEN = re.compile(rb"\s*(?:<row(?: [^<>]*)?/>\s*)*<row(?: ([^<>]*))?>")
_NUMBER = re.compile(rb'\br="(\d+)"')
_ODD = (b"<!", b"<?", b"xmlns")


def read_rows(opened: Callable[[], IO[bytes]], ask: Ask) -> Iterator[tuple[int, Row]]:
    """Read the rows of a sheet in which anything stands.

    Args:
        opened: Opens the part of the archive that holds the sheet.
        ask: What else must be known.

    Yields:
        The row's number in the sheet, from 1, and those of its cells that are wanted.

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
    """Read rows; None: the rest, or all, is written in a way that only a parser reads."""
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
    """Cut a sheet after its rows; None: it is written in another way than nearly all are."""
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
            raise InputError(
                f"a row is longer than {LONGEST_ROW >> 20} MB", at=name, hint="export it as CSV"
            )
        if b"</sheetData>" in rest:
            return
        piece = stream.read(_PIECE)
        if not piece:
            yield None  # an empty sheet, or one that is cut short
            return
        rest += piece


def _is_usual(head: bytes) -> bool:
    """Tell whether what stands before the rows is UTF-8 without prefixes and declarations."""
    said = re.search(rb"encoding=[\"']([^\"']*)", head[:200])
    prefixed = re.search(rb"xmlns:\w+=[\"'][^\"']*spreadsheetml/(?:2006/)?main[\"']", head)
    return b"<!" not in head and prefixed is None and (said is None or said[1].lower() == b"utf-8")


def _row(raw: bytes, number: int, ask: Ask) -> tuple[int, Row | None]:
    """Read one row: its number and its cells; None: nothing stands in it."""
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
