"""Align two forms of names, piece by piece, the heaviest agreement first.

A piece is a word or neighbouring words joined. Whatever the neighbours of words do not say is
tried at the end between the words left over: initials, words cut short, a third of the letters
other.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import inlined, uncounted
from tidewaiter.parties.matching.neighbours import INITIAL, JOINED, LOOSE
from tidewaiter.parties.matching.pieces import wrapped
from tidewaiter.parties.matching.spelling import FAR, edits
from tidewaiter.parties.matching.tables import Letters, bits
from tidewaiter.parties.matching.vocabulary import LEGAL, NUMBER

MOST_PAIRS = 256
_INITIAL_SHARE, _CUT_SHARE, _LEAST_SHARE = 0.5, 0.7, 0.45


class Side(NamedTuple):
    """The words of one form."""

    words: NDArray[np.int32]
    weights: NDArray[np.float32]  # by place
    kinds: NDArray[np.int8]
    marks: NDArray[np.uint32]
    starts: NDArray[np.int64]  # of their letters
    letters: NDArray[np.int64]  # how many
    firsts: NDArray[np.uint8]
    chinese: NDArray[np.bool_]  # it is pinyin, as far as its letters tell
    pair: NDArray[np.int16]  # by place, the pair that takes it; -1: none
    size: NDArray[np.int32]  # words; one value


class Pairs(NamedTuple):
    """Pieces that may stand for each other; after `take` the first `counts[1]` do."""

    asked: NDArray[np.int8]  # first word of the piece
    asked_size: NDArray[np.int8]
    listed: NDArray[np.int8]
    listed_size: NDArray[np.int8]
    share: NDArray[np.float32]
    kind: NDArray[np.int8]
    gain: NDArray[np.float32]
    counts: NDArray[np.int32]  # offered, taken


def new_pairs() -> Pairs:
    """Make room for the pairs of one alignment."""
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
    """Make room for the words of one form."""
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


@inlined
def place(side: Side, at: int, cards: NDArray[np.void], word: int) -> None:
    """Place a word on a side; it is not paired."""
    card = cards[word]
    side.words[at], side.weights[at], side.kinds[at] = word, card["weight"], card["kind"]
    side.marks[at], side.firsts[at] = card["marks"], card["first"]
    side.chinese[at] = card["chinese"]
    side.starts[at], side.letters[at] = card["start"], card["size"]
    side.pair[at] = -1


@inlined
def weight_of(side: Side, begin: int, size: int) -> float:
    """Add up the weights of a piece."""
    total = 0.0
    for at in range(begin, begin + size):
        total += side.weights[wrapped(at, side.size[0])]
    return total


@inlined
def offer(
    pairs: Pairs,
    asked: Side,
    listed: Side,
    a: int,
    a_size: int,
    b: int,
    b_size: int,
    share: float,
    kind: int,
) -> None:
    """Offer a pair, in its place by falling gain."""
    count = pairs.counts[0]
    if count == MOST_PAIRS:
        return
    gain = share * (weight_of(asked, a, a_size) + weight_of(listed, b, b_size))
    gain -= 0.001 * abs(a - b)
    at = count
    while at > pairs.counts[1] and pairs.gain[at - 1] < gain:
        _copy(pairs, at - 1, at)
        at -= 1
    pairs.asked[at], pairs.asked_size[at] = a, a_size
    pairs.listed[at], pairs.listed_size[at] = b, b_size
    pairs.share[at], pairs.gain[at] = share, gain
    pairs.kind[at] = JOINED if a_size + b_size > 2 else kind
    pairs.counts[0] = count + 1


@inlined
def _copy(pairs: Pairs, source: int, target: int) -> None:
    """Copy one pair to another place."""
    pairs.asked[target], pairs.asked_size[target] = pairs.asked[source], pairs.asked_size[source]
    pairs.listed[target] = pairs.listed[source]
    pairs.listed_size[target] = pairs.listed_size[source]
    pairs.share[target], pairs.kind[target] = pairs.share[source], pairs.kind[source]
    pairs.gain[target] = pairs.gain[source]


@inlined
def take(pairs: Pairs, asked: Side, listed: Side) -> None:
    """Take the offered pairs in turn, each word once."""
    taken = pairs.counts[1]
    for at in range(taken, pairs.counts[0]):
        a, b = pairs.asked[at], pairs.listed[at]
        a_end, b_end = a + pairs.asked_size[at], b + pairs.listed_size[at]
        free = True
        for place in range(a, a_end):
            free = free and asked.pair[wrapped(place, asked.size[0])] < 0
        for place in range(b, b_end):
            free = free and listed.pair[wrapped(place, listed.size[0])] < 0
        if not free:
            continue
        _copy(pairs, at, taken)
        for place in range(a, a_end):
            asked.pair[wrapped(place, asked.size[0])] = taken
        for place in range(b, b_end):
            listed.pair[wrapped(place, listed.size[0])] = taken
        taken += 1
    pairs.counts[0] = pairs.counts[1] = taken


@inlined
def agreed(pairs: Pairs) -> float:
    """Return the weight of both sides that is paired, as far as it agrees."""
    total = 0.0
    for at in range(pairs.counts[1]):
        total += pairs.gain[at]
    return total


@inlined
def _open(side: Side, at: int) -> bool:
    """Tell whether a word is left over and may be spelt in another way."""
    return bool(side.pair[at] < 0 and side.kinds[at] != LEGAL and side.kinds[at] != NUMBER)


@inlined
def any_open(side: Side, size: int) -> bool:
    """Tell whether a side has such a word."""
    found = False
    for at in range(size):
        found = found or _open(side, at)
    return found


@uncounted
def offer_left_over(
    pairs: Pairs,
    asked: Side,
    ours: Letters,
    listed: Side,
    theirs: Letters,
    sizes: tuple[int, int],
    rows: NDArray[np.int32],
) -> None:
    """Offer what the words left over may still be to each other."""
    for a in range(sizes[0]):
        if not _open(asked, a):
            continue
        for b in range(sizes[1]):
            if not _open(listed, b):
                continue
            if asked.chinese[a] and listed.chinese[b]:
                continue  # whatever pinyin spells otherwise is another word
            share, kind = likeness(asked, a, ours, listed, b, theirs, a == sizes[0] - 1, rows)
            if share > 0:
                offer(pairs, asked, listed, a, 1, b, 1, share, kind)


@inlined
def likeness(
    asked: Side,
    a: int,
    ours: Letters,
    listed: Side,
    b: int,
    theirs: Letters,
    last: bool,
    rows: NDArray[np.int32],
) -> tuple[float, int]:
    """Compare two words that are no neighbours.

    Args:
        asked: The words asked for.
        a: The word among them.
        ours: Their letters.
        listed: The words of the list.
        b: The word among them.
        theirs: Their letters.
        last: The word asked for is the last of its name, and may be cut.
        rows: Room for distances.

    Returns:
        The share of their weight that agrees, 0 for none, and the kind.
    """
    begin, start = asked.starts[a], listed.starts[b]
    size, length = asked.letters[a], listed.letters[b]
    shorter = min(size, length)
    same = 0
    if asked.firsts[a] == listed.firsts[b]:
        while same < shorter and ours.units[begin + same] == theirs.units[start + same]:
            same += 1
    if shorter == 1:
        return (_INITIAL_SHARE, INITIAL) if same == 1 else (0.0, INITIAL)
    if same == shorter and (shorter >= 4 or (last and size < length and size >= 2)):
        return _CUT_SHARE, LOOSE
    longer = max(size, length)
    most = int(0.4 * longer)
    only, other = asked.marks[a] & ~listed.marks[b], listed.marks[b] & ~asked.marks[a]
    if longer < 4 or bits(only) > most or bits(other) > most:
        return 0.0, LOOSE
    far = edits(ours.units, begin, size, theirs.units, start, length, most, rows)
    if far == FAR:
        return 0.0, LOOSE
    share = 1 - 1.2 * far / longer
    return (share, LOOSE) if share >= _LEAST_SHARE else (0.0, LOOSE)
