"""Ownership and control: links between entries of all lists, and paths along them.

Lists and registers state "owned by", "controls" and similar links. Entries of several lists are
taken for one party if they share an identifier that belongs to one party, or bear the same name and
nothing contradicts that; so the owner in one list may be the blocked entry of another. Whether a
link makes a firm blocked is a question of law: `assessment`.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.plain_text import plain
from tidewaiter.parties.ownership.identity import Joined, join_entries
from tidewaiter.parties.ownership.rules import ownership_rules
from tidewaiter.parties.ownership.shares import percent_of
from tidewaiter.parties.types import NO_EFFECT, ListedParty, ListVersion, Tie

_UP = frozenset(("owned-by", "controlled-by", "operated-by"))
_DOWN = {"owns": "owned-by", "controls": "controlled-by", "operates": "operated-by"}
_ENDS = {"owned-by": "owner", "controlled-by": "controller", "operated-by": "operator"}
_FORMER = "formerly-"
_WAYS = 2_000  # maximum paths examined per entry; a hostile list may link everything
_MONTHS: Final = 12
_YEAR, _MONTH, _DAY = 4, 7, 10  # characters of a year, a month and a day


class ListedEntry(NamedTuple):
    """An entry, and the list that it is on."""

    version: ListVersion
    party: ListedParty


class Step(NamedTuple):
    """One link of a path."""

    says: Phrase  # "owned by X (60 %)"
    party: ListedParty | None  # target; None: not an entry of any list
    named: str  # name used by the list
    former: bool
    control: bool  # control, not ownership
    version: ListVersion | None = None  # list of the target


class Chain(NamedTuple):
    """A path from an entry to another, listed or not."""

    steps: tuple[Step, ...]
    up: bool  # the path leads to owners or controllers; otherwise to owned or controlled parties

    @property
    def end(self) -> ListedParty | None:
        """Return the entry at the end."""
        return self.steps[-1].party

    @property
    def former(self) -> bool:
        """Return whether a link of the path is former."""
        return any(step.former for step in self.steps)

    @property
    def control(self) -> bool:
        """Return whether a link of the path is control or operation."""
        return any(step.control for step in self.steps)

    @property
    def confidential(self) -> bool:
        """Return whether an entry on the path is visible to the authority only."""
        return any(step.party is not None and step.party.confidential for step in self.steps)


class Edge(NamedTuple):
    """One link, from the owned party to the owner."""

    owner: str  # node, or the name of an owner without an entry
    owned: str
    kind: str  # owned-by, controlled-by, operated-by
    share: str
    former: bool
    tie: Tie
    version: ListVersion  # of the list that states it


Lists = Iterable[tuple[ListVersion, Sequence[ListedParty]]]


class Ownership:
    """The ownership links of all lists."""

    def __init__(self, lists: Lists, *, restricted: bool = True, day: date | None = None) -> None:
        """Set the entries of the lists.

        Args:
            lists: All lists with their entries, including those visible to the authority only.
            restricted: Follow links of such entries; otherwise they are treated as absent.
            day: Links with dates hold on this day or not; None: those with an end do not.
        """
        held = [(version, tuple(parties)) for version, parties in lists]
        self._day = day
        self._counted: frozenset[str] | None = None
        self._hidden = frozenset(_hidden(held)) if not restricted else frozenset()
        if not restricted:
            held = [(v, tuple(p for p in parties if not p.confidential)) for v, parties in held]
        tied = any(party.ties for _, parties in held for party in parties)
        self._joined: Joined = join_entries(held) if tied else Joined({}, {})
        self._members: dict[str, list[ListedEntry]] = {}
        self._names: dict[str, set[str]] = {}  # plain name -> nodes
        self._own_names: dict[tuple[str, str], list[str]] = {}  # slug and plain name -> nodes
        self.owners: defaultdict[str, list[Edge]] = defaultdict(list)
        self.owned: defaultdict[str, list[Edge]] = defaultdict(list)
        for version, parties in held:
            for party in parties:
                node = self.node(version.slug, party.id)
                self._members.setdefault(node, []).append(ListedEntry(version, party))
        if tied:
            self._take_names()
            for version, parties in held:
                for party in parties:
                    self._take_ties(version, party)

    def _take_names(self) -> None:
        for node, members in self._members.items():
            for version, party in members:
                for name in {plain(each.text) for each in party.names}:
                    self._names.setdefault(name, set()).add(node)
                    own = self._own_names.setdefault((version.slug, name), [])
                    if node not in own:
                        own.append(node)

    def _take_ties(self, version: ListVersion, party: ListedParty) -> None:
        for tie in party.ties:
            edge = self._edge(version, party, tie)
            if edge is not None:
                self.owners[edge.owned].append(edge)
                self.owned[edge.owner].append(edge)

    def node(self, slug: str, entry: str) -> str:
        """Return the node of an entry; entries taken for one party have one node."""
        key = key_of(slug, entry)
        return self._joined.nodes.get(key, key)

    def members(self, node: str) -> Sequence[ListedEntry]:
        """Return the entries of a node, in the order of the lists."""
        return self._members.get(node, ())

    def joined(self, node: str) -> str:
        """Return how the entries of a node were brought together; "": it has one."""
        return self._joined.how.get(node, "") if len(self.members(node)) > 1 else ""

    def name(self, node: str) -> str:
        """Return the name of a node: that of a listed entry, if it has one."""
        entry = self._shown(node)
        return entry.party.names[0].text if entry else node

    def chains(self, slug: str, party: ListedParty, most: int) -> tuple[Chain, ...]:
        """List the paths from an entry, shortest first, paths to owners before others.

        A path ends at a blocked entry. There is one for each entry with an action on a list, and
        for each direct link to a party that is not an entry.

        Args:
            slug: The list of the entry.
            party: An entry of it.
            most: Maximum length of a path.
        """
        node = self.node(slug, party.id)
        found = [*self._walk(node, most, up=True), *self._walk(node, most, up=False)]
        return tuple(sorted(found, key=lambda chain: (len(chain.steps), not chain.up)))

    def blocked_share(self, slug: str, party: ListedParty) -> Decimal | None:
        """Return the total share of blocked owners, as stated by the lists; None: not stated.

        An owner counts if it is blocked, or owned to half or more by such owners.
        """
        return self._share(self.node(slug, party.id), self._counting())

    def concerned(self, most: int) -> frozenset[str]:
        """Return the nodes that a listed party owns or controls at any distance, or that own one.

        Args:
            most: Maximum length of a path to a party that is owned.
        """
        listed = [node for node in self._members if self._acts(node)]
        down = set(listed)
        todo = deque(listed)
        while todo:
            for edge in self.owned.get(todo.popleft(), ()):
                if edge.owned not in down:
                    down.add(edge.owned)
                    todo.append(edge.owned)
        up, front = set(listed), listed
        for _ in range(most):
            front = [e.owner for n in front for e in self.owners.get(n, ()) if e.owner not in up]
            up.update(front)
        return frozenset(down | up)

    def related(self, places: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return entries, by list and id, and all that links lead to from them, either way."""
        reached = {self.node(slug, entry) for slug, entry in places}
        todo = list(reached)
        while todo:
            node = todo.pop()
            near = {edge.owner for edge in self.owners.get(node, ())}
            near |= {edge.owned for edge in self.owned.get(node, ())}
            todo += near - reached
            reached |= near
        return frozenset(
            (version.slug, party.id) for node in reached for version, party in self.members(node)
        )

    def _counting(self) -> frozenset[str]:
        """Return the nodes whose shares count, computed down from the blocked ones; cached."""
        if self._counted is None:
            found = {node for node in self._members if self.is_blocked(node)}
            new = deque(found)
            while new:
                for edge in self.owned.get(new.popleft(), ()):
                    share = None if edge.owned in found else self._share(edge.owned, found)
                    if share is not None and share >= ownership_rules().least_percent:
                        found.add(edge.owned)
                        new.append(edge.owned)
            self._counted = frozenset(found)
        return self._counted

    def is_blocked(self, node: str) -> bool:
        """Return whether a list blocks a party."""
        return any(entry.party.action == "blocked" for entry in self.members(node))

    def _acts(self, node: str) -> bool:
        """Return whether a list has an effect on a party."""
        return any(entry.party.action not in NO_EFFECT for entry in self.members(node))

    def _share(self, key: str, counting: AbstractSet[str]) -> Decimal | None:
        shares: dict[str, Decimal] = {}
        for edge in self.owners.get(key, ()):
            share = percent_of(edge.share)
            if edge.kind == "owned-by" and edge.owner in counting and not edge.former and share:
                shares[edge.owner] = max(share, shares.get(edge.owner, share))
        return min(sum(shares.values(), Decimal(0)), Decimal(100)) if shares else None

    def _walk(self, start: str, most: int, *, up: bool) -> Iterator[Chain]:
        """Yield the shortest path to each node; each node is visited once, so cycles end."""
        seen = {start}
        ways: deque[tuple[str, tuple[Step, ...]]] = deque([(start, ())])
        looked = 0
        while ways and looked < _WAYS:
            here, way = ways.popleft()
            for edge in (self.owners if up else self.owned).get(here, ()):
                key = edge.owner if up else edge.owned
                looked += 1
                if key in seen:
                    continue
                seen.add(key)
                step = self._step(edge, key, up=up)
                longer = (*way, step)
                if step.party is None:
                    if not way:
                        yield Chain(longer, up)
                    continue
                if self._acts(key):
                    yield Chain(longer, up)
                if not self.is_blocked(key) and len(longer) < most:
                    ways.append((key, longer))

    def _shown(self, node: str) -> ListedEntry | None:
        """Return the entry that stands for a node: a blocked one first, then a listed one."""
        members = self.members(node)
        for wanted in (
            [each for each in members if each.party.action == "blocked"],
            [each for each in members if each.party.action not in NO_EFFECT],
            members,
        ):
            if wanted:
                return wanted[0]
        return None

    def _step(self, edge: Edge, key: str, *, up: bool) -> Step:
        entry = self._shown(key)
        party = entry.party if entry else None
        named = party.names[0].text if party else key
        code = edge.kind if up else _ENDS[edge.kind]
        once = _FORMER if edge.former else ""
        share = f" ({edge.share})" if edge.share else ""
        says = Phrase(f"tie/{once}{code}", name=f"{named}{share}")
        version = entry.version if entry else None
        return Step(says, party, named, edge.former, edge.kind != "owned-by", version)

    def _edge(self, version: ListVersion, party: ListedParty, tie: Tie) -> Edge | None:
        """Orient an ownership or control link from the owned party to the owner."""
        kind = tie.kind.removeprefix(_FORMER)
        if (kind not in _UP and kind not in _DOWN) or self._is_to_come(tie):
            return None
        former = kind != tie.kind or "former" in tie.note.casefold() or self._is_over(tie)
        here, other = self.node(version.slug, party.id), self.find(tie.party, version.slug)
        if not other or other == here:
            return None
        down = kind in _DOWN
        owner, owned = (here, other) if down else (other, here)
        return Edge(owner, owned, _DOWN.get(kind, kind), tie.share, former, tie, version)

    def _is_over(self, tie: Tie) -> bool:
        """Return whether a link has ended on the day."""
        if not tie.until:
            return False
        return self._day is None or first_day(tie.until) <= self._day

    def _is_to_come(self, tie: Tie) -> bool:
        """Return whether a link has not begun on the day."""
        return bool(tie.since and self._day is not None and first_day(tie.since) > self._day)

    def find(self, said: str, slug: str) -> str:
        """Return the node of the party named in a link; if none or several match, the text itself.

        The text is an id of the same list, a list and an id ("ofac-sdn 12345"), or a name: of an
        entry of the same list, else of one party on any list. "": it may be a hidden entry.
        """
        said = said.strip()
        if key_of(slug, said) in self._hidden or plain(said) in self._hidden:
            return ""
        node = self.node(slug, said)
        if node in self._members:
            return node
        node = self.node(*said.split(" ", 1)) if " " in said else said
        if node in self._members:
            return node
        own = self._own_names.get((slug, plain(said)), [])
        if own:
            return own[0] if len(own) == 1 else said
        nodes = self._names.get(plain(said), set())
        return next(iter(nodes)) if len(nodes) == 1 else said


def is_ownership(tie: Tie) -> bool:
    """Return whether a link is ownership, control or operation, current or former."""
    kind = tie.kind.removeprefix(_FORMER)
    return kind in _UP or kind in _DOWN


def key_of(slug: str, entry: str) -> str:
    """Return the key of an entry among all lists."""
    return f"{slug} {entry}" if slug else entry


def _hidden(lists: Lists) -> Iterator[str]:
    """Yield keys and plain names of the entries that only the authority sees."""
    for version, parties in lists:
        for party in parties:
            if party.confidential:
                yield key_of(version.slug, party.id)
                yield from (plain(name.text) for name in party.names)


def first_day(text: str) -> date:
    """Return the first day of a date, full or partial; an invalid one lies in the past."""
    try:
        parts = [int(part) for part in text[:_DAY].split("-")]
        year, month, day = [*parts, 1, 1][:3]
        return date(year, month, day)
    except (TypeError, ValueError):
        return date.min
