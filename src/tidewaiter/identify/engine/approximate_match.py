"""Near: names within a few edits of an unknown word (PASS-JOIN, Li et al. 2011).

A key that is at most k edits away holds at least one of its k + 1 even pieces unchanged, and
near the same place. So pieces are looked up first, through a filter of bits, and only keys that
share one are compared, by optimal string alignment (edits: insert, delete, replace, swap).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.identify.edits import (
    FAR,
    MASKS,
    clear_masks,
    distance,
    masked_distances,
    same_digits,
    set_masks,
)
from tidewaiter.identify.fold import BASE
from tidewaiter.identify.hashing import Table, build_table, find, make_powers, mix

SHORTEST = 5  # keys below are never found by edits
LONGEST = 64
_FILTER_BITS = 20
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


@uncounted
def most_edits(length: int) -> int:
    """Return how many edits a key of so many units may be away."""
    if length < 9:
        return 1
    return 2 if length < 14 else 3


@uncounted
def _piece(length: int, count: int, index: int) -> tuple[int, int]:
    """Return where a piece begins and ends, the last ones a unit longer."""
    short = length // count
    longer = length - short * count
    begin = index * short + max(0, index - (count - longer))
    return begin, begin + short + (1 if index >= count - longer else 0)


@uncounted
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


class Room(NamedTuple):
    """Room for the keys near to one word, and for comparing it with them."""

    keys: NDArray[np.int32]  # those found
    edits: NDArray[np.int32]  # how far each is
    masks: NDArray[np.uint64]
    far: NDArray[np.int32]


def make_near_room(size: int) -> Room:
    """Make room for so many keys."""
    keys, edits = np.zeros(size, np.int32), np.zeros(size, np.int32)
    return Room(keys, edits, np.zeros(MASKS, np.uint64), np.zeros(2 * LONGEST + 1, np.int32))


@compiled
def find_near(word: NDArray[np.uint32], near: Near, room: Room) -> int:
    """Find the keys within their edits of a word.

    Args:
        word: Units of the unknown word.
        near: The keys.
        room: Where the keys found and their edits go.

    Returns:
        How many were found; at most as many as there is room for.
    """
    n = 0
    size = len(word)
    if size > LONGEST + 3:
        return 0
    masked = set_masks(room.masks, word)
    bits = near.filter
    sums = np.zeros(size + 1, np.uint64)
    for at in range(size):
        sums[at + 1] = sums[at] * BASE + np.uint64(word[at]) + np.uint64(1)
    for length in range(max(SHORTEST, size - 3), min(LONGEST, size + 3) + 1):
        most = most_edits(length)
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
                if _bit(bits, key):
                    n = _add_members(word, near, room, n, key, most, masked)
                if (most > 1 or at == begin) and at + wide < size:
                    # Two letters swapped over the end of the piece.
                    value += np.uint64(word[at + wide]) - np.uint64(word[at + wide - 1])
                    key = mix(value ^ seed)
                    if _bit(bits, key):
                        n = _add_members(word, near, room, n, key, most, masked)
    clear_masks(room.masks, word)
    return n


@inlined
def _bit(bits: NDArray[np.uint8], key: np.uint64) -> bool:
    """Tell whether the bit of a hash is set."""
    at = key >> np.uint64(64 - _FILTER_BITS)
    return bool((bits[at >> np.uint64(3)] >> np.uint8(at & np.uint64(7))) & np.uint8(1) == 1)


@uncounted
def _add_members(
    word: NDArray[np.uint32],
    near: Near,
    room: Room,
    n: int,
    key: np.uint64,
    most: int,
    masked: bool,
) -> int:
    """Add the keys that share one piece with the word and are near enough, each once."""
    which = find(near.pieces, key)
    if which < 0:
        return n
    for at in range(near.lists[which], near.lists[which + 1]):
        member = near.members[at]
        if n == len(room.keys) or _is_found(room.keys, n, member):
            continue
        units = near.units[near.first[member] : near.first[member + 1]]
        if masked:
            done = masked_distances(room.masks, len(word), units, most, room.far)
            far = room.far[done] if done == len(units) else FAR
        else:
            far = distance(word, units, most)
        if far <= most and same_digits(word, units):
            room.keys[n], room.edits[n] = member, far
            n += 1
    return n


@uncounted
def _is_found(keys: NDArray[np.int32], n: int, member: int) -> bool:
    for index in range(n):
        if keys[index] == member:
            return True
    return False
