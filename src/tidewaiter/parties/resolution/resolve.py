"""Resolution: members compared, linked and joined to entities."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from tidewaiter.parties.resolution.blocking import Keys, Pairs, find_keys, find_pairs
from tidewaiter.parties.resolution.clusters import Clusters, Edges, build_clusters
from tidewaiter.parties.resolution.entities import build_entity, keep_ids
from tidewaiter.parties.resolution.facts import ResolutionRules, resolution_rules
from tidewaiter.parties.resolution.identifiers import is_checked
from tidewaiter.parties.resolution.judgements import last_words, places_of
from tidewaiter.parties.resolution.linking import Linker, Links, place_in, places_in
from tidewaiter.parties.resolution.members import read_members
from tidewaiter.parties.resolution.reading import Read
from tidewaiter.parties.resolution.scoring import Scorer
from tidewaiter.parties.resolution.sieve import Sieve
from tidewaiter.parties.resolution.things import Hubs, find_hubs, gather_things
from tidewaiter.parties.resolution.types import Entity, Judgement, Member

_NEAR: Final = 10  # points below the threshold at which a link is still shown
_TELL: Final = 1 << 16  # members or pairs between two words about how far it is

Tell = Callable[[str, int, int], None]
"""Takes what is under way, how much of it is done, and how much there is."""


class Resolution(NamedTuple):
    """What resolution gives."""

    entities: tuple[Entity, ...]  # by their ids
    links: Links  # joined, judged, barred, and a little below; by members
    reads: Mapping[str, Read]  # each member, read
    compared: int  # pairs


def resolve(
    members: Iterable[Member],
    judgements: Iterable[Judgement] = (),
    earlier: Iterable[Entity] = (),
    *,
    tell: Tell = lambda _what, _done, _all: None,
) -> Resolution:
    """Find which members are one party.

    What is joined depends on the members and the judgements, not on their order. Only the ids
    of entities depend on the earlier ones.

    Args:
        members: Ways in which parties are written; no two with one id.
        judgements: What people said, in the order of the file.
        earlier: Entities of an earlier resolution, whose ids are kept.
        tell: Called now and then.

    Raises:
        InputError: The judgements contradict each other.
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
    """What was read, by the id of the member; without a table, which takes a tenth of it all."""

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
    """Return the pairs that come near the threshold, or reach it."""
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
    """Return the numbers whose check digits are right, by member and scheme."""
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
    if not earlier:  # all would be new
        kept = [type(each)(id=each.id, change="") for each in kept]
    found = [build_entity(group, own) for group, own in zip(groups, kept, strict=True)]
    return tuple(sorted(found, key=lambda entity: entity.id))
