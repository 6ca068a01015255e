"""Rarity: frequency of a word in listed and ordinary names, and of a name among entries.

The list alone makes "trading" rare, and English alone makes "Muhammad" rare; so the highest
frequency in any source is used. The counts are frozen for a generation of lists; otherwise one new
entry would change every score.

Shares of ordinary names never change with the data, so the points of a link depend on its two
members only.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import msgspec

from tidewaiter.base.plain_text import plain
from tidewaiter.base.records import Record
from tidewaiter.base.word_shares import word_shares
from tidewaiter.parties.names import TokenKind
from tidewaiter.parties.names.dictionary import pinyin_words
from tidewaiter.parties.names.scripts import fold
from tidewaiter.parties.names.word_lists import spellings
from tidewaiter.parties.types import ListedParty

_WORD: Final = re.compile(r"[^\W_]+")
LANGUAGES = ("en", "es")
"""Languages whose ordinary words are counted as words of names."""
_ORDINARY = 1.02e-6  # minimum share of running text of an ordinary word
_WORDS_OF_A_NAME = 5
_UNKNOWN = 2e-5  # share of names with an unknown word


class Background(Record, frozen=True):
    """Share of ordinary names with each word, in millionths."""

    source: str
    words: dict[str, int]


class Rarity(Record, frozen=True):
    """Share of names with a word, frozen for one generation of lists."""

    entries: int  # total entries of the lists
    counts: Mapping[str, int]  # entries with each word; words of a single entry are omitted

    def weight(self, word: str) -> float:
        """Return the information content of a word, in nats: 0 if all names have it."""
        listed = self.counts.get(word, 1) / max(self.entries, 2000)
        known = background().get(word, 0) / 1e6
        return -math.log(min(1.0, max(listed, known, _UNKNOWN)))


@cache
def background() -> dict[str, int]:
    """Return the share of ordinary names with each word, in millionths.

    Ordinary words of English and Spanish count five times their share of running text, as a name
    has about five words; Chinese trade words in pinyin count as their English.
    """
    place = files("tidewaiter") / "data" / "parties" / "background.toml"
    shares = msgspec.toml.decode(place.read_bytes(), type=Background).words
    for language in LANGUAGES:
        for word, share in word_shares(language, _ORDINARY).items():
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
    """Count the words of lists, once per entry."""
    counts: dict[str, int] = {}
    total = 0
    for words in entries:
        total += 1
        for word in set(words):
            counts[word] = counts.get(word, 0) + 1
    return Rarity(entries=total, counts={word: n for word, n in counts.items() if n > 1})


_UNKNOWN_SHARE: Final = 2e-5  # share of names with an unknown word
_GENERIC: Final = 0.25  # remaining weight of a word that half of all companies have
_INITIAL: Final = 1.0
_SURNAME: Final = 3.0  # nats of a surname with millions of bearers
_LETTER: Final = 2.2  # maximum nats per letter: short words are ambiguous


@cache
def _surnames() -> frozenset[str]:
    """Return the Latin spellings of Chinese and Korean surnames: few, with millions of bearers."""
    tables = (spellings("chinese_surnames"), spellings("korean_surnames"))
    return frozenset(fold(each) for table in tables for known in table.values() for each in known)


@lru_cache(maxsize=1 << 18)
def weight_of(key: str, kind: TokenKind) -> float:
    """Return the information content of a word in a name, in nats.

    Args:
        key: The word, folded.
        kind: Its role in the name.
    """
    if kind == "initial":
        return _INITIAL
    share = max(background().get(key, 0) / 1e6, _UNKNOWN_SHARE)
    weight = min(max(-math.log(min(1.0, share)), 0.5), _LETTER * len(key))
    if key in _surnames():
        return min(weight, _SURNAME)
    return weight * _GENERIC if kind == "generic" else weight


class Namesakes:
    """Counts entries by the words of their names; computed on first use."""

    def __init__(self, parties: Iterable[ListedParty]) -> None:
        """Set the entries."""
        self._parties = tuple(parties)
        self._counts: Counter[str] | None = None

    def count(self, name: str) -> int:
        """Return the number of entries with a name, ignoring word order, case and accents.

        Args:
            name: Name as in the list.
        """
        if self._counts is None:
            self._counts = Counter(
                key for party in self._parties for key in {_key(name.text) for name in party.names}
            )
        return self._counts[_key(name)]

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._parties)


def _key(name: str) -> str:
    return " ".join(sorted(_WORD.findall(plain(name))))
