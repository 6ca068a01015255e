"""Similar words: listed words to which a query word may correspond, and near spellings.

Two words at one edit (insertion, deletion, replacement, swap) are equal after deletion of one
letter in each. So each word of the list is indexed under its first letters with up to two
deletions, and a query word is looked up in the same way (SymSpell).

Equal words, words of nearly the same spelling, words with a common phonetic key, and words of
another script that sound alike. For each word the best kind counts.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.native.calls import native
from tidewaiter.parties.matching.kernels.heard import Heard
from tidewaiter.parties.matching.kernels.vocabulary import Letters, Table, Vocabulary

FAR = 99
EXACT, EDIT, TWO_EDITS, ROMANISED, HEARD, JOINED, INITIAL, LOOSE, TRANSLATED, SYSTEM, RESPELLED = (
    range(11)
)
"""Kinds of agreement; LOOSE: a third of the letters differ, or one word is truncated."""
_MOST = 96  # neighbours per word
_SHORTENED = 46  # hashes under which a word is indexed, at most

CONSTANTS = (
    "FAR",
    "EXACT",
    "EDIT",
    "TWO_EDITS",
    "ROMANISED",
    "HEARD",
    "JOINED",
    "INITIAL",
    "LOOSE",
    "TRANSLATED",
    "SYSTEM",
    "RESPELLED",
    "_MOST",
    "_SHORTENED",
)


@native
def most_edits(size: int) -> int:
    """Return the maximum edits for a word length: none below 4 letters, two from 7."""


@native
def edits(one: NDArray[np.uint32], other: NDArray[np.uint32], most: int) -> int:
    """Return the optimal string alignment distance of two words; FAR above `most`."""


def filed(letters: Letters, use: NDArray[np.bool_]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Return the hashes under which the selected words are indexed, and the word of each."""
    most = _SHORTENED * int(np.count_nonzero(use))
    keys, values = np.empty(most, np.uint64), np.empty(most, np.int32)
    count = _file(letters, use, keys, values)
    return keys[:count], values[:count]


@native
def _file(
    letters: Letters,
    use: NDArray[np.bool_],
    keys: NDArray[np.uint64],
    values: NDArray[np.int32],
) -> int:
    """Write the hashes of the selected words, and the word of each; return how many."""


class Lookup(NamedTuple):
    """Look-up tables for the words of the list."""

    letters: Letters
    equal: Table  # by whole word
    near: Table  # by spelling with deletions
    keys: Table  # by the keys of each system
    chinese: NDArray[np.bool_]  # by word: it is pinyin, judging by its letters
    words: int  # number of words, including joined ones


class Neighbours(NamedTuple):
    """The listed words near each query word, closest first."""

    heads: NDArray[np.int64]
    words: NDArray[np.int32]
    shares: NDArray[np.float32]  # 1 for equal words
    kinds: NDArray[np.int8]


def neighbours(lookup: Lookup, asked: Vocabulary, heard: Heard) -> Neighbours:
    """Find the neighbours of each query word.

    Args:
        lookup: Look-up tables for the list.
        asked: Query words.
        heard: The listed words that sound like each query word.
    """
    size = len(asked.hashes)
    heads, seen = np.zeros(size + 1, np.int64), np.full(lookup.words, -1, np.int32)
    room = 4 * size + _MOST
    words, shares = np.empty(room, np.int32), np.empty(room, np.float32)
    found = Neighbours(heads, words, shares, np.empty(room, np.int8))
    done = _find(lookup, asked, heard, 0, seen, found)
    while done < size:
        found = _resized(found, 2 * len(found.words))
        done = _find(lookup, asked, heard, done, seen, found)
    return _resized(found, int(heads[-1]))


def _resized(found: Neighbours, size: int) -> Neighbours:
    words, shares = np.resize(found.words, size), np.resize(found.shares, size)
    return Neighbours(found.heads, words, shares, np.resize(found.kinds, size))


@native
def _find(
    lookup: Lookup,
    asked: Vocabulary,
    heard: Heard,
    first: int,
    seen: NDArray[np.int32],
    out: Neighbours,
) -> int:
    """Find the neighbours of query words from `first` on, as far as they fit.

    Args:
        lookup: Look-up tables for the list.
        asked: Query words.
        heard: The listed words that sound like each query word.
        first: The first word.
        seen: Work buffer, by word of the list; all -1.
        out: Output: appended to that of the words before.

    Returns:
        The first word whose neighbours do not fit, or the number of words.
    """
