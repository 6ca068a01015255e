"""Scan: one compiled pass over a column of lines, from bytes to raw hits.

Lines are processed in blocks that fit the processor cache, and each step handles a whole block,
because a call to a step costs as much as a short line.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import interpreted, is_compiled, uncounted
from tidewaiter.identify.engine.approximate_match import Anchors, make_near_room
from tidewaiter.identify.engine.context import finish_hits
from tidewaiter.identify.engine.fold import Folded, fold_lines, make_room
from tidewaiter.identify.engine.hashing import Table, make_powers
from tidewaiter.identify.engine.hits import COLUMNS, NAME, Hits, add_hit
from tidewaiter.identify.engine.numbers import scan_numbers
from tidewaiter.identify.engine.phrases import Phrases
from tidewaiter.identify.engine.rules import FoldTables
from tidewaiter.identify.engine.trie import (
    Trie,
    find_starts,
    longest_key,
    longest_strong_key,
)
from tidewaiter.identify.engine.unknown_words import Found, Glue, Verdicts, scan_unknown
from tidewaiter.identify.engine.words import Vocabulary, Words, find_words, make_words

_BLOCK = 12_000  # bytes
_PIPE = ord("|")
_GREEK = (0xCE, 0xCF)  # first bytes of a Greek letter
_FOUND = 64


class Tables(NamedTuple):
    """Lookup tables of the scan."""

    fold: FoldTables
    trie: Trie
    strong: NDArray[np.bool_]  # per key: sufficient without a cue
    vocabulary: Vocabulary
    other: Table  # whole names of other chemicals
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
    found: Found
    units: NDArray[np.int32]  # first unit of each line of the block
    cues: NDArray[np.bool_]  # per line of the block


def scan(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: Tables,
    verdicts: Verdicts,
    *,
    few: bool = False,
) -> NDArray[np.int64]:
    """Scan a column of lines.

    Args:
        text: All lines' bytes, UTF-8.
        offsets: Start of each line, and the end, shape ``(lines + 1,)``.
        tables: Lookup tables for names, numbers and words.
        verdicts: From `make_verdicts`, shared by all scans with these tables.
        few: Run without compiled code, which takes longer to load than a short scan.

    Returns:
        The hits in line order, shape ``(hits, COLUMNS)``; see `hits`.
    """
    run = interpreted(_scan_blocks) if few else _scan_blocks
    room = _make_room(int(np.max(np.diff(offsets), initial=0)), verdicts)
    ambiguous = np.zeros(len(offsets) - 1, np.bool_)
    rows = _scan(run, text, offsets, tables, room, ambiguous)
    twice = np.flatnonzero(ambiguous)
    if len(twice):
        lengths = np.diff(offsets)[twice]
        lines = np.concatenate([text[offsets[at] : offsets[at + 1]] for at in twice])
        starts = np.concatenate([[0], np.cumsum(lengths)])
        more = _scan(run, lines, starts, tables, room, ambiguous[:0])
        more[:, 0] = twice[more[:, 0]]
        rows = np.unique(np.concatenate([rows, more]), axis=0)
    return rows[np.lexsort((rows[:, 1], rows[:, 3], rows[:, 0]))]


def is_scan_compiled() -> bool:
    """Return whether the machine code of the scan is in the cache."""
    return is_compiled(_scan_blocks)


def _scan(
    run: Callable[..., None],
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: Tables,
    room: Room,
    ambiguous: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Scan with a buffer that is enlarged until all hits fit."""
    size = 1024 + len(offsets) // 4
    while True:
        hits = Hits(np.zeros((size, COLUMNS), np.int64), np.zeros(1, np.int64))
        with np.errstate(over="ignore"):  # overflow of hashes in plain Python
            run(text, offsets, tables, room, hits, ambiguous)
        if hits.count[0] <= size:
            return hits.rows[: hits.count[0]]
        size = int(hits.count[0])


def _make_room(longest: int, verdicts: Verdicts) -> Room:
    size = 3 * (longest + _BLOCK) + 8
    found = Found(make_near_room(_FOUND), verdicts)
    lines = _BLOCK + 2
    units, cues = np.zeros(lines, np.int32), np.zeros(lines, np.bool_)
    starts = np.zeros(size, np.int32)
    powers = make_powers(size + 1)
    return Room(make_room(size), make_words(size), powers, starts, found, units, cues)


@uncounted
def _scan_blocks(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    tables: Tables,
    room: Room,
    hits: Hits,
    ambiguous: NDArray[np.bool_],
) -> None:
    """Scan all lines, one block at a time.

    Marks ambiguous lines, which can be read in two ways; without a buffer for marks, reads them in
    the second way.
    """
    lines = len(offsets) - 1
    again = len(ambiguous) < lines
    begin = 0
    while begin < lines:
        end = begin + 1
        while end < lines and offsets[end + 1] - offsets[begin] < _BLOCK and end - begin < _BLOCK:
            end += 1
        if not again and _is_ambiguous(text[offsets[begin] : offsets[end]]):
            for line in range(begin, end):
                ambiguous[line] = _is_ambiguous(text[offsets[line] : offsets[line + 1]])
        _scan_block(text, offsets, begin, end, tables, room, hits, again)
        begin = end


@uncounted
def _is_ambiguous(text: NDArray[np.uint8]) -> bool:
    """Return whether a text contains "|" or a Greek letter, which can be read in two ways."""
    found = False
    for sign in text:
        found |= (sign == _PIPE) | (sign == _GREEK[0]) | (sign == _GREEK[1])
    return found


@uncounted
def _scan_block(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    begin: int,
    end: int,
    tables: Tables,
    room: Room,
    hits: Hits,
    again: bool,
) -> None:
    """Run every step on a block of lines."""
    folded, words, units = room.folded, room.words, room.units
    fold_lines(text, offsets, begin, end, tables.fold, folded, units, again)
    lines = end - begin
    n = units[lines]
    count = find_words(folded, n, room.powers, tables.vocabulary, words)
    start = hits.count[0]
    _scan_names(folded, n, tables.trie, tables.strong, room, hits)
    scan_numbers(
        folded,
        words,
        count,
        tables.cas,
        tables.phrases,
        room.powers,
        units[: lines + 1],
        room.cues,
        hits,
    )
    glue = Glue(tables.trie, tables.strong, tables.vocabulary, tables.other, tables.phrases)
    scan_unknown(
        folded, n, words, count, tables.anchors, room.powers, room.found, glue, hits, start
    )
    here = text[offsets[begin] : offsets[end]]
    finish_hits(
        here,
        offsets,
        begin,
        folded,
        words,
        count,
        tables.other,
        tables.phrases,
        tables.english,
        room.powers,
        units[: lines + 1],
        room.cues,
        hits,
        start,
    )


@uncounted
def _scan_names(
    folded: Folded, n: int, trie: Trie, strong: NDArray[np.bool_], room: Room, hits: Hits
) -> None:
    """Add the longest names, leftmost first, without overlaps.

    A weak name without a cue does not count, so strong names inside it are added too.
    """
    count = find_starts(folded, n, trie, room.powers, room.starts)
    past = weak = 0
    for place in range(count):
        at = room.starts[place]
        if at < past:
            continue
        end, key = longest_key(folded, n, at, trie)
        if key >= 0 and not strong[key]:
            if at >= weak:
                add_hit(hits, NAME, key, at, end, 0)
                weak = end
            end, key = longest_strong_key(folded, n, at, trie, strong)
        if key >= 0:
            add_hit(hits, NAME, key, at, end, 0)
            past = end
