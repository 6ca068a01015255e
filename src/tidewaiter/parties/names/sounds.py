"""Keys of sound: one for what different systems of romanisation write, one of consonants."""

import re
from typing import Final

_SOUNDS: Final = (
    (re.compile("(?<=[oe])(?:ff?|w)$"), "v"),
    (re.compile("schtsch|shch|sch|sh(?=t)|sht"), "s"),
    (re.compile("tsch|tch|ch|cz"), "c"),
    (re.compile("sz|sh"), "s"),
    (re.compile("zh|dj"), "j"),
    (re.compile("kh|gh|h"), "h"),
    (re.compile("ph"), "f"),
    (re.compile("th"), "t"),
    (re.compile("dh"), "d"),
    (re.compile("ts|tz"), "c"),
    (re.compile("x"), "ks"),
    (re.compile("q|ck"), "k"),
    (re.compile("w"), "v"),
    (re.compile("rn"), "m"),
    (re.compile("ou|oo|uu|oe(?=[^aeiou])"), "u"),
    (re.compile("eyi|iye|iya(?=$)|ey|ei|ai|ay|iy|yi|ij|ie|ye|ee|ii|je|y"), "i"),
    (re.compile("(?<=[^aeiou].[^aeiou])e$"), ""),
    (re.compile("e"), "i"),
    (re.compile("o"), "u"),
)
_OPEN: Final = frozenset("aeiouy")
_FEW: Final = 2  # consonants
_TWICE: Final = re.compile(r"(.)\1+")
_BONES: Final = (
    (re.compile("x"), "ks"),
    (re.compile("kh"), "x"),
    (re.compile("sh|ch|sch"), "S"),
    (re.compile("ck|q|k|gh|c(?![eiy])"), "k"),
    (re.compile("c"), "s"),
    (re.compile("dj|dzh|zh|j|g"), "j"),
    (re.compile("th"), "t"),
    (re.compile("dh|z"), "d"),
    (re.compile("ph"), "f"),
    (re.compile("p"), "b"),
    (re.compile("v|w|ou"), ""),
    (re.compile("h$"), ""),
    (re.compile("[aeiouy]"), ""),
)


_ARABIC: Final = (
    (re.compile("^abd(?:[aeiou]+(?:l|(?=([rsdtnz])\\1))?)?(?=[^aeiou]..|[aeiou][^aeiou])"), "abd"),
    (re.compile("(?<=...)[aeiou](?:[ld]{0,2})d(?:i|ee)ne?$"), "din"),
    (re.compile("(?<=..)[aeiou]?l+ah?$"), "lah"),
)


def sound(word: str) -> str:
    """Return what a word sounds like, roughly, across systems of romanisation."""
    for pattern, letter in (*_ARABIC, *_SOUNDS):
        word = pattern.sub(letter, word)
    return _TWICE.sub(r"\1", word)


def bones(word: str) -> str:
    """Return the consonants of a word, those that systems write for one Arabic letter as one.

    Two consonants alone are too common to say much: they keep whether a vowel begins and ends the
    word.
    """
    first, last = word[:1] in _OPEN, word.removesuffix("h")[-1:] in _OPEN
    for pattern, letter in (*_ARABIC, *_BONES):
        word = pattern.sub(letter, word)
    found = _TWICE.sub(r"\1", word)
    if len(found) != _FEW:
        return found
    return "a" * first + found + "a" * last
