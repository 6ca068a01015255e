"""Negation: whether the text says that the goods are free of a name, or hold nothing of it."""

from typing import NamedTuple

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
from tidewaiter.identify.words import (
    AFTER,
    BEFORE,
    FILLER,
    MIXED,
    NAMED,
    NUMBER,
    PART,
    SALT,
    STEREO,
    Words,
)

CLAUSE = LINE | STOP | NEWLINE | COMMA
_REACH = 5  # words from a name back to its negation
_NEXT = LINE | NEWLINE
_LEADING = BEFORE | FILLER | STEREO | NAMED | SALT
_ZERO = ord("o")  # the unit of a 0
_ELIDED = (ord("d"), ord("l"))
_PERCENT_SIGN, _BLANK = ord("%"), ord(" ")
_WIDE_SIGN = (0xEF, 0xBC, 0x85)  # the bytes of a full-width "%"


class View(NamedTuple):
    """A block of lines as the scan sees it, and the phrases."""

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
    """Tell whether a look around words `first` to `after` is worth its time; it seldom is."""
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
    """Tell whether the text says that the goods are free of a name, or of what has a number.

    Args:
        view: The block.
        first: First word of the name.
        after: The word after it.
        number: It is a CAS number: "No." before it is short for number.
        english: It is an English name: "sin" before it is no Spanish "without".
    """
    return (
        _is_led(view, first, number, english)
        or _is_followed(view, after)
        or _is_zero_of(view, first, after)
        or _has_zero(view, after)
    )


@uncounted
def ends_clause(gap: int) -> bool:
    """Tell whether what separates two words ends a clause: a comma does, and a dot and space."""
    return bool(gap & CLAUSE) or (bool(gap & DOT) and bool(gap & SPACE))


@uncounted
def _is_led(view: View, first: int, number: bool, english: bool) -> bool:
    """Tell whether a negation stands before a name, with little between."""
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
            # "free of it", but "free acid" is acid.
            return not flags & AFTER or bool(words.flags[at + 1] & FILLER)
        if not (kind & THROUGH or flags & _LEADING):
            return False
    return False


@uncounted
def _is_elided(view: View, at: int) -> bool:
    """Tell whether a word is the "d" of "d'acétone"."""
    begin = view.words.begin[at]
    gap, wide = view.room.gap[begin + 1], view.room.wide[begin + 1]
    alone = view.words.end[at] == begin + 1 and gap == COMMA and wide == 1
    return alone and view.room.key[begin] in _ELIDED


@uncounted
def _is_followed(view: View, at: int) -> bool:
    """Tell whether a negation follows: "X free", "X not present", "X content: none"."""
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
    """Tell whether a clause ends before a word; the dot of "no. 5" ends none."""
    if at >= view.count:
        return True
    gap = view.room.gap[view.words.begin[at]]
    if gap & CLAUSE:
        return True
    return ends_clause(gap) and not view.words.flags[at] & (NUMBER | MIXED)


@uncounted
def _is_zero_of(view: View, first: int, after: int) -> bool:
    """Tell whether "0 %" stands before a name, and is no rate of duty."""
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
    end = _number_end(view, after)  # "water 0 % X 99 %": of two, the one behind it is its own
    return end < 0 or _percent_end(view, end) < 0


@uncounted
def _has_zero(view: View, at: int) -> bool:
    """Tell whether a name's content is said to be zero: "X: 0 %", "X content 0"."""
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
    """Tell whether a word is the decimals of the number before it."""
    begin = view.words.begin[at]
    gap = view.room.gap[begin]
    return bool(view.room.wide[begin] == 1 and (gap == DOT or gap == COMMA))


@uncounted
def _number_end(view: View, at: int) -> int:
    """Return the last word of the number that begins with a word; -1 where none does."""
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
    """Return the word after the "%" or "pct" that follows a number; -1 where none does."""
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
