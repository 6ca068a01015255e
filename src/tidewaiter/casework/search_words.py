"""Words of trade papers, so that what an officer types is found however it is written.

Capitals, accents and forms of a letter do not matter. Scripts that put no spaces between words
give every pair of neighbouring characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice

from tidewaiter.base.plain_text import plain
from tidewaiter.base.records import Record

LONGEST = 32  # characters of a word that count
MOST = 400  # words of one alert; a hostile text can hold any number
_READ = 20_000  # characters of a text that are looked at
SHORT = 3  # characters from which on the beginning of a word finds it

# Thai, Lao, Burmese, Khmer, kana, and the ranges of Han characters.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_ASCII = re.compile(r"[a-z0-9]+")
_PAIRED = re.compile(rf"[{_UNSPACED}]")
_UNSEEN = "Cf"  # joins or hides


class Sought(Record, frozen=True, kw_only=True):
    """A word that is looked for."""

    word: str
    begins: bool  # words that begin so are found too


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words of some texts, each once, in order; at most `MOST`.

    Args:
        texts: As written; they may hold anything.
    """
    found = dict.fromkeys(_words(" ".join(text[:_READ] for text in texts)))
    return tuple(islice(found, MOST))


def sought_in(text: str) -> tuple[Sought, ...]:
    """Return what is to be found for the text that an officer typed; all of it must occur."""
    found: dict[str, Sought] = {}
    for run in _runs(text):
        if _PAIRED.match(run):
            pairs = list(_pairs(run))
            for word in pairs[:-1] or pairs:
                found[word] = Sought(word=word, begins=len(word) == 1)
        else:
            word = run[:LONGEST]
            found[word] = Sought(word=word, begins=len(word) >= SHORT)
    return tuple(islice(found.values(), MOST))


def words_in_order(text: str) -> Iterator[str]:
    """Yield the words of a text as they stand; a sign of a script without spaces is a word."""
    if text.isascii():
        yield from _ASCII.findall(text.lower())
        return
    for run in _runs(text):
        yield from run if _PAIRED.match(run) else (run,)


def plain_name(text: str) -> str:
    """Return a name without what does not matter: capitals, accents, spaces at its ends."""
    return " ".join(_bare(text).split())


def _words(text: str) -> Iterator[str]:
    if text.isascii():  # most are; it is three times as quick
        return (word[:LONGEST] for word in _ASCII.findall(text.lower()))
    return _any_words(text)


def _any_words(text: str) -> Iterator[str]:
    for run in _runs(text):
        if _PAIRED.match(run):
            yield from _pairs(run)
        else:
            yield run[:LONGEST]


def _runs(text: str) -> Iterator[str]:
    return (found.group() for found in _WORD.finditer(_bare(text)))


def _pairs(run: str) -> Iterator[str]:
    """Yield each character with the next one; the last stands alone."""
    return (run[at : at + 2] for at in range(len(run)))


def _bare(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(c for c in plain(text) if unicodedata.category(c) != _UNSEEN)
