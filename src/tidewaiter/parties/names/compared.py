"""Which names are not compared with names in other scripts, so that it can be said of them.

Latin, Cyrillic, Arabic, Chinese, Japanese and Korean letters are read by tables of ours. Of scripts
without a table, letters are romanised one by one, which finds a name where the script writes its
vowels as letters: of made-up names, 17 of 18 were found in Greek, Armenian and Georgian and four of
four in Ethiopic, but none of 13 in Hebrew, Thai and Burmese, and half or fewer in the scripts of
India. Chinese characters that spell a foreign name sound like no name in Latin letters: none of 300
was found. They are told by the dot that parts a given name from a surname; without one, they look
as a Chinese or Japanese name does.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from tidewaiter.parties.names.scripts import script, script_of
from tidewaiter.parties.names.splitting import words_of

FOREIGN_HAN: Final = "Chinese spelling of foreign names"
"""In place of a script: characters that spell the sound of a foreign name."""

_BY_LETTER: Final = frozenset({"Armenian", "Georgian", "Ethiopic"})
_DOTS: Final = "·・•‧．"  # between the parts of a foreign name in Chinese characters
_TWO: Final = 2


def uncompared(text: str) -> str:
    """Tell in which script a name is that is compared with names in the same script alone.

    Returns:
        The script as Unicode names it ("Hebrew"), or `FOREIGN_HAN`; "": the name is compared, or
        it has a part in letters that are.
    """
    if text.isascii():
        return ""
    named = Counter(_script(character) for character in text if character.isalpha())
    others = {name: count for name, count in named.items() if name}
    if named[""] > (1 if others else 0):  # a letter of an abbreviation is no name
        return FOREIGN_HAN if not others and _is_foreign(text) else ""
    return max(others, key=lambda name: (others[name], name), default="")


def count_uncompared(names: Iterable[str]) -> dict[str, int]:
    """Count names by the script in which they are not compared, the most frequent first."""
    found = Counter(filter(None, map(uncompared, names)))
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


@lru_cache(maxsize=1 << 12)
def _script(character: str) -> str:
    """Return the script of a letter that is read by no table and not by letters; "": it is."""
    if script_of(character) != "other":
        return ""
    name = unicodedata.name(character, "UNKNOWN").split()[0].capitalize()
    return "" if name in _BY_LETTER else name


def _is_foreign(text: str) -> bool:
    """Tell whether Chinese characters spell the sound of a foreign name."""
    if not any(dot in text for dot in _DOTS):
        return False
    words = [word for word in words_of(text) if script(word) != "common"]
    return len(words) >= _TWO and all(script(word) == "han" for word in words)
