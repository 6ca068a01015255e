"""Keys: names folded as the scan folds text, whole and by word."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled
from tidewaiter.identify.fold import Folded, FoldTables, fold_line, fold_lines, make_room
from tidewaiter.identify.hashing import make_powers, span_hash
from tidewaiter.identify.words import Vocabulary, Words, find_words, make_words

Key = NDArray[np.uint32]


def joined(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return texts as one run of UTF-8 bytes, and where each begins (one more than texts)."""
    parts = [text.encode("utf-8", "replace") for text in texts]
    offsets = np.zeros(len(parts) + 1, np.int64)
    offsets[1:] = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return np.frombuffer(b"".join(parts), np.uint8), offsets


def fold_keys(texts: Sequence[str], tables: FoldTables) -> list[Key]:
    """Fold each text to its key: its units, whatever separates them."""
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
    """Hash every word of every text, one after the other, numbers left out."""
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
