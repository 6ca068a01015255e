"""How much a word of a name says: little where many firms bear it.

The shares are those of ordinary names and never change with the data, so that the points of a
link depend on its two members alone.
"""

import math
from functools import cache, lru_cache
from typing import Final

from tidewaiter.parties.matching.rarity import background
from tidewaiter.parties.names import TokenKind
from tidewaiter.parties.names.fold import fold
from tidewaiter.parties.names.spellings import spellings

_UNKNOWN: Final = 2e-5  # share of names that bear a word which nobody knows
_GENERIC: Final = 0.25  # of its weight, that a word keeps which half of all firms bear
_INITIAL: Final = 1.0
_SURNAME: Final = 3.0  # nats of a surname that millions bear
_LETTER: Final = 2.2  # most nats for each letter of a word: short ones are many words at once


@cache
def _surnames() -> frozenset[str]:
    """Return the Latin spellings of Chinese and Korean surnames: few, and each of millions."""
    tables = (spellings("chinese_surnames"), spellings("korean_surnames"))
    return frozenset(fold(each) for table in tables for known in table.values() for each in known)


@lru_cache(maxsize=1 << 18)
def weight_of(key: str, kind: TokenKind) -> float:
    """Return the information in a word of a name, in nats.

    Args:
        key: The word, folded.
        kind: What it is in its name.
    """
    if kind == "initial":
        return _INITIAL
    share = max(background().get(key, 0) / 1e6, _UNKNOWN)
    weight = min(max(-math.log(min(1.0, share)), 0.5), _LETTER * len(key))
    if key in _surnames():
        return min(weight, _SURNAME)
    return weight * _GENERIC if kind == "generic" else weight
