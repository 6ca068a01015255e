"""Translation dictionary for words of company names: one table per script."""

from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

import msgspec

from tidewaiter.base.cache import cached, digest
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.arabic import same_letters
from tidewaiter.parties.names.chinese_readings import pinyin_of
from tidewaiter.parties.names.keys import sound
from tidewaiter.parties.names.romanisation import romanise_cyrillic
from tidewaiter.parties.names.scripts import fold
from tidewaiter.parties.names.word_lists import facts

Table = Literal["han", "hangul", "kana", "arabic", "cyrillic"]
PieceKind = Literal["legal form", "word", "place", "name"]

_Way = tuple[float, tuple["Piece", ...]]  # cost and pieces

_CHARACTER: Final = 1.0  # cost of an unknown character
_RUN: Final = 0.5  # cost of each part that consists of such characters
_PIECE: Final = 0.1  # cost of each piece
_LONGEST: Final = 12  # characters of the longest phrase
_STEM: Final = 3  # minimum letters of a stem
# Endings of adjectives and nouns in Russian and related languages, folded (й is и).
_ENDINGS: Final = frozenset(
    """
    ого его ому ему ыми ими ами ями ыи ии ои еи ая яя ое ее ые ие ым им ых их ую юю ою ею ов ев
    ам ям ах ях ом ем ия ию иеи иям иях иями ія іі ію ья ье ью аго аи ы а я ы и і у ю е о ь
    """.split()  # noqa: SIM905 - a list of words reads best as one
)
_LATIN_ENDINGS: Final = frozenset(
    """
    ogo ego omu emu ymi imi ami yami iya iyu iyam iyakh aya yaya oye oe eye ee yye ye ie iye yy
    yi iy ii ij yj oy oi oj ei ey ym im om em ykh ikh yh ih uyu yuyu ov ev akh yakh am yam ia iu
    ya yu ja a y i u e o
    """.split()  # noqa: SIM905 - a list of words reads best as one
)
_LONGEST_ENDING: Final = 5  # letters
_PINYIN: Final = "pinyin.msgpack"
_ROMANISED: Final = 6  # minimum letters of a Russian word in Latin letters
_PREFIXES: Final = ("وال", "ولل", "بال", "لل", "ال", "و", "ل")


class Dictionary(Record, frozen=True, kw_only=True):
    """One table; unverified: from general knowledge only."""

    source: str
    words: dict[str, str]
    places: dict[str, str] = msgspec.field(default_factory=dict)
    unverified: dict[str, str] = msgspec.field(default_factory=dict)
    unverified_places: dict[str, str] = msgspec.field(default_factory=dict)


class Piece(Record, frozen=True, kw_only=True):
    """Part of a name in a script without spaces."""

    start: int
    end: int
    text: str
    kind: PieceKind
    meaning: str  # legal form, English or Latin spelling; "" for a distinctive part


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
    """Return the English for a folded word; "" if unknown."""
    if table == "cyrillic":
        return _stems().get(_stem(word), "")
    known, plain = _arabic_words(), same_letters(word)
    bare = [plain[len(prefix) :] for prefix in _PREFIXES if plain.startswith(prefix)]
    return next((known[each] for each in (plain, *bare) if each in known), "")


@lru_cache(maxsize=1 << 16)
def romanised(word: str) -> str:
    """Return the English for a Russian word in Latin letters; "" if unknown."""
    if len(word) >= _ROMANISED:
        return _romanised_stems().get(_latin_stem(word), "")
    return _romanised_words().get(word, "")


@cache
def _romanised_words() -> dict[str, str]:
    """Load the shorter words, which must match exactly."""
    words = ((fold(romanise_cyrillic(word, word)), word) for word in _words("cyrillic"))
    return {
        latin: _words("cyrillic")[word] for latin, word in words if _STEM < len(latin) < _ROMANISED
    }


@cache
def _romanised_stems() -> dict[str, str]:
    found: dict[str, str] = {}
    for word, meaning in _words("cyrillic").items():
        latin = fold(romanise_cyrillic(word, word))
        if len(_latin_stem(latin)) > _STEM:
            found.setdefault(_latin_stem(latin), meaning)
    return found


def _latin_stem(word: str) -> str:
    bare = _without_ending(word, _LATIN_ENDINGS)
    return sound(bare if len(bare) > _STEM else word)


