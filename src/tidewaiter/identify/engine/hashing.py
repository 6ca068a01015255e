"""64-bit hashes: lookup tables of the scan, and deduplication of repeated lines.

Two different words collide with a probability of about 1 in 10^13 for a table of a million; a table
entry is a hint for the scan, and every name found is compared as text.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.identify.engine.fold import BASE, Folded

SHIFT = np.uint64(24)  # bits dropped in short hashes
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


class Table(NamedTuple):
    """Hash table with open addressing; its size is a power of two."""

    keys: NDArray[np.uint64]  # 0: empty
    values: NDArray[np.int32]


@inlined
def mix(value: np.uint64) -> np.uint64:
    """Mix a hash over all 64 bits (the finaliser of SplitMix64); never 0."""
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return (value ^ (value >> np.uint64(31))) | np.uint64(1)


@uncounted
def span_hash(room: Folded, powers: NDArray[np.uint64], begin: int, end: int) -> np.uint64:
    """Hash units `begin` to `end` of a folded line, ignoring separators."""
    return mix(room.hash[end] - room.hash[begin] * powers[end - begin])


@uncounted
def short_hash(room: Folded, powers: NDArray[np.uint64], begin: int, end: int) -> np.uint64:
    """Hash units to the 40 bits used in the file of other chemicals."""
    return mix(span_hash(room, powers, begin, end) >> SHIFT)


@uncounted
def units_hash(units: NDArray[np.uint32]) -> np.uint64:
    """Hash units as `span_hash` does."""
    value = np.uint64(0)
    for unit in units:
        value = value * BASE + np.uint64(unit) + np.uint64(1)
    return mix(value)


@uncounted
def find(table: Table, key: np.uint64) -> int:
    """Return the value of a key; -1 if there is none."""
    mask = len(table.keys) - 1
    at = np.int64(key & np.uint64(mask))
    while table.keys[at] != 0:
        if table.keys[at] == key:
            value: int = table.values[at]
            return value
        at = (at + 1) & mask
    return -1


@uncounted
def _fill(table: Table, keys: NDArray[np.uint64], values: NDArray[np.int32]) -> None:
    """Insert keys; the values of duplicate keys are combined with bitwise or."""
    mask = len(table.keys) - 1
    for index in range(len(keys)):
        key = keys[index]
        at = np.int64(key & np.uint64(mask))
        while table.keys[at] != 0 and table.keys[at] != key:
            at = (at + 1) & mask
        table.keys[at] = key
        table.values[at] |= values[index]


def build_table(keys: NDArray[np.uint64], values: NDArray[np.int32]) -> Table:
    """Build a table with a load factor of at most one half.

    Args:
        keys: Mixed hashes, shape ``(n,)``, none 0.
        values: Flags or indices, shape ``(n,)``; those of equal keys are combined with or.
    """
    size = 16
    while size < 2 * len(keys) + 2:
        size *= 2
    table = Table(np.zeros(size, np.uint64), np.zeros(size, np.int32))
    _fill(table, keys, values)
    return table


def make_powers(size: int) -> NDArray[np.uint64]:
    """Return the powers of the hash base, shape ``(size,)``."""
    powers = np.full(size, BASE, np.uint64)
    powers[0] = 1
    with np.errstate(over="ignore"):
        return np.multiply.accumulate(powers)


@compiled
def mix_all(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix each hash."""
    mixed = np.zeros(len(values), np.uint64)
    for index in range(len(values)):
        mixed[index] = mix(values[index])
    return mixed


def hash_keys(keys: Sequence[NDArray[np.uint32]]) -> NDArray[np.uint64]:
    """Hash each key as `span_hash` does, shape ``(keys,)``."""
    return np.array([units_hash(key) for key in keys], np.uint64)


def first_of_each(
    text: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the distinct lines of a column in order of first occurrence.

    Args:
        text: All lines' bytes.
        offsets: Start of each line, and the end, shape ``(lines + 1,)``.

    Returns:
        For each line the number of its text, shape ``(lines,)``; and for each number its first
        line, shape ``(distinct,)``.
    """
    if len(offsets) < 3:  # a single line has no duplicates
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
    """Hash bytes with four parallel sums."""
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
