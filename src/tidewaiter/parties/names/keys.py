"""Phonetic keys of words, independent of the romanisation system.

Chinese, Japanese and Korean syllables insert vowels between consonants (Skywalker: si kai wo ke),
and distinguish fewer sounds than English spelling; so a key consists of consonants in eight
classes:

    P: p b f v   T: t d   K: k g c q   S: s z sh   J: j ch zh   N: m n   R: l r   H: h

A key begins with ``a`` if the word begins with a vowel. Keys of fewer than three letters are too
unspecific.

The prefix of a key gives its kind:

- ``r:`` sound: Cyrillic in any system, doubled letters, interchangeable vowels, rn for m.
- ``s:`` consonants, as in Arabic script.
- ``v:`` Slavic given name or patronymic: Aleksandr, Oleksandr, Aliaksandr.
- ``a:`` name in Arabic script for a Latin spelling: Mohammed, Muhamad.
- ``p:`` syllables of Mandarin, pinyin or Wade-Giles; ``c:`` syllables of Cantonese; ``h:`` Chinese
  surname for a Latin spelling: Wong, Huang, Ng.
- ``k:`` syllables of Korean; ``n:`` Korean surname: Lee, Yi, Ri.
- ``d:`` common translation of synonyms: plant, factory, works.
- ``f:`` family of a legal form.
- ``l:`` consonants of a foreign word in Chinese, Japanese or Korean writing, five or more; ``m:``
four, ``o:`` three.
"""

import re
from functools import lru_cache
from typing import Final

from tidewaiter.parties.names.arabic import (
    arabic_names,
    article_apart,
    romanise_arabic,
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
    pinyin_syllables,
    simplify,
    surname_pinyin,
)
from tidewaiter.parties.names.respelling import respelled, rule, undoubled
from tidewaiter.parties.names.romanisation import (
    korean_key,
    loan_sounds,
    romanise_hangul,
    romanise_kana,
    syllables_of,
)
from tidewaiter.parties.names.scripts import fold, script
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
_OPEN: Final = frozenset("aeiouy")
_FEW: Final = 2  # consonants
_BONES: Final = (
    *_ARABIC,
    rule("x", "x", "ks"),
    rule("kh", "kh", "x"),
    rule("sh ch", "sh|ch|sch", "S"),
    rule("c q k gh", "ck|q|k|gh|c(?![eiy])", "k"),
    rule("c", "c", "s"),
    rule("j g zh", "dj|dzh|zh|j|g", "j"),
    rule("th", "th", "t"),
    rule("dh z", "dh|z", "d"),
    rule("ph", "ph", "f"),
    rule("p", "p", "b"),
    rule("v w ou", "v|w|ou", ""),
    rule("h", "h$", ""),
)
_NO_VOWELS: Final = str.maketrans("", "", "aeiouy")


def sound(word: str) -> str:
    """Return the approximate sound of a word, across systems of romanisation."""
    return undoubled(respelled(word, _SOUNDS).translate(_PLAIN_VOWELS))


def bones(word: str) -> str:
    """Return the consonants of a word, with variants of one Arabic letter unified.

    Two consonants alone are too common; the key then includes whether a vowel begins and ends the
    word.
    """
    first, last = word[:1] in _OPEN, word.removesuffix("h")[-1:] in _OPEN
    found = undoubled(respelled(word, _BONES).translate(_NO_VOWELS))
    if len(found) != _FEW:
        return found
    return "a" * first + found + "a" * last


_FEWEST: Final = 3  # minimum letters of a key
_LONGEST_LOAN: Final = 24  # letters of the longest word
_CODA: Final = re.compile("r(?![aeiouy])")
_LIQUIDS: Final = re.compile("[lr](?![aeiouylr])")
_CLASSES: Final = str.maketrans("bpfvtdkgqszmnlrhaeiouyw", "PPPPTTKKKSSNNRRH" + 7 * "-")
_VOWELS: Final = frozenset("aeiouyw")


def _heard_letters(match: re.Match[str]) -> str:
    """Return the name of the matching group: the letters as heard."""
    return "" if match.lastgroup == "_" else match.lastgroup or ""


