"""Hits: the matches of known parties, kept small, and what a threshold makes of them."""

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.countries import country_or_text
from tidewaiter.parties.calibration.types import HOWS
from tidewaiter.parties.matching.types import Answer, AskedParty, Match
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import ListedParty, ListVersion, PartyKind

_KINDS: tuple[PartyKind, ...] = ("person", "organisation", "vessel", "aircraft", "unknown")
_WAYS = tuple(HOWS)
_MOST = 10_000  # origins: a hostile file can name a new one on every row
OTHERS = "others"

Settled = Callable[[int, AskedParty], bool]
"""Says whether a judgement calls a party another than the entry of a place."""


class Entry(NamedTuple):
    """An entry, and the list that it is of."""

    version: ListVersion
    party: ListedParty


class Table(NamedTuple):
    """The hits as columns; a party's stand together."""

    party: NDArray[np.int64]  # place among `names`
    entry: NDArray[np.int64]
    kind: NDArray[np.int8]
    way: NDArray[np.int8]
    chance: NDArray[np.float64]


class Hits:
    """The matches of the parties of one file."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.parties = 0
        self.settled = 0
        self.asked: Counter[str] = Counter()  # parties by origin
        self.names: list[tuple[str, str]] = []  # of parties with hits: as written, and origin
        self._kinds = [_KINDS.index(each.party.kind) for each in entries]
        self._party, self._entry = array("q"), array("q")
        self._kind, self._way, self._chance = array("b"), array("b"), array("d")

    def count(self, party: AskedParty) -> None:
        """Count a party that was asked for."""
        self.parties += 1
        self.asked[self._origin(party)] += 1

    def add(self, party: AskedParty, answer: Answer, settled: Settled) -> None:
        """Take up the matches of a party that was counted.

        Args:
            party: The party.
            answer: Its matches; their entries are places.
            settled: Matches of which it says so are left out.
        """
        held = [match for match in answer.matches if not settled(int(match.entry), party)]
        self.settled += len(held) < len(answer.matches)
        if not held:
            return
        for match in held:
            place = int(match.entry)
            self._party.append(len(self.names))
            self._entry.append(place)
            self._kind.append(self._kinds[place])
            self._way.append(_WAYS.index(_way(match)))
            self._chance.append(match.probability)
        self.names.append((party.text, self._origin(party)))

    def table(self) -> Table:
        """Return the hits as columns."""
        return Table(
            np.array(self._party, np.int64),
            np.array(self._entry, np.int64),
            np.array(self._kind, np.int8),
            np.array(self._way, np.int8),
            np.array(self._chance, np.float64),
        )

    def _origin(self, party: AskedParty) -> str:
        origin = country_or_text(party.countries[0]) if party.countries else ""
        return origin if origin in self.asked or len(self.asked) < _MOST else OTHERS


def _way(match: Match) -> str:
    """Say in a key of `HOWS` what agrees."""
    told = match.explanation
    if any(each.what.startswith("identifier: same") for each in told.modifiers):
        return "number"
    if any(each.how == "contradicted" for each in told.left_over):
        return "other"
    if told.left_over:
        return "more"
    return "same" if all(pair.kind == "exact" for pair in told.pairs) else "spelling"


def chosen(table: Table, use: NDArray[np.bool_]) -> Table:
    """Return the hits that are used."""
    return Table(
        table.party[use], table.entry[use], table.kind[use], table.way[use], table.chance[use]
    )


def reaching(table: Table, threshold: Threshold) -> NDArray[np.bool_]:
    """Tell which hits reach a threshold."""
    least = np.array([threshold.of(kind) for kind in _KINDS])
    reached: NDArray[np.bool_] = table.chance >= least[table.kind]
    return reached


def alerting(table: Table, threshold: Threshold) -> int:
    """Count the parties that alert at a threshold."""
    return len(np.unique(table.party[reaching(table, threshold)]))


def best(table: Table, kind: PartyKind | None = None) -> NDArray[np.float64]:
    """Return the best probability of each party with hits, the highest first.

    Args:
        table: The hits.
        kind: Count entries of this kind alone.
    """
    use = slice(None) if kind is None else table.kind == _KINDS.index(kind)
    parties, chances = table.party[use], table.chance[use]
    if not len(parties):
        return np.zeros(0)
    held = np.full(int(parties.max()) + 1, -1.0)
    np.maximum.at(held, parties, chances)
    found: NDArray[np.float64] = np.sort(held[held >= 0])[::-1]
    return found


def kinds_of(table: Table) -> list[PartyKind]:
    """List the kinds of entries that were hit."""
    return [_KINDS[at] for at in np.unique(table.kind).tolist()]


def kind_at(place: int) -> PartyKind:
    """Return the kind of a number in the column of kinds."""
    return _KINDS[place]


def way_at(place: int) -> str:
    """Return the key of `HOWS` of a number in the column of ways."""
    return _WAYS[place]
