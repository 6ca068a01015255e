"""Edges between entities: trade, shared identifiers, and ownership from the lists.

A forwarder is connected to thousands, so every query here has a limit per entity.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import func, select

from tidewaiter.base.phrases import decoder_of, english
from tidewaiter.base.records import Record
from tidewaiter.parties.types import ListedLink
from tidewaiter.store.alerts.notes import entries_by_party
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new, slices
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work
from tidewaiter.trade.types import PartyMatch

_MOST: Final = 200  # ownership edges kept per entry

Entry = tuple[str, str]
"""Slug of a list, and id of an entry in it."""


class Owned(Record, frozen=True, kw_only=True):
    """An ownership relation between two list entries that two parties resemble."""

    list: str  # slug
    list_name: str
    name: str  # of the owned or controlled entry, as listed
    owner: str  # of the other one
    steps: tuple[str, ...]  # path from the matched entry
    control: bool
    former: bool


class _Matches(msgspec.Struct):
    """SQL columns of a stored alert."""

    parties: tuple[PartyMatch, ...] = ()


class _Tie(NamedTuple):
    entity: int
    owner: int
    restricted: bool
    told: Owned


def add_owned(work: Work, run: int) -> int:
    """Write ownership and control edges between entities of a run, from matches in stored alerts.

    Args:
        work: A write transaction.
        run: Run id; its parties are written.

    Returns:
        The number of edges.
    """
    entities = _entities(work, run)
    ties: dict[tuple[int, int, str], _Tie] = {}
    for tie in _ties(work, entities):
        key = tie.entity, tie.owner, tie.told.list
        if key not in ties or ties[key].restricted:
            ties[key] = tie
    rows = (
        (run, *key, int(tie.restricted), plain(msgspec.json.encode(tie.told).decode()))
        for key, tie in ties.items()
    )
    columns = ("run", "entity", "owner", "list", "restricted", "payload")
    return insert_new(work.connection, tables.entity_owned, columns, rows)


def _entities(work: Work, run: int) -> Mapping[Entry, set[int]]:
    """Return the entities that resemble each entry."""
    p = tables.entity_party.c
    found: defaultdict[Entry, set[int]] = defaultdict(set)
    entries = entries_by_party(work)
    parties = sorted(entries)
    for few in slices(parties):
        some = p.party.in_(few)
        for party, entity in work.connection.execute(
            select(p.party, p.entity).where(p.run == run, some)
        ):
            for entry in entries[party]:
                found[entry].add(entity)
    return found


def _ties(work: Work, entities: Mapping[Entry, set[int]]) -> Iterator[_Tie]:
    for match, secret in _matches(work):
        for link in match.links:
            other = entities.get((link.list or match.list, link.entry), ())
            pairs = sorted(
                (one, two) for one in entities.get((match.list, match.entry), ()) for two in other
            )
            for one, two in pairs[:_MOST]:
                if one != two:
                    yield _tie(match, link, (one, two), secret=secret)


def _tie(match: PartyMatch, link: ListedLink, pair: tuple[int, int], *, secret: bool) -> _Tie:
    one, other = pair if link.owned else pair[::-1]
    names = (match.listed_name, link.name)
    name, owner = names if link.owned else names[::-1]
    told = Owned(
        list=match.list,
        list_name=match.list_name,
        name=name,
        owner=owner,
        steps=tuple(map(english, link.steps)),
        control=link.control,
        former=link.former,
    )
    return _Tie(one, other, secret or match.confidential or link.confidential, told)


def _matches(work: Work) -> Iterator[tuple[PartyMatch, bool]]:
    """Yield the last match with each entry, preferring alerts visible to everyone."""
    p, k = tables.alert_party.c, tables.party_alert.c
    secret = set(
        work.connection.execute(select(k.alert).where(k.restricted == 1).distinct()).scalars()
    )
    last: dict[Entry, str] = {}
    query = select(p.list, p.entry, func.max(p.alert)).group_by(p.list, p.entry)
    hidden = select(k.alert).where(k.restricted == 1)
    for wanted in (query.where(p.alert.not_in(hidden)), query):
        for slug, entry, alert in work.connection.execute(wanted):
            last.setdefault((slug, entry), alert)
    entries: defaultdict[str, set[Entry]] = defaultdict(set)
    for entry, alert in last.items():
        entries[alert].add(entry)
    for alert, payload in _payloads(work, sorted(entries)):
        for match in decoder_of(_Matches).decode(payload).parties:
            if (plain(match.list), plain(match.entry)) in entries[alert]:
                yield match, alert in secret


def _payloads(work: Work, alerts: list[str]) -> Iterable[tuple[str, str]]:
    a = tables.alert.c
    for some in slices(alerts):
        wanted = select(a.id, a.payload).where(a.id.in_(some))
        yield from ((alert, payload) for alert, payload in work.connection.execute(wanted))


class Trade(Record, frozen=True, kw_only=True):
    """Trade from one entity to another."""

    sender: int
    receiver: int
    consignments: int
    first: str | None
    last: str | None


class Shared(Record, frozen=True, kw_only=True):
    """An identifier shared by several entities."""

    kind: str  # identifier, phone, email, address
    value: str
    label: str
    entities: int


class Ownership(Record, frozen=True, kw_only=True):
    """Reported ownership between two entities, if they are the listed parties."""

    entity: int
    owner: int
    restricted: bool
    told: Owned


def trade_of(work: Work, run: int, entity: int, *, sends: bool, rows: int) -> list[Trade]:
    """Return an entity's receivers, or its senders, most consignments first.

    Args:
        work: Any transaction.
        run: Its id.
        entity: Its number.
        sends: True: its receivers; False: its senders.
        rows: Maximum number.
    """
    t = tables.trade.c
    own, other = (t.sender, t.receiver) if sends else (t.receiver, t.sender)
    query = select(tables.trade).where(t.run == run, own == entity)
    ordered = query.order_by(t.consignments.desc(), other.desc()).limit(rows)
    return [_trade(row) for row in work.connection.execute(ordered).mappings()]


def trade_among(work: Work, run: int, entities: Iterable[int], *, rows: int) -> list[Trade]:
    """Return all trade of some entities with few connections each.

    Args:
        work: Any transaction.
        run: Its id.
        entities: Their numbers.
        rows: Maximum number; some thousand per entity and side.
    """
    t = tables.trade.c
    wanted = sorted(entities)
    found: dict[tuple[int, int], Trade] = {}
    for some in slices(wanted):
        for own in (t.sender, t.receiver):
            query = select(tables.trade).where(t.run == run, own.in_(some)).limit(rows)
            for row in work.connection.execute(query).mappings():
                found[row["sender"], row["receiver"]] = _trade(row)
    return list(found.values())


def trade_between(work: Work, run: int, pairs: Iterable[tuple[int, int]]) -> list[Trade]:
    """Return the trade of some pairs, in either direction."""
    t = tables.trade.c
    found = []
    for one, other in pairs:
        for sender, receiver in ((one, other), (other, one)):
            query = select(tables.trade).where(
                t.run == run, t.sender == sender, t.receiver == receiver
            )
            found += [_trade(row) for row in work.connection.execute(query).mappings()]
    return found


def shared_by(
    work: Work, run: int, entities: Iterable[int], *, most: int | None = None
) -> dict[int, list[Shared]]:
    """Return identifiers that entities share with others, those shared by the fewest first.

    Args:
        work: Any transaction.
        run: Its id.
        entities: Their numbers.
        most: Skip identifiers of more entities than this; None: no limit.
    """
    g, t = tables.entity_thing.c, tables.thing.c
    same = (t.run == g.run) & (t.kind == g.kind) & (t.value == g.value)
    joined = tables.entity_thing.join(tables.thing, same)
    query = select(g.entity, t.kind, t.value, t.label, t.entities).select_from(joined)
    query = query.where(g.run == run, t.entities > 1).order_by(t.entities, t.kind, t.value)
    if most is not None:
        query = query.where(t.entities <= most)
    found: dict[int, list[Shared]] = {}
    wanted = sorted(entities)
    for few in slices(wanted):
        some = query.where(g.entity.in_(few))
        for row in work.connection.execute(some).mappings():
            told: dict[str, Any] = dict(row)
            found.setdefault(told.pop("entity"), []).append(Shared(**told))
    return found


def givers_of(
    work: Work, run: int, things: Collection[tuple[str, str]], *, rows: int
) -> dict[tuple[str, str], list[int]]:
    """Return the entities with each of some identifiers, up to a maximum each.

    Args:
        work: Any transaction.
        run: Its id.
        things: Kind and value of each identifier.
        rows: Maximum number per identifier.
    """
    g = tables.entity_thing.c
    found: dict[tuple[str, str], list[int]] = {}
    for kind, value in things:
        query = select(g.entity).where(g.run == run, g.kind == kind, g.value == value)
        rows_of = work.connection.execute(query.order_by(g.entity).limit(rows)).scalars()
        found[kind, value] = list(rows_of)
    return found


def owned_of(work: Work, run: int, entities: Sequence[int], *, cleared: bool) -> list[Ownership]:
    """Return the listed ownership of some entities, as owner or owned.

    Args:
        work: Any transaction.
        run: Its id.
        entities: Their numbers.
        cleared: Include edges based on restricted entries.
    """
    o = tables.entity_owned.c
    found: dict[tuple[int, int, str], Ownership] = {}
    for some in slices(entities):
        for own in (o.entity, o.owner):
            query = select(tables.entity_owned).where(o.run == run, own.in_(some))
            if not cleared:
                query = query.where(o.restricted == 0)
            for row in work.connection.execute(query).mappings():
                found[row["entity"], row["owner"], row["list"]] = _ownership(row)
    return list(found.values())


def _trade(row: Mapping[Any, Any]) -> Trade:
    return Trade(**{name: row[name] for name in Trade.__struct_fields__})


def _ownership(row: Mapping[Any, Any]) -> Ownership:
    return Ownership(
        entity=row["entity"],
        owner=row["owner"],
        restricted=bool(row["restricted"]),
        told=msgspec.json.decode(row["payload"], type=Owned),
    )
