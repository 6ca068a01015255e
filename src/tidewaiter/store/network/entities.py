"""Entities of a resolution run: profiles, written forms, trade, and search by name or number.

A name search uses the phonetic keys of its words, rarest first, and ranks the results by name
similarity. Each index look-up has a limit, so that a word in half of all company names costs no
more than a rare one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, RowMapping, Select, exists, func, literal_column, select

from tidewaiter.base.phrases import decoder_of
from tidewaiter.base.records import Record
from tidewaiter.parties.resolution import Asked, Link, Sign, likeness, read_question
from tidewaiter.parties.resolution.name_comparison import names_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.columns import decode
from tidewaiter.store.core.database import Work
from tidewaiter.store.network.trade import NAMED, RECEIVES, SENDS

MOST: Final = 1 << 63  # exclusive upper bound of entity numbers
_SIGNS = decoder_of(tuple[Sign, ...])


class Profile(Record, frozen=True, kw_only=True):
    """Summary of an entity."""

    entity: int  # its number
    key: str  # its id in entity files
    name: str  # most frequent spelling
    country: str  # ISO 3166-1 alpha-2; "": unknown
    waiting: bool  # joined by exact name only, until the next run
    lines: int
    consignments: int
    receivers: int  # number of entities it sent to
    senders: int  # number of entities it received from
    ties: int  # shared identifiers, telephones, e-mails and addresses
    first: str | None
    last: str | None

    @property
    def degree(self) -> int:
        """Return its number of trading partners."""
        return self.receivers + self.senders


class WrittenParty(Record, frozen=True, kw_only=True):
    """A written form of an entity."""

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
    """An identifier, telephone, e-mail or address of an entity."""

    kind: str  # identifier, phone, email, address
    value: str
    label: str
    entities: int  # number of entities with it, this one included


class Month(Record, frozen=True, kw_only=True):
    """Consignments of one month."""

    month: str  # "2026-03"; "": no date
    sent: int
    received: int
    named: int  # in another role, or as both sender and receiver


def profiles_of(work: Work, run: int, entities: Iterable[int]) -> dict[int, Profile]:
    """Return entities of a run by their numbers; unknown ones are omitted."""
    wanted = sorted(each for each in set(entities) if each < MOST)
    p = tables.entity_profile.c
    found: dict[int, Profile] = {}
    for some in slices(wanted):
        query = _profiles(run).where(p.entity.in_(some))
        found |= {row["entity"]: _profile(row) for row in work.connection.execute(query).mappings()}
    return found


def largest_entities(work: Work, run: int, *, rows: int = 50) -> list[Profile]:
    """Return the entities named by the most lines."""
    p = tables.entity_profile.c
    query = _profiles(run).order_by(p.lines.desc(), p.entity.desc()).limit(rows)
    return [_profile(row) for row in work.connection.execute(query).mappings()]


def signs_of(work: Work, run: int, entity: int) -> tuple[Sign, ...]:
    """Return the risk indicators that the run found for an entity; not a verdict."""
    p = tables.entity_profile.c
    query = select(p.signs).where(p.run == run, p.entity == entity)
    return _SIGNS.decode(work.connection.execute(query).scalar() or "[]")


def written_parties(work: Work, run: int, entity: int, *, rows: int = 200) -> list[WrittenParty]:
    """Return the written forms of an entity, most frequent first."""
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
    """Count the written forms of an entity."""
    p = tables.entity_party.c
    wanted = select(func.count()).where(p.run == run, p.entity == entity)
    return int(work.connection.execute(wanted).scalar_one())


def names_of_entities(
    work: Work, run: int, entities: Sequence[int], *, rows: int = 8
) -> dict[int, list[str]]:
    """Return the most frequent names of some entities, up to a maximum each."""
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
    """Return the identifiers of an entity, most widely shared first."""
    g, t = tables.entity_thing.c, tables.thing.c
    same = (t.run == g.run) & (t.kind == g.kind) & (t.value == g.value)
    joined = tables.entity_thing.join(tables.thing, same)
    query = select(t.kind, t.value, t.label, t.entities).select_from(joined)
    here = query.where(g.run == run, g.entity == entity)
    found = work.connection.execute(here.order_by(t.entities.desc(), t.kind, t.value).limit(rows))
    return [Given(**row) for row in found.mappings()]


def months_of(work: Work, run: int, entity: int) -> list[Month]:
    """Count an entity's consignments by month and role."""
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
    """A link between two written forms, and their entities."""

    one: int
    other: int
    link: Link


