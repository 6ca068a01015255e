"""Align two name forms greedily by weight, and compute the model features.

A piece is a word or adjacent words joined. Agreements not found through neighbour words are tried
last, between the remaining words: initials, truncated words, a third of the letters different.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import inlined, uncounted
from tidewaiter.parties.matching.kernels.similar_words import (
    EXACT,
    FAR,
    INITIAL,
    JOINED,
    LOOSE,
    SKELETON,
    SYSTEM,
    edits,
)
from tidewaiter.parties.matching.kernels.vocabulary import (
    LEGAL,
    NUMBER,
    PARTICLE,
    Letters,
    bits,
    wrapped,
)

MOST_PAIRS = 256
_INITIAL_SHARE, _CUT_SHARE, _LEAST_SHARE = 0.5, 0.7, 0.45


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


@inlined
def place(side: Side, at: int, cards: NDArray[np.void], word: int) -> None:
    """Set an unpaired word on a side."""
    card = cards[word]
    side.words[at], side.weights[at], side.kinds[at] = word, card["weight"], card["kind"]
    side.marks[at], side.firsts[at] = card["marks"], card["first"]
    side.chinese[at] = card["chinese"]
    side.starts[at], side.letters[at] = card["start"], card["size"]
    side.pair[at] = -1


@inlined
def weight_of(side: Side, begin: int, size: int) -> float:
    """Return the total weight of a piece."""
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
    """Insert a candidate pair, sorted by falling gain."""
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
    """Copy one pair to another position."""
    pairs.asked[target], pairs.asked_size[target] = pairs.asked[source], pairs.asked_size[source]
    pairs.listed[target] = pairs.listed[source]
    pairs.listed_size[target] = pairs.listed_size[source]
    pairs.share[target], pairs.kind[target] = pairs.share[source], pairs.kind[source]
    pairs.gain[target] = pairs.gain[source]


@inlined
def take(pairs: Pairs, asked: Side, listed: Side) -> None:
    """Accept candidate pairs in order, using each word once."""
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
    """Return the paired weight of both sides, scaled by agreement."""
    total = 0.0
    for at in range(pairs.counts[1]):
        total += pairs.gain[at]
    return total


@inlined
def _open(side: Side, at: int) -> bool:
    """Return whether a word is unpaired and may have a spelling variant."""
    return bool(side.pair[at] < 0 and side.kinds[at] != LEGAL and side.kinds[at] != NUMBER)


@inlined
def any_open(side: Side, size: int) -> bool:
    """Return whether a side has such a word."""
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
    """Insert candidate pairs between the remaining words."""
    for a in range(sizes[0]):
        if not _open(asked, a):
            continue
        for b in range(sizes[1]):
            if not _open(listed, b):
                continue
            if asked.chinese[a] and listed.chinese[b]:
                continue  # a different pinyin spelling is a different word
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
    """Compare two words that are not near neighbours.

    Args:
        asked: Words of the query.
        a: Index of the query word.
        ours: Letters of the query.
        listed: Words of the list.
        b: Index of the listed word.
        theirs: Letters of the list.
        last: The query word is the last of its name, and may be truncated.
        rows: Buffer for distances.

    Returns:
        The agreeing share of their weight, 0 for none, and the kind.
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


NAMES = (
    "one",
    "exact",
    "edit",
    "two edits",
    "romanised",
    "skeleton",
    "joined",
    "initial",
    "loose",
    "translated",
    "transcribed",
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
) = range(SIZE)
NATS = 10.0  # the model uses weights in tens of nats
SAID = 6.0  # maximum nats for consonants: one word in about four hundred has the same
_HEAVY = 1.5  # minimum nats of an informative word


@inlined
def pair_weights(pairs: Pairs, at: int, asked: Side, listed: Side) -> tuple[float, float]:
    """Return the weights of both pieces of a pair; different spellings use the commoner one's.

    Consonant agreement weighs less than agreement of the word.
    """
    a = weight_of(asked, pairs.asked[at], pairs.asked_size[at])
    b = weight_of(listed, pairs.listed[at], pairs.listed_size[at])
    if pairs.kind[at] != EXACT:
        a = b = min(a, b)
    if pairs.kind[at] == SKELETON:
        a = b = min(a, SAID)
    return a, b


