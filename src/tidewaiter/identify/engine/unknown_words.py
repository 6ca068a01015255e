"""Fuzzy: names that an unknown word may be meant for, alone or among its neighbours."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.identify.fold import DIGIT, LINE, Folded
from tidewaiter.identify.glued import Glue, find_glued
from tidewaiter.identify.hashing import find, mix
from tidewaiter.identify.hits import COVERING, NEAR, Hits, add_hit
from tidewaiter.identify.multiword import REACH, Anchors, search_names
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

_NOTHING_BITS, _FEW_BITS = 19, 13
_FEW = 8  # keys near to a word that are remembered
_M, _R, _N = np.uint32(ord("m")), np.uint32(ord("r")), np.uint32(ord("n"))
_TWICE = np.uint64(0xA0761D6478BD642F)  # sets words that are read in two ways apart
_SHORTEST = 3  # letters of an unknown word that counts
_PAIR = 7  # units of the shortest name that is looked for in two words


class Verdicts(NamedTuple):
    """What is known of words already searched, by their hashes; later words replace earlier."""

    nothing: NDArray[np.uint64]  # words near to nothing: need no search again
    words: NDArray[np.uint64]  # words near to a few keys
    few: NDArray[np.int32]  # of each: how many, the keys, how far each is


def make_verdicts() -> Verdicts:
    """Make room for what is learnt of words; the same for all scans with the same tables."""
    few = np.zeros((1 << _FEW_BITS, 1 + 2 * _FEW), np.int32)
    words = np.zeros(1 << _FEW_BITS, np.uint64)
    return Verdicts(np.zeros(1 << _NOTHING_BITS, np.uint64), words, few)


class Found(NamedTuple):
    """Room for the keys near to one word, and what is known of words already searched."""

    near: Room
    verdicts: Verdicts


@uncounted
def scan_unknown(
    room: Folded,
    n: int,
    words: Words,
    count: int,
    anchors: Anchors,
    powers: NDArray[np.uint64],
    found: Found,
    glue: Glue,
    hits: Hits,
    start: int,
) -> None:
    """Add the names that unknown words of a block are near to; its hits begin at `start`."""
    exact = min(hits.count[0], len(hits.rows))
    mark_unknown(room, words, count)
    begins, ends, flags = words.begin, words.end, words.flags
    unknown, close = words.unknown, words.close
    keys, froms, tos = room.key, room.byte, room.byte_end
    hashes, verdicts, wides = room.hash, found.verdicts.nothing, room.wide
    mask = np.uint64(len(verdicts) - 1)
    for at in range(count):
        begin, end = begins[at], ends[at]
        if unknown[at] and end - begin >= SHORTEST - 1:
            if _covered(hits.rows, start, exact, begin, end):
                continue
            key = mix(hashes[end] - hashes[begin] * powers[end - begin])
            pairs = 0
            for unit in range(begin, end):
                pairs += _is_pair(keys[unit], froms[unit], tos[unit])
            if pairs > 0:
                key = mix(key ^ _TWICE)
            slot = np.int64(key & mask)
            if verdicts[slot] != key and not (
                find_glued(room, words, at, glue, powers, hits)
                or _search_word(room, n, words, count, at, key, anchors, hits, found)
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


@uncounted
def mark_unknown(room: Folded, words: Words, count: int) -> None:
    """Mark the words that the vocabulary does not know well, and those that stand near one."""
    begins, ends, flags = words.begin, words.end, words.flags
    unknown, close, gaps = words.unknown, words.close, room.gap
    since = REACH + 1
    for at in range(count):
        flag = flags[at]
        mark = not flag & KNOWN and ends[at] - begins[at] >= _SHORTEST
        if mark and flag & MIXED:
            mark = _mostly_letters(room.kind, begins[at], ends[at])
        unknown[at] = mark
        since = REACH + 1 if gaps[begins[at]] & LINE else since + 1
        close[at] = since <= REACH
        if mark:
            since = 0
    since = REACH + 1
    for back in range(count):
        at = count - 1 - back
        since += 1
        close[at] = close[at] or since <= REACH
        if unknown[at]:
            since = 0
        if gaps[begins[at]] & LINE:
            since = REACH + 1


@uncounted
def _mostly_letters(kinds: NDArray[np.uint8], begin: int, end: int) -> bool:
    letters = 0
    for unit in range(begin, end):
        letters += kinds[unit] != DIGIT
    return 3 * letters >= 2 * (end - begin)


@uncounted
def _covered(rows: NDArray[np.int64], start: int, end: int, begin: int, stop: int) -> bool:
    """Tell whether an exact hit stands over units."""
    for row in range(start, end):
        if rows[row, 1] <= COVERING and rows[row, 3] < stop and rows[row, 4] > begin:
            return True
    return False


@uncounted
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
    room: Folded,
    n: int,
    words: Words,
    count: int,
    at: int,
    hashed: np.uint64,
    anchors: Anchors,
    hits: Hits,
    found: Found,
) -> bool:
    """Add the names that an unknown word is near to; tell whether it is near to any key."""
    begin, end = trimmed(room, words, at)
    total = _recall(found, hashed)
    if total == 0:
        total = find_near(room.key[begin:end], anchors.near, found.near)
        _remember(found, hashed, total)
    _add_found(room, n, words, count, at, begin, end, total, anchors, hits, found)
    keys, froms, tos = room.key, room.byte, room.byte_end
    more = 0
    for unit in range(begin, end):
        more += _is_pair(keys[unit], froms[unit], tos[unit])
    if more == 0:
        return total > 0
    # An edit may bring "r" and "n" together, which are no "m" then: "ephedrne".
    word = np.zeros(end - begin + more, np.uint32)
    size = 0
    for unit in range(begin, end):
        if _is_pair(keys[unit], froms[unit], tos[unit]):
            word[size], word[size + 1] = _R, _N
            size += 2
        else:
            word[size] = room.key[unit]
            size += 1
    again = find_near(word, anchors.near, found.near)
    _add_found(room, n, words, count, at, begin, end, again, anchors, hits, found)
    return total + again > 0


@inlined
def _is_pair(key: int, begin: int, end: int) -> bool:
    """Tell whether an m was written "rn"; a letter of two bytes that passes for m counts too."""
    return bool((key == _M) & (end - begin == 2))


@uncounted
def _add_found(
    room: Folded,
    n: int,
    words: Words,
    count: int,
    at: int,
    begin: int,
    end: int,
    total: int,
    anchors: Anchors,
    hits: Hits,
    found: Found,
) -> None:
    """Add the names that the keys found near to a word are, or are the anchors of."""
    for index in range(total):
        place = found.near.keys[index]
        if anchors.whole[place] >= 0 and not words.flags[at] & RARE:
            add_hit(hits, NEAR, anchors.whole[place], begin, end, found.near.edits[index])
        if anchors.lists[place] < anchors.lists[place + 1]:
            search_names(room, n, words, count, at, place, begin, end, anchors, found.near, hits)


@uncounted
def _recall(found: Found, hashed: np.uint64) -> int:
    """Put back the keys that were found near to a word; 0 where it is not remembered."""
    slot = np.int64(hashed >> np.uint64(64 - _FEW_BITS))
    if found.verdicts.words[slot] != hashed:
        return 0
    few = found.verdicts.few[slot]
    for index in range(few[0]):
        found.near.keys[index] = few[1 + index]
        found.near.edits[index] = few[1 + _FEW + index]
    return int(few[0])


@uncounted
def _remember(found: Found, hashed: np.uint64, total: int) -> None:
    """Keep the keys that were found near to a word, where they are few."""
    if not 0 < total <= _FEW:
        return
    slot = np.int64(hashed >> np.uint64(64 - _FEW_BITS))
    few = found.verdicts.few[slot]
    few[0] = total
    for index in range(total):
        few[1 + index] = found.near.keys[index]
        few[1 + _FEW + index] = found.near.edits[index]
    found.verdicts.words[slot] = hashed


@uncounted
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
