"""Worksheets: shared strings, cells, and rows as plain text."""

import mmap
import re
import tempfile
from array import array
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from io import BytesIO
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.workbook import Tab, Workbook, open_workbook
from tidewaiter.base.sheets.xml import FAULTS, Local, damaged, walk

LONGEST = 1 << 20
"""Maximum characters of a cell; spreadsheet programs allow 32,767."""

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """Decode escapes such as "_x000D_"; NULs and lone surrogates are removed."""
    if "_x" not in text:
        return text
    whole = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace("\0", "")
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def too_long(name: str) -> InputError:
    """Return the error for a cell that is too long."""
    return InputError("base/cell-too-long", longest=LONGEST >> 10, at=name)


class _Items:
    """Writes each text to a file as it is parsed, and records its end offset."""

    def __init__(self, out: IO[bytes], ends: IO[bytes], name: str) -> None:
        self._out, self._ends, self._name = out, ends, name
        self._local = Local()
        self._parts: list[str] = []
        self._size = 0
        self._reading, self._beside = False, 0
        self._some = array("i", [0])
        self._end = 0
        self.count = 0

    def start(self, name: str, _: Mapping[str, str]) -> None:
        local = self._local[name]
        self._reading = local == "t" and not self._beside
        self._beside += local == "rPh"  # phonetic text: not part of the value

    def text(self, text: str) -> None:
        if self._reading:
            self._size += len(text)
            if self._size > LONGEST:
                raise too_long(self._name)
            self._parts.append(text)

    def end(self, name: str) -> None:
        local = self._local[name]
        self._reading = False
        self._beside -= local == "rPh"
        if local == "si":
            raw = unescape("".join(self._parts)).encode()
            self._out.write(raw)
            self._end += len(raw)
            self._some.append(self._end)
            self._parts, self._size = [], 0
            self.count += 1

    def flush(self) -> None:
        """Write the recorded offsets."""
        self._some.tofile(self._ends)
        self._some = array("i")


def read_texts(stream: IO[bytes], name: str) -> pa.Array:
    """Read the shared strings of a workbook, in order.

    Args:
        stream: The shared strings part; less than 2 GB.
        name: Name of the file, for errors.

    Returns:
        Text, shape (texts,), in a temporary file that is deleted with the column.

    Raises:
        InputError: The part is damaged, or a text is too long.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as ends:
        items = _Items(out, ends, name)
        for _ in walk(stream, items, name):
            items.flush()
        return pa.Array.from_buffers(pa.string(), items.count, [None, _mapped(ends), _mapped(out)])


def _mapped(file: IO[bytes]) -> pa.Buffer:
    file.flush()
    if not file.tell():
        return pa.py_buffer(b"")
    return pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def look_up(texts: pa.Array, places: pa.Array) -> pa.Array:
    """Return the texts at given indexes; null for a null or out-of-range index."""
    there = pc.if_else(pc.less(places, len(texts)), places, None)
    return texts.take(there)


WIDEST = 16_384
"""Maximum columns of a sheet in spreadsheet programs: the last is XFD."""

LONGEST_ROW = 16 << 20
"""Maximum bytes of a row."""

_LAST_DAY = 2_958_466  # 10000-01-01
_DIGITS = 15  # significant digits of a spreadsheet number
_SHIFT_1904 = 1462
_SHORT = re.compile(r"[1-9][0-9]{0,9}\.[0-9]{0,4}[1-9]")


class Fault(Enum):
    """Reason why a cell has no value: the code of its message."""

    ERROR = "base/cell-with-formula-error"
    STALE = "base/cell-without-value"
    MERGED = "base/cell-merged-amount"


Value = str | int | Fault
"""Value of a cell: text, the index of a shared string, or a fault."""

Row = dict[int, Value]
"""Cells of a row, by column number from 0."""


class Ask(Record, frozen=True, kw_only=True):
    """Options of the sheet reader."""

    name: str  # name of the file, for errors
    styles: tuple[str | int, ...]  # as in `Workbook`
    since_1904: bool
    wanted: frozenset[int] | None  # column numbers to read; None: all


class Cell(Record, frozen=True, kw_only=True):
    """A cell as stored, unless it is a plain number or a shared string."""

    kind: str
    style: str
    text: str
    formula: bool
    valued: bool  # a value element exists, though it may be empty


@lru_cache(maxsize=WIDEST)
def column_number(letters: str) -> int:
    """Convert column letters to a number: "A" is 0.

    Raises:
        ValueError: Not a valid column.
    """
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    if not 0 < number <= WIDEST:
        raise ValueError(letters)
    return number - 1


def value_of(cell: Cell, ask: Ask) -> Value | None:
    """Return the value of a cell; None: empty.

    Raises:
        ValueError: The value does not fit the cell type.
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
    """Format a number as displayed, as far as this distinguishes dates and codes.

    Raises:
        ValueError: Not a number.
    """
    place = int(style or 0)
    shown = ask.styles[place] if place < len(ask.styles) else ""
    if shown == "day":
        return _day(text, ask.since_1904)
    plain = text if text.isdigit() and len(text) <= _DIGITS else _number(text)
    return plain.zfill(shown) if isinstance(shown, int) and plain.isdigit() else plain


