"""Syllables of Mandarin: pinyin and Wade-Giles brought to one key."""

import re
from functools import cache, lru_cache
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

# Letters of pinyin that few names of other languages have.
_CHINESE: Final = re.compile("zh|x|q|[aeiou]ng|ia[on]|iu|u[ao]|ao$|ui$")
_LONGEST: Final = 6  # letters of a syllable: zhuang, chuang
MOST: Final = 18  # letters of a word that is split into syllables


class Syllables(Record, frozen=True, kw_only=True):
    """All of mandarin.toml."""

    source: str
    syllables: dict[str, str]


@cache
def _pinyin() -> dict[str, str]:
    table = read_toml(data("parties", "mandarin.toml"), Syllables).syllables
    return table | {name.replace("v", "u"): value for name, value in table.items() if "v" in name}


@cache
def _wade_giles() -> dict[str, str]:
    full = {value: value for value in _pinyin().values()}
    return {value.removesuffix("h"): value for value in full.values()} | full


@lru_cache(maxsize=1 << 16)
def mandarin_keys(word: str) -> tuple[str, ...]:
    """Return a word's syllables in Wade-Giles without marks, once per system that can spell it.

    The key does not tell b from p, d from t, g from k or zh from ch, as printed Wade-Giles does
    not.
    """
    if len(word) > MOST:
        return ()
    readings = (split_syllables(word, table) for table in (_pinyin(), _wade_giles()))
    keys = ("".join(map(_without_h, each)) for each in readings if each)
    return tuple(dict.fromkeys(keys))


def _without_h(syllable: str) -> str:
    """Drop the last h, which Wade-Giles writes and passports often do not: hsueh, chih."""
    return syllable.removesuffix("h")


def pinyin_syllables(word: str) -> tuple[str, ...]:
    """Split a word into syllables of pinyin; () where it is none."""
    table = _pinyin()
    return split_syllables(word, {name: name for name in table}) if len(word) <= MOST else ()


def is_syllable(word: str) -> bool:
    """Say whether a word is one syllable of pinyin."""
    return word in _pinyin()


@lru_cache(maxsize=1 << 17)
def is_pinyin_word(word: str) -> bool:
    """Say whether a word is pinyin that looks Chinese, as few words of other languages do."""
    return len(word) <= MOST and bool(_CHINESE.search(word) and pinyin_syllables(word))


def split_syllables(word: str, table: dict[str, str]) -> tuple[str, ...]:
    """Split a word into syllables, the longest first, and return what each stands for."""
    if not word:
        return ()
    for size in range(min(_LONGEST, len(word)), 0, -1):
        found = table.get(word[:size])
        if found is None:
            continue
        if size == len(word):
            return (found,)
        rest = split_syllables(word[size:], table)
        if rest:
            return (found, *rest)
    return ()
