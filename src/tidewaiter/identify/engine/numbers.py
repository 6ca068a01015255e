"""Numbers that identify goods: CAS, HS, UN and CUS, after cues of one or more words."""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import inlined, uncounted
from tidewaiter.identify.engine.fold import Folded
from tidewaiter.identify.engine.hits import (
    CAS,
    CAS_OTHER,
    CAS_WRONG,
    CUS,
    HS,
    UN,
    Hits,
    add_hit,
)
from tidewaiter.identify.engine.phrases import (
    JOINING,
    OTHERWISE,
    Phrases,
    may_be_phrase,
    phrase_after,
    phrase_before,
    spelled_kind,
)
from tidewaiter.identify.engine.rules import (
    COMMA,
    DIGIT,
    DOT,
    HYPHEN,
    LINE,
    NEWLINE,
    OTHER,
    SPACE,
    STOP,
)
from tidewaiter.identify.engine.words import (
    CAS_CUE,
    CUE,
    CUS_CUE,
    FILLER,
    HS_CUE,
    MEASURE,
    MIXED,
    NUMBER,
    SIGN,
    UN_CUE,
    Words,
    word_at,
)

_CUES = CAS_CUE | HS_CUE | UN_CUE
_REACH = 4  # words between a cue and its number
_FAR = 24  # words from a listed number back to its cue
_LETTERS = 3  # length of the longest cue written with dots
_SEPARATORS = COMMA | OTHER | STOP
_WITHIN = DOT | SPACE  # separators in a cue that is written letter by letter
_BARE = (5, 10)  # digits of a CAS number without hyphens


@uncounted
def spelled_cue(
    room: Folded, words: Words, first: int, at: int, phrases: Phrases, powers: NDArray[np.uint64]
) -> int:
    """Return the cue that ends with a one-letter word: "H.S.", "C.A.S.", "U N"; 0: none."""
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
    """Return the word before a number that may end a cue of several words; -1: none."""
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

    If its last word alone is a cue, it is handled there.
    """
    kind, _ = phrase_before(room, words, at, phrases, powers)
    if words.flags[at] & kind & _CUES:
        return 0
    words.flags[at] |= kind & _CUES
    return kind & _CUES


@uncounted
def has_cue(room: Folded, words: Words, at: int, cue: int) -> bool:
    """Return whether a cue precedes a word, with only fillers between."""
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
    """Return the next number after a comma, a slash or an "and"; -1: none."""
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
    """Return whether a number after a cue is a code, not an amount, year or post code.

    Args:
        room: The units.
        words: Words of the units.
        count: Number of words.
        at: First word of the number.
        last: Its last word.
        cue: The flags of the cue.
        first: The first number after the cue; further ones must meet stricter tests.
        phrases: Words that indicate other numbers: "agenda", "edition".
        powers: Powers of the hash base.
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
    """Return whether a number without hyphens is part of a list after a CAS cue."""
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


_CODE = 4  # minimum leading digits of a code


@uncounted
def scan_numbers(
    room: Folded,
    words: Words,
    count: int,
    cas: NDArray[np.int64],
    phrases: Phrases,
    powers: NDArray[np.uint64],
    units: NDArray[np.int32],
    cues: NDArray[np.bool_],
    hits: Hits,
) -> None:
    """Add the CAS, HS, UN and CUS numbers of a block; record which of its lines contain a cue."""
    begins, ends, flags = words.begin, words.end, words.flags
    at = 0
    for line in range(len(units) - 1):
        first, every = at, 0
        while at < count and begins[at] < units[line + 1]:
            every |= flags[at]
            at += 1
        cue = bool(every & (CUE | CAS_CUE))
        long = every & (FILLER | SIGN)  # may contain a cue of several words
        numbers = every & (HS_CUE | UN_CUE | CUS_CUE)
        for word in range(first, at):
            flag = flags[word]
            if flag & MEASURE and (flag & MIXED or (word > first and flags[word - 1] & NUMBER)):
                cue = True
            if numbers and flag & (HS_CUE | UN_CUE | CUS_CUE):
                if flag & HS_CUE and flag & UN_CUE:  # a single letter, which may end "H.S."
                    said = 0
                    if word > first and ends[word - 1] - begins[word - 1] == 1:
                        said = spelled_cue(room, words, first, word, phrases, powers)
                    flags[word] = (flag & ~(HS_CUE | UN_CUE)) | said
                    every |= said
                    if not said & (HS_CUE | UN_CUE):
                        continue
                cue = _add_goods_numbers(room, words, count, word, phrases, powers, hits) or cue
            if not flag & (NUMBER | MIXED):
                continue
            if long and flag == NUMBER and ends[word] - begins[word] >= _CODE and word > first:
                place = cue_end(room, words, first, word, phrases, powers)
                said = mark_cue(room, words, place, phrases, powers) if place >= 0 else 0
                every |= said & CAS_CUE
                if said & (HS_CUE | UN_CUE):
                    cue |= _add_from(room, words, count, word, said, phrases, powers, hits)
            if every & CAS_CUE or (
                word + 2 < at
                and ends[word + 1] - begins[word + 1] == 2
                and ends[word + 2] - begins[word + 2] == 1
            ):
                cue = _add_cas(room, words, count, word, cas, phrases, powers, hits) or cue
        cues[line] = cue


