"""Members of entities: read by a resolution run, written by it, or waiting for the next.

A party written like an earlier one belongs to the same entity. One with the exact name of a single
entity in the same country is shown with it. Any other becomes a new entity. The next run compares
them all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import func, insert, select, tuple_, update

from tidewaiter.parties.resolution import (
    Entity,
    Link,
    Member,
    Seen,
    Thing,
    Written,
    id_of,
    name_key,
    things_given,
    words_of,
)
from tidewaiter.parties.resolution.members import Read, read_written
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new, is_among
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.screening.parties import StoredParty, stored_parties


class PartyOf(NamedTuple):
    """A party of an entity, and how it was assigned."""

    party: int
    member: str
    how: str  # compared; written: identical to a member; named: same exact name; new


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
    """Return the numbers of entities by their keys; assign numbers to new ones.

    Args:
        work: A write transaction.
        keys: Ids from a resolution.
    """
    insert_new(work.connection, tables.entity, ("key",), ((key,) for key in keys))
    c = tables.entity.c
    wanted = select(c.key, c.id).where(is_among(work.connection, c.key, keys))
    return dict(map(tuple, work.connection.execute(wanted).all()))


def add_entities(work: Work, run: int, new: Sequence[NewEntity]) -> dict[str, int]:
    """Write entities of a run; return their numbers by their keys.

    Args:
        work: A write transaction.
        run: Its id.
        new: Entities not in the run yet.
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
    """Write the entity of each party."""
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
    """Write the search words and identifiers of entities; existing ones stay."""
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
    """Recount how many entities share each identifier.

    Args:
        work: A write transaction.
        run: Its id.
        entities: Those with possibly changed counts; None: all.
    """
    t, g = tables.thing.c, tables.entity_thing.c
    same = (g.run == run) & (g.kind == t.kind) & (g.value == t.value)
    many = select(func.count()).select_from(tables.entity_thing).where(same).scalar_subquery()
    counted = update(tables.thing).where(t.run == run)
    if entities is None:
        work.connection.execute(counted.values(entities=many))
        return
    some = is_among(work.connection, g.entity, entities)
    wanted = select(g.kind, g.value).where(g.run == run, some)
    work.connection.execute(
        counted.where(tuple_(t.kind, t.value).in_(wanted)).values(entities=many)
    )


