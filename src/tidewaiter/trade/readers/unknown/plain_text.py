"""Text of unknown layout: its tables, labelled values and paragraphs."""

import codecs
import io
from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO, cast

from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.source import Source, binary_kind, chunks, find_encoding, peek
from tidewaiter.trade.readers.unknown.printed_text import found_in
from tidewaiter.trade.types import Refusal

_LINE = 100_000  # letters of a line without an end
_SIZE = 1 << 20
_FIRST = 100  # lines that are looked at: without a blank one, each line is on its own


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like text."""
    del suffix
    return bool(head.strip()) and binary_kind(head) is None and b"\0" not in head


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read a text file.

    Raises:
        InputError: It is empty, or its encoding is unknown.
    """
    lines = _lines(file, name)
    first = list(islice(lines, _FIRST))
    prose = any(not line.strip() for line in first[:-1])
    yield from found_in(chain(first, lines), prose=prose)


def _lines(file: BinaryIO, name: str) -> Iterator[str]:
    source = cast("Source", file)
    encoding = find_encoding(peek(source, name), name, None)
    plain = codecs.getincrementaldecoder(encoding.codec)("replace")
    decoder = io.IncrementalNewlineDecoder(plain, translate=True)
    rest = ""
    for piece in chain(chunks(source, name, _SIZE), (b"",)):
        *whole, rest = (rest + decoder.decode(piece, final=not piece)).split("\n")
        yield from whole
        while len(rest) > _LINE:
            yield rest[:_LINE]
            rest = rest[_LINE:]
    yield rest
