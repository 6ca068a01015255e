"""Han characters: simplified, pinyin, and company words translated."""

from functools import cache, lru_cache
from typing import Final

import opencc
import pypinyin

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.facts import facts

_LONGEST: Final = 12  # characters of a phrase that is looked up


class ChineseWords(Record, frozen=True, kw_only=True):
    """All of han_words.toml."""

    source: str
    words: dict[str, str]  # simplified, to the usual English word or words
    places: dict[str, str]  # simplified, to the usual Latin spelling
    surnames: dict[str, str]  # simplified, to pinyin where the usual reading is another


class Piece(Record, frozen=True, kw_only=True):
    """A part of a name in Han characters."""

    start: int
    end: int
    text: str  # simplified
    kind: str  # "legal form", "word", "place", "name"
    meaning: str  # form, English or Latin spelling; "" for names


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def chinese() -> ChineseWords:
    """Load han_words.toml once."""
    return read_toml(data("parties", "han_words.toml"), ChineseWords)


@lru_cache(maxsize=1 << 16)
def simplify(text: str) -> str:
    """Return simplified characters, as many as were given."""
    found: str = _converter().convert(text)
    return found if len(found) == len(text) else text


@lru_cache(maxsize=1 << 16)
def pinyin_of(text: str) -> tuple[str, ...]:
    """Return the reading of each character without tones; ü is u after j, q, x, y, else v."""
    return tuple(pypinyin.lazy_pinyin(text, errors=_apart))


def _apart(rest: str) -> str:
    """Keep characters that have no reading, one by one."""
    return list(rest)  # type: ignore[return-value]  # its own documentation allows a list


@lru_cache(maxsize=1 << 16)
def pieces_of(text: str) -> tuple[Piece, ...]:
    """Split a company's name into legal form, known words, places and the rest, its own name."""
    plain = simplify(text)
    found: list[Piece] = []
    place = rest = 0
    while place < len(plain):
        size, kind, meaning = _longest(plain, place)
        if not size:
            place += 1
            continue
        found += _own_name(plain, rest, place)
        end = place + size
        found.append(Piece(start=place, end=end, text=plain[place:end], kind=kind, meaning=meaning))
        place = rest = end
    return (*found, *_own_name(plain, rest, len(plain)))


def _longest(text: str, place: int) -> tuple[int, str, str]:
    """Find the longest known phrase that begins at a place; 0 where there is none."""
    known, forms = chinese(), facts().unspaced
    for size in range(min(_LONGEST, len(text) - place), 0, -1):
        phrase = text[place : place + size]
        if phrase in forms:
            return size, "legal form", forms[phrase]
        if phrase in known.places:
            return size, "place", known.places[phrase]
        if phrase in known.words:
            return size, "word", known.words[phrase]
    return 0, "", ""


def _own_name(text: str, start: int, end: int) -> list[Piece]:
    if start == end:
        return []
    return [Piece(start=start, end=end, text=text[start:end], kind="name", meaning="")]
