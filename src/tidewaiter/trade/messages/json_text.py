"""Objects of a JSON text as they come: found and decoded by msgspec, in C.

An object is decoded here only where it is proven that the careful way of `jsontexts` reads the
same. Where an object cannot even be found, what follows is for `jsonvalues`: it says what is wrong.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from tidewaiter.consignments.messages.jsonvalues import LONGEST

_SKIP = msgspec.json.Decoder(msgspec.Raw).decode
_DECODE = msgspec.json.Decoder(dict[str, Any], float_hook=str).decode
_ENCODE = msgspec.json.Encoder().encode
_FAULTS = (msgspec.MsgspecError, ValueError, RecursionError)
_SKIP_ALL = msgspec.json.Decoder(list[msgspec.Raw]).decode
_NEXT = re.compile(rb'[ \t\r\n]*,[ \t\r\n]*(\{[ \t\r\n]*"[^"\\]{1,100}")')
_BETWEEN = re.compile(rb"[ \t\r\n,]*+")
_AFTER = "JSON is malformed: trailing characters (byte "
_WHERE = re.compile(r"\(byte (\d+)\)$")
_LOOKS = 4  # how often a piece is looked through for objects that begin alike
_ODD = (b"\\u0000", b"\\u003a", b"\\u003A")  # a NUL, and a colon in disguise


class Objects:
    """The objects that a text begins with, as bytes; `rest` is what follows the last of them."""

    def __init__(self, start: bytes, at: int, pieces: Iterator[bytes]) -> None:
        """Take a text from its first object on.

        Args:
            start: UTF-8: its first part.
            at: Where the first object begins there.
            pieces: Its other parts, of any sizes.
        """
        self.rest = start
        self._at = at
        self._pieces = pieces
        self._alike = True  # objects follow one another as the first two do

    def __iter__(self) -> Iterator[bytes]:
        """Yield each object, spaces after it included."""
        while True:
            text, at, self._at = self.rest, self._at, 0
            view, looked = memoryview(text), 0
            while True:
                at += len(_BETWEEN.match(text, at)[0])  # type: ignore[index]  # matches always
                size = _size(view[at:]) if text.startswith(b"{", at) else 0
                if size <= 0:
                    break
                yield text[at : at + size]
                at += size
                if self._alike and looked < _LOOKS * len(text):
                    found, at = self._several(text, at)
                    looked += len(text) - at
                    yield from map(bytes, found)
            self.rest = text[at:]
            if (size == 0 and self.rest) or not self._more():
                return

    def _several(self, text: bytes, at: int) -> tuple[Sequence[msgspec.Raw], int]:
        """Find many objects of an array at once, and where the last of them ends.

        The last one that begins as the next one does is taken for an object of its own; whether
        it is shows as soon as all before it are decoded.
        """
        begin = _NEXT.match(text, at)
        end = 0 if begin is None else text.rfind(b"}" + begin[0]) + 1
        if begin is None or end <= at:
            return (), at
        try:
            return _SKIP_ALL(b"[" + text[begin.start(1) : end] + b"]"), end
        except _FAULTS:
            self._alike = False
            return (), at

    def _more(self) -> bool:
        """Take as much again, at least one piece; False: there is none, or too much is open."""
        if len(self.rest) > LONGEST:
            return False
        before, taken = len(self.rest), [self.rest]
        size = 0
        while (size <= before) and (piece := next(self._pieces, None)) is not None:
            taken.append(piece)
            size += len(piece)
        self.rest = b"".join(taken)
        return size > 0


def _size(text: memoryview) -> int:
    """Find how long the value is that a text begins with; -1: it is not whole, 0: it is none."""
    try:
        _SKIP(text)
    except msgspec.MsgspecError as error:
        # msgspec tells where it stopped in the words of its error alone.
        problem = str(error)
        if problem.startswith(_AFTER):
            return int(problem[len(_AFTER) : -1]) - 1
        # A number that is cut after its point is "invalid" where the text ends.
        where = _WHERE.search(problem)
        cut = where is not None and int(where[1]) >= len(text)
        return -1 if cut or "truncated" in problem else 0
    except RecursionError:
        return 0
    return len(text)


def decode_plain(raw: bytes) -> dict[str, Any] | None:
    """Decode an object; None: it is not proven that `decode_clean` gives the same.

    That is: no key stands twice, and no text holds a NUL.
    """
    if b"\\u00" in raw and any(odd in raw for odd in _ODD):
        return None
    try:
        value = _DECODE(raw)
        # Of a key that stands twice one is lost, and its colon with it.
        return value if raw.count(b":") == _ENCODE(value).count(b":") else None
    except _FAULTS:
        return None
