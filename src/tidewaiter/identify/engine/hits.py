"""Raw hits: one row of numbers for each thing that the scan finds.

Columns of a hit: line, kind, value, begin, end (code points of the line), edits, flags,
begin, end (bytes), begin and end of the longer name, begin and end with the salt (code
points). Of a name, edits are 1 where it is glued to other words, and 2 where these say that
there is none of it. The value of a name is its entry, of a CAS number its place in the sorted
numbers, of a number that is not in the registry the number itself, of HS, UN and CUS the
digits behind a 1. Until a hit is finished, begin and end are units of the block.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import uncounted

COLUMNS = 13

# Kinds of hit.
NAME, NEAR, CAS, HS, UN, CUS, CAS_WRONG, CAS_OTHER = 0, 1, 2, 3, 4, 5, 6, 7
COVERING = CAS  # kinds up to here stand over words, which are then not searched

# Flags of a hit.
NEGATED = 1  # "free of", "without"
LONGER = 2  # inside the longer name of another chemical
PART_OF = 4  # joined to a word that makes it another chemical
CUED = 8  # the line holds a cue
SALTED = 16  # a salt word follows or leads
WHOLE = 32  # the line is the name
SCANNED = 64  # letters stand for digits of a number
GLUED = 128  # a name glued to other words


class Hits(NamedTuple):
    """Room for what is found: rows of line, kind, value, first and last units, edits, flags."""

    rows: NDArray[np.int64]
    count: NDArray[np.int64]  # type: ignore[assignment]  # (1,); hides that of a tuple


@uncounted
def add_hit(hits: Hits, kind: int, value: int, begin: int, end: int, edits: int) -> None:
    """Add a hit of the present line; where there is no room, only count it."""
    row = hits.count[0]
    if row < len(hits.rows):
        hits.rows[row, 1] = kind
        hits.rows[row, 2] = value
        hits.rows[row, 3] = begin
        hits.rows[row, 4] = end
        hits.rows[row, 5] = edits
        hits.rows[row, 6] = 0
    hits.count[0] = row + 1
