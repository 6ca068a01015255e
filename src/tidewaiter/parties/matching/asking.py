"""Names that are asked for: read, numbered, and each distinct word looked up once."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.matching.index import KINDS, Index
from tidewaiter.parties.matching.linking import PROBLEMS, Asking
from tidewaiter.parties.matching.neighbours import Neighbours, neighbours
from tidewaiter.parties.matching.tables import Letters
from tidewaiter.parties.matching.vocabulary import Keys, Vocabulary
from tidewaiter.parties.matching.words import Words, forms_of
from tidewaiter.parties.names import read_name
from tidewaiter.parties.types import PartyKind

_KIND = {kind: place for place, kind in enumerate(KINDS)}
_PROBLEM = {problem: place for place, problem in enumerate(PROBLEMS)}
_MOST_WORDS = 2_000_000  # remembered; then all are forgotten


class Asker:
    """Reads names; what it knows of their words is kept from one batch to the next."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._forget()

    def _forget(self) -> None:
        self._words = Words(asked=True)
        self._vocabulary = self._words.vocabulary(self._index.rarity, 0)
        self._neighbours = neighbours(self._index.listed.lookup, self._vocabulary)

    def ask(self, names: Sequence[str], kinds: Sequence[PartyKind]) -> Asking:
        """Read names, one after the other.

        Args:
            names: As written.
            kinds: What kind of party each is.
        """
        if len(self._words.texts) > _MOST_WORDS:
            self._forget()
        known = len(self._words.texts)
        read = list(map(read_name, names, kinds))
        forms = forms_of(read, self._words)
        if len(self._words.texts) > known:
            more = self._words.vocabulary(self._index.rarity, known)
            near = neighbours(self._index.listed.lookup, more)
            self._vocabulary = _with_words(self._vocabulary, more)
            self._neighbours = _with_neighbours(self._neighbours, near)
        places = np.array([_KIND[kind] for kind in kinds], np.int8)
        problems = np.array([_PROBLEM[name.problem] for name in read], np.int8)
        return Asking(forms, self._vocabulary, self._neighbours, places, problems)


def _with_words(known: Vocabulary, more: Vocabulary) -> Vocabulary:
    """Add words to those known."""
    letters = Letters(
        np.concatenate((known.letters.units, more.letters.units)),
        _longer(known.letters.starts, more.letters.starts),
    )
    keys = Keys(
        _longer(known.keys.heads, more.keys.heads),
        np.concatenate((known.keys.hashes, more.keys.hashes)),
        np.concatenate((known.keys.letters, more.keys.letters)),
    )
    cards = more.cards.copy()
    cards["start"] += np.uint32(known.letters.starts[-1])
    cards = np.concatenate((known.cards, cards))
    return Vocabulary(letters, keys, cards, *_joined(known[3:], more[3:]))


def _with_neighbours(known: Neighbours, more: Neighbours) -> Neighbours:
    """Add the neighbours of more words."""
    return Neighbours(_longer(known.heads, more.heads), *_joined(known[1:], more[1:]))


def _longer(heads: NDArray[np.int64], more: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add places where rows begin."""
    return np.concatenate((heads, more[1:] + heads[-1]))


def _joined(known: Sequence[Any], more: Sequence[Any]) -> Iterator[NDArray[Any]]:
    """Put each array behind the one of its place."""
    for first, second in zip(known, more, strict=True):
        yield np.concatenate((first, second))
