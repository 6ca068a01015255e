"""Words of dwellings and mailboxes in addresses."""

import re
from collections.abc import Sequence
from functools import cache

from tidewaiter.parties.names.fold import fold

_WORD = re.compile(r"[^\W\d_]+")


def find_words(address: str, words: Sequence[str], unless: Sequence[str]) -> tuple[str, ...]:
    """Find words in an address.

    Args:
        address: As written.
        words: Looked for: whole words, in Han characters anywhere.
        unless: Where one of these stands too, nothing is found: "Flat 3, Trade Centre".

    Returns:
        Those that stand there, in the order of `words`.
    """
    text = f" {' '.join(fold(word) for word in _WORD.findall(address))} "
    if any(_sought(word) in text for word in unless):
        return ()
    return tuple(word for word in words if _sought(word) in text)


@cache
def _sought(word: str) -> str:
    folded = " ".join(map(fold, word.split()))
    return folded if re.search(r"[\u3400-\u9fff]", folded) else f" {folded} "
