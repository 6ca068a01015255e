"""Clustering: links joined to entities, the strongest first, with names and ids that are kept."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.parties.resolution.types import Entity, Member

_CHUNK: Final = 1 << 16  # edges that are Python's numbers at once


class Edges(NamedTuple):
    """Pairs of members by their places, the lower one first; and their points. Sorted by places."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    points: NDArray[np.int32]

    def where(self, chosen: NDArray[np.bool_]) -> "Edges":
        """Return some of them."""
        return Edges(self.a[chosen], self.b[chosen], self.points[chosen])

    def triples(self) -> Iterator[tuple[int, int, int]]:
        """Yield them one by one."""
        for begin in range(0, len(self.a), _CHUNK):
            part = (column[begin : begin + _CHUNK].tolist() for column in self)
            yield from zip(*part, strict=True)

    def by_places(self) -> "Edges":
        """Return them sorted by places."""
        order = np.lexsort((self.b, self.a))
        return Edges(self.a[order], self.b[order], self.points[order])

    def strongest(self) -> "Edges":
        """Return them by falling points; those of equal points by places."""
        order = np.argsort(-self.points, kind="stable")
        return Edges(self.a[order], self.b[order], self.points[order])


class Clusters:
    """A partition of members that grows by joining; no join breaks what forbids it."""

    def __init__(self, count: int, checked: Mapping[int, Mapping[str, str]]) -> None:
        """Begin with each member apart.

        Args:
            count: Members.
            checked: Numbers with right check digits by scheme, of the members that have any;
                two of one scheme that differ are never in one cluster.
        """
        self._parent = array("i", range(count))
        self._size = array("i", [1]) * count
        self._numbers = {place: dict(numbers) for place, numbers in checked.items() if numbers}
        self._foes: dict[int, set[int]] = {}

    def find(self, place: int) -> int:
        """Return the member that stands for the cluster of another one."""
        root = place
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[place] != root:
            self._parent[place], place = root, self._parent[place]
        return root

    def forbid(self, a: int, b: int) -> None:
        """Keep two members apart from now on."""
        self._foes.setdefault(self.find(a), set()).add(b)
        self._foes.setdefault(self.find(b), set()).add(a)

    def bar(self, a: int, b: int) -> str:
        """Say what forbids that two clusters are joined; "" where nothing does."""
        one, other = self.find(a), self.find(b)
        if one == other:
            return ""
        foes, against = self._foes.get(one, ()), other
        if len(self._foes.get(other, ())) < len(foes):
            foes, against = self._foes.get(other, ()), one
        if any(self.find(foe) == against for foe in foes):
            return "a person said that members of the two are not the same"
        ours, theirs = self._numbers.get(one, {}), self._numbers.get(other, {})
        for scheme in sorted(ours.keys() & theirs.keys()):
            if ours[scheme] != theirs[scheme]:
                return f"{scheme} {ours[scheme]} and {theirs[scheme]} stand for two parties"
        return ""

    def join(self, a: int, b: int) -> bool:
        """Join two clusters; tell whether they were apart."""
        one, other = self.find(a), self.find(b)
        if one == other:
            return False
        if self._size[one] < self._size[other]:
            one, other = other, one
        self._parent[other] = one
        self._size[one] += self._size[other]
        if other in self._foes:
            self._foes.setdefault(one, set()).update(self._foes.pop(other))
        if other in self._numbers:
            self._numbers[one] = self._numbers.get(one, {}) | self._numbers.pop(other)
        return True

    def groups(self) -> list[list[int]]:
        """Return the clusters, each with its members in order, by their first members."""
        found: dict[int, list[int]] = {}
        for place in range(len(self._parent)):
            found.setdefault(self.find(place), []).append(place)
        return list(found.values())


def build_clusters(
    ids: Sequence[str],
    checked: Mapping[int, Mapping[str, str]],
    edges: Edges,
    same: Sequence[tuple[int, int]],
    apart: Sequence[tuple[int, int]],
) -> tuple[Clusters, dict[tuple[int, int], str]]:
    """Build the clusters of members whose places depend on what they are, not when they came.

    Args:
        ids: Of the members, for errors.
        checked: See `Clusters`.
        edges: That reach the threshold.
        same: Pairs that a person joined; they go first, whatever else speaks against it.
        apart: Pairs that a person keeps apart.

    Returns:
        The clusters, and for each edge that was not followed, why.

    Raises:
        InputError: What people said contradicts itself.
    """
    clusters = Clusters(len(ids), checked)
    for a, b in sorted(same):
        clusters.join(a, b)
    for a, b in sorted(apart):
        if clusters.find(a) == clusters.find(b):
            raise InputError("parties/judgements-contradict", at=f"{ids[a]}, {ids[b]}")
        clusters.forbid(a, b)
    barred: dict[tuple[int, int], str] = {}
    for a, b, _ in edges.strongest().triples():
        if why := clusters.bar(a, b):
            barred[a, b] = why
        else:
            clusters.join(a, b)
    return clusters, barred


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
