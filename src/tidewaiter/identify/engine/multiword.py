"""Multiword: names of several words, compared with the text around one of their words."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import inlined, uncounted
from tidewaiter.identify.edits import (
    clear_masks,
    distance,
    masked_distances,
    same_digits,
    set_masks,
)
from tidewaiter.identify.fold import Folded
from tidewaiter.identify.hashing import Table
from tidewaiter.identify.hits import NEAR, Hits, add_hit
from tidewaiter.identify.near import Near, Room, most_edits
from tidewaiter.identify.words import MIXED, NUMBER, Words, word_at

REACH = 8  # words between an anchor and an unknown word of the same name
_WIDEST = 6
_LITTLE = 3  # units beside an anchor that may be missing altogether
_FAR_OFF = 1 << 30


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


@uncounted
def search_names(
    room: Folded,
    n: int,
    words: Words,
    count: int,
    at: int,
    place: int,
    begin: int,
    end: int,
    anchors: Anchors,
    near: Room,
    hits: Hits,
) -> None:
    """Compare each name that holds an anchor with the text around it."""
    text, unknown, firsts = room.key, words.unknown, anchors.first
    low, high = begin, end  # where what is unknown next to the anchor begins, and ends
    if not unknown[at]:
        low, high = _unknown_around(words, count, at)
    led = at > 0 and _may_differ(words, at - 1)
    followed = at + 1 < count and _may_differ(words, at + 1)
    for index in range(anchors.lists[place], anchors.lists[place + 1]):
        key = anchors.keys[index]
        size = firsts[key + 1] - firsts[key]
        start = begin - anchors.offsets[index]
        stop = start + size
        most = most_edits(size)
        if stop > n + most or start < -most:
            continue
        if not (low > start - most or high < stop + most):
            continue  # nothing unknown in reach
        units = anchors.units[firsts[key] : firsts[key + 1]]
        if begin - start > _LITTLE and not led:
            if at == 0 or not _holds(units, text[words.begin[at - 1] : words.end[at - 1]]):
                continue
        if stop - end > _LITTLE and not followed:
            if at + 1 == count or not _holds(units, text[words.begin[at + 1] : words.end[at + 1]]):
                continue
        if _lacks_letters(text, n, start, units, most):
            continue
        best, first, last = _nearest_span(room, n, begin, end, start, stop, units, most, near)
        if 0 < best <= most and _differs_in_unknown(room, words, count, first, last, units):
            add_hit(hits, NEAR, key, first, last, best)


@uncounted
def _unknown_around(words: Words, count: int, at: int) -> tuple[int, int]:
    """Return where the unknown word before a word ends, and where the one after it begins."""
    low, high = -_FAR_OFF, _FAR_OFF
    for back in range(at - 1, max(-1, at - REACH - 1), -1):
        if words.unknown[back]:
            low = int(words.end[back])
            break
    for ahead in range(at + 1, min(count, at + REACH + 1)):
        if words.unknown[ahead]:
            high = int(words.begin[ahead])
            break
    return low, high


@uncounted
def _nearest_span(
    room: Folded,
    n: int,
    begin: int,
    end: int,
    start: int,
    stop: int,
    units: NDArray[np.uint32],
    most: int,
    near: Room,
) -> tuple[int, int, int]:
    """Find the words around an anchor that are nearest to a name: edits, first, last."""
    best, first, last = most + 1, 0, 0
    masked = set_masks(near.masks, units)
    for low in range(max(0, start - most), min(begin, start + most) + 1):
        if not room.start[low]:
            continue
        top = _wide_gap(room, low, min(n, stop + most))
        if masked:
            text = room.key[low:top]
            top = low + masked_distances(near.masks, len(units), text, best - 1, near.far)
        for high in range(max(end, stop - most), top + 1):
            if not room.start[high]:
                continue
            far = near.far[high - low]
            if not masked:
                far = distance(room.key[low:high], units, most)
            if far < best:
                best, first, last = far, low, high
    if masked:
        clear_masks(near.masks, units)
    return best, first, last


@uncounted
def _wide_gap(room: Folded, low: int, high: int) -> int:
    """Return the first unit after one that stands too far from it; `high` where none does."""
    for unit in range(low + 1, high):
        if room.wide[unit] > _WIDEST and room.gap[unit]:
            return unit
    return high


@inlined
def _may_differ(words: Words, at: int) -> bool:
    """Tell whether a word beside an anchor may be of any name: unknown, or with a number."""
    return bool(words.unknown[at] or words.flags[at] & (NUMBER | MIXED))


@uncounted
def _lacks_letters(
    text: NDArray[np.uint32], n: int, start: int, units: NDArray[np.uint32], most: int
) -> bool:
    """Tell whether more of a name's units are not in the text near their places than may be.

    What is aligned with a unit stands no further from its place than there are edits, and
    one more for where the anchor itself is not aligned with its like.
    """
    lacking = 0
    for place in range(len(units)):
        unit, found = units[place], False
        for at in range(max(0, start + place - most - 1), min(n, start + place + most + 2)):
            found |= text[at] == unit
        lacking += not found
        if lacking > most:
            return True
    return False


@uncounted
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


@uncounted
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