def _without_ending(word: str, endings: frozenset[str]) -> str:
    """Remove the longest ending of a word."""
    for size in range(_LONGEST_ENDING, 0, -1):
        if word[-size:] in endings:
            return word[:-size]
    return word


def _stem(word: str) -> str:
    bare = _without_ending(word, _ENDINGS)
    return bare if len(bare) >= _STEM else word


@lru_cache(maxsize=1 << 16)
def pieces_of(text: str, table: Table) -> tuple[Piece, ...]:
    """Split a company name into legal form, known words, places and distinctive parts.

    The split with the fewest unknown characters is chosen, then the fewest unknown parts, then the
    fewest pieces.

    Args:
        text: Text in Hangul, katakana or simplified characters.
        table: The script.
    """
    best: list[_Way] = [(0.0, ())]
    for end in range(1, len(text) + 1):
        ways = [_unknown(best[end - 1], text, end)]
        for start in range(max(0, end - _LONGEST), end):
            kind, meaning = _known(text, start, end, table)
            if meaning:
                piece = Piece(
                    start=start, end=end, text=text[start:end], kind=kind, meaning=meaning
                )
                cost, before = best[start]
                ways.append((cost + _PIECE, (*before, piece)))
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


class _Readings(Record, frozen=True):
    """Meanings of Chinese words and places, by their pinyin syllables."""

    words: tuple[tuple[tuple[str, ...], str], ...]
    phrases: tuple[tuple[tuple[str, ...], str], ...]


def pinyin_words() -> dict[tuple[str, ...], str]:
    """Return the Chinese words, without places, by their pinyin syllables, at least two."""
    return load_pinyin()[0]


def pinyin_phrases() -> dict[tuple[str, ...], str]:
    """Return the Chinese words and places by their pinyin syllables, at least two."""
    return load_pinyin()[1]


@cache
def load_pinyin() -> tuple[dict[tuple[str, ...], str], dict[tuple[str, ...], str]]:
    """Load the words and the phrases from the cache; compute them after a change.

    The tables of pypinyin take 0.2 seconds to load, and a file without Chinese needs no others.
    """
    key = digest([data("parties", "han_words.toml"), Path(__file__)], metadata.version("pypinyin"))
    place = cached("pinyin", key, _make_pinyin)
    read = msgspec.msgpack.decode((place / _PINYIN).read_bytes(), type=_Readings)
    return dict(read.words), dict(read.phrases)


def _make_pinyin(place: Path) -> None:
    words: dict[tuple[str, ...], str] = {}
    for word, meaning in _words("han").items():
        if len(syllables := pinyin_of(word)) > 1:
            words.setdefault(syllables, meaning)
    places = {pinyin_of(place): meaning for place, meaning in _places("han").items()}
    phrases = words | {name: place for name, place in places.items() if len(name) > 1}
    made = _Readings(tuple(words.items()), tuple(phrases.items()))
    (place / _PINYIN).write_bytes(msgspec.msgpack.encode(made))


def _unknown(way: _Way, text: str, end: int) -> _Way:
    """Add an unknown character to a split."""
    cost, before = way
    if before and before[-1].kind == "name":
        start = before[-1].start
        name = Piece(start=start, end=end, text=text[start:end], kind="name", meaning="")
        return cost + _CHARACTER, (*before[:-1], name)
    name = Piece(start=end - 1, end=end, text=text[end - 1], kind="name", meaning="")
    return cost + _CHARACTER + _RUN, (*before, name)


def _known(text: str, start: int, end: int, table: Table) -> tuple[PieceKind, str]:
    """Return kind and meaning of a phrase; "" if unknown."""
    phrase = text[start:end]
    forms, places, words = facts().unspaced, _places(table), _words(table)
    if phrase in forms:
        return "legal form", forms[phrase]
    if phrase in places:
        return "place", places[phrase]
    if len(phrase) == 1 and (start == 0 or not _ends(text, end)):
        return "name", ""  # a single character is a word only at the end of a name
    return "word", words.get(phrase, "")


def _ends(text: str, place: int) -> bool:
    """Return whether the name ends here, or a legal form follows."""
    return place == len(text) or text[place:] in facts().unspaced
