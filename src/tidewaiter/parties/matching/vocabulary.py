"""Names as numbers, as the compiled functions see them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import inlined
from tidewaiter.parties.matching.tables import Letters

WORD, LEGAL, GENERIC, INITIAL_LETTER, PARTICLE, NUMBER = range(6)
MOST_WORDS = 24  # of one form; what follows is not compared


class Vocabulary(NamedTuple):
    """What the compiled functions know of distinct words."""

    letters: Letters
    hashes: NDArray[np.uint64]  # plain
    sizes: NDArray[np.int32]  # letters
    weights: NDArray[np.float32]  # nats
    kinds: NDArray[np.int8]
    sounds: NDArray[np.uint64]  # plain hash of the romanisation
    sound_sizes: NDArray[np.int32]  # its letters; 0: none
    bones: NDArray[np.uint64]  # plain hash of the consonants
    bone_sizes: NDArray[np.int32]


class Forms(NamedTuple):
    """Forms of names: the numbers of their words, in order."""

    owner: NDArray[np.int32]  # the name each form is of
    how: NDArray[np.int8]
    heads: NDArray[np.int64]
    words: NDArray[np.int32]


@inlined
def fixed(kind: int) -> bool:
    """Tell whether words of a kind have one spelling: legal forms, initials, numbers."""
    return kind == LEGAL or kind == INITIAL_LETTER or kind == NUMBER
