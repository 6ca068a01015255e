"""Context of a name: negation, longer name, salt; and the position of each hit in its line."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import inlined, uncounted
from tidewaiter.identify.engine.fold import Folded
from tidewaiter.identify.engine.hashing import Table, find, short_hash
from tidewaiter.identify.engine.hits import (
    CAS,
    CUED,
    GLUED,
    LONGER,
    NAME,
    NEAR,
    NEGATED,
    PART_OF,
    SALTED,
    SCANNED,
    WHOLE,
    Hits,
)
from tidewaiter.identify.engine.phrases import (
    ABSENT,
    CONTENT,
    COPULA,
    FOREIGN,
    HARMLESS,
    OPENING,
    PERCENT,
    RATE,
    THROUGH,
    Phrases,
    may_be_phrase,
    phrase_after,
    phrase_before,
)
from tidewaiter.identify.engine.rules import (
    COMMA,
    DOT,
    HYPHEN,
    IDEOGRAPH,
    LINE,
    NEWLINE,
    OTHER,
    SPACE,
    STOP,
)
from tidewaiter.identify.engine.words import (
    AFTER,
    BEFORE,
    CHEMICAL,
    FILLER,
    MIXED,
    NAMED,
    NUMBER,
    PART,
    SALT,
    STEREO,
    Words,
    word_at,
)

CLAUSE = LINE | STOP | NEWLINE | COMMA
_REACH = 5  # words from a name back to its negation
_NEXT = LINE | NEWLINE
_LEADING = BEFORE | FILLER | STEREO | NAMED | SALT
_ZERO = ord("o")  # the unit for 0
_ELIDED = (ord("d"), ord("l"))
_PERCENT_SIGN, _BLANK = ord("%"), ord(" ")
_WIDE_SIGN = (0xEF, 0xBC, 0x85)  # bytes of a full-width "%"


class View(NamedTuple):
    """A block of lines in the scan, and the phrases."""

    text: NDArray[np.uint8]
    room: Folded
    words: Words
    count: int  # type: ignore[assignment]  # of the words; hides that of a tuple
    phrases: Phrases
    powers: NDArray[np.uint64]


@inlined
def may_be_negated(
    room: Folded,
    words: Words,
    count: int,
    first: int,
    after: int,
    phrases: Phrases,
    powers: NDArray[np.uint64],
) -> bool:
    """Return whether words `first` to `after` need a negation check; they rarely do."""
    begins, ends, flags, hashes, keys = words.begin, words.end, words.flags, room.hash, room.key
    if first > 0:
        at = first - 1
        if flags[at] == NUMBER:
            if keys[begins[at]] == _ZERO:
                return True
        elif flags[at] & _LEADING or may_be_phrase(
            hashes, begins[at], ends[at], phrases.ends, powers
        ):
            return True
    if after < count:
        if flags[after] == NUMBER:
            return bool(keys[begins[after]] == _ZERO)
        return bool(flags[after] & AFTER) or may_be_phrase(
            hashes, begins[after], ends[after], phrases.starts, powers
        )
    return False


@uncounted
def is_negated(view: View, first: int, after: int, number: bool, english: bool) -> bool:
    """Return whether the text says that the goods are free of a name or numbered substance.

    Args:
        view: The block.
        first: First word of the name.
        after: The word after it.
        number: A CAS number: "No." before it is short for number.
        english: An English name: "sin" before it is not Spanish "without".
    """
    return (
        _is_led(view, first, number, english)
        or _is_followed(view, after)
        or _is_zero_of(view, first, after)
        or _has_zero(view, after)
    )


@uncounted
def ends_clause(gap: int) -> bool:
    """Return whether a separator ends a clause: a comma does, and a dot with a space."""
    return bool(gap & CLAUSE) or (bool(gap & DOT) and bool(gap & SPACE))


@uncounted
def _is_led(view: View, first: int, number: bool, english: bool) -> bool:
    """Return whether a negation precedes a name closely."""
    room, words = view.room, view.words
    for back in range(1, _REACH + 1):
        at = first - back
        if at < 0 or (ends_clause(room.gap[words.begin[at + 1]]) and not _is_elided(view, at)):
            return False
        flags = words.flags[at]
        kind, low = phrase_before(room, words, at, view.phrases, view.powers)
        if kind & BEFORE or (kind & FOREIGN and not english):
            return True
        if kind & OPENING and back == 1 and room.gap[words.begin[first]] == SPACE:
            return ends_clause(room.gap[words.begin[low]])
        if flags & BEFORE and not (number and flags & FILLER):
            # "free of it", but not "free acid", which is an acid.
            return not flags & AFTER or bool(words.flags[at + 1] & FILLER)
        if not (kind & THROUGH or flags & _LEADING):
            return False
    return False


@uncounted
def _is_elided(view: View, at: int) -> bool:
    """Return whether a word is the "d" of "d'acétone"."""
    begin = view.words.begin[at]
    gap, wide = view.room.gap[begin + 1], view.room.wide[begin + 1]
    alone = view.words.end[at] == begin + 1 and gap == COMMA and wide == 1
    return alone and view.room.key[begin] in _ELIDED


@uncounted
def _is_followed(view: View, at: int) -> bool:
    """Return whether a negation follows: "X free", "X not present", "X content: none"."""
    room, words = view.room, view.words
    if at >= view.count or ends_clause(room.gap[words.begin[at]]):
        return False
    kind, after = phrase_after(room, words, view.count, at, view.phrases, view.powers)
    harmless = (
        kind & (HARMLESS | BEFORE) and not kind & ABSENT
    )  # "X free of charge", "X frei von Wasser"
    said = words.flags[at] & AFTER and not words.flags[at] & PART
    if kind & AFTER or said or harmless:
        return bool(kind & AFTER) or not harmless
    marked = bool(room.gap[words.begin[at]] & (OTHER | HYPHEN))
    if kind & (CONTENT | COPULA) and after < view.count:
        if ends_clause(room.gap[words.begin[after]]):
            return False
        marked = True
        kind, after = phrase_after(room, words, view.count, after, view.phrases, view.powers)
        if kind & AFTER:
            return True
    return bool(kind & ABSENT) and marked and _closes(view, after)


@uncounted
def _closes(view: View, at: int) -> bool:
    """Return whether a clause ends before a word; the dot of "no. 5" does not end one."""
    if at >= view.count:
        return True
    gap = view.room.gap[view.words.begin[at]]
    if gap & CLAUSE:
        return True
    return ends_clause(gap) and not view.words.flags[at] & (NUMBER | MIXED)


@uncounted
def _is_zero_of(view: View, first: int, after: int) -> bool:
    """Return whether "0 %" precedes a name and is not a rate of duty."""
    room, words, flags = view.room, view.words, view.words.flags
    at = first - 1
    if at >= 0 and flags[at] & FILLER and not ends_clause(room.gap[words.begin[first]]):
        first, at = at, at - 1  # "0 % of it"
    if at < 0 or ends_clause(room.gap[words.begin[first]]):
        return False
    if flags[at] != NUMBER:
        kind, at = phrase_before(room, words, at, view.phrases, view.powers)
        at -= 1
        if not kind & PERCENT or at < 0 or flags[at] != NUMBER:
            return False
    if _percent_end(view, at) != first:
        return False
    low = at
    while low > 0 and flags[low - 1] == NUMBER and _is_decimal(view, low):
        low -= 1
    if not _all_zero(view, low, at):
        return False
    if low > 0 and not room.gap[words.begin[low]] & _NEXT:
        kind, _ = phrase_before(room, words, low - 1, view.phrases, view.powers)
        if flags[low - 1] & (NUMBER | MIXED) or kind & RATE:
            return False  # "1 000 % X", "5-0 % X", "duty 0 %"
    end = _number_end(view, after)  # "water 0 % X 99 %": the later percentage belongs to X
    return end < 0 or _percent_end(view, end) < 0


@uncounted
def _has_zero(view: View, at: int) -> bool:
    """Return whether a name's content is given as zero: "X: 0 %", "X content 0"."""
    room, words = view.room, view.words
    if at >= view.count or ends_clause(room.gap[words.begin[at]]):
        return False
    kind, after = phrase_after(room, words, view.count, at, view.phrases, view.powers)
    content = bool(kind & CONTENT)
    if content:
        at = after
        if at >= view.count or ends_clause(room.gap[words.begin[at]]):
            return False
    last = _number_end(view, at)
    if last < 0 or not _all_zero(view, at, last):
        return False
    end = _percent_end(view, last)
    if end < 0:
        return content and _closes(view, last + 1)
    return _closes(view, end)


