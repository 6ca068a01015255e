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
_IN_WORDS = {
    f.ONE: "starting point: most parties with a similar name are not the listed party",
    f.WORST: "spelling of the least similar words",
    f.INVERSIONS: "words in a different order",
    f.ONE_PAIR: "at most one distinctive word agrees",
    f.TWO_PAIRS: "two distinctive words agree",
    f.LEGAL_SAME: "legal form: same",
    f.LEGAL_DIFFERS: "legal form: different",
    f.KIND_DIFFERS: "type of party: different",
    f.NUMBER_DIFFERS: "numbers in the names: different",
    f.SHAPE: "length and rarity of the names",
    f.OMITTED_CHARACTERS: "words missing beside a name in Chinese characters, which is complete",
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
                f.RAREST_ASKED,
            ),
            (
                "listed",
                self._room.listed,
                listed,
                (f.OMITTED_LISTED_SHARE, f.OMITTED_LISTED),
                f.RAREST_LISTED,
            ),
        )
        left = [_left(side) for _, side, *_ in sides]
        against = min(sum(each.values()) for each in left)
        contradiction = float(sum(self._points[at] for at in _CONTRADICTED)) / 2
        found = []
        for (title, _, form, omitted, rarest), mine in zip(sides, left, strict=True):
            total = sum(mine.values())
            excess = float(sum(self._points[at] for at in omitted))
            heaviest = max(mine, key=lambda place: mine[place], default=-1)
            for place, weight in mine.items():
                share = weight / total if total else 1 / len(mine)
                points = share * (excess + (contradiction if against else 0.0))
                points += float(self._points[rarest]) if place == heaviest else 0.0
                how = "contradicted" if against > total / 2 else "omitted"
                word = form.tokens[place].surface
                found.append(LeftOver(side=title, word=word, how=how, points=points))
        return found

    def modifiers(self) -> list[Modifier]:
        """Return the evidence from the names as a whole."""
        return [
            Modifier(what=text, points=float(self._points[at]))
            for at, text in _IN_WORDS.items()
            if self._points[at]
        ]

    def rarity(self) -> float:
        """Return N, where one name in N has the matching words."""
        return math.exp(min(60.0, float(self._values[f.EVIDENCE]) * f.NATS))

    def _total(self) -> float:
        both = sum(sum(self._weights(at)) for at in range(int(self._room.pairs.counts[1])))
        left = sum(sum(_left(side).values()) for side in (self._room.asked, self._room.listed))
        return max(both + left, 0.01)

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


def _left(side: Side) -> dict[int, float]:
    """Return the weights of the unmatched words, by index."""
    return {at: float(side.weights[at]) for at in range(int(side.size[0])) if side.pair[at] < 0}


def _at(place: int, size: int) -> int:
    return place - size if place >= size else place


def _words(form: NameForm, begin: int, size: int) -> str:
    tokens: Sequence[str] = [token.surface for token in form.tokens]
    return " ".join(tokens[_at(place, len(tokens))] for place in range(begin, begin + size))
