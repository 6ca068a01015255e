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
_LEAST = 4  # letters of a word that is declined
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


def forms_of(text: str, language: Language, invertible: bool) -> Iterator[str]:
    """Yield the other forms of a name: cases, reverse order, joined particles.

    Args:
        text: The name in its basic form.
        language: The rules of its language.
        invertible: Its words may be in reverse order; those of equipment mean another thing then.
    """
    words = text.split()
    orders = [text]
    if (
        invertible
        and language.inverted
        and len(words) == _INVERTED
        and all(map(str.isalpha, words))
    ):
        orders.append(f"{words[1]} {words[0]}")
        yield orders[1]
    for ordered in orders:
        for column in range(1, max(map(len, language.endings), default=1)):
            declined = "".join(
                _declined(part, language, column) if part.isalpha() else part
                for part in _PARTS.split(ordered)
            )
            if declined != ordered:
                yield declined
    if language.spaced and len(text) >= _LEAST:
        yield from (f"{text}{after}" for after in language.suffixes)
        yield from (f"{each}{text}" for each in language.prefixes if not text.startswith(each))


def _declined(word: str, language: Language, column: int) -> str:
    """Return a word in another case; itself, if no row of endings applies."""
    rows = [row for row in language.endings if word.casefold().endswith(row[0])]
    if not rows or len(word) < _LEAST:
        return word
    row = max(rows, key=lambda each: len(each[0]))
    return word[: len(word) - len(row[0])] + row[min(column, len(row) - 1)]