@uncounted
def _is_decimal(view: View, at: int) -> bool:
    """Return whether a word is the decimal part of the preceding number."""
    begin = view.words.begin[at]
    gap = view.room.gap[begin]
    return bool(view.room.wide[begin] == 1 and (gap == DOT or gap == COMMA))


@uncounted
def _number_end(view: View, at: int) -> int:
    """Return the last word of the number that starts at a word; -1 if there is none."""
    if at >= view.count or view.words.flags[at] != NUMBER:
        return -1
    if view.room.gap[view.words.begin[at]] & _NEXT:
        return -1
    while at + 1 < view.count and view.words.flags[at + 1] == NUMBER and _is_decimal(view, at + 1):
        at += 1
    return at


@uncounted
def _all_zero(view: View, low: int, at: int) -> bool:
    for unit in range(view.words.begin[low], view.words.end[at]):
        if view.room.key[unit] != _ZERO:
            return False
    return True


@uncounted
def _percent_end(view: View, at: int) -> int:
    """Return the word after the "%" or "pct" that follows a number; -1 if there is none."""
    place = view.room.byte_end[view.words.end[at] - 1]
    while place < len(view.text) and view.text[place] == _BLANK:
        place += 1
    if place < len(view.text) and view.text[place] == _PERCENT_SIGN:
        return at + 1
    if place + 2 < len(view.text) and view.text[place] == _WIDE_SIGN[0]:
        if view.text[place + 1] == _WIDE_SIGN[1] and view.text[place + 2] == _WIDE_SIGN[2]:
            return at + 1
    if at + 1 >= view.count or view.room.gap[view.words.begin[at + 1]] & _NEXT:
        return -1
    kind, after = phrase_after(view.room, view.words, view.count, at + 1, view.phrases, view.powers)
    return after if kind & PERCENT else -1


