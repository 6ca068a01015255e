"""Approximate match: names of one or more words within a few edits (PASS-JOIN, Li et al. 2011).

An edit inserts, deletes or replaces a unit, or swaps two neighbours (each at most once).

A key within k edits contains at least one of its k + 1 even pieces unchanged, near the same
position. So pieces are looked up first, through a bit filter, and only keys with a common piece are
compared, by optimal string alignment (edits: insert, delete, replace, swap).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.engine.hashing import Table, build_table
from tidewaiter.native.calls import native

FAR = 99
MASKS = 2048  # units with a mask: all of Latin, Greek, Cyrillic, Hebrew and Arabic
SHORTEST = 5  # shorter keys are never matched with edits
LONGEST = 64
_FILTER_BITS = 20

CONSTANTS = ("FAR", "MASKS", "SHORTEST", "LONGEST", "_FILTER_BITS")


class Near(NamedTuple):
    """Keys, indexed by their pieces."""

    units: NDArray[np.uint32]  # all keys, concatenated
    first: NDArray[np.int64]  # offset of each key; one more than keys
    pieces: Table  # hash of (length, piece, units) to its list
    lists: NDArray[np.int64]  # offset of each list in `members`; one more
    members: NDArray[np.int32]  # keys
    filter: NDArray[np.uint8]  # bit filter of the pieces' hashes


class Room(NamedTuple):
    """Buffers for the keys near one word, and for their comparison."""

    keys: NDArray[np.int32]  # matching keys
    edits: NDArray[np.int32]  # distance of each
    masks: NDArray[np.uint64]
    far: NDArray[np.int32]


class Anchors(NamedTuple):
    """Search index for edits: whole keys, and anchor words of names with several words."""

    near: Near
    exact: Table  # hash of a word to its index in `near`
    whole: NDArray[np.int32]  # per index: its whole key, or -1
    lists: NDArray[np.int64]  # per index: offset of its names in `keys`; one more
    keys: NDArray[np.int32]  # names with the anchor
    offsets: NDArray[np.int32]  # position of the anchor in them
    units: NDArray[np.uint32]  # all keys, concatenated
    first: NDArray[np.int64]  # offset of each key; one more


@native
def set_masks(masks: NDArray[np.uint64], key: NDArray[np.uint32]) -> bool:
    """Record the positions of each unit in a key as bits; return whether that was possible.

    Args:
        masks: One per unit, all 0, shape ``(MASKS,)``.
        key: At most 64 units below `MASKS`, otherwise nothing is recorded.
    """


@native
def clear_masks(masks: NDArray[np.uint64], key: NDArray[np.uint32]) -> None:
    """Clear the masks that `set_masks` set for a key."""


@native
def masked_distances(
    masks: NDArray[np.uint64],
    size: int,
    text: NDArray[np.uint32],
    most: int,
    far: NDArray[np.int32],
) -> int:
    """Compute the distance of a key to each prefix of a text, bit-parallel (Hyyro 2003).

    Args:
        masks: Masks of the key, from `set_masks`.
        size: Length of the key in units, 1 to 64.
        text: Text to compare.
        most: Maximum distance of interest.
        far: Output: the distance of each prefix, from the empty one on; those after the returned
            length are above `most`.

    Returns:
        Length of the longest prefix compared.
    """


@native
def same_digits(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> bool:
    """Return whether two keys have the same digits in the same order, because locants matter."""


@native
def distance(a: NDArray[np.uint32], b: NDArray[np.uint32], most: int) -> int:
    """Return the optimal string alignment distance of two keys; `FAR` if it is above `most`."""


@native
def most_edits(length: int) -> int:
    """Return the maximum number of edits for a key of the given length."""


@native
def _all_pieces(
    units: NDArray[np.uint32],
    first: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    owners: NDArray[np.int32],
) -> int:
    """Write the hash and the key of each piece; return how many, at most 4 for each key."""


def build_near(keys: list[NDArray[np.uint32]]) -> Near:
    """Index keys by their pieces; keys shorter than `SHORTEST` are never matched."""
    units = np.concatenate([np.zeros(0, np.uint32), *keys]).astype(np.uint32)
    first = np.zeros(len(keys) + 1, np.int64)
    first[1:] = np.cumsum([len(key) for key in keys], dtype=np.int64)
    hashes, owners = np.empty(4 * len(keys), np.uint64), np.empty(4 * len(keys), np.int32)
    total = _all_pieces(units, first, hashes, owners)
    hashes, owners = hashes[:total], owners[:total]
    order = np.argsort(hashes, kind="stable")
    distinct, starts = np.unique(hashes[order], return_index=True)
    lists = np.append(starts, len(order)).astype(np.int64)
    bits = np.zeros(1 << _FILTER_BITS, np.bool_)
    bits[(distinct >> np.uint64(64 - _FILTER_BITS)).astype(np.int64)] = True
    table = build_table(distinct, np.arange(len(distinct), dtype=np.int32))
    packed = np.packbits(bits, bitorder="little")
    return Near(units, first, table, lists, owners[order], packed)


def make_near_room(size: int) -> Room:
    """Allocate buffers for a number of keys."""
    keys, edits = np.zeros(size, np.int32), np.zeros(size, np.int32)
    return Room(keys, edits, np.zeros(MASKS, np.uint64), np.zeros(2 * LONGEST + 1, np.int32))


@native
def find_near(word: NDArray[np.uint32], near: Near, room: Room) -> int:
    """Find the keys within their maximum edits of a word.

    Args:
        word: Units of the unknown word.
        near: Index of the keys.
        room: Output: the matching keys and their edits.

    Returns:
        Number of matches; limited by the buffer size.
    """


def near_any(words: Sequence[NDArray[np.uint32]], near: Near) -> NDArray[np.bool_]:
    """Return for each word whether a key is within its maximum edits, shape ``(words,)``."""
    first = np.zeros(len(words) + 1, np.int64)
    first[1:] = np.cumsum([len(word) for word in words], dtype=np.int64)
    found = np.zeros(len(words), np.bool_)
    units = np.concatenate([np.zeros(0, np.uint32), *words])
    _mark_near(units, first, near, make_near_room(1), found)
    return found


@native
def _mark_near(
    units: NDArray[np.uint32],
    first: NDArray[np.int64],
    near: Near,
    room: Room,
    found: NDArray[np.bool_],
) -> None:
    """Mark each word ``units[first[i]:first[i + 1]]`` with a key within its maximum edits."""
