"""Objects of a JSON text as they come, decoded by Python's own scanner, in C.

The fast way ends where something is no object or does not decode: what follows is for the careful
way of `jsonvalues` and `jsontexts`, which says what is wrong. Both read the same.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tidewaiter.consignments.messages.jsontexts import Number
from tidewaiter.consignments.messages.jsonvalues import LONGEST

_DECODER: Any = json.JSONDecoder(parse_float=Number, parse_constant=Number)
_SCAN = _DECODER.scan_once
_FAULTS = (ValueError, StopIteration, RecursionError)
_BETWEEN = re.compile(r"[ \t\r\n,]*+")
_SPACED = re.compile(r'"\s+:')
_SPACES = (" :", "\t:", "\n:", "\r:")

Shown = tuple[dict[str, Any], str, bool]
"""An object, how it is written, and whether all keys in its text stand right before a colon."""


class Objects:
    """The objects that a text begins with; `rest` is what follows the last of them."""

    def __init__(self, start: str, pieces: Iterator[str]) -> None:
        """Take a text from its first object on.

        Args:
            start: Its first part.
            pieces: Its other parts, of any sizes.
        """
        self.rest = start
        self._pieces = pieces

    def __iter__(self) -> Iterator[Shown]:
        """Yield each object; of two equal keys it has the second one only."""
        at, close = 0, _close(self.rest)
        while True:
            text = self.rest
            begin = at + len(_BETWEEN.match(text, at)[0])  # type: ignore[index]  # matches always
            opens = text.startswith("{", begin)
            try:
                if opens:
                    value, at = _SCAN(text, begin)
                    yield value, text[begin:at], close
                    continue
            except _FAULTS:
                pass
            self.rest, at = text[begin:], 0
            if not (opens or begin == len(text)) or not self._more():
                return
            close = _close(self.rest)

    def _more(self) -> bool:
        """Take as much again, at least one piece; False: there is none, or too much is open."""
        if len(self.rest) > LONGEST:
            return False
        before, taken = len(self.rest), [self.rest]
        size = 0
        while (size <= before) and (piece := next(self._pieces, None)) is not None:
            taken.append(piece)
            size += len(piece)
        self.rest = "".join(taken)
        return size > 0


def is_once(value: dict[str, Any], written: str) -> bool:
    """Tell whether no key of a value stands twice, if each is right before its colon.

    A text that holds what looks like the end of a key makes it say no.
    """
    count = 0
    holders: list[Any] = [value]
    for holder in holders:  # it grows by what is in them
        inner = holder
        if type(holder) is dict:
            count += len(holder)
            inner = holder.values()
        holders.extend([each for each in inner if type(each) is dict or type(each) is list])
    return count == written.count('":')


def _close(text: str) -> bool:
    return not any(space in text for space in _SPACES) or _SPACED.search(text) is None
