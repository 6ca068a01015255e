"""Similar words: listed words to which a query word may correspond, and near spellings.

Two words at one edit (insertion, deletion, replacement, swap) are equal after deletion of one
letter in each. So each word of the list is indexed under its first letters with up to two
deletions, and a query word is looked up in the same way (SymSpell).

Equal words, words of nearly the same spelling, and words of the same sound (romanised, and the
consonant skeleton). For each word the best kind counts.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.parties.matching.kernels.vocabulary import (
    BASE,
    Letters,
    Table,
    Vocabulary,
    bucket,
    check,
    fixed,
    mix,
    of_system,
)

FAR = 99
_HEAD = 9  # indexed letters; the rest is compared when a word is found


@inlined
def most_edits(size: int) -> int:
    """Return the maximum edits for a word length: none below 4 letters, two from 7."""
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
    """Return the optimal string alignment distance of two words; FAR above `most`."""
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
    """Hash the first letters of a word with up to `most` deletions.

    Returns:
        Number of hashes in `out`; 46 at most.
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
    """Return the hashes under which the selected words are indexed, and the word of each."""
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


EXACT, EDIT, TWO_EDITS, ROMANISED, SKELETON, JOINED, INITIAL, LOOSE, TRANSLATED, SYSTEM = range(10)
"""Kinds of agreement; LOOSE: a third of the letters differ, or one word is truncated."""

# By system: initial share of a word's weight, and kind of agreement.
SHARES = np.array(
    [
        *(0.92, 0.9, 0.9, 0.95, 0.8, 0.88, 0.88, 0.75, 0.9, 0.95, 0.95),
        *(0.75, 0.6, 0.45, 0.75, 0.75, 0.6, 0.45),
    ],
    np.float32,
)
KINDS = np.array(
    [
        ROMANISED,
        SYSTEM,
        SYSTEM,
        SYSTEM,
        SYSTEM,
        SYSTEM,
        SYSTEM,
        SKELETON,
        ROMANISED,
        SYSTEM,
        TRANSLATED,
        *(7 * [SKELETON]),
    ],
    np.int8,
)
_MOST = 96  # neighbours per word


class Lookup(NamedTuple):
    """Look-up tables for the words of the list."""

    letters: Letters
    equal: Table  # by whole word
    near: Table  # by spelling with deletions
    keys: Table  # by the keys of each system
    chinese: NDArray[np.bool_]  # by word: it is pinyin, judging by its letters
    words: int  # number of words, including joined ones


class Neighbours(NamedTuple):
    """The listed words near each query word, closest first."""

    heads: NDArray[np.int64]
    words: NDArray[np.int32]
    shares: NDArray[np.float32]  # 1 for equal words
    kinds: NDArray[np.int8]


class _Room(NamedTuple):
    """Work buffers."""

    seen: NDArray[np.int32]  # index among the results, by word of the list; -1
    words: NDArray[np.int32]
    shares: NDArray[np.float32]
    kinds: NDArray[np.int8]
    rows: NDArray[np.int32]
    hashes: NDArray[np.uint64]


@uncounted
def _note(room: _Room, count: int, word: int, share: float, kind: int) -> int:
    """Add a neighbour, or improve its share; return the number of neighbours."""
    at = room.seen[word]
    if at < 0:
        if count == len(room.words):
            return count
        room.seen[word] = count
        room.words[count], room.shares[count], room.kinds[count] = word, share, kind
        return count + 1
    if share > room.shares[at]:
        room.shares[at], room.kinds[at] = share, kind
    return count


@uncounted
def _exact(room: _Room, word: int) -> bool:
    """Return whether a word is recorded as equal."""
    return bool(room.seen[word] >= 0 and room.kinds[room.seen[word]] == EXACT)


@uncounted
def _note_all(
    room: _Room, count: int, table: Table, key: np.uint64, share: float, kind: int
) -> int:
    """Add all words of a bucket with a given hash."""
    begin, end = bucket(table, key)
    for at in range(begin, end):
        if table.checks[at] == check(key):
            count = _note(room, count, table.values[at], share, kind)
    return count


@uncounted
def _note_near(lookup: Lookup, asked: Vocabulary, word: int, room: _Room, count: int) -> int:
    """Add the words of nearly the same spelling."""
    letters = asked.letters
    begin = letters.starts[word]
    size = letters.starts[word + 1] - begin
    most = most_edits(size)
    if most == 0:
        return count
    for key in room.hashes[: shortened(letters.units, begin, size, most, room.hashes)]:
        first, end = bucket(lookup.near, key)
        for at in range(first, end):
            other = lookup.near.values[at]
            if lookup.near.checks[at] != check(key) or _exact(room, other):
                continue
            if asked.chinese[word] and lookup.chinese[other]:
                continue  # Wang is not a misspelling of Tang
            start = lookup.letters.starts[other]
            length = lookup.letters.starts[other + 1] - start
            far = edits(
                letters.units,
                begin,
                size,
                lookup.letters.units,
                start,
                length,
                min(most, most_edits(length)),
                room.rows,
            )
            if 0 < far < FAR:
                share = 1 - 1.2 * far / max(size, length)
                count = _note(room, count, other, share, EDIT if far == 1 else TWO_EDITS)
    return count


@uncounted
def _found(lookup: Lookup, asked: Vocabulary, word: int, room: _Room) -> int:
    """Find the neighbours of one word; return their number."""
    count = _note_all(room, 0, lookup.equal, mix(asked.hashes[word]), 1.0, EXACT)
    for at in range(asked.keys.heads[word], asked.keys.heads[word + 1]):
        system = asked.keys.letters[at]
        key = mix(of_system(asked.keys.hashes[at], system))
        count = _note_all(room, count, lookup.keys, key, SHARES[system], KINDS[system])
    if fixed(asked.kinds[word]):
        return count
    return _note_near(lookup, asked, word, room, count)


@compiled
def neighbours(lookup: Lookup, asked: Vocabulary) -> Neighbours:
    """Find the neighbours of each query word."""
    size = len(asked.hashes)
    heads = np.zeros(size + 1, np.int64)
    room = _Room(
        np.full(lookup.words, -1, np.int32),
        np.empty(4 * _MOST, np.int32),
        np.empty(4 * _MOST, np.float32),
        np.empty(4 * _MOST, np.int8),
        np.empty((3, 64), np.int32),
        np.empty(64, np.uint64),
    )
    words, shares = np.empty(4 * size + _MOST, np.int32), np.empty(4 * size + _MOST, np.float32)
    kinds = np.empty(4 * size + _MOST, np.int8)
    total = 0
    for word in range(size):
        count = _found(lookup, asked, word, room)
        order = np.argsort(-room.shares[:count], kind="mergesort")
        for at in range(count):
            room.seen[room.words[at]] = -1
        kept = min(count, _MOST)
        if total + kept > len(words):
            more = 2 * len(words) + kept
            words, shares, kinds = _longer(words, more), _longer(shares, more), _longer(kinds, more)
        for at in order[:kept]:
            words[total], shares[total], kinds[total] = (
                room.words[at],
                room.shares[at],
                room.kinds[at],
            )
            total += 1
        heads[word + 1] = total
    return Neighbours(heads, words[:total], shares[:total], kinds[:total])


@compiled
def _longer(values: np.ndarray, size: int) -> np.ndarray:
    """Copy values into a longer array."""
    out = np.empty(size, values.dtype)
    out[: len(values)] = values
    return out
