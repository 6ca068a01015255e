"""Phrases: word sequences beside a name or a number, looked up by their combined hash."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.engine.fold import fold_line, make_room
from tidewaiter.identify.engine.hashing import Table, build_table, hash_keys
from tidewaiter.identify.engine.rules import ContextRules, FoldTables
from tidewaiter.identify.engine.words import (
    AFTER,
    BEFORE,
    CAS_CUE,
    HS_CUE,
    UN_CUE,
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

_COUNT = 20  # bit offset of a phrase's word count
_EDGE_BITS = 15
_LEADING = BEFORE | FOREIGN | OPENING | THROUGH | PERCENT
_CUES = CAS_CUE | HS_CUE | UN_CUE
_BEHIND = AFTER | ABSENT | CONTENT | COPULA

CONSTANTS = (
    "FOREIGN",
    "THROUGH",
    "ABSENT",
    "OPENING",
    "CONTENT",
    "RATE",
    "HARMLESS",
    "COPULA",
    "PERCENT",
    "JOINING",
    "OTHERWISE",
    "GLUE",
    "CHEMISTRY",
    "_COUNT",
    "_EDGE_BITS",
)


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
    starts = [*np.flatnonzero(room.start[:n]).tolist(), n]
    hashes = hash_keys([room.key[begin:end] for begin, end in pairwise(starts)])
    return list(map(int, hashes))
