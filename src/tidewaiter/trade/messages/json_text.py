"""Memory-bounded JSON decoding, value by value, without loss of digits or keys.

An object is decoded here only if the result is provably the same as that of `decode_clean`. If an
object cannot even be located, the remainder is handled by `Values`, which reports the problem.
the problem.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from tidewaiter.base.errors import InputError

LONGEST = 64 << 20
"""Maximum bytes of a value; a bracket still open after them is treated as an error."""

# Up to the next bracket or comma outside a string; an unterminated string does not match, so it
# waits for more input.
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
_COMMA = re.compile(rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+([,\[\]{}])', re.DOTALL)
_START = re.compile(rb"[\s,]*+")
_OPEN = b"[{"
_UTF8_MARK = b"\xef\xbb\xbf"


def is_array(start: bytes) -> bool:
    """Return whether a text begins as an array."""
    return start.removeprefix(_UTF8_MARK).lstrip()[:1] == b"["


TEXT_AFTER_ARRAY = "trade/text-after-array"
"""Code of the error of an array that is not the end of the text."""


class Values:
    """The values of a text, as bytes; `problem` is the code of a structural error at the end.

    An invalid value is yielded as is; the caller reports it.
    """

    def __init__(self, pieces: Iterable[bytes], name: str, *, array: bool) -> None:
        """Set the input.

        Args:
            pieces: UTF-8, in chunks of any size; for an array, from its bracket on.
            name: Name of the file, for errors.
            array: The values form one array; otherwise they are concatenated.
        """
        self.problem = ""
        self._pieces = iter(pieces)
        self._name = name
        self._array = array
        self._text = b""
        self._left = 0  # where the text after an array begins

    def rest(self) -> bytes:
        """Return the text after the array.

        Raises:
            InputError: It is longer than `LONGEST`.
        """
        while self._more(self._left):
            pass
        return self._text[self._left :]

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
                self.problem = "trade/array-cut" if self._array else ""
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
        """Skip spaces and commas to the next value."""
        while True:
            found = _START.match(self._text, at)
            at = found.end() if found else at
            if at < len(self._text) or not self._more():
                return at

    def _end(self, at: int) -> int:
        """Find the end of the value at a position; the end of input if it is truncated."""
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
        """Find the end of a value without brackets: the next comma or bracket."""
        while True:
            found = _COMMA.match(self._text, at)
            if found is not None:
                # Invalid text before an unmatched closing bracket is included.
                return max(found.start(1), at + 1)
            if not self._more(at):
                return len(self._text)

    def _after(self, at: int) -> None:
        rest = self._text[at:]
        while not rest.strip() and self._more():
            rest = self._text[at:]
        self._left = at
        if rest.strip():
            self.problem = TEXT_AFTER_ARRAY

    def _more(self, start: int | None = None) -> bool:
        """Read another chunk; False: end of input."""
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
_LOOKS = 4  # scans of a chunk for objects with the same beginning
_ODD = (b"\\u0000", b"\\u003a", b"\\u003A")  # a NUL, and an escaped colon


class Objects:
    """The objects at the start of a text, as bytes; `rest` is the remainder."""

    def __init__(self, start: bytes, at: int, pieces: Iterator[bytes]) -> None:
        """Set the input from its first object on.

        Args:
            start: First chunk, UTF-8.
            at: Position of the first object in it.
            pieces: Further chunks, of any size.
        """
        self.rest = start
        self._at = at
        self._pieces = pieces
        self._alike = True  # objects follow one another as the first two do

    def __iter__(self) -> Iterator[bytes]:
        """Yield each object, including trailing spaces."""
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
        """Find many objects of an array at once, and the end of the last one.

        The last one with the same beginning is assumed to be a separate object; this is verified
        when all before it are decoded.
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
        """Double the buffer, by at least one chunk; False: end of input, or too much is open."""
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
    """Return the length of the value at the start of a text; -1: incomplete, 0: invalid."""
    try:
        _SKIP(text)
    except msgspec.MsgspecError as error:
        # msgspec reports the position only in its error message.
        problem = str(error)
        if problem.startswith(_AFTER):
            return int(problem[len(_AFTER) : -1]) - 1
        # A number truncated after its point is "invalid" at the end of the text.
        where = _WHERE.search(problem)
        cut = where is not None and int(where[1]) >= len(text)
        return -1 if cut or "truncated" in problem else 0
    except RecursionError:
        return 0
    return len(text)


def decode_plain(raw: bytes) -> dict[str, Any] | None:
    """Decode an object; None: the result may differ from `decode_clean`.

    It is the same if no key is duplicated, and no text contains a NUL.
    """
    if b"\\u00" in raw and any(odd in raw for odd in _ODD):
        return None
    try:
        value = _DECODE(raw)
        # A duplicate key is lost, and its colon with it.
        return value if raw.count(b":") == _ENCODE(value).count(b":") else None
    except _FAULTS:
        return None


_HALF = re.compile("[\ud800-\udfff]")  # lone surrogates: not valid text


class Number(str):
    """A JSON number as written, of any size, without loss of digits."""

    __slots__ = ()


def decode(text: str) -> dict[str, Any]:
    """Decode JSON; a duplicate key gets the suffix "#2", and numbers stay text.

    Raises:
        ValueError: It is not JSON.
        InputError: Not an object.
        RecursionError: Nested too deeply.
    """
    found = _DECODER.decode(text)
    if not isinstance(found, dict):
        raise InputError("trade/not-an-object")
    return found


def decode_clean(text: str) -> dict[str, Any]:
    """Decode JSON as `decode`, with keys and texts as in `text_of`.

    Raises:
        ValueError: It is not JSON.
        InputError: Not an object.
        RecursionError: Nested too deeply.
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
    """Combine keys and values; a duplicate key gets the suffix "#2"."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    found.clear()
    counts: dict[str, int] = {}  # by key, which may be repeated very often
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


def is_objects(value: object) -> bool:
    """Return whether a value is a list of objects."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def text_of(value: Any) -> str | None:  # noqa: PLR0911 - one for each kind of value
    """Convert a JSON value to text: lists joined with "; ", amounts with their unit; no NULs.

    A number may be given as bytes.
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