_ENGLISH: Final = (
    rule(
        "kn gn ng wr tion sion sh c g j ph x h",
        "(?P<n>^kn|^gn|ng(?![aeiouy]))|(?P<r>^wr)|(?P<sn>[ts]ion)|(?P<s>sch|sh|c(?=[eiy]))"
        "|(?P<J>tch|ch(?=[aeiou]|$)|dge?(?=e|$)|g(?=[eiy])|j)|(?P<k>c)|(?P<p>ph)|(?P<ks>x)"
        "|(?P<_>gh|h(?![aeiouy]))",
        _heard_letters,
    ),
)
# Hepburn and Korean
_OTHER: Final = (
    rule("ch j sh ts ng", "(?P<J>tch|ch|j)|(?P<s>sh)|(?P<t>ts)|(?P<n>ng)", _heard_letters),
)
_PINYIN: Final = (
    rule(
        "z c j q s x er ng",
        "(?P<J>^zh|^ch|^j|^q)|(?P<s>^sh|^x|^z|^c)|(?P<r>^er$)|(?P<n>ng$)",
        _heard_letters,
    ),
)


@lru_cache(maxsize=1 << 17)
def loan_keys(word: str) -> tuple[str, ...]:
    """Return the keys of a Latin word: with all its sounds, and without r and l after vowels."""
    if len(word) > _LONGEST_LOAN:
        return ()
    plain = respelled(word, _ENGLISH)
    found = [_key(plain)]
    if "r" in plain or "l" in plain:
        found += _key(_CODA.sub("", plain)), _key(_LIQUIDS.sub("", plain))
    return tuple(dict.fromkeys(filter(None, found)))


@lru_cache(maxsize=1 << 16)
def loan_keys_of_pinyin(word: str) -> tuple[str, ...]:
    """Return the keys of a foreign word in Chinese; er may represent l, r or nothing."""
    syllables = [respelled(syllable, _PINYIN) for syllable in pinyin_syllables(word)]
    found = (_key("".join(syllables)), _key("".join(each for each in syllables if each != "r")))
    return tuple(dict.fromkeys(filter(None, found)))


@lru_cache(maxsize=1 << 16)
def loan_keys_of_syllables(word: str) -> tuple[str, ...]:
    """Return the key of a romanised foreign word in Japanese or Korean."""
    key = _key(respelled(word, _OTHER))
    return (key,) if key else ()


def _key(plain: str) -> str:
    """Return the classes of the consonants; "" if there are too few."""
    bare = undoubled(plain.translate(_CLASSES)).replace("-", "")
    key = "a" + bare if plain[:1] in _VOWELS else bare
    return key if len(key) >= _FEWEST else ""


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


SYSTEMS: Final = "rpkvachnsdflmo"  # prefixes of keys
_CACHED: Final = 1 << 17
_LONGEST: Final = 40  # letters of the longest word
_BARE: Final = 2  # fewer consonants are too unspecific
_BY_SIZE: Final = {3: "o", 4: "m"}
_LOAN: Final = 3  # minimum characters of a foreign word


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
    loans = _loans(loan_keys(word))
    return (*_by_sound(word), *_chinese(word), *_korean(word), *_arabic(word), *loans)


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
    foreign = mandarin and len(text) >= _LOAN and all(c in loan_sounds().characters for c in text)
    loans = _loans(loan_keys_of_pinyin(word)) if foreign else ()
    return (*_heard(word), *syllables, *exact, *_sino_korean(word, text), *loans)


def _keys_of_hangul(word: str, text: str) -> tuple[str, ...]:
    """Return the keys of a Hangul word: for the whole, and for its syllables.

    Joined, changhyok could be read as chan and ghyok; Hangul is unambiguous.
    """
    exact = (f"n:{text}",) if text in spellings("korean_surnames") else ()
    if word != romanise_hangul(text):
        return _heard(word)
    known = (korean_key(word), "".join(map(korean_key, syllables_of(text))))
    korean = (f"k:{key}" for key in dict.fromkeys(known) if key)
    loans = loan_keys_of_syllables(word) if len(text) >= _LOAN else ()
    return (*_heard(word), *korean, *exact, *_loans(loans))


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
    consonants = bones(word)
    found: tuple[str, ...] = (_sound_key(word),)
    if len(consonants) >= _BARE:
        found = (*found, f"s:{consonants}")
    found = (*found, *(f"v:{name}" for name in slavic_keys(word)))
    group = facts().synonyms.get(word)
    return (*found, f"d:{group}") if group else found


def _loans(found: tuple[str, ...]) -> tuple[str, ...]:
    """Assign the prefix of foreign-word keys by their length."""
    return tuple(f"{_BY_SIZE.get(len(key), 'l')}:{key}" for key in found)


def _heard(word: str) -> tuple[str, ...]:
    """Return the phonetic keys except consonants, which are not needed for syllables."""
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
