"""Listed: cues of several words, and the second and third number behind one cue."""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import inlined, uncounted
from tidewaiter.identify.fold import (
    COMMA,
    DOT,
    HYPHEN,
    LINE,
    NEWLINE,
    OTHER,
    SPACE,
    STOP,
    Folded,
)
from tidewaiter.identify.phrases import (
    JOINING,
    OTHERWISE,
    Phrases,
    may_be_phrase,
    phrase_after,
    phrase_before,
    spelled_kind,
)
from tidewaiter.identify.words import (
    CAS_CUE,
    CUE,
    FILLER,
    HS_CUE,
    MEASURE,
    NUMBER,
    SIGN,
    UN_CUE,
    Words,
)

_CUES = CAS_CUE | HS_CUE | UN_CUE
_REACH = 4  # words between a cue and its number
_FAR = 24  # words from a listed number back to its cue
_LETTERS = 3  # of the longest cue that is written with dots
_SEPARATORS = COMMA | OTHER | STOP
_WITHIN = DOT | SPACE  # a cue that is written letter by letter
_BARE = (5, 10)  # digits of a CAS number without hyphens


@uncounted
def spelled_cue(
    room: Folded, words: Words, first: int, at: int, phrases: Phrases, powers: NDArray[np.uint64]
) -> int:
    """Return the cue whose last letter a word is: "H.S.", "C.A.S.", "U N"; 0 where it is none."""
    kind = 0
    for low in range(at - 1, max(first, at - _LETTERS + 1) - 1, -1):
        gap = room.gap[words.begin[low + 1]]
        if words.end[low] - words.begin[low] != 1 or (gap | _WITHIN) != _WITHIN:
            break
        found = spelled_kind(room, words, low, at, phrases, powers) & _CUES
        kind = found or kind
    return kind


@inlined
def cue_end(
    room: Folded, words: Words, first: int, at: int, phrases: Phrases, powers: NDArray[np.uint64]
) -> int:
    """Return the word before a number that a cue of several words may end with; -1: none."""
    begins, ends, flags, hashes = words.begin, words.end, words.flags, room.hash
    found = -1
    back = at - 1
    while back > first and at - back <= _REACH:
        if may_be_phrase(hashes, begins[back], ends[back], phrases.cues, powers):
            found = back
            break
        if not flags[back] & (FILLER | SIGN):
            break
        back -= 1
    return found


@uncounted
def mark_cue(
    room: Folded, words: Words, at: int, phrases: Phrases, powers: NDArray[np.uint64]
) -> int:
    """Mark the last word of a cue of several words ("CN code"), and return the cue; 0: none.

    One whose last word is a cue itself is read where that stands.
    """
    kind, _ = phrase_before(room, words, at, phrases, powers)
    if words.flags[at] & kind & _CUES:
        return 0
    words.flags[at] |= kind & _CUES
    return kind & _CUES


@uncounted
def has_cue(room: Folded, words: Words, at: int, cue: int) -> bool:
    """Tell whether a cue stands before a word, with nothing but fillers between."""
    for back in range(1, _REACH + 1):
        if at - back < 0 or room.gap[words.begin[at - back + 1]] & LINE:
            return False
        flags = words.flags[at - back]
        if flags & cue:
            return True
        if not flags & FILLER:
            return False
    return False


@uncounted
def next_listed(
    room: Folded, words: Words, count: int, last: int, phrases: Phrases, powers: NDArray[np.uint64]
) -> int:
    """Return the number behind a comma, a slash or an "and" after a number; -1: none."""
    at = last + 1
    if at >= count:
        return -1
    gap = room.gap[words.begin[at]]
    listed = gap & _SEPARATORS != 0
    if not gap & (LINE | HYPHEN) and not words.flags[at] & NUMBER:
        kind, after = phrase_after(room, words, count, at, phrases, powers)
        if kind & JOINING and after < count:
            at, listed = after, True
            gap = room.gap[words.begin[at]]
    right = listed and words.flags[at] == NUMBER and not gap & (LINE | HYPHEN)
    return at if right and room.wide[words.begin[at]] <= 3 else -1


@uncounted
def may_be_code(
    room: Folded,
    words: Words,
    count: int,
    at: int,
    last: int,
    cue: int,
    first: bool,
    phrases: Phrases,
    powers: NDArray[np.uint64],
) -> bool:
    """Tell whether a number behind a cue is a code, and no amount, year or post code.

    Args:
        room: The units.
        words: Their words.
        count: How many there are.
        at: First word of the number.
        last: Its last word.
        cue: The flags of the cue.
        first: It is the first number behind the cue; more is wanted of the others.
        phrases: What tells of other numbers: "agenda", "edition".
        powers: Of the hash.
    """
    after = last + 1
    if after >= count or room.gap[words.begin[after]] & (LINE | NEWLINE):
        return True
    gap, flags = room.gap[words.begin[after]], words.flags[after]
    kind, _ = phrase_after(room, words, count, after, phrases, powers)
    if kind & OTHERWISE and not gap & _SEPARATORS:
        return False
    if first or gap & _SEPARATORS or kind & JOINING:
        return True
    if flags & (MEASURE | NUMBER):
        return False
    begin = words.begin[at]
    if cue & HS_CUE:
        return last > at and room.gap[words.begin[at + 1]] == DOT and words.end[at] - begin >= 4
    return room.gap[begin] == OTHER and room.wide[begin] == 1 and not flags & CUE


@uncounted
def is_listed(
    room: Folded, words: Words, count: int, at: int, phrases: Phrases, powers: NDArray[np.uint64]
) -> bool:
    """Tell whether a number without hyphens is one of several behind a CAS cue."""
    length = words.end[at] - words.begin[at]
    if words.flags[at] != NUMBER or not _BARE[0] <= length <= _BARE[1]:
        return False
    if not may_be_code(room, words, count, at, at, CAS_CUE, False, phrases, powers):
        return False
    last = at - 1
    while last > 0 and phrase_before(room, words, last, phrases, powers)[0] & JOINING:
        last -= 1
    if last < 0 or next_listed(room, words, count, last, phrases, powers) != at:
        return False
    for back in range(last, max(-1, last - _FAR), -1):
        if room.gap[words.begin[back + 1]] & LINE:
            break
        if words.flags[back] & CAS_CUE:
            return True
        joins = phrase_before(room, words, back, phrases, powers)[0] & JOINING
        if not (joins or words.flags[back] & (NUMBER | FILLER)):
            break
    return False
