"""Slavic given names and patronymics: one key for what neighbouring languages make of a name."""

import re
from functools import lru_cache
from typing import Final

from tidewaiter.parties.names.sounds import sound
from tidewaiter.parties.names.spellings import spelled

_FATHER: Final = re.compile(r"(.{2,}?)(?:[aoeiyuj]*)(?:v(?:ich|ych|yc|ic|itch|icz|ytch)|u?vich)$")
_DAUGHTER: Final = re.compile(r"(.{2,}?)(?:[aoeiyuj]*)(?:vna|una|wna)$")
_VOWELS: Final = "aoeiyuj"


@lru_cache(maxsize=1 << 16)
def slavic_keys(word: str) -> tuple[str, ...]:
    """Return the name that a spelling of a given name or a patronymic stands for.

    Returns:
        Like ``("alexander",)``, ``("alexander+vich",)`` or ``()``; of a patronymic whose name is
        not in the table, its stem as it sounds.
    """
    given = spelled("slavic_names").get(word)
    if given:
        return given
    for pattern, ending in ((_FATHER, "+vich"), (_DAUGHTER, "+vna")):
        if match := pattern.fullmatch(word):
            stem = match[1].rstrip(_VOWELS)
            return (_stems().get(stem, sound(stem)) + ending,)
    return ()


@lru_cache(maxsize=1)
def _stems() -> dict[str, str]:
    found: dict[str, str] = {}
    for spelling, names in spelled("slavic_names").items():
        found.setdefault(spelling.rstrip(_VOWELS), names[0])
    return found
