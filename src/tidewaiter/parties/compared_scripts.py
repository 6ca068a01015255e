"""Detection of names that can only be compared with names in the same script.

Latin, Cyrillic, Arabic, Chinese, Japanese and Korean letters are read by tables of ours. In scripts
without a table, letters are romanised one by one, which finds a name if the script writes vowels as
letters: of made-up names, 17 of 18 were found in Greek, Armenian and Georgian and four of four in
Ethiopic, but none of 13 in Hebrew, Thai and Burmese, and half or fewer in the scripts of India.
Chinese characters for a foreign name resemble no Latin name in sound: none of 300 was found. They
are recognised by the dot between given name and surname; without one, they look like a Chinese or
Japanese name.

Kept outside `names`, which takes a third of a second to import.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Final

FOREIGN_HAN: Final = "Han, foreign names"
"""Value in place of a script: Chinese characters that transcribe a foreign name."""

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
    """Return the script of a name that can only be compared within that script.

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
