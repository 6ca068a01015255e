"""Flows: the alerts that a filter lets through, added up by route, country, month and substance.

The filter is that of the queue, and so is what it lets through: whoever goes from a route to the
queue finds as many alerts there. Alerts that someone may not see are in no sum.
"""

from collections.abc import Mapping

from tidewaiter.casework.flows import (
    NO_MONTH,
    Flows,
    Measure,
    RouteSum,
    Tallies,
    Whole,
    by_ends,
    by_month,
    month_text,
    tallies,
)
from tidewaiter.consignments.journeys import Journey
from tidewaiter.store.blocks import numbers_in
from tidewaiter.store.database import Work
from tidewaiter.store.flowblocks import read_columns, read_routes
from tidewaiter.store.matching import match
from tidewaiter.store.queuefilter import Queue
from tidewaiter.store.terms import counted, index_of


def flows(
    work: Work, queue: Queue, *, measure: Measure = "alerts", most: int | None = None
) -> Flows:
    """Add up the alerts that a filter lets through.

    Args:
        work: Any.
        queue: The filter, and what may be seen.
        measure: What makes a route the largest.
        most: How many routes stand by themselves; None: all.
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
        routes=_routes(named, found, shown),
        ends=_routes(named, pairs, ends),
        other_routes=len(rest),
        others=found.whole(rest),
        countries=counted(index, "country", seen),
        months={month_text(month): count for month, count in months.items()},
        undated=undated,
        substances=counted(index, "substance", matched.all_but("substance")),
    )


def _routes(named: Mapping[int, Journey], found: Tallies, shown: Whole) -> tuple[RouteSum, ...]:
    return tuple(
        RouteSum(
            origin=named[route].origin,
            via=named[route].via,
            destination=named[route].destination,
            sum=found.at(route),
        )
        for route in shown.tolist()
    )
