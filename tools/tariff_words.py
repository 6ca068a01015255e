"""Selects words of the goods nomenclatures that are never a misspelling of a listed name.

A word close to a listed name may be that name in another language ("efedriini") or another chemical
("melamina", close to "metilamina"). The English text of the same code decides: if it names the
substance, the word may be its name, and close spellings of it are still matched.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from tools.nomenclature import WORD, Text

from tidewaiter.base.resources import data
from tidewaiter.identify.engine.approximate_match import find_near, make_near_room
from tidewaiter.identify.engine.rules import FoldTables
from tidewaiter.identify.engine.words import fold_keys, fold_words, hash_texts
from tidewaiter.identify.lexicon.compilation import build_anchors
from tidewaiter.identify.lexicon.entries import Entry
from tidewaiter.identify.lexicon.unlisted_chemicals import Respeller
from tidewaiter.law.registry import Registry

_CHEMISTRY = ("25", "39")  # first and last chapter from which all words are used
_CHEMICALS = ("28", "29")  # chapters for chemicals
_SHORTEST = 4  # minimum length of a word
_OWN = 6  # minimum length of a word that distinguishes a subheading
_COMMON = 10  # maximum number of subheadings with such a word
_LONGEST = 5  # maximum number of words in a text that is a single name
_ROOM = 256  # maximum number of names close to a word
_REACH = 8  # maximum number of words in a listed name
_AROUND = 2  # number of words on either side that make it another name
_OF_ONE = 8  # number of words in a text with one substance: all may belong to its name


class Neighbours(NamedTuple):
    """Listed names and substances close to a word."""

    substances: set[int]  # indices in the registry
    names: set[str]  # names that the word alone may be mistaken for


class Chooser:
    """Decides whether a word may be a listed name."""

    def __init__(
        self,
        registry: Registry,
        entries: tuple[Entry, ...],
        fold: FoldTables,
        others: Iterable[str],
    ) -> None:
        """Initialise with listed names, the folding of names, and the names of other chemicals."""
        self._others = frozenset(hash_texts(list(others), fold).tolist())
        keys = fold_keys([entry.text for entry in entries], fold)
        self._anchors, _ = build_anchors(entries, keys, fold, frozenset())
        self._fold = fold
        self._entries = entries
        self._respeller = Respeller()
        self._room = make_near_room(_ROOM)
        self._own: dict[str, set[int]] = defaultdict(set)
        for entry in entries:
            self._own[entry.key].add(entry.substance)
        own = set(tomllib.loads(data("hs", "own.toml").read_text(encoding="utf-8"))["codes"])
        self._codes: dict[str, set[int]] = defaultdict(set)
        for place, substance in enumerate(registry.substances):
            for code in own & set(substance.hs):
                self._codes[code.replace(".", "")].add(place)
        self._named = cache(self._find_named)

    def near(self, word: str) -> Neighbours:
        """Return what a word is close to, alone or within a longer name."""
        (key,) = fold_keys([word], self._fold)
        found = Neighbours(set(), set())
        if len(key) == 0:
            return found
        lists = self._anchors.lists
        for place in self._room.keys[: find_near(key, self._anchors.near, self._room)].tolist():
            for name in self._anchors.keys[lists[place] : lists[place + 1]].tolist():
                found.substances.add(self._entries[name].substance)
            whole = int(self._anchors.whole[place])
            if whole >= 0:
                found.substances.add(self._entries[whole].substance)
                found.names.add(self._entries[whole].text)
        return found

    def is_spelt(self, word: str, names: Iterable[str]) -> bool:
        """Return whether a word is a foreign spelling of one of some names."""
        key = self._respeller.key(word)
        return any(key == self._respeller.key(name) for name in names)

    def named(self, text: Text) -> frozenset[int]:
        """Return the substances in a code's English texts, and those classified under the code."""
        found = set(self._codes.get(text.code[:6], ()))
        for english in text.english:
            found |= self._named(english)
        return frozenset(found)

    def _find_named(self, english: str) -> frozenset[int]:
        words = [word for word, _ in next(fold_words([english], self._fold))]
        found: set[int] = set()
        for at in range(len(words)):
            for end in range(at + 1, min(len(words), at + _REACH) + 1):
                key = "".join(words[at:end])
                named = self._own.get(key) or self._own.get(key.removesuffix("s"), set())
                if named and not self._is_part(words, at, end):
                    found |= named
        return frozenset(found)

    def _is_part(self, words: list[str], at: int, end: int) -> bool:
        """Return whether words are part of another chemical's name: "methyl chloroform"."""
        spans = (
            "".join(words[low:high])
            for low in range(max(0, at - _AROUND), at)
            for high in range(end, min(len(words), end + _AROUND) + 1)
        )
        return any(int(hashed) in self._others for hashed in hash_texts(list(spans), self._fold))


def other_words(texts: Sequence[Text], chooser: Chooser) -> tuple[list[str], list[str]]:
    """Classify the words of the nomenclatures.

    Returns:
        Words of other goods, and words that may be a listed name in some language.
    """
    meant: dict[str, set[int]] = defaultdict(set)
    chemical: set[str] = set()  # words of a chemical text without a listed name
    own: set[str] = set()  # words of a short text with a listed name
    for text in texts:
        named = chooser.named(text)
        inside = _CHEMISTRY[0] <= text.code[:2] <= _CHEMISTRY[1]
        words = WORD.findall(text.text.casefold())
        for word in {word for word in words if len(word) >= _SHORTEST}:
            meant[word] |= named
        if named and len(words) <= _OF_ONE:
            own.update(words)
        elif inside and not named:
            chemical.update(word for word in words if len(word) >= _SHORTEST)
    others, listed = [], []
    for word, named_by in meant.items():
        near = chooser.near(word)
        if (
            near.substances & named_by
            or chooser.is_spelt(word, near.names)
            or (word in own and not near.names)
        ):
            listed.append(word)
        elif near.substances or word in chemical:
            others.append(word)
    return sorted(others), sorted(listed)


def other_names(texts: Iterable[Text], chooser: Chooser) -> list[str]:
    """List the texts of chapters 28 and 29 that are one short name, not listed."""
    return sorted(
        {
            text.text
            for text in texts
            if text.code[:2] in _CHEMICALS
            and not set(text.text) & set(",;:()%")
            and 1 < len(text.text.split()) <= _LONGEST
            and not chooser.named(text)
        }
    )


def words_by_code(texts: Iterable[Text]) -> dict[str, list[str]]:
    """Map subheadings of chapters 28 and 29 to the words that distinguish them from most others."""
    found: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        if text.code[:2] in _CHEMICALS and len(text.code) >= _OWN:
            words = WORD.findall(text.text.casefold())
            found[text.code[:6]].update(word for word in words if len(word) >= _OWN)
    counts = Counter(word for words in found.values() for word in words)
    return {
        code: sorted(word for word in words if counts[word] <= _COMMON)
        for code, words in sorted(found.items())
    }
