"""The pieces of a form: its words, and two or three neighbours joined, as some writers do."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled
from tidewaiter.parties.matching.tables import BASE
from tidewaiter.parties.matching.vocabulary import LEGAL, NUMBER, Forms, Vocabulary

JOINED = 3  # neighbouring words that may be written as one


class Pieces(NamedTuple):
    """The pieces of each form: its words, then two and three of them joined."""

    heads: NDArray[np.int64]
    words: NDArray[np.int32]
    begins: NDArray[np.int8]  # the first word of each piece, in its form
    sizes: NDArray[np.int8]  # words in each piece


@compiled
def joinable(kinds: NDArray[np.int8], words: NDArray[np.int32], begin: int, size: int) -> bool:
    """Tell whether neighbouring words may be written as one."""
    for at in range(begin, begin + size):
        if kinds[words[at]] == LEGAL or kinds[words[at]] == NUMBER:
            return False
    return True


@compiled
def joined_hash(
    hashes: NDArray[np.uint64], sizes: NDArray[np.int32], powers: NDArray[np.uint64],
    words: NDArray[np.int32], begin: int, size: int,
) -> np.uint64:  # fmt: skip
    """Hash neighbouring words, or how they sound, as the one word that they give.

    Returns:
        The hash, not mixed; 0 where a word has none.
    """
    value = np.uint64(0)
    for at in range(begin, begin + size):
        word = words[at]
        if sizes[word] == 0:
            return np.uint64(0)
        value = value * powers[min(sizes[word], len(powers) - 1)] + hashes[word]
    return value


@compiled
def power_table(size: int) -> NDArray[np.uint64]:
    """Return the powers of the base of hashes, from the 0th on."""
    out = np.ones(size, np.uint64)
    for at in range(1, size):
        out[at] = out[at - 1] * BASE
    return out


@compiled
def pieces_of(forms: Forms, vocabulary: Vocabulary) -> tuple[Pieces, NDArray[np.uint64], NDArray[np.uint64]]:
    """Cut forms into pieces.

    Returns:
        The pieces; of each joined piece, whose word is -1 so far, the hash and how it sounds.
    """
    powers = power_table(256)
    most = JOINED * len(forms.words)
    heads = np.zeros(len(forms.heads), np.int64)
    words, begins = np.empty(most, np.int32), np.empty(most, np.int8)
    sizes = np.empty(most, np.int8)
    hashes, sounds = np.empty(most, np.uint64), np.empty(most, np.uint64)
    total = joined = 0
    for form in range(len(forms.heads) - 1):
        begin, end = forms.heads[form], forms.heads[form + 1]
        for size in range(1, JOINED + 1):
            for at in range(begin, end - size + 1):
                if size > 1 and not joinable(vocabulary.kinds, forms.words, at, size):
                    continue
                words[total] = forms.words[at] if size == 1 else -1
                begins[total], sizes[total] = at - begin, size
                total += 1
                if size > 1:
                    hashes[joined] = joined_hash(
                        vocabulary.hashes, vocabulary.sizes, powers, forms.words, at, size
                    )
                    sounds[joined] = joined_hash(
                        vocabulary.sounds, vocabulary.sound_sizes, powers, forms.words, at, size
                    )
                    joined += 1
        heads[form + 1] = total
    pieces = Pieces(heads, words[:total], begins[:total], sizes[:total])
    return pieces, hashes[:joined], sounds[:joined]
