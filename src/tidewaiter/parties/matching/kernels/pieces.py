"""The pieces of a form: its words, and two or three neighbours joined, as some writers do."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.parties.matching.tables import BASE
from tidewaiter.parties.matching.vocabulary import JOINING, LEGAL, NUMBER, Forms, Vocabulary

JOINED = 3  # neighbouring words that may be written as one


class Pieces(NamedTuple):
    """The pieces of each form: its words, then two and three of them joined."""

    heads: NDArray[np.int32]
    words: NDArray[np.int32]
    begins: NDArray[np.int8]  # the first word of each piece, in its form
    sizes: NDArray[np.int8]  # words in each piece


@inlined
def wrapped(place: int, size: int) -> int:
    """Return a place in a form; after the last word comes the first."""
    return place - size if place >= size else place


@uncounted
def joinable(
    kinds: NDArray[np.int8], words: NDArray[np.int32], form: tuple[int, int], begin: int, size: int
) -> bool:
    """Tell whether neighbouring words may be written as one; the first follows the last."""
    for at in range(begin, begin + size):
        kind = kinds[words[form[0] + wrapped(at, form[1])]]
        if kind == LEGAL or kind == NUMBER:
            return False
    return True


@inlined
def joins(words: int, size: int) -> int:
    """Return how many places a joined piece may begin at: "DOE, John" is also "JohnDoe"."""
    return words if size == 2 and words > 1 else words - size + 1


@uncounted
def joined_hash(
    hashes: NDArray[np.uint64],
    sizes: NDArray[np.int32],
    powers: NDArray[np.uint64],
    words: NDArray[np.int32],
    form: tuple[int, int],
    begin: int,
    size: int,
) -> np.uint64:
    """Hash neighbouring words, or how they sound, as the one word that they give.

    Args:
        hashes: Of each word.
        sizes: Letters of each word.
        powers: From `power_table`.
        words: Of all forms.
        form: Where this form begins, and its words.
        begin: The first word of the piece, in the form.
        size: Words of the piece.

    Returns:
        The hash, not mixed; 0 where a word has none.
    """
    value = np.uint64(0)
    for at in range(begin, begin + size):
        word = words[form[0] + wrapped(at, form[1])]
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
def pieces_of(
    forms: Forms, vocabulary: Vocabulary
) -> tuple[Pieces, NDArray[np.uint64], NDArray[np.uint64]]:
    """Cut forms into pieces.

    Returns:
        The pieces; of each joined piece, whose word is -1 so far, the hash and how it sounds.
    """
    powers = power_table(256)
    most = JOINED * len(forms.words)
    heads = np.zeros(len(forms.heads), np.int32)
    words, begins = np.empty(most, np.int32), np.empty(most, np.int8)
    sizes = np.empty(most, np.int8)
    hashes, sounds = np.empty(most, np.uint64), np.empty((most, JOINING), np.uint64)
    total = joined = 0
    for form in range(len(forms.heads) - 1):
        span = (forms.heads[form], forms.heads[form + 1] - forms.heads[form])
        for size in range(1, JOINED + 1):
            for at in range(span[1] if size == 1 else joins(span[1], size)):
                if size > 1 and not joinable(vocabulary.kinds, forms.words, span, at, size):
                    continue
                words[total] = forms.words[span[0] + at] if size == 1 else -1
                begins[total], sizes[total] = at, size
                total += 1
                if size == 1:
                    continue
                hashes[joined] = joined_hash(
                    vocabulary.hashes, vocabulary.sizes, powers, forms.words, span, at, size
                )
                for system in range(JOINING):
                    sounds[joined, system] = joined_hash(
                        vocabulary.parts[:, system],
                        vocabulary.part_sizes[:, system],
                        powers,
                        forms.words,
                        span,
                        at,
                        size,
                    )
                joined += 1
        heads[form + 1] = total
    pieces = Pieces(heads, words[:total], begins[:total], sizes[:total])
    return pieces, hashes[:joined], sounds[:joined]
