"""What was found of an entity: alerts, substances, and the entries of lists that it resembles."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Select, func, select

from tidewaiter.base.records import Record
from tidewaiter.consignments.restricted import open_match
from tidewaiter.consignments.types import PartyMatch
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import KEY_LENGTH, plain
from tidewaiter.store.slices import slices

MOST: Final = 1_000  # alerts of one entity that are looked at
_NAMES: Final = 500  # of one entity that entries are looked up by


class AlertInShort(Record, frozen=True, kw_only=True):
    """One alert about an entity."""

    id: str
    title: str
    severity: str
    status: str
    day: str
    consignment: str


class AlertsAbout(Record, frozen=True, kw_only=True):
    """The alerts about lines that name an entity."""

    total: int  # at most `MOST`
    more: bool  # there are more than these
    statuses: dict[str, int]
    substances: dict[str, int]  # slug, in how many of them; the most first
    first: tuple[AlertInShort, ...]  # in order of work


class Resemblance(Record, frozen=True, kw_only=True):
    """An entry of a list that an entity resembles; never a verdict."""

    match: PartyMatch  # the newest
    alert: str  # in which it stands
    day: str
    alerts: int  # that say so


class _Matches(msgspec.Struct):
    parties: tuple[PartyMatch, ...] = ()


def alerts_about(
    work: Work, run: int, entity: int, *, cleared: bool, rows: int = 20
) -> AlertsAbout:
    """Return the alerts about an entity; the restricted ones only to those who are cleared."""
    a, s = tables.alert.c, tables.alert_substance.c
    ids = list(
        work.connection.execute(_ids(run, entity, cleared=cleared).limit(MOST + 1)).scalars()
    )
    more, ids = len(ids) > MOST, ids[:MOST]
    statuses: Counter[str] = Counter()
    substances: Counter[str] = Counter()
    first: list[Any] = []
    for few in slices(ids):
        some = a.id.in_(few)
        counted = select(a.status, func.count()).where(some).group_by(a.status)
        statuses.update(dict(map(tuple, work.connection.execute(counted))))
        named = select(s.substance, func.count()).group_by(s.substance)
        named = named.where(s.alert.in_(few))
        substances.update(dict(map(tuple, work.connection.execute(named))))
        columns = (a.rank, *(a[name] for name in AlertInShort.__struct_fields__))
        query = select(*columns).where(some).order_by(a.rank.desc(), a.id.desc()).limit(rows)
        first += work.connection.execute(query).mappings().all()
    first.sort(key=lambda row: (row["rank"], row["id"]), reverse=True)
    fields = AlertInShort.__struct_fields__
    return AlertsAbout(
        total=len(ids),
        more=more,
        statuses=dict(statuses),
        substances=dict(substances.most_common()),
        first=tuple(AlertInShort(**{n: row[n] for n in fields}) for row in first[:rows]),
    )


def resemblances(
    work: Work, run: int, entity: int, *, cleared: bool, rows: int = 100
) -> list[Resemblance]:
    """Return the entries of lists that an entity resembles, the most probable first.

    What rests on entries for the authority only is returned to those who are cleared.
    """
    p, k, q = tables.alert_party.c, tables.party_alert.c, tables.entity_party.c
    joined = (
        tables.entity_party.join(tables.party_alert, k.party == q.party)
        .join(tables.party, tables.party.c.id == q.party)
        .join(
            tables.alert_party,
            (p.alert == k.alert) & (func.substr(p.name, 1, KEY_LENGTH) == tables.party.c.name),
        )
        .join(tables.alert, tables.alert.c.id == k.alert)
    )
    newest = func.max(tables.alert.c.day + " " + k.alert)
    query = select(p.list, p.entry, newest, func.count(k.alert.distinct())).select_from(joined)
    here = query.where(q.run == run, q.entity == entity).group_by(p.list, p.entry)
    if not cleared:
        here = here.where(k.restricted == 0)
    found = work.connection.execute(here.order_by(p.list, p.entry).limit(rows)).all()
    told = {(slug, entry): (*newest.split(" "), many) for slug, entry, newest, many in found}
    matches = _matches(work, [alert for _, alert, _ in told.values()])
    names = _names(work, run, entity)
    read = [
        Resemblance(match=match, alert=alert, day=day, alerts=many)
        for (slug, entry), (day, alert, many) in told.items()
        if (match := _best(matches[alert], (slug, entry), names, cleared=cleared)) is not None
    ]
    return sorted(read, key=lambda each: (-each.match.probability, each.match.list))


def _ids(run: int, entity: int, *, cleared: bool) -> Select[tuple[str]]:
    k, q = tables.party_alert.c, tables.entity_party.c
    joined = tables.entity_party.join(tables.party_alert, k.party == q.party)
    query = select(k.alert).distinct().select_from(joined).where(q.run == run, q.entity == entity)
    return query if cleared else query.where(k.restricted == 0)


def _names(work: Work, run: int, entity: int) -> set[str]:
    p, k = tables.entity_party.c, tables.party.c
    joined = tables.entity_party.join(tables.party, k.id == p.party)
    query = select(k.name).distinct().select_from(joined)
    found = work.connection.execute(query.where(p.run == run, p.entity == entity).limit(_NAMES))
    return set(found.scalars())


def _matches(work: Work, alerts: Sequence[str]) -> dict[str, tuple[PartyMatch, ...]]:
    a = tables.alert.c
    found: dict[str, tuple[PartyMatch, ...]] = {}
    for some in slices(alerts):
        query = select(a.id, a.payload).where(a.id.in_(some))
        for name, payload in work.connection.execute(query):
            found[name] = msgspec.json.decode(payload, type=_Matches).parties
    return found


def _best(
    matches: Sequence[PartyMatch], entry: tuple[str, str], names: set[str], *, cleared: bool
) -> PartyMatch | None:
    """Return the most probable match of an entity with an entry, as others may see it."""
    own = [
        shown
        for match in matches
        if (plain(match.list), plain(match.entry)) == entry
        and plain(match.name[:KEY_LENGTH]) in names
        if (shown := match if cleared else open_match(match)) is not None
    ]
    return max(own, key=lambda match: match.probability, default=None)
