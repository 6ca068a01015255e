"""Evaluate thresholds on parties with known outcome, and choose one by the alert rate."""

import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.countries import country_or_text
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.calibration.types import (
    HOWS,
    LEVELS,
    LOWEST,
    NONE,
    Bin,
    Cause,
    Group,
    Level,
    Share,
    apart,
    share_of,
)
from tidewaiter.parties.matching.matcher import model_record
from tidewaiter.parties.matching.types import Answer, AskedParty, Match
from tidewaiter.parties.thresholds import KindThreshold, Threshold, model_digest
from tidewaiter.parties.types import ListedParty, ListVersion, PartyKind

_KINDS: tuple[PartyKind, ...] = ("person", "organisation", "vessel", "aircraft", "unknown")
_WAYS = tuple(HOWS)
_MOST = 10_000  # distinct origins: a hostile file could have a new one in every row
OTHERS = "others"

Settled = Callable[[int, AskedParty], bool]
"""Returns whether a judgement marks a party as different from the entry at an index."""


class Entry(NamedTuple):
    """An entry, and its list."""

    version: ListVersion
    party: ListedParty


class Table(NamedTuple):
    """The hits as columns, sorted by party."""

    party: NDArray[np.int64]  # index in `names`
    entry: NDArray[np.int64]
    kind: NDArray[np.int8]
    way: NDArray[np.int8]
    chance: NDArray[np.float64]


class Hits:
    """The matches of all parties in one file."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.parties = 0
        self.settled = 0
        self.asked: Counter[str] = Counter()  # number of parties by origin
        self.names: list[tuple[str, str]] = []  # parties with hits: name as written, and origin
        self._kinds = [_KINDS.index(each.party.kind) for each in entries]
        self._party, self._entry = array("q"), array("q")
        self._kind, self._way, self._chance = array("b"), array("b"), array("d")

    def count(self, party: AskedParty) -> None:
        """Count a compared party."""
        self.parties += 1
        self.asked[self._origin(party)] += 1

    def add(self, party: AskedParty, answer: Answer, settled: Settled) -> None:
        """Add the matches of a party that was counted.

        Args:
            party: The party.
            answer: Its matches; entries are indices.
            settled: Filter for matches to exclude.
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
    """Return what agrees in a match, as a key of `HOWS`."""
    told = match.explanation
    if any(each.what.startswith("identifier: same") for each in told.modifiers):
        return "number"
    if any(each.how == "contradicted" for each in told.left_over):
        return "other"
    if told.left_over:
        return "more"
    return "same" if all(pair.kind == "exact" for pair in told.pairs) else "spelling"


def chosen(table: Table, use: NDArray[np.bool_]) -> Table:
    """Return a subset of the hits."""
    return Table(
        table.party[use], table.entry[use], table.kind[use], table.way[use], table.chance[use]
    )


def reaching(table: Table, threshold: Threshold) -> NDArray[np.bool_]:
    """Return which hits reach a threshold."""
    least = np.array([threshold.of(kind) for kind in _KINDS])
    reached: NDArray[np.bool_] = table.chance >= least[table.kind]
    return reached


def alerting(table: Table, threshold: Threshold) -> int:
    """Count the parties with an alert at a threshold."""
    return len(np.unique(table.party[reaching(table, threshold)]))


