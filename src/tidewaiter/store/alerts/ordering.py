"""Ordering: the next alerts of a set, without looking at all of it.

The values that an order goes by are terms too, few for each. The walk goes from one to the next
and stops where the page is full; where few alerts are left, they are read and sorted.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, RowMapping, Select, case, select, tuple_

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.severity import SEVERITIES, weight
from tidewaiter.store import tables
from tidewaiter.store.alertterms import LISTED, NO_DAY, rank_value
from tidewaiter.store.blocks import Marks, each_block, is_in, numbers_in, size
from tidewaiter.store.queuefilter import Sort
from tidewaiter.store.slices import slices
from tidewaiter.store.terms import Index, having, having_each, values

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
        hint = "go back to the first page"
        raise InputError(f'there is no alert "{alert}" to go on from', hint=hint)
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
