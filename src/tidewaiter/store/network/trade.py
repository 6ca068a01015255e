"""Trade of entities: each stored line counted once for its shipper, consignee and others."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import compress, repeat
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new, insert_or_add, is_among
from tidewaiter.store.core.database import Work

ROWS: Final = 16_384  # lines counted per transaction
SENDS: Final = 1
RECEIVES: Final = 2
NAMED: Final = 4
_LATE: Final = 1 << 62  # after the index of every day

Numbers = NDArray[np.int64]

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


class _Lines(NamedTuple):
    """Lines in the order of their ids; texts are indexes into sorted distinct ones."""

    ids: Numbers
    keys: Sequence[Key]
    key: Numbers
    days: Sequence[str]
    day: Numbers  # -1: no date


class _Named(NamedTuple):
    """The parties named by lines: one per party and role, shape ``(named,)``."""

    line: Numbers  # index of the line
    parties: Numbers  # ids, increasing, shape ``(parties,)``
    party: Numbers  # index of the party
    entities: Numbers  # ids, increasing, shape ``(entities,)``
    entity: Numbers  # index of the entity
    side: Numbers


class _Step(NamedTuple):
    work: Work
    run: int
    lines: _Lines
    named: _Named


class _Tally(NamedTuple):
    """Lines and dates of each group, in the order of their codes, shape ``(groups,)``."""

    code: Numbers
    lines: Numbers
    first: Numbers  # index of the day; -1: no date
    last: Numbers


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
    if lines is None:
        return None
    named = _named(work, run, lines, sides)
    step = _Step(work, run, lines, named)
    known = _known(step, tables.entity_consignment, lines.keys)
    where, entity = _distinct(named.line, named.entity)
    day, size = lines.day[where], max(1, len(named.entities))
    consignments = _tally(lines.key[where] * size + entity, day)
    new = ~np.isin(consignments.code, _codes(step, known))
    more = np.bincount(consignments.code[new] % size, minlength=size)
    _keep_consignments(step, consignments)
    _keep_trade(step, {(source, name) for source, name, _ in known})
    _keep_parties(step)
    _keep_entities(step, _tally(entity, day), more[: len(named.entities)])
    return Counted(int(lines.ids[-1]), set(named.entities.tolist()))


def count_partners(work: Work, run: int, entities: Iterable[int]) -> None:
    """Recount the connections of entities, after new lines or identifiers.

    Args:
        work: A write transaction.
        run: Its id.
        entities: Those with possibly changed counts.
    """
    p, t, g, h = (tables.entity_profile, tables.trade.c, tables.entity_thing.c, tables.thing.c)
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
    here = (p.c.run == run) & is_among(work.connection, p.c.entity, sorted(entities))
    work.connection.execute(p.update().where(here).values(**counts))


def _count(table: Any, *where: Any) -> Any:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()


def _lines(work: Work, after: int, rows: int) -> _Lines | None:
    n = tables.line.c
    wanted = select(n.id, n.source, n.consignment, n.payload).where(n.id > after)
    found = work.connection.execute(wanted.order_by(n.id).limit(rows)).all()
    if not found:
        return None
    ids, sources, consignments, payloads = zip(*found, strict=True)
    decode = msgspec.json.Decoder(_Days).decode
    said = [_day(decode(payload)) for payload in payloads]
    written = list(zip(sources, consignments, strict=True))
    keys, days = sorted(set(written)), sorted({*said} - {""})
    key = {each: place for place, each in enumerate(keys)}
    day = {"": -1} | {each: place for place, each in enumerate(days)}
    return _Lines(
        np.array(ids, np.int64),
        keys,
        np.array([key[each] for each in written], np.int64),
        days,
        np.array([day[each] for each in said], np.int64),
    )


def _day(days: _Days) -> str:
    return days.departure or days.lodged or days.release or days.arrival or ""


def _named(work: Work, run: int, lines: _Lines, sides: Sides) -> _Named:
    """Read the parties that lines name."""
    k, p = tables.party_line.c, tables.entity_party.c
    joined = tables.party_line.join(tables.entity_party, (p.run == run) & (p.party == k.party))
    wanted = select(k.line, k.party, p.entity, k.role).select_from(joined)
    span = k.line.between(int(lines.ids[0]), int(lines.ids[-1]))
    found = work.connection.execute(wanted.where(span)).all()
    line, party, entity, role = zip(*found, strict=True) if found else ((), (), (), ())
    side = {each: sides.of(each) for each in set(role)}
    parties, which = np.unique(np.array(party, np.int64), return_inverse=True)
    entities, whose = np.unique(np.array(entity, np.int64), return_inverse=True)
    return _Named(
        np.searchsorted(lines.ids, np.array(line, np.int64)),
        parties,
        which,
        entities,
        whose,
        np.array([side[each] for each in role], np.int64),
    )


def _distinct(one: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct pairs of two columns of small numbers, sorted."""
    size = int(other.max(initial=0)) + 1
    code = np.unique(one * size + other)
    return code // size, code % size


