"""Shortest paths between two parties, with the edges of each step."""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice, pairwise
from math import log1p
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.node.network.graph import NetworkRules, Seen, Ties, profiles_in, ties_of
from tidewaiter.store.network.edges import (
    Ownership,
    Shared,
    Trade,
    owned_of,
    shared_by,
    trade_between,
)
from tidewaiter.store.network.entities import Profile

_TRIED: Final = 200  # shortest paths ranked


class Step(Record, frozen=True, kw_only=True):
    """The edges of a path step."""

    one: int
    other: int
    trade: tuple[Trade, ...]
    things: tuple[Shared, ...]
    owned: tuple[Ownership, ...]


class Way(Record, frozen=True, kw_only=True):
    """A path between parties; those through the least busy parties come first."""

    entities: tuple[int, ...]
    steps: tuple[Step, ...]


class Search(Record, frozen=True, kw_only=True):
    """Result of a path search."""

    ways: tuple[Way, ...]
    profiles: dict[int, Profile]  # parties on the paths
    looked: int  # parties visited
    busy: int  # busy parties not traversed
    length: int  # complete search depth in steps
    stopped: bool  # search limit reached


class _Side:
    """Frontier from one end."""

    def __init__(self, start: int) -> None:
        self.levels: dict[int, int] = {start: 0}
        self.before: dict[int, set[int]] = {start: set()}
        self.front = {start}
        self.level = 0


def find_ways(
    seen: Seen, ends: tuple[int, int], rules: NetworkRules, *, through_busy: bool = False
) -> Search:
    """Find some shortest paths between two parties.

    Args:
        seen: Run and clearance.
        ends: The two.
        rules: Search limits.
        through_busy: Traverse very busy parties, such as forwarders, by their
            strongest edges.
    """
    one, other = sides = _Side(ends[0]), _Side(ends[1])
    busy: set[int] = set()
    meets: set[int] = set(ends) if ends[0] == ends[1] else set()
    stopped = False
    while not meets and one.level + other.level < rules.steps and one.front and other.front:
        if len(one.levels) + len(other.levels) > rules.looked:
            stopped = True
            break
        side = min(sides, key=lambda each: len(each.front))
        busy |= _widen(seen, side, ends, rules, through_busy=through_busy)
        meets = one.levels.keys() & other.levels.keys()
    length = one.level + other.level
    found = list(islice(_ways(one, other, meets), _TRIED))
    profiles = profiles_in(seen, {each for way in found for each in way})
    found.sort(key=lambda way: (len(way), sum(log1p(profiles[e].degree) for e in way), way))
    ways = found[: rules.paths]
    return Search(
        ways=_with_steps(seen, ways),
        profiles={each: profiles[each] for way in ways for each in way},
        looked=len(one.levels) + len(other.levels),
        busy=len(busy),
        length=length,
        stopped=stopped,
    )


def _widen(
    seen: Seen, side: _Side, ends: tuple[int, int], rules: NetworkRules, *, through_busy: bool
) -> set[int]:
    """Expand by one step; return the busy parties where it stopped."""
    profiles = profiles_in(seen, side.front)
    ties = ties_of(seen, profiles, rules.busy, rules, most=rules.shared)
    new: dict[int, set[int]] = {}
    for one, other in _pairs(ties):
        for here, there in ((one, other), (other, one)):
            if here in side.front and there not in side.levels:
                new.setdefault(there, set()).add(here)
    reached = profiles_in(seen, new)
    busy = {
        each
        for each, profile in reached.items()
        if profile.degree > rules.busy and each not in ends and not through_busy
    }
    side.level += 1
    side.front = {each for each in new if each in reached and each not in busy}
    for each in side.front:
        side.levels[each] = side.level
        side.before[each] = new[each]
    return busy


def _pairs(ties: Ties) -> Iterator[tuple[int, int]]:
    for trade in ties.trade:
        yield trade.sender, trade.receiver
    for own in ties.owned:
        yield own.entity, own.owner
    for givers in ties.givers.values():
        for place, one in enumerate(givers):
            for other in givers[place + 1 :]:
                yield one, other


def _ways(one: _Side, other: _Side, meets: Collection[int]) -> Iterator[tuple[int, ...]]:
    """Yield shortest paths through the meeting points of both sides."""
    if not meets:
        return
    least = min(one.levels[each] + other.levels[each] for each in meets)
    for meet in sorted(meets):
        if one.levels[meet] + other.levels[meet] == least:
            for begin in _back(one, meet):
                for end in _back(other, meet):
                    yield (*begin[::-1], *end[1:])


def _back(side: _Side, entity: int) -> Iterator[tuple[int, ...]]:
    """Yield the paths from a party back to its side's end."""
    if not side.before[entity]:
        yield (entity,)
    for before in sorted(side.before[entity]):
        for way in _back(side, before):
            yield (entity, *way)


def _with_steps(seen: Seen, ways: Collection[tuple[int, ...]]) -> tuple[Way, ...]:
    """Read the edges of each step."""
    pairs = sorted({pair for way in ways for pair in pairwise(way)})
    entities = sorted({each for pair in pairs for each in pair})
    trade = trade_between(seen.work, seen.run, pairs)
    shared = shared_by(seen.work, seen.run, entities)
    owned = owned_of(seen.work, seen.run, entities, cleared=seen.cleared)
    steps = {pair: _step(pair, trade, shared, owned) for pair in pairs}
    return tuple(Way(entities=way, steps=tuple(steps[p] for p in pairwise(way))) for way in ways)


def _step(
    pair: tuple[int, int],
    trade: Collection[Trade],
    shared: Mapping[int, Collection[Shared]],
    owned: Collection[Ownership],
) -> Step:
    one, other = pair
    theirs = set(shared.get(other, ()))
    return Step(
        one=one,
        other=other,
        trade=tuple(t for t in trade if {t.sender, t.receiver} == {one, other}),
        things=tuple(thing for thing in shared.get(one, ()) if thing in theirs),
        owned=tuple(o for o in owned if {o.entity, o.owner} == {one, other}),
    )
