"""File formats of lists, record by record: delimited text, XML and JSON Lines."""

import csv
import io
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from io import BytesIO
from itertools import chain
from xml.etree import ElementTree as ET
from xml.parsers import expat

import msgspec

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers.entries import EntryRefusal, refused

Row = tuple[int, list[str]]
"""Row number from 1, and cells."""

Titled = tuple[int, dict[str, str]]
"""Row number from 1, after the header, and cells by column title."""

_END_OF_FILE = "\x1a"  # DOS end-of-file mark in OFAC's files


def decode(file: ListFile) -> str:
    """Decode a text file: UTF-8 or UTF-16 with byte order mark, otherwise Windows-1252.

    Raises:
        InputError: Empty, or not text.
    """
    head = file.content[:4]
    if not file.content.strip():
        raise InputError("parties/file-empty", at=file.name)
    if b"\0" in file.content[:4096] and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError("parties/not-text", at=file.name)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return file.content.decode("utf-16", "replace")
    try:
        return file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return file.content.decode("cp1252", "replace")


def rows(file: ListFile, delimiter: str = ",", *, closed: bool = False) -> Iterator[Row]:
    """Yield the rows of a file; blank rows are skipped and not counted.

    Args:
        file: The file.
        delimiter: Delimiter of cells.
        closed: The last row must end with a line end.

    Raises:
        InputError: Not a table, or truncated.
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
            "parties/row-unreadable", number=number + 1, error=error, at=file.name
        ) from error
    ended = text.rstrip(_END_OF_FILE + " ,").endswith(("\n", "\r"))
    open_quote = text.count('"') % 2 and row and ("\n" in row[-1] or not ended)
    if open_quote or (not ended and (closed or len(row) < width)):
        raise _cut(file.name, number)


def titled(
    file: ListFile, delimiter: str = ",", *, after: int = 0
) -> Iterator[Titled | EntryRefusal]:
    """Yield the rows of a file by column title, as written but trimmed.

    A row with more or fewer cells than the header is rejected: its values, or those after the
    broken cell, may be in the wrong column.

    Args:
        file: The file.
        delimiter: Delimiter of cells.
        after: Number of rows before the header.

    Raises:
        InputError: Not a table, or truncated.
    """
    titles: list[str] = []
    for number, row in rows(file, delimiter):
        if number <= after:
            continue
        if not titles:
            titles = [" ".join(cell.split()) for cell in row]
            continue
        cells = [cell.strip() for cell in row]
        error = check_width(cells, titles)
        place = f"row {number - after - 1}"
        if error:
            yield refused(file.name, place, delimiter.join(cells), error)
        else:
            yield number - after - 1, dict(zip(titles, cells, strict=False))


def check_width(cells: Sequence[str], titles: Sequence[str]) -> InputError | None:
    """Return why a row does not fit its header, if so. Empty cells at the end are allowed."""
    if len(cells) < len(titles) or any(cells[len(titles) :]):
        return InputError("parties/row-unlike-header", count=len(cells), width=len(titles))
    return None


def is_utf8(file: ListFile) -> bool:
    """Return whether a text file is UTF-8, or UTF-16 with its mark; otherwise it is cp1252."""
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
    return InputError("parties/ends-in-a-row", row=row, at=name)


Element = ET.Element

_PROLOGUE = 1 << 20  # bytes within which the root element must begin
_PIECE = 1 << 16
_TOKEN = 16 << 20  # bytes of the longest tag
_DEEP = 60  # nesting depth


class _Root(Exception):  # noqa: N818 - it is no error
    """Root element reached: no document type declaration can follow."""


def elements(file: ListFile, names: Collection[str]) -> Iterator[Element]:
    """Yield the complete elements with given names; each is freed after use.

    Element names are given without namespace.

    Raises:
        InputError: Not XML, truncated, or declares entities.
    """
    _check(file)
    depth = 0
    top: Element | None = None
    try:
        for event, element in ET.iterparse(BytesIO(file.content), events=("start", "end")):  # noqa: S314 - see _check
            if event == "start":
                element.tag = element.tag.rpartition("}")[2]
                top = element if top is None else top
                depth += 1
                if depth > _DEEP:
                    raise InputError("parties/nests-too-deep", at=file.name)
                continue
            depth -= 1
            if element.tag in names:
                yield element
                element.clear()
                if depth <= 2 and top is not None:  # noqa: PLR2004 - what stands in a list of entries
                    _drop(top, element)
    except ET.ParseError as error:
        raise _damaged(file.name, str(error)) from error


def root_of(file: ListFile) -> Element:
    """Return the root element without its content.

    Raises:
        InputError: Not XML, or declares entities.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    found: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append(ET.Element(name.rpartition("}")[2], attributes))
        raise _Root

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse(file.name)
    try:
        for place in range(0, min(len(file.content), _PROLOGUE), _PIECE):
            parser.Parse(file.content[place : place + _PIECE], False)
    except _Root:
        return found[0]
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _damaged(file.name, str(error)) from error
    raise _damaged(file.name, "no element")


