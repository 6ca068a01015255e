"""The network around some parties: what is drawn, strongest ties first, and the rest."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Final, Literal, NamedTuple

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.store.core.database import Work
from tidewaiter.store.network.edges import (
    Ownership,
    Shared,
    Trade,
    givers_of,
    owned_of,
    shared_by,
    trade_among,
    trade_of,
)
from tidewaiter.store.network.entities import Profile, profiles_of
from tidewaiter.store.network.trade import Sides


class NetworkRules(Record, frozen=True, kw_only=True):
    """All of the file."""

    version: str
    senders: frozenset[str]
    receivers: frozenset[str]
    drawn: int
    first: int
    more: int
    busy: int
    shared: int
    steps: int
    paths: int
    looked: int

    @property
    def sides(self) -> Sides:
        """Return who sends and who receives."""
        return Sides(self.senders, self.receivers)


@cache
def network_rules() -> NetworkRules:
    """Load the file once.

    Raises:
        RegistryError: It is malformed.
    """
    return read_toml(data("rules", "network.toml"), NetworkRules)


TieKind = Literal["sends", "receives", "identifier", "phone", "email", "address", "owned"]
"""What ties a party to another one: it sent to it; it received from it; both give one number,
telephone, e-mail or address; a list tells that one owns or controls the other."""


class Seen(NamedTuple):
    """Who looks at what: a run of a database, and whether they may see restricted entries."""

    work: Work
    run: int
    cleared: bool


class Ties(NamedTuple):
    """The ties of some parties, as far as they were read."""

    trade: list[Trade]
    things: dict[tuple[str, str], Shared]
    givers: dict[tuple[str, str], list[int]]  # of each thing, as many as were read
    owned: list[Ownership]

    def entities(self) -> set[int]:
        """Return all parties that stand in them."""
        found = {each for tie in self.trade for each in (tie.sender, tie.receiver)}
        found |= {each for some in self.givers.values() for each in some}
        return found | {each for tie in self.owned for each in (tie.entity, tie.owner)}


def ties_of(
    seen: Seen,
    profiles: Mapping[int, Profile],
    limit: int,
    rules: NetworkRules,
    *,
    most: int | None = None,
) -> Ties:
    """Read the ties of parties, those of busy ones as far as a limit.

    Args:
        seen: Who looks at what.
        profiles: The parties.
        limit: Of trade in each direction of a busy party, and of those that give one thing.
        rules: From how many ties on a party is busy.
        most: Pass over things that more parties give; None: none.
    """
    busy = [each for each in profiles.values() if each.degree > rules.busy]
    calm = [each.entity for each in profiles.values() if each.degree <= rules.busy]
    work, run = seen.work, seen.run
    trade = trade_among(work, run, calm, rows=rules.looked)
    for each in busy:
        for sends in (True, False):
            trade += trade_of(work, run, each.entity, sends=sends, rows=limit)
    told = [each.entity for each in profiles.values() if each.ties]
    shared = shared_by(work, run, told, most=most)
    things = {(thing.kind, thing.value): thing for some in shared.values() for thing in some}
    givers = givers_of(work, run, list(things), rows=limit)
    for entity, some in shared.items():  # the one that is asked for stands in it for certain
        for thing in some:
            held = givers[thing.kind, thing.value]
            if entity not in held:
                held.append(entity)
    owned = owned_of(work, run, list(profiles), cleared=seen.cleared)
    unique = {(tie.sender, tie.receiver): tie for tie in trade}
    return Ties(list(unique.values()), things, givers, owned)


def profiles_in(seen: Seen, entities: Collection[int]) -> dict[int, Profile]:
    """Return parties in short."""
    return profiles_of(seen.work, seen.run, entities)


NodeKind = Literal["party", "identifier", "phone", "email", "address", "rest"]
"""A party; a thing that several give; or what stands for parties that are not drawn."""


class Node(Record, frozen=True, kw_only=True):
    """What is drawn as one."""

    id: str
    kind: NodeKind
    label: str
    profile: Profile | None = None  # of a party
    opened: int = 0  # neighbours of each kind that it shows; 0: it is not opened
    hidden: int = 0  # ties of a party that are not drawn; parties that a rest stands for
    of: int | None = None  # the party whose neighbours a rest stands for
    tie: TieKind | None = None  # how these are tied to it
    stage: int = 0  # in which it is placed


class Edge(Record, frozen=True, kw_only=True):
    """A tie that is drawn."""

    a: str  # node; the sender, or the one that is owned
    b: str
    kind: TieKind | Literal["rest"]
    consignments: int = 0
    first: str | None = None
    last: str | None = None
    label: str = ""  # of a thing that both give
    list_name: str = ""  # that tells of ownership
    steps: tuple[str, ...] = ()


class Graph(Record, frozen=True, kw_only=True):
    """What is drawn."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    full: bool  # no more may be drawn


