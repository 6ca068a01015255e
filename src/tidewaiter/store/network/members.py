"""Rows of entities: their names, parties, words and things, as a run or a newcomer gives them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import func, insert, select, tuple_, update

from tidewaiter.parties.resolution import Link, Thing
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.inserts import insert_new
from tidewaiter.store.payloads import plain
from tidewaiter.store.slices import slices


class PartyOf(NamedTuple):
    """A party of an entity, and how it came there."""

    party: int
    member: str
    how: str  # compared; written: exactly as a member; named: by its exact name; new


class NewEntity(NamedTuple):
    """An entity of a run."""

    key: str
    name: str
    country: str
    waiting: bool
    signs: str  # JSON
    parties: Sequence[PartyOf]
    words: Iterable[str]
    things: Iterable[Thing]


def entity_ids(work: Work, keys: Sequence[str]) -> dict[str, int]:
    """Return the numbers of entities by their keys; new ones get theirs.

    Args:
        work: Begun with a stamp.
        keys: Ids that a resolution gives.
    """
    insert_new(work.connection, tables.entity, ("key",), ((key,) for key in keys))
    c = tables.entity.c
    found: dict[str, int] = {}
    for some in slices(keys):
        wanted = select(c.key, c.id).where(c.key.in_(some))
        found.update((key, number) for key, number in work.connection.execute(wanted))
    return found


def add_entities(work: Work, run: int, new: Sequence[NewEntity]) -> dict[str, int]:
    """Write entities of a run; return their numbers by their keys.

    Args:
        work: Begun with a stamp.
        run: Its id.
        new: Entities that the run has not yet.
    """
    ids = entity_ids(work, [each.key for each in new])
    profiles = [
        {
            "run": run,
            "entity": ids[each.key],
            "name": plain(each.name),
            "country": plain(each.country),
            "waiting": int(each.waiting),
            "signs": each.signs,
        }
        for each in new
    ]
    if profiles:
        work.connection.execute(insert(tables.entity_profile), profiles)
    add_parties(work, run, {ids[each.key]: each.parties for each in new})
    add_words(work, run, ((ids[each.key], each.words, each.things) for each in new))
    return ids


def add_parties(work: Work, run: int, parties: Mapping[int, Iterable[PartyOf]]) -> None:
    """Write which parties are of which entity."""
    columns = ("run", "party", "entity", "member", "how")
    rows = (
        (run, each.party, entity, each.member, each.how)
        for entity, some in parties.items()
        for each in some
    )
    insert_new(work.connection, tables.entity_party, columns, rows)


def add_words(
    work: Work, run: int, told: Iterable[tuple[int, Iterable[str], Iterable[Thing]]]
) -> None:
    """Write under which words entities are found, and what they give; what is there stays."""
    words: dict[tuple[int, str, int], None] = {}
    given: dict[tuple[int, int, str, str], None] = {}
    labels: dict[tuple[str, str], str] = {}
    for entity, some, things in told:
        words |= dict.fromkeys((run, plain(word), entity) for word in some)
        for thing in things:
            value = plain(thing.value[:200])
            given[run, entity, thing.kind, value] = None
            labels.setdefault((thing.kind, value), plain(thing.label))
    insert_new(work.connection, tables.entity_word, ("run", "word", "entity"), words)
    columns = ("run", "entity", "kind", "value")
    insert_new(work.connection, tables.entity_thing, columns, given)
    rows = ((run, *thing, label) for thing, label in labels.items())
    insert_new(work.connection, tables.thing, ("run", "kind", "value", "label"), rows)


def count_things(work: Work, run: int, entities: Sequence[int] | None = None) -> None:
    """Count again how many entities give each thing.

    Args:
        work: Begun with a stamp.
        run: Its id.
        entities: Whose things may have new counts; None: all.
    """
    t, g = tables.thing.c, tables.entity_thing.c
    same = (g.run == run) & (g.kind == t.kind) & (g.value == t.value)
    many = select(func.count()).select_from(tables.entity_thing).where(same).scalar_subquery()
    counted = update(tables.thing).where(t.run == run)
    if entities is None:
        work.connection.execute(counted.values(entities=many))
        return
    for few in slices(entities):
        some = g.entity.in_(few)
        wanted = select(g.kind, g.value).where(g.run == run, some)
        work.connection.execute(
            counted.where(tuple_(t.kind, t.value).in_(wanted)).values(entities=many)
        )


def add_links(work: Work, run: int, links: Iterable[Link]) -> None:
    """Write pairs of members that were compared, with the entities that they are in.

    Args:
        work: Begun with a stamp; the parties of the members are written.
        run: Its id.
        links: Pairs.
    """
    some = list(links)
    entities = entities_of(work, run, {member for link in some for member in (link.a, link.b)})
    rows: list[tuple[Any, ...]] = [
        (
            run,
            link.a,
            link.b,
            entities[link.a],
            entities[link.b],
            link.points,
            link.outcome,
            plain(msgspec.json.encode(link).decode()),
        )
        for link in some
        if link.a in entities and link.b in entities
    ]
    columns = ("run", "a", "b", "one", "other", "points", "outcome", "payload")
    insert_new(work.connection, tables.entity_link, columns, rows)


def entities_of(work: Work, run: int, members: Iterable[str]) -> dict[str, int]:
    """Return the entity of each member of a run; those that it has not are absent."""
    p = tables.entity_party.c
    wanted = sorted(members)
    found: dict[str, int] = {}
    for some in slices(wanted):
        query = select(p.member, p.entity).where(p.run == run, p.member.in_(some))
        found.update((member, entity) for member, entity in work.connection.execute(query))
    return found
