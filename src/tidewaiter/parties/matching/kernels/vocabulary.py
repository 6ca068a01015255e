"""Names as numeric arrays: vocabularies, hash tables of words, and joined adjacent words.

A table returns all listed words with the same spelling, spelling with deletions, or phonetic key.
32 bits are compared within a bucket, so a false hit occurs once in about a billion look-ups;
results are compared letter by letter, or are hints only.
"""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.native.calls import native
from tidewaiter.native.layout import Items

BASE = np.uint64(0x9E3779B97F4A7C15)  # base of the rolling hash; odd
WORD, LEGAL, GENERIC, INITIAL_LETTER, PARTICLE, NUMBER = range(6)
SYSTEMS = "rpkachnfvd"  # first letters of keys; those of joinable systems come first
JOINED = 3  # maximum adjacent words that are joined
JOINING = 3
MOST_WORDS = 24  # words per form that are compared
_LOW = np.uint64(0xFFFFFFFF)

CONSTANTS = (
    "BASE",
    "LEGAL",
    "INITIAL_LETTER",
    "PARTICLE",
    "NUMBER",
    "JOINED",
    "JOINING",
    "MOST_WORDS",
)


class Table(NamedTuple):
    """Hash table with buckets; the number of buckets is a power of two."""

    heads: NDArray[np.int32]  # start of each bucket, and the end of the last
    checks: NDArray[np.uint32]  # low half of each hash
    values: NDArray[np.int32]
    shift: NDArray[np.uint64]  # shift of the high half to the bucket number; one value


class Letters(NamedTuple):
    """Words as concatenated letters."""

    units: NDArray[np.uint32]
    starts: NDArray[np.int64]  # one more than words


def plain_hashes(letters: Letters) -> NDArray[np.uint64]:
    """Hash each word such that the hash of joined words can be computed from theirs; not mixed."""
    hashes = np.empty(len(letters.starts) - 1, np.uint64)
    _hash_words(letters, hashes)
    return hashes


@native
def _hash_words(letters: Letters, hashes: NDArray[np.uint64]) -> None:
    """Write the unmixed hash of each word."""


def letter_marks(letters: Letters) -> NDArray[np.uint32]:
    """Return a bit mask of the letters in each word; different letters may share a bit."""
    marks = np.empty(len(letters.starts) - 1, np.uint32)
    _mark_letters(letters, marks)
    return marks


@native
def _mark_letters(letters: Letters, marks: NDArray[np.uint32]) -> None:
    """Write the bit mask of the letters in each word."""


def mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix many hashes over all 64 bits."""
    out = np.empty(len(hashes), np.uint64)
    _mix_into(hashes, out)
    return out


@native
def _mix_into(hashes: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    """Write each hash mixed."""


def letters_of(words: Sequence[str]) -> Letters:
    """Convert words to letters."""
    starts = np.zeros(len(words) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, words), np.int64, len(words)), out=starts[1:])
    joined = bytearray("".join(words).encode("utf-32-le", "surrogatepass"))
    return Letters(np.frombuffer(joined, np.uint32), starts)  # writable, as those loaded from disk


def table_of(keys: NDArray[np.uint64], values: NDArray[np.int32]) -> Table:
    """Build a table of mixed hashes; equal hashes keep the order of their values."""
    bits = max(4, min(26, len(keys).bit_length()))
    shift = np.uint64(64 - bits)
    place = (keys >> shift).astype(np.int64)
    order = np.argsort(place, kind="stable")
    heads = np.zeros((1 << bits) + 1, np.int32)
    np.cumsum(np.bincount(place, minlength=1 << bits), out=heads[1:])
    checks = (keys[order] & _LOW).astype(np.uint32)
    return Table(heads, checks, values[order], np.array([shift], np.uint64))


CARD = np.dtype(
    [
        ("weight", np.float32),  # nats
        ("marks", np.uint32),  # bit mask of the letters in the word
        ("start", np.uint32),  # offset of its letters
        ("size", np.uint16),  # number of letters
        ("kind", np.int8),
        ("first", np.uint8),  # low bits of its first letter
        ("chinese", np.bool_),  # it is pinyin, judging by its letters
    ]
)
"""Word data for an alignment, stored together: a cache miss costs as much as the arithmetic."""
Cards = Annotated[NDArray[np.void], Items("Card", CARD)]


class Keys(NamedTuple):
    """Phonetic keys of words, any number per word."""

    heads: NDArray[np.int64]  # start for each word, and the end of the last
    hashes: NDArray[np.uint64]  # unmixed
    letters: NDArray[np.int8]  # system: index in `SYSTEMS`


class Vocabulary(NamedTuple):
    """Data of distinct words for the search."""

    letters: Letters
    keys: Keys
    cards: Cards
    hashes: NDArray[np.uint64]  # unmixed
    sizes: NDArray[np.int32]  # number of letters
    weights: NDArray[np.float32]  # nats
    kinds: NDArray[np.int8]
    parts: NDArray[np.uint64]  # unmixed hashes of joinable keys, shape (words, JOINING)
    part_sizes: NDArray[np.int32]  # their number of letters, same shape; 0: none
    chinese: NDArray[np.bool_]  # it is pinyin, judging by its letters


class Forms(NamedTuple):
    """Name forms as word numbers, in order."""

    owner: NDArray[np.int32]  # name of each form
    how: NDArray[np.int8]
    heads: NDArray[np.int64]
    words: NDArray[np.int32]


def systems_of(hashes: NDArray[np.uint64], letters: NDArray[np.int8]) -> NDArray[np.uint64]:
    """Distinguish the hashes of keys from those of the same letters in another system."""
    out = np.empty(len(hashes), np.uint64)
    _mark_systems(hashes, letters, out)
    return out


@native
def _mark_systems(
    hashes: NDArray[np.uint64], letters: NDArray[np.int8], out: NDArray[np.uint64]
) -> None:
    """Write the hash of each key in its system."""


def cards_of(
    letters: Letters,
    marks: NDArray[np.uint32],
    weights: NDArray[np.float32],
    kinds: NDArray[np.int8],
    chinese: NDArray[np.bool_],
) -> Cards:
    """Build the word data for alignments."""
    cards = np.zeros(len(weights), CARD)
    begins, sizes = letters.starts[:-1], np.diff(letters.starts)
    cards["weight"], cards["kind"], cards["marks"] = weights, kinds, marks
    cards["start"], cards["size"], cards["chinese"] = begins, sizes, chinese
    some = sizes > 0
    cards["first"][some] = letters.units[begins[some]] & 0xFF
    return cards


class Pieces(NamedTuple):
    """Pieces of each form: its words, then two and three of them joined."""

    heads: NDArray[np.int32]
    words: NDArray[np.int32]
    begins: NDArray[np.int8]  # first word of each piece, in its form
    sizes: NDArray[np.int8]  # number of words in each piece


def pieces_of(
    forms: Forms, vocabulary: Vocabulary
) -> tuple[Pieces, NDArray[np.uint64], NDArray[np.uint64]]:
    """Split forms into pieces.

    Returns:
        The pieces; and for each joined piece, without a word (-1) yet, its hash and phonetic key.
    """
    most = JOINED * len(forms.words)
    heads, words = np.zeros(len(forms.heads), np.int32), np.empty(most, np.int32)
    begins, sizes = np.empty(most, np.int8), np.empty(most, np.int8)
    hashes, sounds = np.empty(most, np.uint64), np.empty((most, JOINING), np.uint64)
    total = _split(forms, vocabulary, Pieces(heads, words, begins, sizes), hashes, sounds)
    joined = total - len(forms.words)
    pieces = Pieces(heads, words[:total], begins[:total], sizes[:total])
    return pieces, hashes[:joined], sounds[:joined]


@native
def _split(
    forms: Forms,
    vocabulary: Vocabulary,
    pieces: Pieces,
    hashes: NDArray[np.uint64],
    sounds: NDArray[np.uint64],
) -> int:
    """Write the pieces, and the hashes of those that are joined; return the number of pieces."""
