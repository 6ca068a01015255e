"""Ties between entities: who ships to whom, and what several give; the strongest of each first.

A forwarder is tied to thousands, so whatever is read here has a limit for each entity.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from tidewaiter.base.records import Record
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.owned import Owned
from tidewaiter.store.slices import slices


class Trade(Record, frozen=True, kw_only=True):
    """One entity sent to another."""

    sender: int
    receiver: int
    consignments: int
    first: str | None
    last: str | None


class Shared(Record, frozen=True, kw_only=True):
    """A thing that several entities give."""

    kind: str  # identifier, phone, email, address
    value: str
    label: str
    entities: int


class Ownership(Record, frozen=True, kw_only=True):
    """A list tells that one entity owns or controls another one, if they are those on it."""

    entity: int
    owner: int
    restricted: bool
    told: Owned


def trade_of(work: Work, run: int, entity: int, *, sends: bool, rows: int) -> list[Trade]:
    """Return to whom an entity sent, or from whom it received, the most consignments first.

    Args:
        work: Any.
        run: Its id.
        entity: Its number.
        sends: To whom it sent; else from whom it received.
        rows: How many at most.
    """
    t = tables.trade.c
    own, other = (t.sender, t.receiver) if sends else (t.receiver, t.sender)
    query = select(tables.trade).where(t.run == run, own == entity)
    ordered = query.order_by(t.consignments.desc(), other.desc()).limit(rows)
    return [_trade(row) for row in work.connection.execute(ordered).mappings()]


def trade_among(work: Work, run: int, entities: Iterable[int], *, rows: int) -> list[Trade]:
    """Return all trade of some entities, which are tied to few others each.

    Args:
        work: Any.
        run: Its id.
        entities: Their numbers.
        rows: How many at most, for each some thousand entities and side.
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
    """Return the things that entities give and others give too, those of few others first.

    Args:
        work: Any.
        run: Its id.
        entities: Their numbers.
        most: Pass over things that more entities give; None: none.
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
    """Return the entities that give each of some things, each at most so many.

    Args:
        work: Any.
        run: Its id.
        things: Kind and value of each.
        rows: How many of each at most.
    """
    g = tables.entity_thing.c
    found: dict[tuple[str, str], list[int]] = {}
    for kind, value in things:
        query = select(g.entity).where(g.run == run, g.kind == kind, g.value == value)
        rows_of = work.connection.execute(query.order_by(g.entity).limit(rows)).scalars()
        found[kind, value] = list(rows_of)
    return found


def owned_of(work: Work, run: int, entities: Sequence[int], *, cleared: bool) -> list[Ownership]:
    """Return the ownership that lists tell of some entities, as owner or owned.

    Args:
        work: Any.
        run: Its id.
        entities: Their numbers.
        cleared: Tell what rests on restricted entries too.
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