def _check(file: ListFile) -> None:
    """Check a file for document type declarations and oversized tags.

    Older versions of expat rescan an incomplete tag with each chunk.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse(file.name)
    try:
        for place in range(0, len(file.content), _PIECE):
            parser.Parse(file.content[place : place + _PIECE], False)
            if place - parser.CurrentByteIndex > _TOKEN:
                raise InputError("parties/tag-too-long", token=_TOKEN >> 20, at=file.name)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _damaged(file.name, str(error)) from error


def _refuse(name: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise InputError("parties/declares-entities", at=name)

    return refuse


def text_of(element: Element, path: str) -> str:
    """Return the text of the first element at a path, trimmed; "": none."""
    return (element.findtext(path) or "").strip()


def texts_of(element: Element, path: str) -> list[str]:
    """Return the non-empty texts of the elements at a path."""
    return [text for each in element.iterfind(path) if (text := (each.text or "").strip())]


def _drop(top: Element, element: Element) -> None:
    """Remove a used element from its parent, so that memory use is constant."""
    holder = top if element in top[-1:] else (top[-1] if len(top) else None)
    if holder is not None and len(holder) and holder[-1] is element:
        holder.remove(element)


def _damaged(name: str, problem: str) -> InputError:
    return InputError("parties/xml-damaged", problem=problem, at=name)


Flat = dict[str, list[str]]
"""Values of one record by column title."""

Records = Iterator[tuple[int, Flat] | EntryRefusal]

_LOOKED_AT = 10  # rows searched for the header


def records_of(
    file: ListFile, element: str, delimiter: str, titles: Sequence[str]
) -> tuple[list[str], Records]:
    """Read the records of a file.

    Args:
        file: The file.
        element: For flat XML: the record element; "": text.
        delimiter: Delimiter of text.
        titles: Columns required in the header.

    Returns:
        The cells before the header, and the records with their numbers, from 1.

    Raises:
        InputError: Not such a file, or truncated.
    """
    if element:
        return [], _elements(file, element)
    if file.content.lstrip()[:1] == b"{":
        return [], enumerate(objects(file), 1)
    return _rows(file, delimiter, titles)


def _rows(file: ListFile, delimiter: str, titles: Sequence[str]) -> tuple[list[str], Records]:
    before: list[str] = []
    read = rows(file, delimiter)
    for number, row in read:
        cells = [" ".join(cell.split()) for cell in row]
        if all(title in cells for title in titles):
            return before, _titled(read, number, cells, file.name)
        before += cells
        if number >= _LOOKED_AT:
            break
    named = ", ".join(titles)
    raise InputError("parties/no-header-row", named=named, at=file.name)


def _titled(
    read: Iterator[tuple[int, list[str]]], first: int, titles: list[str], name: str
) -> Records:
    for number, row in read:
        cells = [cell.strip() for cell in row]
        error = check_width(cells, titles)
        if error:
            yield refused(name, f"row {number - first}", ", ".join(cells), error)
            continue
        record: Flat = {}
        for title, cell in zip(titles, cells, strict=False):
            record.setdefault(title, []).append(cell)
        yield number - first, record


def _elements(file: ListFile, name: str) -> Iterator[tuple[int, Flat]]:
    for number, element in enumerate(elements(file, (name,)), 1):
        record: Flat = {}
        for part in element.iter():
            if part is not element and (text := (part.text or "").strip()):
                record.setdefault(part.tag, []).append(text)
        yield number, record


def objects(file: ListFile) -> Iterator[Flat]:
    """Yield the objects of JSON Lines; each value as a list of texts.

    Raises:
        InputError: A line is not an object.
    """
    for number, item in json_items(file):
        if not isinstance(item, dict):
            raise InputError("parties/not-an-object", at=f"{file.name}, line {number}")
        yield {key: _texts(value) for key, value in item.items()}


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return list(chain.from_iterable(_texts(each) for each in value))
    if isinstance(value, dict):
        return [json.dumps(value, ensure_ascii=False)]
    return [] if value is None else [str(value).strip()]


def json_items(file: ListFile) -> Iterator[tuple[int, object]]:
    """Yield the values of JSON Lines, one array, or one object, with their numbers from 1.

    Raises:
        InputError: Not JSON, or truncated.
    """
    text = decode(file).strip()
    first, _, rest = text.partition("\n")
    if not _is_json(first) or (first.startswith("[") and not rest):
        found = _decoded(text, file.name)
        yield from enumerate(found if isinstance(found, list) else [found], 1)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _decoded(line, f"{file.name}, line {number}")


def _is_json(line: str) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def _decoded(text: str, at: str) -> object:
    try:
        found: object = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError("parties/not-json", error=error, at=at) from error
    return found
