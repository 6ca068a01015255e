"""Scripts: which one a letter belongs to, by the blocks of Unicode."""

from bisect import bisect_right
from functools import lru_cache
from typing import Literal

Script = Literal["latin", "han", "kana", "hangul", "arabic", "cyrillic", "greek", "other", "common"]

# First code points of the runs (Unicode 16, Blocks.txt); all that is not named is "other".
_RUNS: tuple[tuple[int, Script], ...] = (
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
    (0x0530, "other"),
    (0x0600, "arabic"),
    (0x0700, "other"),
    (0x0750, "arabic"),
    (0x0780, "other"),
    (0x08A0, "arabic"),
    (0x0900, "other"),
    (0x1100, "hangul"),
    (0x1200, "other"),
    (0x1C80, "cyrillic"),
    (0x1C90, "other"),
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
_STARTS = [first for first, _ in _RUNS]


@lru_cache(maxsize=1 << 16)
def script_of(character: str) -> Script:
    """Return the script of one character; "common" for digits, signs and spaces."""
    return _RUNS[bisect_right(_STARTS, ord(character)) - 1][1]


@lru_cache(maxsize=1 << 17)
def script(word: str) -> Script:
    """Return the script of a word's first letter; "common" where it has none."""
    if word.isascii():
        return "latin" if any(map(str.isalpha, word)) else "common"
    for character in word:
        found = script_of(character)
        if found != "common":
            return found
    return "common"


def is_latin(text: str) -> bool:
    """Tell whether the letters of a name are those of Latin, with or without marks."""
    letters = [c for c in text if c.isalpha()]
    return sum(c < "\u0250" or "\u1e00" <= c <= "\u1eff" for c in letters) * 2 >= len(letters)