_BREAK = LINE | STOP | NEWLINE  # separators that no name crosses
_WORDS_OUT = 4  # search range for a longer name, in words, on either side
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
    """Find the longest name of another chemical that contains a name.

    Returns:
        Its first unit and the unit after it; those of the name itself if there is none.
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
    """Return the end of the word that starts at a unit; n + 1 if none follows closely."""
    if high >= n or room.wide[high] > 3 or room.gap[high] & _BREAK:
        return n + 1
    at = high
    while not room.start[at + 1]:
        at += 1
    return at + 1


@uncounted
def _start_before(room: Folded, low: int) -> int:
    """Return the start of the word before a unit; -1 if none is close."""
    if low == 0 or room.wide[low] > 3 or room.gap[low] & _BREAK:
        return -1
    at = low - 1
    while not room.start[at]:
        at -= 1
    return at


@uncounted
def _only_dressing(words: Words, count: int, low: int, begin: int, end: int, high: int) -> bool:
    """Return whether the text around a name only describes a salt or stereoisomer."""
    for at in range(word_at(words, count, low), min(count, word_at(words, count, high - 1) + 1)):
        outside = words.end[at] <= begin or words.begin[at] >= end
        if outside and not words.flags[at] & (SALT | STEREO | FILLER):
            return False
    return True


@uncounted
def is_part(room: Folded, words: Words, count: int, begin: int, end: int) -> bool:
    """Return whether a name is joined to words that make it another chemical."""
    first, after = word_at(words, count, begin), word_at(words, count, end - 1) + 1
    if first < count and words.begin[first] < begin:
        return False  # the name starts inside a word, after a number
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
    """Extend a name by the salt words right after it, or the one right before it."""
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


@uncounted
def finish_hits(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    line: int,
    folded: Folded,
    words: Words,
    count: int,
    other: Table,
    phrases: Phrases,
    english: NDArray[np.bool_],
    powers: NDArray[np.uint64],
    units: NDArray[np.int32],
    cues: NDArray[np.bool_],
    hits: Hits,
    start: int,
) -> None:
    """Finish the hits of a block from row `start` on; its first line is `line`."""
    n = units[-1]
    view = View(text, folded, words, count, phrases, powers)
    for row in range(start, min(hits.count[0], len(hits.rows))):
        hit = hits.rows[row]
        begin, end = hit[3], hit[4]
        at = np.searchsorted(units, begin, side="right") - 1
        hit[0] = line + at
        flags = CUED if cues[at] else 0
        low, high, first, last = begin, end, begin, end
        if hit[1] == CAS and hit[5]:
            flags |= SCANNED
        if hit[1] == NAME and hit[5]:
            flags |= GLUED | (NEGATED if hit[5] > 1 else 0)
        if hit[1] <= CAS:
            before, after = word_at(words, count, begin), word_at(words, count, end - 1) + 1
            if may_be_negated(folded, words, count, before, after, phrases, powers):
                in_english = hit[1] == CAS or english[hit[2]]
                if is_negated(view, before, after, hit[1] == CAS, in_english):
                    flags |= NEGATED
        if hit[1] <= NEAR:
            low, high = salt_span(folded, words, count, begin, end)
            flags |= SALTED if low != begin or high != end else 0
            first, last = longer_name(folded, n, words, count, begin, end, other, powers)
            flags |= LONGER if last - first > end - begin else 0
            flags |= PART_OF if is_part(folded, words, count, begin, end) else 0
            flags |= WHOLE if low == units[at] and high == units[at + 1] else 0
        hit[6] = flags
        here = text[offsets[line + at] - offsets[line] : offsets[line + at + 1] - offsets[line]]
        shift = offsets[line + at] - offsets[line]
        hit[7], hit[8] = folded.byte[begin] - shift, folded.byte_end[end - 1] - shift
        hit[3], hit[4] = _points(here, hit[7]), _points(here, hit[8])
        hit[9] = _points(here, folded.byte[first] - shift)
        hit[10] = _points(here, folded.byte_end[last - 1] - shift)
        hit[11] = _points(here, folded.byte[low] - shift)
        hit[12] = _points(here, folded.byte_end[high - 1] - shift)


@uncounted
def _points(text: NDArray[np.uint8], end: int) -> int:
    """Count the code points before a byte."""
    count = 0
    for at in range(end):
        count += (text[at] & 0xC0) != 0x80
    return count
