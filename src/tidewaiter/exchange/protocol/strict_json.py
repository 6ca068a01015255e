"""Strict JSON (RFC 7493): every reader understands it in the same way, or it is refused.

Python's readers, msgspec among them, take the last of two keys of one name, and others the first;
a signed text that two readers read differently is no evidence of anything.

Source: RFC 7493 (I-JSON), with a limit to the depth.
"""

import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec

from tidewaiter.base.errors import InputError

MOST_DEPTH = 32
LARGEST = 2**53 - 1  # beyond it, readers that know doubles alone round

# A text that does not end runs to the end of all: tried anew from each of its marks, it would take
# minutes. What has begun is never given back, for the same reason.
_QUOTED = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKETS = re.compile(rb"[{}\[\]]")

R = TypeVar("R", bound=msgspec.Struct)


def read_json(held: bytes, kind: type[R], what: str) -> R:
    """Read a record from JSON that has one meaning.

    Args:
        held: The bytes.
        kind: The record; whether fields that it does not know are refused, it says itself.
        what: What is read, for the error.

    Raises:
        InputError: It is no JSON, has a key twice, a number beyond 2**53, or more than 32 levels;
            or it is not that record.
    """
    try:
        _check_depth(held, what)
        json.loads(
            held.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_no_number,
            parse_int=_whole,
            parse_float=_fraction,
        )
        return msgspec.json.decode(held, type=kind)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:  # msgspec's are ValueErrors
        raise InputError("exchange/not-its-record", what=what, error=str(error)[:200]) from error


def _check_depth(held: bytes, what: str) -> None:
    """Count brackets outside of texts; no reader is to be led deeper than it can go."""
    if held.count(b"{") + held.count(b"[") <= MOST_DEPTH:
        return
    depth = 0
    for sign in _BRACKETS.finditer(_QUOTED.sub(b"", held)):
        depth += 1 if sign[0] in b"{[" else -1
        if depth > MOST_DEPTH:
            raise InputError("exchange/too-many-levels", what=what, most_depth=MOST_DEPTH)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _whole(text: str) -> int:
    if len(text) > len(str(LARGEST)) + 1 or abs(int(text)) > LARGEST:
        raise ValueError("a whole number is beyond 2**53")
    return int(text)


def _fraction(text: str) -> float:
    found = float(text)
    if found in {float("inf"), float("-inf")}:
        raise ValueError("a number is too large")
    return found
