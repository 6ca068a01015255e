"""Documents of JSON in a file: one, an array of them, one a line, or a list inside of an object."""

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.consignments.messages.jsonobjects import Objects, decode_plain
from tidewaiter.consignments.messages.jsontexts import decode_clean
from tidewaiter.consignments.messages.jsonvalues import Values
from tidewaiter.consignments.messages.types import Found, Read
from tidewaiter.consignments.shown import shorten
from tidewaiter.consignments.types import Refusal

_PIECE = 1 << 18
_MARK = 4  # bytes by which the encoding is told
_TELLING = 4096  # bytes in which the key of a list is looked for
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*")  # a mark of UTF-8
_HINT = "look whether the file is whole, and export it again"
_TOO_DEEP = "is nested too deep"
_WRAPPED = re.compile(rb'\s*\{\s*"(\w{1,40})"\s*:\s*(?=\[)')


class Document(Record, frozen=True, kw_only=True):
    """One document."""

    row: int  # its place in the file, from 1
    value: dict[str, Any]  # numbers with a point or an exponent are text, as written


Lines = Callable[[Document], Iterator[Found | Refusal]]
"""Finds the lines of a document."""


def reader(lines: Lines, lists: Sequence[str] = ()) -> Read:
    """Make the reader of a format of such documents.

    Args:
        lines: Finds the lines of one.
        lists: Keys of lists of documents, as in `documents`.
    """

    def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
        for document in documents(file, name, lists):
            if isinstance(document, Refusal):
                yield document
                continue
            try:
                yield from lines(document)
            except RecursionError:  # decoded it was, but to write it again is a step deeper
                yield refused(document.row, "", "", _TOO_DEEP, _HINT, screened=False)

    return read


def documents(file: BinaryIO, name: str, lists: Sequence[str] = ()) -> Iterator[Document | Refusal]:
    """Read the documents of a file, one at a time in memory.

    Args:
        file: From its start.
        name: Of the file, for errors.
        lists: Keys of lists of documents: {"products": [...]} is read like the list alone.

    Raises:
        InputError: Its packing is damaged, or a document is longer than 64 MB.
    """
    pieces = _pieces(file, name)
    start = b""
    while len(start) < _TELLING and (piece := next(pieces, None)) is not None:
        start += piece  # one may be empty: a mark of UTF-32 alone
    at = _START.match(start).end()  # type: ignore[union-attr]  # matches always
    wrapped = _WRAPPED.match(start, at)
    inside = wrapped is not None and wrapped[1].decode() in lists
    if wrapped is not None and inside:
        at = wrapped.end()
    array = start.startswith(b"[", at)
    objects = Objects(start, at + array, pieces)
    row = 0
    for row, raw in enumerate(objects, 1):
        yield _document(raw, row)
    rest = (b"[" if array else b"") + objects.rest
    values = Values(chain([rest], pieces), name, array=array)
    read = row
    for row, raw in enumerate(values, read + 1):
        yield _document(raw, row)
    if values.problem and not (inside and values.problem.startswith("something")):
        yield Refusal(
            row=row, column="", value="", problem=values.problem, hint=_HINT, screened=True
        )


def _pieces(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Read JSON as UTF-8; it may be written in UTF-16 or UTF-32 too, and in nothing else."""
    start = b""
    while len(start) < _MARK and (piece := _read(file, name, _MARK - len(start))):
        start += piece
    encoding = json.detect_encoding(start)
    pieces = chain([start], iter(lambda: _read(file, name, _PIECE), b""))
    if encoding.startswith("utf-8"):
        return pieces
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    return (decoder.decode(piece).encode("utf-8", "replace") for piece in pieces)


def _read(file: BinaryIO, name: str, size: int) -> bytes:
    try:
        return file.read(size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(
            "the gzip archive is damaged or cut short",
            at=name,
            hint="fetch it again, or unpack it",
        ) from error


def _document(raw: bytes, row: int) -> Document | Refusal:
    value = decode_plain(raw)
    if value is not None:
        return Document(row=row, value=value)
    text = raw.decode("utf-8", "replace")
    try:
        return Document(row=row, value=decode_clean(text))
    except InputError as error:
        problem = error.message
    except ValueError:
        problem = "is not JSON"
    except RecursionError:
        problem = _TOO_DEEP
    return refused(row, "", text, problem, _HINT, screened=False)


def refused(
    row: int, column: str, value: str, problem: str, hint: str, *, screened: bool = True
) -> Refusal:
    """Report what is wrong with a document, or with a field of it."""
    return Refusal(
        row=row, column=column, value=shorten(value), problem=problem, hint=hint, screened=screened
    )


def only_one(
    codes: Sequence[str], row: int, column: str, what: str
) -> tuple[str | None, list[Refusal]]:
    """Return the first of several codes of a line that has room for one, and report the others."""
    different = list(dict.fromkeys(codes))
    if len(different) < 2:  # noqa: PLR2004
        return (different[0] if different else None), []
    several = refused(
        row,
        column,
        ", ".join(different),
        f"holds {len(different)} different ones; only the first is read as the {what}",
        "look at the others yourself",
    )
    return different[0], [several]
