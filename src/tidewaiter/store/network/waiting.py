"""Waiting parties: those that came after the last run have an entity by what is exactly the same.

A party that is written as one before is of the same entity. One with the exact name of a single
entity, in the same country, is shown with it. Any other is an entity of its own. The next run
compares them all.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import select

from tidewaiter.parties.resolution import Written, id_of, name_key, things_given, words_of
from tidewaiter.parties.resolution.reading import Read, read_written
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.entityrows import (
    NewEntity,
    PartyOf,
    add_entities,
    add_parties,
    add_words,
    count_things,
    entities_of,
)
from tidewaiter.store.parties import StoredParty, stored_parties
from tidewaiter.store.slices import slices

ROWS: Final = 2_000  # parties that are taken up in one transaction


class _Newcomer(NamedTuple):
    party: int
    member: str
    written: Written
    read: Read

    @property
    def name(self) -> str:
        """Return the word for its whole name; "" where it has none that could be read."""
        return name_key(self.read.names.ways[0]) if self.read.names.ways else ""


def written_of(stored: StoredParty) -> Written:
    """Return a stored party as the resolution takes it."""
    told = stored.party
    return Written(
        name=told.name or "",
        address=told.address or "",
        country=told.country or "",
        id_scheme=told.id_scheme or "",
        id=told.id or "",
    )


def take_up_waiting(work: Work, run: int, *, rows: int = ROWS) -> set[int] | None:
    """Give the next parties without an entity theirs.

    Args:
        work: Begun with a stamp.
        run: Its id.
        rows: How many parties at most.

    Returns:
        The entities that have more parties now; None: no party waits for one.
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
    """Return the one entity of each name and country, where there is one."""
    w, p = tables.entity_word.c, tables.entity_profile.c
    joined = tables.entity_word.join(
        tables.entity_profile, (p.run == w.run) & (p.entity == w.entity)
    )
    names = sorted({each.name for each in new if each.name})
    found: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for few in slices(names):
        query = select(w.word, p.country, p.entity).select_from(joined)
        some = query.where(w.run == run, w.word.in_(few))
        for word, country, entity in work.connection.execute(some):
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
