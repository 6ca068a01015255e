"""Repeats: lines that stand in a column more than once are scanned once."""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import uncounted
from tidewaiter.identify.hashing import mix


def first_of_each(
    text: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the distinct lines of a column in the order of their first places.

    Args:
        text: All lines' bytes.
        offsets: Where each line begins, and the end, shape ``(lines + 1,)``.

    Returns:
        For each line the number of its text, shape ``(lines,)``; and for each number the
        first line that holds it, shape ``(distinct,)``.
    """
    if len(offsets) < 3:  # one line repeats nothing
        return np.zeros(len(offsets) - 1, np.int64), np.arange(len(offsets) - 1)
    size = 16
    while size < 2 * len(offsets):
        size *= 2
    which = np.zeros(len(offsets) - 1, np.int64)
    first = np.zeros(len(offsets) - 1, np.int64)
    count = _number(text, offsets, np.full(size, -1, np.int64), which, first)
    return which, first[:count]


@uncounted
def _number(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    slots: NDArray[np.int64],
    which: NDArray[np.int64],
    first: NDArray[np.int64],
) -> int:
    mask = len(slots) - 1
    count = 0
    for line in range(len(which)):
        here = text[offsets[line] : offsets[line + 1]]
        at = np.int64(_hash(here) & np.uint64(mask))
        while slots[at] >= 0:
            same = first[slots[at]]
            if _equal(here, text[offsets[same] : offsets[same + 1]]):
                break
            at = (at + 1) & mask
        if slots[at] < 0:
            slots[at] = count
            first[count] = line
            count += 1
        which[line] = slots[at]
    return count


@uncounted
def _hash(text: NDArray[np.uint8]) -> np.uint64:
    """Hash bytes, four sums at a time."""
    a = b = c = d = np.uint64(1469598103934665603)
    prime = np.uint64(1099511628211)
    size = len(text) & ~3
    for at in range(0, size, 4):
        a = (a ^ np.uint64(text[at])) * prime
        b = (b ^ np.uint64(text[at + 1])) * prime
        c = (c ^ np.uint64(text[at + 2])) * prime
        d = (d ^ np.uint64(text[at + 3])) * prime
    for at in range(size, len(text)):
        a = (a ^ np.uint64(text[at])) * prime
    return mix(mix(a + np.uint64(len(text))) ^ mix(b) * prime ^ mix(c) * (prime + d) ^ d)


@uncounted
def _equal(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> bool:
    if len(a) != len(b):
        return False
    for at in range(len(a)):
        if a[at] != b[at]:
            return False
    return True