@inlined
def left_over(side: Side, size: int) -> tuple[float, float, int]:
    """Return the unpaired weight on a side, that of its heaviest word, and of its numbers."""
    total = most = 0.0
    numbers = 0
    for at in range(size):
        if side.pair[at] < 0:
            total += side.weights[at]
            most = max(most, side.weights[at])
            numbers += side.kinds[at] == NUMBER
    return total, most, numbers


@inlined
def _pair_features(pairs: Pairs, asked: Side, listed: Side, out: NDArray[np.float32]) -> float:
    """Sum up the pairs; return the paired weight of both sides."""
    both = 0.0
    heavy = 0
    for at in range(pairs.counts[1]):
        a, b = pair_weights(pairs, at, asked, listed)
        both += a + b
        out[FIRST_KIND + pairs.kind[at]] += a + b
        out[EVIDENCE] += min(a, b) * pairs.share[at] / NATS
        out[FUZZINESS] += min(a, b) * (1 - pairs.share[at]) / NATS
        if min(a, b) > _HEAVY:
            heavy += max(1, min(pairs.asked_size[at], pairs.listed_size[at]))
            out[WORST] = max(out[WORST], 1 - pairs.share[at])
    out[ONE_PAIR] = heavy <= 1
    out[TWO_PAIRS] = heavy == 2
    return both


@inlined
def _inversions(pairs: Pairs, asked: Side, size: int) -> float:
    """Return the share of paired words in a different order."""
    last, turned, count = -1, 0, 0
    for at in range(size):
        pair = asked.pair[at]
        if pair < 0 or asked.kinds[at] == LEGAL or asked.kinds[at] == PARTICLE:
            continue
        place = pairs.listed[pair]
        turned += place < last
        count += 1
        last = place
    return turned / count if count else 0.0


@inlined
def _legal(asked: Side, a_size: int, listed: Side, b_size: int, out: NDArray[np.float32]) -> None:
    """Record whether the legal forms agree."""
    a = b = both = 0
    for at in range(a_size):
        a += asked.kinds[at] == LEGAL
        both += asked.kinds[at] == LEGAL and asked.pair[at] >= 0
    for at in range(b_size):
        b += listed.kinds[at] == LEGAL
    out[LEGAL_SAME] = both > 0
    out[LEGAL_DIFFERS] = both == 0 and a > 0 and b > 0


@inlined
def features(
    pairs: Pairs,
    asked: Side,
    listed: Side,
    sizes: tuple[int, int],
    differs: bool,
    whole: bool,
    out: NDArray[np.float32],
) -> None:
    """Compute the features of an alignment, shape ``(SIZE,)``.

    Names in characters are always complete, so an omission has a separate feature if one side is in
    characters (`whole`).
    """
    out[:] = 0
    out[ONE] = 1
    both = _pair_features(pairs, asked, listed, out)
    a, a_most, a_numbers = left_over(asked, sizes[0])
    b, b_most, b_numbers = left_over(listed, sizes[1])
    total = max(both + a + b, 0.01)
    for kind in range(EXACT, SYSTEM + 1):
        out[FIRST_KIND + kind] /= total
    against = min(a, b)
    out[CONTRADICTED_SHARE] = 2 * against / total
    out[OMITTED_LISTED_SHARE], out[OMITTED_ASKED_SHARE] = (
        (b - against) / total,
        (a - against) / total,
    )
    out[LOG_EVIDENCE] = np.log1p(out[EVIDENCE])
    out[CONTRADICTED] = against / NATS
    out[OMITTED_LISTED], out[OMITTED_ASKED] = (b - against) / NATS, (a - against) / NATS
    out[INVERSIONS] = _inversions(pairs, asked, sizes[0])
    _legal(asked, sizes[0], listed, sizes[1], out)
    out[KIND_DIFFERS] = differs
    out[NUMBER_DIFFERS] = a_numbers > 0 and b_numbers > 0
    out[RAREST_ASKED], out[RAREST_LISTED] = a_most / NATS, b_most / NATS
    out[SQUARED] = out[CONTRADICTED_SHARE] ** 2
    out[OMITTED_CHARACTERS] = (a + b - 2 * against) / total if whole else 0.0
    out[SHAPE] = np.log(total / 2 / NATS)
