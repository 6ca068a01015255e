"""Entities: clusters given names and ids, which are kept when data is added."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, count

from tidewaiter.base.records import Record
from tidewaiter.parties.resolution.types import Entity, Member


class Kept(Record, frozen=True, kw_only=True):
    """The id of a cluster, and what became of it since the earlier file."""

    id: str
    change: str
    earlier: tuple[str, ...] = ()


def keep_ids(
    clusters: Sequence[Sequence[str]], earlier: Mapping[str, str], sizes: Mapping[str, int]
) -> list[Kept]:
    """Give each cluster an id: the earlier one of most of its members, or a new one.

    Args:
        clusters: The ids of the members of each, sorted.
        earlier: Entity of each member in the earlier file.
        sizes: Members of each earlier entity.

    Returns:
        One for each cluster; no two ids are the same.
    """
    nobody = Counter[str]()
    shares = [
        Counter(earlier[m] for m in members if m in earlier) if earlier else nobody
        for members in clusters
    ]
    wishes = [
        (-number, entity, members[0], place)
        for place, (members, share) in enumerate(zip(clusters, shares, strict=True))
        for entity, number in share.items()
    ]
    given: dict[int, str] = {}
    taken: set[str] = set()
    for _, entity, _, place in sorted(wishes):
        if place not in given and entity not in taken:
            given[place] = entity
            taken.add(entity)
    taken.update(sizes)
    return [
        _kept(place, members, shares[place], given, (taken, sizes))
        for place, members in enumerate(clusters)
    ]


def _kept(
    place: int,
    members: Sequence[str],
    share: Counter[str],
    given: Mapping[int, str],
    known: tuple[set[str], Mapping[str, int]],
) -> Kept:
    taken, sizes = known
    if place not in given:
        own = _free(members, taken)
        return Kept(id=own, change="split" if share else "new", earlier=tuple(sorted(share)))
    own = given[place]
    others = tuple(sorted(set(share) - {own}))
    if others:
        change = "merged"
    elif share[own] < sizes[own]:
        change = "split"
    else:
        change = "grown" if len(members) > share[own] else ""
    return Kept(id=own, change=change, earlier=others)


def _free(members: Sequence[str], taken: set[str]) -> str:
    """Take the id of the first member that no entity has taken."""
    tries = (f"e-{member.removeprefix('p-')}" for member in members)
    further = (f"e-{members[0].removeprefix('p-')}-{number}" for number in count(2))
    own = next(each for each in chain(tries, further) if each not in taken)
    taken.add(own)
    return own


def build_entity(members: Sequence[Member], kept: Kept) -> Entity:
    """Build an entity of its members."""
    names: Counter[str] = Counter()
    countries: Counter[str] = Counter()
    for member in members:
        names[member.written.name.strip()] += member.count
        countries[member.written.country.strip()] += member.count
    names.pop("", None)
    countries.pop("", None)
    days = [day for member in members for day in (member.first, member.last) if day]
    ordered = _by_count(names)
    return Entity(
        id=kept.id,
        name=ordered[0] if ordered else "",
        names=ordered,
        countries=_by_count(countries),
        roles=tuple(sorted({role for member in members for role in member.roles})),
        first=min(days, default=None),
        last=max(days, default=None),
        lines=sum(member.count for member in members),
        members=tuple(members),
        change=kept.change,
        earlier=kept.earlier,
    )


def _by_count(counted: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(counted, key=lambda each: (-counted[each], len(each), each)))
