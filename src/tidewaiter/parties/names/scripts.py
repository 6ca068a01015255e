"""Scripts: script detection, case and accent folding, and word boundaries."""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import Literal

Script = Literal[
    "latin",
    "han",
    "kana",
    "hangul",
    "arabic",
    "cyrillic",
    "greek",
    "hebrew",
    "armenian",
    "georgian",
    "devanagari",
    "thai",
    "other",
    "common",
]

# First code points of the blocks (Unicode 16, Blocks.txt); others are "other".
_SCRIPT_RANGES: tuple[tuple[int, Script], ...] = (
    (0x0000, "common"),
    (0x0041, "latin"),
    (0x005B, "common"),
    (0x0061, "latin"),
    (0x007B, "common"),
    (0x00AA, "latin"),
    (0x00AB, "common"),
    (0x00BA, "latin"),
    (0x00BB, "common"),
    (0x00C0, "latin"),
    (0x00D7, "common"),
    (0x00D8, "latin"),
    (0x00F7, "common"),
    (0x00F8, "latin"),
    (0x02B9, "common"),
    (0x0370, "greek"),
    (0x0400, "cyrillic"),
    (0x0530, "armenian"),
    (0x0590, "hebrew"),
    (0x0600, "arabic"),
    (0x0700, "other"),
    (0x0750, "arabic"),
    (0x0780, "other"),
    (0x08A0, "arabic"),
    (0x0900, "devanagari"),
    (0x0980, "other"),
    (0x0E00, "thai"),
    (0x0E80, "other"),
    (0x10A0, "georgian"),
    (0x1100, "hangul"),
    (0x1200, "other"),
    (0x1C80, "cyrillic"),
    (0x1C90, "georgian"),
    (0x1CC0, "other"),
    (0x1E00, "latin"),
    (0x1F00, "greek"),
    (0x2000, "common"),
    (0x2C60, "latin"),
    (0x2C80, "other"),
    (0x2DE0, "cyrillic"),
    (0x2E00, "common"),
    (0x2E80, "han"),
    (0x3000, "common"),
    (0x3005, "han"),
    (0x3006, "common"),
    (0x3007, "han"),
    (0x3008, "common"),
    (0x3040, "kana"),
    (0x3100, "other"),
    (0x3130, "hangul"),
    (0x3190, "common"),
    (0x31F0, "kana"),
    (0x3200, "common"),
    (0x3400, "han"),
    (0x4DC0, "common"),
    (0x4E00, "han"),
    (0xA000, "other"),
    (0xA640, "cyrillic"),
    (0xA6A0, "other"),
    (0xA720, "latin"),
    (0xA800, "other"),
    (0xAC00, "hangul"),
    (0xD7B0, "hangul"),
    (0xD800, "other"),
    (0xF900, "han"),
    (0xFB00, "latin"),
    (0xFB07, "other"),
    (0xFB50, "arabic"),
    (0xFE00, "common"),
    (0xFE70, "arabic"),
    (0xFEFF, "common"),
    (0xFF21, "latin"),
    (0xFF3B, "common"),
    (0xFF41, "latin"),
    (0xFF5B, "common"),
    (0xFF66, "kana"),
    (0xFFA0, "hangul"),
    (0xFFE0, "common"),
    (0x10000, "other"),
    (0x1F000, "common"),
    (0x20000, "han"),
    (0x323B0, "other"),
)
_STARTS = [first for first, _ in _SCRIPT_RANGES]


@lru_cache(maxsize=1 << 16)
def script_of(character: str) -> Script:
    """Return the script of a character; "common" for digits, signs and spaces."""
    return _SCRIPT_RANGES[bisect_right(_STARTS, ord(character)) - 1][1]


@lru_cache(maxsize=1 << 17)
def script(word: str) -> Script:
    """Return the script of a word's first letter; "common" if it has none."""
    if word.isascii():
        return "latin" if any(map(str.isalpha, word)) else "common"
    for character in word:
        found = script_of(character)
        if found != "common":
            return found
    return "common"


