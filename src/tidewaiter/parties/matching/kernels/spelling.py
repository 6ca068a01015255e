"""Words of nearly the same spelling: those that agree once a letter or two are left out.

Two words that are one edit apart (a letter more, fewer, other, or two swapped) agree after one
letter is left out of each. So each word of the list is filed under its first letters with up
to two of them left out, and a word asked for is looked up in the same way (SymSpell's idea).
"""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.parties.matching.tables import BASE, Letters, mix

FAR = 99
_HEAD = 9  # letters that are filed; what follows is compared when a word is found


@inlined
def most_edits(size: int) -> int:
    """Return the edits that a word of a length may have: none below 4 letters, two from 7."""
    if size < 4:
        return 0
    return 1 if size < 7 else 2


@uncounted
def edits(
    units: NDArray[np.uint32],
    a: int,
    a_size: int,
    others: NDArray[np.uint32],
    b: int,
    b_size: int,
    most: int,
    rows: NDArray[np.int32],
) -> int:
    """Count the edits between two words, by optimal string alignment; FAR above `most`."""
    if abs(a_size - b_size) > most or a_size > 62 or b_size > 62:
        return FAR
    for j in range(b_size + 1):
        rows[1, j] = j
    for i in range(1, a_size + 1):
        old, last, now = (i - 1) % 3, i % 3, (i + 1) % 3
        rows[now, 0] = i
        best = i
        low, high = max(1, i - most), min(b_size, i + most)
        if low > 1:
            rows[now, low - 1] = FAR
        for j in range(low, high + 1):
            same = units[a + i - 1] == others[b + j - 1]
            value = rows[last, j - 1] + (0 if same else 1)
            if j < i + most and rows[last, j] + 1 < value:
                value = rows[last, j] + 1
            value = min(value, rows[now, j - 1] + 1)
            if (
                i > 1
                and j > 1
                and units[a + i - 1] == others[b + j - 2]
                and units[a + i - 2] == others[b + j - 1]
                and abs(i - j) < most
                and rows[old, j - 2] + 1 < value
            ):
                value = rows[old, j - 2] + 1
            rows[now, j] = value
            best = min(best, value)
        if best > most:
            return FAR
    found = rows[(a_size + 1) % 3, b_size]
    return found if found <= most else FAR


@uncounted
def shortened(
    units: NDArray[np.uint32], begin: int, size: int, most: int, out: NDArray[np.uint64]
) -> int:
    """Hash the first letters of a word with up to `most` of them left out.

    Returns:
        How many hashes `out` holds now; 46 at most.
    """
    head = min(size, _HEAD)
    count = 0
    for first in range(-1, head if most > 0 else 0):
        for second in range(-1, first if most > 1 else 0):
            value = np.uint64(0)
            for at in range(head):
                if at != first and at != second:
                    value = value * BASE + np.uint64(units[begin + at]) + np.uint64(1)
            out[count] = mix(value)
            count += 1
            if first < 0:
                break
    return count


@compiled
def filed(letters: Letters, use: NDArray[np.bool_]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Return the hashes under which the chosen words are filed, and the word of each."""
    total = 0
    for word in range(len(use)):
        if use[word]:
            total += 46
    keys, values = np.empty(total, np.uint64), np.empty(total, np.int32)
    room = np.empty(64, np.uint64)
    count = 0
    for word in range(len(use)):
        if not use[word]:
            continue
        begin = letters.starts[word]
        size = letters.starts[word + 1] - begin
        for at in range(shortened(letters.units, begin, size, most_edits(size), room)):
            keys[count], values[count] = room[at], word
            count += 1
    return keys[:count], values[:count]
