"""Numbers that name goods: CAS, HS, UN and CUS, found among the words of a line."""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import uncounted
from tidewaiter.identify.fold import DIGIT, DOT, HYPHEN, LINE, SPACE, Folded
from tidewaiter.identify.hits import CAS, CAS_OTHER, CAS_WRONG, CUS, HS, UN, Hits, add_hit
from tidewaiter.identify.listed import (
    cue_end,
    has_cue,
    is_listed,
    mark_cue,
    may_be_code,
    next_listed,
    spelled_cue,
)
from tidewaiter.identify.phrases import Phrases
from tidewaiter.identify.words import (
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

_REACH = 4  # words between a cue and its number
_CODE = 4  # digits that a code begins with, at least


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
    """Add the CAS, HS, UN and CUS numbers of a block; tell which of its lines hold a cue."""
    begins, ends, flags = words.begin, words.end, words.flags
    at = 0
    for line in range(len(units) - 1):
        first, every = at, 0
        while at < count and begins[at] < units[line + 1]:
            every |= flags[at]
            at += 1
        cue = bool(every & (CUE | CAS_CUE))
        long = every & (FILLER | SIGN)  # there may be a cue of several words
        numbers = every & (HS_CUE | UN_CUE | CUS_CUE)
        for word in range(first, at):
            flag = flags[word]
            if flag & MEASURE and (flag & MIXED or (word > first and flags[word - 1] & NUMBER)):
                cue = True
            if numbers and flag & (HS_CUE | UN_CUE | CUS_CUE):
                if flag & HS_CUE and flag & UN_CUE:  # a letter, the last of "H.S." or of nothing
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
    """Add a CAS number; tell whether a good one stands there."""
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
    """Add the numbers that a cue announces; tell whether one is of a chemical chapter."""
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
    """Add the number at a word, if there is one, and those listed after it."""
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
    """Return the digit that a unit stands for, a scan's confusions taken back; -1: none."""
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
    """Return the number that units spell; -1 where one is no digit."""
    value = 0
    for at in range(begin, end):
        digit = digit_of(room.key[at])
        if digit < 0:
            return -1
        value = value * 10 + digit
    return value


@uncounted
def check_digit_holds(number: int) -> bool:
    """Tell whether a CAS number's last digit is the check digit of the others."""
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
    """Read a CAS number whose first block is the tail of a word.

    Returns:
        The number without separators (-1: none), its first unit, the unit after it, and
        whether all its digits are digits and not the letters that a scan makes of them.
    """
    end = words.end[at]
    begin = tail = _last_digits(room, words, at)
    if not words.flags[at] & CAS_CUE and end - words.begin[at] <= 7:
        begin = words.begin[at]  # a scan's letters may be among the digits
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
    """Return where the digits that end a word begin; its end where none do."""
    begin = int(words.end[at])
    while begin > words.begin[at] and room.kind[begin - 1] == DIGIT:
        begin -= 1
    return begin


@uncounted
def _joined(room: Folded, words: Words, at: int) -> bool:
    """Tell whether three words are written as the blocks of a CAS number."""
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
    """Return the number that a cue announces, past fillers; -1 where none follows."""
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
    """Read an HS, UN or CUS number from a word on: digits, with dots or hyphens between.

    Returns:
        The number with a leading 1, so that no 0 is lost (-1: none), its first unit and the
        unit after it.
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
    """Return the place of a number in a sorted array, or -1."""
    place = int(np.searchsorted(numbers, value))
    return place if place < len(numbers) and numbers[place] == value else -1
