"""Words of companies' names, translated: one table per script."""

import re
from functools import cache, lru_cache
from typing import Final, Literal

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.arabic import same_letters
from tidewaiter.parties.names.facts import facts
from tidewaiter.parties.names.fold import fold

Table = Literal["han", "hangul", "arabic", "cyrillic"]
PieceKind = Literal["legal form", "word", "place", "name"]

_LONGEST: Final = 12  # characters of a phrase that is looked up
_STEM: Final = 3  # letters of a stem
# Endings of adjectives and nouns in Russian and its neighbours, folded (й is и).
_ENDING: Final = re.compile(
    "(?:ого|его|ому|ему|ыми|ими|ами|ями|ыи|ии|ои|еи|ая|яя|ое|ее|ые|ие|ым|им|ых|их|ую|юю|ою|ею|ов"
    "|ев|ам|ям|ах|ях|ом|ем|ія|ія|ія|аго|а|я|ы|и|і|у|ю|е|о|ь)$"
)
_PREFIXES: Final = ("وال", "ولل", "بال", "لل", "ال", "و", "ل")


class Dictionary(Record, frozen=True, kw_only=True):
    """One table, as its file holds it; unverified: by general knowledge alone."""

    source: str
    words: dict[str, str]
    places: dict[str, str] = {}
    unverified: dict[str, str] = {}
    unverified_places: dict[str, str] = {}


class Piece(Record, frozen=True, kw_only=True):
    """A part of a name in a script that writes no spaces."""

    start: int
    end: int
    text: str
    kind: PieceKind
    meaning: str  # form, English or Latin spelling; "" for what is the name's own


@cache
def dictionary(table: Table) -> Dictionary:
    """Load the table of a script."""
    return read_toml(data("parties", f"{table}_words.toml"), Dictionary)


@cache
def _words(table: Table) -> dict[str, str]:
    found = dictionary(table)
    return found.unverified | found.words


@cache
def _places(table: Table) -> dict[str, str]:
    found = dictionary(table)
    return found.unverified_places | found.places


@cache
def _stems() -> dict[str, str]:
    found: dict[str, str] = {}
    for word, meaning in _words("cyrillic").items():
        found.setdefault(_stem(fold(word)), meaning)
    return found


@cache
def _arabic_words() -> dict[str, str]:
    return {same_letters(fold(word)): meaning for word, meaning in _words("arabic").items()}


@lru_cache(maxsize=1 << 16)
def translate(word: str, table: Table) -> str:
    """Return the English of a folded word; "" where the table has none."""
    if table == "cyrillic":
        return _stems().get(_stem(word), "")
    known, plain = _arabic_words(), same_letters(word)
    bare = [plain[len(prefix) :] for prefix in _PREFIXES if plain.startswith(prefix)]
    return next((known[each] for each in (plain, *bare) if each in known), "")


def _stem(word: str) -> str:
    bare = _ENDING.sub("", word)
    return bare if len(bare) >= _STEM else word


@lru_cache(maxsize=1 << 16)
def pieces_of(text: str, table: Table) -> tuple[Piece, ...]:
    """Split a company's name into legal form, known words, places and what is its own.

    Args:
        text: In Hangul or in simplified characters.
        table: The script.
    """
    found: list[Piece] = []
    place = rest = 0
    while place < len(text):
        size, kind, meaning = _longest(text, place, table)
        if not size:
            place += 1
            continue
        found += _own(text, rest, place)
        end = place + size
        found.append(Piece(start=place, end=end, text=text[place:end], kind=kind, meaning=meaning))
        place = rest = end
    return (*found, *_own(text, rest, len(text)))


def _longest(text: str, place: int, table: Table) -> tuple[int, PieceKind, str]:
    """Find the longest known phrase that begins at a place; 0 where there is none."""
    words, places, forms = _words(table), _places(table), facts().unspaced
    for size in range(min(_LONGEST, len(text) - place), 0, -1):
        phrase = text[place : place + size]
        if phrase in forms:
            return size, "legal form", forms[phrase]
        if phrase in places:
            return size, "place", places[phrase]
        if phrase in words and (size > 1 or _ends(text, place + 1)):
            return size, "word", words[phrase]
    return 0, "name", ""


def _ends(text: str, place: int) -> bool:
    """Say whether nothing or a legal form follows, so that one character may be a word."""
    return 0 < place - 1 and (place == len(text) or text[place:] in facts().unspaced)


def _own(text: str, start: int, end: int) -> list[Piece]:
    if start == end:
        return []
    return [Piece(start=start, end=end, text=text[start:end], kind="name", meaning="")]
