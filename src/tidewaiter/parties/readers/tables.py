"""Delimited text of lists: rows with their places, and whether the file was cut short."""

import csv
import io
from collections.abc import Iterator, Sequence

from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers.types import EntryRefusal, ListFile, refused

Row = tuple[int, list[str]]
"""The number of a row, from 1, and its cells."""

Titled = tuple[int, dict[str, str]]
"""The number of a row behind its titles, from 1, and its cells by title."""

_END_OF_FILE = "\x1a"  # DOS mark at the end of OFAC's files


def decode(file: ListFile) -> str:
    """Decode a text file: UTF-8 or UTF-16 with its mark, else Windows-1252.

    Raises:
        InputError: It is empty, or no text.
    """
    head = file.content[:4]
    if not file.content.strip():
        raise InputError("the file is empty", at=file.name, hint="fetch it again")
    if b"\0" in file.content[:4096] and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError("this is no text", at=file.name, hint="give the list's text file")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return file.content.decode("utf-16", "replace")
    try:
        return file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return file.content.decode("cp1252", "replace")


def rows(file: ListFile, delimiter: str = ",", *, closed: bool = False) -> Iterator[Row]:
    """Yield the rows of a file; blank ones are left out, and not counted.

    Args:
        file: The file.
        delimiter: Between its cells.
        closed: The last row of such files always has an end.

    Raises:
        InputError: It is no table, or its end is missing.
    """
    text = decode(file).replace("\0", "")
    number = 0
    width = 0
    row: list[str] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if not any(cell.strip(" " + _END_OF_FILE) for cell in row):
                continue
            number += 1
            width = max(width, len(row))
            yield number, row
    except csv.Error as error:
        raise InputError(
            f"row {number + 1} cannot be read: {error}",
            at=file.name,
            hint="look whether a quote is missing there",
        ) from error
    ended = text.rstrip(_END_OF_FILE + " ,").endswith(("\n", "\r"))
    open_quote = text.count('"') % 2 and row and ("\n" in row[-1] or not ended)
    if open_quote or (not ended and (closed or len(row) < width)):
        raise _cut(file.name, number)


def titled(
    file: ListFile, delimiter: str = ",", *, after: int = 0
) -> Iterator[Titled | EntryRefusal]:
    """Yield the rows of a file by the titles of its columns, as written but trimmed.

    A row that has more or fewer cells than there are titles is refused: what stands in it, or
    behind the place where it broke, may belong to another column.

    Args:
        file: The file.
        delimiter: Between its cells.
        after: Rows that stand before the one with the titles.

    Raises:
        InputError: It is no table, or its end is missing.
    """
    titles: list[str] = []
    for number, row in rows(file, delimiter):
        if number <= after:
            continue
        if not titles:
            titles = [" ".join(cell.split()) for cell in row]
            continue
        cells = [cell.strip() for cell in row]
        problem = fits(cells, titles)
        place = f"row {number - after - 1}"
        if problem:
            yield refused(file.name, place, delimiter.join(cells), problem, UNEVEN)
        else:
            yield number - after - 1, dict(zip(titles, cells, strict=False))


UNEVEN = "look whether a quote is missing, or a delimiter stands in a cell without quotes"


def fits(cells: Sequence[str], titles: Sequence[str]) -> str:
    """Tell why a row does not fit its titles; "": it does. Empty cells at its end do no harm."""
    if len(cells) < len(titles) or any(cells[len(titles) :]):
        return f"has {len(cells)} cells, and there are {len(titles)} titles"
    return ""


def is_utf8(file: ListFile) -> bool:
    """Tell whether a text file is UTF-8, or UTF-16 with its mark; else it is read as cp1252."""
    if file.content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    try:
        file.content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def head(file: ListFile, size: int = 4096) -> str:
    """Return the beginning of a text file."""
    piece = file.content[:size]
    if piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return piece.decode("utf-16", "ignore")
    return "" if b"\0" in piece else piece.decode("utf-8", "replace").removeprefix("\ufeff")


def _cut(name: str, row: int) -> InputError:
    return InputError(
        f"ends in the middle of row {row}", at=name, hint="it was cut short: fetch it again"
    )
