"""How rare a word is: in the lists of a generation, and in ordinary names beside them.

The list alone makes "trading" rare, and English alone makes "Muhammad" rare; so a word is as
common as it is in whichever knows it best. The counts are frozen for a generation of lists, or
one entry more would move every score.
"""

import math
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import msgspec
from wordfreq import get_frequency_dict

from tidewaiter.base.records import Record
from tidewaiter.parties.names.dictionary import pinyin_words

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
