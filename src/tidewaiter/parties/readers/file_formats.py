"""Flat records: rows of delimited text, elements of XML, objects of JSON Lines, all by title."""

import json
from collections.abc import Iterator, Sequence
from itertools import chain

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers.tables import UNEVEN, decode, fits, rows
from tidewaiter.parties.readers.trees import elements
from tidewaiter.parties.readers.types import EntryRefusal, ListFile, refused

Flat = dict[str, list[str]]
"""The values of one record by their titles."""

Records = Iterator[tuple[int, Flat] | EntryRefusal]

_LOOKED_AT = 10  # rows among which the titles are


def records_of(
    file: ListFile, element: str, delimiter: str, titles: Sequence[str]
) -> tuple[list[str], Records]:
    """Read the records of a file.

    Args:
        file: The file.
        element: Of flat XML: the name of a record's element; "": it is text.
        delimiter: Of delimited text.
        titles: Columns that the row of titles has.

    Returns:
        The cells that stand before the titles, and the records with their numbers, from 1.

    Raises:
        InputError: It is no such file, or is cut short.
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
    raise InputError(
        f"no row holds the titles {named}", at=file.name, hint="keep the row of titles"
    )


def _titled(
    read: Iterator[tuple[int, list[str]]], first: int, titles: list[str], name: str
) -> Records:
    for number, row in read:
        cells = [cell.strip() for cell in row]
        problem = fits(cells, titles)
        if problem:
            place = f"row {number - first}"
            yield refused(name, place, ", ".join(cells), problem, UNEVEN)
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
        InputError: A line is no object.
    """
    for number, item in json_items(file):
        if not isinstance(item, dict):
            raise InputError("is no object", at=f"{file.name}, line {number}", hint="one a line")
        yield {key: _texts(value) for key, value in item.items()}


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return list(chain.from_iterable(_texts(each) for each in value))
    if isinstance(value, dict):
        return [json.dumps(value, ensure_ascii=False)]
    return [] if value is None else [str(value).strip()]


def json_items(file: ListFile) -> Iterator[tuple[int, object]]:
    """Yield the values of JSON Lines, of one array, or one object, with their numbers, from 1.

    Raises:
        InputError: It is no JSON, or is cut short.
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
        raise InputError(
            f"is no JSON: {error}", at=at, hint="it may be cut short: fetch it again"
        ) from error
    return found
