"""Ownership between entities, as the lists tell it whose entries they resemble."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import func, select

from tidewaiter.base.records import Record
from tidewaiter.consignments.types import PartyMatch
from tidewaiter.parties.types import ListedLink
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.inserts import insert_new
from tidewaiter.store.notes import entries_by_party
from tidewaiter.store.payloads import plain
from tidewaiter.store.slices import slices

_MOST: Final = 200  # ties of one entry that are kept

Entry = tuple[str, str]
"""Slug of a list, and id of an entry in it."""


class Owned(Record, frozen=True, kw_only=True):
    """What a list tells of two of its entries, which two parties resemble."""

    list: str  # slug
    list_name: str
    name: str  # of the entry that is owned or controlled, as listed
    owner: str  # of the other one
    steps: tuple[str, ...]  # the way from the one that was matched
    control: bool
    former: bool


class _Matches(msgspec.Struct):
    """Of a stored alert."""

    parties: tuple[PartyMatch, ...] = ()


class _Tie(NamedTuple):
    entity: int
    owner: int
    restricted: bool
    told: Owned


def add_owned(work: Work, run: int) -> int:
    """Write which entities of a run own or control which others, by the matches of stored alerts.

    Args:
        work: Begun with a stamp.
        run: Its id; its parties are written.

    Returns:
        How many ties there are.
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
            other = entities.get((match.list, link.entry), ())
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
        steps=link.steps,
        control=link.control,
        former=link.former,
    )
    return _Tie(one, other, secret or match.confidential or link.confidential, told)


def _matches(work: Work) -> Iterator[tuple[PartyMatch, bool]]:
    """Yield the last match with each entry, from alerts that all may see before others."""
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
        for match in msgspec.json.decode(payload, type=_Matches).parties:
            if (plain(match.list), plain(match.entry)) in entries[alert]:
                yield match, alert in secret


def _payloads(work: Work, alerts: list[str]) -> Iterable[tuple[str, str]]:
    a = tables.alert.c
    for some in slices(alerts):
        wanted = select(a.id, a.payload).where(a.id.in_(some))
        yield from ((alert, payload) for alert, payload in work.connection.execute(wanted))
