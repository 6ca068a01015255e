"""Trie of folded names: one step per unit, found by hash.

Starting at each word beats an automaton here: names begin and end at word boundaries, and nine of
ten words in trade text are rejected by the filter of first units.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.identify.engine.fold import Folded
from tidewaiter.identify.engine.hashing import Table, build_table, find, hash_keys, mix
from tidewaiter.identify.engine.rules import IDEOGRAPH

_FILTER_BITS = 18
_HEAD = 6  # units examined by the filter for long keys
_SHORT = 3  # units of the shortest key of letters
_WIDEST = 6  # maximum characters between two units of one name


class Trie(NamedTuple):
    """Trie of units; node 0 is the root."""

    steps: Table  # (node, unit) to node
    ends: NDArray[np.int32]  # per node: the key that ends there, or -1
    heads: NDArray[np.uint8]  # bit filter: hashes of the first units of long keys
    short: NDArray[np.uint8]  # bit filter: hashes of short keys


@uncounted
def _step_key(node: int, unit: int) -> np.uint64:
    return mix((np.uint64(node) << np.uint64(21)) ^ np.uint64(unit) ^ np.uint64(0x5BD1E995))


@inlined
def _bit(bits: NDArray[np.uint8], key: np.uint64) -> bool:
    """Return whether the bit of a hash is set."""
    at = key >> np.uint64(64 - _FILTER_BITS)
    return bool((bits[at >> np.uint64(3)] >> np.uint8(at & np.uint64(7))) & np.uint8(1) == 1)


@uncounted
def find_starts(
    room: Folded, n: int, trie: Trie, powers: NDArray[np.uint64], starts: NDArray[np.int32]
) -> int:
    """Find the units where a key may start: word starts that pass the filters.

    Args:
        room: The folded text.
        n: Number of units.
        trie: The keys.
        powers: Powers of the hash base.
        starts: Output: the units; at least `n` long.

    Returns:
        The number of starts.
    """
    marks, kinds, hashes = room.start, room.kind, room.hash
    heads, short = trie.heads, trie.short
    # Written unconditionally and overwritten, as in the search for words.
    words = 0
    for at in range(n):
        starts[words] = at
        words += marks[at] != 0
    count = 0
    for word in range(words):
        at = starts[word]
        here = hashes[at]
        found = (at + _HEAD <= n) & _bit(heads, mix(hashes[at + _HEAD] - here * powers[_HEAD]))
        for length in range(2 if kinds[at] == IDEOGRAPH else _SHORT, _HEAD):
            ends = (at + length <= n) & (marks[at + length] != 0)
            found |= ends & _bit(short, mix(hashes[at + length] - here * powers[length]))
        starts[count] = at
        count += found
    return count


@inlined
def may_start(
    hashes: NDArray[np.uint64], at: int, heads: NDArray[np.uint8], powers: NDArray[np.uint64]
) -> bool:
    """Return whether a long key may start at a unit, even inside a word."""
    return _bit(heads, mix(hashes[at + _HEAD] - hashes[at] * powers[_HEAD]))


@uncounted
def next_node(trie: Trie, node: int, unit: int) -> int:
    """Return the next node for a unit, or -1."""
    return find(trie.steps, _step_key(node, unit))


@uncounted
def longest_key(room: Folded, n: int, at: int, trie: Trie) -> tuple[int, int]:
    """Find the longest key that starts at a unit and ends at a word boundary.

    Returns:
        The unit after it and the key; -1 and -1 if there is none.
    """
    keys, starts, wides, ends, steps = room.key, room.start, room.wide, trie.ends, trie.steps
    node = 0
    end = key = -1
    place = at
    while place < n:
        if place > at and wides[place] > _WIDEST:
            break
        node = find(steps, _step_key(node, keys[place]))
        if node < 0:
            break
        place += 1
        if ends[node] >= 0 and starts[place]:
            end, key = place, ends[node]
    return end, key


@uncounted
def longest_strong_key(
    room: Folded, n: int, at: int, trie: Trie, strong: NDArray[np.bool_]
) -> tuple[int, int]:
    """Find the longest key that needs no cue, as `longest_key`."""
    node = 0
    end = key = -1
    place = at
    while place < n and (place == at or room.wide[place] <= _WIDEST):
        node = next_node(trie, node, room.key[place])
        if node < 0:
            break
        place += 1
        found = trie.ends[node]
        if found >= 0 and room.start[place] and strong[found]:
            end, key = place, found
    return end, key


def build_trie(keys: list[NDArray[np.uint32]]) -> Trie:
    """Build a trie; the value of each key is its index in the list.

    Args:
        keys: Distinct keys of two or more units.
    """
    children: dict[tuple[int, int], int] = {}
    ends = [-1]
    for index, key in enumerate(keys):
        node = 0
        for unit in key.tolist():
            step = (node, unit)
            node = children.setdefault(step, len(ends))
            if node == len(ends):
                ends.append(-1)
        ends[node] = index
    steps = np.array(list(children), np.int64).reshape(-1, 2)
    keys64 = _step_keys(steps[:, 0], steps[:, 1])
    table = build_table(keys64, np.array(list(children.values()), np.int32))
    heads = _bits([key[:_HEAD] for key in keys if len(key) >= _HEAD])
    short = _bits([key for key in keys if len(key) < _HEAD])
    return Trie(table, np.array(ends, np.int32), heads, short)


def _bits(keys: list[NDArray[np.uint32]]) -> NDArray[np.uint8]:
    """Set the bit for each key's hash."""
    bits = np.zeros(1 << _FILTER_BITS, np.bool_)
    bits[(hash_keys(keys) >> np.uint64(64 - _FILTER_BITS)).astype(np.int64)] = True
    return np.packbits(bits, bitorder="little")


@compiled
def _step_keys(nodes: NDArray[np.int64], units: NDArray[np.int64]) -> NDArray[np.uint64]:
    keys = np.zeros(len(nodes), np.uint64)
    for index in range(len(nodes)):
        keys[index] = _step_key(nodes[index], units[index])
    return keys
