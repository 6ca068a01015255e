"""Align two name forms greedily by weight, and compute the model features.

A piece is a word or adjacent words joined. Agreements not found through neighbour words are tried
last, between the remaining words: initials, truncated words, a third of the letters different.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.matching.kernels.similar_words import EDIT, JOINED, LOOSE, TWO_EDITS

MOST_PAIRS = 256


class Side(NamedTuple):
    """The words of one form."""

    words: NDArray[np.int32]
    weights: NDArray[np.float32]  # by position
    kinds: NDArray[np.int8]
    marks: NDArray[np.uint32]
    starts: NDArray[np.int64]  # offset of their letters
    letters: NDArray[np.int64]  # number of letters
    firsts: NDArray[np.uint8]
    chinese: NDArray[np.bool_]  # it is pinyin, judging by its letters
    pair: NDArray[np.int16]  # by position: pair index; -1: none
    size: NDArray[np.int32]  # number of words; one value


class Pairs(NamedTuple):
    """Candidate pairs of pieces; after `take` the first `counts[1]` are accepted."""

    asked: NDArray[np.int8]  # first word of the piece
    asked_size: NDArray[np.int8]
    listed: NDArray[np.int8]
    listed_size: NDArray[np.int8]
    share: NDArray[np.float32]
    kind: NDArray[np.int8]
    gain: NDArray[np.float32]
    counts: NDArray[np.int32]  # offered, taken


def new_pairs() -> Pairs:
    """Allocate buffers for the pairs of one alignment."""
    one, two, three, four = (np.zeros(MOST_PAIRS, np.int8) for _ in range(4))
    return Pairs(
        one,
        two,
        three,
        four,
        np.zeros(MOST_PAIRS, np.float32),
        np.zeros(MOST_PAIRS, np.int8),
        np.zeros(MOST_PAIRS, np.float32),
        np.zeros(2, np.int32),
    )


def new_side(size: int) -> Side:
    """Allocate buffers for the words of one form."""
    return Side(
        np.zeros(size, np.int32),
        np.zeros(size, np.float32),
        np.zeros(size, np.int8),
        np.zeros(size, np.uint32),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size, np.uint8),
        np.zeros(size, np.bool_),
        np.zeros(size, np.int16),
        np.zeros(1, np.int32),
    )


NAMES = (
    "one",
    "exact",
    "edit",
    "two edits",
    "romanised",
    "heard",
    "joined",
    "initial",
    "loose",
    "translated",
    "transcribed",
    "respelled",
    "contradicted share",
    "omitted listed share",
    "omitted asked share",
    "evidence",
    "log evidence",
    "contradicted",
    "omitted listed",
    "omitted asked",
    "worst pair",
    "inversions",
    "one pair",
    "two pairs",
    "legal form agrees",
    "legal form differs",
    "kind differs",
    "number differs",
    "rarest asked left over",
    "rarest listed left over",
    "contradicted share squared",
    "fuzziness",
    "shape",
    "omitted of characters",
    "letters",
    "edits",
    "first asked left over",
    "first listed left over",
    "one pair, worst",
    "one pair, evidence",
    "two pairs, evidence",
    "one pair, legal form differs",
)
SIZE = len(NAMES)
(
    ONE,
    FIRST_KIND,
    _2,
    _3,
    _4,
    _5,
    _6,
    _7,
    _8,
    _9,
    _10,
    _11,
    CONTRADICTED_SHARE,
    OMITTED_LISTED_SHARE,
    OMITTED_ASKED_SHARE,
    EVIDENCE,
    LOG_EVIDENCE,
    CONTRADICTED,
    OMITTED_LISTED,
    OMITTED_ASKED,
    WORST,
    INVERSIONS,
    ONE_PAIR,
    TWO_PAIRS,
    LEGAL_SAME,
    LEGAL_DIFFERS,
    KIND_DIFFERS,
    NUMBER_DIFFERS,
    RAREST_ASKED,
    RAREST_LISTED,
    SQUARED,
    FUZZINESS,
    SHAPE,
    OMITTED_CHARACTERS,
    LETTERS,
    EDITS,
    FIRST_ASKED,
    FIRST_LISTED,
    ONE_WORST,
    ONE_EVIDENCE,
    TWO_EVIDENCE,
    ONE_LEGAL,
) = range(SIZE)
NATS = 10.0  # the model uses weights in tens of nats
LETTERS_UNIT = 10.0  # and letters in tens
SPELT = frozenset({EDIT, TWO_EDITS, JOINED, LOOSE})
"""Kinds of agreement whose share is one of letters."""

CONSTANTS = (
    "MOST_PAIRS",
    "SIZE",
    "ONE",
    "FIRST_KIND",
    "CONTRADICTED_SHARE",
    "OMITTED_LISTED_SHARE",
    "OMITTED_ASKED_SHARE",
    "EVIDENCE",
    "LOG_EVIDENCE",
    "CONTRADICTED",
    "OMITTED_LISTED",
    "OMITTED_ASKED",
    "WORST",
    "INVERSIONS",
    "ONE_PAIR",
    "TWO_PAIRS",
    "LEGAL_SAME",
    "LEGAL_DIFFERS",
    "KIND_DIFFERS",
    "NUMBER_DIFFERS",
    "RAREST_ASKED",
    "RAREST_LISTED",
    "SQUARED",
    "FUZZINESS",
    "SHAPE",
    "OMITTED_CHARACTERS",
    "LETTERS",
    "EDITS",
    "FIRST_ASKED",
    "FIRST_LISTED",
    "ONE_WORST",
    "ONE_EVIDENCE",
    "TWO_EVIDENCE",
    "ONE_LEGAL",
    "NATS",
    "LETTERS_UNIT",
)
