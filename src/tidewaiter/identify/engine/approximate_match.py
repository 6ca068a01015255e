"""Approximate match: names of one or more words within a few edits (PASS-JOIN, Li et al. 2011).

An edit inserts, deletes or replaces a unit, or swaps two neighbours (each at most once).

A key within k edits contains at least one of its k + 1 even pieces unchanged, near the same
position. So pieces are looked up first, through a bit filter, and only keys with a common piece are
compared, by optimal string alignment (edits: insert, delete, replace, swap).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.identify.engine.fold import BASE, Folded
from tidewaiter.identify.engine.hashing import Table, build_table, find, make_powers, mix
from tidewaiter.identify.engine.hits import NEAR, Hits, add_hit
from tidewaiter.identify.engine.words import MIXED, NUMBER, Words, word_at

FAR = 99
MASKS = 2048  # units with a mask: all of Latin, Greek, Cyrillic, Hebrew and Arabic
_BITS = 64
_NONE, _ALL, _ONE = np.uint64(0), np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(1)


@uncounted
def set_masks(masks: NDArray[np.uint64], key: NDArray[np.uint32]) -> bool:
    """Record the positions of each unit in a key as bits; return whether that was possible.

    Args:
        masks: One per unit, all 0, shape ``(MASKS,)``.
        key: At most 64 units below `MASKS`, otherwise nothing is recorded.
    """
    if len(key) > _BITS:
        return False
    for unit in key:
        if unit >= MASKS:
            return False
    for at in range(len(key)):
        masks[key[at]] |= _ONE << np.uint64(at)
    return True


@uncounted
def clear_masks(masks: NDArray[np.uint64], key: NDArray[np.uint32]) -> None:
    """Clear the masks that `set_masks` set for a key."""
    for unit in key:
        if unit < MASKS:
            masks[unit] = _NONE


@uncounted
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
        size: Length of the key in units.
        text: Text to compare.
        most: Maximum distance of interest.
        far: Output: the distance of each prefix, from the empty one on; those after the returned
            length are above `most`.

    Returns:
        Length of the longest prefix compared.
    """
    plus, minus, zero, before = _ALL, _NONE, _NONE, _NONE
    last = _ONE << np.uint64(size - 1)
    now = size
    far[0] = now
    for at in range(len(text)):
        mask = masks[text[at]] if text[at] < MASKS else _NONE
        swap = ((~zero & mask) << _ONE) & before
        zero = (((mask & plus) + plus) ^ plus) | mask | minus | swap
        more = minus | ~(zero | plus)
        less = zero & plus
        if more & last:
            now += 1
        elif less & last:
            now -= 1
        more = (more << _ONE) | _ONE
        less <<= _ONE
        plus = less | ~(zero | more)
        minus = more & zero
        before = mask
        far[at + 1] = now
        if now - (len(text) - 1 - at) > most:
            return at + 1
    return len(text)


