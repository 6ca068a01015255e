"""JSON documents in a file, and field extraction; unmapped data is kept.

An object is consumed: each text is taken once. What remains is stored as JSON again, and expanded
to texts with paths, like "shipper.address.city" and "HSCodes[0]", on demand: in a screening, for
alerts only.
"""

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.messages.json_text import (
    TEXT_AFTER_ARRAY,
    Objects,
    Values,
    decode_clean,
    decode_plain,
    is_objects,
    text_of,
)
from tidewaiter.trade.messages.types import Found, Left, Read
from tidewaiter.trade.types import Refusal, shorten

Node = dict[str, Any]
"""A JSON object; numbers with a point or an exponent are texts."""

_ENCODE = msgspec.json.Encoder().encode
_UNPACK = msgspec.json.Decoder(tuple[str, msgspec.Raw]).decode
_DECODE = msgspec.json.Decoder(dict[str, Any]).decode
_LONGEST = 2_000  # characters of a parent path


def take(node: Node, *keys: str) -> str | None:
    """Take the first of these texts that exists."""
    for key in keys:
        value = node.pop(key, None)
        if value is None:
            continue
        text = value if type(value) is str else _single(value)
        if text:
            return text
        node[key] = value
    return None


def peek(node: Node, key: str) -> str | None:
    """Return a text without taking it."""
    return _single(node.get(key))


def take_all(node: Node, *keys: str) -> list[str]:
    """Take every text under these keys, including those in lists."""
    found: list[str] = []
    for key in keys:
        value = node.pop(key, None)
        if value is None:
            continue
        if type(value) is list:
            if rest := _take_list(value, found):
                node[key] = rest
        elif text := value if type(value) is str else _single(value):
            found.append(text)
        else:
            node[key] = value
    return found


def _take_list(values: list[Any], found: list[str]) -> list[Any]:
    """Take every text of a nested list; return what remains, in place."""
    stays: list[Any] = []
    for each in values:
        if text := _single(each):
            found.append(text)
        stays.append(None if text else _take_list(each, found) if type(each) is list else each)
    return stays if any(stay is not None and stay != [] for stay in stays) else []


def joined(node: Node, *keys: str, mark: str = ", ") -> str | None:
    """Take all texts under these keys, joined."""
    return mark.join(take_all(node, *keys)) or None


def inner(node: Node, *keys: str) -> Node:
    """Return a nested object; an empty one if there is none."""
    for key in keys:
        value = node.get(key)
        if type(value) is not dict:
            return {}
        node = value
    return node


def take_nodes(node: Node, key: str) -> list[Node]:
    """Take the objects of a list; other values remain."""
    value = node.get(key)
    if type(value) is not list:
        return []
    nodes = [each for each in value if type(each) is dict]
    if len(nodes) == len(value):
        del node[key]
    else:
        node[key] = [None if type(each) is dict else each for each in value]
    return nodes


def unwrap(node: Node, *keys: str) -> tuple[Node, tuple[Left, ...]]:
    """Extract an object from its wrapper, and return the rest of the wrapper.

    Args:
        node: Possible wrapper; otherwise the object itself.
        keys: Possible keys of the object.
    """
    for key in keys:
        if found := inner(node, key):
            del node[key]
            return found, left_of(node)
    return node, ()


def first_of(node: Node, key: str) -> Node:
    """Return the first object of a list; an empty one if there is none."""
    value = node.get(key)
    return value[0] if type(value) is list and value and type(value[0]) is dict else {}


def nodes_of(value: Any) -> list[Node]:
    """Return an object, or the objects of a list, as a list."""
    if type(value) is dict:
        return [value]
    if type(value) is not list:
        return []
    return [each for each in value if type(each) is dict]


def left_of(node: Node, path: str = "") -> tuple[Left, ...]:
    """Return what was not taken from an object.

    Args:
        node: The object.
        path: Path of the object in its document.
    """
    if not node:
        return ()
    return ((path, _ENCODE(node)),)


def kept_of(line: Found) -> list[tuple[str, str]]:
    """Return path and text of all unmapped data of a line."""
    return [*line.kept, *(texts_of(line.left) if line.left else ())]


def pack(left: Left) -> bytes:
    """Serialise what is left of an object with its path."""
    path, raw = left
    return _ENCODE((path, msgspec.Raw(raw)))


def unpack(packed: Iterable[bytes]) -> list[tuple[str, str]]:
    """Return path and text of all data serialised by `pack`."""
    return texts_of((path, bytes(raw)) for path, raw in map(_UNPACK, packed))


def texts_of(left: Iterable[Left]) -> list[tuple[str, str]]:
    """Return path and text of all that is left of some objects."""
    found: list[tuple[str, str]] = []
    for path, raw in left:
        count = len(found)
        try:
            _gather(_DECODE(raw), f"{path}." if path else "", found)
        except RecursionError:  # nested too deeply to be expanded
            found[count:] = [(path, raw.decode())]
    return found


def _single(value: Any) -> str | None:
    kind = type(value)
    if kind is str:
        return value or None
    return None if kind is dict or kind is list else text_of(value)


