"""64-bit hashes: lookup tables of the scan, and deduplication of repeated lines.

Two different words collide with a probability of about 1 in 10^13 for a table of a million; a table
entry is a hint for the scan, and every name found is compared as text.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.native.calls import native

BASE = np.uint64(0x9E3779B97F4A7C15)  # base of the rolling hash; odd
SHIFT = 24  # bits dropped in short hashes

CONSTANTS = ("BASE", "SHIFT")


class Table(NamedTuple):
    """Hash table with open addressing; its size is a power of two."""

    keys: NDArray[np.uint64]  # 0: empty
    values: NDArray[np.int32]


@native
def _fill(table: Table, keys: NDArray[np.uint64], values: NDArray[np.int32]) -> None:
    """Insert keys; the values of duplicate keys are combined with bitwise or."""


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


class Members(NamedTuple):
    """Set of hashes with open addressing: 32 bits of each, 0 for empty.

    Another hash is taken for a member with a probability of about 1 in 10^9.
    """

    slots: NDArray[np.uint32]  # their number is a power of two


def build_members(keys: NDArray[np.uint64]) -> Members:
    """Build a set with a load factor of at most three quarters.

    Args:
        keys: Mixed hashes, shape ``(n,)``.
    """
    size = 16
    while 3 * size < 4 * len(keys):
        size *= 2
    members = Members(np.zeros(size, np.uint32))
    _fill_members(members, keys)
    return members


@native
def _fill_members(members: Members, keys: NDArray[np.uint64]) -> None:
    """Insert keys."""


def has_all(members: Members, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return for each mixed hash whether it is a member, shape ``(keys,)``."""
    found = np.zeros(len(keys), np.bool_)
    _look_for(members, keys, found)
    return found


@native
def _look_for(members: Members, keys: NDArray[np.uint64], found: NDArray[np.bool_]) -> None:
    """Mark the members among keys."""


def find_all(table: Table, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the value of each key, shape ``(keys,)``; -1 where there is none."""
    values = np.empty(len(keys), np.int64)
    _look_up(table, keys, values)
    return values


@native
def _look_up(table: Table, keys: NDArray[np.uint64], values: NDArray[np.int64]) -> None:
    """Write the value of each key; -1 where there is none."""


def make_powers(size: int) -> NDArray[np.uint64]:
    """Return the powers of the hash base, shape ``(size,)``."""
    powers = np.full(size, BASE, np.uint64)
    powers[0] = 1
    with np.errstate(over="ignore"):
        return np.multiply.accumulate(powers)


def mix_all(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix each hash over all 64 bits; never 0."""
    mixed = np.empty(len(values), np.uint64)
    _mix_into(values, mixed)
    return mixed


@native
def _mix_into(values: NDArray[np.uint64], mixed: NDArray[np.uint64]) -> None:
    """Write each hash mixed."""


def hash_keys(keys: Sequence[NDArray[np.uint32]]) -> NDArray[np.uint64]:
    """Hash the units of each key, shape ``(keys,)``."""
    first = np.zeros(len(keys) + 1, np.int64)
    first[1:] = np.cumsum([len(key) for key in keys], dtype=np.int64)
    hashes = np.empty(len(keys), np.uint64)
    _hash_units(np.concatenate([np.zeros(0, np.uint32), *keys]), first, hashes)
    return hashes


@native
def _hash_units(
    units: NDArray[np.uint32], first: NDArray[np.int64], hashes: NDArray[np.uint64]
) -> None:
    """Write the hash of units ``first[i]`` to ``first[i + 1]``, for each i."""


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


@native
def _number(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    slots: NDArray[np.int64],
    which: NDArray[np.int64],
    first: NDArray[np.int64],
) -> int:
    """Write the number of each line and the first line of each number; return how many.

    Args:
        text: All lines' bytes.
        offsets: Start of each line, and the end.
        slots: A hash table of numbers, all -1, its size a power of two above the lines'.
        which: Output: for each line the number of its text.
        first: Output: for each number its first line.
    """
