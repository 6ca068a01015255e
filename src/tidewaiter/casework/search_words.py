"""Search words of trade documents, normalised so that spelling variants match.

Case, accents and letter forms are ignored. Scripts without spaces are indexed by pairs of adjacent
characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice

from tidewaiter.base.plain_text import plain
from tidewaiter.base.records import Record

LONGEST = 32  # maximum characters of a word
MOST = 400  # words per alert; a hostile text can hold any number
_READ = 20_000  # characters of a text examined
SHORT = 3  # minimum length of a word for prefix search

# Thai, Lao, Burmese, Khmer, kana, and the ranges of Han characters.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_ASCII = re.compile(r"[a-z0-9]+")
_PAIRED = re.compile(rf"[{_UNSPACED}]")
_UNSEEN = "Cf"  # invisible joiners and controls


class Sought(Record, frozen=True, kw_only=True):
    """A word to search for."""

    word: str
    begins: bool  # prefix search


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct words of some texts, in order; at most `MOST`.

    Args:
        texts: As written; untrusted.
    """
    found = dict.fromkeys(_words(" ".join(text[:_READ] for text in texts)))
    return tuple(islice(found, MOST))


def sought_in(text: str) -> tuple[Sought, ...]:
    """Return the words of a typed query; all of them must match."""
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
    """Yield the words of a text; in a script without spaces, each character."""
    if text.isascii():
        yield from _ASCII.findall(text.lower())
        return
    for run in _runs(text):
        yield from run if _PAIRED.match(run) else (run,)


def plain_name(text: str) -> str:
    """Return a name normalised by case, accents and outer spaces."""
    return " ".join(_bare(text).split())


def _words(text: str) -> Iterator[str]:
    if text.isascii():  # most are; three times as fast
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
    """Yield each character with the next one; the last alone."""
    return (run[at : at + 2] for at in range(len(run)))


def _bare(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(c for c in plain(text) if unicodedata.category(c) != _UNSEEN)
