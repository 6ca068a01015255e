"""Folding: text as written to the units in which names are compared.

A unit is a code point normalised for case, width, accents, look-alikes and typical scan errors
(0=o, 1=l=i, 5=s, 8=b, rn=m). Separators are not units; they are recorded as a gap on the next unit.
Each unit stores its position in bytes; code points are computed for hits only.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.engine.rules import FoldTables
from tidewaiter.native.calls import native


class Folded(NamedTuple):
    """Buffers for the units of some lines; arrays have the maximum length."""

    key: NDArray[np.uint32]  # the unit, with scan confusions folded
    kind: NDArray[np.uint8]  # letter, digit or ideograph, as written
    start: NDArray[np.uint8]  # 1 at the start of a word; a 1 follows the last unit
    gap: NDArray[np.uint8]  # separator from the previous unit; 0: none
    wide: NDArray[np.uint8]  # number of separating characters, at most 255
    byte: NDArray[np.int32]  # byte offset from the first folded line
    byte_end: NDArray[np.int32]
    hash: NDArray[np.uint64]  # hash of all units before it; one longer than the other arrays


def make_room(size: int) -> Folded:
    """Allocate buffers for a number of units."""
    return Folded(
        key=np.zeros(size, np.uint32),
        kind=np.zeros(size + 1, np.uint8),
        start=np.zeros(size + 1, np.uint8),
        gap=np.zeros(size + 1, np.uint8),
        wide=np.zeros(size + 1, np.uint8),
        byte=np.zeros(size, np.int32),
        byte_end=np.zeros(size, np.int32),
        hash=np.zeros(size + 1, np.uint64),
    )


def fold_line(text: NDArray[np.uint8], tables: FoldTables, room: Folded) -> int:
    """Fold one line, as `fold_lines`; return the number of units."""
    units = np.zeros(2, np.int32)
    offsets = np.array([0, len(text)], np.int64)
    fold_lines(text, offsets, 0, 1, tables, room, units, False)
    return int(units[1])


@native
def fold_lines(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    begin: int,
    end: int,
    tables: FoldTables,
    room: Folded,
    units: NDArray[np.int32],
    again: bool,
) -> None:
    """Fold lines `begin` to `end` of a column.

    The first unit of each line is preceded by a gap that no name, word or number crosses.

    Args:
        text: All lines' bytes, UTF-8.
        offsets: Start of each line, and the end.
        begin: The first line.
        end: The line after the last.
        tables: Folding tables.
        room: Output: the units; at least 3 for each byte, and 8 more.
        units: Output: first unit of each line, one more than lines.
        again: For text that can be read in two ways, use the second one: "|" between letters as the
            letter l, as in scans; a Greek letter inside a word by its name.
    """
