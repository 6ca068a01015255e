"""Phonetic keys of words, independent of the romanisation system.

The prefix of a key gives its kind:

- ``r:`` sound: Cyrillic in any system, doubled letters, interchangeable vowels, rn for m.
- ``v:`` Slavic given name or patronymic: Aleksandr, Oleksandr, Aliaksandr.
- ``a:`` name in Arabic script for a Latin spelling: Mohammed, Muhamad.
- ``p:`` syllables of Mandarin, pinyin or Wade-Giles; ``c:`` syllables of Cantonese; ``h:`` Chinese
  surname for a Latin spelling: Wong, Huang, Ng.
- ``k:`` syllables of Korean; ``n:`` Korean surname: Lee, Yi, Ri.
- ``d:`` common translation of synonyms: plant, factory, works.
- ``f:`` family of a legal form.

Words of other scripts are compared with Latin ones by `sounds` as well.
"""

import re
from functools import lru_cache
from typing import Final

from tidewaiter.parties.names.arabic import (
    arabic_names,
    same_letters,
)
from tidewaiter.parties.names.chinese_readings import (
    cantonese_key,
    cantonese_of,
    cantonese_surname,
    korean_reading,
    korean_surname,
    mandarin_keys,
    pinyin_of,
    simplify,
    surname_pinyin,
)
from tidewaiter.parties.names.respelling import respelled, rule, undoubled
from tidewaiter.parties.names.romanisation import (
    korean_key,
    romanise_hangul,
    syllables_of,
)
from tidewaiter.parties.names.scripts import script
from tidewaiter.parties.names.types import Token
from tidewaiter.parties.names.word_lists import facts, spelled, spellings

_ARABIC: Final = (
    rule(
        "abd",
        "^abd(?:[aeiou]+(?:l|(?=([rsdtnz])\\1))?)?(?=[^aeiou]..|[aeiou][^aeiou])",
        "abd",
    ),
    rule("din dee", "(?<=...)[aeiou](?:[ld]{0,2})d(?:i|ee)ne?$", "din"),
    rule("la", "(?<=..)[aeiou]?l+ah?$", "lah"),
)
_SOUNDS: Final = (
    *_ARABIC,
    rule("of ef ow ew", "(?<=[oe])(?:ff?|w)$", "v"),
    rule("sch sh", "schtsch|shch|sch|sh(?=t)|sht", "s"),
    rule("ch cz", "tsch|tch|ch|cz", "c"),
    rule("sz sh", "sz|sh", "s"),
    rule("zh dj", "zh|dj", "j"),
    rule("kh gh", "kh|gh|h", "h"),
    rule("ph", "ph", "f"),
    rule("th", "th", "t"),
    rule("dh", "dh", "d"),
    rule("ts tz", "ts|tz", "c"),
    rule("x", "x", "ks"),
    rule("q ck", "q|ck", "k"),
    rule("w", "w", "v"),
    rule("rn", "rn", "m"),
    rule("ou oo uu oe", "ou|oo|uu|oe(?=[^aeiou])", "u"),
    rule("y ei ai ij ie ii ee je", "eyi|iye|iya(?=$)|ey|ei|ai|ay|iy|yi|ij|ie|ye|ee|ii|je|y", "i"),
    rule("e", "(?<=[^aeiou].[^aeiou])e$", ""),
)
_PLAIN_VOWELS: Final = str.maketrans("eo", "iu")


def sound(word: str) -> str:
    """Return the approximate sound of a word, across systems of romanisation."""
    return undoubled(respelled(word, _SOUNDS).translate(_PLAIN_VOWELS))


_FATHER: Final = re.compile(r"(.{2,}?)(?:[aoeiyuj]*)(?:v(?:ich|ych|yc|ic|itch|icz|ytch)|u?vich)$")
_DAUGHTER: Final = re.compile(r"(.{2,}?)(?:[aoeiyuj]*)(?:vna|una|wna)$")
_PATRONYMICS: Final = (
    (_FATHER, ("ch", "c", "cz"), "+vich"),
    (_DAUGHTER, ("na",), "+vna"),
)
_SLAVIC_VOWELS: Final = "aoeiyuj"


@lru_cache(maxsize=1 << 16)
def slavic_keys(word: str) -> tuple[str, ...]:
    """Return the Slavic name for a spelling of a given name or patronymic.

    Returns:
        Like ``("alexander",)``, ``("alexander+vich",)`` or ``()``; for a patronymic of an unknown
        name, the sound of its stem.
    """
    given = spelled("slavic_names").get(word)
    if given:
        return given
    for pattern, ends, ending in _PATRONYMICS:
        if word.endswith(ends) and (match := pattern.fullmatch(word)):
            stem = match[1].rstrip(_SLAVIC_VOWELS)
            return (_stems().get(stem, sound(stem)) + ending,)
    return ()


