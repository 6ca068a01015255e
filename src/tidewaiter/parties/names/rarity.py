"""Rarity: how many listed and ordinary names bear a word, and how many entries bear a name.

The list alone makes "trading" rare, and English alone makes "Muhammad" rare; so a word is as
common as it is in whichever knows it best. The counts are frozen for a generation of lists, or
one entry more would move every score.

The shares are those of ordinary names and never change with the data, so that the points of a
link depend on its two members alone.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import msgspec
from wordfreq import get_frequency_dict

from tidewaiter.base.plain_text import plain
from tidewaiter.base.records import Record
from tidewaiter.parties.names import TokenKind
from tidewaiter.parties.names.dictionary import pinyin_words
from tidewaiter.parties.names.scripts import fold
from tidewaiter.parties.names.word_lists import spellings
from tidewaiter.parties.types import ListedParty

_LANGUAGES = ("en", "es")
_WORDS_OF_A_NAME = 5
_UNKNOWN = 2e-5  # share of names that bear a word which nobody knows


class Background(Record, frozen=True):
    """Share of ordinary names, in millionths, that bear each word."""

    source: str
    words: dict[str, int]


class Rarity(Record, frozen=True):
    """Share of names that bear a word, frozen for one generation of lists."""

    entries: int  # of the lists
    counts: Mapping[str, int]  # entries with each word; those with one alone are left out

    def weight(self, word: str) -> float:
        """Return the information in a word, in nats: 0 where all names bear it."""
        listed = self.counts.get(word, 1) / max(self.entries, 2000)
        known = background().get(word, 0) / 1e6
        return -math.log(min(1.0, max(listed, known, _UNKNOWN)))


@cache
def background() -> dict[str, int]:
    """Return the share of ordinary names, in millionths, that bear each word.

    Ordinary words of English and Spanish count for five times their share of running text, as a
    name has some five words; the words of Chinese trade names in pinyin count as their English.
    """
    place = files("tidewaiter") / "data" / "parties" / "background.toml"
    shares = msgspec.toml.decode(place.read_bytes(), type=Background).words
    for language in _LANGUAGES:
        for word, share in get_frequency_dict(language, "small").items():
            millionths = int(share * _WORDS_OF_A_NAME * 1_000_000)
            if millionths > shares.get(word, 0):
                shares[word] = millionths
    for syllables, meaning in pinyin_words().items():
        word = "".join(syllables)
        share = min(shares.get(each, 0) for each in meaning.split())
        if share > shares.get(word, 0):
            shares[word] = share
    return shares


def rarity_of(entries: Iterable[Iterable[str]]) -> Rarity:
    """Count the words of lists, each once an entry."""
    counts: dict[str, int] = {}
    total = 0
    for words in entries:
        total += 1
        for word in set(words):
            counts[word] = counts.get(word, 0) + 1
    return Rarity(entries=total, counts={word: n for word, n in counts.items() if n > 1})


_UNKNOWN_SHARE: Final = 2e-5  # share of names that bear a word which nobody knows
_GENERIC: Final = 0.25  # of its weight, that a word keeps which half of all firms bear
_INITIAL: Final = 1.0
_SURNAME: Final = 3.0  # nats of a surname that millions bear
_LETTER: Final = 2.2  # most nats for each letter of a word: short ones are many words at once


@cache
def _surnames() -> frozenset[str]:
    """Return the Latin spellings of Chinese and Korean surnames: few, and each of millions."""
    tables = (spellings("chinese_surnames"), spellings("korean_surnames"))
    return frozenset(fold(each) for table in tables for known in table.values() for each in known)


@lru_cache(maxsize=1 << 18)
def weight_of(key: str, kind: TokenKind) -> float:
    """Return the information in a word of a name, in nats.

    Args:
        key: The word, folded.
        kind: What it is in its name.
    """
    if kind == "initial":
        return _INITIAL
    share = max(background().get(key, 0) / 1e6, _UNKNOWN_SHARE)
    weight = min(max(-math.log(min(1.0, share)), 0.5), _LETTER * len(key))
    if key in _surnames():
        return min(weight, _SURNAME)
    return weight * _GENERIC if kind == "generic" else weight


class Namesakes:
    """Counts entries by the words of their names, once it is asked for the first time."""

    def __init__(self, parties: Iterable[ListedParty]) -> None:
        """Take the entries."""
        self._parties = tuple(parties)
        self._counts: Counter[str] | None = None

    def count(self, name: str) -> int:
        """Return how many entries bear a name, whatever the order, case and accents of its words.

        Args:
            name: As a list writes it.
        """
        if self._counts is None:
            self._counts = Counter(
                key for party in self._parties for key in {_key(name.text) for name in party.names}
            )
        return self._counts[_key(name)]

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._parties)


def _key(name: str) -> str:
    letters = (sign if sign.isalnum() else " " for sign in plain(name))
    return " ".join(sorted("".join(letters).split()))
