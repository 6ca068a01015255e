"""A word that is none of the vocabulary: the one that was meant, by a slip or cut short."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from string import ascii_lowercase

from tidewaiter.consignments.readers.aliases import is_unspaced, words_of
from tidewaiter.consignments.readers.vocabulary import (
    Word,
    load_languages,
    load_rules,
    load_words,
)

_SLIP = 6  # letters of a word that may have a slip
_BEGUN = 5  # letters of a word that may be the beginning of a longer one
_BONES = 4  # letters of a word without vowels that may stand for a whole one
_VOWELS = frozenset("aeiou")


def find_meant(word: str, *, beside: bool = True) -> Sequence[Word]:
    """Find what was meant by a word that is not known; nothing where that may be several.

    One letter is missing or double, or two are swapped ("CURENCY"). Beside other words it may be
    the beginning of some that all say the same ("MERCANC"), or one without its vowels ("CNTRY").

    Args:
        word: Folded, of letters of a script that writes spaces.
        beside: Other words stand beside it.
    """
    found = _one(_slipped(word))
    return found if found or not beside else _one(_begun(word)) or _one(_boned(word))


def _one(found: Iterator[Word]) -> Sequence[Word]:
    near = set(found)
    return tuple(near) if len(near) == 1 else ()


def _slipped(word: str) -> Iterator[Word]:
    known = load_words()
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    less = {begin + end[1:] for begin, end in cuts if end}
    more = {begin + letter + end for begin, end in cuts for letter in ascii_lowercase}
    swapped = {begin + end[1] + end[0] + end[2:] for begin, end in cuts if len(end) > 1}
    names = (less | more | swapped) & known.keys()
    return (known[name] for name in names if len(name) >= _SLIP and name[0] == word[0])


def _begun(word: str) -> Iterator[Word]:
    single, known = _single(), load_words()
    place = bisect_left(single, word) if len(word) >= _BEGUN else len(single)
    while place < len(single) and single[place].startswith(word):
        yield known[single[place]]
        place += 1


def _boned(word: str) -> Iterator[Word]:
    if len(word) >= _BONES and _VOWELS.isdisjoint(word):
        known = load_words()
        yield from (known[name] for name in _bones().get(word, ()))


@cache
def _single() -> Sequence[str]:
    """List the words that are no phrases, in the order of letters."""
    told = [load_rules().words, *load_languages().values()]
    names = {name for each in told for some in each.values() for name in some}
    single = {cut[0] for name in names if len(cut := words_of(name)) == 1}
    return sorted(name for name in single if not is_unspaced(name))


@cache
def _bones() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name in _single():
        if name.isascii():
            bones = name[0] + "".join(letter for letter in name[1:] if letter not in _VOWELS)
            found.setdefault(bones, set()).add(name)
    return {bones: frozenset(names) for bones, names in found.items()}
