"""Members on a day, as known to this node, and their pending answers.

Relations of a node and its peer decide membership; member lists do not. Silence is never declared:
it is derived from missing activity.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal, TypeVar

from msgspec import structs

from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.member_lists import Endorsed, Group
from tidewaiter.exchange.coalition.outcomes import Freeze, Heard, Watched
from tidewaiter.exchange.notices.state import state_of
from tidewaiter.exchange.notices.types import Amended, Queried, Sent
from tidewaiter.exchange.protocol.relations import Standing

Declared = Literal["invited", "joined", "frozen", "left"]
State = Literal["invited", "joined", "frozen", "left", "silent"]

PATIENCE = 30  # days, unless configured


class Move(Record, frozen=True, kw_only=True):
    """A change of a relation: this node's own, or the peer's as reported."""

    node: str  # the peer
    by: Literal["own", "peer"]
    to: Standing
    day: date  # when this node did it or received it
    reason: str = ""


class Sign(Record, frozen=True, kw_only=True):
    """A day of activity of a node: a message, a receipt or a query."""

    node: str
    day: date


class Pending(Record, frozen=True, kw_only=True):
    """Something that awaits a node's answer."""

    node: str
    what: str  # "notice DE-2026-0007"
    since: date
    until: date | None = None  # day of the answer; None: unanswered


N = TypeVar("N", Sign, Pending)


class Statement(Record, frozen=True, kw_only=True):
    """A statement about a member."""

    says: Standing | Declared
    day: date  # of the statement
    since: date  # effective date as stated
    source: Literal["own", "peer", "roster"]
    told: str = ""  # the reason; for a member list, its id and version


class Silence(Record, frozen=True, kw_only=True):
    """No activity although something is pending."""

    since: date  # last activity or start of waiting, whichever is later
    days: int  # since then, without days of a frozen channel
    waiting: tuple[str, ...]


class Member(Record, frozen=True, kw_only=True):
    """A node and its participation on a day."""

    node: str
    name: str  # from a member list; "": in none
    country: str
    state: State | None  # None: in a member list, without a relation
    declared: Declared | None  # disregarding silence
    since: date | None  # start of the declared state
    silence: Silence | None
    statements: tuple[Statement, ...]  # by day; complete

    @property
    def disputed(self) -> bool:
        """Return whether a member list's latest version contradicts the relations.

        A frozen node still participates: member lists do not know of channels between two nodes.
        """
        rosters = [each.says for each in self.statements if each.source == "roster"]
        known = "joined" if self.declared == "frozen" else self.declared
        return any(each != known for each in rosters)


class Facts(Record, frozen=True, kw_only=True):
    """All records about participation; within a day, in order of occurrence."""

    moves: tuple[Move, ...] = ()
    signs: tuple[Sign, ...] = ()
    pending: tuple[Pending, ...] = ()
    rosters: tuple[Endorsed, ...] = ()  # trusted by this node, any version


class Since(Record, frozen=True, kw_only=True):
    """A member's declared state from a day on."""

    day: date
    state: Declared | None


def members_on(facts: Facts, day: date, *, patience: int = PATIENCE) -> tuple[Member, ...]:
    """Compute the members on a day.

    Args:
        facts: Of any day; later ones are ignored.
        day: Today.
        patience: Days without activity after which a member with pending items counts as silent.

    Returns:
        By node, including those found in member lists only.
    """
    moved = {each.node for each in facts.moves if each.day <= day}
    listed = {each.node for one in in_force(facts.rosters, day) for each in one.roster.members}
    signs, pending = _by_node(facts.signs), _by_node(facts.pending)
    return tuple(
        _member(
            node,
            structs.replace(facts, signs=signs.get(node, ()), pending=pending.get(node, ())),
            day,
            patience,
        )
        for node in sorted(moved | listed)
    )


def _by_node(those: Iterable[N]) -> dict[str, tuple[N, ...]]:
    found: dict[str, list[N]] = {}
    for each in those:
        found.setdefault(each.node, []).append(each)
    return {node: tuple(mine) for node, mine in found.items()}


def history(moves: Iterable[Move], node: str) -> list[Since]:
    """Return the declared states of a node, from its first."""
    own: Standing = "none"
    theirs: Standing = "none"
    spans: list[Since] = []
    for move in sorted((each for each in moves if each.node == node), key=lambda each: each.day):
        if move.by == "own":
            own = move.to
            theirs = "none" if (move.to, theirs) == ("invited", "ended") else theirs
        else:
            theirs = move.to
            own = "none" if (move.to, own) == ("invited", "ended") else own
        state = _declared(own, theirs)
        if not spans or spans[-1].state != state:
            spans.append(Since(day=move.day, state=state))
    return spans


def freezes_of(moves: Sequence[Move], own: str) -> tuple[Freeze, ...]:
    """Return the freezes of channels, by either side.

    Args:
        moves: Changes of this node's relations.
        own: Id of this node.
    """
    open_: dict[tuple[str, str], date] = {}
    found: list[Freeze] = []
    for move in sorted(moves, key=lambda each: each.day):
        pair = (own, move.node) if move.by == "own" else (move.node, own)
        if move.to == "frozen":
            open_.setdefault(pair, move.day)
        elif pair in open_:
            since = open_.pop(pair)
            if since < move.day:
                found.append(Freeze(by=pair[0], towards=pair[1], since=since, until=move.day))
    found += [Freeze(by=by, towards=to, since=day) for (by, to), day in open_.items()]
    return tuple(sorted(found, key=lambda each: (each.since, each.by, each.towards)))


