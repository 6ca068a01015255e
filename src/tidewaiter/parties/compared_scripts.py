"""Detection of names that can hardly be compared with names in other scripts.

Eleven scripts have a table of sounds (`names.sounds`). Of names that were left out when these were
made, two joined to a person, 57 to 93 % were found among 4,000 Latin names, and 42 % of foreign
names in Chinese characters. In scripts without a table, letters are romanised one by one, which
found 59 % in Bengali, and four of four in Ethiopic, but none in Burmese and half or fewer in other
scripts of India. Foreign names in Chinese characters are recognised by the dot between given name
and surname; without one, they look like a Chinese or Japanese name.

Kept outside `names`, which takes a third of a second to import.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Final

FOREIGN_HAN: Final = "Han, foreign names"
"""Value in place of a script: Chinese characters that transcribe a foreign name; they are compared
by sound, which finds fewer than half.
"""

# First words of Unicode letter names, and of their forms.
_COMPARED: Final = frozenset(
    {
        "Latin",
        "Cyrillic",
        "Greek",
        "Arabic",
        "Cjk",
        "Ideographic",
        "Hangul",
        "Hiragana",
        "Katakana",
        "Katakana-hiragana",
        "Armenian",
        "Georgian",
        "Ethiopic",
        "Hebrew",
        "Thai",
        "Devanagari",
        "Bengali",
        "Fullwidth",
        "Halfwidth",
        "Feminine",
        "Masculine",
        "Micro",
        "Modifier",
        "Mathematical",
        "Circled",
        "Parenthesized",
        "Squared",
        "Ohm",
        "Kelvin",
        "Angstrom",
        "Roman",
        "Small",
        "Superscript",
        "Subscript",
    }
)
_FOREIGN: Final = re.compile(
    r"\s*[\u3400-\u9fff\uf900-\ufaff]+(?:\s*[·・•‧．][\s]*[\u3400-\u9fff\uf900-\ufaff]+)+\s*"
)


def uncompared(text: str) -> str:
    """Return the script of a name that can hardly be compared with names in other scripts.

    Returns:
        The script by its English name ("Hebrew"), or `FOREIGN_HAN`; "": the name can be compared,
        at least in part.
    """
    if text.isascii():
        return ""
    if _FOREIGN.fullmatch(text):
        return FOREIGN_HAN
    named = Counter(_script(character) for character in text if character.isalpha())
    compared = named.pop("", 0)
    if not named or compared > 1:  # one letter is an abbreviation, not a name
        return ""
    return max(named, key=lambda name: (named[name], name))


@lru_cache(maxsize=1 << 12)
def _script(character: str) -> str:
    """Return the script of a letter; "": a script that is compared with others."""
    name = unicodedata.name(character, "unknown").split()[0].capitalize()
    return "" if name in _COMPARED else name
