"""Looser keys: what a word sounds like, whatever the system that romanised it.

Each key begins with a letter that says which kind it is:

- ``r:`` as it sounds: Cyrillic by any system, doubled letters, vowels that are written for one
  another, rn for m.
- ``s:`` its consonants, as Arabic letters give them.
- ``v:`` the Slavic given name or patronymic: Aleksandr, Oleksandr, Aliaksandr.
- ``a:`` the name in Arabic letters that a Latin spelling stands for: Mohammed, Muhamad.
- ``p:`` syllables of Mandarin, pinyin or Wade-Giles; ``c:`` syllables of Cantonese; ``h:`` the
  Chinese surname that a Latin spelling stands for: Wong, Huang, Ng.
- ``k:`` syllables of Korean; ``n:`` the Korean surname: Lee, Yi, Ri.
- ``d:`` the word that translations use for one another: plant, factory, works.
- ``f:`` the family of a legal form.
- ``l:`` consonants of a foreign word, as Chinese, Japanese and Korean write it, where there are
  five and more; ``m:`` four, ``o:`` three.
"""

from functools import lru_cache
from typing import Final

from tidewaiter.parties.names.arabic import (
    arabic_names,
    article_apart,
    romanise_arabic,
    same_letters,
)
from tidewaiter.parties.names.cantonese import cantonese_key, cantonese_of, cantonese_surname
from tidewaiter.parties.names.facts import facts
from tidewaiter.parties.names.fold import fold
from tidewaiter.parties.names.han import pinyin_of, simplify, surname_pinyin
from tidewaiter.parties.names.hangul import korean_key, romanise_hangul, syllables_of
from tidewaiter.parties.names.kana import loan_sounds, romanise_kana
from tidewaiter.parties.names.loans import (
    loan_keys,
    loan_keys_of_pinyin,
    loan_keys_of_syllables,
)
from tidewaiter.parties.names.mandarin import mandarin_keys
from tidewaiter.parties.names.scripts import script
from tidewaiter.parties.names.sino_korean import korean_reading, korean_surname
from tidewaiter.parties.names.slavic import slavic_keys
from tidewaiter.parties.names.sounds import bones, sound
from tidewaiter.parties.names.spellings import spelled, spellings
from tidewaiter.parties.names.types import Token

SYSTEMS: Final = "rpkvachnsdflmo"  # the letters that keys begin with
_CACHED: Final = 1 << 17
_LONGEST: Final = 40  # letters of a word; longer ones are no words
_BARE: Final = 2  # consonants below which they say nothing
_BY_SIZE: Final = {3: "o", 4: "m"}
_LOAN: Final = 3  # characters of a foreign word


def keys(token: Token) -> tuple[str, ...]:
    """Return a token's looser keys; those that its own script settles are exact.

    Nothing for numbers and initials; for a legal form its family.
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
    """Return the looser keys of a folded word in Latin letters; () for any other."""
    if not _has_sound(word):
        return ()
    loans = _loans(loan_keys(word))
    return (*_by_sound(word), *_chinese(word), *_korean(word), *_arabic(word), *loans)


def loose_key(word: str) -> str:
    """Return the first of the looser keys of a folded word, as `keys_of` has it; "": none."""
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
        written = bones(fold(romanise_arabic(article_apart(fold(surface))[1])))
        exact = tuple(f"a:{name}" for name in arabic_names(surface))
        return tuple(dict.fromkeys((*_by_sound(word), f"s:{written}", *exact)))
    if kind == "han":
        return _keys_of_han(word, simplify(surface))
    if kind == "hangul":
        return _keys_of_hangul(word, surface)
    if kind == "kana":
        loans = loan_keys_of_syllables(word) if word == romanise_kana(surface) else ()
        return (*_heard(word), *_loans(loans))
    return keys_of(word)


def _keys_of_han(word: str, text: str) -> tuple[str, ...]:
    """Return the keys of simplified characters that were read in one way.

    Mandarin and Cantonese spell alike what they do not say alike, so a reading has the key of its
    own language only.
    """
    mandarin = "".join(pinyin_of(text)) == word or surname_pinyin(text) == word
    syllables = _syllables(word)
    if mandarin:
        syllables = tuple(key for key in syllables if key[0] == "p")
    elif word in {"".join(cantonese_of(text)), cantonese_surname(text)}:
        syllables = tuple(key for key in syllables if key[0] == "c")
    exact = (f"h:{text}",) if text in spellings("chinese_surnames") else ()
    foreign = mandarin and len(text) >= _LOAN and all(c in loan_sounds().characters for c in text)
    loans = _loans(loan_keys_of_pinyin(word)) if foreign else ()
    return (*_heard(word), *syllables, *exact, *_sino_korean(word, text), *loans)


def _keys_of_hangul(word: str, text: str) -> tuple[str, ...]:
    """Return the keys of a word of Hangul: those of the whole, and those of its syllables.

    Written as one, changhyok may be read as chan and ghyok; Hangul settles it.
    """
    exact = (f"n:{text}",) if text in spellings("korean_surnames") else ()
    if word != romanise_hangul(text):
        return _heard(word)
    known = (korean_key(word), "".join(map(korean_key, syllables_of(text))))
    korean = (f"k:{key}" for key in dict.fromkeys(known) if key)
    loans = loan_keys_of_syllables(word) if len(text) >= _LOAN else ()
    return (*_heard(word), *korean, *exact, *_loans(loans))


def _sino_korean(word: str, text: str) -> tuple[str, ...]:
    """Return the Korean keys of characters that were read as Korean."""
    readings = (korean_surname(text), korean_reading(text))
    reading = next((each for each in readings if each and romanise_hangul(each) == word), "")
    if not reading:
        return ()
    surname = (f"n:{reading}",) if reading in spellings("korean_surnames") else ()
    return (f"k:{korean_key(word)}", *surname)


def _has_sound(word: str) -> bool:
    return word.isascii() and word.isalpha() and len(word) <= _LONGEST


def _by_sound(word: str) -> tuple[str, ...]:
    consonants = bones(word)
    found: tuple[str, ...] = (_sound_key(word),)
    if len(consonants) >= _BARE:
        found = (*found, f"s:{consonants}")
    found = (*found, *(f"v:{name}" for name in slavic_keys(word)))
    group = facts().synonyms.get(word)
    return (*found, f"d:{group}") if group else found


def _loans(found: tuple[str, ...]) -> tuple[str, ...]:
    """Tell keys of foreign words apart by how much they say."""
    return tuple(f"{_BY_SIZE.get(len(key), 'l')}:{key}" for key in found)


def _heard(word: str) -> tuple[str, ...]:
    """Return the keys of sound but that of consonants, which syllables do not need."""
    return tuple(key for key in _by_sound(word) if key[0] != "s")


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
