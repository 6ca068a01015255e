"""Context of an alert or a party: the rest of the consignment, and earlier alerts and matches."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, func, select

from tidewaiter.base.phrases import decoder_of
from tidewaiter.base.records import Record
from tidewaiter.base.severity import weight
from tidewaiter.casework.decisions import Status
from tidewaiter.store.alerts.queue import by_priority
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.columns import KEY_LENGTH, key, plain
from tidewaiter.store.core.database import Work
from tidewaiter.trade.alerts import open_match
from tidewaiter.trade.types import Alert, PartyMatch, Severity

MOST: Final = 1_000  # alerts per entity considered


class AlertInShort(Record, frozen=True, kw_only=True):
    """One alert about an entity."""

    id: str
    title: str
    severity: str
    status: str
    day: str
    consignment: str


class AlertsAbout(Record, frozen=True, kw_only=True):
    """The alerts on lines that name an entity."""

    total: int  # at most `MOST`
    more: bool  # there are more than these
    statuses: dict[str, int]
    substances: dict[str, int]  # slug -> number of alerts, most frequent first
    first: tuple[AlertInShort, ...]  # by priority


class Resemblance(Record, frozen=True, kw_only=True):
    """A list entry that an entity resembles; not a verdict."""

    match: PartyMatch  # the newest
    alert: str  # the alert with this match
    day: str
    alerts: int  # alerts with a match to this entry


class _Matches(msgspec.Struct):
    parties: tuple[PartyMatch, ...] = ()


def alerts_about(
    work: Work, run: int, entity: int, *, cleared: bool, rows: int = 20
) -> AlertsAbout:
    """Return the alerts on an entity; restricted ones to cleared readers only."""
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
        query = select(*columns).where(some).order_by(*by_priority()).limit(rows)
        first += work.connection.execute(query).mappings().all()
    first.sort(key=lambda row: (weight(row["severity"]), row["rank"], row["id"]), reverse=True)
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
    """Return the list entries that an entity resembles, most probable first.

    Matches with restricted entries are returned to cleared readers only.
    """
    p, k, a = tables.alert_party.c, tables.party_alert.c, tables.alert.c
    newest = func.max(a.day + " " + k.alert)
    query = select(p.list, p.entry, newest, func.count(k.alert.distinct())).select_from(_borne())
    here = query.where(*_of(run, entity, cleared=cleared)).group_by(p.list, p.entry)
    found = work.connection.execute(here.order_by(p.list, p.entry).limit(rows)).all()
    told = {(slug, entry): (*newest.split(" "), many) for slug, entry, newest, many in found}
    own = _matches(work, (run, entity), [alert for _, alert, _ in told.values()])
    read = [
        Resemblance(match=match, alert=alert, day=day, alerts=many)
        for place, (day, alert, many) in told.items()
        if (match := _best(own[alert], place, cleared=cleared)) is not None
    ]
    return sorted(read, key=lambda each: (-each.match.probability, each.match.list))


def _ids(run: int, entity: int, *, cleared: bool) -> Select[tuple[str]]:
    k = tables.party_alert.c
    joined = tables.entity_party.join(tables.party_alert, k.party == tables.entity_party.c.party)
    query = select(k.alert).distinct().select_from(joined)
    return query.where(*_of(run, entity, cleared=cleared))


def _of(run: int, entity: int, *, cleared: bool) -> Iterator[ColumnElement[bool]]:
    q = tables.entity_party.c
    yield from (q.run == run, q.entity == entity)
    if not cleared:
        yield tables.party_alert.c.restricted == 0


def _matches(
    work: Work, entity: tuple[int, int], alerts: Sequence[str]
) -> dict[str, list[PartyMatch]]:
    """Return an entity's matches in each of some alerts, by run and entity."""
    a, p = tables.alert.c, tables.alert_party.c
    read = decoder_of(_Matches).decode
    found: dict[str, list[PartyMatch]] = {}
    for some in slices(sorted(set(alerts))):
        told = select(a.id, a.payload).where(a.id.in_(some))
        matches = {name: read(payload).parties for name, payload in work.connection.execute(told)}
        query = select(p.alert, p.number).distinct().select_from(_borne())
        own = query.where(*_of(*entity, cleared=True), p.alert.in_(some))
        for alert, number in work.connection.execute(own.order_by(p.alert, p.number)):
            found.setdefault(alert, []).append(matches[alert][number - 1])
    return found


@cache
def _borne() -> FromClause:
    """Join the parties of entities to their alert matches by line, name and role."""
    p, k, y = tables.alert_party.c, tables.party_alert.c, tables.party.c
    a, n, s = tables.alert.c, tables.line.c, tables.party_line.c
    written = func.substr(p.name, 1, KEY_LENGTH) == y.name
    stands = (s.party == y.id) & (s.line == n.id) & (s.role == func.coalesce(p.role, s.role))
    return (
        tables.entity_party.join(tables.party_alert, k.party == tables.entity_party.c.party)
        .join(tables.party, y.id == k.party)
        .join(tables.alert_party, (p.alert == k.alert) & written)
        .join(tables.alert, a.id == k.alert)
        .join(tables.line, (n.source == a.source) & (n.row == a.row))
        .join(tables.party_line, stands)
    )


