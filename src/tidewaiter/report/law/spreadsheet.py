"""Spreadsheets of text cells, written as their rows come. XlsxWriter lives here."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

MOST_ROWS = 1_048_576
"""Rows of a sheet, the header included: a spreadsheet has no more."""

_WIDTH = 18  # of a column, in figures


class XlsxTable:
    """Writes rows of cells to a sheet, and where it is full, to a further one."""

    def __init__(self, book: Workbook, title: str, columns: Sequence[str], most: int) -> None:
        self._book = book
        self._title = title
        self._columns = columns
        self._most = most
        self._bold = book.add_format({"bold": True})
        self._sheets = 0
        self._open()

    def rows(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows whose cells are safe already; each is text, never a formula or a link."""
        for row in rows:
            if self._at == self._most:
                self._open()
            for column, text in enumerate(row):
                if text:
                    self._sheet.write_string(self._at, column, text)
            self._at += 1

    def _open(self) -> None:
        """Begin a sheet with the header."""
        self._sheets += 1
        name = self._title if self._sheets == 1 else f"{self._title} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.set_column(0, len(self._columns) - 1, _WIDTH)
        self._sheet.freeze_panes(1, 0)
        for column, text in enumerate(self._columns):
            self._sheet.write_string(0, column, text, self._bold)
        self._at = 1


@contextmanager
def write_xlsx(
    path: Path, title: str, columns: Sequence[str], *, most: int = MOST_ROWS
) -> Iterator[XlsxTable]:
    """Open a spreadsheet; its rows wait on the disk until it is closed, not in memory.

    Args:
        path: The file.
        title: Of the sheet; the second is called "title 2".
        columns: The header of each sheet.
        most: Rows of a sheet, the header included.

    Raises:
        OSError: The disk is full, or the file cannot be written for another reason.
    """
    with TemporaryDirectory(prefix="tidewaiter-") as folder, path.open("wb") as file:
        book = Workbook(file, {"constant_memory": True, "tmpdir": folder, "use_zip64": True})
        try:
            yield XlsxTable(book, title, columns, most)
        finally:
            _close(book)


def _close(book: Workbook) -> None:
    """Write the file; what XlsxWriter wraps an error of the system in is taken off."""
    try:
        book.close()
    except FileCreateError as error:
        told = error.args[0]
        raise (told if isinstance(told, OSError) else OSError(str(error))) from error
