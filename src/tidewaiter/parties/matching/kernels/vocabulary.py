"""Names as numeric arrays: vocabularies, hash tables of words, and joined adjacent words.

A table returns all listed words with the same spelling, spelling with deletions, or phonetic key.
32 bits are compared within a bucket, so a false hit occurs once in about a billion look-ups;
results are compared letter by letter, or are hints only.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted

BASE = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_LOW = np.uint64(0xFFFFFFFF)


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


@inlined
def mix(value: np.uint64) -> np.uint64:
    """Mix a hash over all 64 bits (the finaliser of SplitMix64)."""
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))


@inlined
def bucket(table: Table, key: np.uint64) -> tuple[int, int]:
    """Return the start and end of the bucket of a mixed hash."""
    at = np.int64(key >> table.shift[0])
    return table.heads[at], table.heads[at + 1]


@inlined
def check(key: np.uint64) -> np.uint32:
    """Return the half of a mixed hash used for comparison."""
    return np.uint32(key & _LOW)


@compiled
def plain_hashes(letters: Letters) -> NDArray[np.uint64]:
    """Hash each word such that the hash of joined words can be computed from theirs; not mixed."""
    out = np.empty(len(letters.starts) - 1, np.uint64)
    for word in range(len(out)):
        value = np.uint64(0)
        for at in range(letters.starts[word], letters.starts[word + 1]):
            value = value * BASE + np.uint64(letters.units[at]) + np.uint64(1)
        out[word] = value
    return out


@compiled
def letter_marks(letters: Letters) -> NDArray[np.uint32]:
    """Return a bit mask of the letters in each word; different letters may share a bit."""
    out = np.zeros(len(letters.starts) - 1, np.uint32)
    for word in range(len(out)):
        for at in range(letters.starts[word], letters.starts[word + 1]):
            out[word] |= np.uint32(1) << np.uint32(letters.units[at] & np.uint32(31))
    return out


@inlined
def bits(value: np.uint32) -> int:
    """Count the bits set."""
    value = value - ((value >> np.uint32(1)) & np.uint32(0x55555555))
    value = (value & np.uint32(0x33333333)) + ((value >> np.uint32(2)) & np.uint32(0x33333333))
    value = (value + (value >> np.uint32(4))) & np.uint32(0x0F0F0F0F)
    return int((np.uint64(value) * np.uint64(0x01010101) >> np.uint64(24)) & np.uint64(255))


@compiled
def mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix many hashes."""
    out = np.empty(len(hashes), np.uint64)
    for at in range(len(hashes)):
        out[at] = mix(hashes[at])
    return out


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


WORD, LEGAL, GENERIC, INITIAL_LETTER, PARTICLE, NUMBER = range(6)
SYSTEMS = "rpkachnsfvdlmoSLMO"  # first letters of keys; those of joinable systems come first
JOINING = 3
MOST_WORDS = 24  # words per form that are compared


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


class Keys(NamedTuple):
    """Phonetic keys of words, any number per word."""

    heads: NDArray[np.int64]  # start for each word, and the end of the last
    hashes: NDArray[np.uint64]  # unmixed
    letters: NDArray[np.int8]  # system: index in `SYSTEMS`


class Vocabulary(NamedTuple):
    """Data of distinct words for the compiled functions."""

    letters: Letters
    keys: Keys
    cards: NDArray[np.void]  # of type `CARD`
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


@inlined
def of_system(plain: np.uint64, letter: int) -> np.uint64:
    """Distinguish a key's hash from the same letters in another system."""
    return plain + np.uint64(letter + 1) * np.uint64(0xD6E8FEB86659FD93)


@compiled
def systems_of(hashes: NDArray[np.uint64], letters: NDArray[np.int8]) -> NDArray[np.uint64]:
    """Vectorised `of_system`."""
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
    """Build the word data for alignments."""
    cards = np.zeros(len(weights), CARD)
    begins, sizes = letters.starts[:-1], np.diff(letters.starts)
    cards["weight"], cards["kind"], cards["marks"] = weights, kinds, marks
    cards["start"], cards["size"], cards["chinese"] = begins, sizes, chinese
    some = sizes > 0
    cards["first"][some] = letters.units[begins[some]] & 0xFF
    return cards


@inlined
def fixed(kind: int) -> bool:
    """Return whether words of a kind have a fixed spelling: legal forms, initials, numbers."""
    return kind == LEGAL or kind == INITIAL_LETTER or kind == NUMBER


JOINED = 3  # maximum adjacent words that are joined


class Pieces(NamedTuple):
    """Pieces of each form: its words, then two and three of them joined."""

    heads: NDArray[np.int32]
    words: NDArray[np.int32]
    begins: NDArray[np.int8]  # first word of each piece, in its form
    sizes: NDArray[np.int8]  # number of words in each piece


@inlined
def wrapped(place: int, size: int) -> int:
    """Return a position in a form, wrapping around at the end."""
    return place - size if place >= size else place


@uncounted
def joinable(
    kinds: NDArray[np.int8], words: NDArray[np.int32], form: tuple[int, int], begin: int, size: int
) -> bool:
    """Return whether adjacent words can be joined; the first word follows the last."""
    for at in range(begin, begin + size):
        kind = kinds[words[form[0] + wrapped(at, form[1])]]
        if kind == LEGAL or kind == NUMBER:
            return False
    return True


@inlined
def joins(words: int, size: int) -> int:
    """Return the number of possible starts of a joined piece: "DOE, John" is also "JohnDoe"."""
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
    """Hash adjacent words, or their phonetic keys, as the joined word.

    Args:
        hashes: Hash of each word.
        sizes: Number of letters of each word.
        powers: From `power_table`.
        words: Words of all forms.
        form: Start of this form, and its number of words.
        begin: First word of the piece, in the form.
        size: Number of words in the piece.

    Returns:
        The unmixed hash; 0 if a word has none.
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
    """Return the powers of the hash base, from the 0th on."""
    out = np.ones(size, np.uint64)
    for at in range(1, size):
        out[at] = out[at - 1] * BASE
    return out


@compiled
def pieces_of(
    forms: Forms, vocabulary: Vocabulary
) -> tuple[Pieces, NDArray[np.uint64], NDArray[np.uint64]]:
    """Split forms into pieces.

    Returns:
        The pieces; and for each joined piece, without a word (-1) yet, its hash and phonetic key.
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