@uncounted
def _add_cas(
    room: Folded,
    words: Words,
    count: int,
    at: int,
    cas: NDArray[np.int64],
    phrases: Phrases,
    powers: NDArray[np.uint64],
    hits: Hits,
) -> bool:
    """Add a CAS number; return whether it is valid."""
    number, begin, end, real = cas_at(room, words, count, at)
    if number < 0:
        if not is_listed(room, words, count, at, phrases, powers):
            return False
        begin, end = words.begin[at], words.end[at]
        number = _value(room, begin, end)
        place = find_number(cas, number)
        if place >= 0 and check_digit_holds(number):
            add_hit(hits, CAS, place, begin, end, 0)
        return place >= 0
    place = find_number(cas, number)
    if check_digit_holds(number):
        if place >= 0:
            add_hit(hits, CAS, place, begin, end, 0 if real else 1)
        elif real:
            add_hit(hits, CAS_OTHER, number, begin, end, 0)
        return place >= 0 or real
    if real and (words.flags[at] & CAS_CUE or has_cue(room, words, at, CAS_CUE)):
        add_hit(hits, CAS_WRONG, number, begin, end, 0)
    return False


@uncounted
def _add_goods_numbers(
    room: Folded,
    words: Words,
    count: int,
    at: int,
    phrases: Phrases,
    powers: NDArray[np.uint64],
    hits: Hits,
) -> bool:
    """Add the numbers after a cue; return whether one is in a chemical chapter."""
    cue = words.flags[at]
    place = at if cue & MIXED else number_after(room, words, count, at)  # "UN1715"
    return _add_from(room, words, count, place, cue, phrases, powers, hits)


@uncounted
def _add_from(
    room: Folded,
    words: Words,
    count: int,
    place: int,
    cue: int,
    phrases: Phrases,
    powers: NDArray[np.uint64],
    hits: Hits,
) -> bool:
    """Add the number at a word, if any, and those listed after it."""
    chemical, first = False, True
    while place >= 0:
        value, begin, end = goods_number_at(room, words, count, place, cue)
        if value < 0:
            break
        last = word_at(words, count, end - 1)
        if not may_be_code(room, words, count, place, last, cue, first, phrases, powers):
            break
        kind = HS if cue & HS_CUE else (UN if cue & UN_CUE else CUS)
        add_hit(hits, kind, value, begin, end, 0)
        chapter = value
        while chapter >= 1000:
            chapter //= 10
        chemical |= kind == HS and 128 <= chapter <= 130  # 28, 29, 30 behind the 1
        place, first = next_listed(room, words, count, last, phrases, powers), False
    return chemical


@uncounted
def digit_of(key: int) -> int:
    """Return the digit for a unit, with scan confusions resolved; -1: none."""
    if 48 <= key <= 57:
        return key - 48
    if key == 111:  # o
        return 0
    if key == 108:  # l
        return 1
    if key == 115:  # s
        return 5
    return 8 if key == 98 else -1


@uncounted
def _value(room: Folded, begin: int, end: int) -> int:
    """Return the number formed by units; -1 if one is not a digit."""
    value = 0
    for at in range(begin, end):
        digit = digit_of(room.key[at])
        if digit < 0:
            return -1
        value = value * 10 + digit
    return value


@uncounted
def check_digit_holds(number: int) -> bool:
    """Return whether a CAS number has a valid check digit."""
    rest, total, weight = number // 10, 0, 1
    while rest:
        total += weight * (rest % 10)
        weight += 1
        rest //= 10
    return total % 10 == number % 10


