"""Fuzzy: names that an unknown word may be meant for, alone or among its neighbours."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.compiled import compiled
from tidewaiter.identify.fold import DIGIT, LINE, Folded
from tidewaiter.identify.hashing import Table, find, mix
from tidewaiter.identify.hits import COVERING, NEAR, Hits, add_hit
from tidewaiter.identify.near import SHORTEST, Near, distance, find_near, most_edits, same_digits
from tidewaiter.identify.words import ANCHOR, CHEMICAL, KNOWN, MIXED, NAMED, NUMBER, RARE, Words, word_at

_WIDEST = 6
_SHORTEST = 3  # letters of an unknown word that counts
REACH = 5  # words between an anchor and an unknown word of the same name


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
    powers: NDArray[np.uint64], found: Found, hits: Hits, start: int,
) -> None:  # fmt: skip
    """Add the names that unknown words of a block are near to; its hits begin at `start`."""
    exact = min(hits.count[0], len(hits.rows))
    begins, ends, flags = words
    hashes, verdicts = room.hash, found.verdicts
    mask = np.uint64(len(verdicts) - 1)
    before = False
    for at in range(count):
        unknown = not flags[at] & KNOWN and ends[at] - begins[at] >= SHORTEST - 1
        if not unknown and not flags[at] & ANCHOR:
            before = False
            continue
        whole = hashes[ends[at]] - hashes[begins[at]] * powers[ends[at] - begins[at]]
        key = mix(whole)
        unknown = unknown and is_unknown(room, words, at)
        slot = np.int64(key & mask)
        if unknown and _covered(hits, start, exact, begins[at], ends[at]):
            before = False
            continue
        if unknown:
            if verdicts[slot] != key and not _search_word(
                room, n, words, count, at, anchors, hits, found
            ):
                verdicts[slot] = key
            if at > 0 and (before or flags[at - 1] & (CHEMICAL | NAMED)):
                _search_pair(room, words, at - 1, anchors, hits, found)
            if at + 1 < count and flags[at + 1] & (CHEMICAL | NAMED):
                _search_pair(room, words, at, anchors, hits, found)
        elif flags[at] & ANCHOR:
            place = find(anchors.exact, key)
            if place >= 0:
                _search_anchor(room, n, words, count, at, place, anchors, hits)
        before = unknown


@compiled
def _covered(hits: Hits, start: int, end: int, begin: int, stop: int) -> bool:
    """Tell whether an exact hit stands over units; exact hits are in order by kind."""
    rows = hits.rows
    for row in range(start, end):
        if rows[row, 1] <= COVERING and rows[row, 3] < stop and rows[row, 4] > begin:
            return True
    return False


@compiled
def is_unknown(room: Folded, words: Words, at: int) -> bool:
    """Tell whether a word is none that the vocabulary knows well, and no number."""
    flags = words.flags[at]
    if flags & KNOWN or words.end[at] - words.begin[at] < _SHORTEST:
        return False
    if not flags & MIXED:
        return True
    letters = 0
    for unit in range(words.begin[at], words.end[at]):
        letters += room.kind[unit] != DIGIT
    return 3 * letters > 2 * (words.end[at] - words.begin[at])


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
        _search_names(room, n, words, count, place, begin, end, anchors, hits)
    return total > 0


@compiled
def _search_pair(
    room: Folded, words: Words, at: int, anchors: Anchors, hits: Hits,
    found: Found,
) -> None:  # fmt: skip
    """Add the names that two unknown words are near to together: a space inside, and an edit."""
    begin, end = words.begin[at], words.end[at + 1]
    if room.wide[words.begin[at + 1]] > 3 or end - begin < 7:
        return
    total = find_near(room.key[begin:end], anchors.near, found.keys, found.edits)
    for index in range(total):
        if anchors.whole[found.keys[index]] >= 0:
            add_hit(hits, NEAR, anchors.whole[found.keys[index]], begin, end, found.edits[index])


@compiled
def _search_anchor(
    room: Folded, n: int, words: Words, count: int, at: int, place: int, anchors: Anchors,
    hits: Hits,
) -> None:  # fmt: skip
    """Add the names whose anchor stands unchanged beside an unknown word."""
    begin, end = words.begin[at], words.end[at]
    if _unknown_before(room, words, at) or _unknown_after(room, words, count, at):
        _search_names(room, n, words, count, place, begin, end, anchors, hits)


@compiled
def _unknown_before(room: Folded, words: Words, at: int) -> bool:
    for other in range(at, max(0, at - REACH), -1):
        if room.gap[words.begin[other]] & LINE:
            return False
        if is_unknown(room, words, other - 1):
            return True
    return False


@compiled
def _unknown_after(room: Folded, words: Words, count: int, at: int) -> bool:
    for other in range(at + 1, min(count, at + REACH + 1)):
        if room.gap[words.begin[other]] & LINE:
            return False
        if is_unknown(room, words, other):
            return True
    return False


@compiled
def _search_names(room, n, words, count, place, begin, end, anchors, hits):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Compare each name that holds an anchor with the text around it."""
    for index in range(anchors.lists[place], anchors.lists[place + 1]):
        key = anchors.keys[index]
        units = anchors.units[anchors.first[key] : anchors.first[key + 1]]
        start = begin - anchors.offsets[index]
        stop = start + len(units)
        most = most_edits(len(units))
        if stop > n + most or start < -most:
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
def _gaps_are_small(room: Folded, low: int, high: int) -> bool:
    for unit in range(low + 1, high):
        if room.wide[unit] > _WIDEST and room.gap[unit]:
            return False
    return True


@compiled
def _differs_in_unknown(room, words, count, first, last, units):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Tell whether all that differs from the name stands in unknown words."""
    if not same_digits(room.key[first:last], units):
        return False
    unknown = False
    for at in range(word_at(words, count, first), count):
        begin, end = max(words.begin[at], first), min(words.end[at], last)
        if begin >= end:
            break
        if is_unknown(room, words, at):
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
