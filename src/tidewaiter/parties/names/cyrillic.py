"""Cyrillic: one romanisation per language; what other systems write is reached by keys."""

from functools import lru_cache
from typing import Final

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
    """Romanise a word.

    Args:
        word: In Cyrillic letters, with their marks.
        text: The whole name, whose letters tell the language.

    Source:
        ICAO Doc 9303 part 3 for Russian, Ukrainian, Belarusian and Bulgarian; the Serbian letters
        as Serbian itself writes them in Latin, without marks.
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
    """Say whether a hard sign stands between consonants, as in Bulgarian only."""
    return any(
        text[place] == "ъ" and text[place + 1] in _CONSONANTS and text[place - 1] in _CONSONANTS
        for place in range(1, len(text) - 1)
    )
