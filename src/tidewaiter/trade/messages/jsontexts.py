"""JSON decoded without loss: numbers as they are written, and no key lost that stands twice."""

import json
import re
from typing import Any

from tidewaiter.base.errors import InputError

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
        raise InputError("is not an object", hint="write one object a line")
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
