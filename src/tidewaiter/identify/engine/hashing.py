"""Hash tables of 64-bit keys: what the scan looks words, names and steps up in.

Two different words share a key with a chance of some 1 in 10^13 for a table of a million;
what a table says of a word is a hint for the scan, and a name found is compared as text.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.identify.fold import BASE, Folded

SHIFT = np.uint64(24)  # bits that short hashes leave out
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


class Table(NamedTuple):
    """An open-addressed table; its size is a power of two."""

    keys: NDArray[np.uint64]  # 0: empty
    values: NDArray[np.int32]


@inlined
def mix(value: np.uint64) -> np.uint64:
    """Spread a hash over all 64 bits (the finaliser of SplitMix64); never 0."""
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return (value ^ (value >> np.uint64(31))) | np.uint64(1)


@uncounted
def span_hash(room: Folded, powers: NDArray[np.uint64], begin: int, end: int) -> np.uint64:
    """Hash units `begin` to `end` of a folded line, whatever separates them."""
    return mix(room.hash[end] - room.hash[begin] * powers[end - begin])


@uncounted
def short_hash(room: Folded, powers: NDArray[np.uint64], begin: int, end: int) -> np.uint64:
    """Hash units by the 40 bits that the file of other chemicals holds."""
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
    """Return the value of a key; -1 where there is none."""
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
    """Insert keys; the values of a key that comes twice are joined bit by bit."""
    mask = len(table.keys) - 1
    for index in range(len(keys)):
        key = keys[index]
        at = np.int64(key & np.uint64(mask))
        while table.keys[at] != 0 and table.keys[at] != key:
            at = (at + 1) & mask
        table.keys[at] = key
        table.values[at] |= values[index]


def build_table(keys: NDArray[np.uint64], values: NDArray[np.int32]) -> Table:
    """Build a table at most half full.

    Args:
        keys: Mixed hashes, shape ``(n,)``, none 0.
        values: Flags or indices, shape ``(n,)``; those of equal keys are or-ed.
    """
    size = 16
    while size < 2 * len(keys) + 2:
        size *= 2
    table = Table(np.zeros(size, np.uint64), np.zeros(size, np.int32))
    _fill(table, keys, values)
    return table


def make_powers(size: int) -> NDArray[np.uint64]:
    """Return the powers of the hash's base, shape ``(size,)``."""
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
