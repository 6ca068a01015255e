"""Lines of text files in whatever encoding, in flat memory."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

MOST_LINE = 1_000_000  # characters; no line of a structure is as long


def open_text(path: Path) -> TextIO:
    """Open a text file by its byte order mark, else as UTF-8; no byte stops it.

    Bytes that are no UTF-8 arrive as surrogates, which `whole_lines` mends.
    """
    with path.open("rb") as file:
        mark = file.read(2)
    if mark in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return path.open(encoding="utf-16", errors="replace")
    return path.open(encoding="utf-8-sig", errors="surrogateescape")


def whole_lines(file: TextIO) -> Iterator[str]:
    """Read lines, without their ends; of an overlong one only the first million characters.

    A line with bytes that are no UTF-8 is read as Latin-1.
    """
    while line := file.readline(MOST_LINE):
        rest = line
        while not rest.endswith("\n") and (rest := file.readline(MOST_LINE)):
            pass  # passed over: it is too long to be a structure, which is said of its beginning
        text = line.removesuffix("\n")
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-8", "surrogateescape").decode("latin-1")
        yield text
