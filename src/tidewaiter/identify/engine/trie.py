"""Trie of folded names: one step per unit, found by hash.

Starting at each word beats an automaton here: names begin and end at word boundaries, and nine of
ten words in trade text are rejected by the filter of first units.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.identify.engine.fold import Folded
from tidewaiter.identify.engine.hashing import Table, build_table, hash_keys
from tidewaiter.identify.engine.hits import Hits
from tidewaiter.native.calls import native

_FILTER_BITS = 18
_UNIT_BITS = 21  # of a code point
_HEAD = 6  # units examined by the filter for long keys
AFFIX = 12  # units of the longest affix; a Korean syllable is two or three

ANY = 255

CONSTANTS = ("_FILTER_BITS", "_HEAD", "AFFIX", "ANY")


class Affixes(NamedTuple):
    """What some languages join to the first or the last word of a name; a language is one bit."""

    prefixes: Table  # units to languages
    suffixes: Table
    takes: NDArray[np.int32]  # per key: languages whose affixes it has
    gaps: NDArray[np.uint8]  # per key that has any: its spaces in the text


class Trie(NamedTuple):
    """Trie of units; node 0 is the root."""

    steps: Table  # (node, unit) to node
    ends: NDArray[np.int32]  # per node: the key that ends there, or -1
    heads: NDArray[np.uint8]  # bit filter: hashes of the first units of long keys
    shorts: NDArray[np.uint8]  # bit filter: hashes of short keys
    spaces: NDArray[np.uint8]  # per key: its spaces in the text; `ANY` if they may be anywhere
    affixes: Affixes


@native
def find_names(
    room: Folded,
    n: int,
    trie: Trie,
    strong: NDArray[np.bool_],
    powers: NDArray[np.uint64],
    starts: NDArray[np.int32],
    hits: Hits,
) -> None:
    """Add the longest names, leftmost first, without overlaps, as the scan does.

    A weak name without a cue does not count, so strong names inside it are added too.

    Args:
        room: The folded text.
        n: Number of units.
        trie: The keys.
        strong: Per key: sufficient without a cue.
        powers: Powers of the hash base.
        starts: A buffer, at least one longer than `n`.
        hits: Output: the names.
    """


def build_affixes(
    prefixes: Mapping[str, int],
    suffixes: Mapping[str, int],
    takes: Sequence[int],
    gaps: Sequence[int] | NDArray[np.uint8],
) -> Affixes:
    """Build the tables of affixes.

    Args:
        prefixes: Folded prefixes of up to `AFFIX` units; the languages of each, as bits.
        suffixes: Suffixes, likewise.
        takes: Per key: languages whose affixes it has.
        gaps: Per key: its separators, where it has any affix.
    """
    return Affixes(
        prefixes=_languages_of(prefixes),
        suffixes=_languages_of(suffixes),
        takes=np.array(takes, np.int32),
        gaps=np.array(gaps, np.uint8),
    )


def _languages_of(affixes: Mapping[str, int]) -> Table:
    """Build a table from units to languages."""
    units = [np.array([ord(unit) for unit in text], np.uint32) for text in affixes]
    return build_table(hash_keys(units), np.array([*affixes.values()], np.int32))


def build_trie(
    keys: list[NDArray[np.uint32]], spaces: Sequence[int] = (), affixes: Affixes | None = None
) -> Trie:
    """Build a trie; the value of each key is its index in the list.

    Args:
        keys: Distinct keys of two or more units.
        spaces: Exact number of separators in the last keys; the others may be split anywhere.
        affixes: What is joined to names; None: nothing.
    """
    lengths = np.array([len(key) for key in keys], np.int64)
    first = np.cumsum(lengths) - lengths
    flat = np.concatenate([*keys, np.zeros(0, np.uint32)]).astype(np.int64)
    node = np.zeros(len(keys), np.int64)
    parents, units, total = [node[:0]], [node[:0]], 1
    longer, depth = np.arange(len(keys)), 0
    while len(longer := longer[lengths[longer] > depth]):
        step = node[longer] << _UNIT_BITS | flat[first[longer] + depth]
        distinct, which = np.unique(step, return_inverse=True)
        node[longer] = total + which
        parents.append(distinct >> _UNIT_BITS)
        units.append(distinct & ((1 << _UNIT_BITS) - 1))
        total += len(distinct)
        depth += 1
    ends = np.full(total, -1, np.int32)
    ends[node] = np.arange(len(keys))
    hashes = np.empty(total - 1, np.uint64)
    _step_keys(np.concatenate(parents), np.concatenate(units), hashes)
    table = build_table(hashes, np.arange(1, total, dtype=np.int32))
    heads = _bits([key[:_HEAD] for key in keys if len(key) >= _HEAD])
    short = _bits([key for key in keys if len(key) < _HEAD])
    exact = np.array([*[ANY] * (len(keys) - len(spaces)), *spaces], np.uint8)
    none = [0] * len(keys)
    return Trie(table, ends, heads, short, exact, affixes or build_affixes({}, {}, none, none))


def _bits(keys: list[NDArray[np.uint32]]) -> NDArray[np.uint8]:
    """Set the bit for each key's hash."""
    bits = np.zeros(1 << _FILTER_BITS, np.bool_)
    bits[(hash_keys(keys) >> np.uint64(64 - _FILTER_BITS)).astype(np.int64)] = True
    return np.packbits(bits, bitorder="little")


@native
def _step_keys(
    nodes: NDArray[np.int64], units: NDArray[np.int64], keys: NDArray[np.uint64]
) -> None:
    """Write the hash of each step, from a node by a unit."""