def _best(
    matches: Sequence[PartyMatch], entry: tuple[str, str], *, cleared: bool
) -> PartyMatch | None:
    """Return the most probable match with an entry that others may see."""
    own = [
        shown
        for match in matches
        if (plain(match.list), plain(match.entry)) == entry
        if (shown := match if cleared else open_match(match)) is not None
    ]
    return max(own, key=lambda match: match.probability, default=None)


LINES = 20  # lines of a consignment shown
PARTIES = 12  # of a line
COUNTED = 1_000  # upper limit of the line count of a party
_GOODS = 200  # characters of a description


class OtherAlert(Record, frozen=True, kw_only=True):
    """An alert about another line."""

    id: str
    severity: Severity
    status: Status


class OtherLine(Record, frozen=True, kw_only=True):
    """Another line of the consignment."""

    seq: int
    row: int
    goods: str  # its first 200 characters
    alerts: tuple[OtherAlert, ...]


class PartyBefore(Record, frozen=True, kw_only=True):
    """Other occurrences in the database of a party written exactly like this one."""

    name: str
    role: str
    lines: int  # other lines, up to 1,000
    lines_capped: bool
    alerts: int  # other alerts on those lines
    standing: dict[str, int]  # status -> number of alerts


class Context(Record, frozen=True, kw_only=True):
    """The context of an alert."""

    lines: tuple[OtherLine, ...]  # the first 20
    other_lines: int
    parties: tuple[PartyBefore, ...]


def context_of(work: Work, alert: Alert, *, cleared: bool) -> Context:
    """Read the context of an alert.

    Args:
        work: Any transaction.
        alert: A stored alert.
        cleared: Whether alerts based on restricted entries are included.
    """
    a = tables.alert.c
    source = work.connection.execute(select(a.source).where(a.id == alert.id)).scalar_one()
    n = tables.line.c
    same = (
        n.source == source,
        n.consignment == key(alert.consignment),
        n.row != alert.row,
    )
    total = work.connection.execute(select(func.count()).where(*same)).scalar_one()
    wanted = select(n.row, n.seq, n.goods).where(*same).order_by(n.seq, n.row).limit(LINES)
    rows = work.connection.execute(wanted).all()
    found = _alerts_of(work, source, [row.row for row in rows], cleared=cleared)
    lines = tuple(
        OtherLine(
            seq=row.seq,
            row=row.row,
            goods=(row.goods or "")[:_GOODS],
            alerts=tuple(found.get(row.row, ())),
        )
        for row in rows
    )
    parties = _parties(work, source, alert.row, cleared=cleared)
    return Context(lines=lines, other_lines=total, parties=parties)


def _alerts_of(
    work: Work, source: int, rows: Sequence[int], *, cleared: bool
) -> dict[int, list[OtherAlert]]:
    a = tables.alert.c
    wanted = select(a.row, a.id, a.severity, a.status, a.restricted)
    found: dict[int, list[OtherAlert]] = defaultdict(list)
    some = wanted.where(a.source == source, a.row.in_(rows)).order_by(*by_priority())
    for row, name, severity, status, hidden in work.connection.execute(some):
        if cleared or not hidden:
            found[row].append(OtherAlert(id=name, severity=severity, status=status))
    return found


def _parties(work: Work, source: int, row: int, *, cleared: bool) -> tuple[PartyBefore, ...]:
    n, k, p = tables.line.c, tables.party_line.c, tables.party.c
    line = work.connection.execute(select(n.id).where(n.source == source, n.row == row)).scalar()
    joined = tables.party_line.join(tables.party, p.id == k.party)
    wanted = select(p.id, p.name, k.role).select_from(joined).where(k.line == line)
    named = work.connection.execute(wanted.order_by(k.role, p.id).limit(PARTIES)).all()
    return tuple(
        _before(work, (party, name, role), line, cleared=cleared) for party, name, role in named
    )


def _before(
    work: Work, party: tuple[int, str, str], line: int | None, *, cleared: bool
) -> PartyBefore:
    number, name, role = party
    n, k, a = tables.line.c, tables.party_line.c, tables.alert.c
    others = (
        select(k.line).distinct().where(k.party == number, k.line != line).limit(COUNTED + 1)
    ).subquery()
    lines = work.connection.execute(select(func.count()).select_from(others)).scalar_one()
    joined = tables.line.join(others, others.c.line == n.id).join(
        tables.alert, (a.source == n.source) & (a.row == n.row)
    )
    shown = () if cleared else (a.restricted == 0,)
    wanted = select(a.status, func.count()).select_from(joined).where(*shown).group_by(a.status)
    told = work.connection.execute(wanted.order_by(a.status))
    counts = {status: count for status, count in told}  # noqa: C416
    return PartyBefore(
        name=name,
        role=role or "party",
        lines=min(lines, COUNTED),
        lines_capped=lines > COUNTED,
        alerts=sum(counts.values()),
        standing=counts,
    )
