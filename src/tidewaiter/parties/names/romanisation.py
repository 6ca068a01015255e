"""Hangul: syllables to Latin letters, and the usual spellings of surnames."""

import re
from functools import lru_cache
from typing import Final

_INITIALS: Final = (
    "g",
    "kk",
    "n",
    "d",
    "tt",
    "r",
    "m",
    "b",
    "pp",
    "s",
    "ss",
    "",
    "j",
    "jj",
    "ch",
    "k",
    "t",
    "p",
    "h",
)
_VOWELS: Final = (
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
)
_FINALS: Final = (
    "",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
)
_FIRST: Final = 0xAC00
_SYLLABLES: Final = 11_172
_MOST: Final = 18  # letters of a word that is read as Korean
# Syllables of Korean as any of the systems spells them.
_ONE: Final = (
    "(?:kk|tt|pp|ss|jj|ch|sh|kh|th|ph|[gkndtrlmbpsjch])?[yw]?"
    "(?:yae|yeo|wae|eui|ae|ai|ay|eo|eu|ee|oe|oo|ou|ui|uh|oh|ah|a|e|i|o|u)(?:ng|ck|[gkntlrmp])?"
)
_KOREAN: Final = re.compile(f"(?:{_ONE}){{1,3}}")


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


_SAME: Final = (
    (re.compile("tch|jj|ch|j"), "c"),
    (re.compile("sh|ss"), "s"),
    (re.compile("ph"), "p"),
    (re.compile("kh"), "k"),
    (re.compile("th"), "t"),
    (re.compile("kk|ck|g(?!$)|(?<!n)g"), "k"),
    (re.compile("tt|d"), "t"),
    (re.compile("pp|b"), "p"),
    (re.compile("l"), "r"),
    (re.compile("ae|ai|ay|eh"), "e"),
    (re.compile("ee|ui|eui"), "i"),
    (re.compile("eo|eu|ou|oo|uh|oh|u|o"), "o"),
    (re.compile("ah|aa"), "a"),
    (re.compile("yi$"), "i"),
)


@lru_cache(maxsize=1 << 16)
def korean_key(word: str) -> str:
    """Return the key of a romanised Korean word, whatever the system; "" where it is none.

    The key does not tell voiced from voiceless and aspirated sounds, nor o, eo, u and eu, as the
    spellings in use do not.
    """
    if len(word) > _MOST or not _KOREAN.fullmatch(word):
        return ""
    for pattern, letter in _SAME:
        word = pattern.sub(letter, word)
    return word
