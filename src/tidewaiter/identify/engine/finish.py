"""Finish: look around each raw hit of a block, and say where it stands in its line."""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import uncounted
from tidewaiter.identify.context import is_part, longer_name, salt_span
from tidewaiter.identify.fold import Folded
from tidewaiter.identify.hashing import Table
from tidewaiter.identify.hits import (
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
from tidewaiter.identify.negation import View, is_negated, may_be_negated
from tidewaiter.identify.phrases import Phrases
from tidewaiter.identify.words import Words, word_at


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
