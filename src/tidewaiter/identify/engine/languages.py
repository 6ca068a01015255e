"""Languages: how each one declines and orders the words of a name, and names salts.

One file of data/rules/languages each. Names stand in the registry in their basic form; the other
forms are derived here when the lexicon is compiled, so that a goods description may use any case.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml, toml_files

_PARTS = re.compile(r"([^\W\d_]+)")
_LEAST = 4  # letters of a word that is declined, and of a name that has affixes
_SYLLABLES = 3  # syllables of such a Korean name
_INVERTED = 2  # words of a name that is also written in reverse order


ENGLISH = "en"


class Joined(Record, frozen=True, kw_only=True):
    """What is joined to a name and makes it another thing, in a script without spaces."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Language(Record, frozen=True, kw_only=True):
    """How one language writes the names of substances; all fields but the first may be left out."""

    language: str  # ISO 639-1, also the name of the file
    inverted: bool = False  # a name of two words is also written in reverse order
    # Each row is an ending of the basic form and what it becomes in the other cases and the plural.
    # All words of a name take the same column; the longest matching ending wins.
    endings: tuple[tuple[str, ...], ...] = ()
    suffixes: tuple[str, ...] = ()  # joined to the last word: "'nin", "를"
    prefixes: tuple[str, ...] = ()  # joined before the first word: "ال"
    spaced: bool = True  # words are separated; else [words] `part` and `thing` join a name directly
    salt_names: tuple[str, ...] = ()  # "{salt} {name}"
    salts: Mapping[str, tuple[str, ...]] = {}  # by salt, as in en.toml: its words
    words: Mapping[str, tuple[str, ...]] = {}  # added to the words of context.toml
    phrases: Mapping[str, tuple[str, ...]] = {}  # added to its phrases
    joined: Mapping[str, Joined] = {}  # by name, beside what holds for all names


@cache
def load_languages() -> dict[str, Language]:
    """Load the files of data/rules/languages, by language."""
    files = (read_toml(file, Language) for file in toml_files(data("rules", "languages")))
    return {each.language: each for each in files}


def joining_languages() -> tuple[Language, ...]:
    """List the languages that join prefixes or suffixes to a name; the place of each is its bit."""
    known = load_languages().values()
    return tuple(each for each in known if each.spaced and (each.prefixes or each.suffixes))


def has_affixes(text: str) -> bool:
    """Return whether a name is long enough for an affix not to make it another word."""
    return len(text) >= (_SYLLABLES if "\uac00" <= text[:1] <= "\ud7a3" else _LEAST)


class Forms:
    """Derives the other forms of names in one language; caches the cases of each word."""

    def __init__(self, language: Language) -> None:
        """Set the rules of the language."""
        self._language = language
        self._rows = {row[0]: row[1:] for row in language.endings}
        self._lengths = sorted({len(ending) for ending in self._rows}, reverse=True)
        self._columns = max(map(len, language.endings), default=1)
        self._cases = cache(self._decline)

    def of(self, text: str, *, invertible: bool) -> Iterator[str]:
        """Yield the other forms of a name: cases, reverse order. Affixes are no part of them.

        Args:
            text: The name in its basic form.
            invertible: Its words may be in reverse order; those of equipment mean another thing
                then.
        """
        words = text.split()
        orders = [text]
        two = len(words) == _INVERTED and all(map(str.isalpha, words))
        if two and invertible and self._language.inverted:
            orders.append(f"{words[1]} {words[0]}")
            yield orders[1]
        for ordered in orders if self._rows else ():
            parts = [self._cases(part) for part in _PARTS.split(ordered)]
            for column in range(1, self._columns):
                declined = "".join(cases[min(column, len(cases) - 1)] for cases in parts)
                if declined != ordered:
                    yield declined

    def _decline(self, part: str) -> tuple[str, ...]:
        """Return a word in each of its cases, the basic form first; other text as it is."""
        if not part.isalpha() or len(part) < _LEAST:
            return (part,)
        plain = part.casefold()
        for length in self._lengths:
            others = self._rows.get(plain[-length:])
            if others is not None and len(plain) == len(part):
                stem = part[: len(part) - length]
                return part, *(stem + other for other in others)
        return (part,)
