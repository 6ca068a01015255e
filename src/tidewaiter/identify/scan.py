"""Scan: one compiled pass over a column of lines, from bytes to raw hits.

Lines are taken in blocks that stay in the processor's cache, and each step goes over a whole
block: a call to a step costs as much as a short line does.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.compiled import compiled
from tidewaiter.identify.finish import finish_hits
from tidewaiter.identify.fold import Folded, FoldTables, fold_lines, make_room
from tidewaiter.identify.fuzzy import Anchors, Found, scan_unknown
from tidewaiter.identify.glued import Glue
from tidewaiter.identify.hashing import Table, make_powers
from tidewaiter.identify.hits import COLUMNS, NAME, Hits, add_hit
from tidewaiter.identify.numbers import scan_numbers
from tidewaiter.identify.phrases import Phrases
from tidewaiter.identify.trie import Trie, longest_key, next_start
from tidewaiter.identify.words import Vocabulary, Words, find_words, make_words

_BLOCK = 12_000  # bytes
_PIPE = ord("|")
_GREEK = (0xCE, 0xCF)  # bytes that a Greek letter begins with
_FOUND = 64
_VERDICT_BITS = 19


class Tables(NamedTuple):
    """All that the scan looks things up in."""

    fold: FoldTables
    trie: Trie
    strong: NDArray[np.bool_]  # of each key: enough alone
    vocabulary: Vocabulary
    other: Table  # whole names of other chemicals
    phrases: Phrases
    english: NDArray[np.bool_]  # of each key: no other language's name
    anchors: Anchors
    cas: NDArray[np.int64]  # sorted, without hyphens


class Room(NamedTuple):
    """What one scan works in; used again for each block."""

    folded: Folded
    words: Words
    powers: NDArray[np.uint64]
    found: Found
    units: NDArray[np.int32]  # where each line of the block begins
    cues: NDArray[np.bool_]  # of each line of the block


def make_verdicts() -> NDArray[np.uint64]:
    """Make room for the words that are found to be near to nothing."""
    return np.zeros(1 << _VERDICT_BITS, np.uint64)


def scan(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: Tables,
    verdicts: NDArray[np.uint64],
) -> NDArray[np.int64]:
    """Scan a column of lines.

    Args:
        text: All lines' bytes, UTF-8.
        offsets: Where each line begins, and the end, shape ``(lines + 1,)``.
        tables: What names, numbers and words are looked up in.
        verdicts: From `make_verdicts`, the same for all scans with these tables.

    Returns:
        The hits in order of lines, shape ``(hits, COLUMNS)``; see `hits`.
    """
    rows = _scan(text, offsets, tables, verdicts, again=False)
    twice = _lines_to_read_twice(text, offsets)
    if len(twice):
        lengths = np.diff(offsets)[twice]
        lines = np.concatenate([text[offsets[at] : offsets[at + 1]] for at in twice])
        starts = np.concatenate([[0], np.cumsum(lengths)])
        more = _scan(lines, starts, tables, verdicts, again=True)
        more[:, 0] = twice[more[:, 0]]
        rows = np.unique(np.concatenate([rows, more]), axis=0)
    return rows[np.lexsort((rows[:, 1], rows[:, 3], rows[:, 0]))]


def _scan(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: Tables,
    verdicts: NDArray[np.uint64],
    *,
    again: bool,
) -> NDArray[np.int64]:
    room = _make_room(int(np.max(np.diff(offsets), initial=0)), verdicts)
    size = 1024 + len(offsets) // 4
    while True:
        hits = Hits(np.zeros((size, COLUMNS), np.int64), np.zeros(1, np.int64))
        _scan_blocks(text, offsets, tables, room, hits, again)
        if hits.count[0] <= size:
            return hits.rows[: hits.count[0]]
        size = int(hits.count[0])


def _make_room(longest: int, verdicts: NDArray[np.uint64]) -> Room:
    size = 3 * (longest + _BLOCK) + 8
    found = Found(np.zeros(_FOUND, np.int32), np.zeros(_FOUND, np.int32), verdicts)
    lines = _BLOCK + 2
    units, cues = np.zeros(lines, np.int32), np.zeros(lines, np.bool_)
    return Room(make_room(size), make_words(size), make_powers(size + 1), found, units, cues)


def _lines_to_read_twice(text: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """List the lines that hold "|" or a Greek letter, which can be read in two ways."""
    here = text[offsets[0] : offsets[-1]]
    places = np.flatnonzero((here == _PIPE) | (here == _GREEK[0]) | (here == _GREEK[1]))
    if not len(places):
        return np.zeros(0, np.int64)
    lines = np.searchsorted(offsets, places + offsets[0], side="right") - 1
    found: NDArray[np.int64] = np.unique(lines).astype(np.int64)
    return found


@compiled
def _scan_blocks(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], tables: Tables, room: Room, hits: Hits,
    again: bool,
) -> None:  # fmt: skip
    """Scan all lines, as many at a time as a block holds."""
    lines = len(offsets) - 1
    begin = 0
    while begin < lines:
        end = begin + 1
        while end < lines and offsets[end + 1] - offsets[begin] < _BLOCK and end - begin < _BLOCK:
            end += 1
        _scan_block(text, offsets, begin, end, tables, room, hits, again)
        begin = end


@compiled
def _scan_block(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], begin: int, end: int, tables: Tables,
    room: Room, hits: Hits, again: bool,
) -> None:  # fmt: skip
    """Take a block of lines through every step."""
    folded, words, units = room.folded, room.words, room.units
    fold_lines(text, offsets, begin, end, tables.fold, folded, units, again)
    lines = end - begin
    n = units[lines]
    count = find_words(folded, n, room.powers, tables.vocabulary, words)
    start = hits.count[0]
    _scan_names(folded, n, tables.trie, room.powers, hits)
    scan_numbers(
        folded, words, count, tables.cas, tables.phrases, room.powers, units[: lines + 1],
        room.cues, hits,
    )  # fmt: skip
    glue = Glue(tables.trie, tables.strong, tables.vocabulary, tables.other, tables.phrases)
    scan_unknown(
        folded, n, words, count, tables.anchors, room.powers, room.found, glue, hits, start
    )
    here = text[offsets[begin] : offsets[end]]
    finish_hits(
        here, offsets, begin, folded, words, count, tables.other, tables.phrases, tables.english,
        room.powers, units[: lines + 1], room.cues, hits, start,
    )  # fmt: skip


@compiled
def _scan_names(folded: Folded, n: int, trie: Trie, powers: NDArray[np.uint64], hits: Hits) -> None:
    """Add the longest names, leftmost first, none over another."""
    at = next_start(folded, n, 0, trie, powers)
    while at < n:
        end, key = longest_key(folded, n, at, trie)
        if key >= 0:
            add_hit(hits, NAME, key, at, end, 0)
        at = next_start(folded, n, end if key >= 0 else at + 1, trie, powers)
