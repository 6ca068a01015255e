"""Which names are compared with names in the same script alone, so that it can be said of them.

Latin, Cyrillic, Arabic, Chinese, Japanese and Korean letters are read by tables of ours. Of scripts
without a table, letters are romanised one by one, which finds a name where the script writes its
vowels as letters: of made-up names, 17 of 18 were found in Greek, Armenian and Georgian and four of
four in Ethiopic, but none of 13 in Hebrew, Thai and Burmese, and half or fewer in the scripts of
India. Chinese characters that spell a foreign name sound like no name in Latin letters: none of 300
was found. They are told by the dot that parts a given name from a surname; without one, they look
as a Chinese or Japanese name does.

It stands outside `names`, whose readings take a third of a second to load.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Final

FOREIGN_HAN: Final = "Han, foreign names"
"""In place of a script: characters that spell the sound of a foreign name."""

# First words of the names that Unicode gives letters, and of forms of them.
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
    """Tell in which script a name is that is compared with names in the same script alone.

    Returns:
        The script by its English name ("Hebrew"), or `FOREIGN_HAN`; "": the name is compared, or it
        has a part in letters that are.
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
    """Return the script of a letter; "": it is one that is compared with others."""
    name = unicodedata.name(character, "unknown").split()[0].capitalize()
    return "" if name in _COMPARED else name
