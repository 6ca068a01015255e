"""Near: names within a few edits of an unknown word (PASS-JOIN, Li et al. 2011).

A key that is at most k edits away holds at least one of its k + 1 even pieces unchanged, and
near the same place. So pieces are looked up first, through a filter of bits, and only keys that
share one are compared, by optimal string alignment (edits: insert, delete, replace, swap).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.compiled import compiled
from tidewaiter.identify.fold import BASE
from tidewaiter.identify.hashing import Table, build_table, find, make_powers, mix

SHORTEST = 5  # keys below are never found by edits
LONGEST = 64
_FILTER_BITS = 20
_FAR = 99
_SEED = np.uint64(0xD6E8FEB86659FD93)  # sets equal pieces of different places apart
_POWERS = make_powers(LONGEST + 1)


class Near(NamedTuple):
    """Keys, and where their pieces are."""

    units: NDArray[np.uint32]  # of all keys, one after the other
    first: NDArray[np.int64]  # of each key: where it begins; one more than keys
    pieces: Table  # hash of (length, piece, units) to its list
    lists: NDArray[np.int64]  # of each list: where it begins in `members`; one more
    members: NDArray[np.int32]  # keys
    filter: NDArray[np.uint8]  # bits of the pieces' hashes


@compiled
def most_edits(length: int) -> int:
    """Return how many edits a key of so many units may be away."""
    if length < 9:
        return 1
    return 2 if length < 14 else 3


@compiled
def _piece(length: int, count: int, index: int) -> tuple[int, int]:
    """Return where a piece begins and ends, the last ones a unit longer."""
    short = length // count
    longer = length - short * count
    begin = index * short + max(0, index - (count - longer))
    return begin, begin + short + (1 if index >= count - longer else 0)


@compiled
def _piece_hash(
    units: NDArray[np.uint32], begin: int, end: int, length: int, index: int
) -> np.uint64:
    value = np.uint64(0)
    for at in range(begin, end):
        value = value * BASE + np.uint64(units[at]) + np.uint64(1)
    return mix(value ^ (np.uint64(length * 8 + index) * _SEED))


@compiled
def _all_pieces(
    units: NDArray[np.uint32], first: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    hashes = np.zeros(4 * len(first), np.uint64)
    owners = np.zeros(4 * len(first), np.int32)
    n = 0
    for key in range(len(first) - 1):
        length = first[key + 1] - first[key]
        if length < SHORTEST or length > LONGEST:
            continue
        count = most_edits(length) + 1
        for index in range(count):
            begin, end = _piece(length, count, index)
            hashes[n] = _piece_hash(units, first[key] + begin, first[key] + end, length, index)
            owners[n] = key
            n += 1
    return hashes[:n], owners[:n]


def build_near(keys: list[NDArray[np.uint32]]) -> Near:
    """Index keys by their pieces; those shorter than `SHORTEST` are never found."""
    units = np.concatenate([np.zeros(0, np.uint32), *keys]).astype(np.uint32)
    first = np.zeros(len(keys) + 1, np.int64)
    first[1:] = np.cumsum([len(key) for key in keys], dtype=np.int64)
    hashes, owners = _all_pieces(units, first)
    order = np.argsort(hashes, kind="stable")
    distinct, starts = np.unique(hashes[order], return_index=True)
    lists = np.append(starts, len(order)).astype(np.int64)
    bits = np.zeros(1 << _FILTER_BITS, np.bool_)
    bits[(distinct >> np.uint64(64 - _FILTER_BITS)).astype(np.int64)] = True
    table = build_table(distinct, np.arange(len(distinct), dtype=np.int32))
    packed = np.packbits(bits, bitorder="little")
    return Near(units, first, table, lists, owners[order], packed)


@compiled
def find_near(
    word: NDArray[np.uint32], near: Near, found: NDArray[np.int32], edits: NDArray[np.int32]
) -> int:
    """Find the keys within their edits of a word.

    Args:
        word: Units of the unknown word.
        near: The keys.
        found: Room for the keys found.
        edits: Room for how far each is.

    Returns:
        How many were found; at most as many as there is room for.
    """
    n = 0
    size = len(word)
    bits = near.filter
    sums = np.zeros(size + 1, np.uint64)
    for at in range(size):
        sums[at + 1] = sums[at] * BASE + np.uint64(word[at]) + np.uint64(1)
    for length in range(max(SHORTEST, size - 3), min(LONGEST, size + 3) + 1):
        most = 1 if length < 9 else (2 if length < 14 else 3)
        if abs(length - size) > most:
            continue
        short = length // (most + 1)
        even = most + 1 - (length - short * (most + 1))  # pieces without a further unit
        for index in range(most + 1):
            begin = index * short + max(0, index - even)
            wide = short + (1 if index >= even else 0)
            seed = np.uint64(length * 8 + index) * _SEED
            # A piece moves by no more than the edits before it, and those left after it.
            shift = size - length
            low = max(0, begin - index, begin + shift - (most - index))
            high = min(size - wide, begin + index, begin + shift + (most - index))
            for at in range(low, high + 1):
                value = sums[at + wide] - sums[at] * _POWERS[wide]
                key = mix(value ^ seed)
                bit = key >> np.uint64(64 - _FILTER_BITS)
                if (bits[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7))) & np.uint8(1):
                    n = _add_members(word, near, found, edits, n, key)
                if (most > 1 or at == begin) and at + wide < size:
                    # Two letters swapped over the end of the piece.
                    value += np.uint64(word[at + wide]) - np.uint64(word[at + wide - 1])
                    key = mix(value ^ seed)
                    bit = key >> np.uint64(64 - _FILTER_BITS)
                    if (bits[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7))) & np.uint8(1):
                        n = _add_members(word, near, found, edits, n, key)
    return n


@compiled
def _add_members(
    word: NDArray[np.uint32], near: Near, found: NDArray[np.int32], edits: NDArray[np.int32],
    n: int, key: np.uint64,
) -> int:  # fmt: skip
    """Add the keys that share one piece with the word."""
    which = find(near.pieces, key)
    if which >= 0:
        for at in range(near.lists[which], near.lists[which + 1]):
            n = _add_near(word, near, found, edits, n, near.members[at])
    return n


@compiled
def _add_near(
    word: NDArray[np.uint32], near: Near, found: NDArray[np.int32], edits: NDArray[np.int32],
    n: int, member: int,
) -> int:  # fmt: skip
    """Add a key that is near enough to the word, once, where there is room."""
    for index in range(n):
        if found[index] == member:
            return n
    if n == len(found):
        return n
    key = near.units[near.first[member] : near.first[member + 1]]
    far = distance(word, key, most_edits(len(key)))
    if far <= most_edits(len(key)) and same_digits(word, key):
        found[n], edits[n] = member, far
        n += 1
    return n


@compiled
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
        return _FAR
    head = 0
    while head < len(a) and head < len(b) and a[head] == b[head]:
        head += 1
    n, m = len(a) - head, len(b) - head
    while n > 0 and m > 0 and a[head + n - 1] == b[head + m - 1]:
        n -= 1
        m -= 1
    if n == 0 or m == 0:
        return max(n, m)
    older = np.full(m + 1, _FAR)
    old = np.arange(m + 1)
    new = np.full(m + 1, _FAR)
    for i in range(1, n + 1):
        new[0] = i
        best = i
        low, high = max(1, i - most), min(m, i + most)
        if low > 1:
            new[low - 1] = _FAR
        for j in range(low, high + 1):
            x, y = a[head + i - 1], b[head + j - 1]
            value = min(old[j] + 1, new[j - 1] + 1, old[j - 1] + (0 if x == y else 1))
            if i > 1 and j > 1 and x == b[head + j - 2] and a[head + i - 2] == y:
                value = min(value, older[j - 2] + 1)
            new[j] = value
            best = min(best, value)
        if high < m:
            new[high + 1] = _FAR
        if best > most:
            return _FAR
        older, old, new = old, new, older
    return old[m] if old[m] <= most else _FAR
