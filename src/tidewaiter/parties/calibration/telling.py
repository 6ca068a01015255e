"""Tell what a threshold gives: by origin, by list, by kind, and through which entries."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.calibration.benchmark import benchmark_recall
from tidewaiter.parties.calibration.hits import (
    Hits,
    Table,
    alerting,
    best,
    chosen,
    kind_at,
    reaching,
    way_at,
)
from tidewaiter.parties.calibration.shares import apart, share_of
from tidewaiter.parties.calibration.types import LEVELS, LOWEST, Bin, Cause, Group, Level
from tidewaiter.parties.thresholds import Threshold

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
