"""How two corresponding words are called, for a reader who sees both as they are written."""

from functools import lru_cache

from tidewaiter.parties.matching.types import WordPair
from tidewaiter.parties.names.scripts import script
from tidewaiter.parties.names.tokens import tokens_of


def likeness(pair: WordPair) -> str:
    """Return the kind of a pair as it looks on paper.

    The matcher compares words as read: to it, "Кораблинов" and "Korablinov" are exactly the same,
    two equal words may have met by a translation of both, and Ltd and GmbH share a key. A reader
    compares what is written.
    """
    ours, theirs = pair.asked.casefold(), pair.listed.casefold()
    if ours == theirs:
        return "exact"
    if pair.kind == "exact":
        return "exact" if script(ours) == script(theirs) else "transliterated"
    return "legal form" if _is_legal_form(ours) and _is_legal_form(theirs) else pair.kind


@lru_cache(maxsize=1024)
def _is_legal_form(words: str) -> bool:
    """Return whether words are read as legal forms at the end of a firm's name."""
    _, *rest = tokens_of(f"Zzz {words}", person=False)
    return bool(rest) and all(token.kind == "legal form" for token in rest)
