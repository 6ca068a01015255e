"""The cells of a sheet: what stands in them, and the rows read with an XML parser."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import IO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.texts import LONGEST, too_long, unescape
from tidewaiter.base.sheets.xml import Local, walk

WIDEST = 16_384
"""Columns of the widest sheet that spreadsheet programs make: the last is XFD."""

LONGEST_ROW = 16 << 20
"""Bytes of the longest row."""

_LAST_DAY = 2_958_466  # 10000-01-01
_DIGITS = 15  # that a spreadsheet's number holds
_SHIFT_1904 = 1462
_SHORT = re.compile(r"[1-9][0-9]{0,9}\.[0-9]{0,4}[1-9]")


class Fault(Enum):
    """Why a cell has no value."""

    ERROR = "a formula ends in an error"
    STALE = "a formula has no stored value"
    MERGED = "a merged amount stands for several rows; it counts for the first"


Value = str | int | Fault
"""What stands in a cell: text, the number of a shared text, or a fault."""

Row = dict[int, Value]
"""The cells of a row, by number of the column from 0."""


class Ask(Record, frozen=True, kw_only=True):
    """What the reader of a sheet must know."""

    name: str  # of the file, for errors
    styles: tuple[str | int, ...]  # as in `Workbook`
    since_1904: bool
    wanted: frozenset[int] | None  # numbers of the columns to keep; None: all


class Cell(Record, frozen=True, kw_only=True):
    """A cell as the file writes it, where it is no plain number or shared text."""

    kind: str
    style: str
    text: str
    formula: bool
    valued: bool  # an element for the value is there, though it may be empty


@lru_cache(maxsize=WIDEST)
def column_number(letters: str) -> int:
    """Give the number of a column: "A" is 0.

    Raises:
        ValueError: No sheet has such a column.
    """
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    if not 0 < number <= WIDEST:
        raise ValueError(letters)
    return number - 1


def value_of(cell: Cell, ask: Ask) -> Value | None:
    """Tell what stands in a cell; None: nothing.

    Raises:
        ValueError: It is not what its kind says.
    """
    text = cell.text
    if cell.kind == "e":
        return Fault.ERROR
    if not text:
        stale = cell.formula and not (cell.valued and cell.kind == "str")
        return Fault.STALE if stale else None
    if cell.kind == "s":
        return int(text)
    if cell.kind == "n":
        return written(text, cell.style, ask)
    if cell.kind == "b":
        return {"1": "true", "0": "false"}.get(text, text)
    return unescape(text) or None


def written(text: str, style: str, ask: Ask) -> str:
    """Write a number as its cell shows it, as far as that tells a day or a code.

    Raises:
        ValueError: It is no number.
    """
    place = int(style or 0)
    shown = ask.styles[place] if place < len(ask.styles) else ""
    if shown == "day":
        return _day(text, ask.since_1904)
    plain = text if text.isdigit() and len(text) <= _DIGITS else _number(text)
    return plain.zfill(shown) if isinstance(shown, int) and plain.isdigit() else plain


def _number(text: str) -> str:
    """Write a number without an exponent where it has few digits, and without a false tail."""
    if _SHORT.fullmatch(text):
        return text
    number = float(text)
    if number.is_integer() and abs(number) < 10**_DIGITS:
        return str(int(number))
    return f"{number:.{_DIGITS}g}"


@lru_cache(maxsize=1 << 16)
def _day(text: str, since_1904: bool) -> str:  # noqa: FBT001
    """Turn a spreadsheet's day into an ISO date; what is no day stays a number."""
    days = float(text) + (_SHIFT_1904 if since_1904 else 0)
    if not 1 <= days < _LAST_DAY:
        return _number(text)
    # The spreadsheet's 1900 has a 29th of February, day 60.
    start = datetime(1899, 12, 31 if days < 60 else 30)  # noqa: DTZ001, PLR2004
    found = start + timedelta(seconds=round(days * 86_400))
    return found.date().isoformat() if days == int(days) else found.isoformat()


class _Cells:
    """Collects rows from the elements of a sheet."""

    def __init__(self, ask: Ask) -> None:
        self.rows: list[tuple[int, Row]] = []  # those in which anything stands
        self._ask = ask
        self._local = Local()
        self._number, self._column = 0, -1
        self._row: Row = {}
        self._full, self._weight = False, 0
        self._kind = self._style = ""
        self._parts: list[str] = []
        self._size = 0
        self._reading, self._beside = False, 0
        self._formula = self._valued = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = self._local[name]
        if local == "c":
            self._open(attributes)
        elif local == "v":
            self._reading = self._valued = True
        elif local == "t":
            self._reading = not self._beside
        elif local == "f":
            self._formula = True
        elif local == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._row, self._column, self._full, self._weight = {}, -1, False, 0
        elif local == "rPh":  # how a text is spoken: no part of it
            self._beside += 1

    def _open(self, attributes: Mapping[str, str]) -> None:
        place = attributes.get("r")
        if place is not None:
            self._column = column_number(place.rstrip("0123456789"))
        else:
            self._column += 1
            if self._column >= WIDEST:
                raise ValueError(self._column)
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._parts, self._size = [], 0
        self._formula = self._valued = False

    def text(self, text: str) -> None:
        if self._reading:
            self._size += len(text)
            if self._size > LONGEST:
                raise too_long(self._ask.name)
            self._parts.append(text)

    def end(self, name: str) -> None:
        local = self._local[name]
        if local in {"v", "t"}:
            self._reading = False
        elif local == "c":
            self._close()
        elif local == "row" and self._full:
            self.rows.append((self._number, self._row))
        elif local == "rPh":
            self._beside -= 1

    def _close(self) -> None:
        cell = Cell(
            kind=self._kind,
            style=self._style,
            text="".join(self._parts),
            formula=self._formula,
            valued=self._valued,
        )
        value = value_of(cell, self._ask)
        if value is None:
            return
        self._full = True
        if self._ask.wanted is None or self._column in self._ask.wanted:
            self._row[self._column] = value
            self._weight += self._size
            if self._weight > LONGEST_ROW:
                raise too_heavy(self._number, self._ask.name)


def too_heavy(row: int, name: str) -> InputError:
    """Return the error for a row of too many letters."""
    return InputError(
        f"row {row} is longer than {LONGEST_ROW >> 20} MB", at=name, hint="export it as CSV"
    )


def parse_rows(stream: IO[bytes], ask: Ask) -> Iterator[tuple[int, Row]]:
    """Read the rows of a sheet in which anything stands, with an XML parser.

    Args:
        stream: The part of the archive that holds the sheet.
        ask: What else must be known.

    Yields:
        The row's number in the sheet, from 1, and those of its cells that are wanted.

    Raises:
        InputError: The sheet is damaged, or a cell or a row is too long.
    """
    cells = _Cells(ask)
    for _ in walk(stream, cells, ask.name):
        yield from cells.rows
        cells.rows.clear()
