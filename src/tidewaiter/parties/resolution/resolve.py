"""Entity resolution: members compared, linked and joined to entities, with explained links."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import merge
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from tidewaiter.parties.identifiers.validation import is_checked
from tidewaiter.parties.resolution.blocking import Keys, Pairs, Sieve, find_keys, find_pairs
from tidewaiter.parties.resolution.clustering import (
    Clusters,
    Edges,
    build_clusters,
    build_entity,
    keep_ids,
)
from tidewaiter.parties.resolution.judgements import last_words, places_of
from tidewaiter.parties.resolution.members import Read, read_members
from tidewaiter.parties.resolution.scoring import ResolutionRules, Scorer, resolution_rules
from tidewaiter.parties.resolution.shared_attributes import Hubs, find_hubs, gather_things
from tidewaiter.parties.resolution.types import Entity, Judgement, Link, LinkReason, Member, Outcome


def place_in(members: Sequence[Member], key: str) -> int | None:
    """Return the index of a member among members sorted by id; None: not found."""
    place = bisect_left(members, key, key=attrgetter("id"))
    return place if place < len(members) and members[place].id == key else None


def places_in(members: Sequence[Member], keys: Iterable[str]) -> dict[str, int]:
    """Return the indices of those members found among members sorted by id."""
    found = {key: place_in(members, key) for key in keys}
    return {key: place for key, place in found.items() if place is not None}


class Linker:
    """Creates explained links."""

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
        """Create the link of two members."""
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
        """Add pairs of members with a common id in their own data, each with the next."""
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
    """The links of a resolution, by members; created on each iteration."""

    def __init__(
        self,
        linker: Linker,
        shown: Edges,
        barred: Mapping[tuple[int, int], str],
        judged: Mapping[tuple[str, str], Judgement],
    ) -> None:
        """Set the inputs of the links.

        Args:
            linker: Linker for the members.
            shown: Compared pairs near or above the threshold.
            barred: Reasons for pairs above the threshold that are kept apart.
            judged: Judgements that apply; those on unknown members are skipped.
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
        """Return the number of links."""
        return len(self._shown.a) + len(self._judged)

    def __iter__(self) -> Iterator[Link]:
        """Yield the links; a person's judgement replaces the result of the points."""
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


_NEAR: Final = 10  # points below the threshold from which a link is shown
_TELL: Final = 1 << 16  # members or pairs between progress reports

Tell = Callable[[str, int, int], None]
"""Receives the current step, the number done, and the total."""


class Resolution(NamedTuple):
    """Result of a resolution."""

    entities: tuple[Entity, ...]  # sorted by id
    links: Links  # joined, judged, barred, and slightly below the threshold; by members
    reads: Mapping[str, Read]  # parsed members
    compared: int  # number of pairs


def resolve(
    members: Iterable[Member],
    judgements: Iterable[Judgement] = (),
    earlier: Iterable[Entity] = (),
    *,
    tell: Tell = lambda _what, _done, _all: None,
) -> Resolution:
    """Find the members that are the same party.

    The result depends on the members and the judgements, not on their order. Only the ids of
    entities depend on the earlier ones.

    Args:
        members: Members with distinct ids.
        judgements: Judgements in file order.
        earlier: Entities of an earlier resolution, whose ids are preserved.
        tell: Progress callback.

    Raises:
        InputError: The judgements are contradictory.
    """
    held = sorted(members, key=lambda member: member.id)
    reads = read_members(held, tell)
    rules = resolution_rules()
    tell("finding pairs", 0, 0)
    hubs, keys = _found(reads, rules)
    scorer, pairs = Scorer(rules, hubs), find_pairs(reads, keys)
    linker, judged = Linker(held, reads, scorer, rules), last_words(judgements)
    shown = linker.with_refs(_compare(reads, pairs, (scorer, rules), tell))
    places = places_in(held, (key for pair in judged for key in pair))
    same, apart = (places_of(judged, places, verdict) for verdict in ("same", "not same"))
    edges = shown.where(shown.points >= rules.threshold)
    clusters, barred = build_clusters(
        [member.id for member in held], _checked(reads), edges, same, apart
    )
    return Resolution(
        entities=_entities(clusters, held, list(earlier)),
        links=Links(linker, shown, barred, judged),
        reads=_ById(held, reads),
        compared=len(pairs),
    )


class _ById(Mapping[str, Read]):
    """Parsed members by id; without a dict, which would take a tenth of the memory."""

    def __init__(self, members: Sequence[Member], reads: Sequence[Read]) -> None:
        self._members = members
        self._reads = reads

    def __getitem__(self, key: str) -> Read:
        place = place_in(self._members, key)
        if place is None:
            raise KeyError(key)
        return self._reads[place]

    def __iter__(self) -> Iterator[str]:
        return (member.id for member in self._members)

    def __len__(self) -> int:
        return len(self._members)


def _found(reads: Sequence[Read], rules: ResolutionRules) -> tuple[Hubs, list[Keys]]:
    things = gather_things(reads)
    hubs = find_hubs(things, reads, rules.hubs)
    return hubs, find_keys(reads, things, hubs)


def _compare(
    reads: Sequence[Read], pairs: Pairs, by: tuple[Scorer, ResolutionRules], tell: Tell
) -> Edges:
    """Return the pairs near or above the threshold."""
    scorer, rules = by
    least = rules.threshold - _NEAR
    sieve = Sieve(reads, rules, least)
    ones, others, rated = array("i"), array("i"), array("i")
    for start in range(0, len(pairs), _TELL):
        tell("comparing", start, len(pairs))
        a, b = np.divmod(pairs[start : start + _TELL], len(reads))
        kept = sieve.keep(a, b)
        for one, other in zip(a[kept].tolist(), b[kept].tolist(), strict=True):
            points, _ = scorer.score(reads[one], reads[other])
            if points >= least:
                ones.append(one)
                others.append(other)
                rated.append(points)
    return Edges(*(np.array(column, np.int32) for column in (ones, others, rated)))


def _checked(reads: Sequence[Read]) -> dict[int, dict[str, str]]:
    """Return the numbers with valid check digits, by member and scheme."""
    found: dict[int, dict[str, str]] = {}
    for place, read in enumerate(reads):
        for scheme, number in read.ids:
            if is_checked(scheme, number):
                found.setdefault(place, {})[scheme] = number
    return found


def _entities(
    clusters: Clusters, members: Sequence[Member], earlier: Sequence[Entity]
) -> tuple[Entity, ...]:
    groups = [[members[place] for place in group] for group in clusters.groups()]
    before = {member.id: entity.id for entity in earlier for member in entity.members}
    sizes = {entity.id: len(entity.members) for entity in earlier}
    kept = keep_ids([[member.id for member in group] for group in groups], before, sizes)
    if not earlier:  # otherwise all would be marked new
        kept = [type(each)(id=each.id, change="") for each in kept]
    found = [build_entity(group, own) for group, own in zip(groups, kept, strict=True)]
    return tuple(sorted(found, key=lambda entity: entity.id))
