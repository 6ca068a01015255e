"""Trade of entities: each stored line counted once for its shipper, consignee and others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import func, select

from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new, insert_or_add, slices
from tidewaiter.store.core.database import Work

ROWS: Final = 16_384  # lines counted per transaction
SENDS: Final = 1
RECEIVES: Final = 2
NAMED: Final = 4

Key = tuple[int, str]
"""A consignment: its source, and its number in the file."""


class Sides(NamedTuple):
    """Roles that send, and roles that receive."""

    senders: frozenset[str]
    receivers: frozenset[str]

    def of(self, role: str) -> int:
        """Return the side of a role."""
        if role in self.senders:
            return SENDS
        return RECEIVES if role in self.receivers else NAMED


class Counted(NamedTuple):
    """Result of one counting step."""

    last: int  # last line counted
    entities: set[int]  # entities named


class _Days(msgspec.Struct, gc=False):
    """The dates of a stored line, in order of preference."""

    departure: str | None = None
    lodged: str | None = None
    release: str | None = None
    arrival: str | None = None


class _Line(NamedTuple):
    id: int
    key: Key
    day: str  # "": no date


class _Tally:
    """Lines and dates of an edge or entity."""

    __slots__ = ("first", "last", "lines", "sides")

    def __init__(self) -> None:
        self.lines, self.sides = 0, 0
        self.first: str | None = None
        self.last: str | None = None

    def see(self, day: str) -> None:
        self.lines += 1
        self.see_day(day)

    def see_day(self, day: str) -> None:
        if day:
            self.first = day if self.first is None else min(day, self.first)
            self.last = day if self.last is None else max(day, self.last)


def count_lines(
    work: Work, run: int, after: int, sides: Sides, *, rows: int = ROWS
) -> Counted | None:
    """Count the next lines of a run; all their parties have entities.

    Args:
        work: A write transaction.
        run: Its id.
        after: Last line counted so far.
        sides: Sending and receiving roles.
        rows: Maximum number of lines.

    Returns:
        The step; None: all lines are counted.
    """
    lines = _lines(work, after, rows)
    if not lines:
        return None
    named = _named(work, run, lines)
    parties: defaultdict[int, _Tally] = defaultdict(_Tally)
    entities: defaultdict[int, _Tally] = defaultdict(_Tally)
    consignments: defaultdict[Key, dict[int, _Tally]] = defaultdict(dict)
    pairs: defaultdict[tuple[int, int, Key], _Tally] = defaultdict(_Tally)
    for line in lines:
        said = [(party, entity, sides.of(role)) for party, entity, role in named.get(line.id, ())]
        for party in {party for party, _, _ in said}:
            parties[party].see(line.day)
        for entity in {entity for _, entity, _ in said}:
            entities[entity].see(line.day)
            consignments[line.key].setdefault(entity, _Tally()).see(line.day)
        for _, entity, side in said:
            consignments[line.key][entity].sides |= side
        for sender, receiver in _pairs(said):
            pairs[sender, receiver, line.key].see(line.day)
    known = _known(work, run, tables.entity_consignment, consignments)
    _keep_consignments(work, run, consignments)
    _keep_trade(work, run, pairs, known)
    _keep_parties(work, run, parties)
    _keep_entities(work, run, entities, consignments, known)
    return Counted(lines[-1].id, set(entities))


def count_partners(work: Work, run: int, entities: Iterable[int]) -> None:
    """Recount the connections of entities, after new lines or identifiers.

    Args:
        work: A write transaction.
        run: Its id.
        entities: Those with possibly changed counts.
    """
    p, t, g, h = (tables.entity_profile, tables.trade.c, tables.entity_thing.c, tables.thing.c)
    wanted = sorted(entities)
    for some in slices(wanted):
        counts: dict[str, Any] = {
            "receivers": _count(tables.trade, t.run == run, t.sender == p.c.entity),
            "senders": _count(tables.trade, t.run == run, t.receiver == p.c.entity),
            "ties": _count(
                tables.entity_thing.join(
                    tables.thing, (h.run == g.run) & (h.kind == g.kind) & (h.value == g.value)
                ),
                g.run == run,
                g.entity == p.c.entity,
                h.entities > 1,
            ),
        }
        here = (p.c.run == run) & p.c.entity.in_(some)
        work.connection.execute(p.update().where(here).values(**counts))


def _count(table: Any, *where: Any) -> Any:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()


def _lines(work: Work, after: int, rows: int) -> list[_Line]:
    n = tables.line.c
    wanted = select(n.id, n.source, n.consignment, n.payload).where(n.id > after)
    found = work.connection.execute(wanted.order_by(n.id).limit(rows))
    decode = msgspec.json.Decoder(_Days).decode
    return [_Line(id_, (source, said), _day(decode(text))) for id_, source, said, text in found]


def _day(days: _Days) -> str:
    return days.departure or days.lodged or days.release or days.arrival or ""


def _named(
    work: Work, run: int, lines: Sequence[_Line]
) -> Mapping[int, Sequence[tuple[int, int, str]]]:
    """Return party, entity and role for each line."""
    k, p = tables.party_line.c, tables.entity_party.c
    joined = tables.party_line.join(tables.entity_party, (p.run == run) & (p.party == k.party))
    wanted = select(k.line, k.party, p.entity, k.role).select_from(joined)
    span = k.line.between(lines[0].id, lines[-1].id)
    found: defaultdict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for line, party, entity, role in work.connection.execute(wanted.where(span)):
        found[line].append((party, entity, role))
    return found


def _pairs(said: Sequence[tuple[int, int, int]]) -> set[tuple[int, int]]:
    senders = {entity for _, entity, side in said if side == SENDS}
    receivers = {entity for _, entity, side in said if side == RECEIVES}
    return {(s, r) for s in senders for r in receivers if s != r}


def _known(work: Work, run: int, table: Any, keys: Iterable[Key]) -> set[tuple[Any, ...]]:
    """Return the keys of those consignments that a table already contains."""
    by_source: defaultdict[int, list[str]] = defaultdict(list)
    for source, consignment in keys:
        by_source[source].append(consignment)
    columns = [column for column in table.primary_key if column.name != "run"]
    found: set[tuple[Any, ...]] = set()
    for source, some in by_source.items():
        for few in slices(some):
            part = table.c.consignment.in_(few)
            wanted = select(*columns).where(table.c.run == run, table.c.source == source, part)
            found.update(map(tuple, work.connection.execute(wanted)))
    return found


def _keep_consignments(
    work: Work, run: int, consignments: Mapping[Key, Mapping[int, _Tally]]
) -> None:
    rows = (
        (run, *key, entity, tally.sides, tally.lines, tally.first or "")
        for key, named in consignments.items()
        for entity, tally in named.items()
    )
    columns = ("run", "source", "consignment", "entity", "sides", "lines", "day")
    how = {"sides": "bits", "lines": "add"}
    insert_or_add(work.connection, tables.entity_consignment, rows, columns, how)  # type: ignore[arg-type]


def _keep_trade(
    work: Work, run: int, pairs: Mapping[tuple[int, int, Key], _Tally], known: set[tuple[Any, ...]]
) -> None:
    """Count the consignments of each pair, without duplicates."""
    earlier = {(source, consignment) for source, consignment, _ in known}
    again = {key for _, _, key in pairs if key in earlier}
    counted = _known(work, run, tables.trade_consignment, again) if again else set()
    totals: defaultdict[tuple[int, int], _Tally] = defaultdict(_Tally)
    new = []
    for (sender, receiver, key), tally in pairs.items():
        total = totals[sender, receiver]
        for day in filter(None, (tally.first, tally.last)):
            total.see_day(day)
        if (*key, sender, receiver) not in counted:
            total.lines += 1
            new.append((run, *key, sender, receiver))
    columns = ("run", "source", "consignment", "sender", "receiver")
    insert_new(work.connection, tables.trade_consignment, columns, new)
    rows = ((run, *pair, each.lines, each.first, each.last) for pair, each in totals.items())
    names = ("run", "sender", "receiver", "consignments", "first", "last")
    _add(work, tables.trade, rows, names, "consignments")


def _keep_parties(work: Work, run: int, parties: Mapping[int, _Tally]) -> None:
    rows = (
        (run, party, 0, "", "", tally.lines, tally.first, tally.last)
        for party, tally in sorted(parties.items())
    )
    columns = ("run", "party", "entity", "member", "how", "lines", "first", "last")
    _add(work, tables.entity_party, rows, columns, "lines")


def _keep_entities(
    work: Work,
    run: int,
    entities: Mapping[int, _Tally],
    consignments: Mapping[Key, Mapping[int, _Tally]],
    known: set[tuple[Any, ...]],
) -> None:
    more: defaultdict[int, int] = defaultdict(int)
    for key, named in consignments.items():
        for entity in named:
            more[entity] += (*key, entity) not in known
    rows = (
        (run, entity, "", "", 0, tally.lines, more[entity], tally.first, tally.last, "")
        for entity, tally in sorted(entities.items())
    )
    columns = (
        "run",
        "entity",
        "name",
        "country",
        "waiting",
        "lines",
        "consignments",
        "first",
        "last",
        "signs",
    )
    _add(work, tables.entity_profile, rows, columns, "lines", "consignments")


def _add(
    work: Work, table: Any, rows: Iterator[tuple[Any, ...]], columns: Sequence[str], *sums: str
) -> None:
    """Add counts to existing rows, and extend their first and last days."""
    how: dict[str, Any] = dict.fromkeys(sums, "add") | {"first": "least", "last": "most"}
    insert_or_add(work.connection, table, rows, columns, how)
