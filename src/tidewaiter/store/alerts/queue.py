"""The queue: the alerts that pass a filter, ordered, counted and paged.

Sort values are index terms too, few distinct ones per level. The walk goes from one value to the
next and stops when the page is full; if few alerts are left, they are read and sorted.

Page, command line and API share one path: each condition becomes a set of alerts, and their
intersection is counted, ordered and read.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, RowMapping, Select, case, select, tuple_

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
    term,
    values,
)
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.database import Work
from tidewaiter.trade.types import Alert, Severity

FEW = 1_500  # up to this many alerts are sorted in memory instead of walking the index
_STEPS = (500, 2_000, 8_000, 20_000)  # rows read at a time along the consignments


class Level(NamedTuple):
    """A sort key before the next level."""

    kind: str
    down: bool


class Order(Record, frozen=True, kw_only=True):
    """A sort order of alerts; ties are broken by newest first."""

    levels: tuple[Level, ...]
    down: bool = True  # newest first


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
    """The sort values of one alert."""

    number: int
    rank: int
    score: int
    due: str | None
    consignment: str
    severity: str
    listed: str  # "1": with a list match; "0": without

    def value(self, kind: str) -> str:
        """Return the value of a level."""
        if kind in {"consignment", "severity", "listed"}:
            return str(getattr(self, kind))
        if kind in {"rank", "score"}:
            return rank_value(getattr(self, kind))
        due = self.due or NO_DAY
        return due[:7] if kind == "due-month" else due


class Start(Record, frozen=True, kw_only=True):
    """Start and direction of a walk."""

    beyond: Key | None = None  # None: from the end
    back: bool = False  # in reverse order


def key_of(index: Index, alert: str, seen: Marks) -> Key:
    """Return the sort values of an alert.

    Args:
        index: The index.
        alert: Its id.
        seen: The alerts visible to the user.

    Raises:
        InputError: The alert does not exist or is not visible.
    """
    found = index.work.connection.execute(_keys().where(tables.alert.c.id == alert))
    row = found.mappings().first()
    if row is None or not is_in(seen, row["number"]):
        raise InputError("store/no-alert-to-go-on-from", alert=alert)
    return _key(row, having(index, [LISTED]))


def in_order(index: Index, marks: Marks, order: Order, start: Start) -> Iterator[int]:
    """Yield the alert numbers of a set in a sort order.

    Args:
        index: The index.
        marks: The set.
        order: The order.
        start: Where to start, and in which direction.
    """
    return _Walk(index, order, start.back).numbers(marks, order.levels, start.beyond)


class _Walk:
    """A walk along a sort order."""

    def __init__(self, index: Index, order: Order, back: bool) -> None:  # noqa: FBT001
        self._index = index
        self._order = order
        self._back = back

    def numbers(
        self, marks: Marks, levels: tuple[Level, ...], seen: Key | None, begin: str = ""
    ) -> Iterator[int]:
        """Yield the alerts of a set by the remaining levels, after a given alert.

        Args:
            marks: The set.
            levels: The remaining levels.
            seen: The alert to start after; None: from the end.
            begin: Prefix of the next level's values, as far as a level above fixes it.
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
        """Yield the values of a level in order, each with its alerts of the set."""
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
        """Read the sort values of each alert, and sort."""
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
        """Walk the consignments of all alerts, and keep those of the set."""
        c = tables.alert.c
        down = level.down != self._back
        place = tuple_(c.consignment, c.number)
        ends = (c.consignment.desc(), c.number.desc()) if down else (c.consignment, c.number)
        first, final = (int(next(each_block(marks, down=way))[0]) for way in (False, True))
        # A file is a range of numbers. "+ 0" makes SQLite keep to the index of the consignments.
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
    """Order the values of a level; alerts without a day always come last."""
    if level.kind == "severity":
        return sorted(found, key=weight, reverse=level.down)
    known = sorted((value for value in found if value != NO_DAY), reverse=level.down)
    return known + [NO_DAY] * (len(known) < len(found))


def _key(row: RowMapping, listed: Marks) -> Key:
    return Key(**row, listed=str(int(is_in(listed, row["number"]))))


def by_priority() -> tuple[ColumnElement[Any], ...]:
    """Return the sort key of a short list: most severe first, then by rank."""
    a = tables.alert.c
    places = {name: weight(name) for name in SEVERITIES}
    return case(places, value=a.severity).desc(), a.rank.desc(), a.id.desc()


def _growing() -> Iterator[int]:
    """Yield batch sizes of rows to read."""
    yield from _STEPS
    while True:
        yield _STEPS[-1]


def _keys() -> Select[Any]:
    c = tables.alert.c
    return select(c.number, c.rank, c.score, c.due, c.consignment, c.severity)


