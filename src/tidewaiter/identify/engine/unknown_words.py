"""Unknown words: misspelled names, and names inside compound words."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_NOTHING_BITS, _FEW_BITS = 19, 13
_FEW = 8  # cached keys per word

CONSTANTS = ("_FEW_BITS", "_FEW")


class Verdicts(NamedTuple):
    """Cache of words already searched, by hash; later words replace earlier ones."""

    nothing: NDArray[np.uint64]  # words without near keys
    words: NDArray[np.uint64]  # words with a few near keys
    few: NDArray[np.int32]  # per word: count, keys, and distances


def make_verdicts() -> Verdicts:
    """Allocate the word cache, shared by all scans with the same tables."""
    few = np.zeros((1 << _FEW_BITS, 1 + 2 * _FEW), np.int32)
    words = np.zeros(1 << _FEW_BITS, np.uint64)
    return Verdicts(np.zeros(1 << _NOTHING_BITS, np.uint64), words, few)
