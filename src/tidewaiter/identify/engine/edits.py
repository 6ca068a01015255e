"""Edits: how far apart two keys are, by optimal string alignment.

An edit inserts, deletes or replaces a unit, or swaps two neighbours, which then stay.
"""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, uncounted

FAR = 99
MASKS = 2048  # units that have a mask: all of Latin, Greek, Cyrillic, Hebrew and Arabic
_BITS = 64
_NONE, _ALL, _ONE = np.uint64(0), np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(1)


@uncounted
def set_masks(masks: NDArray[np.uint64], key: NDArray[np.uint32]) -> bool:
    """Note where each unit stands in a key, a bit a place; tell whether that was possible.

    Args:
        masks: One for each unit, all 0, shape ``(MASKS,)``.
        key: At most 64 units below `MASKS`, or else nothing is noted.
    """
    if len(key) > _BITS:
        return False
    for unit in key:
        if unit >= MASKS:
            return False
    for at in range(len(key)):
        masks[key[at]] |= _ONE << np.uint64(at)
    return True


@uncounted
def clear_masks(masks: NDArray[np.uint64], key: NDArray[np.uint32]) -> None:
    """Take out what `set_masks` noted of a key."""
    for unit in key:
        if unit < MASKS:
            masks[unit] = _NONE


@uncounted
def masked_distances(
    masks: NDArray[np.uint64],
    size: int,
    text: NDArray[np.uint32],
    most: int,
    far: NDArray[np.int32],
) -> int:
    """Compare a key with each beginning of a text, a bit for each unit (Hyyro 2003).

    Args:
        masks: From `set_masks`, of the key.
        size: Units of the key.
        text: What it is compared with.
        most: No beginning further away than this is asked for.
        far: Where the distance of each beginning goes, from that of none on; those after
            what is returned are above `most`.

    Returns:
        The longest beginning that was compared.
    """
    plus, minus, zero, before = _ALL, _NONE, _NONE, _NONE
    last = _ONE << np.uint64(size - 1)
    now = size
    far[0] = now
    for at in range(len(text)):
        mask = masks[text[at]] if text[at] < MASKS else _NONE
        swap = ((~zero & mask) << _ONE) & before
        zero = (((mask & plus) + plus) ^ plus) | mask | minus | swap
        more = minus | ~(zero | plus)
        less = zero & plus
        if more & last:
            now += 1
        elif less & last:
            now -= 1
        more = (more << _ONE) | _ONE
        less <<= _ONE
        plus = less | ~(zero | more)
        minus = more & zero
        before = mask
        far[at + 1] = now
        if now - (len(text) - 1 - at) > most:
            return at + 1
    return len(text)


@uncounted
def same_digits(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> bool:
    """Tell whether two keys hold the same digits in the same order: locants decide."""
    i = j = 0
    while True:
        while i < len(a) and not 48 <= a[i] <= 57:
            i += 1
        while j < len(b) and not 48 <= b[j] <= 57:
            j += 1
        if i == len(a) or j == len(b):
            return i == len(a) and j == len(b)
        if a[i] != b[j]:
            return False
        i += 1
        j += 1


@compiled
def distance(a: NDArray[np.uint32], b: NDArray[np.uint32], most: int) -> int:
    """Return the optimal string alignment distance of two keys; 99 where it is above `most`."""
    if abs(len(a) - len(b)) > most:
        return FAR
    head = 0
    while head < len(a) and head < len(b) and a[head] == b[head]:
        head += 1
    n, m = len(a) - head, len(b) - head
    while n > 0 and m > 0 and a[head + n - 1] == b[head + m - 1]:
        n -= 1
        m -= 1
    if n == 0 or m == 0:
        return max(n, m)
    older = np.full(m + 1, FAR)
    old = np.arange(m + 1)
    new = np.full(m + 1, FAR)
    for i in range(1, n + 1):
        new[0] = i
        best = i
        low, high = max(1, i - most), min(m, i + most)
        if low > 1:
            new[low - 1] = FAR
        for j in range(low, high + 1):
            x, y = a[head + i - 1], b[head + j - 1]
            value = min(old[j] + 1, new[j - 1] + 1, old[j - 1] + (0 if x == y else 1))
            if i > 1 and j > 1 and x == b[head + j - 2] and a[head + i - 2] == y:
                value = min(value, older[j - 2] + 1)
            new[j] = value
            best = min(best, value)
        if high < m:
            new[high + 1] = FAR
        if best > most:
            return FAR
        older, old, new = old, new, older
    return old[m] if old[m] <= most else FAR
