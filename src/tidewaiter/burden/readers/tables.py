"""Releases as tables: delimited text, JSON records or a sheet, whatever delimiter and titles."""

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.plain import is_workbook, sheet_rows
from tidewaiter.burden.facts import folded

Row = tuple[int, Mapping[str, str]]
"""The number of a row behind its titles, from 1, and its cells by folded title."""

_DELIMITERS = ",\t|;"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BETWEEN = re.compile(r"[\s,]*")
_LOOKED_AT = 50  # records, to tell what they are


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
    if content[:2] in _UTF16:
        return content.decode("utf-16", "replace")
    if b"\0" in content[:4096]:
        raise InputError("this is no text", at=name, hint="give the release as CSV")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def titles_of(text: str, most: int = sys.maxsize) -> Titled:
    """Read the titles of a table; of JSON, the keys of so many records, which leave blanks out."""
    if text.lstrip()[:1] == "[":
        keys = dict.fromkeys(folded(key) for record in _records(text, most) for key in record)
        return Titled(titles=tuple(keys), delimiter="")
    line = text.split("\n", 1)[0].split("\r", 1)[0]
    delimiter = max(_DELIMITERS, key=line.count)
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return Titled(titles=tuple(map(folded, cells)), delimiter=delimiter)


def titles_at(content: bytes) -> tuple[str, ...]:
    """Return the folded titles of what may be a table; none: it is no text."""
    if is_workbook(content):
        return titles_of(_as_csv(islice(sheet_rows(content, ""), 1))).titles
    if not content.strip() or (b"\0" in content[:4096] and content[:2] not in _UTF16):
        return ()
    return titles_of(read_text(content, ""), _LOOKED_AT).titles


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


def _records(text: str, most: int = sys.maxsize) -> Iterator[dict[str, object]]:
    """Yield the records of JSON; of a text that is cut, those before the cut."""
    decoder = json.JSONDecoder()
    at = text.find("[") + 1
    for _ in range(most):
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        try:
            record, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        if isinstance(record, dict):
            yield record


def _cell(value: object) -> str:
    return "" if value is None else str(value)
