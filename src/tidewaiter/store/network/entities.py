"""Entities of a run, read: who they are, how they are written, and when they traded."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from sqlalchemy import RowMapping, Select, func, literal_column, select

from tidewaiter.base.records import Record
from tidewaiter.parties.resolution import Link, Sign
from tidewaiter.store import tables
from tidewaiter.store.counting import NAMED, RECEIVES, SENDS
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import decode
from tidewaiter.store.slices import slices

MOST: Final = 1 << 63  # numbers of entities are less
_SIGNS = msgspec.json.Decoder(tuple[Sign, ...])


class Profile(Record, frozen=True, kw_only=True):
    """An entity, in short."""

    entity: int  # its number
    key: str  # its id as files of entities have it
    name: str  # the one most often written
    country: str  # ISO 3166-1 alpha-2; "": none is told
    waiting: bool  # known by its exact name only, until the next run
    lines: int
    consignments: int
    receivers: int  # to whom it sent
    senders: int  # from whom it received
    ties: int  # numbers, telephones, e-mails and addresses that others give too
    first: str | None
    last: str | None

    @property
    def degree(self) -> int:
        """Return with how many it is tied, by trade."""
        return self.receivers + self.senders


class WrittenParty(Record, frozen=True, kw_only=True):
    """One way in which an entity is written."""

    party: int
    member: str  # id
    how: str  # compared, written, named, new
    name: str = ""
    address: str = ""
    country: str = ""
    id_scheme: str = ""
    id: str = ""
    lines: int = 0
    first: str | None = None
    last: str | None = None


class Given(Record, frozen=True, kw_only=True):
    """A thing that an entity gives."""

    kind: str  # identifier, phone, email, address
    value: str
    label: str
    entities: int  # that give it, this one too


class Month(Record, frozen=True, kw_only=True):
    """Consignments of one month."""

    month: str  # "2026-03"; "": no day is told
    sent: int
    received: int
    named: int  # in another role, or as both sender and receiver


def profiles_of(work: Work, run: int, entities: Iterable[int]) -> dict[int, Profile]:
    """Return entities of a run by their numbers; those that it has not are absent."""
    wanted = sorted(each for each in set(entities) if each < MOST)
    p = tables.entity_profile.c
    found: dict[int, Profile] = {}
    for some in slices(wanted):
        query = _profiles(run).where(p.entity.in_(some))
        found |= {row["entity"]: _profile(row) for row in work.connection.execute(query).mappings()}
    return found


def largest_entities(work: Work, run: int, *, rows: int = 50) -> list[Profile]:
    """Return the entities that most lines name."""
    p = tables.entity_profile.c
    query = _profiles(run).order_by(p.lines.desc(), p.entity.desc()).limit(rows)
    return [_profile(row) for row in work.connection.execute(query).mappings()]


def signs_of(work: Work, run: int, entity: int) -> tuple[Sign, ...]:
    """Return the reasons to look at an entity that the run found; never a verdict."""
    p = tables.entity_profile.c
    query = select(p.signs).where(p.run == run, p.entity == entity)
    return _SIGNS.decode(work.connection.execute(query).scalar() or "[]")


def written_parties(work: Work, run: int, entity: int, *, rows: int = 200) -> list[WrittenParty]:
    """Return the ways in which an entity is written, the most often first."""
    p, k = tables.entity_party.c, tables.party.c
    joined = tables.entity_party.join(tables.party, k.id == p.party)
    query = select(p.party, p.member, p.how, p.lines, p.first, p.last, k.payload)
    here = query.select_from(joined).where(p.run == run, p.entity == entity)
    found = work.connection.execute(here.order_by(p.lines.desc(), p.party.desc()).limit(rows))
    read = msgspec.json.Decoder(dict[str, str]).decode
    return [
        WrittenParty(**{**{name: row[name] for name in _OWN}, **read(row["payload"])})
        for row in found.mappings()
    ]


_OWN: Final = ("party", "member", "how", "lines", "first", "last")


def count_parties(work: Work, run: int, entity: int) -> int:
    """Return in how many ways an entity is written."""
    p = tables.entity_party.c
    wanted = select(func.count()).where(p.run == run, p.entity == entity)
    return int(work.connection.execute(wanted).scalar_one())


def names_of_entities(
    work: Work, run: int, entities: Sequence[int], *, rows: int = 8
) -> dict[int, list[str]]:
    """Return the names most often written of some entities, each at most so many."""
    p, k = tables.entity_party.c, tables.party.c
    often = (p.lines.desc(), p.party.desc())
    place = func.row_number().over(partition_by=p.entity, order_by=often).label("place")
    here = select(p.entity, p.party, place).where(p.run == run, p.entity.in_(entities)).subquery()
    query = select(here.c.entity, k.name).join(tables.party, k.id == here.c.party)
    some = query.where(here.c.place <= rows).order_by(here.c.entity, here.c.place)
    found: dict[int, dict[str, None]] = {}
    for entity, name in work.connection.execute(some):
        found.setdefault(entity, {})[name] = None
    return {entity: list(names) for entity, names in found.items()}


def things_of_entity(work: Work, run: int, entity: int, *, rows: int = 200) -> list[Given]:
    """Return what an entity gives, what most others give too first."""
    g, t = tables.entity_thing.c, tables.thing.c
    same = (t.run == g.run) & (t.kind == g.kind) & (t.value == g.value)
    joined = tables.entity_thing.join(tables.thing, same)
    query = select(t.kind, t.value, t.label, t.entities).select_from(joined)
    here = query.where(g.run == run, g.entity == entity)
    found = work.connection.execute(here.order_by(t.entities.desc(), t.kind, t.value).limit(rows))
    return [Given(**row) for row in found.mappings()]


def months_of(work: Work, run: int, entity: int) -> list[Month]:
    """Count the consignments of an entity by month and by what it did in them."""
    c = tables.entity_consignment.c
    month = func.substr(c.day, literal_column("1"), literal_column("7"))
    query = select(month, c.sides, func.count()).where(c.run == run, c.entity == entity)
    counts: dict[str, dict[str, int]] = {}
    for at, sides, many in work.connection.execute(query.group_by(month, c.sides)):
        here = counts.setdefault(at, {"sent": 0, "received": 0, "named": 0})
        here[_SIDE.get(sides, "named")] += many
    return [Month(month=at, **counts[at]) for at in sorted(counts)]


_SIDE: Final = {
    SENDS: "sent",
    SENDS | NAMED: "sent",
    RECEIVES: "received",
    RECEIVES | NAMED: "received",
}


class NearBy(Record, frozen=True, kw_only=True):
    """A link between two ways of writing, and the entities that they are in."""

    one: int
    other: int
    link: Link


def links_of(work: Work, run: int, entity: int, *, inside: bool, rows: int = 30) -> list[NearBy]:
    """Return the links of an entity, the strongest first.

    Args:
        work: Any.
        run: Its id.
        entity: Its number.
        inside: Those that joined its own parties; else those to others.
        rows: How many at most.
    """
    k = tables.entity_link.c
    found: dict[tuple[str, str], NearBy] = {}
    for own in (k.one, k.other):
        query = select(k.one, k.other, k.payload).where(k.run == run, own == entity)
        some = query.where((k.one == k.other) if inside else (k.one != k.other))
        for row in work.connection.execute(some.order_by(k.points.desc()).limit(rows)):
            link = decode(row.payload, Link, "link of two parties")
            found[link.a, link.b] = NearBy(one=row.one, other=row.other, link=link)
    ordered = sorted(found.values(), key=lambda each: (-each.link.points, each.link.a, each.link.b))
    return ordered[:rows]


def entity_with(work: Work, run: int, key: str) -> int | None:
    """Return the number of the entity that has an id, or a member with it; None: there is none."""
    e, p = tables.entity.c, tables.entity_party.c
    number = work.connection.execute(select(e.id).where(e.key == key)).scalar()
    if number is None:
        query = select(p.entity).where(p.run == run, p.member == key).limit(1)
        number = work.connection.execute(query).scalar()
    return None if number is None else int(number)


def _profiles(run: int) -> Select[tuple[object, ...]]:
    p, e = tables.entity_profile.c, tables.entity.c
    columns = [p[name] for name in Profile.__struct_fields__ if name != "key"]
    joined = tables.entity_profile.join(tables.entity, e.id == p.entity)
    return select(*columns, e.key).select_from(joined).where(p.run == run)


def _profile(row: RowMapping) -> Profile:
    return Profile(**{**row, "waiting": bool(row["waiting"])})
