"""The queue: which alerts a filter lets through, in what order, counted and paged.

The values that an order goes by are terms too, few for each. The walk goes from one to the next
and stops where the page is full; where few alerts are left, they are read and sorted.

There is one path to an answer, for the page, the command line and the API: each condition becomes
a set of alerts, and what they share is counted, put in order, and read.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, RowMapping, Select, case, func, select, tuple_

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.severity import SEVERITIES, weight
from tidewaiter.casework.decisions import Status
from tidewaiter.store.alerts.bitmaps import Marks, each_block, is_in, numbers_in, size
from tidewaiter.store.alerts.decisions import PROPOSED
from tidewaiter.store.alerts.filters import Matched, Queue, Sort, View, days_between, match
from tidewaiter.store.alerts.inverted_index import (
    LISTED,
    NO_DAY,
    Index,
    counted,
    having,
    having_each,
    index_of,
    rank_value,
    values,
)
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.database import Work
from tidewaiter.trade.types import Alert, Severity

FEW = 1_500  # alerts of which the order is read and not walked
_STEPS = (500, 2_000, 8_000, 20_000)  # rows read at a time along the consignments


class Level(NamedTuple):
    """What an order goes by, before the next level."""

    kind: str
    down: bool


class Order(Record, frozen=True, kw_only=True):
    """An order of alerts; of those that are alike in all levels, the newest is first."""

    levels: tuple[Level, ...]
    down: bool = True  # the newest first


_RANK = Level("rank", down=True)
_PRIORITY = (
    Level("severity", down=True),
    Level("listed", down=True),
    Level("due-month", down=False),
    Level("due", down=False),
    _RANK,
)
ORDERS: Mapping[Sort, Order] = MappingProxyType(
    {
        "rank": Order(levels=_PRIORITY),
        "due": Order(levels=(Level("due-month", down=False), Level("due", down=False), _RANK)),
        "-due": Order(levels=(Level("due-month", down=True), Level("due", down=True), _RANK)),
        "newest": Order(levels=()),
        "oldest": Order(levels=(), down=False),
        "score": Order(levels=(Level("score", down=True), _RANK)),
        "-score": Order(levels=(Level("score", down=False), _RANK)),
        "consignment": Order(levels=(Level("consignment", down=False),), down=False),
        "-consignment": Order(levels=(Level("consignment", down=True),)),
    }
)


class Key(Record, frozen=True, kw_only=True):
    """What all orders go by, of one alert."""

    number: int
    rank: int
    score: int
    due: str | None
    consignment: str
    severity: str
    listed: str  # "1": a party resembles one on a list; "0": none does

    def value(self, kind: str) -> str:
        """Return the value of a level."""
        if kind in {"consignment", "severity", "listed"}:
            return str(getattr(self, kind))
        if kind in {"rank", "score"}:
            return rank_value(getattr(self, kind))
        due = self.due or NO_DAY
        return due[:7] if kind == "due-month" else due


class Start(Record, frozen=True, kw_only=True):
    """Where a walk starts, and which way it goes."""

    beyond: Key | None = None  # None: from the end
    back: bool = False  # against the order


def key_of(index: Index, alert: str, seen: Marks) -> Key:
    """Return what orders go by of an alert.

    Args:
        index: The index.
        alert: Its id.
        seen: The alerts that may be seen.

    Raises:
        InputError: There is no such alert, or none that may be seen.
    """
    found = index.work.connection.execute(_keys().where(tables.alert.c.id == alert))
    row = found.mappings().first()
    if row is None or not is_in(seen, row["number"]):
        raise InputError("store/no-alert-to-go-on-from", alert=alert)
    return _key(row, having(index, [LISTED]))


def in_order(index: Index, marks: Marks, order: Order, start: Start) -> Iterator[int]:
    """Yield the numbers of the alerts of a set, in an order.

    Args:
        index: The index.
        marks: The set.
        order: The order.
        start: Behind which alert to begin, and which way.
    """
    return _Walk(index, order, start.back).numbers(marks, order.levels, start.beyond)


class _Walk:
    """A walk along an order."""

    def __init__(self, index: Index, order: Order, back: bool) -> None:  # noqa: FBT001
        self._index = index
        self._order = order
        self._back = back

    def numbers(
        self, marks: Marks, levels: tuple[Level, ...], seen: Key | None, begin: str = ""
    ) -> Iterator[int]:
        """Yield the alerts of a set by the levels that are left, behind one that was seen.

        Args:
            marks: The set.
            levels: What is left to go by.
            seen: The alert; None: from the end.
            begin: How the values of the next level begin, as far as a level above says it.
        """
        if not marks.any():
            return
        if not levels:
            yield from self._by_number(marks, seen)
        elif size(marks) <= FEW:
            yield from self._sorted(marks, levels, seen)
        elif levels[0].kind == "consignment":
            yield from self._along(marks, levels[0], seen)
        else:
            for value, held in self._steps(marks, levels[0], seen, begin):
                alike = seen if seen and seen.value(levels[0].kind) == value else None
                within = value if levels[0].kind == "due-month" else ""
                yield from self.numbers(held, levels[1:], alike, within)

    def _steps(
        self, marks: Marks, level: Level, seen: Key | None, begin: str
    ) -> Iterator[tuple[str, Marks]]:
        """Yield the values of a level in order, each with the alerts of a set that have it."""
        left = _arranged(values(self._index, level.kind, begin), level)
        if self._back:
            left.reverse()
        if seen and (last := seen.value(level.kind)) in left:
            left = left[left.index(last) :]
        step = 4
        while left:
            some, left = left[:step], left[step:]
            sets = having_each(self._index, [f"{level.kind}:{value}" for value in some])
            for value in some:
                held = marks & sets[f"{level.kind}:{value}"]
                if held.any():
                    yield value, held
            step *= 4

    def _by_number(self, marks: Marks, seen: Key | None) -> Iterator[int]:
        down = self._order.down != self._back
        for found in each_block(marks, down=down):
            if seen:
                found = found[found < seen.number] if down else found[found > seen.number]  # noqa: PLW2901
            yield from found.tolist()

    def _sorted(self, marks: Marks, levels: tuple[Level, ...], seen: Key | None) -> Iterator[int]:
        """Read what the order goes by of each alert, and sort."""
        keys = {key.number: key for key in self._keys(numbers_in(marks))}
        if seen:
            keys[seen.number] = seen
        found = sorted(keys.values(), key=lambda key: key.number, reverse=self._order.down)
        for level in reversed(levels):
            places = {
                value: at
                for at, value in enumerate(
                    _arranged(list({key.value(level.kind) for key in found}), level)
                )
            }
            found.sort(key=lambda key: places[key.value(level.kind)])
        if self._back:
            found.reverse()
        first = found.index(seen) + 1 if seen else 0
        return (key.number for key in found[first:])

    def _keys(self, numbers: NDArray[np.int64]) -> Iterator[Key]:
        c, listed = tables.alert.c, having(self._index, [LISTED])
        for some in slices(numbers.tolist()):
            found = self._index.work.connection.execute(_keys().where(c.number.in_(some)))
            for row in found.mappings():
                yield _key(row, listed)

    def _along(self, marks: Marks, level: Level, seen: Key | None) -> Iterator[int]:
        """Go along the consignments of all alerts, and keep those of the set."""
        c = tables.alert.c
        down = level.down != self._back
        place = tuple_(c.consignment, c.number)
        ends = (c.consignment.desc(), c.number.desc()) if down else (c.consignment, c.number)
        first, final = (int(next(each_block(marks, down=way))[0]) for way in (False, True))
        # A file is a stretch of numbers. With "+ 0" the index of the consignments is walked still.
        near = (c.number + 0).between(first, final)
        query = select(c.consignment, c.number).where(near).order_by(*ends)
        held = np.unpackbits(marks.view(np.uint8).reshape(-1), bitorder="little")
        last = (seen.consignment, seen.number) if seen else None
        for rows in _growing():
            some = query.limit(rows)
            if last is not None:
                some = some.where(place < tuple_(*last) if down else place > tuple_(*last))
            page = self._index.work.connection.execute(some).all()
            yield from (number for _, number in page if held[number])
            if len(page) < rows:
                return
            last = tuple(page[-1])


def _arranged(found: list[str], level: Level) -> list[str]:
    """Put the values of a level in order; alerts without a day are last in either."""
    if level.kind == "severity":
        return sorted(found, key=weight, reverse=level.down)
    known = sorted((value for value in found if value != NO_DAY), reverse=level.down)
    return known + [NO_DAY] * (len(known) < len(found))


def _key(row: RowMapping, listed: Marks) -> Key:
    return Key(**row, listed=str(int(is_in(listed, row["number"]))))


def by_priority() -> tuple[ColumnElement[Any], ...]:
    """Return how alerts of a short list are sorted: the most severe first, then by their rank."""
    a = tables.alert.c
    places = {name: weight(name) for name in SEVERITIES}
    return case(places, value=a.severity).desc(), a.rank.desc(), a.id.desc()


def _growing() -> Iterator[int]:
    """Yield how many rows to read at a time."""
    yield from _STEPS
    while True:
        yield _STEPS[-1]


def _keys() -> Select[Any]:
    c = tables.alert.c
    return select(c.number, c.rank, c.score, c.due, c.consignment, c.severity)


MOST = 12  # values of a filter that are told
WITHIN = (-1, 0, 3, 7, 30)
"""Days from today that are counted: late, late or due today, due in 3 days ..."""

FACETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "severity": get_args(Severity),
        "status": get_args(Status),
        "assignee": ("",),
        "substance": (),
        "rule": (),
        "country": (),
    }
)
"""What is counted beside a filter, and the values that are told even where none has them."""


class Page(Record, frozen=True, kw_only=True):
    """Some alerts of the queue, in order."""

    alerts: tuple[Alert, ...]
    total: int  # of all pages
    earlier: bool  # there may be alerts before these
    later: bool  # there are alerts behind these
    whole: tuple[str, ...]  # words of which only whole ones were looked for


class Count(Record, frozen=True, kw_only=True):
    """How many alerts have a value."""

    value: str
    alerts: int


class Counts(Record, frozen=True, kw_only=True):
    """How many alerts each value of a filter would let through, the other filters as they are."""

    total: int
    by: Mapping[str, tuple[Count, ...]]  # by filter: see FACETS; the most frequent first
    due_within: Mapping[int, int]  # by days from today: see WITHIN
    proposed: int = 0  # of which a decision waits for a second officer


def queue_page(work: Work, queue: Queue, view: View | None = None) -> Page:
    """Read a page of the queue.

    Args:
        work: Any.
        queue: The filter, and what may be seen.
        view: Which page; None: the first.

    Raises:
        InputError: There is no alert to go on from.
        StoreError: An alert is not one that we wrote.
    """
    index = index_of(work)
    return _page(index, match(index, queue), view or View())


def queue_with_counts(
    work: Work, queue: Queue, view: View, *, most: int = MOST
) -> tuple[Page, Counts]:
    """Read a page of the queue, and count what each value of each filter would let through.

    A value is counted with the other filters as they are.

    Args:
        work: Any.
        queue: The filter, and what may be seen.
        view: Which page.
        most: Values of each filter that are told; those that are chosen are told beyond it.

    Raises:
        InputError: There is no alert to go on from.
        StoreError: An alert is not one that we wrote.
    """
    index = index_of(work)
    matched = match(index, queue)
    return _page(index, matched, view), _all_counts(index, queue, matched, most)


def matching_ids(work: Work, queue: Queue, rows: int, *, stored: int | None = None) -> list[str]:
    """Return the ids of the alerts that a filter lets through, as they were stored.

    Args:
        work: Any.
        queue: The filter, and what may be seen.
        rows: How many at most.
        stored: How many alerts were stored when someone looked, of which alone they are; None: all.
    """
    index = index_of(work)
    numbers = numbers_in(match(index, queue).all_but())
    if stored is not None:
        numbers = numbers[numbers < stored]
    return ids_of(work, numbers[:rows].tolist())


def stored_alerts(work: Work) -> int:
    """Count the alerts that are stored; those that come later have greater numbers."""
    last = work.connection.execute(select(func.max(tables.alert.c.number))).scalar()
    return 0 if last is None else int(last) + 1


def count_alerts(work: Work, queue: Queue, kind: str) -> dict[str, int]:
    """Count the alerts that a filter lets through by the values of one of FACETS."""
    index = index_of(work)
    found = counted(index, kind, match(index, queue).all_but())
    return dict.fromkeys(FACETS[kind], 0) | found


def visible_ids(work: Work, alerts: Sequence[str], *, cleared: bool) -> list[str]:
    """Return those of some alerts that are stored and may be seen, in order."""
    c = tables.alert.c
    found: set[str] = set()
    for some in slices(alerts):
        query = select(c.id).where(c.id.in_(some))
        shown = query if cleared else query.where(c.restricted == 0)
        found.update(work.connection.execute(shown).scalars())
    return [name for name in dict.fromkeys(alerts) if name in found]


def ids_of(work: Work, numbers: Sequence[int]) -> list[str]:
    """Return the ids of alerts by their numbers, in the order of these."""
    c = tables.alert.c
    found: dict[int, str] = {}
    for some in slices(numbers):
        query = select(c.number, c.id).where(c.number.in_(some))
        found |= {number: name for number, name in work.connection.execute(query)}  # noqa: C416
    return [found[number] for number in numbers]


def _page(index: Index, matched: Matched, view: View) -> Page:
    marks = matched.all_but()
    beyond = view.after or view.before
    start = Start(
        beyond=key_of(index, beyond, matched.seen) if beyond else None,
        back=view.before is not None and view.after is None,
    )
    numbers = list(islice(in_order(index, marks, ORDERS[view.sort], start), view.rows + 1))
    more, shown = len(numbers) > view.rows, numbers[: view.rows]
    ids = ids_of(index.work, shown[::-1] if start.back else shown)
    return Page(
        alerts=tuple(alerts_of(index.work, ids)),
        total=size(marks),
        earlier=more if start.back else start.beyond is not None,
        later=more or start.back,
        whole=matched.whole,
    )


def _all_counts(index: Index, queue: Queue, matched: Matched, most: int) -> Counts:
    return Counts(
        total=size(matched.all_but()),
        by={name: _counts(index, queue, matched, name, most) for name in FACETS},
        due_within=_due(index, queue, matched),
        proposed=size(matched.all_but("proposed") & having(index, [PROPOSED])),
    )


def _counts(
    index: Index, queue: Queue, matched: Matched, name: str, most: int
) -> tuple[Count, ...]:
    found = dict.fromkeys(FACETS[name], 0) | counted(index, name, matched.all_but(name))
    chosen = getattr(queue.wanted, name)
    kept = {*FACETS[name], *(chosen if isinstance(chosen, tuple) else filter(None, [chosen]))}
    ranked = sorted(found, key=lambda value: (-found[value], value))
    told = dict.fromkeys([*FACETS[name], *ranked[:most], *sorted(kept - {""})])
    return tuple(Count(value=value, alerts=found.get(value, 0)) for value in told)


def _due(index: Index, queue: Queue, matched: Matched) -> dict[int, int]:
    others, first = matched.all_but("due_within"), None
    counts, found = {}, 0
    for days in WITHIN:
        last = queue.today + timedelta(days=days)
        found += size(others & days_between(index, "due", first, last))
        counts[days], first = found, last + timedelta(days=1)
    return counts