def links_of(work: Work, run: int, entity: int, *, inside: bool, rows: int = 30) -> list[NearBy]:
    """Return the links of an entity, strongest first.

    Args:
        work: Any transaction.
        run: Its id.
        entity: Its number.
        inside: True: links within the entity; False: links to others.
        rows: Maximum number.
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
    """Return the number of the entity with an id or a member id; None: not found."""
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


_LOOKED: Final = 2_000  # index rows per word
_WORDS: Final = 4  # per reading of the name
_RATED: Final = 40  # entities whose names are compared
_LEAST: Final = 0.3  # similarity of a name
_BEGUN: Final = 400  # entities with a prefix match
_LAST = "\U0010ffff"


class Hit(Record, frozen=True, kw_only=True):
    """A search result."""

    profile: Profile
    name: str  # best matching name
    likeness: float  # 0 to 1; 1 for a number, telephone or e-mail


def search_entities(work: Work, run: int, text: str, *, rows: int = 30) -> list[Hit]:
    """Search entities.

    Args:
        work: Any transaction.
        run: Its id.
        text: A name in any script, a number, a telephone number or an e-mail address.
        rows: Maximum number.

    Returns:
        Best matches first.
    """
    asked = read_question(text)
    exact = _exact(work, run, asked)
    if exact:
        found = profiles_of(work, run, exact[: _RATED * 2])
        ordered = sorted(found.values(), key=lambda each: (-each.lines, each.entity))
        return [Hit(profile=each, name=each.name, likeness=1.0) for each in ordered[:rows]]
    return _rated(work, run, asked, _candidates(work, run, asked))[:rows]


def _exact(work: Work, run: int, asked: Asked) -> list[int]:
    """Return entities by number, telephone or e-mail."""
    found: dict[int, None] = {}
    for word in asked.exact:
        found |= dict.fromkeys(_bearers(work, run, word, None))
    return list(found)


def _candidates(work: Work, run: int, asked: Asked) -> list[int]:
    """Return entities that share words with a name, most shared words first."""
    best: defaultdict[int, float] = defaultdict(float)
    for way in asked.ways:
        weights: defaultdict[int, float] = defaultdict(float)
        total = sum(weight for _, weight in way) or 1.0
        words = [word for word, _ in way]
        for place, (word, weight) in enumerate(way[:_WORDS]):
            beside = words[place + 1] if place + 1 < len(words) else words[place - 1]
            for entity in _bearers(work, run, word, beside if beside != word else None):
                weights[entity] += weight / total
        for entity, share in weights.items():
            best[entity] = max(best[entity], share)
    if len(best) < _RATED:
        for entity in _begun(work, run, asked):
            best[entity] = max(best[entity], 0.01)
    return sorted(best, key=lambda entity: (-best[entity], entity))[:_RATED]


def _bearers(work: Work, run: int, word: str, beside: str | None) -> Sequence[int]:
    """Return entities with a word; if there are too many, those that also have another word."""
    w = tables.entity_word.c
    query = select(w.entity).where(w.run == run, w.word == word)
    found = work.connection.execute(query.order_by(w.entity).limit(_LOOKED)).scalars().all()
    if len(found) < _LOOKED or beside is None:
        return found
    also = tables.entity_word.alias()
    both: ColumnElement[bool] = exists(
        select(also.c.entity).where(
            also.c.run == run, also.c.word == beside, also.c.entity == w.entity
        )
    )
    some = query.where(both).order_by(w.entity).limit(_LOOKED)
    return [*work.connection.execute(some).scalars().all(), *found[:_RATED]]


def _begun(work: Work, run: int, asked: Asked) -> Iterable[int]:
    """Return entities with a word that starts with the longest word searched."""
    w = tables.entity_word.c
    for way in asked.ways[:2]:
        begin = max((word for word, _ in way), key=len, default="")
        if len(begin) > 4:  # noqa: PLR2004 - "wr:" and two letters
            begin = begin[: max(5, len(begin) - 2)]
            query = select(w.entity).where(w.run == run, w.word >= begin, w.word < begin + _LAST)
            yield from work.connection.execute(query.order_by(w.word).limit(_BEGUN)).scalars()


def _rated(work: Work, run: int, asked: Asked, entities: Sequence[int]) -> list[Hit]:
    """Rank entities by similarity with the name searched."""
    names = names_of(asked.text)
    profiles = profiles_of(work, run, entities)
    hits = []
    for entity, written in names_of_entities(work, run, entities).items():
        rated = [(likeness(names, name), name) for name in written if name]
        if rated and entity in profiles:
            alike, name = max(rated, key=lambda pair: pair[0])
            hits.append(Hit(profile=profiles[entity], name=name, likeness=round(alike, 3)))
    hits.sort(key=lambda hit: (-hit.likeness, -hit.profile.lines, hit.profile.entity))
    return [hit for hit in hits if hit.likeness >= _LEAST]
