"""The values of a JSON text, one at a time: of an array, or one after another, in little memory."""

import re
from collections.abc import Iterable, Iterator

from tidewaiter.base.errors import InputError

LONGEST = 64 << 20
"""Bytes of the longest value; a bracket that is still open after them is taken for a slip."""

# Up to the next bracket or comma that is not inside a string; a string that is not closed yet
# does not match, so that it waits for what follows.
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
_COMMA = re.compile(rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+([,\[\]{}])', re.DOTALL)
_START = re.compile(rb"[\s,]*+")
_OPEN = b"[{"
_UTF8_MARK = b"\xef\xbb\xbf"


def is_array(start: bytes) -> bool:
    """Tell whether a text begins as an array."""
    return start.removeprefix(_UTF8_MARK).lstrip()[:1] == b"["


class Values:
    """The values of a text, as bytes; `problem` says in the end what was not right around them.

    A value that is no JSON comes as it stands: whoever reads it reports it.
    """

    def __init__(self, pieces: Iterable[bytes], name: str, *, array: bool) -> None:
        """Take the text.

        Args:
            pieces: UTF-8, of any sizes; for an array, from its bracket on.
            name: Of the file, for errors.
            array: The values are those of one array; else they stand one after another.
        """
        self.problem = ""
        self._pieces = iter(pieces)
        self._name = name
        self._array = array
        self._text = b""

    def __iter__(self) -> Iterator[bytes]:
        """Yield each value.

        Raises:
            InputError: A value is longer than `LONGEST`.
        """
        self._more()
        self._text = self._text.removeprefix(_UTF8_MARK).lstrip()
        if self._array:
            self._text = self._text[1:]
        at = 0
        while True:
            at = self._skip(at)
            if at >= len(self._text):
                self.problem = "the array is cut short: its end is missing" if self._array else ""
                return
            if self._array and self._text[at : at + 1] == b"]":
                self._after(at + 1)
                return
            end = self._end(at)
            value = self._text[at:end]
            at = end
            if at > len(self._text) // 2:
                self._text, at = self._text[at:], 0
            yield value

    def _skip(self, at: int) -> int:
        """Go on to the next value: past spaces and commas."""
        while True:
            found = _START.match(self._text, at)
            at = found.end() if found else at
            if at < len(self._text) or not self._more():
                return at

    def _end(self, at: int) -> int:
        """Find the end of the value that begins at a place; of one that is cut short, all."""
        if self._text[at] not in _OPEN:
            return self._plain_end(at)
        depth, start = 0, at
        while True:
            found = _BRACKET.match(self._text, at)
            if found is None:
                if not self._more(start):
                    return len(self._text)
                continue
            at = found.end()
            depth += 1 if found[1] in _OPEN else -1
            if depth == 0:
                return at

    def _plain_end(self, at: int) -> int:
        """Find the end of a value without brackets: the comma or the bracket behind it."""
        while True:
            found = _COMMA.match(self._text, at)
            if found is not None:
                # What is no value and stands before a bracket that closes nothing goes with it.
                return max(found.start(1), at + 1)
            if not self._more(at):
                return len(self._text)

    def _after(self, at: int) -> None:
        rest = self._text[at:]
        while not rest.strip() and self._more():
            rest = self._text[at:]
        if rest.strip():
            self.problem = "something stands after the end of the array, and is not read"

    def _more(self, start: int | None = None) -> bool:
        """Take another piece; False: there is none."""
        if start is not None and len(self._text) - start > LONGEST:
            raise InputError(
                f"a value is longer than {LONGEST >> 20} MB",
                at=self._name,
                hint="look for a bracket or a quote that is not closed",
            )
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._text += piece
        return True
