"""Context: what stands around a name and makes it another thing, or tells which salt it is."""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import uncounted
from tidewaiter.identify.fold import (
    HYPHEN,
    IDEOGRAPH,
    LINE,
    NEWLINE,
    STOP,
    Folded,
)
from tidewaiter.identify.hashing import Table, find, short_hash
from tidewaiter.identify.negation import CLAUSE
from tidewaiter.identify.words import (
    AFTER,
    CHEMICAL,
    FILLER,
    NUMBER,
    PART,
    SALT,
    STEREO,
    Words,
    word_at,
)

_BREAK = LINE | STOP | NEWLINE  # what no name reaches over
_WORDS_OUT = 4  # how far a longer name is looked for, in words, on either side
_UNITS_OUT = 40


@uncounted
def longer_name(
    room: Folded,
    n: int,
    words: Words,
    count: int,
    begin: int,
    end: int,
    other: Table,
    powers: NDArray[np.uint64],
) -> tuple[int, int]:
    """Find the longest name of another chemical that a name stands inside.

    Returns:
        Its first unit and the unit after it; the name's own where there is none.
    """
    best, first, last = end - begin, begin, end
    low, left = begin, 0
    while left <= _WORDS_OUT and low >= 0 and begin - low <= _UNITS_OUT:
        high, right = end, 0
        while right <= _WORDS_OUT and high <= n and high - end <= _UNITS_OUT:
            if high - low > best and find(other, short_hash(room, powers, low, high)) >= 0:
                if not _only_dressing(words, count, low, begin, end, high):
                    best, first, last = high - low, low, high
            high = _next_end(room, n, high)
            right += 1
        low = _start_before(room, low)
        left += 1
    return first, last


@uncounted
def _next_end(room: Folded, n: int, high: int) -> int:
    """Return where the word that begins at a unit ends; n + 1 where none follows closely."""
    if high >= n or room.wide[high] > 3 or room.gap[high] & _BREAK:
        return n + 1
    at = high
    while not room.start[at + 1]:
        at += 1
    return at + 1


@uncounted
def _start_before(room: Folded, low: int) -> int:
    """Return where the word before a unit begins; -1 where none is close."""
    if low == 0 or room.wide[low] > 3 or room.gap[low] & _BREAK:
        return -1
    at = low - 1
    while not room.start[at]:
        at -= 1
    return at


@uncounted
def _only_dressing(words: Words, count: int, low: int, begin: int, end: int, high: int) -> bool:
    """Tell whether what is around a name only says which salt or mirror image it is."""
    for at in range(word_at(words, count, low), min(count, word_at(words, count, high - 1) + 1)):
        outside = words.end[at] <= begin or words.begin[at] >= end
        if outside and not words.flags[at] & (SALT | STEREO | FILLER):
            return False
    return True


@uncounted
def is_part(room: Folded, words: Words, count: int, begin: int, end: int) -> bool:
    """Tell whether a name is joined to words that make it another chemical."""
    first, after = word_at(words, count, begin), word_at(words, count, end - 1) + 1
    if first < count and words.begin[first] < begin:
        return False  # the name begins inside a word, after a number
    at = first - 1
    gap = room.gap[begin]
    while at >= 0 and words.flags[at] & NUMBER and gap == HYPHEN:
        gap = room.gap[words.begin[at]]  # "chloro-2-"
        at -= 1
    if at >= 0 and words.flags[at] & PART and gap and not gap & CLAUSE:
        return not words.flags[at] & (STEREO | AFTER)
    if after < count and words.flags[after] & PART and words.flags[after] & AFTER:
        return not room.gap[words.begin[after]] & CLAUSE
    if after + 1 < count and room.gap[words.begin[after]] == HYPHEN:
        # "-4-carboxylic acid": a locant and a chemical word follow.
        tail = words.flags[after + 1]
        return (
            bool(words.flags[after] & NUMBER)
            and room.gap[words.begin[after + 1]] == HYPHEN
            and bool(tail & (CHEMICAL | PART))
            and not tail & SALT
        )
    return False


@uncounted
def salt_span(room: Folded, words: Words, count: int, begin: int, end: int) -> tuple[int, int]:
    """Widen a name by the salt words right after it, or the one right before it."""
    if room.kind[end - 1] == IDEOGRAPH:
        return begin, end
    after = word_at(words, count, end - 1) + 1
    high = end
    while after < count and words.flags[after] & SALT and room.wide[words.begin[after]] <= 2:
        if room.gap[words.begin[after]] & _BREAK:
            break
        high = words.end[after]
        after += 1
    first = word_at(words, count, begin)
    if high == end and first > 0 and words.flags[first - 1] & SALT and room.wide[begin] == 1:
        if not room.gap[begin] & CLAUSE:
            return words.begin[first - 1], end
    return begin, high
