"""The legal tests of ownership and control, applied to what was stated about a party.

An owner counts if it is listed under the law, or if the stated shares make it owned by such owners
itself: each step of a chain must meet the test (OFAC, FAQ 401). A share that is not stated, or is a
range, lies between two bounds; if only the upper one meets the test, the answer is open.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from tidewaiter.parties.ownership.graph import Edge, Ownership
from tidewaiter.parties.ownership.rules import OwnershipRule, rules_on
from tidewaiter.parties.ownership.shares import UNKNOWN, Bounds, bounds_of, percent_in_words
from tidewaiter.parties.types import (
    NO_EFFECT,
    Holder,
    Holding,
    ListedParty,
    Owned,
    OwnershipResult,
    OwnershipTest,
)

_OWNED, _CONTROLLED = "owned-by", "controlled-by"
_ALL, _NOTHING = Decimal(100), Decimal(0)
_EDGES: Final = 5_000  # maximum links examined above a party
_SHOWN: Final = 12  # statements given with an answer

Shares = Mapping[str, Bounds]  # owner -> share


class _Above(NamedTuple):
    """What was stated about the owners of a party, and about theirs."""

    edges: tuple[Edge, ...]  # current ones, nearest first
    shares: Mapping[str, Shares]  # by owned party
    controllers: Mapping[str, frozenset[str]]  # by controlled party
    below: Mapping[str, Sequence[str]]  # owner or controller -> parties


def owned(ties: Ownership, slug: str, party: ListedParty, day: date | None = None) -> Owned | None:
    """Return the ownership and control of a party by listed parties; None: none is stated.

    Args:
        ties: The links of all lists.
        slug: The list of the party.
        party: An entry of it, listed or not.
        day: Day of the law; None: the latest.
    """
    node = ties.node(slug, party.id)
    stated = list(_stated(ties, node))
    above = _above(stated)
    tests = [test for rule in rules_on(day) if (test := _test(ties, node, above, rule))]
    listed = {edge.owner for edge in stated if _is_listed(ties, edge.owner)}
    way = _below({edge.owner for edge in above.edges} & listed, above)
    edges = [edge for edge in stated if edge.owner in (listed if edge.former else way)]
    if not tests and not edges:
        return None
    return Owned(
        tests=tuple(tests),
        holdings=tuple(_holding(ties, edge) for edge in edges[:_SHOWN]),
        unstated=_unstated(above.shares.get(node, {})),
        more=max(0, len(edges) - _SHOWN),
    )


def _above(statements: Iterable[Edge]) -> _Above:
    edges = tuple(edge for edge in statements if not edge.former)
    stated: defaultdict[str, defaultdict[str, list[Edge]]] = defaultdict(lambda: defaultdict(list))
    controllers: defaultdict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.kind == _OWNED:
            stated[edge.owned][edge.owner].append(edge)
        elif edge.kind == _CONTROLLED:
            controllers[edge.owned].add(edge.owner)
    shares = {
        firm: {owner: _share(some) for owner, some in owners.items()}
        for firm, owners in stated.items()
    }
    down: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for edge in edges:
        down[edge.owner][edge.owned] = None
    return _Above(
        edges=edges,
        shares=shares,
        controllers={firm: frozenset(some) for firm, some in controllers.items()},
        below={owner: tuple(firms) for owner, firms in down.items()},
    )


def _stated(ties: Ownership, node: str) -> Iterator[Edge]:
    """Yield the links above a node, former ones included, nearest first, up to a limit."""
    seen, todo, looked = {node}, deque([node]), 0
    while todo:
        for edge in ties.owners.get(todo.popleft(), ()):
            looked += 1
            if looked > _EDGES:
                return
            yield edge
            if edge.owner not in seen and not edge.former:
                seen.add(edge.owner)
                todo.append(edge.owner)


def _share(edges: Sequence[Edge]) -> Bounds:
    """Return the share of one owner from all statements.

    Statements of one list may repeat a share or give another class of shares, so their sum is an
    upper bound; if lists differ, the share lies anywhere between.
    """
    by_list: dict[str, list[Bounds]] = {}
    for edge in edges:
        by_list.setdefault(edge.version.slug, []).append(bounds_of(edge.share))
    known = [_within([each for each in some if each.known]) for some in by_list.values()]
    told = [each for each in known if each.known]
    if not told:
        return UNKNOWN
    least = min(told)
    return Bounds(least.low, max(each.high for each in told), least.over)


def _within(some: Sequence[Bounds]) -> Bounds:
    """Return the share of one owner from the statements of one list."""
    if not some:
        return UNKNOWN
    most = max(some)
    return Bounds(most.low, min(_ALL, sum((b.high for b in set(some)), _NOTHING)), most.over)


def _is_listed(ties: Ownership, node: str) -> bool:
    return any(entry.party.action not in NO_EFFECT for entry in ties.members(node))


def _counts(ties: Ownership, node: str, rule: OwnershipRule) -> bool:
    """Return whether a list of this law blocks a party."""
    return any(
        entry.party.action == "blocked" and rule.applies_to(entry.version.slug)
        for entry in ties.members(node)
    )


def _below(owners: Iterable[str], above: _Above) -> set[str]:
    """Return owners and all parties between them and the party."""
    found = set(owners)
    todo = list(found)
    while todo:
        new = set(above.below.get(todo.pop(), ())) - found
        found |= new
        todo += new
    return found


def _test(ties: Ownership, node: str, above: _Above, rule: OwnershipRule) -> OwnershipTest | None:
    """Apply a test; None: no owner counts under this law, or the party itself is listed there."""
    blocked = {edge.owner for edge in above.edges if _counts(ties, edge.owner, rule)}
    if not blocked or _counts(ties, node, rule):
        return None
    groups = [blocked] if rule.together else [{each} for each in sorted(blocked)]
    found = [_apply(node, above, rule, frozenset(group)) for group in groups]
    best = min(found, key=lambda each: (_RESULTS.index(each.result), -each.low, -each.high))
    if best.result == "below" and best.high == 0:
        return None
    return OwnershipTest(
        law=rule.law,
        result=best.result,
        share=percent_in_words(best.low),
        most=percent_in_words(best.high),
        needed=percent_in_words(rule.least),
        above=rule.above,
        together=rule.together,
        control=rule.control,
        source=rule.source,
        url=rule.url,
        mark=rule.mark,
    )


_RESULTS: Final[tuple[OwnershipResult, ...]] = ("owned", "controlled", "open", "below")


class _Applied(NamedTuple):
    """Result of a test for one or several listed owners."""

    result: OwnershipResult
    low: Decimal
    high: Decimal


def _apply(node: str, above: _Above, rule: OwnershipRule, blocked: frozenset[str]) -> _Applied:
    sure = _counting(above, rule, blocked, lambda total: rule.is_met(total.low, over=total.over))
    maybe = _counting(above, rule, sure, lambda total: rule.is_met(total.high))
    shares = above.shares.get(node, {})
    low, high = _total(shares, sure), _total(shares, maybe)
    controllers = above.controllers.get(node, frozenset()) if rule.control else frozenset()
    result: OwnershipResult = "below"
    if rule.is_met(low.low, over=low.over):
        result = "owned"
    elif controllers & sure:
        result = "controlled"
    elif rule.is_met(high.high) or controllers & maybe:
        result = "open"
    return _Applied(result, low.low, high.high)


def _counting(
    above: _Above,
    rule: OwnershipRule,
    start: frozenset[str],
    is_met: Callable[[Bounds], bool],
) -> frozenset[str]:
    """Return the parties whose shares count: the first ones, and those owned by them."""
    found, todo = set(start), deque(sorted(start))
    while todo:
        for firm in above.below.get(todo.popleft(), ()):
            if firm not in found and (
                is_met(_total(above.shares.get(firm, {}), found))
                or (rule.control and above.controllers.get(firm, frozenset()) & found)
            ):
                found.add(firm)
                todo.append(firm)
    return frozenset(found)


def _total(shares: Shares, counting: AbstractSet[str]) -> Bounds:
    """Return the total share of the owners that count.

    What others hold at least, they cannot hold.
    """
    ours = [share for owner, share in shares.items() if owner in counting]
    others = sum((s.low for owner, s in shares.items() if owner not in counting), _NOTHING)
    low = min(_ALL, sum((each.low for each in ours), _NOTHING))
    high = min(max(low, _ALL - others), sum((each.high for each in ours), _NOTHING))
    return Bounds(low, max(low, high), any(each.over for each in ours))


def _unstated(shares: Shares) -> str:
    """Return the share of a firm whose owners are not stated; "": none, or no share is stated."""
    if not any(each.known for each in shares.values()):
        return ""
    rest = _ALL - sum((each.low for each in shares.values()), _NOTHING)
    return percent_in_words(rest) if rest > 0 else ""


def _holding(ties: Ownership, edge: Edge) -> Holding:
    version, tie = edge.version, edge.tie
    return Holding(
        owner=ties.name(edge.owner),
        owned=ties.name(edge.owned),
        kind=edge.kind,
        share=edge.share,
        former=edge.former,
        since=tie.since,
        until=tie.until,
        list=version.slug,
        list_name=version.name,
        dated=version.dated,
        read=version.read,
        source=tie.source,
        holders=tuple(
            Holder(
                list=entry.version.slug,
                entry=entry.party.id,
                action=entry.party.action,
                listed=entry.party.listed,
            )
            for entry in ties.members(edge.owner)
            if entry.party.action not in NO_EFFECT
        ),
        joined=ties.joined(edge.owner),
    )