def best(table: Table, kind: PartyKind | None = None) -> NDArray[np.float64]:
    """Return the best probability of each party with hits, highest first.

    Args:
        table: The hits.
        kind: Only entries of this kind.
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
    """List the kinds of entries with hits."""
    return [_KINDS[at] for at in np.unique(table.kind).tolist()]


def kind_at(place: int) -> PartyKind:
    """Return the kind for a number in the column of kinds."""
    return _KINDS[place]


def way_at(place: int) -> str:
    """Return the key of `HOWS` for a number in the column of ways."""
    return _WAYS[place]


class _Kind(Record, frozen=True, kw_only=True):
    queries: int
    found: tuple[int, ...]  # per threshold


class _Recall(Record, frozen=True, kw_only=True):
    source: str
    model: str  # the evaluated model
    thresholds: tuple[float, ...]  # ascending
    person: _Kind
    organisation: _Kind  # all kinds except persons


def benchmark_recall(threshold: Threshold) -> Share | None:
    """Return the recall on the benchmark's queries at a threshold.

    Between two evaluated thresholds, the result of the higher one is used as a lower bound. The
    queries are artificial variants of listed names, so the recall is for comparing thresholds; it
    does not predict recall on an authority's own data.

    Args:
        threshold: For persons and organisations; other kinds are ignored.

    Returns:
        The share; None if another model was evaluated.

    Source:
        data/parties/recall.toml.
    """
    held = _load()
    if held.model != model_digest():
        return None
    found = queries = 0
    sides = (
        (held.person, threshold.of("person")),
        (held.organisation, threshold.of("organisation")),
    )
    for part, least in sides:
        place = sum(each < least for each in held.thresholds)
        found += part.found[place] if place < len(part.found) else 0
        queries += part.queries
    return share_of(found, queries)


@cache
def _load() -> _Recall:
    return read_toml(data("parties", "recall.toml"), _Recall)


_CAUSES = 50
_EDGES = (0.0, LOWEST, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99, 1.0)


class Told:
    """Hits of cleared parties, and of true matches if given, at one threshold."""

    def __init__(self, cleared: Hits, found: Hits | None, threshold: Threshold) -> None:
        self._hits, self._found, self._threshold = cleared, found, threshold
        self._table = cleared.table()
        self._theirs = found.table() if found else None
        self._at = chosen(self._table, reaching(self._table, threshold))

    def level(self, threshold: Threshold) -> Level:
        """Return alerts and recall at a threshold."""
        recall = None
        if self._found is not None and self._theirs is not None:
            recall = share_of(alerting(self._theirs, threshold), self._found.parties)
        return Level(
            threshold=threshold.lowest,
            alerts=share_of(alerting(self._table, threshold), self._hits.parties),
            recall=recall,
            benchmark=benchmark_recall(threshold),
        )

    def levels(self) -> tuple[Level, ...]:
        """Return alerts and recall at all thresholds."""
        return tuple(self.level(Threshold(least=least)) for least in LEVELS)

    def at(self) -> Level:
        """Return alerts and recall at the chosen threshold."""
        return self.level(self._threshold)

    def origins(self) -> tuple[Group, ...]:
        """Count alerts by country of the party, for every country in the file."""
        parties = np.unique(self._at.party).tolist()
        counts = Counter(self._hits.names[party][1] for party in parties)
        return _groups(counts, self._hits.asked, compare=True)

    def lists(self) -> tuple[Group, ...]:
        """Count alerts by list; a party may count for several."""
        slugs = [each.version.slug for each in self._hits.entries]
        return self._by([slugs[entry] for entry in self._at.entry.tolist()], sorted(set(slugs)))

    def kinds(self) -> tuple[Group, ...]:
        """Count alerts by kind of entry; a party may count for several."""
        return self._by([kind_at(kind) for kind in self._at.kind.tolist()])

    def hows(self) -> tuple[Group, ...]:
        """Count, by what agrees, the best matches of parties with an alert."""
        firsts = self._firsts()
        counts = Counter(way_at(way) for way in self._at.way[firsts].tolist())
        return _groups(counts, dict.fromkeys(counts, len(firsts)))

    def causes(self) -> tuple[Cause, ...]:
        """Return the entries matched by most parties."""
        counts = Counter(self._at.entry.tolist())
        most = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:_CAUSES]
        return tuple(self._cause(entry, count) for entry, count in most)

    def bins(self) -> tuple[Bin, ...]:
        """Return the observed share of true matches by probability of the best match."""
        if self._found is None or self._theirs is None:
            return ()
        sides = [
            _all(table, hits.parties)
            for table, hits in ((self._table, self._hits), (self._theirs, self._found))
        ]
        rows = []
        for low, high in pairwise(_EDGES):
            held = [side[(side >= low) & ((side < high) | (high == 1))] for side in sides]
            both = np.concatenate(held)
            if len(both):
                mean = float(both.mean())
                flagged = share_of(len(held[1]), len(both))
                rows.append(Bin(low=low, high=high, mean=mean, flagged=flagged))
        return tuple(rows)

    def _by(self, keys: list[str], known: Iterable[str] = ()) -> tuple[Group, ...]:
        pairs = set(zip(self._at.party.tolist(), keys, strict=True))
        counts = Counter(dict.fromkeys(known, 0))
        counts.update(key for _, key in pairs)
        return _groups(counts, dict.fromkeys(counts, self._hits.parties))

    def _firsts(self) -> NDArray[np.int64]:
        """Return the index of the best hit of each party with an alert."""
        order = np.lexsort((self._at.entry, -self._at.chance, self._at.party))
        _, first = np.unique(self._at.party[order], return_index=True)
        firsts: NDArray[np.int64] = order[first]
        return firsts

    def _cause(self, entry: int, count: int) -> Cause:
        held = self._hits.entries[entry]
        rows = np.flatnonzero(self._at.entry == entry)
        row = int(rows[np.argmax(self._at.chance[rows])])
        name, country = self._hits.names[int(self._at.party[row])]
        return Cause(
            list=held.version.slug,
            entry=held.party.id,
            listed=held.party.names[0].text,
            kind=held.party.kind,
            parties=count,
            name=name,
            country=country,
            probability=float(self._at.chance[row]),
            how=way_at(int(self._at.way[row])),
        )


def _all(table: Table, parties: int) -> NDArray[np.float64]:
    """Return the best probability of every party; 0 without a hit."""
    held = best(table)
    return np.concatenate((held, np.zeros(parties - len(held))))


def _groups(
    counts: Mapping[str, int], totals: Mapping[str, int], *, compare: bool = False
) -> tuple[Group, ...]:
    """Return a group for each key of the totals, most alerts first."""
    alerts, parties = sum(counts.values()), sum(totals.values())
    rows = []
    for key, total in totals.items():
        own = share_of(counts.get(key, 0), total)
        rest = share_of(alerts - own.count, parties - total)
        rows.append(
            Group(key=key, alerts=own, unequal=compare and rest.total > 0 and apart(own, rest))
        )
    return tuple(sorted(rows, key=lambda row: (-row.alerts.count, -row.alerts.total, row.key)))


_DECIMALS = range(2, 7)


def choose(table: Table, parties: int, wanted: float, *, by_kind: bool) -> Threshold:
    """Choose the lowest threshold that keeps the alert rate.

    Args:
        table: Hits of the cleared parties.
        parties: Number of cleared parties.
        wanted: Maximum alerts per party.
        by_kind: Divide the alerts evenly among the kinds of entries with hits, and choose a
            threshold for each; a kind without hits gets the overall threshold.

    Returns:
        The threshold, never below that of the model: the file gives no evidence for parties
        unlike those in it.

    Raises:
        InputError: No threshold below 1 keeps the rate.
    """
    allowed = math.floor(wanted * parties * (1 + 1e-12))
    lowest = model_record().threshold
    least = least_for(best(table), allowed, lowest)
    kinds = kinds_of(chosen(table, table.chance >= lowest)) if by_kind else []
    each = [(kind, least_for(best(table, kind), allowed // len(kinds), lowest)) for kind in kinds]
    found = [KindThreshold(kind=kind, least=own) for kind, own in each if own is not None]
    if least is None or len(found) < len(kinds):
        raise InputError("parties/no-threshold-keeps-rate")
    return Threshold(least=least, kinds=tuple(found), origin="chosen for the requested alert rate")


def least_for(chances: NDArray[np.float64], allowed: int, lowest: float) -> float | None:
    """Return the shortest decimal that admits at most a number of parties.

    Args:
        chances: Best probability of each party, highest first.
        allowed: Maximum number of parties at or above the threshold.
        lowest: Lower limit of the threshold.

    Returns:
        The lowest threshold with at most six decimals; None: none below 1.
    """
    if len(chances) <= allowed or chances[allowed] < lowest:
        return lowest
    over = float(chances[allowed])  # must be below the threshold
    higher = chances[chances > over]
    most = float(higher[-1]) if len(higher) else 1.0
    for decimals in _DECIMALS:
        scale = 10**decimals
        least: float = (math.floor(over * scale) + 1) / scale
        if over < least <= most and least < 1:
            return least
    scale = 10 ** _DECIMALS[-1]  # two parties are closer than that: both are below
    least = (math.floor(over * scale) + 1) / scale
    return least if over < least < 1 else None


def enough_for(wanted: float) -> int:
    """Return the parties needed for zero alerts to confirm a rate (rule of three)."""
    return math.ceil(NONE / wanted)
