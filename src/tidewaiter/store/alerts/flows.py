"""Flows: the route and mass of each alert, and sums by route, month and substance.

Alerts are numbered from 0 in the order of storing, and `BLOCK` of them share a row, so that a
million alerts are read in a few hundred rows and a new one rewrites a single row.

The filter is that of the queue, so the queue of a route lists as many alerts as its sum. Alerts
that the user may not see are in no sum.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, insert, select, tuple_

from tidewaiter.casework.flows import (
    NO_MONTH,
    FlowColumns,
    Flows,
    Measure,
    RouteSum,
    Tallies,
    Whole,
    by_ends,
    by_month,
    known_mass,
    month_number,
    month_text,
    tallies,
)
from tidewaiter.store.alerts.bitmaps import numbers_in
from tidewaiter.store.alerts.filters import Queue, match
from tidewaiter.store.alerts.inverted_index import counted, index_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import put, slices
from tidewaiter.store.core.database import IN_BINARY, Work
from tidewaiter.trade.flows import Journey, direct, journey_of
from tidewaiter.trade.types import Alert

BLOCK = 1 << 12
_SHORT, _WIDE = np.dtype("<i4"), np.dtype("<i8")
_COLUMNS = ("block", "route", "month", "net_mg", "again")
_ROUTE = ("id", "origin", "via", "destination")


def index_flows(work: Work, source: int, stored: Sequence[tuple[int, Alert]]) -> None:
    """Write the routes and masses of new alerts.

    Args:
        work: A write transaction.
        source: Id of the source of their lines.
        stored: Alerts with their numbers, consecutive to the existing ones, and already in the
            table `alert`.
    """
    if not stored:
        return
    journeys = {number: journey_of(alert.line) for number, alert in stored}
    named = [each for journey in journeys.values() for each in (journey, direct(journey))]
    routes = _route_ids(work, list(dict.fromkeys(named)))
    begun = _first_alerts(work, source, sorted({alert.row for _, alert in stored}))
    rows = [
        (
            number,
            routes[journeys[number]],
            month_number(alert.due),
            known_mass(alert.line.net_mg),
            begun[alert.row],
        )
        for number, alert in stored
    ]
    written = np.array(rows, _WIDE)
    blocks = written[:, 0] // BLOCK
    made = [_appended(work, block, written[blocks == block]) for block in np.unique(blocks)]
    put(work.connection, tables.alert_flow, _COLUMNS, made)


def read_columns(work: Work) -> FlowColumns:
    """Read the routes and masses of all alerts."""
    c = tables.alert_flow.c
    query = select(c.route, c.month, c.net_mg, c.again).order_by(c.block)
    rows = work.connection.execute(query.execution_options(**{IN_BINARY: True})).all()
    pairs = _joined([row.again for row in rows], _WIDE).reshape(-1, 2)
    return FlowColumns(
        route=_joined([row.route for row in rows], _SHORT),
        month=_joined([row.month for row in rows], _SHORT),
        net_mg=_joined([row.net_mg for row in rows], _WIDE),
        again=pairs[:, 0],
        first=pairs[:, 1],
        ends=_ends(work),
    )


def read_routes(work: Work, ids: Collection[int]) -> dict[int, Journey]:
    """Read some routes by their ids."""
    c, wanted = tables.route.c, sorted(ids)
    found: dict[int, Journey] = {}
    for some in slices(wanted):
        query = select(tables.route).where(c.id.in_(some))
        for number, origin, via, destination in work.connection.execute(query):
            found[number] = Journey(origin=origin, via=tuple(via.split()), destination=destination)
    return found


def _route_ids(work: Work, journeys: Sequence[Journey]) -> dict[Journey, int]:
    """Return the ids of distinct routes; new ones are inserted."""
    found = _known_routes(work, journeys)
    missing = [journey for journey in journeys if journey not in found]
    if missing:
        last = work.connection.execute(select(func.max(tables.route.c.id))).scalar()
        first = 0 if last is None else last + 1
        found |= {journey: number for number, journey in enumerate(missing, first)}
        rows = [
            dict(zip(_ROUTE, (found[journey], *_written(journey)), strict=True))
            for journey in missing
        ]
        work.connection.execute(insert(tables.route), rows)
        _write_ends(work, {found[each]: found[direct(each)] for each in journeys})
    return found


def _known_routes(work: Work, journeys: Sequence[Journey]) -> dict[Journey, int]:
    """Return the ids of those routes that exist."""
    c = tables.route.c
    by_text = {_written(journey): journey for journey in journeys}
    wanted, found = list(by_text), {}
    for texts in slices(wanted):
        some = tuple_(c.origin, c.via, c.destination).in_(texts)
        for number, *text in work.connection.execute(select(tables.route).where(some)):
            found[by_text[tuple(text)]] = number
    return found


def _written(journey: Journey) -> tuple[str, ...]:
    """Return the row of a route."""
    return journey.origin, " ".join(journey.via), journey.destination


def _write_ends(work: Work, ends: Mapping[int, int]) -> None:
    """Write the direct route between the ends of each route."""
    c = tables.route_ends.c
    for block in sorted({route // BLOCK for route in ends}):
        held = work.connection.execute(select(c.ends).where(c.block == block)).scalar() or b""
        last = max(route for route in ends if route // BLOCK == block) % BLOCK
        row = np.zeros(max(last + 1, len(held) // _SHORT.itemsize), _SHORT)
        row[: len(held) // _SHORT.itemsize] = np.frombuffer(held, _SHORT)
        for route, direct_one in ends.items():
            if route // BLOCK == block:
                row[route % BLOCK] = direct_one
        put(work.connection, tables.route_ends, ("block", "ends"), [(block, row.tobytes())])


def _ends(work: Work) -> NDArray[Any]:
    c = tables.route_ends.c
    rows = work.connection.execute(select(c.ends).order_by(c.block)).scalars().all()
    return _joined(rows, _SHORT)


def _first_alerts(work: Work, source: int, rows: Sequence[int]) -> dict[int, int]:
    """Return the number of the first alert of each line, by the row of the line."""
    c = tables.alert.c
    first: dict[int, int] = {}
    for numbers in slices(rows):
        some = c.row.in_(numbers)
        query = select(c.row, func.min(c.number)).where(c.source == source, some).group_by(c.row)
        first |= {row: number for row, number in work.connection.execute(query)}  # noqa: C416
    return first


def _appended(work: Work, block: int, rows: NDArray[np.int64]) -> tuple[object, ...]:
    """Return a block with alerts appended."""
    number, *short, net_mg, first = rows.T
    again = rows[number != first][:, [0, -1]]
    added = (*(each.astype(_SHORT) for each in short), net_mg.astype(_WIDE), again.astype(_WIDE))
    c = tables.alert_flow.c
    query = select(c.route, c.month, c.net_mg, c.again).where(c.block == int(block))
    held: Any = work.connection.execute(query).one_or_none() or (b"",) * len(added)
    parts = (bytes(a) + b.tobytes() for a, b in zip(held, added, strict=True))
    return int(block), *parts


def _joined(parts: Sequence[bytes], kind: np.dtype[Any]) -> NDArray[Any]:
    return np.frombuffer(b"".join(parts), kind)


def flows(
    work: Work, queue: Queue, *, measure: Measure = "alerts", most: int | None = None
) -> Flows:
    """Sum the alerts that pass a filter.

    Args:
        work: Any transaction.
        queue: The filter, and what may be seen.
        measure: What routes are ranked by.
        most: How many routes are listed individually; None: all.
    """
    index = index_of(work)
    matched = match(index, queue)
    seen = matched.all_but()
    columns = read_columns(work)
    numbers = numbers_in(seen)
    found = tallies(columns, numbers)
    pairs = by_ends(columns, found)
    (shown, rest), (ends, _) = found.largest(measure, most), pairs.largest(measure, most)
    named = read_routes(work, {*shown.tolist(), *ends.tolist()})
    due = {"due", "due_within"} & matched.by.keys()
    months = by_month(columns, numbers if not due else numbers_in(matched.all_but(*due)))
    undated = months.pop(NO_MONTH, 0)
    return Flows(
        total=found.whole(),
        routes=_route_sums(named, found, shown),
        ends=_route_sums(named, pairs, ends),
        other_routes=len(rest),
        others=found.whole(rest),
        countries=counted(index, "country", seen),
        months={month_text(month): count for month, count in months.items()},
        undated=undated,
        substances=counted(index, "substance", matched.all_but("substance")),
    )


def _route_sums(named: Mapping[int, Journey], found: Tallies, shown: Whole) -> tuple[RouteSum, ...]:
    return tuple(
        RouteSum(
            origin=named[route].origin,
            via=named[route].via,
            destination=named[route].destination,
            sum=found.at(route),
        )
        for route in shown.tolist()
    )