MOST = 12  # values listed per filter
WITHIN = (-1, 0, 3, 7, 30)
"""Days from today that are counted: overdue, due today or before, due in 3 days ..."""

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
"""The values counted beside a filter; these are listed even with a count of 0."""


class Page(Record, frozen=True, kw_only=True):
    """A page of the queue, in order."""

    alerts: tuple[Alert, ...]
    total: int  # over all pages
    earlier: bool  # there may be a previous page
    later: bool  # there is a next page
    whole: tuple[str, ...]  # words matched only as whole words


class Count(Record, frozen=True, kw_only=True):
    """How many alerts have a value."""

    value: str
    alerts: int


class Counts(Record, frozen=True, kw_only=True):
    """How many alerts each value of a filter would select, the other filters unchanged."""

    total: int
    by: Mapping[str, tuple[Count, ...]]  # by filter: see FACETS; most frequent first
    due_within: Mapping[int, int]  # by days from today: see WITHIN
    proposed: int = 0  # with a pending proposal


class Workload(Record, frozen=True, kw_only=True):
    """How many alerts that pass a filter are urgent, and how many are someone's."""

    total: int
    severity: Mapping[str, int]
    overdue: int
    due_today: int
    mine: int
    mine_due: int  # of these, overdue or due today
    proposed: int  # with a pending proposal


def queue_page(work: Work, queue: Queue, view: View | None = None) -> Page:
    """Read a page of the queue.

    Args:
        work: Any transaction.
        queue: The filter, and the user's clearance.
        view: The page; None: the first.

    Raises:
        InputError: The alert to continue from does not exist.
        StoreError: A stored alert cannot be decoded.
    """
    index = index_of(work)
    return _page(index, match(index, queue), view or View())


def queue_with_counts(
    work: Work, queue: Queue, view: View, *, most: int = MOST
) -> tuple[Page, Counts]:
    """Read a page of the queue, and count what each value of each filter would select.

    A value is counted with the other filters unchanged.

    Args:
        work: Any transaction.
        queue: The filter, and what may be seen.
        view: The page.
        most: Values listed per filter; selected ones are listed in any case.

    Raises:
        InputError: The alert to continue from does not exist.
        StoreError: A stored alert cannot be decoded.
    """
    index = index_of(work)
    matched = match(index, queue)
    return _page(index, matched, view), _all_counts(index, queue, matched, most)


def queue_with_workload(
    work: Work, queue: Queue, view: View, assignee: str
) -> tuple[Page, Workload]:
    """Read a page of the queue, and count what is urgent and what is someone's.

    Args:
        work: Any transaction.
        queue: The filter, and what may be seen.
        view: The page.
        assignee: Account name of this person.

    Raises:
        StoreError: A stored alert cannot be decoded.
    """
    index = index_of(work)
    matched = match(index, queue)
    marks = matched.all_but()
    severity = dict.fromkeys(SEVERITIES, 0) | counted(index, "severity", marks)
    overdue = marks & days_between(index, "due", None, queue.today - timedelta(days=1))
    due_today = marks & days_between(index, "due", queue.today, queue.today)
    mine = marks & having(index, [term("assignee", assignee)])
    return _page(index, matched, view), Workload(
        total=size(marks),
        severity=severity,
        overdue=size(overdue),
        due_today=size(due_today),
        mine=size(mine),
        mine_due=size(mine & (overdue | due_today)),
        proposed=size(marks & having(index, [PROPOSED])),
    )


def matching_ids(work: Work, queue: Queue, rows: int, *, stored: int | None = None) -> list[str]:
    """Return the ids of the alerts that pass a filter, in the order of storing.

    Args:
        work: Any transaction.
        queue: The filter, and what may be seen.
        rows: Maximum number.
        stored: Number of alerts stored when the user looked; later ones are excluded; None: all.
    """
    index = index_of(work)
    numbers = numbers_in(match(index, queue).all_but())
    if stored is not None:
        numbers = numbers[numbers < stored]
    return ids_of(work, numbers[:rows].tolist())


def count_alerts(work: Work, queue: Queue, kind: str) -> dict[str, int]:
    """Count the alerts that pass a filter by the values of one of FACETS."""
    index = index_of(work)
    found = counted(index, kind, match(index, queue).all_but())
    return dict.fromkeys(FACETS[kind], 0) | found


def visible_ids(work: Work, alerts: Sequence[str], *, cleared: bool) -> list[str]:
    """Return those of some alerts that are stored and visible, in order."""
    c = tables.alert.c
    found: set[str] = set()
    for some in slices(alerts):
        query = select(c.id).where(c.id.in_(some))
        shown = query if cleared else query.where(c.restricted == 0)
        found.update(work.connection.execute(shown).scalars())
    return [name for name in dict.fromkeys(alerts) if name in found]


def ids_of(work: Work, numbers: Sequence[int]) -> list[str]:
    """Return the ids of alerts by their numbers, in the given order."""
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
