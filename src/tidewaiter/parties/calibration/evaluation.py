"""Evaluate thresholds on parties whose answer is known, and choose one by the rate of alerts."""

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


class _Kind(Record, frozen=True, kw_only=True):
    queries: int
    found: tuple[int, ...]  # by threshold


class _Recall(Record, frozen=True, kw_only=True):
    source: str
    model: str  # that was measured
    thresholds: tuple[float, ...]  # rising
    person: _Kind
    organisation: _Kind  # all that are no persons


def benchmark_recall(threshold: Threshold) -> Share | None:
    """Return the share of the benchmark's queries whose right entry reaches a threshold.

    Between two thresholds that were measured the higher one counts, so that nothing is promised.
    The queries are made variants of listed names, so the share compares thresholds; it is not that
    of an authority's papers.

    Args:
        threshold: Of persons and of organisations; all other kinds are left alone.

    Returns:
        The share; None where the model is not the one that was measured.

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
    """The hits of cleared parties, and of found ones where there are any, at one threshold."""

    def __init__(self, cleared: Hits, found: Hits | None, threshold: Threshold) -> None:
        self._hits, self._found, self._threshold = cleared, found, threshold
        self._table = cleared.table()
        self._theirs = found.table() if found else None
        self._at = chosen(self._table, reaching(self._table, threshold))

    def level(self, threshold: Threshold) -> Level:
        """Tell the alerts and the recall of a threshold."""
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
        """Tell those of all thresholds."""
        return tuple(self.level(Threshold(least=least)) for least in LEVELS)

    def at(self) -> Level:
        """Tell those of the threshold."""
        return self.level(self._threshold)

    def origins(self) -> tuple[Group, ...]:
        """Tell the alerts by country of the party; every origin of the file is among them."""
        parties = np.unique(self._at.party).tolist()
        counts = Counter(self._hits.names[party][1] for party in parties)
        return _groups(counts, self._hits.asked, compare=True)

    def lists(self) -> tuple[Group, ...]:
        """Tell the alerts by list; a party may be among those of several."""
        slugs = [each.version.slug for each in self._hits.entries]
        return self._by([slugs[entry] for entry in self._at.entry.tolist()], sorted(set(slugs)))

    def kinds(self) -> tuple[Group, ...]:
        """Tell the alerts by kind of entry; a party may be among those of several."""
        return self._by([kind_at(kind) for kind in self._at.kind.tolist()])

    def hows(self) -> tuple[Group, ...]:
        """Tell what agrees in the best match of each party that alerts."""
        firsts = self._firsts()
        counts = Counter(way_at(way) for way in self._at.way[firsts].tolist())
        return _groups(counts, dict.fromkeys(counts, len(firsts)))

    def causes(self) -> tuple[Cause, ...]:
        """Tell the entries that most parties resemble."""
        counts = Counter(self._at.entry.tolist())
        most = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:_CAUSES]
        return tuple(self._cause(entry, count) for entry, count in most)

    def bins(self) -> tuple[Bin, ...]:
        """Tell how many of the parties of both files, by their best match, were flagged."""
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
        """Return the place of the best hit of each party that alerts."""
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
    """Return the best probability of every party; 0 where it has no hit."""
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
    """Choose the least threshold at which no more parties alert than is wanted.

    Args:
        table: The hits of the cleared parties.
        parties: How many of these there are.
        wanted: Alerts per party.
        by_kind: Share the alerts out evenly among the kinds of entries that were hit, and choose
            a threshold for each; a kind that no party hit takes that of all.

    Returns:
        The threshold, never below that of the model: the parties of a file say nothing of those
        that are not like them.

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
    """Return the shortest number that lets so many parties alert and no more.

    Args:
        chances: The best probability of each party, the highest first.
        allowed: How many may reach the threshold.
        lowest: No threshold below is looked for.

    Returns:
        The least threshold with at most six decimals; None: there is none below 1.
    """
    if len(chances) <= allowed or chances[allowed] < lowest:
        return lowest
    over = float(chances[allowed])  # must stay below
    higher = chances[chances > over]
    most = float(higher[-1]) if len(higher) else 1.0
    for decimals in _DECIMALS:
        scale = 10**decimals
        least: float = (math.floor(over * scale) + 1) / scale
        if over < least <= most and least < 1:
            return least
    scale = 10 ** _DECIMALS[-1]  # two parties are closer than that: both stay below
    least = (math.floor(over * scale) + 1) / scale
    return least if over < least < 1 else None


def enough_for(wanted: float) -> int:
    """Return how many parties a file needs so that no alert at all shows a rate (rule of three)."""
    return math.ceil(NONE / wanted)
