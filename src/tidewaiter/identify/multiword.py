"""Multiword: names of several words, compared with the text around one of their words."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.compiled import compiled
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

_WIDEST = 6
_LITTLE = 3  # units beside an anchor that may be missing altogether


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


@compiled
def search_names(
    room: Folded, n: int, words: Words, count: int, at: int, place: int, begin: int, end: int,
    anchors: Anchors, near: Room, hits: Hits,
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
        best, first, last = _nearest_span(room, n, begin, end, start, stop, units, most, near)
        if 0 < best <= most and _differs_in_unknown(room, words, count, first, last, units):
            add_hit(hits, NEAR, key, first, last, best)


@compiled
def _nearest_span(
    room: Folded, n: int, begin: int, end: int, start: int, stop: int,
    units: NDArray[np.uint32], most: int, near: Room,
) -> tuple[int, int, int]:  # fmt: skip
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


@compiled
def _wide_gap(room: Folded, low: int, high: int) -> int:
    """Return the first unit after one that stands too far from it; `high` where none does."""
    for unit in range(low + 1, high):
        if room.wide[unit] > _WIDEST and room.gap[unit]:
            return unit
    return high


@compiled
def _fits(room: Folded, words: Words, count: int, at: int, units: NDArray[np.uint32]) -> bool:
    """Tell whether a word beside an anchor may be of its name: unknown, a number, or in it."""
    if at < 0 or at >= count:
        return False
    if words.unknown[at] or words.flags[at] & (NUMBER | MIXED):
        return True
    return _holds(units, room.key[words.begin[at] : words.end[at]])


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