@uncounted
def same_digits(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> bool:
    """Return whether two keys have the same digits in the same order, because locants matter."""
    i = j = 0
    while True:
        while i < len(a) and not 48 <= a[i] <= 57:
            i += 1
        while j < len(b) and not 48 <= b[j] <= 57:
            j += 1
        if i == len(a) or j == len(b):
            return i == len(a) and j == len(b)
        if a[i] != b[j]:
            return False
        i += 1
        j += 1


@compiled
def distance(a: NDArray[np.uint32], b: NDArray[np.uint32], most: int) -> int:
    """Return the optimal string alignment distance of two keys; 99 if it is above `most`."""
    if abs(len(a) - len(b)) > most:
        return FAR
    head = 0
    while head < len(a) and head < len(b) and a[head] == b[head]:
        head += 1
    n, m = len(a) - head, len(b) - head
    while n > 0 and m > 0 and a[head + n - 1] == b[head + m - 1]:
        n -= 1
        m -= 1
    if n == 0 or m == 0:
        return max(n, m)
    older = np.full(m + 1, FAR)
    old = np.arange(m + 1)
    new = np.full(m + 1, FAR)
    for i in range(1, n + 1):
        new[0] = i
        best = i
        low, high = max(1, i - most), min(m, i + most)
        if low > 1:
            new[low - 1] = FAR
        for j in range(low, high + 1):
            x, y = a[head + i - 1], b[head + j - 1]
            value = min(old[j] + 1, new[j - 1] + 1, old[j - 1] + (0 if x == y else 1))
            if i > 1 and j > 1 and x == b[head + j - 2] and a[head + i - 2] == y:
                value = min(value, older[j - 2] + 1)
            new[j] = value
            best = min(best, value)
        if high < m:
            new[high + 1] = FAR
        if best > most:
            return FAR
        older, old, new = old, new, older
    return old[m] if old[m] <= most else FAR


SHORTEST = 5  # shorter keys are never matched with edits
LONGEST = 64
_FILTER_BITS = 20
_SEED = np.uint64(0xD6E8FEB86659FD93)  # distinguishes equal pieces at different positions
_POWERS = make_powers(LONGEST + 1)


class Near(NamedTuple):
    """Keys, indexed by their pieces."""

    units: NDArray[np.uint32]  # all keys, concatenated
    first: NDArray[np.int64]  # offset of each key; one more than keys
    pieces: Table  # hash of (length, piece, units) to its list
    lists: NDArray[np.int64]  # offset of each list in `members`; one more
    members: NDArray[np.int32]  # keys
    filter: NDArray[np.uint8]  # bit filter of the pieces' hashes


@uncounted
def most_edits(length: int) -> int:
    """Return the maximum number of edits for a key of the given length."""
    if length < 9:
        return 1
    return 2 if length < 14 else 3


@uncounted
def _piece(length: int, count: int, index: int) -> tuple[int, int]:
    """Return start and end of a piece; the last pieces are one unit longer."""
    short = length // count
    longer = length - short * count
    begin = index * short + max(0, index - (count - longer))
    return begin, begin + short + (1 if index >= count - longer else 0)


@uncounted
def _piece_hash(
    units: NDArray[np.uint32], begin: int, end: int, length: int, index: int
) -> np.uint64:
    value = np.uint64(0)
    for at in range(begin, end):
        value = value * BASE + np.uint64(units[at]) + np.uint64(1)
    return mix(value ^ (np.uint64(length * 8 + index) * _SEED))


@compiled
def _all_pieces(
    units: NDArray[np.uint32], first: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    hashes = np.zeros(4 * len(first), np.uint64)
    owners = np.zeros(4 * len(first), np.int32)
    n = 0
    for key in range(len(first) - 1):
        length = first[key + 1] - first[key]
        if length < SHORTEST or length > LONGEST:
            continue
        count = most_edits(length) + 1
        for index in range(count):
            begin, end = _piece(length, count, index)
            hashes[n] = _piece_hash(units, first[key] + begin, first[key] + end, length, index)
            owners[n] = key
            n += 1
    return hashes[:n], owners[:n]


def build_near(keys: list[NDArray[np.uint32]]) -> Near:
    """Index keys by their pieces; keys shorter than `SHORTEST` are never matched."""
    units = np.concatenate([np.zeros(0, np.uint32), *keys]).astype(np.uint32)
    first = np.zeros(len(keys) + 1, np.int64)
    first[1:] = np.cumsum([len(key) for key in keys], dtype=np.int64)
    hashes, owners = _all_pieces(units, first)
    order = np.argsort(hashes, kind="stable")
    distinct, starts = np.unique(hashes[order], return_index=True)
    lists = np.append(starts, len(order)).astype(np.int64)
    bits = np.zeros(1 << _FILTER_BITS, np.bool_)
    bits[(distinct >> np.uint64(64 - _FILTER_BITS)).astype(np.int64)] = True
    table = build_table(distinct, np.arange(len(distinct), dtype=np.int32))
    packed = np.packbits(bits, bitorder="little")
    return Near(units, first, table, lists, owners[order], packed)


class Room(NamedTuple):
    """Buffers for the keys near one word, and for their comparison."""

    keys: NDArray[np.int32]  # matching keys
    edits: NDArray[np.int32]  # distance of each
    masks: NDArray[np.uint64]
    far: NDArray[np.int32]


def make_near_room(size: int) -> Room:
    """Allocate buffers for a number of keys."""
    keys, edits = np.zeros(size, np.int32), np.zeros(size, np.int32)
    return Room(keys, edits, np.zeros(MASKS, np.uint64), np.zeros(2 * LONGEST + 1, np.int32))


@compiled
def find_near(word: NDArray[np.uint32], near: Near, room: Room) -> int:
    """Find the keys within their maximum edits of a word.

    Args:
        word: Units of the unknown word.
        near: Index of the keys.
        room: Output: the matching keys and their edits.

    Returns:
        Number of matches; limited by the buffer size.
    """
    n = 0
    size = len(word)
    if size > LONGEST + 3:
        return 0
    masked = set_masks(room.masks, word)
    bits = near.filter
    sums = np.zeros(size + 1, np.uint64)
    for at in range(size):
        sums[at + 1] = sums[at] * BASE + np.uint64(word[at]) + np.uint64(1)
    for length in range(max(SHORTEST, size - 3), min(LONGEST, size + 3) + 1):
        most = most_edits(length)
        if abs(length - size) > most:
            continue
        short = length // (most + 1)
        even = most + 1 - (length - short * (most + 1))  # pieces without an extra unit
        for index in range(most + 1):
            begin = index * short + max(0, index - even)
            wide = short + (1 if index >= even else 0)
            seed = np.uint64(length * 8 + index) * _SEED
            # A piece is shifted at most by the edits before it, and by the remaining edits after
            # it.
            shift = size - length
            low = max(0, begin - index, begin + shift - (most - index))
            high = min(size - wide, begin + index, begin + shift + (most - index))
            for at in range(low, high + 1):
                value = sums[at + wide] - sums[at] * _POWERS[wide]
                key = mix(value ^ seed)
                if _bit(bits, key):
                    n = _add_members(word, near, room, n, key, most, masked)
                if (most > 1 or at == begin) and at + wide < size:
                    # Two letters swapped across the end of the piece.
                    value += np.uint64(word[at + wide]) - np.uint64(word[at + wide - 1])
                    key = mix(value ^ seed)
                    if _bit(bits, key):
                        n = _add_members(word, near, room, n, key, most, masked)
    clear_masks(room.masks, word)
    return n


@inlined
def _bit(bits: NDArray[np.uint8], key: np.uint64) -> bool:
    """Return whether the bit of a hash is set."""
    at = key >> np.uint64(64 - _FILTER_BITS)
    return bool((bits[at >> np.uint64(3)] >> np.uint8(at & np.uint64(7))) & np.uint8(1) == 1)


@uncounted
def _add_members(
    word: NDArray[np.uint32],
    near: Near,
    room: Room,
    n: int,
    key: np.uint64,
    most: int,
    masked: bool,
) -> int:
    """Add the keys that share a piece with the word and are near enough, without duplicates."""
    which = find(near.pieces, key)
    if which < 0:
        return n
    for at in range(near.lists[which], near.lists[which + 1]):
        member = near.members[at]
        if n == len(room.keys) or _is_found(room.keys, n, member):
            continue
        units = near.units[near.first[member] : near.first[member + 1]]
        if masked:
            done = masked_distances(room.masks, len(word), units, most, room.far)
            far = room.far[done] if done == len(units) else FAR
        else:
            far = distance(word, units, most)
        if far <= most and same_digits(word, units):
            room.keys[n], room.edits[n] = member, far
            n += 1
    return n


@uncounted
def _is_found(keys: NDArray[np.int32], n: int, member: int) -> bool:
    for index in range(n):
        if keys[index] == member:
            return True
    return False


REACH = 8  # words between an anchor and an unknown word of the same name
_WIDEST = 6
_LITTLE = 3  # units beside an anchor that may be missing entirely
_FAR_OFF = 1 << 30


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
    """Compare each name with the given anchor with the text around it."""
    text, unknown, firsts = room.key, words.unknown, anchors.first
    low, high = begin, end  # start and end of the unknown text next to the anchor
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
            continue  # no unknown word in reach
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
    """Return the end of the unknown word before a word, and the start of the one after it."""
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
    """Find the span of words around an anchor nearest to a name: edits, first, last."""
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
    """Return the first unit after a gap that is too wide; `high` if there is none."""
    for unit in range(low + 1, high):
        if room.wide[unit] > _WIDEST and room.gap[unit]:
            return unit
    return high


@inlined
def _may_differ(words: Words, at: int) -> bool:
    """Return whether a word beside an anchor may be part of any name: unknown, or with a number."""
    return bool(words.unknown[at] or words.flags[at] & (NUMBER | MIXED))


@uncounted
def _lacks_letters(
    text: NDArray[np.uint32], n: int, start: int, units: NDArray[np.uint32], most: int
) -> bool:
    """Return whether too many of a name's units are missing in the text near their positions.

    An aligned unit is shifted at most by the number of edits, plus one if the anchor itself is
    misaligned.
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
    """Return whether all differences from the name are in unknown words."""
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
    """Return whether a key contains a word."""
    for at in range(len(units) - len(part) + 1):
        same = True
        for index in range(len(part)):
            if units[at + index] != part[index]:
                same = False
                break
        if same:
            return True
    return False
