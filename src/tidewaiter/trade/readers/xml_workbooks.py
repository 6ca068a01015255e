"""Spreadsheets in XML: OpenDocument (.ods) and Excel's XML of 2003, as a stream of rows.

Both are tables, rows and cells; a cell or a row may be repeated or skipped. Sources: OpenDocument
1.3 part 3, section 9; the schema "urn:schemas-microsoft-com:office:spreadsheet".
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import IO, BinaryIO, cast

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.workbook import LARGEST, has_macros
from tidewaiter.base.sheets.xml import FAULTS, Local, damaged, walk
from tidewaiter.trade.readers.grids import WIDEST, Grid, open_grids
from tidewaiter.trade.readers.heads import Row
from tidewaiter.trade.readers.source import open_source
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.types import ReadOptions

_TABLES = frozenset(("table", "Worksheet"))
_ROWS = frozenset(("table-row", "Row"))
_CELLS = frozenset(("table-cell", "covered-table-cell", "Cell"))
_ASIDE = frozenset(("annotation", "Comment", "tracked-changes"))  # remarks of a reviewer
REPEATS = 16_384
"""Maximum rows with text that one element may stand for."""
_LONGEST = 1 << 20  # letters of a cell
_LETTERS = 64 << 20  # letters of a row


class _Rows:
    """Collects the rows of one table, or the names of all."""

    def __init__(self, wanted: int | None, name: str) -> None:
        self.titles: list[str] = []
        self.rows: list[Row] = []
        self._wanted = wanted
        self._name = name
        self._local = Local()
        self._row: list[str | None] = []
        self._text: list[str] = []
        self._cell: Mapping[str, str] = {}
        self._times = 1
        self._letters = 0
        self._depth = 0  # inside the wanted table
        self._inside = False  # a cell
        self._aside = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Handle the start of an element."""
        local = self._local[name]
        if local in _TABLES and not self._inside:
            self._open(attributes)
        elif not self._depth:
            return
        elif self._inside and local in _ASIDE:
            self._aside += 1
        elif local in _ROWS:
            self._start_row({self._local[key]: value for key, value in attributes.items()})
        elif local in _CELLS and not self._inside:
            self._inside, self._text = True, []
            self._cell = {self._local[key]: value for key, value in attributes.items()}
        elif self._inside and local in ("p", "tab", "s", "line-break") and self._text:
            self._text.append(" ")

    def _open(self, attributes: Mapping[str, str]) -> None:
        plain = {self._local[each].casefold(): value for each, value in attributes.items()}
        self.titles.append(plain.get("name", f"table {len(self.titles) + 1}"))
        self._depth = int(len(self.titles) - 1 == self._wanted)

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        self._row, self._letters = [], 0
        self._times = _number(attributes.get("number-rows-repeated"))

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        local = self._local[name]
        if not self._depth:
            return
        if self._aside:
            self._aside -= local in _ASIDE
        elif local in _CELLS and self._inside:
            self._end_cell()
        elif local in _ROWS:
            while self._row and not self._row[-1]:
                self._row.pop()
            if any(self._row):
                self.rows.extend([tuple(self._row)] * min(self._times, REPEATS))
        elif local in _TABLES:
            self._depth = 0

    def _end_cell(self) -> None:
        self._inside = False
        text = _shown("".join(self._text).strip(), self._cell)
        skipped = _number(self._cell.get("Index")) - 1 - len(self._row)
        times = _number(self._cell.get("number-columns-repeated"))
        if not text:
            # Thousands of empty cells to the right end a row of most documents.
            times = min(times, WIDEST - len(self._row))
        if "Index" in self._cell and skipped > 0:
            self._row.extend([None] * min(skipped, WIDEST))
        times += _number(self._cell.get("MergeAcross"), least=0)
        if len(self._row) + times > WIDEST:
            raise InputError(
                "trade/too-many-columns", count=len(self._row) + times, widest=WIDEST, at=self._name
            )
        self._letters += len(text) * times
        if len(text) > _LONGEST or self._letters > _LETTERS:
            raise InputError("trade/sheet-row-too-long", longest_row=_LETTERS >> 20, at=self._name)
        if "MergeAcross" in self._cell:
            self._row.extend([text or None, *[None] * (times - 1)])
        else:
            self._row.extend([text or None] * times)

    def text(self, text: str) -> None:
        """Handle a piece of text."""
        if self._inside and not self._aside:
            self._text.append(text)


def _shown(text: str, cell: Mapping[str, str]) -> str:
    """Return the text of a cell; for days and amounts, the stored value.

    They are displayed in the style of a country. Digits are used as displayed: a code keeps its
    leading zeros.
    """
    kind = cell.get("value-type", "")
    if kind == "date" or (kind in ("float", "currency") and not text.isdecimal()):
        text = cell.get("date-value" if kind == "date" else "value") or text
    return text or cell.get("string-value", "")


def _number(text: str | None, *, least: int = 1) -> int:
    return max(least, int(text)) if text and text.isdecimal() and len(text) <= 9 else least  # noqa: PLR2004


def open_ods(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    """Open the tables of an OpenDocument spreadsheet.

    Raises:
        InputError: Damaged, encrypted, with macros, or too large unpacked.
    """
    try:
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
    except FAULTS as error:
        raise damaged(name) from error
    if has_macros([m.filename for m in members]) or any(
        m.filename.startswith(("Basic/", "Scripts/")) for m in members
    ):
        raise InputError("base/office-file-holds-macros", at=name)
    if sum(member.file_size for member in members) > LARGEST:
        raise InputError(
            "base/spreadsheet-too-large", size=sum(m.file_size for m in members) >> 20, at=name
        )
    return _opened(lambda: archive.open("content.xml"), name, options)


def open_xml_workbook(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    """Open the worksheets of a workbook in Excel's XML of 2003.

    Raises:
        InputError: Damaged, or it declares entities.
    """
    place = file.tell()

    def opened() -> IO[bytes]:
        file.seek(place)
        return cast("IO[bytes]", open_source(file))

    return _opened(opened, name, options)


def _opened(opened: Callable[[], IO[bytes]], name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    names = _Rows(None, name)
    for _ in _walked(opened, names, name):
        pass
    grids = [
        Grid(title=title, rows=partial(_read, opened, at, name), pointed=True)
        for at, title in enumerate(names.titles)
    ]
    return open_grids(grids, name, options)


def _read(opened: Callable[[], IO[bytes]], at: int, name: str) -> Iterator[Row]:
    found = _Rows(at, name)
    for _ in _walked(opened, found, name):
        yield from found.rows
        found.rows = []
        if len(found.titles) > at + 1:
            return


def _walked(opened: Callable[[], IO[bytes]], events: _Rows, name: str) -> Iterator[None]:
    try:
        yield from walk(opened(), events, name)
    except FAULTS as error:
        raise damaged(name) from error