def is_latin(text: str) -> bool:
    """Return whether all letters of a name are Latin, with or without diacritics."""
    letters = [c for c in text if c.isalpha()]
    return sum(c < "\u0250" or "\u1e00" <= c <= "\u1eff" for c in letters) * 2 >= len(letters)


# Combining marks; Python does not count them as word characters.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_LETTER = rf"(?:[^\W_]|[{_MARKS}])"
_WORD = re.compile(rf"{_LETTER}+(?:['’`´ʼʻ‘׳]{_LETTER}+)*")
_PLAIN = re.compile(r"[A-Za-z0-9]+(?:['`][A-Za-z0-9]+)*")
_LEAST_RUN = 2  # words in one script, for the same name in two scripts
_CHARACTERS = 2  # characters of a name in a script without spaces
_UNSPACED = frozenset({"han", "hangul", "kana"})

find_plain = _PLAIN.finditer


def spans_of(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each word; mixed scripts are separated."""
    if text.isascii():
        return [match.span() for match in find_plain(text)]
    found: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        if text[start:end].isascii():
            found.append((start, end))
        else:
            found += _by_script(text, start, end)
    return found


def where_scripts_part(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Find the boundary between a Latin name and the same name in another script.

    Args:
        text: Cleaned text.
        start: Start of the name.
        end: End of the name.

    Returns:
        The end of the first name and the start of the second; None for a single name, for example
        with one word of another script.
    """
    if text.isascii():
        return None
    runs: list[tuple[bool, int, int, int]] = []  # is Latin, first, end, words
    for first, last in spans_of(text[start:end]):
        kind = script(text[start + first : start + last])
        if kind == "common":
            continue
        if runs and runs[-1][0] == (kind == "latin"):
            latin, begin, _, words = runs[-1]
            runs[-1] = (latin, begin, start + last, words + 1)
        else:
            runs.append((kind == "latin", start + first, start + last, 1))
    if len(runs) != _LEAST_RUN or not all(_is_a_name(text, run) for run in runs):
        return None
    return runs[0][2], runs[1][1]


def _is_a_name(text: str, run: tuple[bool, int, int, int]) -> bool:
    """Return whether words of one script can be a name of their own."""
    latin, first, last, words = run
    if not latin and script_of(text[first]) in _UNSPACED:
        return last - first >= _CHARACTERS
    return words > 1


def words_of(text: str) -> list[str]:
    """Return the words of a text."""
    return [text[start:end] for start, end in spans_of(text)]


def _by_script(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split at the boundary between a script without spaces and another one."""
    found: list[tuple[int, int]] = []
    first, before = start, ""
    for place in range(start, end):
        now = script_of(text[place])
        if now == "common":
            continue
        if before and now != before and (now in _UNSPACED or before in _UNSPACED):
            found.append((first, place))
            first = place
        before = now
    found.append((first, end))
    return found


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
        "ـ": None,  # Arabic kashida, a typographic extension
    }
)
_VOICED = "\u3099\u309a"  # kana marks that form another letter
_MARKED = (("LATIN", 0x0000, 0x024F), ("GREEK", 0x0370, 0x052F), ("LATIN", 0x1E00, 0x1FFF))


@lru_cache(maxsize=1 << 17)
def fold(word: str) -> str:
    """Fold a word: case, marks on Latin, Greek and Cyrillic letters, vowel signs of Arabic.

    Returns:
        The letters and digits for comparison; "" if nothing remains. Folding is idempotent.
    """
    if word.isascii():
        return "".join(filter(str.isalnum, word)).lower()
    text = unicodedata.normalize("NFKC", word).casefold().translate(_LETTERS)
    parts = [_bare(character) for character in text]
    again = unicodedata.normalize("NFKC", "".join(parts)).casefold().translate(_LETTERS)
    return "".join(character for character in again if character.isalnum())


def _bare(character: str) -> str:
    """Return a letter without diacritics, unless they form a separate letter."""
    point = ord(character)
    if any(first <= point <= last for _, first, last in _MARKED):
        apart = unicodedata.normalize("NFKD", character)
        return "".join(c for c in apart if not unicodedata.combining(c)) or character
    if unicodedata.category(character) == "Mn" and character not in _VOICED:
        return ""
    return character
