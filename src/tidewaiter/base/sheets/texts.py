"""The texts that the sheets of a workbook share, kept in a file and not in memory."""

import mmap
import re
import tempfile
from array import array
from collections.abc import Mapping
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.xml import Local, walk

LONGEST = 1 << 20
"""Letters of the longest text of a cell; spreadsheet programs allow 32,767."""

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """Turn "_x000D_" and its kin into what they stand for; NULs and halves of pairs go."""
    if "_x" not in text:
        return text
    whole = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace("\0", "")
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def too_long(name: str) -> InputError:
    """Return the error for a cell of too many letters."""
    return InputError(
        f"a cell is longer than {LONGEST >> 10} thousand letters", at=name, hint="export it as CSV"
    )


class _Items:
    """Writes each text to a file as it comes, and notes where it ends."""

    def __init__(self, out: IO[bytes], ends: IO[bytes], name: str) -> None:
        self._out, self._ends, self._name = out, ends, name
        self._local = Local()
        self._parts: list[str] = []
        self._size = 0
        self._reading, self._beside = False, 0
        self._some = array("i", [0])
        self._end = 0
        self.count = 0

    def start(self, name: str, _: Mapping[str, str]) -> None:
        local = self._local[name]
        self._reading = local == "t" and not self._beside
        self._beside += local == "rPh"  # how a text is spoken: no part of it

    def text(self, text: str) -> None:
        if self._reading:
            self._size += len(text)
            if self._size > LONGEST:
                raise too_long(self._name)
            self._parts.append(text)

    def end(self, name: str) -> None:
        local = self._local[name]
        self._reading = False
        self._beside -= local == "rPh"
        if local == "si":
            raw = unescape("".join(self._parts)).encode()
            self._out.write(raw)
            self._end += len(raw)
            self._some.append(self._end)
            self._parts, self._size = [], 0
            self.count += 1

    def flush(self) -> None:
        """Write the places that are noted."""
        self._some.tofile(self._ends)
        self._some = array("i")


def read_texts(stream: IO[bytes], name: str) -> pa.Array:
    """Read the texts of a workbook, in order.

    Args:
        stream: The part that holds them; less than 2 GB.
        name: Of the file, for errors.

    Returns:
        Text, shape (texts,), in a temporary file that goes when the column does.

    Raises:
        InputError: The part is damaged, or one text is too long.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as ends:
        items = _Items(out, ends, name)
        for _ in walk(stream, items, name):
            items.flush()
        return pa.Array.from_buffers(pa.string(), items.count, [None, _mapped(ends), _mapped(out)])


def _mapped(file: IO[bytes]) -> pa.Buffer:
    file.flush()
    if not file.tell():
        return pa.py_buffer(b"")
    return pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def look_up(texts: pa.Array, places: pa.Array) -> pa.Array:
    """Give the texts at some places, null where a place is null or beyond all."""
    there = pc.if_else(pc.less(places, len(texts)), places, None)
    return texts.take(there)
