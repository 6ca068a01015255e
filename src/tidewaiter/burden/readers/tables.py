"""Releases as tables: delimited text, JSON records or a sheet, whatever delimiter and titles."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.plain import is_workbook, sheet_rows
from tidewaiter.burden.facts import folded

Row = tuple[int, Mapping[str, str]]
"""The number of a row behind its titles, from 1, and its cells by folded title."""

_DELIMITERS = ",\t|;"


class Titled(Record, frozen=True, kw_only=True):
    """A table: its folded titles, and how its cells are parted."""

    titles: tuple[str, ...]
    delimiter: str  # "": records of JSON


def read_text(content: bytes, name: str) -> str:
    """Decode a release: UTF-8 or UTF-16 with its mark, else Windows-1252.

    Of a workbook (.xlsx), the first sheet that is shown is written as comma-separated text.

    Raises:
        InputError: It is empty, no text, or a workbook that is damaged.
    """
    if is_workbook(content):
        return _as_csv(sheet_rows(content, name))
    if not content.strip():
        raise InputError("the file is empty", at=name, hint="download it again")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:4096]:
        raise InputError("this is no text", at=name, hint="give the release as CSV")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def titles_of(text: str) -> Titled:
    """Read the titles of a table; of JSON, the keys of its first record."""
    if text.lstrip()[:1] == "[":
        records = _records(text)
        return Titled(titles=tuple(map(folded, records[0])) if records else (), delimiter="")
    line = text.split("\n", 1)[0].split("\r", 1)[0]
    delimiter = max(_DELIMITERS, key=line.count)
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return Titled(titles=tuple(map(folded, cells)), delimiter=delimiter)


def titles_at(content: bytes) -> tuple[str, ...]:
    """Return the folded titles of what may be a table; none: it is no text."""
    if is_workbook(content):
        return titles_of(_as_csv(islice(sheet_rows(content, ""), 1))).titles
    if not content.strip() or b"\0" in content[:4096]:
        return ()
    return titles_of(read_text(content, "")).titles


def rows_of(text: str, table: Titled) -> Iterator[Row | tuple[int, Sequence[str]]]:
    """Yield the rows; one with more or fewer cells than titles comes as the cells alone."""
    if not table.delimiter:
        for number, record in enumerate(_records(text), 1):
            yield number, {folded(key): _cell(value) for key, value in record.items()}
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=table.delimiter)
    next(reader, None)
    for number, cells in enumerate(reader, 1):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(table.titles):
            yield number, cells
        else:
            yield number, dict(zip(table.titles, cells, strict=True))


def _as_csv(rows: Iterable[tuple[int, Mapping[int, str]]]) -> str:
    """Write the rows of a sheet; each has as many cells as the first, or more."""
    written = io.StringIO()
    writer = csv.writer(written)
    width = 0
    for _, row in rows:
        width = width or max(row) + 1
        writer.writerow([row.get(place, "") for place in range(max(width, max(row) + 1))])
    return written.getvalue()


def _records(text: str) -> list[dict[str, object]]:
    try:
        read = json.loads(text)
    except ValueError:
        return []
    return [each for each in read if isinstance(each, dict)] if isinstance(read, list) else []


def _cell(value: object) -> str:
    return "" if value is None else str(value)
