"""Words in messages of a type that has no layout: a line for each group of their segments."""

import re
from collections.abc import Iterable, Iterator

from tidewaiter.trade.messages.types import Found

_WORD = re.compile(r"[^\W\d_]{3}|\d{2,7}-\d{2}-\d\b")  # three letters, or a CAS number
_STARTS = frozenset(
    (
        *("CNI", "CST", "GID", "LIN"),  # EDIFACT
        *("HL", "IT1", "L5", "LX", "PO1"),  # X12; LIN, too
    )
)
"""Segments that begin an item or a consignment."""


class SegmentWords:
    """The texts of an open message, as other text of its lines."""

    def __init__(self) -> None:
        """Start a message."""
        self._kept: list[tuple[str, str]] = []

    def take(self, tag: str, elements: Iterable[str], row: int) -> Iterator[Found]:
        """Take a segment; yield the line that it ends.

        Args:
            tag: Its tag.
            elements: Its elements, without the tag.
            row: Number of the next line.
        """
        if tag in _STARTS:
            yield from self.end(row)
        for place, text in enumerate(elements, 1):
            if _WORD.search(text):
                self._kept.append((f"{tag}{place:02d}", text))

    def end(self, row: int) -> Iterator[Found]:
        """Yield the last line, if it has words."""
        if self._kept:
            yield Found(row=row, fields={}, kept=tuple(self._kept))
            self._kept = []