def _number(text: str) -> str:
    """Format a number without exponent if it is short, and without floating-point noise."""
    if _SHORT.fullmatch(text):
        return text
    number = float(text)
    if number.is_integer() and abs(number) < 10**_DIGITS:
        return str(int(number))
    return f"{number:.{_DIGITS}g}"


@lru_cache(maxsize=1 << 16)
def _day(text: str, since_1904: bool) -> str:  # noqa: FBT001
    """Convert a serial day to an ISO date; an invalid one stays a number."""
    days = float(text) + (_SHIFT_1904 if since_1904 else 0)
    if not 1 <= days < _LAST_DAY:
        return _number(text)
    # Spreadsheets count a nonexistent 29 February 1900, day 60.
    start = datetime(1899, 12, 31 if days < 60 else 30)  # noqa: DTZ001, PLR2004
    found = start + timedelta(seconds=round(days * 86_400))
    return found.date().isoformat() if days == int(days) else found.isoformat()


class _Cells:
    """Collects rows from the elements of a sheet."""

    def __init__(self, ask: Ask) -> None:
        self.rows: list[tuple[int, Row]] = []  # non-empty rows
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
        elif local == "rPh":  # phonetic text: not part of the value
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
    """Return the error for a row that is too long."""
    return InputError("base/row-too-long", row=row, longest_row=LONGEST_ROW >> 20, at=name)


def parse_rows(stream: IO[bytes], ask: Ask) -> Iterator[tuple[int, Row]]:
    """Read the non-empty rows of a sheet, with an XML parser.

    Args:
        stream: The archive member with the sheet.
        ask: Reader options.

    Yields:
        Row number in the sheet, from 1, and the requested cells.

    Raises:
        InputError: The sheet is damaged, or a cell or a row is too long.
    """
    cells = _Cells(ask)
    for _ in walk(stream, cells, ask.name):
        yield from cells.rows
        cells.rows.clear()


SheetRows = Iterator[tuple[int, dict[int, str]]]
"""Rows of a sheet: number from 1, and cells by column from 0."""

_ZIP = b"PK\x03\x04"


def is_workbook(content: bytes) -> bool:
    """Return whether this is a workbook (.xlsx), by a required archive member name."""
    return content[:4] == _ZIP and b"[Content_Types].xml" in content


def sheet_rows(content: bytes, name: str, sheet: str = "") -> SheetRows:
    """Read a sheet.

    Args:
        content: The workbook.
        name: Name of the file, for errors.
        sheet: Name of the sheet; "": the first visible one.

    Yields:
        Number of a non-empty row, from 1, and its cells by column, from 0: text, a number as
        displayed, a date in ISO 8601. A formula without a value gives an explanatory text.

    Raises:
        InputError: Damaged, encrypted, not a workbook, too large unpacked, or sheet not found.
    """
    book = open_workbook(BytesIO(content), name)
    yield from _rows_of(book, _chosen(book, name, sheet), _texts(book, name), name)


def visible_sheets(content: bytes, name: str) -> Iterator[tuple[str, SheetRows]]:
    """Read the visible sheets of a workbook: the name of each, and its rows like `sheet_rows`.

    Raises:
        InputError: Damaged, encrypted, not a workbook, or too large unpacked.
    """
    book = open_workbook(BytesIO(content), name)
    texts = _texts(book, name)
    for tab in book.tabs:
        if not tab.hidden:
            yield tab.name, _rows_of(book, tab, texts, name)


def _rows_of(book: Workbook, tab: Tab, texts: list[str], name: str) -> SheetRows:
    ask = Ask(name=name, styles=book.styles, since_1904=book.since_1904, wanted=None)
    try:
        with book.open(tab.part) as stream:
            for number, row in parse_rows(stream, ask):
                yield number, {place: _text(value, texts, name) for place, value in row.items()}
    except FAULTS as error:
        raise damaged(name) from error


def _texts(book: Workbook, name: str) -> list[str]:
    if not book.texts:
        return []
    with book.open(book.texts) as stream:
        texts: pa.Array = read_texts(stream, name)
    return [text or "" for text in texts.to_pylist()]


def _chosen(book: Workbook, name: str, sheet: str) -> Tab:
    for tab in book.tabs:
        if tab.name == sheet or (not sheet and not tab.hidden):
            return tab
    seen = ", ".join(f'"{tab.name}"' for tab in book.tabs) or "none"
    raise InputError("base/no-sheet", sheet=sheet, seen=seen, at=name)


def _text(value: Value, texts: list[str], name: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Fault):
        return InputError(value.value).message
    if not 0 <= value < len(texts):
        raise damaged(name)
    return texts[value]