def _tally(code: Numbers, day: Numbers) -> _Tally:
    """Count lines by group, with the first and last day of each.

    Args:
        code: Group of each line, shape ``(lines,)``.
        day: Index of its day; -1: no date.
    """
    order = np.argsort(code, kind="stable")
    code, day = code[order], day[order]
    starts = np.flatnonzero(np.diff(code, prepend=-1))
    if not len(starts):
        return _Tally(code, code, code, code)
    lines = np.diff(starts, append=len(code))
    return _Tally(code[starts], lines, _first(day, starts), np.maximum.reduceat(day, starts))


def _first(day: Numbers, starts: Numbers) -> Numbers:
    """Return the first day of each group, as an index; -1: no line has a date."""
    first = np.minimum.reduceat(np.where(day < 0, _LATE, day), starts)
    return np.where(first == _LATE, -1, first)


def _pairs(step: _Step) -> _Tally:
    """Count the lines of each sender, receiver and consignment, in this order."""
    lines, named = step.lines, step.named
    (place, sender), (at, receiver) = (
        _distinct(named.line[named.side == side], named.entity[named.side == side])
        for side in (SENDS, RECEIVES)
    )
    begin, end = np.searchsorted(at, place, "left"), np.searchsorted(at, place, "right")
    each = np.repeat(np.arange(len(place)), end - begin)
    before = np.cumsum(end - begin) - (end - begin)
    other = receiver[np.arange(len(each)) - before[each] + begin[each]]
    sender, place = sender[each], place[each]
    apart = sender != other
    pair = sender[apart] * len(named.entities) + other[apart]
    return _tally(pair * len(lines.keys) + lines.key[place[apart]], lines.day[place[apart]])


def _known(step: _Step, table: Any, keys: Iterable[Key]) -> set[tuple[Any, ...]]:
    """Return the keys of those consignments that a table already contains."""
    connection = step.work.connection
    by_source: defaultdict[int, list[str]] = defaultdict(list)
    for source, consignment in keys:
        by_source[source].append(consignment)
    columns = [column for column in table.primary_key if column.name != "run"]
    found: set[tuple[Any, ...]] = set()
    for source, some in by_source.items():
        part = is_among(connection, table.c.consignment, some)
        wanted = select(*columns).where(table.c.run == step.run, table.c.source == source, part)
        found.update(map(tuple, connection.execute(wanted).all()))
    return found


def _codes(step: _Step, known: set[tuple[Any, ...]]) -> Numbers:
    """Return the codes of those consignments and entities that are counted already."""
    key = {each: place for place, each in enumerate(step.lines.keys)}
    at = {each: place for place, each in enumerate(step.named.entities.tolist())}
    codes = [
        key[source, consignment] * len(at) + at[entity]
        for source, consignment, entity in known
        if entity in at
    ]
    return np.array(codes, np.int64)


