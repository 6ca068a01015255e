"""Foreign words as Chinese, Japanese and Korean write them: one key of consonants.

Their syllables put vowels between consonants (Skywalker: si kai wo ke), and what they hear is told
apart less finely than English spells it; so a key keeps consonants alone, in eight classes:

    P: p b f v   T: t d   K: k g c q   S: s z sh   J: j ch zh   N: m n   R: l r   H: h

A key begins with ``a`` where the word begins with a vowel. Those of fewer than three letters say
nothing.
"""

import re
from functools import lru_cache
from typing import Final

from tidewaiter.parties.names.mandarin import pinyin_syllables

_FEWEST: Final = 3  # letters of a key
_LONGEST: Final = 24  # letters of a word
_ENGLISH: Final = re.compile(
    "(?P<n>^kn|^gn|ng(?![aeiouy]))|(?P<r>^wr)|(?P<sn>[ts]ion)|(?P<s>sch|sh|c(?=[eiy]))"
    "|(?P<J>tch|ch(?=[aeiou]|$)|dge?(?=e|$)|g(?=[eiy])|j)|(?P<k>c)|(?P<p>ph)|(?P<ks>x)"
    "|(?P<_>gh|h(?![aeiouy]))"
)
_OTHER: Final = re.compile("(?P<J>tch|ch|j)|(?P<s>sh)|(?P<t>ts)|(?P<n>ng)")  # Hepburn and Korean
_PINYIN: Final = re.compile("(?P<J>^zh|^ch|^j|^q)|(?P<s>^sh|^x|^z|^c)|(?P<r>^er$)|(?P<n>ng$)")
_CODA: Final = re.compile("r(?![aeiouy])")
_LIQUIDS: Final = re.compile("[lr](?![aeiouylr])")
_CLASSES: Final = str.maketrans("bpfvtdkgqszmnlrhaeiouyw", "PPPPTTKKKSSNNRRH" + 7 * "-")
_TWICE: Final = re.compile(r"(.)\1+")
_VOWELS: Final = frozenset("aeiouyw")


@lru_cache(maxsize=1 << 17)
def loan_keys(word: str) -> tuple[str, ...]:
    """Return the keys of a Latin word: with all its sounds, and without r and l after vowels."""
    if len(word) > _LONGEST:
        return ()
    plain = _ENGLISH.sub(_heard, word)
    found = (_key(plain), _key(_CODA.sub("", plain)), _key(_LIQUIDS.sub("", plain)))
    return tuple(dict.fromkeys(filter(None, found)))


@lru_cache(maxsize=1 << 16)
def loan_keys_of_pinyin(word: str) -> tuple[str, ...]:
    """Return the keys of a foreign word that Chinese writes; er may stand for l, r or nothing."""
    syllables = [_PINYIN.sub(_heard, syllable) for syllable in pinyin_syllables(word)]
    found = (_key("".join(syllables)), _key("".join(each for each in syllables if each != "r")))
    return tuple(dict.fromkeys(filter(None, found)))


@lru_cache(maxsize=1 << 16)
def loan_keys_of_syllables(word: str) -> tuple[str, ...]:
    """Return the key of a foreign word that Japanese or Korean writes, romanised."""
    key = _key(_OTHER.sub(_heard, word))
    return (key,) if key else ()


def _heard(match: re.Match[str]) -> str:
    """Return the name of the group that matched: the letters that are heard."""
    return "" if match.lastgroup == "_" else match.lastgroup or ""


def _key(plain: str) -> str:
    """Return the classes of the consonants; "" where they are too few to say something."""
    bare = _TWICE.sub(r"\1", plain.translate(_CLASSES)).replace("-", "")
    key = "a" + bare if plain[:1] in _VOWELS else bare
    return key if len(key) >= _FEWEST else ""