def _gather(node: Node, before: str, found: list[tuple[str, str]]) -> None:
    """Add the texts of an object, with their paths."""
    for key, value in node.items():
        kind = type(value)
        if kind is str:
            if value:
                found.append((before + key, value))
        elif kind is dict:
            _gather(value, f"{_short(before + key)}.", found)
        elif kind is list:
            _gather_list(value, _short(before + key), found)
        elif text := text_of(value):
            found.append((before + key, text))


def _short(path: str) -> str:
    """Shorten a parent path, to limit the memory of its children."""
    return path if len(path) <= _LONGEST else f"{path[:_LONGEST]}…"


def _gather_list(values: list[Any], path: str, found: list[tuple[str, str]]) -> None:
    for place, value in enumerate(values):
        kind = type(value)
        if kind is dict:
            _gather(value, f"{path}[{place}].", found)
        elif kind is list:
            _gather_list(value, f"{path}[{place}]", found)
        elif text := text_of(value):
            found.append((f"{path}[{place}]", text))


_PIECE = 1 << 18
_MARK = 4  # bytes for detecting the encoding
_TELLING = 4096  # bytes in which the key of a list is searched
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*")  # UTF-8 byte order mark
_WORD = re.compile(r"[^\W\d_]{3}")
_WRAPPED = re.compile(rb'\s*\{\s*"(\w{1,40})"\s*:\s*(?=\[)')


class Document(Record, frozen=True, kw_only=True):
    """A document."""

    row: int  # number in the file, from 1
    value: dict[str, Any]  # numbers with a point or an exponent are text, as written


Lines = Callable[[Document], Iterator[Found | Refusal]]
"""Finds the lines of a document."""


def reader(lines: Lines, lists: Sequence[str] = ()) -> Read:
    """Create the reader for a format of such documents.

    Args:
        lines: Finds the lines of a document.
        lists: Keys of document lists, as in `documents`.
    """

    def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
        for document in documents(file, name, lists):
            if not isinstance(document, Document):
                yield document
                continue
            try:
                yield from lines(document)
            except RecursionError:  # decoding succeeded, but encoding needs one level more
                error = InputError("trade/document-nested-too-deep")
                yield Refusal.of(error, row=document.row, screened=False)

    return read


def documents(
    file: BinaryIO, name: str, lists: Sequence[str] = ()
) -> Iterator[Document | Found | Refusal]:
    """Read the documents of a file, one at a time in memory.

    Args:
        file: Positioned at its start.
        name: Name of the file, for errors.
        lists: Keys of document lists: {"products": [...]} is read like the list alone, and then
            what stands beside it.

    Raises:
        InputError: Damaged compression, or a document is longer than 64 MB.
    """
    pieces = _pieces(file, name)
    start = b""
    while len(start) < _TELLING and (piece := next(pieces, None)) is not None:
        start += piece  # a chunk may be empty: a UTF-32 byte order mark alone
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
    if inside and values.problem == TEXT_AFTER_ARRAY:
        yield from _beside(values.rest(), row)
    elif values.problem:
        yield Refusal.of(InputError(values.problem), row=row)


def _beside(text: bytes, row: int) -> Iterator[Found | Refusal]:
    """Read what follows the list in an object: its words are other text."""
    value = decode_plain(b"{" + text.lstrip().removeprefix(b","))
    if value is None:
        yield Refusal.of(InputError(TEXT_AFTER_ARRAY), row=row, screened=False)
        return
    lists = {key: each for key, each in value.items() if is_objects(each)}
    members = [({key: each}, f"[{at}]") for key in lists for at, each in enumerate(lists[key])]
    for member, place in [*members, ({k: v for k, v in value.items() if k not in lists}, "")]:
        texts: list[tuple[str, str]] = []
        _gather({f"{key}{place}": each for key, each in member.items()}, "", texts)
        if any(_WORD.search(text) for _, text in texts):
            row += 1
            yield Found(row=row, fields={}, kept=tuple(texts))


def _pieces(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Read JSON as UTF-8; UTF-16 and UTF-32 are converted."""
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
        raise InputError("trade/gzip-damaged", at=name) from error


def _document(raw: bytes, row: int) -> Document | Refusal:
    value = decode_plain(raw)
    if value is not None:
        return Document(row=row, value=value)
    text = raw.decode("utf-8", "replace")
    try:
        return Document(row=row, value=decode_clean(text))
    except InputError as error:
        fault = error
    except ValueError:
        fault = InputError("trade/document-not-json")
    except RecursionError:
        fault = InputError("trade/document-nested-too-deep")
    return Refusal.of(fault, row=row, value=shorten(text), screened=False)


def only_one(codes: Sequence[str], row: int, column: str) -> tuple[str | None, list[Refusal]]:
    """Return the first of several codes for a single-valued field, and report the others."""
    different = list(dict.fromkeys(codes))
    if len(different) < 2:  # noqa: PLR2004
        return (different[0] if different else None), []
    error = InputError("trade/only-first-code-read", count=len(different))
    value = shorten(", ".join(different))
    return different[0], [Refusal.of(error, row=row, column=column, value=value)]