@uncounted
def _real_digits(room: Folded, begin: int, end: int) -> int:
    count = 0
    for at in range(begin, end):
        count += room.kind[at] == DIGIT
    return count


@uncounted
def cas_at(room: Folded, words: Words, count: int, at: int) -> tuple[int, int, int, bool]:
    """Parse a CAS number with its first block at the end of a word.

    Returns:
        The number without separators (-1: none), its first unit, the unit after it, and whether all
        digits are genuine, not letters from a scan.
    """
    end = words.end[at]
    begin = tail = _last_digits(room, words, at)
    if not words.flags[at] & CAS_CUE and end - words.begin[at] <= 7:
        begin = words.begin[at]  # letters from a scan may be among the digits
        while begin < end and digit_of(room.key[begin]) < 0:
            begin += 1
    if at + 2 < count and 2 <= end - begin <= 7 and _joined(room, words, at):
        first = _value(room, begin, end)
        second = _value(room, words.begin[at + 1], words.end[at + 1])
        third = _value(room, words.begin[at + 2], words.end[at + 2])
        last = words.end[at + 2]
        if first > 0 and second >= 0 and third >= 0:
            real = _real_digits(room, begin, last)
            if 2 * real > last - begin:
                return first * 1000 + second * 10 + third, begin, last, real == last - begin
    marked = words.flags[at] & CAS_CUE or has_cue(room, words, at, CAS_CUE)
    if marked and 5 <= end - tail <= 10:
        return _value(room, tail, end), tail, end, True
    return -1, 0, 0, False


@uncounted
def _last_digits(room: Folded, words: Words, at: int) -> int:
    """Return the start of the trailing digits of a word; its end if there are none."""
    begin = int(words.end[at])
    while begin > words.begin[at] and room.kind[begin - 1] == DIGIT:
        begin -= 1
    return begin


@uncounted
def _joined(room: Folded, words: Words, at: int) -> bool:
    """Return whether three words are written as the blocks of a CAS number."""
    if words.end[at + 1] - words.begin[at + 1] != 2 or words.end[at + 2] - words.begin[at + 2] != 1:
        return False
    if room.gap[words.begin[at]] & HYPHEN and at > 0 and room.wide[words.begin[at]] == 1:
        if words.flags[at - 1] == NUMBER:
            return False  # the middle of a longer number
    mark = words.flags[at] & CAS_CUE or has_cue(room, words, at, CAS_CUE)
    for block in (at + 1, at + 2):
        gap, wide = room.gap[words.begin[block]], room.wide[words.begin[block]]
        if wide > 3 or not (gap & HYPHEN or (mark and gap & (SPACE | DOT))):
            return False
    return True


@uncounted
def number_after(room: Folded, words: Words, count: int, at: int) -> int:
    """Return the number after a cue, past fillers; -1 if there is none."""
    for ahead in range(at + 1, min(count, at + _REACH + 1)):
        if room.gap[words.begin[ahead]] & LINE:
            return -1
        if words.flags[ahead] & NUMBER:
            return ahead
        if not words.flags[ahead] & FILLER:
            return -1
    return -1


@uncounted
def goods_number_at(
    room: Folded, words: Words, count: int, at: int, cue: int
) -> tuple[int, int, int]:
    """Parse an HS, UN or CUS number from a word on: digits with dots or hyphens between.

    Returns:
        The number with a leading 1, so that no 0 is lost (-1: none), its first unit and the unit
        after it.
    """
    value, digits, place = 1, 0, at
    begin = _last_digits(room, words, at)
    while place < count and (place == at or words.flags[place] & NUMBER) and digits < 10:
        gap = room.gap[words.begin[place]]
        if place > at and not (gap == DOT or gap == HYPHEN or (gap == SPACE and cue & HS_CUE)):
            break
        for unit in range(begin if place == at else words.begin[place], words.end[place]):
            value = value * 10 + digit_of(room.key[unit])
            digits += 1
        place += 1
    right = (
        (cue & HS_CUE and 4 <= digits <= 10)
        or (cue & UN_CUE and digits == 4)
        or (cue & CUS_CUE and digits == 8)
    )
    return (value if right else -1), begin, words.end[max(at, place - 1)]


@uncounted
def find_number(numbers: NDArray[np.int64], value: int) -> int:
    """Return the index of a number in a sorted array, or -1."""
    place = int(np.searchsorted(numbers, value))
    return place if place < len(numbers) and numbers[place] == value else -1
