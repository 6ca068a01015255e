"""Cantonese: readings of characters as Hong Kong spells them, and one key for the spellings."""

import re
from functools import cache, lru_cache
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.mandarin import MOST, split_syllables
from tidewaiter.parties.names.spellings import spellings

_SAME: Final = (
    (re.compile("^(?:kwo|gwo)"), "ko"),
    (re.compile("^(?:kw|gw)"), "kw"),
    (re.compile("^g"), "k"),
    (re.compile("^(?:j|ts|ch|tch)"), "c"),
    (re.compile("^d"), "t"),
    (re.compile("^b"), "p"),
    (re.compile("^sh"), "s"),
    (re.compile("a[ar]"), "a"),
    (re.compile("oo"), "u"),
    (re.compile("ee"), "i"),
    (re.compile("ew$"), "iu"),
    (re.compile("(?<=[aeiou])h$"), ""),
    (re.compile("ei$"), "i"),
    (re.compile("g$"), "k"),
)


class Readings(Record, frozen=True, kw_only=True):
    """All of cantonese.toml."""

    source: str
    readings: dict[str, str]  # spellings, spaced, to the characters that are read so


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    table = read_toml(data("parties", "cantonese.toml"), Readings).readings
    return {
        character: tuple(spelled.split())
        for spelled, characters in table.items()
        for character in characters
    }


@cache
def _keys() -> dict[str, str]:
    """Map each spelling of a syllable to its key."""
    return {each: _same(each) for spelled in _readings().values() for each in spelled}


def cantonese_of(text: str) -> tuple[str, ...]:
    """Return the usual spelling of each character; () where one has none."""
    table = _readings()
    found = tuple(table[character][0] for character in text if character in table)
    return found if len(found) == len(text) else ()


def cantonese_surname(name: str) -> str:
    """Return the usual Hong Kong spelling of a surname; "" where it is not known."""
    readings = cantonese_of(name)
    known = spellings("chinese_surnames").get(name, ())
    near = {_same(each) for each in _readings().get(name, ())}
    return next((each for each in known if _same(each) in near), "".join(readings))


@lru_cache(maxsize=1 << 16)
def cantonese_key(word: str) -> str:
    """Return the key of a word that can be split into Cantonese syllables; "" else."""
    return "".join(split_syllables(word, _keys())) if len(word) <= MOST else ""


def _same(syllable: str) -> str:
    for pattern, letter in _SAME:
        syllable = pattern.sub(letter, syllable)
    return syllable