@lru_cache(maxsize=1)
def _stems() -> dict[str, str]:
    found: dict[str, str] = {}
    for spelling, names in spelled("slavic_names").items():
        found.setdefault(spelling.rstrip(_SLAVIC_VOWELS), names[0])
    return found


SYSTEMS: Final = "rpkvachndf"  # prefixes of keys
_CACHED: Final = 1 << 17
_LONGEST: Final = 40  # letters of the longest word


def keys(token: Token) -> tuple[str, ...]:
    """Return a token's approximate keys; those determined by its own script are exact.

    Empty for numbers and initials; the family for a legal form.
    """
    if token.kind == "legal form":
        return (f"f:{facts().families.get(token.key, token.key)}",)
    if token.kind in {"number", "initial"}:
        return ()
    if token.surface.isascii():
        return keys_of(token.key)
    return _keys_of_native(token.key, token.surface)


@lru_cache(maxsize=_CACHED)
def keys_of(word: str) -> tuple[str, ...]:
    """Return the approximate keys of a folded Latin word; () for other words."""
    if not _has_sound(word):
        return ()
    return (*_by_sound(word), *_chinese(word), *_korean(word), *_arabic(word))


def loose_key(word: str) -> str:
    """Return the first approximate key of a folded word, as in `keys_of`; "": none."""
    return _sound_key(word) if _has_sound(word) else ""


def _sound_key(word: str) -> str:
    return f"r:{sound(word)}"


@lru_cache(maxsize=_CACHED)
def _keys_of_native(word: str, surface: str) -> tuple[str, ...]:
    """Return the keys of a word that was read from another script."""
    if not _has_sound(word):
        return ()
    kind = script(surface)
    if kind == "arabic":
        exact = tuple(f"a:{name}" for name in arabic_names(surface))
        return (*_by_sound(word), *dict.fromkeys(exact))
    if kind == "han":
        return _keys_of_han(word, simplify(surface))
    if kind == "hangul":
        return _keys_of_hangul(word, surface)
    if kind == "kana":
        return _by_sound(word)
    return keys_of(word)


def _keys_of_han(word: str, text: str) -> tuple[str, ...]:
    """Return the keys of simplified characters in one reading.

    Mandarin and Cantonese share spellings for different sounds, so a reading only has the key of
    its own language.
    """
    mandarin = "".join(pinyin_of(text)) == word or surname_pinyin(text) == word
    syllables = _syllables(word)
    if mandarin:
        syllables = tuple(key for key in syllables if key[0] == "p")
    elif word in {"".join(cantonese_of(text)), cantonese_surname(text)}:
        syllables = tuple(key for key in syllables if key[0] == "c")
    exact = (f"h:{text}",) if text in spellings("chinese_surnames") else ()
    return (*_by_sound(word), *syllables, *exact, *_sino_korean(word, text))


def _keys_of_hangul(word: str, text: str) -> tuple[str, ...]:
    """Return the keys of a Hangul word: for the whole, and for its syllables.

    Joined, changhyok could be read as chan and ghyok; Hangul is unambiguous.
    """
    exact = (f"n:{text}",) if text in spellings("korean_surnames") else ()
    if word != romanise_hangul(text):
        return _by_sound(word)
    known = (korean_key(word), "".join(map(korean_key, syllables_of(text))))
    korean = (f"k:{key}" for key in dict.fromkeys(known) if key)
    return (*_by_sound(word), *korean, *exact)


def _sino_korean(word: str, text: str) -> tuple[str, ...]:
    """Return the Korean keys of characters in their Korean reading."""
    readings = (korean_surname(text), korean_reading(text))
    reading = next((each for each in readings if each and romanise_hangul(each) == word), "")
    if not reading:
        return ()
    surname = (f"n:{reading}",) if reading in spellings("korean_surnames") else ()
    return (f"k:{korean_key(word)}", *surname)


def _has_sound(word: str) -> bool:
    return word.isascii() and word.isalpha() and len(word) <= _LONGEST


def _by_sound(word: str) -> tuple[str, ...]:
    found = (_sound_key(word), *(f"v:{name}" for name in slavic_keys(word)))
    group = facts().synonyms.get(word)
    return (*found, f"d:{group}") if group else found


def _syllables(word: str) -> tuple[str, ...]:
    cantonese = cantonese_key(word)
    found = tuple(f"p:{key}" for key in mandarin_keys(word))
    return (*found, f"c:{cantonese}") if cantonese else found


def _chinese(word: str) -> tuple[str, ...]:
    surnames = spelled("chinese_surnames").get(word, ())
    return (*_syllables(word), *(f"h:{name}" for name in surnames))


def _korean(word: str) -> tuple[str, ...]:
    key = korean_key(word)
    surnames = tuple(f"n:{name}" for name in spelled("korean_surnames").get(word, ()))
    return (f"k:{key}", *surnames) if key else surnames


def _arabic(word: str) -> tuple[str, ...]:
    return tuple(f"a:{same_letters(name)}" for name in spelled("arabic_names").get(word, ()))
