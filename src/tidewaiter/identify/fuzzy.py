"""Fuzzy: names that an unknown word may be meant for, alone or among its neighbours."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.compiled import compiled, inlined
from tidewaiter.identify.fold import DIGIT, LINE, Folded
from tidewaiter.identify.glued import Glue, find_glued
from tidewaiter.identify.hashing import Table, find, mix
from tidewaiter.identify.hits import COVERING, NEAR, Hits, add_hit
from tidewaiter.identify.near import (
    LONGEST,
    SHORTEST,
    Near,
    distance,
    find_near,
    most_edits,
    same_digits,
)
from tidewaiter.identify.words import (
    ANCHOR,
    KNOWN,
    MIXED,
    NAMED,
    NUMBER,
    ORDINARY,
    RARE,
    Words,
    word_at,
)

_WIDEST = 6
_SHORTEST = 3  # letters of an unknown word that counts
_LITTLE = 3  # units beside an anchor that may be missing altogether
_PAIR = 7  # units of the shortest name that is looked for in two words
_REACH = 5  # words between an anchor and an unknown word of the same name


class Anchors(NamedTuple):
    """What edits are searched in: whole keys, and one word of each name of several words."""

    near: Near
    exact: Table  # hash of a word to its place in `near`
    whole: NDArray[np.int32]  # of each place: the key that it is, or -1
    lists: NDArray[np.int64]  # of each place: where its names begin in `keys`; one more
    keys: NDArray[np.int32]  # names that hold the anchor
    offsets: NDArray[np.int32]  # where it stands in them
    units: NDArray[np.uint32]  # of all keys, one after the other
    first: NDArray[np.int64]  # of each key: where it begins; one more


class Found(NamedTuple):
    """Room for the keys near to one word, and what is known of words already searched."""

    keys: NDArray[np.int32]
    edits: NDArray[np.int32]
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
                _search_names(room, n, words, count, at, place, begin, end, anchors, hits)
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
    return 3 * letters > 2 * (end - begin)


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
    total = find_near(room.key[begin:end], anchors.near, found.keys, found.edits)
    for index in range(total):
        place = found.keys[index]
        if anchors.whole[place] >= 0 and not words.flags[at] & RARE:
            add_hit(hits, NEAR, anchors.whole[place], begin, end, found.edits[index])
        if anchors.lists[place] < anchors.lists[place + 1]:
            _search_names(room, n, words, count, at, place, begin, end, anchors, hits)
    return total > 0


@compiled
def _search_pair(
    room: Folded, words: Words, at: int, anchors: Anchors, hits: Hits, found: Found
) -> bool:
    """Add the names that two words are near to together; tell whether there are any keys."""
    begin, end = words.begin[at], words.end[at + 1]
    total = find_near(room.key[begin:end], anchors.near, found.keys, found.edits)
    for index in range(total):
        if anchors.whole[found.keys[index]] >= 0:
            add_hit(hits, NEAR, anchors.whole[found.keys[index]], begin, end, found.edits[index])
    return total > 0


@compiled
def _search_names(
    room: Folded, n: int, words: Words, count: int, at: int, place: int, begin: int, end: int,
    anchors: Anchors, hits: Hits,
) -> None:  # fmt: skip
    """Compare each name that holds an anchor with the text around it."""
    for index in range(anchors.lists[place], anchors.lists[place + 1]):
        key = anchors.keys[index]
        units = anchors.units[anchors.first[key] : anchors.first[key + 1]]
        start = begin - anchors.offsets[index]
        stop = start + len(units)
        most = most_edits(len(units))
        if stop > n + most or start < -most:
            continue
        if begin - start > _LITTLE and not _fits(room, words, count, at - 1, units):
            continue
        if stop - end > _LITTLE and not _fits(room, words, count, at + 1, units):
            continue
        best, first, last = most + 1, 0, 0
        for low in range(max(0, start - most), min(begin, start + most) + 1):
            if not room.start[low]:
                continue
            for high in range(max(end, stop - most), min(n, stop + most) + 1):
                if room.start[high] and _gaps_are_small(room, low, high):
                    far = distance(room.key[low:high], units, most)
                    if far < best:
                        best, first, last = far, low, high
        if 0 < best <= most and _differs_in_unknown(room, words, count, first, last, units):
            add_hit(hits, NEAR, key, first, last, best)


@compiled
def _fits(room: Folded, words: Words, count: int, at: int, units: NDArray[np.uint32]) -> bool:
    """Tell whether a word beside an anchor may be of its name: unknown, a number, or in it."""
    if at < 0 or at >= count:
        return False
    if words.unknown[at] or words.flags[at] & (NUMBER | MIXED):
        return True
    return _holds(units, room.key[words.begin[at] : words.end[at]])


@compiled
def _gaps_are_small(room: Folded, low: int, high: int) -> bool:
    for unit in range(low + 1, high):
        if room.wide[unit] > _WIDEST and room.gap[unit]:
            return False
    return True


@compiled
def _differs_in_unknown(
    room: Folded, words: Words, count: int, first: int, last: int, units: NDArray[np.uint32]
) -> bool:
    """Tell whether all that differs from the name stands in unknown words."""
    if not same_digits(room.key[first:last], units):
        return False
    unknown = False
    for at in range(word_at(words, count, first), count):
        begin, end = max(words.begin[at], first), min(words.end[at], last)
        if begin >= end:
            break
        if words.unknown[at]:
            unknown = True
        elif not words.flags[at] & NUMBER and not _holds(units, room.key[begin:end]):
            return False
    return unknown


@compiled
def _holds(units: NDArray[np.uint32], part: NDArray[np.uint32]) -> bool:
    """Tell whether a key holds a word."""
    for at in range(len(units) - len(part) + 1):
        same = True
        for index in range(len(part)):
            if units[at + index] != part[index]:
                same = False
                break
        if same:
            return True
    return False
