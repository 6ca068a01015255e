"""Romanisation: Hangul, Cyrillic and kana in Latin letters, and one key for Korean spellings."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.respelling import respelled, rule
from tidewaiter.parties.names.scripts import script
from tidewaiter.parties.names.types import Token

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
_MOST: Final = 18  # letters of the longest word read as Korean
# Korean syllables in all spelling systems.
_ONE: Final = (
    "(?:kk|tt|pp|ss|jj|ch|sh|kh|th|ph|[gkndtrlmbpsjch])?[yw]?"
    "(?:yae|yeo|wae|eui|ae|ai|ay|eo|eu|ee|oe|oo|ou|ui|uh|oh|ah|a|e|i|o|u)(?:ng|ck|[gkntlrmp])?"
)
_KOREAN: Final = re.compile(f"(?:{_ONE}){{1,3}}")


def romanise_hangul(word: str) -> str:
    """Romanise a word in the Revised Romanisation, syllable by syllable.

    Source:
        Revised Romanisation of Korean (Ministry of Culture and Tourism notice 2000-8); sound
        changes between syllables are not applied, as in personal names.
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
    rule("ch j", "tch|jj|ch|j", "c"),
    rule("sh ss", "sh|ss", "s"),
    rule("ph", "ph", "p"),
    rule("kh", "kh", "k"),
    rule("th", "th", "t"),
    rule("kk ck g", "kk|ck|g(?!$)|(?<!n)g", "k"),
    rule("tt d", "tt|d", "t"),
    rule("pp b", "pp|b", "p"),
    rule("l", "l", "r"),
    rule("ae ai ay eh", "ae|ai|ay|eh", "e"),
    rule("ee ui", "ee|ui|eui", "i"),
    rule("u o", "eo|eu|ou|oo|uh|oh|u|o", "o"),
    rule("ah aa", "ah|aa", "a"),
    rule("yi", "yi$", "i"),
)


@lru_cache(maxsize=1 << 16)
def korean_key(word: str) -> str:
    """Return the key of a romanised Korean word in any system; "" if it is not one.

    The key does not distinguish voiced, voiceless and aspirated sounds, nor o, eo, u and eu, as
    spellings in use do not.
    """
    if len(word) > _MOST or not _KOREAN.fullmatch(word):
        return ""
    return respelled(word, _SAME)


_COMMON: Final = {
    "а": "a",
    "б": "b",
    "в": "v",
    "г": "g",
    "д": "d",
    "е": "e",
    "ё": "yo",
    "ж": "zh",
    "з": "z",
    "и": "i",
    "й": "y",
    "к": "k",
    "л": "l",
    "м": "m",
    "н": "n",
    "о": "o",
    "п": "p",
    "р": "r",
    "с": "s",
    "т": "t",
    "у": "u",
    "ф": "f",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "",
    "ы": "y",
    "ь": "",
    "э": "e",
    "ю": "yu",
    "я": "ya",
    "ѣ": "e",
    "ѓ": "gj",
    "ќ": "kj",
    "ѕ": "dz",
    "ә": "a",
    "ө": "o",
    "ү": "u",
    "ұ": "u",
    "қ": "k",
    "ң": "n",
    "ғ": "g",
    "һ": "h",
    "ҳ": "h",
    "ҷ": "j",
    "ӣ": "i",
    "ӯ": "u",
    "җ": "j",
    "ҝ": "g",
    "ҹ": "j",
}
_UKRAINIAN: Final = {"г": "h", "ґ": "g", "є": "ie", "и": "y", "і": "i", "ї": "i", "й": "i"}
_BELARUSIAN: Final = {"г": "h", "і": "i", "ў": "u", "й": "i", "ц": "ts"}
_SERBIAN: Final = {
    "ђ": "dj",
    "ж": "z",
    "ј": "j",
    "љ": "lj",
    "њ": "nj",
    "ћ": "c",
    "х": "h",
    "ц": "c",
    "ч": "c",
    "џ": "dz",
    "ш": "s",
}
_BULGARIAN: Final = {"ъ": "a", "х": "h", "щ": "sht"}
_CONSONANTS: Final = frozenset("бвгджзйклмнпрстфхцчшщ")


