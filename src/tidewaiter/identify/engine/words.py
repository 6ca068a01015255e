"""Words of a folded line, vocabulary flags, and keys of folded names."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.identify.engine.fold import Folded, fold_line, fold_lines, make_room
from tidewaiter.identify.engine.hashing import SHIFT, make_powers, mix, short_hash, span_hash
from tidewaiter.identify.engine.rules import DIGIT, IDEOGRAPH, FoldTables

# Word kinds; flags of the vocabulary.
ORDINARY = 1  # everyday language
CHEMICAL = 2  # part of names of other chemicals
NAMED = 4  # part of a name in the registry
CUE = 8  # "kg", "drum", "reagent": chemicals may be nearby
BEFORE = 16  # "without" before a name: the goods are free of it
AFTER = 32  # "free" after a name
SALT = 64  # "hydrochloride" beside a name
STEREO = 128  # "dl", "racemic": does not change the substance
CAS_CUE = 256
HS_CUE = 512
UN_CUE = 1024
CUS_CUE = 2048
PART = 4096  # "chloro", "methyl" before a name: another chemical; with AFTER, "ring" after it
MEASURE = 8192  # "kg", "l" after a number: a cue
FILLER = 16384  # "no", "code", "number" between a cue and its number
NUMBER = 1 << 20  # digits only
MIXED = 1 << 21  # letters and digits
SIGN = 1 << 22  # one ideograph

ANCHOR = 1 << 15  # anchor of a name with several words
RARE = 1 << 16  # everyday but infrequent: treated as unknown beside the words of a name

KNOWN = ORDINARY | CHEMICAL | NAMED | NUMBER | SIGN

_S = ord("s")
_FLAG_BITS = np.uint32(17)
_FLAGS = np.uint32(0x1FFFF)


class Vocabulary(NamedTuple):
    """Word flags: an open-addressed table of 15 bits of hash over 17 flags, 0 for empty.

    An unknown word matches a known one with a probability of about 1 in 25,000.
    """

    slots: NDArray[np.uint32]


class Words(NamedTuple):
    """Buffers for the words of a block: start and end in units, flags."""

    begin: NDArray[np.int32]
    end: NDArray[np.int32]
    flags: NDArray[np.int32]
    unknown: NDArray[np.bool_]  # not well known in the vocabulary
    close: NDArray[np.bool_]  # an unknown word is near in its line


def make_words(size: int) -> Words:
    """Allocate buffers for a number of words."""
    return Words(
        begin=np.zeros(size, np.int32),
        end=np.zeros(size, np.int32),
        flags=np.zeros(size, np.int32),
        unknown=np.zeros(size, np.bool_),
        close=np.zeros(size, np.bool_),
    )


@inlined
def _look_up(slots: NDArray[np.uint32], key: np.uint64) -> int:
    """Return the flags of a word's short hash; 0 if it is unknown."""
    mask = len(slots) - 1
    at = np.int64(key & np.uint64(mask))
    tag = np.uint32(key >> np.uint64(49))
    found: int = 0
    while slots[at] != 0:
        if slots[at] >> _FLAG_BITS == tag:
            found = int(np.int64(slots[at] & _FLAGS))  # signed, like the 0: otherwise a float
            break
        at = (at + 1) & mask
    return found


@uncounted
def flags_of(
    room: Folded, powers: NDArray[np.uint64], vocabulary: Vocabulary, begin: int, end: int
) -> int:
    """Return the vocabulary flags of units, even inside a word; 0: none."""
    return _look_up(vocabulary.slots, short_hash(room, powers, begin, end))


@uncounted
def fill_vocabulary(
    slots: NDArray[np.uint32], keys: NDArray[np.uint64], flags: NDArray[np.int32]
) -> None:
    """Insert words by their short hashes; flags of duplicates are combined."""
    mask = len(slots) - 1
    for index in range(len(keys)):
        at = np.int64(keys[index] & np.uint64(mask))
        tag = np.uint32(keys[index] >> np.uint64(49))
        while slots[at] != 0 and slots[at] >> _FLAG_BITS != tag:
            at = (at + 1) & mask
        slots[at] |= (tag << _FLAG_BITS) | np.uint32(flags[index])


@uncounted
def find_words(
    room: Folded, n: int, powers: NDArray[np.uint64], vocabulary: Vocabulary, words: Words
) -> int:
    """Find the words of a block: runs of letters and digits, and single ideographs.

    Returns:
        The number of words.
    """
    kinds, gaps, hashes = room.kind, room.gap, room.hash
    begins, ends, flags = words.begin, words.end, words.flags
    slots = vocabulary.slots
    # Each unit is written as if a word started there, then overwritten: an unpredictable branch
    # costs more. `ends` first holds the number of digits before each word.
    count = digits = 0
    last = np.uint8(0)
    for at in range(n):
        kind = kinds[at]
        begins[count], ends[count] = at, digits
        count += (gaps[at] != 0) | (kind == IDEOGRAPH) | (last == IDEOGRAPH) | (at == 0)
        digits += kind == DIGIT
        last = kind
    begins[count], ends[count] = n, digits
    # A separate loop, so that the memory latencies of the look-ups overlap.
    for word in range(count):
        begin, end = begins[word], begins[word + 1]
        digits = ends[word + 1] - ends[word]
        ends[word] = end
        if digits == end - begin:
            flags[word] = NUMBER
        elif kinds[begin] == IDEOGRAPH:
            flags[word] = SIGN
        else:
            whole = mix(hashes[end] - hashes[begin] * powers[end - begin])
            flags[word] = _look_up(slots, mix(whole >> SHIFT)) | (MIXED if digits else 0)
    for word in range(count):
        if flags[word] & MIXED:
            flags[word] |= _part_flags(room, powers, vocabulary, words, word)
        elif flags[word] == 0 and room.key[ends[word] - 1] == _S:
            flags[word] = _singular_flags(room, powers, vocabulary, words, word)
    return count


