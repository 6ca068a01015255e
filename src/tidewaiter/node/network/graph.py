"""Graph around some parties: nodes and edges drawn, strongest first, and a summary of others."""

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
    """Content of the file."""

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
        """Return the sending and receiving roles."""
        return Sides(self.senders, self.receivers)


@cache
def network_rules() -> NetworkRules:
    """Load the file once.

    Raises:
        RegistryError: It is malformed.
    """
    return read_toml(data("rules", "network.toml"), NetworkRules)


TieKind = Literal["sends", "receives", "identifier", "phone", "email", "address", "owned"]
"""Type of an edge: sent to; received from; shared number, telephone, e-mail or address; listed
ownership or control."""


class Seen(NamedTuple):
    """Scope of a query: the run, and the reader's clearance."""

    work: Work
    run: int
    cleared: bool


class Ties(NamedTuple):
    """Edges of some parties, as far as read."""

    trade: list[Trade]
    things: dict[tuple[str, str], Shared]
    givers: dict[tuple[str, str], list[int]]  # of each identifier, as far as read
    owned: list[Ownership]

    def entities(self) -> set[int]:
        """Return all parties in them."""
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
    """Read the edges of parties, with a limit for busy ones.

    Args:
        seen: Run and clearance.
        profiles: The parties.
        limit: Maximum partners per direction of a busy party, and parties per identifier.
        rules: Number of connections that makes a party busy.
        most: Skip identifiers of more parties than this; None: no limit.
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
    for entity, some in shared.items():  # includes the party asked for
        for thing in some:
            held = givers[thing.kind, thing.value]
            if entity not in held:
                held.append(entity)
    owned = owned_of(work, run, list(profiles), cleared=seen.cleared)
    unique = {(tie.sender, tie.receiver): tie for tie in trade}
    return Ties(list(unique.values()), things, givers, owned)


def profiles_in(seen: Seen, entities: Collection[int]) -> dict[int, Profile]:
    """Return party summaries."""
    return profiles_of(seen.work, seen.run, entities)


NodeKind = Literal["party", "identifier", "phone", "email", "address", "rest"]
"""A party, a shared identifier, or a placeholder for parties not drawn."""


class Node(Record, frozen=True, kw_only=True):
    """A node of the drawing."""

    id: str
    kind: NodeKind
    label: str
    profile: Profile | None = None  # of a party
    opened: int = 0  # neighbours shown per kind; 0: not expanded
    hidden: int = 0  # edges not drawn; for a placeholder, parties it represents
    of: int | None = None  # for a placeholder: the party with these neighbours
    tie: TieKind | None = None  # their type of edge
    stage: int = 0  # layout stage


class Edge(Record, frozen=True, kw_only=True):
    """An edge of the drawing."""

    a: str  # node; the sender, or the owned party
    b: str
    kind: TieKind | Literal["rest"]
    consignments: int = 0
    first: str | None = None
    last: str | None = None
    label: str = ""  # of the shared identifier
    list_name: str = ""  # source of the ownership
    steps: tuple[str, ...] = ()


class Graph(Record, frozen=True, kw_only=True):
    """The graph to draw."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    full: bool  # limit reached


_PARTY: Final = "p"


class _Asked(NamedTuple):
    """An expanded party."""

    entity: int
    limit: int
    stage: int


class Builder:
    """Builds the graph from the start until the limit."""

    def __init__(self, seen: Seen, rules: NetworkRules) -> None:
        self._seen, self._rules = seen, rules
        self._stage: dict[int, int] = {}  # parties drawn
        self._opened: dict[int, int] = {}
        self._things: dict[tuple[str, str], tuple[Shared, int]] = {}
        self._gives: dict[tuple[int, tuple[str, str]], None] = {}
        self._rest: dict[str, tuple[Node, str]] = {}
        self._trade: dict[tuple[int, int], Trade] = {}
        self._owned: dict[tuple[int, int], Ownership] = {}
        self.full = False

    def draw(self, entity: int, stage: int) -> bool:
        """Draw a party; return whether it is drawn."""
        if entity in self._stage:
            return True
        if not self._has_room():
            return False
        self._stage[entity] = stage
        return True

    def _has_room(self) -> bool:
        """Return whether there is room for one more; record if not."""
        self.full = self.full or len(self._stage) + len(self._things) >= self._rules.drawn
        return not self.full

    def open(self, entity: int, limit: int, stage: int) -> None:
        """Show a party's neighbours, up to a number per kind."""
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
        """Expand further parties step by step, most trade first, while there is room."""
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
        """Return the graph, with all edges between drawn parties."""
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
        """Add trade and shared identifiers between drawn parties, except between two busy ones."""
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
    """Build the graph around a party.

    Args:
        seen: Run and clearance.
        start: The party.
        opened: Further expanded parties and their neighbours per kind, in order; includes the
            start if it shows more.
        steps: Automatic expansion depth, 1 to 3.
        rules: Limits.
    """
    builder = Builder(seen, rules)
    builder.open(start, opened.get(start, rules.first), 0)
    builder.widen(steps)
    for stage, (entity, limit) in enumerate(opened.items(), start=1):
        if entity != start:
            builder.open(entity, limit, stage)
    return builder.graph()
