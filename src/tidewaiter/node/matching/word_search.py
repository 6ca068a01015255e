"""Word search: list entries that contain all words of a text, for search boxes and suggestions."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from tidewaiter.base.plain_text import plain
from tidewaiter.parties.types import ListedParty

_WORD = re.compile(r"\w+")


class WordSearch:
    """Words of the names, ids and identifiers of entries, sorted for prefixes."""

    def __init__(self, parties: Sequence[ListedParty]) -> None:
        """Index entries."""
        self._names = [[plain(name.text) for name in party.names] for party in parties]
        found: defaultdict[str, dict[int, None]] = defaultdict(dict)
        for place, party in enumerate(parties):
            numbers = (plain(each.value) for each in party.identifiers)
            for text in (*self._names[place], plain(party.id), *numbers):
                for word in _WORD.findall(text):
                    found[word][place] = None
        self._entries = {word: frozenset(places) for word, places in found.items()}
        self._words = sorted(self._entries)

    def find(self, text: str, *, prefix: bool = False) -> list[int]:
        """Return the entries with all words of a text, the closest name first.

        Args:
            text: Words in any order; without any, nothing is found.
            prefix: Whether the last word may be the beginning of one.
        """
        words = _WORD.findall(plain(text))
        if not words:
            return []
        sets = [self._entries.get(word, frozenset()) for word in words[:-1]]
        last = words[-1]
        ends = self._begin_with(last) if prefix else (last,)
        sets.append(frozenset().union(*(self._entries.get(word, frozenset()) for word in ends)))
        hits = frozenset.intersection(*sets)
        whole = " ".join(words)
        return sorted(hits, key=lambda place: (self._distance(place, whole), place))

    def _begin_with(self, start: str) -> Iterator[str]:
        for at in range(bisect_left(self._words, start), len(self._words)):
            if not self._words[at].startswith(start):
                return
            yield self._words[at]

    def _distance(self, place: int, text: str) -> tuple[int, int]:
        """Rank an entry: names that begin with the text first, then by their length."""
        return min(
            (
                (not name.startswith(text), abs(len(name) - len(text)))
                for name in self._names[place]
            ),
            default=(2, 0),
        )
