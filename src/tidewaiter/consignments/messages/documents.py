"""Documents of JSON in a file: one, an array of them, one a line, or a list inside of an object."""

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.consignments.messages.jsonobjects import Objects
from tidewaiter.consignments.messages.jsontexts import decode
from tidewaiter.consignments.messages.jsonvalues import Values
from tidewaiter.consignments.shown import shorten
from tidewaiter.consignments.types import Refusal

_PIECE = 4 << 20
_MARK = 4  # bytes by which the encoding is told
_TELLING = 4096  # bytes in which the key of a list is looked for
_SPACES = " \t\r\n\v\f"
_HINT = "look whether the file is whole, and export it again"
_WRAPPED = re.compile(r'\s*\{\s*"(\w{1,40})"\s*:\s*(?=\[)', re.ASCII)


class Document(Record, frozen=True, kw_only=True):
    """One document."""

    row: int  # its place in the file, from 1
    value: dict[str, Any]  # numbers as text, as written


def documents(file: BinaryIO, name: str, lists: Sequence[str] = ()) -> Iterator[Document | Refusal]:
    """Read the documents of a file, one at a time in memory.

    Args:
        file: From its start.
        name: Of the file, for errors.
        lists: Keys of lists of documents: {"products": [...]} is read like the list alone.

    Raises:
        InputError: Its packing is damaged, or a document is longer than 64 MB.
    """
    pieces = _texts(file, name)
    start = ""
    while len(start) < _TELLING and (piece := next(pieces, "")):
        start += piece
    start = start.removeprefix("\ufeff").lstrip(_SPACES)
    wrapped = _WRAPPED.match(start)
    inside = wrapped is not None and wrapped[1] in lists
    if wrapped is not None and inside:
        start = start[wrapped.end() :]
    array = start.startswith("[")
    objects = Objects(start[array:], pieces)
    row = 0
    for row, value in enumerate(objects, 1):
        yield Document(row=row, value=value)
    rest = ("[" if array else "") + objects.rest
    raws = (text.encode("utf-8", "replace") for text in chain([rest], pieces))
    values = Values(raws, name, array=array)
    read = row
    for row, raw in enumerate(values, read + 1):
        yield _document(raw.decode("utf-8", "replace"), row)
    if values.problem and not (inside and values.problem.startswith("something")):
        yield Refusal(
            row=row, column="", value="", problem=values.problem, hint=_HINT, screened=True
        )


def _texts(file: BinaryIO, name: str) -> Iterator[str]:
    """Read JSON as text; it may be written in UTF-16 or UTF-32 too, and in nothing else."""
    start = b""
    while len(start) < _MARK and (piece := _read(file, name, _MARK - len(start))):
        start += piece
    decoder = codecs.getincrementaldecoder(json.detect_encoding(start))("replace")
    piece = start
    while piece:
        yield decoder.decode(piece)
        piece = _read(file, name, _PIECE)


def _read(file: BinaryIO, name: str, size: int) -> bytes:
    try:
        return file.read(size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(
            "the gzip archive is damaged or cut short", at=name,
            hint="fetch it again, or unpack it",
        ) from error  # fmt: skip


def _document(text: str, row: int) -> Document | Refusal:
    try:
        return Document(row=row, value=decode(text))
    except InputError as error:
        problem = error.message
    except ValueError:
        problem = "is not JSON"
    except RecursionError:
        problem = "is nested too deep"
    return refused(row, "", text, problem, _HINT, screened=False)


def refused(
    row: int, column: str, value: str, problem: str, hint: str, *, screened: bool = True
) -> Refusal:
    """Report what is wrong with a document, or with a field of it."""
    return Refusal(
        row=row, column=column, value=shorten(value), problem=problem, hint=hint, screened=screened
    )


def objects_in(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; what is none is left out."""
    every = value if isinstance(value, list) else ()
    return [each for each in every if isinstance(each, dict)]


def first_of(
    codes: Sequence[str], row: int, column: str, what: str
) -> tuple[str | None, list[Refusal]]:
    """Return the first of several codes of a line that has room for one, and report the others."""
    different = list(dict.fromkeys(codes))
    if len(different) < 2:  # noqa: PLR2004
        return (different[0] if different else None), []
    several = refused(
        row, column, ", ".join(different),
        f"holds {len(different)} different ones; only the first is read as the {what}",
        "look at the others yourself",
    )  # fmt: skip
    return different[0], [several]
