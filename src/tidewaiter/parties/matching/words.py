"""Names as numbers: each distinct word once, each form of a name as the numbers of its words."""

from collections.abc import Iterable, Iterator

import numpy as np

from tidewaiter.parties.matching.rarity import Rarity
from tidewaiter.parties.matching.tables import letters_of, plain_hashes
from tidewaiter.parties.matching.vocabulary import (
    GENERIC,
    INITIAL_LETTER,
    LEGAL,
    MOST_WORDS,
    NUMBER,
    PARTICLE,
    WORD,
    Forms,
    Vocabulary,
)
from tidewaiter.parties.names import NameForm, ReadName, Token, keys

_KINDS = {
    "word": WORD, "legal form": LEGAL, "generic": GENERIC, "initial": INITIAL_LETTER,
    "particle": PARTICLE, "number": NUMBER,
}  # fmt: skip
_LEGAL_MARK = "\x02"  # a legal form is no word, though it be spelt as one
HOWS = (
    "latin", "pinyin", "wade-giles", "cantonese", "hangul", "arabic", "cyrillic", "dictionary",
    "native",
)  # fmt: skip


class Words:
    """Distinct words, numbered as they come."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.kinds: list[int] = []
        self.sounds: list[str] = []  # how each sounds; for a legal form its family
        self.bones: list[str] = []
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
                self._add_keys(token)
            out.append(number)
        return out

    def _add_keys(self, token: Token) -> None:
        """Note how a new word sounds."""
        sound = bones = ""
        for key in keys(token):
            if key[0] == "s":
                bones = key[2:]
            else:
                sound = key if key[0] == "f" else key[2:]
        self.sounds.append(sound)
        self.bones.append(bones)

    def vocabulary(self, rarity: Rarity, first: int = 0) -> Vocabulary:
        """Lay out what the compiled functions need, of the words from a number on."""
        texts = self.texts[first:]
        letters, sounds, bones = map(
            letters_of, (texts, self.sounds[first:], self.bones[first:])
        )
        kinds = np.array(self.kinds[first:], np.int8)
        weights = np.array([rarity.weight(text) for text in texts], np.float32)
        weights[kinds == LEGAL] = 0.25
        for kind, most in ((PARTICLE, 1.0), (INITIAL_LETTER, 2.5)):
            weights[kinds == kind] = np.minimum(weights[kinds == kind], most)
        return Vocabulary(
            letters, plain_hashes(letters), np.diff(letters.starts).astype(np.int32), weights, kinds,
            plain_hashes(sounds), np.diff(sounds.starts).astype(np.int32),
            plain_hashes(bones), np.diff(bones.starts).astype(np.int32),
        )  # fmt: skip


def readings(name: ReadName) -> Iterator[NameForm]:
    """Yield the forms of a name, then those of the names within it."""
    yield from name.forms
    for segment in name.segments:
        yield from readings(segment.name)


def forms_of(names: Iterable[ReadName], words: Words) -> Forms:
    """Number the words of names that were read."""
    owner, how, heads, numbers = [], [], [0], []
    for number, name in enumerate(names):
        for form in readings(name):
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
