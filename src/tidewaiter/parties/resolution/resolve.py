"""Resolution: members compared, linked and joined to entities."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from tidewaiter.base.records import Record
from tidewaiter.parties.resolution.blocking import Pairs, find_pairs
from tidewaiter.parties.resolution.clusters import Clusters, Edge, build_clusters
from tidewaiter.parties.resolution.entities import build_entity, keep_ids
from tidewaiter.parties.resolution.facts import ResolutionRules, resolution_rules
from tidewaiter.parties.resolution.identifiers import is_checked
from tidewaiter.parties.resolution.judgements import last_words, places_of
from tidewaiter.parties.resolution.reading import Read, read_written
from tidewaiter.parties.resolution.scoring import Scorer
from tidewaiter.parties.resolution.things import find_hubs
from tidewaiter.parties.resolution.types import Entity, Judgement, Link, Member, Outcome

_NEAR: Final = 10  # points below the threshold at which a link is still shown
_TELL: Final = 1 << 14  # members or pairs between two words about how far it is

Tell = Callable[[str, int, int], None]
"""Takes what is under way, how much of it is done, and how much there is."""


class Resolution(Record, frozen=True, kw_only=True):
    """What resolution gives."""

    entities: tuple[Entity, ...]  # by their ids
    links: tuple[Link, ...]  # joined, judged, barred, and a little below; by members
    reads: dict[str, Read]  # each member, read
    compared: int  # pairs


class _Compared(NamedTuple):
    edges: list[Edge]  # that reach the threshold
    shown: list[Edge]  # and those a little below
    pairs: int


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
    reads = _read(held, tell)
    rules = resolution_rules()
    hubs = find_hubs(reads, rules.hubs)
    scorer = Scorer(rules, hubs)
    compared = _compare(reads, find_pairs(reads, hubs), (scorer, rules), tell)
    places = {member.id: place for place, member in enumerate(held)}
    judged = last_words(judgements)
    same, apart = (places_of(judged, places, verdict) for verdict in ("same", "not same"))
    clusters, barred = build_clusters(list(places), _checked(reads), compared.edges, same, apart)
    linker = _Linker(held, reads, scorer, rules.threshold)
    links = [linker.link(edge, barred.get((edge.a, edge.b), "")) for edge in compared.shown]
    links += [linker.judged(each, places) for each in judged.values() if _known(each, places)]
    return Resolution(
        entities=_entities(clusters, held, list(earlier)),
        links=_without_doubles(links),
        reads={member.id: read for member, read in zip(held, reads, strict=True)},
        compared=compared.pairs,
    )


def _read(members: Sequence[Member], tell: Tell) -> list[Read]:
    found = []
    for number, member in enumerate(members):
        if number % _TELL == 0:
            tell("reading parties", number, len(members))
        found.append(read_written(member.written))
    return found


def _compare(
    reads: Sequence[Read], pairs: Pairs, by: tuple[Scorer, ResolutionRules], tell: Tell
) -> _Compared:
    scorer, rules = by
    edges, shown = [], []
    for start in range(0, len(pairs), _TELL):
        tell("comparing", start, len(pairs))
        for a, b in pairs[start : start + _TELL].tolist():
            points, _ = scorer.score(reads[a], reads[b])
            if points >= rules.threshold - _NEAR:
                shown.append(Edge(a, b, points))
                if points >= rules.threshold:
                    edges.append(shown[-1])
    return _Compared(edges, shown, len(pairs))


def _checked(reads: Sequence[Read]) -> dict[int, dict[str, str]]:
    """Return the numbers whose check digits are right, by member and scheme."""
    found: dict[int, dict[str, str]] = {}
    for place, read in enumerate(reads):
        for scheme, number in read.ids:
            if is_checked(scheme, number):
                found.setdefault(place, {})[scheme] = number
    return found


class _Linker:
    """Puts links into words."""

    def __init__(
        self, members: Sequence[Member], reads: Sequence[Read], scorer: Scorer, threshold: int
    ) -> None:
        self._members = members
        self._reads = reads
        self._scorer = scorer
        self._threshold = threshold

    def link(self, edge: Edge, bar: str) -> Link:
        """Make the link of two members that were compared."""
        outcome: Outcome = "joined" if edge.points >= self._threshold else "below"
        return self._link(edge.a, edge.b, "barred" if bar else outcome, bar)

    def judged(self, judgement: Judgement, places: dict[str, int]) -> Link:
        """Make the link of two members on which a person judged."""
        a, b = sorted((places[judgement.a], places[judgement.b]))
        said = f"{judgement.verdict}: {judgement.who}, {judgement.when}: {judgement.why}"
        return self._link(a, b, "judged" if judgement.verdict == "same" else "barred", said)

    def _link(self, a: int, b: int, outcome: Outcome, note: str) -> Link:
        points, said = self._scorer.score(self._reads[a], self._reads[b])
        return Link(
            a=self._members[a].id,
            b=self._members[b].id,
            points=points,
            outcome=outcome,
            reasons=self._scorer.reasons(said),
            note=note,
        )


def _known(judgement: Judgement, places: dict[str, int]) -> bool:
    decided = judgement.verdict != "undecided"
    return decided and judgement.a in places and judgement.b in places


def _without_doubles(links: Iterable[Link]) -> tuple[Link, ...]:
    """Keep one link for each pair: what a person judged stands last, and counts."""
    found = {(link.a, link.b): link for link in links}
    return tuple(found[pair] for pair in sorted(found))


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
