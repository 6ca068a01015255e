"""What an alignment says of two names, as numbers for the model."""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import inlined
from tidewaiter.parties.matching.align import Pairs, Side, weight_of
from tidewaiter.parties.matching.neighbours import EXACT, SKELETON, SYSTEM
from tidewaiter.parties.matching.vocabulary import LEGAL, NUMBER, PARTICLE

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
NATS = 10.0  # weights are given to the model in tens of nats
SAID = 6.0  # nats that consonants say at most: one word in some four hundred has them
_HEAVY = 1.5  # nats from which a word says something


@inlined
def pair_weights(pairs: Pairs, at: int, asked: Side, listed: Side) -> tuple[float, float]:
    """Return the weights of both pieces of a pair; unlike spellings weigh as the commoner.

    Consonants alone say less than the word that they are of.
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
    """Return the weight left over on a side, that of its heaviest word, and its numbers."""
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
    """Sum up the pairs; return the weight of both sides that is paired."""
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
    """Return the share of paired words that stand in another order."""
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
    """Note whether the legal forms of both agree."""
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
    """Fill the features of an alignment, shape ``(SIZE,)``.

    Characters leave no part of a name out, so what is omitted where one side has them (`whole`)
    counts for itself.
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
