"""Names as numbers: each distinct word once, each form of a name as the numbers of its words."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.matching.neighbours import Asked, key_hashes
from tidewaiter.parties.matching.rarity import Rarity
from tidewaiter.parties.matching.standin import NameForm, ReadName, word_keys
from tidewaiter.parties.matching.tables import Letters, letters_of, plain_hashes

WORD, LEGAL, GENERIC, INITIAL_LETTER, PARTICLE, NUMBER = range(6)
_KINDS = {
    "word": WORD, "legal form": LEGAL, "generic": GENERIC, "initial": INITIAL_LETTER,
    "particle": PARTICLE, "number": NUMBER,
}  # fmt: skip
_LEGAL_MARK = "\x02"  # a legal form is no word, though it be spelt as one
HOWS = (
    "latin", "pinyin", "wade-giles", "cantonese", "hangul", "arabic", "cyrillic", "dictionary",
    "native",
)  # fmt: skip
MOST_WORDS = 24  # of one form; what follows is not compared


class Vocabulary(NamedTuple):
    """What the compiled functions know of distinct words."""

    letters: Letters
    hashes: NDArray[np.uint64]  # plain
    weights: NDArray[np.float32]  # nats
    kinds: NDArray[np.int8]


class Forms(NamedTuple):
    """Forms of names: the numbers of their words, in order."""

    owner: NDArray[np.int32]  # the name each form is of
    how: NDArray[np.int8]
    heads: NDArray[np.int64]
    words: NDArray[np.int32]


class Words:
    """Distinct words, numbered as they come."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.kinds: list[int] = []
        self._ids: dict[str, int] = {}

    def numbers(self, form: NameForm) -> list[int]:
        """Return the number of each word of a form, at most `MOST_WORDS`."""
        out = []
        for token in form.tokens[:MOST_WORDS]:
            kind = _KINDS[token.kind]
            text = _LEGAL_MARK + token.key if kind == LEGAL else token.key
            number = self._ids.get(text)
            if number is None:
                number = self._ids[text] = len(self.texts)
                self.texts.append(text)
                self.kinds.append(kind)
            out.append(number)
        return out

    def vocabulary(self, rarity: Rarity) -> Vocabulary:
        """Lay out what the compiled functions need."""
        letters = letters_of(self.texts)
        kinds = np.array(self.kinds, np.int8)
        weights = np.array([rarity.weight(text) for text in self.texts], np.float32)
        weights[kinds == LEGAL] = 0.25
        weights[kinds == PARTICLE] = np.minimum(weights[kinds == PARTICLE], 1.0)
        weights[kinds == INITIAL_LETTER] = np.minimum(weights[kinds == INITIAL_LETTER], 2.5)
        return Vocabulary(letters, plain_hashes(letters), weights, kinds)

    def asked(self, vocabulary: Vocabulary) -> Asked:
        """Lay out what is looked up."""
        kinds = vocabulary.kinds
        exact = (kinds == LEGAL) | (kinds == NUMBER) | (kinds == INITIAL_LETTER)
        keys = [
            ((), ()) if only else word_keys(text)
            for text, only in zip(self.texts, exact, strict=True)
        ]
        sounds, sound_of = key_hashes([key[0] for key in keys])
        skeletons, skeleton_of = key_hashes([key[1] for key in keys])
        return Asked(
            vocabulary.letters, vocabulary.hashes, sounds, sound_of, skeletons, skeleton_of, exact
        )


def forms_of(names: Iterable[ReadName], words: Words) -> Forms:
    """Number the words of names that were read."""
    owner, how, heads, numbers = [], [], [0], []
    for number, name in enumerate(names):
        for form in name.forms:
            mine = words.numbers(form)
            if mine:
                owner.append(number)
                how.append(HOWS.index(form.how))
                numbers += mine
                heads.append(len(numbers))
    return Forms(
        np.array(owner, np.int32), np.array(how, np.int8), np.array(heads, np.int64),
        np.array(numbers, np.int32),
    )  # fmt: skip
