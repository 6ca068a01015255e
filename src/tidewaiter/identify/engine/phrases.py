"""Phrases: word sequences beside a name or a number, looked up by their combined hash."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import inlined, uncounted
from tidewaiter.identify.engine.fold import Folded, fold_line, make_room
from tidewaiter.identify.engine.hashing import (
    Table,
    build_table,
    find,
    make_powers,
    mix,
    span_hash,
)
from tidewaiter.identify.engine.rules import LINE, NEWLINE, STOP, ContextRules, FoldTables
from tidewaiter.identify.engine.words import (
    AFTER,
    BEFORE,
    CAS_CUE,
    HS_CUE,
    UN_CUE,
    Words,
    hash_texts,
)

# Effects of a phrase, in addition to word flags; see data/rules/context.toml.
FOREIGN = 1
THROUGH = 2
ABSENT = 4
OPENING = 8
CONTENT = 64
RATE = 128
HARMLESS = 4096
COPULA = 8192
PERCENT = 16384
JOINING = 1 << 15
OTHERWISE = 1 << 16
GLUE = 1 << 17
CHEMISTRY = 1 << 18

LONGEST_PHRASE = 6  # words
_COUNT = 20  # bit offset of a phrase's word count
_KINDS = (1 << _COUNT) - 1
_EDGE_BITS = 15
_LEADING = BEFORE | FOREIGN | OPENING | THROUGH | PERCENT
_CUES = CAS_CUE | HS_CUE | UN_CUE
_BEHIND = AFTER | ABSENT | CONTENT | COPULA
_BREAK = LINE | NEWLINE | STOP


class Phrases(NamedTuple):
    """All phrases by the hash of their units: effects and number of words."""

    table: Table
    starts: NDArray[np.uint8]  # bit filter: first words of phrases after a name
    ends: NDArray[np.uint8]  # bit filter: last words of phrases before a name
    cues: NDArray[np.uint8]  # bit filter: last words of cues with several words


def build_phrases(rules: ContextRules, fold: FoldTables) -> Phrases:
    """Index all phrases."""
    said = rules.phrases
    found: dict[int, int] = {}
    starts: set[int] = set()
    ends: set[int] = set()
    cues: set[int] = set()
    for kind, texts in (
        (BEFORE, said.before),
        (AFTER, said.after),
        (FOREIGN, said.foreign),
        (THROUGH, said.through),
        (ABSENT, said.absent),
        (OPENING, said.opening),
        (CONTENT, said.content),
        (RATE, said.rate),
        (HARMLESS, said.harmless),
        (COPULA, said.copula),
        (PERCENT, said.percent),
        (JOINING, said.joining),
        (OTHERWISE, said.otherwise),
        (GLUE, said.glue),
        (CHEMISTRY, said.chemistry),
        (CAS_CUE, (*rules.words.cas, *said.cas)),
        (HS_CUE, (*rules.words.hs, *said.hs)),
        (UN_CUE, (*rules.words.un, *said.un)),
    ):
        for text, key in zip(texts, hash_texts(texts, fold).tolist(), strict=True):
            words = _hash_words(text, fold)
            found[key] = found.get(key, len(words) << _COUNT) | kind
            if kind & _BEHIND:
                starts.add(words[0])
            if kind & _LEADING:
                ends.add(words[-1])
            if kind & _CUES and len(words) > 1:
                cues.add(words[-1])
    table = build_table(np.array(list(found), np.uint64), np.array(list(found.values()), np.int32))
    return Phrases(table, _bits(starts), _bits(ends), _bits(cues))


def _bits(hashes: set[int]) -> NDArray[np.uint8]:
    bits = np.zeros(1 << _EDGE_BITS, np.bool_)
    bits[[word >> (64 - _EDGE_BITS) for word in hashes]] = True
    return np.packbits(bits, bitorder="little")


def _hash_words(text: str, fold: FoldTables) -> list[int]:
    """Hash each word of a phrase; an ideograph counts as a word."""
    here = np.frombuffer(text.encode(), np.uint8)
    room = make_room(3 * len(here) + 8)
    n = fold_line(here, fold, room)
    powers = make_powers(n + 1)
    starts = [*np.flatnonzero(room.start[:n]).tolist(), n]
    return [int(span_hash(room, powers, begin, end)) for begin, end in pairwise(starts)]


@inlined
def may_be_phrase(
    hashes: NDArray[np.uint64],
    begin: int,
    end: int,
    bits: NDArray[np.uint8],
    powers: NDArray[np.uint64],
) -> bool:
    """Return whether a phrase may start or end with a word, by a bit filter."""
    bit = mix(hashes[end] - hashes[begin] * powers[end - begin]) >> np.uint64(64 - _EDGE_BITS)
    return bool((bits[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7))) & np.uint8(1) == 1)


@uncounted
def phrase_before(
    room: Folded, words: Words, at: int, phrases: Phrases, powers: NDArray[np.uint64]
) -> tuple[int, int]:
    """Find the longest phrase that ends with a word.

    Returns:
        Its effect (0: none) and its first word.
    """
    kind, first = 0, at
    for low in range(at, max(-1, at - LONGEST_PHRASE), -1):
        if low < at and room.gap[words.begin[low + 1]] & _BREAK:
            break
        value = find(phrases.table, span_hash(room, powers, words.begin[low], words.end[at]))
        if value >= 0 and value >> _COUNT == at - low + 1:
            kind, first = value & _KINDS, low
    return kind, first


@uncounted
def phrase_after(
    room: Folded, words: Words, count: int, at: int, phrases: Phrases, powers: NDArray[np.uint64]
) -> tuple[int, int]:
    """Find the longest phrase that begins with a word.

    Returns:
        Its effect (0: none) and the word after it.
    """
    kind, after = 0, at
    for high in range(at, min(count, at + LONGEST_PHRASE)):
        if high > at and room.gap[words.begin[high]] & _BREAK:
            break
        value = find(phrases.table, span_hash(room, powers, words.begin[at], words.end[high]))
        if value >= 0 and value >> _COUNT == high - at + 1:
            kind, after = value & _KINDS, high + 1
    return kind, after


@uncounted
def spelled_kind(
    room: Folded, words: Words, low: int, at: int, phrases: Phrases, powers: NDArray[np.uint64]
) -> int:
    """Return the effect of spaced letters ("H.S."); 0: none."""
    value = find(phrases.table, span_hash(room, powers, words.begin[low], words.end[at]))
    return value & _KINDS if value >= 0 else 0
