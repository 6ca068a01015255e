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
from tidewaiter.base.sheets.worksheet import is_workbook, visible_sheets
from tidewaiter.parties.readers.entries import EntryRefusal, refused

Row = tuple[int, list[str]]
"""Row number from 1, and cells."""

Titled = tuple[int, dict[str, str]]
"""Row number from 1, after the header, and cells by column title."""

_END_OF_FILE = "\x1a"  # DOS end-of-file mark in OFAC's files


_MARKED = (  # byte order marks; that of UTF-32 begins like that of UTF-16
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SAMPLE = 1 << 16  # bytes from which an encoding is inferred
_MOST_NULS = 10  # times as many NULs in one half of the byte pairs as in the other


def encoding_of(file: ListFile) -> str:
    """Return the encoding of a text file; an empty text: not text.

    UTF-8, or UTF-16 and UTF-32 by their byte order mark; UTF-16 without one by the NULs of its
    ASCII characters; otherwise Shift JIS, if it decodes to kana, or Windows-1252.
    """
    content = file.content
    for mark, codec in _MARKED:
        if content.startswith(mark):
            return codec
    sample = content[:_SAMPLE]
    if b"\0" in sample:
        return _unmarked(sample)
    if _decodes(content, "utf-8"):
        return "utf-8-sig"
    return "cp932" if _has_kana(sample) else "cp1252"


def _unmarked(sample: bytes) -> str:
    """Return the byte order of UTF-16 without a mark; an empty text: it is something else."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    codec = "utf-16-le" if odd > even else "utf-16-be"
    least, most = sorted((even, odd))
    whole = sample[: len(sample) // 4 * 4]
    shown = most > _MOST_NULS * least and _decodes(whole, codec, most_errors=1)
    return codec if shown else ""


def _decodes(content: bytes, codec: str, most_errors: int = 0) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError as error:
        # The sample may end within a character.
        return bool(most_errors) and error.start >= len(content) - 4
    return True


def _has_kana(sample: bytes) -> bool:
    """Return whether this is Shift JIS: kana, and none of the half-width ones of other texts."""
    text = sample.decode("cp932", "replace")
    wide = sum("\u3041" <= letter <= "\u30fa" for letter in text)
    half = sum("\uff61" <= letter <= "\uff9f" for letter in text)
    return wide > _MOST_NULS * (half + text.count("\ufffd"))


def decode(file: ListFile) -> str:
    """Decode a text file in the encoding of `encoding_of`.

    Raises:
        InputError: Empty, not text, or damaged.
    """
    if not file.content.strip():
        raise InputError("parties/file-empty", at=file.name)
    codec = encoding_of(file)
    if not codec or is_workbook(file.content):
        raise InputError("parties/not-text", at=file.name)
    try:
        text = file.content.decode(codec)
    except UnicodeDecodeError as error:
        if codec.startswith("utf"):
            named = codec.upper().removesuffix("-SIG")
            raise InputError("parties/text-damaged", codec=named, at=file.name) from error
        text = file.content.decode(codec, "replace")
    return text.removeprefix("\ufeff")


def tables(file: ListFile, delimiter: str = ",") -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield the tables of a file: the visible sheets of a workbook by name, or one of text.

    Raises:
        InputError: Not a table, or truncated.
    """
    if not is_workbook(file.content):
        yield "", rows(file, delimiter)
        return
    for sheet, read in visible_sheets(file.content, file.name):
        yield sheet, _sheet_rows(read)


def _sheet_rows(read: Iterator[tuple[int, dict[int, str]]]) -> Iterator[Row]:
    for number, row in read:
        cells = [row.get(place, "") for place in range(max(row, default=-1) + 1)]
        if any(cell.strip() for cell in cells):
            yield number, cells


def rows(file: ListFile, delimiter: str = ",", *, closed: bool = False) -> Iterator[Row]:
    """Yield the rows of a text file; blank rows are skipped and not counted.

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
    file: ListFile, delimiter: str = ",", titles: Sequence[str] = ()
) -> Iterator[Titled | EntryRefusal]:
    """Yield the rows of a file by column title, as written but trimmed.

    A row with more or fewer cells than the header is rejected: its values, or those after the
    broken cell, may be in the wrong column.

    Args:
        file: The file.
        delimiter: Delimiter of cells.
        titles: Columns required in the header, which may follow other rows; empty: the first row
            is the header.

    Raises:
        InputError: Not a table, truncated, or without the header.
    """
    read = rows(file, delimiter)
    header: list[str] = []
    first = 0
    for number, row in read:
        header, first = [" ".join(cell.split()) for cell in row], number
        if all(title in header for title in titles):
            break
        if number >= LOOKED_AT:
            raise no_header(titles, file.name)
    else:
        if titles:
            raise no_header(titles, file.name)
    for number, row in read:
        cells = [cell.strip() for cell in row]
        error = check_width(cells, header)
        if error:
            place = f"row {number - first}"
            yield refused(file.name, place, delimiter.join(cells), error)
        else:
            yield number - first, dict(zip(header, cells, strict=False))


LOOKED_AT = 30  # rows searched for the header


def no_header(titles: Sequence[str], name: str) -> InputError:
    """Return the error for a table without its header row."""
    return InputError("parties/no-header-row", named=", ".join(titles), at=name)


def check_width(cells: Sequence[str], titles: Sequence[str]) -> InputError | None:
    """Return why a row does not fit its header, if so. Empty cells at the end are allowed."""
    if len(cells) < len(titles) or any(cells[len(titles) :]):
        return InputError("parties/row-unlike-header", count=len(cells), width=len(titles))
    return None


def is_sure(file: ListFile) -> bool:
    """Return whether the encoding is certain: UTF-8, or a byte order mark, or a workbook."""
    return is_workbook(file.content) or encoding_of(file) in {"utf-8-sig", "utf-16", "utf-32"}


def first_character(file: ListFile) -> str:
    """Return the first visible character of a text file: "{" of JSON, "<" of XML."""
    return head(file, 256).lstrip()[:1]


def head(file: ListFile, size: int = 4096) -> str:
    """Return the beginning of a text file; an empty text: not text."""
    if is_workbook(file.content):
        return ""
    piece = ListFile(name=file.name, content=file.content[:size])
    codec = encoding_of(piece)
    if codec.startswith("cp"):
        codec = "utf-8"  # perhaps cut within a character
    return piece.content.decode(codec, "replace").removeprefix("\ufeff") if codec else ""


def _cut(name: str, row: int) -> InputError:
    return InputError("parties/ends-in-a-row", row=row, at=name)


Element = ET.Element

_PROLOGUE = 1 << 20  # bytes within which the root element must begin
_PIECE = 1 << 16
_TOKEN = 16 << 20  # bytes of the longest tag
_DEEP = 60  # nesting depth


class _Root(Exception):  # noqa: N818 - it is no error
    """Root element reached: no document type declaration can follow."""


def elements(file: ListFile, names: Collection[str], *, level: int = 0) -> Iterator[Element]:
    """Yield the complete elements with given names; each is freed after use.

    Args:
        file: The file.
        names: Names of elements, without namespace.
        level: Depth at which they are, 1 for the parts of the root; 0: any.

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
            if element.tag in names and level in {0, depth}:
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


def flat_elements(file: ListFile, name: str) -> Iterator[tuple[int, Flat]]:
    """Yield the elements of flat XML with their numbers from 1; values by the name of a part."""
    for number, element in enumerate(elements(file, (name,)), 1):
        record: Flat = {}
        for part in element.iter():
            if part is not element and (text := (part.text or "").strip()):
                record.setdefault(part.tag, []).append(text)
        yield number, record


def objects(file: ListFile, path: str = "") -> Iterator[Flat]:
    """Yield the objects of JSON; each value as a list of texts.

    Args:
        file: JSON Lines, an array, or one object.
        path: Keys that lead to the array in the object, "response.FIRMS".

    Raises:
        InputError: An item is not an object, or the array is missing.
    """
    for number, item in json_items(file, path):
        if not isinstance(item, dict):
            raise InputError("parties/not-an-object", at=f"{file.name}, line {number}")
        yield {key: _texts(value) for key, value in item.items()}


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return list(chain.from_iterable(_texts(each) for each in value))
    if isinstance(value, dict):
        return [json.dumps(value, ensure_ascii=False)]
    return [] if value is None else [str(value).strip()]


def json_items(file: ListFile, path: str = "") -> Iterator[tuple[int, object]]:
    """Yield the values of JSON Lines, one array, or one object, with their numbers from 1.

    Args:
        file: The file.
        path: Keys that lead to the array in the object, "response.FIRMS".

    Raises:
        InputError: Not JSON, or truncated, or the array is missing.
    """
    text = decode(file).strip()
    if path:
        yield from enumerate(_array_at(path, _decoded(text, file.name), file.name), 1)
        return
    first, _, rest = text.partition("\n")
    if not _is_json(first) or (first.startswith("[") and not rest):
        found = _decoded(text, file.name)
        yield from enumerate(found if isinstance(found, list) else [found], 1)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _decoded(line, f"{file.name}, line {number}")


def _array_at(path: str, found: object, name: str) -> list[object]:
    """Return the array at a path; the object may also be the array itself."""
    if isinstance(found, list):
        return found
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise InputError("parties/no-array", path=path, at=name)
    return found


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