@uncounted
def _part_flags(
    room: Folded, powers: NDArray[np.uint64], vocabulary: Vocabulary, words: Words, word: int
) -> int:
    """Return the flags of the letters beside a number: "25kg", "99pct"; and "UN" in "UN1715"."""
    begin, end, kinds = words.begin[word], words.end[word], room.kind
    leads = kinds[begin] == DIGIT
    middle = begin
    while middle < end and (kinds[middle] == DIGIT) == leads:
        middle += 1
    for unit in range(middle, end):
        if (kinds[unit] == DIGIT) == leads:
            return 0  # more than one number, or words on both sides
    if leads:
        return _look_up(vocabulary.slots, short_hash(room, powers, middle, end))
    flags = _look_up(vocabulary.slots, short_hash(room, powers, begin, middle))
    return flags & (CAS_CUE | HS_CUE | UN_CUE | CUS_CUE)


@uncounted
def _singular_flags(
    room: Folded, powers: NDArray[np.uint64], vocabulary: Vocabulary, words: Words, word: int
) -> int:
    """Return the flags of a word without its final s; a name's plural stays an unknown word."""
    begin, end = words.begin[word], words.end[word] - 1
    if end <= begin:
        return 0
    flags = _look_up(vocabulary.slots, short_hash(room, powers, begin, end))
    return 0 if flags & NAMED else flags & (ORDINARY | CHEMICAL | RARE)


@uncounted
def word_at(words: Words, count: int, unit: int) -> int:
    """Return the word that contains a unit, or else the first word after it."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if words.end[middle] <= unit:
            low = middle + 1
        else:
            high = middle
    return low


Key = NDArray[np.uint32]


def joined(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Concatenate texts as UTF-8 bytes, with the start of each (one more than texts)."""
    parts = [text.encode("utf-8", "replace") for text in texts]
    offsets = np.zeros(len(parts) + 1, np.int64)
    offsets[1:] = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return np.frombuffer(b"".join(parts), np.uint8), offsets


def fold_keys(texts: Sequence[str], tables: FoldTables) -> list[Key]:
    """Fold each text to its key: its units without separators."""
    keys = []
    room = make_room(3 * max((len(text.encode()) for text in texts), default=0) + 8)
    for text in texts:
        here = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
        keys.append(room.key[: fold_line(here, tables, room)].copy())
    return keys


def hash_texts(texts: Sequence[str], tables: FoldTables) -> NDArray[np.uint64]:
    """Hash the key of each text, shape ``(texts,)``; 0 for a text without units."""
    text, offsets = joined(texts)
    return _hash_lines(text, offsets, tables, *_rooms(offsets))


def hash_words(texts: Sequence[str], tables: FoldTables) -> NDArray[np.uint64]:
    """Hash every word of every text in order, without numbers."""
    text, offsets = joined(texts)
    room, powers = _rooms(offsets)
    none = Vocabulary(np.zeros(2, np.uint32))
    return _hash_line_words(text, offsets, tables, room, powers, none, make_words(len(powers)))


def _rooms(offsets: NDArray[np.int64]) -> tuple[Folded, NDArray[np.uint64]]:
    size = 3 * int(np.max(np.diff(offsets), initial=0)) + 8
    return make_room(size), make_powers(size + 1)


@compiled
def _hash_lines(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: FoldTables,
    room: Folded,
    powers: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    hashes = np.zeros(len(offsets) - 1, np.uint64)
    units = np.zeros(2, np.int32)
    for line in range(len(hashes)):
        fold_lines(text, offsets, line, line + 1, tables, room, units, False)
        if units[1] > 0:
            hashes[line] = span_hash(room, powers, 0, units[1])
    return hashes


@compiled
def _hash_line_words(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: FoldTables,
    room: Folded,
    powers: NDArray[np.uint64],
    none: Vocabulary,
    words: Words,
) -> NDArray[np.uint64]:
    hashes = np.zeros(len(text) + 1, np.uint64)
    units = np.zeros(2, np.int32)
    total = 0
    for line in range(len(offsets) - 1):
        fold_lines(text, offsets, line, line + 1, tables, room, units, False)
        count = find_words(room, units[1], powers, none, words)
        for at in range(count):
            if words.end[at] - words.begin[at] > 2:
                hashes[total] = span_hash(room, powers, words.begin[at], words.end[at])
                total += 1
    return hashes[:total]
