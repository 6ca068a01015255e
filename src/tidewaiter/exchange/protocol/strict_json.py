"""Strict JSON (RFC 7493): unambiguous for every parser, or rejected.

Of duplicate keys, Python parsers including msgspec take the last, others the first; a signed text
that two parsers read differently is not evidence.

Source: RFC 7493 (I-JSON), with a depth limit.
"""

import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec

from tidewaiter.base.errors import InputError

MOST_DEPTH = 32
LARGEST = 2**53 - 1  # beyond it, parsers that use doubles round

# Possessive quantifiers: an unterminated string runs to the end, and retrying from each quotation
# mark would take minutes.
_QUOTED = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKETS = re.compile(rb"[{}\[\]]")

R = TypeVar("R", bound=msgspec.Struct)


def read_json(held: bytes, kind: type[R], what: str) -> R:
    """Decode a record from unambiguous JSON.

    Args:
        held: The bytes.
        kind: The record; it defines whether unknown fields are rejected.
        what: Name of the input in errors.

    Raises:
        InputError: Not JSON, a duplicate key, a number beyond 2**53, more than 32 levels, or not
            that
            record.
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
    except (UnicodeDecodeError, ValueError, RecursionError) as error:  # includes msgspec's
        raise InputError("exchange/not-its-record", what=what, error=str(error)[:200]) from error


def _check_depth(held: bytes, what: str) -> None:
    """Count brackets outside strings, to limit the parser's recursion depth."""
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
        raise ValueError("a key occurs twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _whole(text: str) -> int:
    if len(text) > len(str(LARGEST)) + 1 or abs(int(text)) > LARGEST:
        raise ValueError("a whole number is beyond 2**53")
    return int(text)


def _fraction(text: str) -> float:
    found = float(text)
    if found in {float("inf"), float("-inf")}:
        raise ValueError("a number is too large")
    return found