def romanise_cyrillic(word: str, text: str) -> str:
    """Romanise a Cyrillic word.

    Args:
        word: Word in Cyrillic letters, with diacritics.
        text: The whole name; its letters indicate the language.

    Source:
        ICAO Doc 9303 part 3 for Russian, Ukrainian, Belarusian and Bulgarian; Serbian letters by
        the Serbian Latin alphabet, without diacritics.
    """
    table = _table(text.lower())
    plain = word.lower().replace("ье", "ьye").replace("ьё", "ьyo").replace("ъе", "ъye")
    return "".join(table.get(letter, letter) for letter in plain)


@lru_cache(maxsize=1 << 10)
def _table(text: str) -> dict[str, str]:
    if any(letter in text for letter in "ђјљњћџ"):
        return _COMMON | _SERBIAN
    if "ў" in text:
        return _COMMON | _BELARUSIAN
    if any(letter in text for letter in "єїґ"):
        return _COMMON | _UKRAINIAN
    if "і" in text:
        return _COMMON | (_BELARUSIAN if any(c in text for c in "ыэё") else _UKRAINIAN)
    if "ы" not in text and "э" not in text and _hard_sign_is_vowel(text):
        return _COMMON | _BULGARIAN
    return _COMMON


def _hard_sign_is_vowel(text: str) -> bool:
    """Return whether a hard sign is between consonants, as in Bulgarian only."""
    return any(
        text[place] == "ъ" and text[place + 1] in _CONSONANTS and text[place - 1] in _CONSONANTS
        for place in range(1, len(text) - 1)
    )


_HIRAGANA: Final = (0x3041, 0x3096)  # katakana code points are higher by 0x60
_SHIFT: Final = 0x60
_SMALL: Final = {
    "ァ": "a",
    "ィ": "i",
    "ゥ": "u",
    "ェ": "e",
    "ォ": "o",
    "ャ": "ya",
    "ュ": "yu",
    "ョ": "yo",
    "ヮ": "wa",
}
_LARGE: Final = str.maketrans("ァィゥェォャュョヮヵヶ", "アイウエオヤユヨワカケ")
_FORMS: Final = ("株式会社", "有限会社", "合同会社", "合資会社", "株式會社")
_DOUBLED: Final = "ッ"
_SIBILANTS: Final = ("sh", "ch", "j")


class Kana(Record, frozen=True, kw_only=True):
    """Content of kana.toml."""

    source: str
    kana: dict[str, str]


@cache
def kana_readings() -> dict[str, str]:
    """Load the readings of katakana and hiragana."""
    return read_toml(data("parties", "kana.toml"), Kana).kana


@lru_cache(maxsize=1 << 16)
def romanise_kana(word: str) -> str:
    """Romanise kana in the modified Hepburn system, without marks for long vowels.

    Source:
        Guide of the Ministry of Foreign Affairs of Japan for names in passports.
    """
    found: list[str] = []
    doubled = False
    for letter in map(_katakana, word):
        if letter == _DOUBLED:
            doubled = True
        elif letter in _SMALL and found:
            found[-1] = _modified(found[-1], _SMALL[letter])
        elif reading := kana_readings().get(letter.translate(_LARGE), ""):
            twice = "t" if reading.startswith("ch") else reading[0]
            found.append(twice + reading if doubled and reading[0] not in "aiueon" else reading)
            doubled = False
    return "".join(found)


def japanese_characters(tokens: Sequence[Token]) -> list[str]:
    """Return the Chinese characters of a Japanese name, which has kana or a Japanese legal form."""
    scripts = {script(token.surface) for token in tokens}
    forms = any(each in token.surface for token in tokens for each in _FORMS)
    if "kana" not in scripts and not forms:
        return []
    bare = ((token.surface, token.kind) for token in tokens if script(token.surface) == "han")
    found = (text for text, kind in bare if kind != "legal form")
    return list(filter(None, (_without_form(text) for text in found)))


def _without_form(text: str) -> str:
    for each in _FORMS:
        text = text.replace(each, "")
    return text


def _katakana(letter: str) -> str:
    first, last = _HIRAGANA
    return chr(ord(letter) + _SHIFT) if first <= ord(letter) <= last else letter


def _modified(before: str, small: str) -> str:
    """Replace the vowel of a syllable: shi and small ya are sha, te and small i are ti."""
    bare = before[:-1] or ("w" if before == "u" else "")
    if len(small) == 1:
        return bare + small
    return bare + (small[1:] if before[:-1] in _SIBILANTS else small)
