"""JSON Lines, and arrays of objects: flat ones, and consignments with nested lines."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import BinaryIO

import numpy as np

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.json_text import Objects, Values, decode, is_array
from tidewaiter.trade.readers.columns.mapping import NEEDED
from tidewaiter.trade.readers.columns.mapping import Mapping as Columns
from tidewaiter.trade.readers.json_columns import read_block
from tidewaiter.trade.readers.json_rows import (
    NESTED,
    Asked,
    Row,
    flatten,
    has_lines,
    header,
    read_line,
)
from tidewaiter.trade.readers.source import (
    chunks,
    cut_of,
    find_encoding,
    open_source,
    peek,
    to_utf8,
)
from tidewaiter.trade.readers.table import SAMPLE_ROWS, Block, Sheet
from tidewaiter.trade.readers.text_blocks import LONGEST, SIZE
from tidewaiter.trade.readers.unknown.trees import has_lines_inside
from tidewaiter.trade.types import ReadOptions, Refusal
from tidewaiter.trade.unmapped_text import has_words


def open_jsonl(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, Columns, Columns]:
    """Open JSON Lines; the table has a column for each existing field.

    Returns:
        The table, the mapping of its columns, and the mapping of the keys in its first lines, for
        display.

    Raises:
        InputError: Empty, binary, or its first lines contain nothing to screen.
    """
    source = open_source(file)
    head = peek(source, name)
    encoding = find_encoding(head, name, options.encoding)
    lines = _Lines(to_utf8(chunks(source, name, SIZE, partly=True), encoding, name), name)
    first = list(islice(lines, SAMPLE_ROWS))
    seen = _seen(first, name, options)

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        del wanted, carried  # every field of a decoded line is available
        yield from _blocks(chain(first, lines), options)
        cut = cut_of(source)
        if lines.problem and not cut:
            cut = (Refusal.of(InputError(lines.problem), row=0),)
        if cut:
            yield Block(rows=np.array([], np.int64), cells={}, refusals=cut)

    places = {field: (place,) for place, field in enumerate(header())}
    sheet = Sheet(
        header=(*header(), *NESTED),
        sample=(),
        blocks=blocks,
        encoding=encoding.codec,
        nested=dict(enumerate(NESTED, len(places))),
        doubt=encoding.doubt,
    )
    columns = Columns(
        columns={field: seen.columns.get(field, (field,)) for field in places},
        unmapped=seen.unmapped,
        beside=seen.beside,
        places=places,
        encoding=encoding.codec,
        assumed=seen.assumed,
    )
    return sheet, columns, seen


def open_keys(file: BinaryIO, name: str, options: ReadOptions) -> Sheet:
    """Open JSON Lines as a table of the keys in its first lines, for inspection only.

    Raises:
        InputError: Empty, binary, or its first lines are not objects.
    """
    source = open_source(file)
    encoding = find_encoding(peek(source, name), name, options.encoding)
    lines = _Lines(to_utf8(chunks(source, name, SIZE), encoding, name), name)
    first = [line.decode("utf-8", "replace") for line in islice(lines, SAMPLE_ROWS)]
    cells: list[Mapping[str, str]] = []
    for text in first:
        with suppress(InputError, ValueError, RecursionError):  # the screening reports the line
            cells.extend(flat.cells for flat in flatten(decode(text)))
    keys = tuple(dict.fromkeys(key for row in cells for key in row))
    if not keys:
        raise InputError("trade/no-json-objects", at=name)
    return Sheet(
        header=keys,
        sample=tuple(tuple(row.get(key) for key in keys) for row in cells[:SAMPLE_ROWS]),
        blocks=lambda _wanted, _carried=(): iter(()),
        encoding=encoding.codec,
        doubt=encoding.doubt,
    )


class _Lines:
    """The objects of a text as bytes: its lines, items of its array, or concatenated objects."""

    def __init__(self, pieces: Iterator[bytes], name: str) -> None:
        self._pieces = pieces
        self._name = name
        self._values: Values | None = None
        self._found = self._all()

    def __iter__(self) -> Iterator[bytes]:
        return self._found

    @property
    def problem(self) -> str:
        """Code of the structural error of an array, available after reading; "": none."""
        return self._values.problem if self._values else ""

    def _all(self) -> Iterator[bytes]:
        start = next(self._pieces, b"")
        if is_array(start):
            objects = Objects(start, start.index(b"[") + 1, self._pieces)
            yield from objects
            rest = chain([b"[" + objects.rest], self._pieces)
            self._values = Values(rest, self._name, array=True)
            yield from self._values
        elif _is_spread(start):
            self._values = Values(chain([start], self._pieces), self._name, array=False)
            yield from self._values
        else:
            yield from _lines(chain([start], self._pieces), self._name)


def _is_spread(start: bytes) -> bool:
    """Return whether the first object spans several lines, as in pretty-printed documents."""
    first, end, _ = start.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    return bool(end) and first[:1] == b"{" and first.rstrip()[-1:] in b"{[,"


def _lines(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        if len(rest) > LONGEST:
            raise InputError("trade/line-too-long", longest=LONGEST >> 20, at=name)
        yield from (line for line in whole if line.strip())
    if rest.strip():
        yield rest


def _seen(first: Sequence[bytes], name: str, options: ReadOptions) -> Columns:
    """Inspect the first lines: their keys, and the meaning of each."""
    columns: dict[str, dict[tuple[str, ...], None]] = {}
    keys: dict[str, list[str]] = {}
    assumed: dict[str, None] = {}
    refused: Refusal | None = None
    for number, line in enumerate(first, 1):
        for item in read_line(line, number, _asked(options)):
            if isinstance(item, Row):
                for field, names in item.plan.columns.items():
                    columns.setdefault(field, {}).setdefault(names)
                assumed.update(dict.fromkeys(item.plan.assumed))
                for key, text in item.flat.cells.items():
                    keys.setdefault(key, []).append(text)
            elif number == 1 and item.code == "trade/several-columns-may-hold":
                raise item.as_error(at=f"{name}, row 1")
            else:
                refused = refused or item
    if refused is not None and not keys:
        raise refused.as_error(at=f"{name}, row {refused.row}")
    _check_said(options, keys, name)
    if not (options.format or options.columns) and any(map(_holds_lines, first[:_LOOKED])):
        raise InputError("trade/goods-in-a-list-inside", at=name)
    if not any(field in columns for field in NEEDED):
        seen = ", ".join(f'"{key}"' for key in list(keys)[:40]) or "none"
        raise InputError("trade/no-goods-key", seen=seen, at=name)
    used = {key for found in columns.values() for names in found for key in names}
    free = {key: texts for key, texts in keys.items() if key not in used}
    return Columns(
        columns={field: _told(found) for field, found in columns.items()},
        unmapped=tuple(free),
        beside=tuple(key for key, texts in free.items() if has_words(texts)),
        assumed=tuple(field for field in assumed if field not in options.units),
    )


_LOOKED = 5  # objects


def _holds_lines(line: bytes) -> bool:
    """Return whether an object without lines of its own has a list of goods deeper inside."""
    if b"[" not in line:
        return False
    with suppress(InputError, ValueError, RecursionError):
        document = decode(line.decode("utf-8", "replace"))
        return isinstance(document, dict) and not has_lines(document) and has_lines_inside(document)
    return False


def _check_said(options: ReadOptions, keys: Collection[str], name: str) -> None:
    """Check that each key given by the user exists."""
    for written, key in options.columns.items():
        if key not in keys:
            seen = ", ".join(f'"{other}"' for other in list(keys)[:40])
            raise InputError("trade/no-key-for-field", key=key, written=written, seen=seen, at=name)


def _told(found: Collection[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the keys of a field, which may differ between objects."""
    if len(found) == 1:
        return next(iter(found))
    return (" or ".join(" + ".join(names) for names in found),)


def _asked(options: ReadOptions) -> Asked:
    return tuple(sorted(options.columns.items()))


def _blocks(lines: Iterator[bytes], options: ReadOptions) -> Iterator[Block]:
    """Read the lines in blocks of at most `batch_rows` lines and about `SIZE` bytes."""
    some: list[bytes] = []
    size, first = 0, 1
    for line in lines:
        some.append(line)
        size += len(line)
        if len(some) >= options.batch_rows or size >= SIZE:
            yield read_block(some, first, _asked(options))
            first += len(some)
            some, size = [], 0
    if some:
        yield read_block(some, first, _asked(options))
