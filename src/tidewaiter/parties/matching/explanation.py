"""Explanation of a match: each word's share of the log-odds."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.matching.index import Listed
from tidewaiter.parties.matching.kernels import alignment as f
from tidewaiter.parties.matching.kernels.alignment import Side
from tidewaiter.parties.matching.kernels.linking import Asking, Room
from tidewaiter.parties.matching.kernels.search import measure
from tidewaiter.parties.matching.kernels.similar_words import EXACT
from tidewaiter.parties.matching.kernels.vocabulary import LEGAL, PARTICLE
from tidewaiter.parties.matching.types import LeftOver, Modifier, WordPair
from tidewaiter.parties.names import NameForm

KINDS = (
    "exact",
    "edit",
    "edit",
    "romanised",
    "heard",
    "joined",
    "initial",
    "loose",
    "translated",
    "romanised",
    "respelled",
)
_CONTRADICTED = (f.CONTRADICTED_SHARE, f.SQUARED, f.CONTRADICTED)
_ONE = "only one distinctive word matches, or none"
_TWO = "two distinctive words match"
_IN_WORDS = {
    f.ONE: "starting point: most parties with a similar name are not the listed party",
    f.WORST: "the most different spelling among the matching words",
    f.INVERSIONS: "the matching words are in a different order",
    f.ONE_PAIR: _ONE,
    f.ONE_WORST: _ONE,
    f.ONE_EVIDENCE: _ONE,
    f.ONE_LEGAL: _ONE,
    f.TWO_PAIRS: _TWO,
    f.TWO_EVIDENCE: _TWO,
    f.LEGAL_SAME: "legal form: same",
    f.LEGAL_DIFFERS: "legal form: different",
    f.KIND_DIFFERS: "type of party: different",
    f.NUMBER_DIFFERS: "numbers in the names: different",
    f.SHAPE: "how many words the two names have, and how rare these are",
    f.OMITTED_CHARACTERS: "words missing from a name in Chinese characters (usually complete)",
}
Points = NDArray[np.float64]


class Explained:
    """A decomposed alignment. The points of all parts add up to the log-odds."""

    def __init__(
        self, room: Room, listed: Listed, asking: Asking, forms: tuple[int, int], model: Points
    ) -> None:
        measure(room, listed, asking, forms[0], forms[1])
        self._room = room
        self._values = room.features.astype(np.float64)
        self._points = self._values * model
        self._model = model

    def pairs(self, asked: NameForm, listed: NameForm) -> list[WordPair]:
        """Return the words that correspond to each other."""
        pairs, total = self._room.pairs, self._total()
        found = []
        for at in range(int(pairs.counts[1])):
            a, b = self._weights(at)
            both, share = min(a, b), float(pairs.share[at])
            evidence = both * share / f.NATS
            points = self._model[f.FIRST_KIND + pairs.kind[at]] * (a + b) / total
            points += self._model[f.EVIDENCE] * evidence
            points += self._model[f.FUZZINESS] * both * (1 - share) / f.NATS
            letters = self._letters(at)
            points += self._model[f.LETTERS] * letters * share / f.LETTERS_UNIT
            if pairs.kind[at] in f.SPELT:
                points += self._model[f.EDITS] * letters * (1 - share)
            if self._values[f.EVIDENCE] > 0:
                points += self._points[f.LOG_EVIDENCE] * evidence / self._values[f.EVIDENCE]
            found.append(
                WordPair(
                    asked=_words(asked, int(pairs.asked[at]), int(pairs.asked_size[at])),
                    listed=_words(listed, int(pairs.listed[at]), int(pairs.listed_size[at])),
                    kind=KINDS[pairs.kind[at]],
                    points=float(points),
                )
            )
        return found

    def left_over(self, asked: NameForm, listed: NameForm) -> list[LeftOver]:
        """Return the words that occur in one name only."""
        sides = (
            (
                "asked",
                self._room.asked,
                asked,
                (f.OMITTED_ASKED_SHARE, f.OMITTED_ASKED),
                (f.RAREST_ASKED, f.FIRST_ASKED),
            ),
            (
                "listed",
                self._room.listed,
                listed,
                (f.OMITTED_LISTED_SHARE, f.OMITTED_LISTED),
                (f.RAREST_LISTED, f.FIRST_LISTED),
            ),
        )
        left = [_left(side) for _, side, *_ in sides]
        against = min(sum(each.values()) for each in left)
        contradiction = float(sum(self._points[at] for at in _CONTRADICTED)) / 2
        found = []
        for (title, side, form, omitted, places), mine in zip(sides, left, strict=True):
            excess = float(sum(self._points[at] for at in omitted))
            heaviest = max(mine, key=lambda place: mine[place], default=-1)
            own = dict.fromkeys(mine, 0.0)
            for place, feature in zip((heaviest, _first(side)), places, strict=True):
                if place in own:
                    own[place] += float(self._points[feature])
            for how, words, points in _kinds(mine, against, contradiction, excess):
                total = sum(mine[place] for place in words)
                for place in words:
                    share = mine[place] / total if total else 1 / len(words)
                    word = form.tokens[place].surface
                    mark = own[place] + share * points
                    found.append(LeftOver(side=title, word=word, how=how, points=mark))
        return found

    def modifiers(self) -> list[Modifier]:
        """Return the evidence from the names as a whole."""
        found: dict[str, float] = {}
        for at, text in _IN_WORDS.items():
            if self._points[at]:
                found[text] = found.get(text, 0.0) + float(self._points[at])
        return [Modifier(what=text, points=points) for text, points in found.items()]

    def rarity(self) -> float:
        """Return N, where one name in N has the matching words."""
        return math.exp(min(60.0, float(self._values[f.EVIDENCE]) * f.NATS))

    def _total(self) -> float:
        both = sum(sum(self._weights(at)) for at in range(int(self._room.pairs.counts[1])))
        left = sum(sum(_left(side).values()) for side in (self._room.asked, self._room.listed))
        return max(both + left, 0.01)

    def _letters(self, at: int) -> int:
        """Return the number of letters of a pair: of its longer side."""
        pairs, room = self._room.pairs, self._room
        return max(
            _letters(room.asked, int(pairs.asked[at]), int(pairs.asked_size[at])),
            _letters(room.listed, int(pairs.listed[at]), int(pairs.listed_size[at])),
        )

    def _weights(self, at: int) -> tuple[float, float]:
        pairs = self._room.pairs
        a = _weight(self._room.asked, int(pairs.asked[at]), int(pairs.asked_size[at]))
        b = _weight(self._room.listed, int(pairs.listed[at]), int(pairs.listed_size[at]))
        if pairs.kind[at] == EXACT:
            return a, b
        return min(a, b), min(a, b)


def _weight(side: Side, begin: int, size: int) -> float:
    words = int(side.size[0])
    return float(sum(side.weights[_at(place, words)] for place in range(begin, begin + size)))


def _letters(side: Side, begin: int, size: int) -> int:
    words = int(side.size[0])
    return int(sum(side.letters[_at(place, words)] for place in range(begin, begin + size)))


def _first(side: Side) -> int:
    """Return the index of the first word that is no legal form or particle; -1: there is none."""
    kinds = side.kinds[: int(side.size[0])].tolist()
    return next((at for at, kind in enumerate(kinds) if kind not in {LEGAL, PARTICLE}), -1)


def _left(side: Side) -> dict[int, float]:
    """Return the weights of the unmatched words, by index."""
    return {at: float(side.weights[at]) for at in range(int(side.size[0])) if side.pair[at] < 0}


def _kinds(
    left: dict[int, float], against: float, contradiction: float, excess: float
) -> list[tuple[str, list[int], float]]:
    """Divide the unmatched words of a side into contradicted and omitted ones.

    The alignment only tells how much of both names is contradicted; so the rarest words count as
    contradicted until their weight reaches it. Points without a word of their kind go to the other.

    Args:
        left: Weights of the words, by index.
        against: Weight of the words that stand against words of the other name.
        contradiction: Points of these.
        excess: Points of the others.

    Returns:
        The kinds that have words, with the words and the points of each.
    """
    contradicted: list[int] = []
    rest = against
    for place in sorted(left, key=lambda each: (-left[each], each)):
        if rest > 0 and left[place] <= 2 * rest:  # at least half of it is contradicted
            contradicted.append(place)
            rest -= left[place]
    if against > 0 and not contradicted:
        contradicted = [min(left, key=lambda each: (left[each], each))]
    omitted = [place for place in left if place not in contradicted]
    if not (contradicted and omitted):
        contradiction = excess = contradiction + excess
    parts = [("contradicted", sorted(contradicted), contradiction), ("omitted", omitted, excess)]
    return [part for part in parts if part[1]]


def _at(place: int, size: int) -> int:
    return place - size if place >= size else place


def _words(form: NameForm, begin: int, size: int) -> str:
    tokens: Sequence[str] = [token.surface for token in form.tokens]
    return " ".join(tokens[_at(place, len(tokens))] for place in range(begin, begin + size))
