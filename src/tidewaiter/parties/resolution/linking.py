"""Links: pairs of members put into words, one by one, when they are asked for."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from operator import attrgetter

import numpy as np

from tidewaiter.parties.resolution.clusters import Edges
from tidewaiter.parties.resolution.facts import ResolutionRules
from tidewaiter.parties.resolution.reading import Read
from tidewaiter.parties.resolution.scoring import Scorer
from tidewaiter.parties.resolution.types import Judgement, Link, LinkReason, Member, Outcome


def place_in(members: Sequence[Member], key: str) -> int | None:
    """Return the place of a member among members sorted by their ids; None: it is not there."""
    place = bisect_left(members, key, key=attrgetter("id"))
    return place if place < len(members) and members[place].id == key else None


def places_in(members: Sequence[Member], keys: Iterable[str]) -> dict[str, int]:
    """Return the places of those members that are among members sorted by their ids."""
    found = {key: place_in(members, key) for key in keys}
    return {key: place for key, place in found.items() if place is not None}


class Linker:
    """Puts links into words."""

    def __init__(
        self,
        members: Sequence[Member],
        reads: Sequence[Read],
        scorer: Scorer,
        rules: ResolutionRules,
    ) -> None:
        self.members = members
        self.threshold = rules.threshold
        self._own = rules.points["ref"]
        self._reads = reads
        self._scorer = scorer

    def link(self, a: int, b: int, outcome: Outcome, note: str) -> Link:
        """Make the link of two members."""
        points, said = self._scorer.score(self._reads[a], self._reads[b])
        reasons = self._scorer.reasons(said)
        shared = sorted({*self.members[a].refs} & {*self.members[b].refs})
        if shared:
            text = f"Their own data give both the id {shared[0]}"
            reasons = (LinkReason(rule="ref", text=text, points=self._own), *reasons)
            points += self._own
        return Link(
            a=self.members[a].id,
            b=self.members[b].id,
            points=points,
            outcome=outcome,
            reasons=reasons,
            note=note,
        )

    def with_refs(self, shown: Edges) -> Edges:
        """Add the pairs of members to which their own data give one id, each with the next."""
        tied: set[tuple[int, int]] = set()
        last: dict[str, int] = {}
        for place, member in enumerate(self.members):
            for ref in member.refs:
                if ref in last:
                    tied.add((last[ref], place))
                last[ref] = place
        if not tied:
            return shown
        known = np.fromiter((bool(member.refs) for member in self.members), np.bool_)
        both = known[shown.a] & known[shown.b]
        rated = {(a, b): points for a, b, points in shown.where(both).triples()}
        for a, b in tied | rated.keys():
            if not {*self.members[a].refs}.isdisjoint(self.members[b].refs):
                points = rated.get((a, b))
                if points is None:
                    points, _ = self._scorer.score(self._reads[a], self._reads[b])
                rated[a, b] = points + self._own
        more = np.array([(a, b, points) for (a, b), points in rated.items()], np.int32).T
        parts = zip(shown.where(~both), more, strict=True)
        return Edges(*map(np.concatenate, parts)).by_places()


class Links:
    """The links of a resolution, by members; each is made anew whenever it is passed."""

    def __init__(
        self,
        linker: Linker,
        shown: Edges,
        barred: Mapping[tuple[int, int], str],
        judged: Mapping[tuple[str, str], Judgement],
    ) -> None:
        """Take what links are made of.

        Args:
            linker: Of the members.
            shown: Pairs that were compared and come near the threshold.
            barred: What keeps pairs apart that reach it.
            judged: The judgements that count; those of members that are not here are passed over.
        """
        self._linker = linker
        self._barred = barred
        places = places_in(linker.members, (key for pair in judged for key in pair))
        self._judged = {
            (min(places[a], places[b]), max(places[a], places[b])): said
            for (a, b), said in judged.items()
            if said.verdict != "undecided" and a in places and b in places
        }
        count = len(linker.members)
        own = np.array([a * count + b for a, b in self._judged], np.int64)
        pairs = shown.a.astype(np.int64) * count + shown.b
        self._shown = shown.where(~np.isin(pairs, own))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._shown.a) + len(self._judged)

    def __iter__(self) -> Iterator[Link]:
        """Yield them; what a person judged in place of what points say."""
        compared = ((a, b) for a, b, _ in self._shown.triples())
        points = iter(self._shown.points)
        for pair in merge(compared, sorted(self._judged)):
            said = self._judged.get(pair)
            if said is None:
                yield self._compared(*pair, int(next(points)))
            else:
                note = f"{said.verdict}: {said.who}, {said.when}: {said.why}"
                outcome: Outcome = "judged" if said.verdict == "same" else "barred"
                yield self._linker.link(*pair, outcome, note)

    def _compared(self, a: int, b: int, points: int) -> Link:
        bar = self._barred.get((a, b), "")
        outcome: Outcome = "joined" if points >= self._linker.threshold else "below"
        return self._linker.link(a, b, "barred" if bar else outcome, bar)
