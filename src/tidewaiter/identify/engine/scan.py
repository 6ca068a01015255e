"""Scan: one pass over a column of lines, from bytes to raw hits.

Lines are processed in blocks that fit the processor cache, and each step handles a whole block,
because a call to a step costs as much as a short line.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.engine.approximate_match import Anchors, make_near_room
from tidewaiter.identify.engine.approximate_match import Room as NearRoom
from tidewaiter.identify.engine.disguise import TWICE
from tidewaiter.identify.engine.fold import Folded, make_room
from tidewaiter.identify.engine.hashing import Members, make_powers
from tidewaiter.identify.engine.hits import COLUMNS, Hits
from tidewaiter.identify.engine.phrases import Phrases
from tidewaiter.identify.engine.rules import FoldTables
from tidewaiter.identify.engine.trie import Trie
from tidewaiter.identify.engine.unknown_words import Verdicts
from tidewaiter.identify.engine.words import Vocabulary, Words, make_words
from tidewaiter.native.calls import native

_BLOCK = 12_000  # bytes
_FOUND = 64  # keys near a word

CONSTANTS = ("_BLOCK",)


class Tables(NamedTuple):
    """Lookup tables of the scan."""

    fold: FoldTables
    trie: Trie
    strong: NDArray[np.bool_]  # per key: sufficient without a cue
    whose: NDArray[np.int32]  # per key: its entry; keys beyond the entries are other forms of names
    vocabulary: Vocabulary
    other: Members  # whole names of other chemicals
    phrases: Phrases
    english: NDArray[np.bool_]  # per key: not a name in another language
    anchors: Anchors
    cas: NDArray[np.int64]  # sorted, without hyphens


class Room(NamedTuple):
    """Work buffers of a scan; reused for each block."""

    folded: Folded
    words: Words
    powers: NDArray[np.uint64]
    starts: NDArray[np.int32]  # units at which a name may start
    near: NearRoom
    verdicts: Verdicts
    units: NDArray[np.int32]  # first unit of each line of the block
    cues: NDArray[np.bool_]  # per line of the block


def scan(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: Tables,
    verdicts: Verdicts,
    marks: NDArray[np.uint8] | None = None,
) -> NDArray[np.int64]:
    """Scan a column of lines.

    Args:
        text: All lines' bytes, UTF-8.
        offsets: Start of each line, and the end, shape ``(lines + 1,)``.
        tables: Lookup tables for names, numbers and words.
        verdicts: From `make_verdicts`, shared by all scans with these tables.
        marks: Output, shape ``(lines,)``, zero at first: the marks of each line; see `disguise`.

    Returns:
        The hits in line order, shape ``(hits, COLUMNS)``; see `hits`.
    """
    room = _make_room(int(np.max(np.diff(offsets), initial=0)), verdicts)
    if marks is None:
        marks = np.zeros(len(offsets) - 1, np.uint8)
    rows = _scan(text, offsets, tables, room, marks)
    twice = np.flatnonzero(marks & TWICE)
    if len(twice):
        lengths = np.diff(offsets)[twice]
        lines = np.concatenate([text[offsets[at] : offsets[at + 1]] for at in twice])
        starts = np.concatenate([[0], np.cumsum(lengths)])
        more = _scan(lines, starts, tables, room, marks[:0])
        more[:, 0] = twice[more[:, 0]]
        rows = np.unique(np.concatenate([rows, more]), axis=0)
    return rows[np.lexsort((rows[:, 1], rows[:, 3], rows[:, 0]))]


def _scan(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: Tables,
    room: Room,
    marks: NDArray[np.uint8],
) -> NDArray[np.int64]:
    """Scan with a buffer that is enlarged until all hits fit."""
    size = 1024 + len(offsets) // 4
    while True:
        hits = Hits(np.zeros((size, COLUMNS), np.int64), np.zeros(1, np.int64))
        _scan_blocks(text, offsets, tables, room, hits, marks)
        if hits.count[0] <= size:
            return hits.rows[: hits.count[0]]
        size = int(hits.count[0])


def _make_room(longest: int, verdicts: Verdicts) -> Room:
    size = 3 * (longest + _BLOCK) + 8
    lines = _BLOCK + 2
    return Room(
        folded=make_room(size),
        words=make_words(size),
        powers=make_powers(size + 1),
        starts=np.zeros(size, np.int32),
        near=make_near_room(_FOUND),
        verdicts=verdicts,
        units=np.zeros(lines, np.int32),
        cues=np.zeros(lines, np.bool_),
    )


@native
def _scan_blocks(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: Tables,
    room: Room,
    hits: Hits,
    marks: NDArray[np.uint8],
) -> None:
    """Scan all lines, one block at a time.

    Marks the lines that are to be read again; without a buffer for marks, reads them in the second
    of two ways.
    """
