"""Finder: looks the parties of consignments up in the lists of a day."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tidewaiter.consignments.listed import AskedParty
from tidewaiter.consignments.types import PartyMatch
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.types import ListedParty, ListVersion

_KEPT = 1 << 18  # parties whose answers are kept; then all are forgotten
_BATCH = 8_192

Judged = Callable[[str, ListedParty, AskedParty], str]


class _Listed(NamedTuple):
    """An entry, and the list that it is of."""

    version: ListVersion
    party: ListedParty


class ListFinder:
    """Finds the listed parties that names resemble; keeps what it answered."""

    def __init__(
        self, lists: Iterable[tuple[ListVersion, Sequence[ListedParty]]], least: float,
        judged: Judged | None = None,
    ) -> None:  # fmt: skip
        """Build the index of lists; some seconds for 20,000 entries.

        Args:
            lists: As they were in force on the day.
            least: The probability from which on a resemblance is told.
            judged: Says why a party was judged another than an entry of a list; "": it was not.
                None: nobody judged.
        """
        self._entries = [_Listed(version, party) for version, held in lists for party in held]
        self._least = least
        self._judged = judged
        self._matcher = Matcher(build_index([each.party for each in self._entries]))
        self._kept: dict[AskedParty, tuple[PartyMatch, ...]] = {}

    def find(self, asked: Sequence[AskedParty]) -> list[tuple[PartyMatch, ...]]:
        """Return for each party those that it resembles, the most probable first."""
        if len(self._kept) > _KEPT:
            self._kept.clear()
        new = [each for each in dict.fromkeys(asked) if each not in self._kept]
        for begin in range(0, len(new) if self._entries else 0, _BATCH):
            self._look_up(new[begin : begin + _BATCH])
        return [self._kept.get(each, ()) for each in asked]

    def _look_up(self, asked: Sequence[AskedParty]) -> None:
        asking = self._matcher.ask([each.name for each in asked], ["unknown"] * len(asked))
        answers = self._matcher.answer(asking)
        chances = 1 / (1 + np.exp(-answers.odds))
        for row, each in enumerate(asked):
            found = []
            for at in range(int(answers.counts[row])):
                chance = float(chances[row, at])
                if chance >= self._least:
                    form = int(answers.forms[row, at])
                    found.append(self._match(each, int(answers.entries[row, at]), form, chance))
            self._kept[each] = tuple(found)

    def _match(self, asked: AskedParty, entry: int, form: int, chance: float) -> PartyMatch:
        version, party = self._entries[entry]
        name = party.names[int(self._matcher.index.name_of[form])]
        return PartyMatch(
            role=None,
            name=asked.name,
            list=version.slug,
            list_name=version.name,
            version=version.sha256,
            list_day=version.dated,
            entry=party.id,
            listed_name=name.text,
            name_kind=name.kind,
            kind=party.kind,
            probability=chance,
            action=party.action,
            outcome=party.outcome,
            outcome_day=party.outcome_day,
            listed=party.listed,
            programmes=party.programmes,
            source=party.source,
            judged=self._judged(version.slug, party, asked) if self._judged else "",
            confidential=party.confidential,
        )
