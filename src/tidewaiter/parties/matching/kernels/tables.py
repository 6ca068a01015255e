"""Tables from a hash to the words that have it, and the hashes themselves.

A table answers with all words of the list that share a spelling, a spelling with letters left
out, or a key of sound. 32 bits are compared within a bucket, so a stranger turns up once in
some billion look-ups; whatever is found is compared letter by letter, or is a hint.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined

BASE = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_LOW = np.uint64(0xFFFFFFFF)


class Table(NamedTuple):
    """Values by hash, in buckets; the number of buckets is a power of two."""

    heads: NDArray[np.int32]  # where each bucket begins, and the end of the last
    checks: NDArray[np.uint32]  # the low half of each hash
    values: NDArray[np.int32]
    shift: NDArray[np.uint64]  # how far the high half is shifted to give a bucket; one value


class Letters(NamedTuple):
    """Words as letters, one after the other."""

    units: NDArray[np.uint32]
    starts: NDArray[np.int64]  # one more than there are words


@inlined
def mix(value: np.uint64) -> np.uint64:
    """Spread a hash over all 64 bits (the finaliser of SplitMix64)."""
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))


@inlined
def bucket(table: Table, key: np.uint64) -> tuple[int, int]:
    """Return where the bucket of a mixed hash begins and ends."""
    at = np.int64(key >> table.shift[0])
    return table.heads[at], table.heads[at + 1]


@inlined
def check(key: np.uint64) -> np.uint32:
    """Return the half of a mixed hash that is compared."""
    return np.uint32(key & _LOW)


@compiled
def plain_hashes(letters: Letters) -> NDArray[np.uint64]:
    """Hash each word so that the hash of two words joined follows from theirs; not mixed."""
    out = np.empty(len(letters.starts) - 1, np.uint64)
    for word in range(len(out)):
        value = np.uint64(0)
        for at in range(letters.starts[word], letters.starts[word + 1]):
            value = value * BASE + np.uint64(letters.units[at]) + np.uint64(1)
        out[word] = value
    return out


@compiled
def letter_marks(letters: Letters) -> NDArray[np.uint32]:
    """Mark which letters stand in each word, a bit for each; unlike letters may share one."""
    out = np.zeros(len(letters.starts) - 1, np.uint32)
    for word in range(len(out)):
        for at in range(letters.starts[word], letters.starts[word + 1]):
            out[word] |= np.uint32(1) << np.uint32(letters.units[at] & np.uint32(31))
    return out


@inlined
def bits(value: np.uint32) -> int:
    """Count the bits that are set."""
    value = value - ((value >> np.uint32(1)) & np.uint32(0x55555555))
    value = (value & np.uint32(0x33333333)) + ((value >> np.uint32(2)) & np.uint32(0x33333333))
    value = (value + (value >> np.uint32(4))) & np.uint32(0x0F0F0F0F)
    return int((np.uint64(value) * np.uint64(0x01010101) >> np.uint64(24)) & np.uint64(255))


@compiled
def mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread many hashes."""
    out = np.empty(len(hashes), np.uint64)
    for at in range(len(hashes)):
        out[at] = mix(hashes[at])
    return out


def letters_of(words: Sequence[str]) -> Letters:
    """Lay words out as letters."""
    starts = np.zeros(len(words) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, words), np.int64, len(words)), out=starts[1:])
    joined = bytearray("".join(words).encode("utf-32-le", "surrogatepass"))
    return Letters(np.frombuffer(joined, np.uint32), starts)  # to be written, as those kept on disk


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