def add_links(work: Work, run: int, links: Iterable[Link]) -> None:
    """Write compared pairs of members, with their entities.

    Args:
        work: A write transaction; the parties of the members are written.
        run: Its id.
        links: Compared pairs.
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
    """Return the entity of each member of a run; unknown ones are omitted."""
    p = tables.entity_party.c
    some = is_among(work.connection, p.member, sorted(members))
    wanted = select(p.member, p.entity).where(p.run == run, some)
    return dict(map(tuple, work.connection.execute(wanted).all()))


ROWS: Final = 2_000  # parties processed per transaction


class _Newcomer(NamedTuple):
    party: int
    member: str
    written: Written
    read: Read

    @property
    def name(self) -> str:
        """Return the index key of the whole name; "" if unreadable."""
        return name_key(self.read.names.ways[0]) if self.read.names.ways else ""


def written_of(stored: StoredParty) -> Written:
    """Return a stored party as input of the resolution."""
    told = stored.party
    return Written(
        name=told.name or "",
        address=told.address or "",
        country=told.country or "",
        id_scheme=told.id_scheme or "",
        id=told.id or "",
    )


def take_up_waiting(work: Work, run: int, *, rows: int = ROWS) -> set[int] | None:
    """Assign the next unassigned parties to entities.

    Args:
        work: A write transaction.
        run: Its id.
        rows: Maximum number of parties.

    Returns:
        The entities that gained parties; None: no party was waiting.
    """
    p = tables.entity_party.c
    newest = select(p.party).where(p.run == run).order_by(p.party.desc()).limit(1)
    last = work.connection.execute(newest).scalar() or 0
    stored = stored_parties(work, after=last, rows=rows)
    if not stored:
        return None
    new = [_newcomer(each) for each in stored]
    known = entities_of(work, run, {each.member for each in new})
    by_name = _by_name(work, run, [each for each in new if each.member not in known])
    joins: dict[int, list[PartyOf]] = defaultdict(list)
    own: dict[str, list[_Newcomer]] = defaultdict(list)
    for each in new:
        if each.member in known:
            joins[known[each.member]].append(PartyOf(each.party, each.member, "written"))
        elif (entity := by_name.get((each.name, each.read.country))) and each.name:
            joins[entity].append(PartyOf(each.party, each.member, "named"))
        else:
            own[f"{each.name} {each.read.country}" if each.name else each.member].append(each)
    ids = add_entities(work, run, [_entity(some) for some in own.values()])
    add_parties(work, run, joins)
    at = {each.party: entity for entity, some in joins.items() for each in some}
    add_words(
        work,
        run,
        (
            (at[each.party], words_of(each.read), things_given(each.written, each.read))
            for each in new
            if each.party in at
        ),
    )
    touched = {*ids.values(), *joins}
    count_things(work, run, sorted(touched))
    return touched


def _newcomer(stored: StoredParty) -> _Newcomer:
    written = written_of(stored)
    return _Newcomer(stored.id, id_of(written), written, read_written(written))


def _by_name(work: Work, run: int, new: Sequence[_Newcomer]) -> Mapping[tuple[str, str], int]:
    """Return the only entity of each name and country, if there is exactly one."""
    w, p = tables.entity_word.c, tables.entity_profile.c
    joined = tables.entity_word.join(
        tables.entity_profile, (p.run == w.run) & (p.entity == w.entity)
    )
    names = sorted({each.name for each in new if each.name})
    found: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    some = is_among(work.connection, w.word, names)
    query = select(w.word, p.country, p.entity).select_from(joined).where(w.run == run, some)
    for word, country, entity in work.connection.execute(query).all():
        found[word, country].add(entity)
    return {name: min(entities) for name, entities in found.items() if len(entities) == 1}


def _entity(some: Sequence[_Newcomer]) -> NewEntity:
    first = some[0]
    return NewEntity(
        key=f"e-{first.member.removeprefix('p-')}",
        name=first.written.name,
        country=first.read.country,
        waiting=True,
        signs="[]",
        parties=[PartyOf(each.party, each.member, "new") for each in some],
        words=dict.fromkeys(word for each in some for word in words_of(each.read)),
        things=[thing for each in some for thing in things_given(each.written, each.read)],
    )


_FILE = "the database"  # source name of the members


class Held(NamedTuple):
    """The parties of a database."""

    members: list[Member]
    parties: dict[str, list[int]]  # by member: the same text may be stored with "" or null
    last: int  # id of the last party


def members_of(work: Work) -> Held:
    """Read all parties of a database, each distinct form once.

    Memory grows with distinct parties, not with lines.

    Args:
        work: Any transaction.
    """
    parties: defaultdict[str, list[int]] = defaultdict(list)
    said: dict[str, Written] = {}
    last = 0
    while page := stored_parties(work, after=last):
        for stored in page:
            written = written_of(stored)
            member = id_of(written)
            said.setdefault(member, written)
            parties[member].append(stored.id)
        last = page[-1].id
    counts, roles = _counts(work)
    members = [
        Member(
            id=member,
            written=written,
            roles=tuple(
                sorted({role for party in parties[member] for role in roles[party] if role})
            ),
            seen=(_seen(sum(counts[party] for party in parties[member])),),
        )
        for member, written in said.items()
    ]
    return Held(members, dict(parties), last)


def earlier_entities(work: Work, run: int | None) -> Iterator[Entity]:
    """Yield the entities of a run with their id and member ids.

    Args:
        work: Any transaction.
        run: Run id; None: no run yet.
    """
    if run is None:
        return
    p, e = tables.entity_party.c, tables.entity.c
    joined = tables.entity_party.join(tables.entity, e.id == p.entity)
    wanted = select(e.key, p.member).select_from(joined).where(p.run == run).distinct()
    held: defaultdict[str, list[Member]] = defaultdict(list)
    for key, member in work.connection.execute(wanted):
        held[key].append(Member(id=member, written=Written()))
    for key, members in held.items():
        yield Entity(
            id=key,
            name="",
            names=(),
            countries=(),
            roles=(),
            first=None,
            last=None,
            lines=0,
            members=tuple(members),
        )


def _counts(work: Work) -> tuple[Counter[int], defaultdict[int, set[str]]]:
    """Return how many lines name each party, by role."""
    k = tables.party_line.c
    counts: Counter[int] = Counter()
    roles: defaultdict[int, set[str]] = defaultdict(set)
    wanted = select(k.party, k.role, func.count()).group_by(k.party, k.role)
    for party, role, many in work.connection.execute(wanted):
        counts[party] = max(counts[party], many)
        roles[party].add(role)
    return counts, roles


def _seen(count: int) -> Seen:
    return Seen(file=_FILE, sha256="", count=count, rows=())
