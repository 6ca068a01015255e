"""Raw hits: one row of numbers per match of the scan.

Columns of a hit: line, kind, value, begin, end (code points of the line), edits, flags, begin, end
(bytes), begin and end of the longer name, begin and end with the salt (code points). For a name,
edits are `IN_COMPOUND`, `IN_NEGATION` or `JOINED`, or 0. The value of a name is its key,
of a CAS number its index in the sorted numbers, of a number that is not in the registry the number
itself, of HS, UN and CUS the digits after a leading 1. Until a hit is finished, begin and end are
units of the block.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

COLUMNS = 13

# Kinds of hits.
NAME, NEAR, CAS, HS, UN, CUS, CAS_WRONG, CAS_OTHER = 0, 1, 2, 3, 4, 5, 6, 7
COVERING = CAS  # kinds up to here cover words, which are then not searched

# Edits of names.
IN_COMPOUND = 1  # inside a compound word
IN_NEGATION = 2  # inside one that negates it
JOINED = 3  # with a joined prefix or suffix

# Flags of hits.
NEGATED = 1  # "free of", "without"
LONGER = 2  # inside the longer name of another chemical
PART_OF = 4  # joined to a word that makes it another chemical
CUED = 8  # the line contains a cue
SALTED = 16  # a salt word precedes or follows
WHOLE = 32  # the whole line is the name
SCANNED = 64  # letters instead of digits in a number
GLUED = 128  # name in a compound word
FORM = 256  # the name in another case, in reverse order, or with a joined particle

CONSTANTS = (
    "COLUMNS",
    "NAME",
    "NEAR",
    "CAS",
    "HS",
    "UN",
    "CUS",
    "CAS_WRONG",
    "CAS_OTHER",
    "COVERING",
    "IN_COMPOUND",
    "IN_NEGATION",
    "JOINED",
    "NEGATED",
    "LONGER",
    "PART_OF",
    "CUED",
    "SALTED",
    "WHOLE",
    "SCANNED",
    "GLUED",
    "FORM",
)


class Hits(NamedTuple):
    """Buffer for hits: rows of line, kind, value, first and last units, edits, flags."""

    rows: NDArray[np.int64]
    count: NDArray[np.int64]  # type: ignore[assignment]  # (1,); hides that of a tuple
