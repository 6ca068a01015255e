"""Folding: one spelling for the letters that differ in case, marks and typography only."""

import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ı": "i",
        "ħ": "h",
        "ŋ": "ng",
        "ə": "a",
        "ƒ": "f",
        "ĳ": "ij",
        "ʻ": None,
        "ʼ": None,
        "ـ": None,  # Arabic kashida, which only stretches
    }
)
_VOICED = "\u3099\u309a"  # signs of kana, which make another letter
_MARKED = (("LATIN", 0x0000, 0x024F), ("GREEK", 0x0370, 0x052F), ("LATIN", 0x1E00, 0x1FFF))


@lru_cache(maxsize=1 << 17)
def fold(word: str) -> str:
    """Fold a word: case, marks on Latin, Greek and Cyrillic letters, vowel signs of Arabic.

    Returns:
        The letters and digits that are compared; "" where nothing is left. Folding twice gives
        what folding once gives.
    """
    if word.isascii():
        return "".join(filter(str.isalnum, word)).lower()
    text = unicodedata.normalize("NFKC", word).casefold().translate(_LETTERS)
    parts = [_bare(character) for character in text]
    again = unicodedata.normalize("NFKC", "".join(parts)).casefold().translate(_LETTERS)
    return "".join(character for character in again if character.isalnum())


def _bare(character: str) -> str:
    """Return a letter without its marks, where marks are no letters of their own."""
    point = ord(character)
    if any(first <= point <= last for _, first, last in _MARKED):
        apart = unicodedata.normalize("NFKD", character)
        return "".join(c for c in apart if not unicodedata.combining(c)) or character
    if unicodedata.category(character) == "Mn" and character not in _VOICED:
        return ""
    return character