def _keep_consignments(step: _Step, told: _Tally) -> None:
    lines, named = step.lines, step.named
    code = lines.key[named.line] * len(named.entities) + named.entity
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    if not len(starts):
        return
    keys, entities = np.divmod(told.code, len(named.entities))
    rows = (
        (step.run, *lines.keys[key], entity, sides, count, day or "")
        for key, entity, sides, count, day in zip(
            keys.tolist(),
            named.entities[entities].tolist(),
            np.bitwise_or.reduceat(named.side[order], starts).tolist(),
            told.lines.tolist(),
            _texts(step, told.first),
            strict=True,
        )
    )
    columns = ("run", "source", "consignment", "entity", "sides", "lines", "day")
    how = {"sides": "bits", "lines": "add"}
    insert_or_add(step.work.connection, tables.entity_consignment, rows, columns, how)  # type: ignore[arg-type]


def _keep_trade(step: _Step, earlier: set[Key]) -> None:
    """Count the consignments of each pair, those counted in an earlier step only once."""
    lines, named, told = step.lines, step.named, _pairs(step)
    pair, key = np.divmod(told.code, len(lines.keys))
    sender, receiver = np.divmod(pair, max(1, len(named.entities)))
    senders, receivers = named.entities[sender].tolist(), named.entities[receiver].tolist()
    keys = [lines.keys[each] for each in key.tolist()]
    again = earlier.intersection(keys)
    counted = _known(step, tables.trade_consignment, again) if again else set()
    edges = list(zip(keys, senders, receivers, strict=True))
    new = [(*key, sender, receiver) not in counted for key, sender, receiver in edges]
    columns = ("run", "source", "consignment", "sender", "receiver")
    fresh = ((step.run, *key, *two) for key, *two in compress(edges, new))
    insert_new(step.work.connection, tables.trade_consignment, columns, fresh)
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    if not len(starts):
        return
    first, last = _first(told.first, starts), np.maximum.reduceat(told.last, starts)
    rows = zip(
        repeat(step.run),
        named.entities[sender[starts]].tolist(),
        named.entities[receiver[starts]].tolist(),
        np.add.reduceat(np.array(new, np.int64), starts).tolist(),
        _texts(step, first),
        _texts(step, last),
        strict=False,
    )
    names = ("run", "sender", "receiver", "consignments", "first", "last")
    _add(step, tables.trade, rows, names, "consignments")


def _keep_parties(step: _Step) -> None:
    where, party = _distinct(step.named.line, step.named.party)
    told = _tally(party, step.lines.day[where])
    days = _texts(step, told.first), _texts(step, told.last)
    ids = step.named.parties.tolist()
    rows = (
        (step.run, party, 0, "", "", *counts)
        for party, *counts in zip(ids, told.lines.tolist(), *days, strict=True)
    )
    columns = ("run", "party", "entity", "member", "how", "lines", "first", "last")
    _add(step, tables.entity_party, rows, columns, "lines")


def _keep_entities(step: _Step, told: _Tally, consignments: Numbers) -> None:
    days = _texts(step, told.first), _texts(step, told.last)
    counts = told.lines.tolist(), consignments.tolist()
    rows = (
        (step.run, entity, "", "", 0, *said, "")
        for entity, *said in zip(step.named.entities.tolist(), *counts, *days, strict=True)
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
    _add(step, tables.entity_profile, rows, columns, "lines", "consignments")


def _texts(step: _Step, days: Numbers) -> list[str | None]:
    """Return days as text; None: no date."""
    written = [*step.lines.days, None]  # -1 is the last one
    return [written[day] for day in days.tolist()]


def _add(
    step: _Step, table: Any, rows: Iterable[tuple[Any, ...]], columns: Sequence[str], *sums: str
) -> None:
    """Add counts to existing rows, and extend their first and last days."""
    how: dict[str, Any] = dict.fromkeys(sums, "add") | {"first": "least", "last": "most"}
    insert_or_add(step.work.connection, table, rows, columns, how)
