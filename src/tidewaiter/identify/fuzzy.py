"""Fuzzy: names that an unknown word may be meant for, alone or among its neighbours."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.compiled import compiled, inlined
from tidewaiter.identify.fold import DIGIT, LINE, Folded
from tidewaiter.identify.glued import Glue, find_glued
from tidewaiter.identify.hashing import find, mix
from tidewaiter.identify.hits import COVERING, NEAR, Hits, add_hit
from tidewaiter.identify.multiword import Anchors, search_names
from tidewaiter.identify.near import LONGEST, SHORTEST, Room, find_near
from tidewaiter.identify.words import (
    ANCHOR,
    KNOWN,
    MIXED,
    NAMED,
    ORDINARY,
    RARE,
    Words,
)

_SHORTEST = 3  # letters of an unknown word that counts
_PAIR = 7  # units of the shortest name that is looked for in two words
_REACH = 8  # words between an anchor and an unknown word of the same name


class Found(NamedTuple):
    """Room for the keys near to one word, and what is known of words already searched."""

    near: Room
    verdicts: NDArray[np.uint64]  # words near to nothing, by hash: need no search again


@compiled
def scan_unknown(
    room: Folded, n: int, words: Words, count: int, anchors: Anchors,
    powers: NDArray[np.uint64], found: Found, glue: Glue, hits: Hits, start: int,
) -> None:  # fmt: skip
    """Add the names that unknown words of a block are near to; its hits begin at `start`."""
    exact = min(hits.count[0], len(hits.rows))
    mark_unknown(room, words, count)
    begins, ends, flags = words.begin, words.end, words.flags
    unknown, close = words.unknown, words.close
    hashes, verdicts, wides = room.hash, found.verdicts, room.wide
    mask = np.uint64(len(verdicts) - 1)
    for at in range(count):
        begin, end = begins[at], ends[at]
        if unknown[at] and end - begin >= SHORTEST - 1:
            if _covered(hits.rows, start, exact, begin, end):
                continue
            key = mix(hashes[end] - hashes[begin] * powers[end - begin])
            slot = np.int64(key & mask)
            if verdicts[slot] != key and not (
                find_glued(room, words, at, glue, powers, hits)
                or _search_word(room, n, words, count, at, anchors, hits, found)
            ):
                verdicts[slot] = key
        elif flags[at] & ANCHOR and close[at]:
            place = find(anchors.exact, mix(hashes[end] - hashes[begin] * powers[end - begin]))
            if place >= 0:
                search_names(
                    room, n, words, count, at, place, begin, end, anchors, found.near, hits
                )
        if at + 1 == count or wides[begins[at + 1]] > 3:
            continue
        # Two words that may be one: a space inside it, and an edit.
        both = (unknown[at] and _may_join(flags[at + 1], unknown[at + 1])) or (
            unknown[at + 1] and _may_join(flags[at], unknown[at])
        )
        last = ends[at + 1]
        if both and _PAIR <= last - begin <= LONGEST:
            key = mix(hashes[last] - hashes[begin] * powers[last - begin])
            slot = np.int64(key & mask)
            if verdicts[slot] != key and not _search_pair(room, words, at, anchors, hits, found):
                verdicts[slot] = key


@inlined
def _may_join(flags: int, unknown: bool) -> bool:
    """Tell whether a word may be half of one that a space splits."""
    return unknown or (flags & NAMED != 0 and not flags & ORDINARY)


@compiled
def mark_unknown(room: Folded, words: Words, count: int) -> None:
    """Mark the words that the vocabulary does not know well, and those that stand near one."""
    begins, ends, flags = words.begin, words.end, words.flags
    unknown, close, gaps = words.unknown, words.close, room.gap
    since = _REACH + 1
    for at in range(count):
        flag = flags[at]
        mark = not flag & KNOWN and ends[at] - begins[at] >= _SHORTEST
        if mark and flag & MIXED:
            mark = _mostly_letters(room.kind, begins[at], ends[at])
        unknown[at] = mark
        since = _REACH + 1 if gaps[begins[at]] & LINE else since + 1
        close[at] = since <= _REACH
        if mark:
            since = 0
    since = _REACH + 1
    for back in range(count):
        at = count - 1 - back
        since += 1
        close[at] = close[at] or since <= _REACH
        if unknown[at]:
            since = 0
        if gaps[begins[at]] & LINE:
            since = _REACH + 1


@compiled
def _mostly_letters(kinds: NDArray[np.uint8], begin: int, end: int) -> bool:
    letters = 0
    for unit in range(begin, end):
        letters += kinds[unit] != DIGIT
    return 3 * letters >= 2 * (end - begin)


@compiled
def _covered(rows: NDArray[np.int64], start: int, end: int, begin: int, stop: int) -> bool:
    """Tell whether an exact hit stands over units."""
    for row in range(start, end):
        if rows[row, 1] <= COVERING and rows[row, 3] < stop and rows[row, 4] > begin:
            return True
    return False


@compiled
def trimmed(room: Folded, words: Words, at: int) -> tuple[int, int]:
    """Return a word's units without the numbers that lead or follow it ("25", "99")."""
    begin, end = words.begin[at], words.end[at]
    while end - begin > 2 and room.kind[begin] == DIGIT and room.kind[begin + 1] == DIGIT:
        begin += 1
    if begin > words.begin[at]:
        begin += 1
    low = end
    while low - begin > 2 and room.kind[low - 1] == DIGIT:
        low -= 1
    return begin, (low if end - low > 1 else end)


@compiled
def _search_word(
    room: Folded, n: int, words: Words, count: int, at: int, anchors: Anchors, hits: Hits,
    found: Found,
) -> bool:  # fmt: skip
    """Add the names that an unknown word is near to; tell whether it is near to any key."""
    begin, end = trimmed(room, words, at)
    total = find_near(room.key[begin:end], anchors.near, found.near)
    for index in range(total):
        place = found.near.keys[index]
        if anchors.whole[place] >= 0 and not words.flags[at] & RARE:
            add_hit(hits, NEAR, anchors.whole[place], begin, end, found.near.edits[index])
        if anchors.lists[place] < anchors.lists[place + 1]:
            search_names(room, n, words, count, at, place, begin, end, anchors, found.near, hits)
    return total > 0


@compiled
def _search_pair(
    room: Folded, words: Words, at: int, anchors: Anchors, hits: Hits, found: Found
) -> bool:
    """Add the names that two words are near to together; tell whether there are any keys."""
    begin, end = words.begin[at], words.end[at + 1]
    total = find_near(room.key[begin:end], anchors.near, found.near)
    for index in range(total):
        if anchors.whole[found.near.keys[index]] >= 0:
            add_hit(
                hits,
                NEAR,
                anchors.whole[found.near.keys[index]],
                begin,
                end,
                found.near.edits[index],
            )
    return total > 0
