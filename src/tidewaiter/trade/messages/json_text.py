"""JSON text decoded value by value in little memory, and without loss of digits or keys.

An object is decoded here only where it is proven that the careful way of `jsontexts` reads the
same. Where an object cannot even be found, what follows is for `jsonvalues`: it says what is wrong.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

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
            raise InputError("trade/value-too-long", longest=LONGEST >> 20, at=self._name)
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._text += piece
        return True


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


_HALF = re.compile("[\ud800-\udfff]")  # half of a pair: no text


class Number(str):
    """A number of a JSON text, as written: none is too large, and no digit is lost."""

    __slots__ = ()


def decode(text: str) -> dict[str, Any]:
    """Decode JSON; of two equal keys the second ends in "#2", and numbers stay text.

    Raises:
        ValueError: It is not JSON.
        InputError: It is another thing than an object.
        RecursionError: It is nested too deep.
    """
    found = _DECODER.decode(text)
    if not isinstance(found, dict):
        raise InputError("trade/not-an-object")
    return found


def decode_clean(text: str) -> dict[str, Any]:
    """Decode JSON as `decode` does, with keys and texts as `text_of` writes them.

    Raises:
        ValueError: It is not JSON.
        InputError: It is another thing than an object.
        RecursionError: It is nested too deep.
    """
    found: dict[str, Any] = _cleaned(decode(text))
    return found


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return object_of([(text_of(key) or "", _cleaned(inner)) for key, inner in value.items()])
    if isinstance(value, list):
        return list(map(_cleaned, value))
    return text_of(value)


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Put keys and values together; of two equal keys the second ends in "#2"."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    found.clear()
    counts: dict[str, int] = {}  # of each key: it may stand there very often
    for key, value in pairs:
        count, name = counts.get(key, 1), key
        while name in found:
            count += 1
            name = f"{key}#{count}"
        counts[key] = count
        found[name] = value
    return found


def _whole(text: str) -> Number:
    return Number("0" if text == "-0" else text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=object_of, parse_int=_whole, parse_float=Number, parse_constant=Number
)


def text_of(value: Any) -> str | None:  # noqa: PLR0911 - one for each kind of value
    """Write a JSON value as text: lists joined with "; ", amounts with their unit; no NULs.

    A number may come as its text in bytes.
    """
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return (
                None if not value or (value == "NaN" and isinstance(value, Number)) else str(value)
            )
        return _HALF.sub("\ufffd", value.replace("\0", "")) or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return value.decode()
    parts = value if isinstance(value, list) else value.values()
    mark = "; " if isinstance(value, list) else " "
    return mark.join(text for text in map(text_of, parts) if text) or None