_PARTY: Final = "p"


class _Asked(NamedTuple):
    """One party whose neighbours are shown."""

    entity: int
    limit: int
    stage: int


class Builder:
    """Gathers what is drawn, the start first, until no more may be."""

    def __init__(self, seen: Seen, rules: NetworkRules) -> None:
        self._seen, self._rules = seen, rules
        self._stage: dict[int, int] = {}  # parties that are drawn
        self._opened: dict[int, int] = {}
        self._things: dict[tuple[str, str], tuple[Shared, int]] = {}
        self._gives: dict[tuple[int, tuple[str, str]], None] = {}
        self._rest: dict[str, tuple[Node, str]] = {}
        self._trade: dict[tuple[int, int], Trade] = {}
        self._owned: dict[tuple[int, int], Ownership] = {}
        self.full = False

    def draw(self, entity: int, stage: int) -> bool:
        """Draw a party; tell whether it is drawn."""
        if entity in self._stage:
            return True
        if not self._has_room():
            return False
        self._stage[entity] = stage
        return True

    def _has_room(self) -> bool:
        """Tell whether one more may be drawn; note where none may."""
        self.full = self.full or len(self._stage) + len(self._things) >= self._rules.drawn
        return not self.full

    def open(self, entity: int, limit: int, stage: int) -> None:
        """Show the neighbours of a party, so many of each kind at the most."""
        profile = profiles_in(self._seen, [entity]).get(entity)
        if profile is None or not self.draw(entity, stage):
            return
        self._opened[entity] = limit
        asked = _Asked(entity, limit, stage)
        for sends, total in ((True, profile.receivers), (False, profile.senders)):
            self._open_trade(asked, total, sends=sends)
        if profile.ties:
            self._open_things(asked)
        for own in owned_of(self._seen.work, self._seen.run, [entity], cleared=self._seen.cleared):
            if self.draw(own.owner if own.entity == entity else own.entity, stage):
                self._owned[own.entity, own.owner] = own

    def widen(self, steps: int) -> None:
        """Open further parties step by step, most trade first, while there is room."""
        done = set(self._opened)
        for _ in range(1, steps):
            front = [each for each in self._stage if each not in done]
            profiles = profiles_in(self._seen, front)
            ties = ties_of(
                self._seen, profiles, self._rules.first, self._rules, most=self._rules.shared
            )
            for tie in sorted(ties.trade, key=lambda t: (-t.consignments, t.sender, t.receiver)):
                if self.draw(tie.sender, 0) and self.draw(tie.receiver, 0):
                    self._trade[tie.sender, tie.receiver] = tie
            for thing, givers in sorted(ties.givers.items()):
                for giver in givers:
                    if self.draw(giver, 0):
                        self._give(giver, ties.things[thing], 0)
            done.update(front)

    def graph(self) -> Graph:
        """Return what is drawn, with all ties between those that are."""
        self._tie_all()
        profiles = profiles_in(self._seen, self._stage)
        shown: dict[int, int] = dict.fromkeys(profiles, 0)
        trade = [t for t in self._trade.values() if t.sender in profiles and t.receiver in profiles]
        for tie in trade:
            shown[tie.sender] += 1
            shown[tie.receiver] += 1
        nodes = [
            Node(
                id=f"{_PARTY}{entity}",
                kind="party",
                label=profile.name,
                profile=profile,
                opened=self._opened.get(entity, 0),
                stage=self._stage[entity],
                hidden=max(0, profile.degree - shown[entity]),
            )
            for entity in self._stage
            if (profile := profiles.get(entity)) is not None
        ]
        self._drawn = Counter(key for _, key in self._gives)
        nodes += [self._thing_node(thing, stage) for thing, stage in self._things.values()]
        nodes += [node for node, _ in self._rest.values()]
        return Graph(nodes=tuple(nodes), edges=tuple(self._edges(trade)), full=self.full)

    def _open_trade(self, asked: _Asked, total: int, *, sends: bool) -> None:
        work, run = self._seen.work, self._seen.run
        shown = 0
        for tie in trade_of(work, run, asked.entity, sends=sends, rows=asked.limit):
            if self.draw(tie.receiver if sends else tie.sender, asked.stage):
                self._trade[tie.sender, tie.receiver] = tie
                shown += 1
        self._add_rest(asked, "sends" if sends else "receives", total - shown)

    def _open_things(self, asked: _Asked) -> None:
        work, run = self._seen.work, self._seen.run
        things = shared_by(work, run, [asked.entity]).get(asked.entity, [])[: asked.limit]
        givers = givers_of(work, run, [(t.kind, t.value) for t in things], rows=asked.limit)
        for thing in things:
            self._give(asked.entity, thing, asked.stage)
            for giver in givers[thing.kind, thing.value]:
                if self.draw(giver, asked.stage):
                    self._give(giver, thing, asked.stage)

    def _give(self, entity: int, thing: Shared, stage: int) -> None:
        key = thing.kind, thing.value
        self._things.setdefault(key, (thing, stage))
        self._gives[entity, key] = None

    def _add_rest(self, asked: _Asked, tie: TieKind, hidden: int) -> None:
        if hidden <= 0:
            return
        name = f"r{asked.entity}-{tie}"
        node = Node(
            id=name,
            kind="rest",
            label="",
            hidden=hidden,
            of=asked.entity,
            tie=tie,
            stage=asked.stage,
        )
        self._rest[name] = node, f"{_PARTY}{asked.entity}"

    def _tie_all(self) -> None:
        """Add the trade and the things between parties that are drawn, but of two busy ones."""
        work, run = self._seen.work, self._seen.run
        profiles = profiles_in(self._seen, self._stage)
        calm = [each for each, profile in profiles.items() if profile.degree <= self._rules.busy]
        for tie in trade_among(work, run, calm, rows=self._rules.looked):
            if tie.sender in self._stage and tie.receiver in self._stage:
                self._trade.setdefault((tie.sender, tie.receiver), tie)
        told = [each for each, profile in profiles.items() if profile.ties]
        shared = shared_by(work, run, told, most=self._rules.shared)
        held: dict[tuple[str, str], list[int]] = {}
        for entity, some in shared.items():
            for thing in some:
                held.setdefault((thing.kind, thing.value), []).append(entity)
        for entity, some in shared.items():
            for thing in some:
                key = thing.kind, thing.value
                if key in self._things or (len(held[key]) > 1 and self._has_room()):
                    stage = max(self._stage[each] for each in held[key])
                    self._things.setdefault(key, (thing, stage))
                    self._gives[entity, key] = None

    def _thing_node(self, thing: Shared, stage: int) -> Node:
        key = thing.kind, thing.value
        drawn = self._drawn[key]
        return Node(
            id=_thing_id(key),
            kind=thing.kind,  # type: ignore[arg-type]
            label=thing.label,
            hidden=thing.entities - drawn,
            stage=stage,
        )

    def _edges(self, trade: Sequence[Trade]) -> list[Edge]:
        edges = [
            Edge(
                a=f"{_PARTY}{t.sender}",
                b=f"{_PARTY}{t.receiver}",
                kind="sends",
                consignments=t.consignments,
                first=t.first,
                last=t.last,
            )
            for t in trade
        ]
        edges += [
            Edge(a=f"{_PARTY}{entity}", b=_thing_id(key), kind=key[0])  # type: ignore[arg-type]
            for entity, key in self._gives
        ]
        edges += [
            Edge(
                a=f"{_PARTY}{own.entity}",
                b=f"{_PARTY}{own.owner}",
                kind="owned",
                list_name=own.told.list_name,
                steps=own.told.steps,
            )
            for own in self._owned.values()
        ]
        return edges + [Edge(a=of, b=node.id, kind="rest") for node, of in self._rest.values()]


def _thing_id(key: tuple[str, str]) -> str:
    return f"{key[0]}:{key[1]}"


def build_graph(
    seen: Seen, start: int, opened: Mapping[int, int], steps: int, rules: NetworkRules
) -> Graph:
    """Build what is drawn around a party.

    Args:
        seen: Who looks at what.
        start: The party.
        opened: Further parties whose neighbours are shown, and how many of each kind; in the
            order in which they were opened. The start is among them where it shows more.
        steps: How many steps are opened from the start without being asked, 1 to 3.
        rules: How much is drawn.
    """
    builder = Builder(seen, rules)
    builder.open(start, opened.get(start, rules.first), 0)
    builder.widen(steps)
    for stage, (entity, limit) in enumerate(opened.items(), start=1):
        if entity != start:
            builder.open(entity, limit, stage)
    return builder.graph()
