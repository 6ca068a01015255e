"""Words that sound alike across scripts: listed words that a word of another script may stand for.

A table gives the cost of each Latin spelling of one or two letters of a script
(`parties.names.sounds`). The words of the list are kept in a tree by their first letters, and a
word is read along the tree in all ways that the table allows, cheapest first. The cost of a pair is
compared with how unlikely the Latin word is by itself: the share of that which is explained.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.native.calls import native

DOUBLED = 1.5  # nats of a listed letter that only repeats the one before
_MOST = 32  # listed words per word asked about
CHUNK = 4  # letters that are read at once, at most

CONSTANTS = ("DOUBLED", "_MOST", "CHUNK")


class Tree(NamedTuple):
    """Words by their first letters; the children of a node follow each other, by letter."""

    children: NDArray[np.int32]  # by node: its first child; the root is 0
    letters: NDArray[np.uint32]  # by node: last letter
    costs: NDArray[np.float32]  # by node: how unlikely its Latin letters are, nats; else 0
    highest: NDArray[np.float32]  # by node: the highest cost of a word in or below it
    extra: NDArray[np.float32]  # by node: nats if nothing stands for its last letter
    heads: NDArray[np.int32]  # by node: its first word
    words: NDArray[np.int32]


class Rules(NamedTuple):
    """Spellings of letters, and how far a listed word may be; each row is ordered by letters."""

    least: float  # share of the unlikelihood of the Latin word that must be explained
    slack: float  # nats that the beginning of a word may cost beyond this
    beam: int  # parts of the tree that are kept at each letter

    heads: NDArray[np.int32]  # by row: its first spelling
    starts: NDArray[np.int32]  # by spelling: its first letter
    letters: NDArray[np.uint32]
    costs: NDArray[np.float32]  # by spelling, nats


class Readable(NamedTuple):
    """Words asked about: at each of their letters, the rows of rules that may be used."""

    heads: NDArray[np.int64]  # by word: its first place; a place is a letter, or the end
    arcs: NDArray[np.int64]  # by place: its first arc
    sizes: NDArray[np.int8]  # by arc: how many letters are read
    rows: NDArray[np.int32]  # by arc
    costs: NDArray[np.float32]  # by place: how unlikely the Latin letters before it are; else 0
    extra: NDArray[np.float32]  # by place: nats if its letter stands for nothing


class Heard(NamedTuple):
    """Listed words that sound like each word, the best first."""

    heads: NDArray[np.int64]
    words: NDArray[np.int32]
    shares: NDArray[np.float32]
    respelled: NDArray[np.bool_]  # by listed word: both are Latin


def tree_of(
    words: list[tuple[int, ...]],
    numbers: list[int],
    costs: list[list[float]],
    extra: dict[int, float],
) -> Tree:
    """Build a tree of words.

    Args:
        words: Letters of each word, as numbers; none is empty.
        numbers: Number of each word.
        costs: By word: how unlikely its Latin letters are up to each of them, nats; [] for none.
        extra: By letter: nats if nothing stands for it; other letters are like 0.
    """
    sizes = np.fromiter(map(len, words), np.int32, len(words))
    most = int(sizes.max(initial=0))
    letters = np.zeros((len(words), most), np.uint32)
    prices = np.zeros((len(words), most), np.float32)
    for place, word in enumerate(words):
        letters[place, : len(word)] = word
        prices[place, : len(costs[place])] = costs[place]
    at, nodes = np.zeros(len(words), np.int64), 1  # the node of each word as far as it is read
    parents, last = [np.zeros(1, np.int64)], [np.zeros(1, np.uint32)]
    paid = [np.zeros(1, np.float32)]
    for depth in range(most):
        here = np.flatnonzero(sizes > depth)
        keys = at[here] << np.int64(32) | letters[here, depth].astype(np.int64)
        found, first, places = np.unique(keys, return_index=True, return_inverse=True)
        at[here] = nodes + places
        nodes += len(found)
        parents.append(found >> np.int64(32))
        last.append((found & np.int64(0xFFFFFFFF)).astype(np.uint32))
        paid.append(prices[here[first], depth])
    price, labels = np.concatenate(paid), np.concatenate(last)
    return Tree(
        1 + _offsets(np.concatenate(parents[1:]) if most else at, nodes),
        labels,
        price,
        _highest(price, at, parents),
        _extra(labels, extra),
        _offsets(at, nodes),
        np.array(numbers, np.int32)[np.argsort(at, kind="stable")],
    )


def _offsets(owners: NDArray[np.int64], count: int) -> NDArray[np.int32]:
    """Return where the items of each owner begin, if they are in the order of the owners."""
    heads = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(owners, minlength=count), out=heads[1:])
    return heads


def _highest(
    price: NDArray[np.float32], at: NDArray[np.int64], parents: list[NDArray[np.int64]]
) -> NDArray[np.float32]:
    """Return the highest price of a word in or below each node, level by level from the leaves."""
    found = np.zeros(len(price), np.float32)
    found[at] = price[at]
    end = len(found)
    for above in reversed(parents[1:]):
        np.maximum.at(found, above, found[end - len(above) : end])
        end -= len(above)
    return found


def _extra(labels: NDArray[np.uint32], extra: dict[int, float]) -> NDArray[np.float32]:
    """Return what each letter costs if nothing stands for it."""
    kinds, places = np.unique(labels, return_inverse=True)
    return np.array([extra.get(int(each), extra[0]) for each in kinds], np.float32)[places]


def heard(tree: Tree, rules: Rules, asked: Readable, *, respelled: bool) -> Heard:
    """Find the listed words that sound like each word asked about; `respelled`: both are Latin."""
    heads = np.zeros(len(asked.heads), np.int64)
    room = _MOST * int(np.count_nonzero(np.diff(asked.heads)))
    words, shares = np.empty(room, np.int32), np.empty(room, np.float32)
    total = _hear(tree, rules, asked, Heard(heads, words, shares, np.empty(0, np.bool_)))
    both = np.full(total, respelled)
    return Heard(heads, words[:total].copy(), shares[:total].copy(), both)


@native
def _hear(tree: Tree, rules: Rules, asked: Readable, out: Heard) -> int:
    """Write the listed words of each word asked about; return how many there are."""
