"""Link the words of a list to a query form, in preallocated buffers."""

from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from tidewaiter.native.calls import native
from tidewaiter.parties.matching.index import Listed
from tidewaiter.parties.matching.kernels.alignment import (
    SIZE,
    Pairs,
    Side,
    new_pairs,
    new_side,
)
from tidewaiter.parties.matching.kernels.similar_words import Neighbours
from tidewaiter.parties.matching.kernels.vocabulary import MOST_WORDS, Forms, Vocabulary
from tidewaiter.parties.names import Problem

WIDE = 64  # forms ranked with all words, for each query form
TOP = 24  # aligned forms
KEPT = 10  # entries returned for each name
LOW_BITS = 0xFFF  # of a word number: fits the cache, with few collisions
_MOST_LINKS = 8192
LINKS, TOUCHED, MET, TOPS, EVER = range(5)  # places in `Room.counts`

CONSTANTS = ("WIDE", "TOP", "KEPT", "LOW_BITS", "LINKS", "TOUCHED", "MET", "TOPS", "EVER")

PROBLEMS: tuple[Problem, ...] = get_args(Problem)
NAMELESS: frozenset[Problem] = frozenset({"empty", "generic words only"})
"""Problems of names that cannot match by name."""


class Asking(NamedTuple):
    """A batch of queries."""

    forms: Forms
    vocabulary: Vocabulary
    neighbours: Neighbours
    kind: NDArray[np.int8]  # by name; 0: unknown
    problem: NDArray[np.int8]  # by name: index in `PROBLEMS`


class Room(NamedTuple):
    """Work buffers, for one thread."""

    asked: Side
    listed: Side
    pairs: Pairs
    features: NDArray[np.float32]
    link_of: NDArray[np.int32]  # by word of the list: its first link; -1
    linked: NDArray[np.bool_]  # by the low bits of such words: whether any has a link
    links: NDArray[np.int32]  # next link, first word, number of words: shape (3, links)
    shares: NDArray[np.float32]
    kinds: NDArray[np.int8]
    touched: NDArray[np.int32]  # words of the list with a link
    gains: NDArray[np.float32]  # by touched word: maximum agreeing weight
    turns: NDArray[np.uint64]  # touched words in low bits, ascending by the sort key above
    known: NDArray[np.int32]  # by form: its latest number among all forms found
    met: NDArray[np.int32]  # forms found
    agreed: NDArray[np.float32]  # by form found: weight of the words through which it was found
    ranks: NDArray[np.float64]  # by form found: that weight as a share of both names
    left: NDArray[np.float32]  # weight of words not followed; of all that are not in agreed
    top: NDArray[np.int32]
    top_rank: NDArray[np.float32]
    counts: NDArray[np.int64]  # links, touched, met, top, total forms found


def new_room(listed: Listed) -> Room:
    """Allocate buffers to search a list."""
    forms = len(listed.entry)
    return Room(
        new_side(MOST_WORDS),
        new_side(MOST_WORDS),
        new_pairs(),
        np.zeros(SIZE, np.float32),
        np.full(listed.lookup.words, -1, np.int32),
        np.zeros(LOW_BITS + 1, np.bool_),
        np.zeros((3, _MOST_LINKS), np.int32),
        np.zeros(_MOST_LINKS, np.float32),
        np.zeros(_MOST_LINKS, np.int8),
        np.zeros(_MOST_LINKS, np.int32),
        np.zeros(_MOST_LINKS, np.float32),
        np.zeros(_MOST_LINKS, np.uint64),
        np.full(forms, -1, np.int32),
        np.zeros(forms, np.int32),
        np.zeros(forms, np.float32),
        np.zeros(max(forms, WIDE)),
        np.zeros(2, np.float32),
        np.zeros(WIDE, np.int32),
        np.zeros(WIDE, np.float32),
        np.zeros(5, np.int64),
    )


@native
def link_form(room: Room, listed: Listed, asking: Asking, form: int) -> int:
    """Link the words of the list to the pieces of a query form; return its number of words."""
