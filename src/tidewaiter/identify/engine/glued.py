"""Glued: names that stand in one word with ordinary words around ("drumsofaceticanhydride")."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import uncounted
from tidewaiter.identify.fold import LETTER, Folded
from tidewaiter.identify.hashing import Table, find, short_hash, span_hash
from tidewaiter.identify.hits import NAME, Hits, add_hit
from tidewaiter.identify.phrases import CHEMISTRY, GLUE, Phrases
from tidewaiter.identify.trie import Trie, may_start, next_node
from tidewaiter.identify.words import (
    AFTER,
    BEFORE,
    CUE,
    MEASURE,
    ORDINARY,
    PART,
    SALT,
    STEREO,
    Vocabulary,
    Words,
    flags_of,
)

_NAME = 8  # units of the shortest name beside any ordinary words
_LEAST = 7  # and beside words of trade alone: "drumsacetone"
_BESIDE = 5  # letters of the shortest ordinary word that is none of trade
_SHORTEST = 2
_TRADE = CUE | MEASURE | SALT | STEREO
_PLAIN = ORDINARY  # in what words are together: one is not of trade


class Glue(NamedTuple):
    """What names and the words around them are looked up in."""

    trie: Trie
    strong: NDArray[np.bool_]  # of each key: enough alone
    vocabulary: Vocabulary
    other: Table  # whole names of other chemicals
    phrases: Phrases


@uncounted
def find_glued(
    room: Folded, words: Words, at: int, glue: Glue, powers: NDArray[np.uint64], hits: Hits
) -> bool:
    """Add a strong name that is glued to ordinary words in an unknown word; tell whether any."""
    kinds, hashes, heads = room.kind, room.hash, glue.trie.heads
    low, end = words.begin[at], words.end[at]
    while end - low >= _LEAST + _SHORTEST:
        high = low + 1
        while high < end and kinds[high] == kinds[low]:
            high += 1
        if kinds[low] == LETTER:
            for place in range(low, high - _LEAST + 1):
                if may_start(hashes, place, heads, powers) and _add_glued(
                    room, low, place, high, glue, powers, hits
                ):
                    return True
        low = high
    return False


@uncounted
def _add_glued(
    room: Folded, low: int, at: int, high: int, glue: Glue, powers: NDArray[np.uint64], hits: Hits
) -> bool:
    """Add the name from a unit on, if what else is in a run of letters is ordinary words."""
    end, key, said = _name_at(room, at, high, glue, powers)
    if key < 0 or (at == low and end == high):
        return False
    led = _kind_of(room, low, at, glue, powers)
    if led < 0 or (end - at < _NAME and led & _PLAIN):
        return False
    if find(glue.other, short_hash(room, powers, low, high)) >= 0:
        return False
    free = (led & BEFORE and not led & AFTER) or said & AFTER
    add_hit(hits, NAME, key, at, end, 2 if free else 1)
    return True


@uncounted
def _name_at(
    room: Folded, at: int, high: int, glue: Glue, powers: NDArray[np.uint64]
) -> tuple[int, int, int]:
    """Find the longest strong name from a unit on that ordinary words follow, or nothing.

    Returns:
        The unit after it, its key (-1: none), and what the words after it are.
    """
    node, end, key, said = 0, at, -1, 0
    for place in range(at, high):
        node = next_node(glue.trie, node, room.key[place])
        if node < 0:
            break
        found = glue.trie.ends[node]
        size = place + 1 - at
        if found >= 0 and size >= _LEAST and glue.strong[found]:
            after = _kind_of(room, place + 1, high, glue, powers)
            if after >= 0 and (size >= _NAME or not after & _PLAIN):
                end, key, said = place + 1, found, after
    return end, key, said


@uncounted
def _kind_of(room: Folded, low: int, high: int, glue: Glue, powers: NDArray[np.uint64]) -> int:
    """Return the flags of letters that are one ordinary word or two; 0 for none, -1: others."""
    if low == high:
        return 0
    whole = _word_kind(room, low, high, glue, powers)
    if whole >= 0:
        return whole
    for cut in range(low + _SHORTEST, high - _SHORTEST + 1):
        first = _word_kind(room, low, cut, glue, powers)
        if first >= 0:
            second = _word_kind(room, cut, high, glue, powers)
            if second >= 0:
                return first | second
    return -1


@uncounted
def _word_kind(room: Folded, low: int, high: int, glue: Glue, powers: NDArray[np.uint64]) -> int:
    """Return what of a word's flags counts beside a name; -1 where it is no such word."""
    said = find(glue.phrases.table, span_hash(room, powers, low, high))
    flags = flags_of(room, powers, glue.vocabulary, low, high)
    if flags & PART or (said >= 0 and said & CHEMISTRY):
        return -1
    if flags & _TRADE or (said >= 0 and said & GLUE):
        return flags & (BEFORE | AFTER) if high - low >= _SHORTEST else -1
    if not flags & ORDINARY or high - low < _BESIDE:
        return -1
    return flags & (BEFORE | AFTER | _PLAIN)