def in_force(rosters: Iterable[Endorsed], day: date) -> tuple[Endorsed, ...]:
    """Return the version of each member list in force on a day, by id."""
    last: dict[str, Endorsed] = {}
    for each in sorted(rosters, key=lambda one: (one.roster.id, one.roster.version)):
        if each.roster.day <= day:
            last[each.roster.id] = each
    return tuple(last.values())


def groups_on(rosters: Iterable[Endorsed], day: date) -> dict[str, tuple[Group, ...]]:
    """Return the groups that exist on a day, by member list id."""
    return {
        each.roster.id: tuple(
            group
            for group in each.roster.groups
            if group.since <= day and (group.until is None or day < group.until)
        )
        for each in in_force(rosters, day)
    }


def _declared(own: Standing, theirs: Standing) -> Declared | None:
    """Combine two one-way relations; both sides must have joined."""
    both = {own, theirs}
    if "ended" in both:
        return "left"
    if "frozen" in both:
        return "frozen"
    if both == {"active"}:
        return "joined"
    return "invited" if both != {"none"} else None


def _member(node: str, facts: Facts, day: date, patience: int) -> Member:
    moves = [each for each in facts.moves if each.node == node and each.day <= day]
    spans = history(moves, node)
    now = spans[-1] if spans else Since(day=date.min, state=None)
    listings = [
        (one.roster, each)
        for one in in_force(facts.rosters, day)
        for each in one.roster.members
        if each.node == node
    ]
    silence = _silence(node, facts, moves, day) if now.state in {"invited", "joined"} else None
    if silence is not None and silence.days <= patience:
        silence = None
    said = [
        Statement(says=each.to, day=each.day, since=each.day, source=each.by, told=each.reason)
        for each in moves
    ]
    said += [
        Statement(
            says=each.state,
            day=roster.day,
            since=each.since,
            source="roster",
            told=f"{roster.id}, version {roster.version}",
        )
        for roster, each in listings
    ]
    return Member(
        node=node,
        name=next((each.name for _, each in listings), ""),
        country=next((each.country for _, each in listings), ""),
        state="silent" if silence else now.state,
        declared=now.state,
        since=now.day if now.state else None,
        silence=silence,
        statements=tuple(sorted(said, key=lambda each: each.day)),
    )


def _silence(node: str, facts: Facts, moves: Sequence[Move], day: date) -> Silence | None:
    """Return the silence of a node; None: nothing awaits its answer."""
    waiting = [*_pending(node, facts.pending, day), *_invitation(moves)]
    if not waiting:
        return None
    signs = [each.day for each in facts.signs if each.node == node and each.day <= day]
    signs += [each.day for each in moves if each.by == "peer"]
    since = max([min(each.since for each in waiting), *signs])
    frozen = freezes_of(moves, "")
    held = sum(
        any(each.holds(date.fromordinal(number)) for each in frozen)
        for number in range(since.toordinal() + 1, day.toordinal() + 1)
    )
    return Silence(
        since=since,
        days=(day - since).days - held,
        waiting=tuple(dict.fromkeys(each.what for each in sorted(waiting, key=_by_day))),
    )


def _by_day(pending: Pending) -> date:
    return pending.since


def _pending(node: str, pending: Iterable[Pending], day: date) -> Iterator[Pending]:
    for each in pending:
        if each.node == node and each.since <= day and (each.until is None or each.until > day):
            yield each


def _invitation(moves: Sequence[Move]) -> Iterator[Pending]:
    """Yield this node's invitation that the peer has not answered; it is pending too."""
    theirs = [each.to for each in moves if each.by == "peer"]
    if theirs[-1:] in (["active"], ["frozen"]):
        return
    invited = [each for each in moves if each.by == "own" and each.to == "invited"]
    if invited:
        yield Pending(node=invited[-1].node, what="invitation", since=invited[-1].day)


_ASKING = {"exporter": (Sent, Amended), "importer": (Queried,)}
"""Event kinds by which each side asks the other for an answer."""


def waiting_for(watched: Watched, own: str, day: date) -> Pending | None:
    """Return what the other side has to answer; None: nothing.

    Args:
        watched: A notice.
        own: Id of this node.
        day: As-of day; later records are ignored.

    Raises:
        InputError: The events belong to several notices.
    """
    heard = [each for each in watched.heard if each.kept <= day]
    state = state_of((each.event for each in heard), day)
    mine = watched.exporter.node == own
    side, other = ("exporter", "importer") if mine else ("importer", "exporter")
    asked = [
        each
        for each in heard
        if each.event.by == side and isinstance(each.event.what, _ASKING[side])
    ]
    if state.waits_for != other or not asked:
        return None
    return Pending(
        node=(watched.importer if mine else watched.exporter).node,
        what=f"notice {asked[-1].event.notice}",
        since=_since(asked[-1], day),
    )


def _since(heard: Heard, day: date) -> date:
    return heard.had if heard.had is not None and heard.had <= day else heard.kept
