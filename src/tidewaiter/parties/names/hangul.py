"""Hangul: syllables to Latin letters, and the usual spellings of surnames."""

from typing import Final

_INITIALS: Final = (
    "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p",
    "h",
)  # fmt: skip
_VOWELS: Final = (
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we",
    "wi", "yu", "eu", "ui", "i",
)  # fmt: skip
_FINALS: Final = (
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p",
    "t", "t", "ng", "t", "t", "k", "t", "p", "t",
)  # fmt: skip
_FIRST: Final = 0xAC00
_SYLLABLES: Final = 11_172


def romanise_hangul(word: str) -> str:
    """Romanise a word in the Revised Romanisation, syllable by syllable.

    Source:
        Revised Romanisation of Korean (Ministry of Culture and Tourism notice 2000-8); changes of
        sound between syllables are left out, as in personal names.
    """
    return "".join(syllables_of(word))


def syllables_of(word: str) -> list[str]:
    """Romanise each syllable of a word."""
    found: list[str] = []
    for letter in word:
        number = ord(letter) - _FIRST
        if not 0 <= number < _SYLLABLES:
            continue
        initial, rest = divmod(number, 588)
        vowel, final = divmod(rest, 28)
        found.append(_INITIALS[initial] + _VOWELS[vowel] + _FINALS[final])
    return found
