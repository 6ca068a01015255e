"""Names as numbers, as the compiled functions see them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined
from tidewaiter.parties.matching.tables import Letters

WORD, LEGAL, GENERIC, INITIAL_LETTER, PARTICLE, NUMBER = range(6)
SYSTEMS = "rpkachnsfvdlmoSLMO"  # the letters that keys begin with; those that join come first
JOINING = 3
MOST_WORDS = 24  # of one form; what follows is not compared


CARD = np.dtype(
    [
        ("weight", np.float32),  # nats
        ("marks", np.uint32),  # a bit for each letter that stands in the word
        ("start", np.uint32),  # of its letters
        ("size", np.uint16),  # letters
        ("kind", np.int8),
        ("first", np.uint8),  # the low bits of its first letter
        ("chinese", np.bool_),  # it is pinyin, as far as its letters tell
    ]
)
"""What an alignment asks of a word: together, as one look at memory costs as much as all sums."""


class Keys(NamedTuple):
    """How words sound: any number of keys a word."""

    heads: NDArray[np.int64]  # where those of each word begin, and the end of the last
    hashes: NDArray[np.uint64]  # plain
    letters: NDArray[np.int8]  # which system, a place in `SYSTEMS`


class Vocabulary(NamedTuple):
    """What the compiled functions know of distinct words."""

    letters: Letters
    keys: Keys
    cards: NDArray[np.void]  # of `CARD`
    hashes: NDArray[np.uint64]  # plain
    sizes: NDArray[np.int32]  # letters
    weights: NDArray[np.float32]  # nats
    kinds: NDArray[np.int8]
    parts: NDArray[np.uint64]  # plain hashes of keys that can be joined, shape (words, JOINING)
    part_sizes: NDArray[np.int32]  # their letters, the same shape; 0: none
    chinese: NDArray[np.bool_]  # it is pinyin, as far as its letters tell


class Forms(NamedTuple):
    """Forms of names: the numbers of their words, in order."""

    owner: NDArray[np.int32]  # the name each form is of
    how: NDArray[np.int8]
    heads: NDArray[np.int64]
    words: NDArray[np.int32]


@inlined
def of_system(plain: np.uint64, letter: int) -> np.uint64:
    """Tell the hash of a key from that of the same letters in another system."""
    return plain + np.uint64(letter + 1) * np.uint64(0xD6E8FEB86659FD93)


@compiled
def systems_of(hashes: NDArray[np.uint64], letters: NDArray[np.int8]) -> NDArray[np.uint64]:
    """Do as `of_system` for many keys."""
    out = np.empty(len(hashes), np.uint64)
    for at in range(len(hashes)):
        out[at] = of_system(hashes[at], letters[at])
    return out


def cards_of(
    letters: Letters,
    marks: NDArray[np.uint32],
    weights: NDArray[np.float32],
    kinds: NDArray[np.int8],
    chinese: NDArray[np.bool_],
) -> NDArray[np.void]:
    """Lay out what is known of each word side by side."""
    cards = np.zeros(len(weights), CARD)
    begins, sizes = letters.starts[:-1], np.diff(letters.starts)
    cards["weight"], cards["kind"], cards["marks"] = weights, kinds, marks
    cards["start"], cards["size"], cards["chinese"] = begins, sizes, chinese
    some = sizes > 0
    cards["first"][some] = letters.units[begins[some]] & 0xFF
    return cards


@inlined
def fixed(kind: int) -> bool:
    """Tell whether words of a kind have one spelling: legal forms, initials, numbers."""
    return kind == LEGAL or kind == INITIAL_LETTER or kind == NUMBER
