"""The rows of a sheet as text, for files that fit in memory."""

from collections.abc import Iterator
from io import BytesIO

import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.texts import read_texts
from tidewaiter.base.sheets.workbook import Tab, Workbook, open_workbook
from tidewaiter.base.sheets.worksheet import Ask, Fault, Value, parse_rows
from tidewaiter.base.sheets.xml import FAULTS, damaged

_ZIP = b"PK\x03\x04"


def is_workbook(content: bytes) -> bool:
    """Tell whether this is a workbook (.xlsx), by what an archive of one must name."""
    return content[:4] == _ZIP and b"[Content_Types].xml" in content


def sheet_rows(content: bytes, name: str, sheet: str = "") -> Iterator[tuple[int, dict[int, str]]]:
    """Read a sheet.

    Args:
        content: The workbook.
        name: Of the file, for errors.
        sheet: Its name; "": the first that is shown.

    Yields:
        The number of a row in which anything stands, from 1, and its cells by column, from 0: text,
        a number as its cell shows it, a day in ISO 8601. Where a formula has no value, the cell
        says so in words, which are no number.

    Raises:
        InputError: It is damaged or locked, is no workbook, unpacks to too much or lacks the sheet.
    """
    book = open_workbook(BytesIO(content), name)
    texts = _texts(book, name)
    ask = Ask(name=name, styles=book.styles, since_1904=book.since_1904, wanted=None)
    try:
        with book.open(_chosen(book, name, sheet).part) as stream:
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
    raise InputError(f'no sheet "{sheet}"', at=name, hint=f"sheets: {seen}")


def _text(value: Value, texts: list[str], name: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Fault):
        return value.value
    if not 0 <= value < len(texts):
        raise damaged(name)
    return texts[value]
