"""Namesakes: how many entries of the lists bear a name."""

from collections import Counter
from collections.abc import Iterable

from tidewaiter.base.plain import plain
from tidewaiter.parties.types import ListedParty


class Namesakes:
    """Counts entries by the words of their names, once it is asked for the first time."""

    def __init__(self, parties: Iterable[ListedParty]) -> None:
        """Take the entries."""
        self._parties = tuple(parties)
        self._counts: Counter[str] | None = None

    def count(self, name: str) -> int:
        """Return how many entries bear a name, whatever the order, case and accents of its words.

        Args:
            name: As a list writes it.
        """
        if self._counts is None:
            self._counts = Counter(
                key for party in self._parties for key in {_key(name.text) for name in party.names}
            )
        return self._counts[_key(name)]

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._parties)


def _key(name: str) -> str:
    letters = (sign if sign.isalnum() else " " for sign in plain(name))
    return " ".join(sorted("".join(letters).split()))
