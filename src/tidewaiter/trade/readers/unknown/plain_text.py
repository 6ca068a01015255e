"""Text of unknown layout: the words of each paragraph are screened.

A name may be broken over the lines of a paragraph, so these are joined.
"""

import codecs
import io
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO, cast

from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.source import Source, binary_kind, chunks, find_encoding, peek
from tidewaiter.trade.types import Refusal

_LONGEST = 1_000  # letters of a paragraph: more are several
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


def found_in(lines: Iterable[str], place: str = "line", *, prose: bool = True) -> Iterator[Found]:
    """Yield the paragraphs of a text.

    Args:
        lines: Lines of the text; a blank one ends a paragraph.
        place: Where they stand, as shown with a find, before the number of a line.
        prose: A paragraph has several lines; else each line is on its own, as in records.
    """
    for row, (number, paragraph) in enumerate(paragraphs(lines, _LONGEST if prose else 0), 1):
        yield Found(row=row, fields={}, kept=((f"{place} {number}", paragraph),))


def paragraphs(lines: Iterable[str], most: int = _LONGEST) -> Iterator[tuple[int, str]]:
    """Join the lines of each paragraph; a word that is divided at a line's end is one word.

    Args:
        lines: Lines of the text; a blank one ends a paragraph.
        most: Letters from which on a paragraph is ended.

    Yields:
        The number of its first line, and its text.
    """
    some: list[str] = []
    size = start = 0
    for number, line in enumerate(lines, 1):
        text = " ".join(line.replace("\0", " ").split())
        if some and (not text or size + len(text) > most):
            yield start, _joined(some)
            some, size = [], 0
        if text:
            start = start if some else number
            some.append(text)
            size += len(text)
    if some:
        yield start, _joined(some)


def _joined(lines: list[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        divided = text.endswith("-") and text[-2:-1].isalpha() and line[:1].islower()
        text = f"{text[:-1]}{line}" if divided else f"{text} {line}"
    return text
