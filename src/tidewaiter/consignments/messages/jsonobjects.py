"""Objects of a JSON text as they come, decoded by Python's own scanner, in C.

The fast way ends where something is no object or does not decode: what follows is for the careful
way of `jsonvalues` and `jsontexts`, which says what is wrong. Both read the same.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tidewaiter.consignments.messages.jsontexts import Number, object_of
from tidewaiter.consignments.messages.jsonvalues import LONGEST

_DECODER: Any = json.JSONDecoder(
    object_pairs_hook=object_of, parse_float=Number, parse_constant=Number
)
_SCAN = _DECODER.scan_once
_FAULTS = (ValueError, StopIteration, RecursionError)
_BETWEEN = re.compile(r"[ \t\r\n,]*+")


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

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each object, as `decode` of `jsontexts` gives it but for whole numbers."""
        at = 0
        while True:
            text = self.rest
            begin = at + len(_BETWEEN.match(text, at)[0])  # type: ignore[index]  # matches always
            opens = text.startswith("{", begin)
            try:
                value, at = _SCAN(text, begin) if opens else (None, begin)
            except _FAULTS:
                value = None
            if value is not None:
                yield value
                continue
            self.rest, at = text[begin:], 0
            if not (opens or begin == len(text)) or not self._more():
                return

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
