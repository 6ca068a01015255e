"""Words of a folded line, vocabulary flags, and keys of folded names."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.engine.fold import Folded, fold_lines, make_room
from tidewaiter.identify.engine.hashing import make_powers
from tidewaiter.identify.engine.rules import FoldTables
from tidewaiter.native.calls import native

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

CONSTANTS = (
    "ORDINARY",
    "CHEMICAL",
    "NAMED",
    "CUE",
    "BEFORE",
    "AFTER",
    "SALT",
    "STEREO",
    "CAS_CUE",
    "HS_CUE",
    "UN_CUE",
    "CUS_CUE",
    "PART",
    "MEASURE",
    "FILLER",
    "NUMBER",
    "MIXED",
    "SIGN",
    "ANCHOR",
    "RARE",
)


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
    covered: NDArray[np.bool_]  # an exact hit covers it, so it is not searched for


def make_words(size: int) -> Words:
    """Allocate buffers for a number of words."""
    return Words(
        begin=np.zeros(size, np.int32),
        end=np.zeros(size, np.int32),
        flags=np.zeros(size, np.int32),
        unknown=np.zeros(size, np.bool_),
        close=np.zeros(size, np.bool_),
        covered=np.zeros(size, np.bool_),
    )


@native
def fill_vocabulary(
    slots: NDArray[np.uint32], keys: NDArray[np.uint64], flags: NDArray[np.int32]
) -> None:
    """Insert words by their short hashes; flags of duplicates are combined."""


Key = NDArray[np.uint32]


def joined(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Concatenate texts as UTF-8 bytes, with the start of each (one more than texts)."""
    parts = [text.encode("utf-8", "replace") for text in texts]
    offsets = np.zeros(len(parts) + 1, np.int64)
    offsets[1:] = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return np.frombuffer(b"".join(parts), np.uint8), offsets


_AT_ONCE = 4096  # texts that are folded in one call


def fold_keys(texts: Sequence[str], tables: FoldTables) -> list[Key]:
    """Fold each text to its key: its units without separators."""
    return [
        room.key[begin:end]
        for room, units in _fold_in_blocks(texts, tables)
        for begin, end in pairwise(units)
    ]


def fold_texts(texts: Sequence[str], tables: FoldTables) -> list[str]:
    """Fold each text to its key, as a string."""
    folded = []
    for room, units in _fold_in_blocks(texts, tables):
        every = _text_of(room.key[: units[-1]])
        folded += [every[begin:end] for begin, end in pairwise(units)]
    return folded


def fold_words(texts: Sequence[str], tables: FoldTables) -> Iterator[list[tuple[str, int]]]:
    """Yield the folded words of each text, each with its position in the key."""
    for room, units in _fold_in_blocks(texts, tables):
        every = _text_of(room.key[: units[-1]])
        for begin, end in pairwise(units):
            starts = (np.flatnonzero(room.gap[begin:end]) + begin).tolist()
            yield [(every[a:b], a - begin) for a, b in pairwise([*starts, end])]


def count_spaces(texts: Sequence[str], tables: FoldTables) -> list[int]:
    """Count the places in each text where separators stand between units."""
    counts: list[int] = []
    for room, units in _fold_in_blocks(texts, tables):
        before = np.cumsum(room.gap[: units[-1]] != 0)
        counts += (before[np.array(units[1:]) - 1] - before[units[:-1]]).tolist()
    return counts


def units_of(key: str) -> Key:
    """Return the units of a folded key."""
    return np.frombuffer(key.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint32)


def _text_of(units: Key) -> str:
    return units.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def _fold_in_blocks(texts: Sequence[str], tables: FoldTables) -> Iterator[tuple[Folded, list[int]]]:
    """Yield the units of some texts at a time, and the first unit of each text, and the end.

    Each text begins with a separator.
    """
    for first in range(0, len(texts), _AT_ONCE):
        some = texts[first : first + _AT_ONCE]
        text, offsets = joined(some)
        room, units = make_room(3 * len(text) + 8), np.empty(len(some) + 1, np.int32)
        fold_lines(text, offsets, 0, len(some), tables, room, units, False)
        yield room, units.tolist()


def hash_texts(texts: Sequence[str], tables: FoldTables) -> NDArray[np.uint64]:
    """Hash the key of each text, shape ``(texts,)``; 0 for a text without units."""
    text, offsets = joined(texts)
    hashes = np.empty(len(texts), np.uint64)
    _hash_lines(text, offsets, tables, make_room(_units(offsets)), hashes)
    return hashes


def hash_words(texts: Sequence[str], tables: FoldTables) -> NDArray[np.uint64]:
    """Hash every word of every text in order, without numbers."""
    text, offsets = joined(texts)
    size = _units(offsets)
    words, powers = make_words(size), make_powers(size + 1)
    hashes = np.empty(len(text) + 1, np.uint64)
    total = _hash_line_words(text, offsets, tables, make_room(size), powers, words, hashes)
    return hashes[:total]


def _units(offsets: NDArray[np.int64]) -> int:
    """Return the number of units for which a line needs room."""
    return 3 * int(np.max(np.diff(offsets), initial=0)) + 8


@native
def _hash_lines(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: FoldTables,
    room: Folded,
    hashes: NDArray[np.uint64],
) -> None:
    """Write the hash of each line; 0 for a line without units."""


@native
def _hash_line_words(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: FoldTables,
    room: Folded,
    powers: NDArray[np.uint64],
    words: Words,
    hashes: NDArray[np.uint64],
) -> int:
    """Write the hash of each word of three units or more, without numbers; return how many."""
