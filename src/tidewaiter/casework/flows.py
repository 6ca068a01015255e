"""Flows: exact sums of flagged lines by route.

Alerts are held in integer columns, so that any sum over a million of them takes a few hundredths
of a second and none has to be stored. A line with several alerts counts once in each sum, with its
mass.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.quantities import MG_PER_KG
from tidewaiter.base.records import Record

LARGEST_MG = 10**15  # a million tonnes: twice the largest ship; larger values are errors
UNKNOWN = -1  # mass not known
NO_MONTH = 0
_MONTHS = 12
_PIECE = 1 << 17  # alerts summed at a time

Whole = NDArray[np.integer[Any]]
Measure = Literal["alerts", "mass"]
"""Ranking of routes: by alerts, or by the known net mass of their lines."""


class Sum(Record, frozen=True, kw_only=True):
    """What is counted somewhere."""

    alerts: int = 0
    lines: int = 0  # flagged lines: with at least one of these alerts
    net_mg: int = 0  # of lines with known net mass
    unweighed: int = 0  # lines with unknown net mass


class RouteSum(Record, frozen=True, kw_only=True):
    """Sums on one route; countries by ISO 3166-1 alpha-2 code, "": unknown."""

    origin: str
    via: tuple[str, ...]
    destination: str
    sum: Sum


class Flows(Record, frozen=True, kw_only=True):
    """Sums over filtered alerts. Counts are of alerts."""

    total: Sum
    routes: tuple[RouteSum, ...]  # largest first
    ends: tuple[RouteSum, ...]  # likewise by end points only, ignoring stops
    other_routes: int  # number of further routes
    others: Sum  # sums over those
    countries: Mapping[str, int]  # alerts per country named in the documents
    months: Mapping[str, int]  # "2026-03", in order: any period, other filters applied
    undated: int  # without a day: any period, other filters applied
    substances: Mapping[str, int]  # by slug: any substance, other filters applied


class FlowColumns(NamedTuple):
    """All alerts in the order of storing; the index is the alert number."""

    route: Whole  # route number, from 0
    month: Whole  # of arrival or planned release, since year 0; NO_MONTH: unknown
    net_mg: Whole  # of the line; UNKNOWN: not known
    again: Whole  # numbers of further alerts on the same line, increasing
    first: Whole  # number of the first alert on each of these lines
    ends: Whole  # by route number: the direct route between the same ends


class Tallies(NamedTuple):
    """Sums by route: one value per route in each column."""

    alerts: Whole
    lines: Whole
    kg: Whole
    mg: Whole  # milligrams beyond `kg`, below one kilogram, so that `kg` alone ranks
    unweighed: Whole

    def at(self, route: int) -> Sum:
        """Return the sums of one route."""
        alerts, lines, kg, mg, unweighed = (int(column[route]) for column in self)
        return Sum(alerts=alerts, lines=lines, net_mg=kg * MG_PER_KG + mg, unweighed=unweighed)

    def whole(self, routes: Whole | slice = slice(None)) -> Sum:
        """Return the total of some routes, or of all."""
        return Tallies(*(np.array([column[routes].sum()]) for column in self)).at(0)

    def largest(self, measure: Measure, most: int | None = None) -> tuple[Whole, Whole]:
        """Return the routes with alerts: the largest, and the others in any order.

        Args:
            measure: Ranking; ties go to the older route.
            most: Number of largest routes; None: all.
        """
        there = np.flatnonzero(self.alerts)
        most = len(there) if most is None else min(most, len(there))
        first = (self.alerts if measure == "alerts" else self.kg)[there]
        bound = np.partition(first, len(there) - most)[len(there) - most] if most else 0
        near, others = there[first >= bound], there[first < bound]
        alerts = -self.alerts[near]
        mass = (-self.mg[near], -self.kg[near])  # the primary key comes last
        ranked = near[np.lexsort((*mass, alerts) if measure == "alerts" else (alerts, *mass))]
        return ranked[:most], np.concatenate((ranked[most:], others))


def known_mass(net_mg: int | None) -> int:
    """Return a line's net mass for sums, or `UNKNOWN`."""
    return UNKNOWN if net_mg is None or not 0 <= net_mg <= LARGEST_MG else net_mg


def month_number(day: date | None) -> int:
    """Return the months since year 0; `NO_MONTH`: no day."""
    return NO_MONTH if day is None else day.year * _MONTHS + day.month - 1


def month_text(month: int) -> str:
    """Format a month as ISO 8601: "2026-03"."""
    year, number = divmod(month, _MONTHS)
    return f"{year:04}-{number + 1:02}"


def by_month(columns: FlowColumns, numbers: Whole) -> dict[int, int]:
    """Count alerts by month, in order; `NO_MONTH` comes first if present."""
    counts = _count(columns.month[numbers], 1)
    return {month: int(counts[month]) for month in np.flatnonzero(counts).tolist()}


def tallies(columns: FlowColumns, numbers: Whole) -> Tallies:
    """Sum alerts by route.

    Args:
        columns: All alerts.
        numbers: Alert numbers, strictly increasing.
    """
    counted = _first_of_lines(columns, numbers)
    size = len(columns.ends)
    sums = np.zeros((4, size))
    # In chunks, so that the working set stays in the processor's cache.
    for start in range(0, len(counted), _PIECE):
        some = counted[start : start + _PIECE]
        route, mass = columns.route[some].astype(np.intp), columns.net_mg[some]
        # Integers below 2**53 are exact in floating point, and so are floor divisions.
        mg = np.maximum(mass, 0).astype(np.float64)
        kg = np.floor(mg / MG_PER_KG)
        mg -= kg * MG_PER_KG
        unweighed = route[mass == UNKNOWN]
        for at, (keys, weights) in enumerate(
            ((route, None), (route, kg), (route, mg), (unweighed, None))
        ):
            sums[at] += np.bincount(keys, weights, size)
    lines, *others = sums.astype(np.int64)
    again = counted is not numbers
    alerts = _count(columns.route[numbers], size) if again else lines
    return _carried(Tallies(alerts, lines, *others))


def by_ends(columns: FlowColumns, routes: Tallies) -> Tallies:
    """Sum the routes by end points, ignoring stops."""
    size = len(columns.ends)
    sums = Tallies(*(_count(columns.ends, size, each.astype(np.float64)) for each in routes))
    return _carried(sums)


def _carried(sums: Tallies) -> Tallies:
    """Carry full kilograms from milligrams, so that many light lines rank by their sum."""
    over, mg = np.divmod(sums.mg, MG_PER_KG)
    return sums._replace(kg=sums.kg + over, mg=mg)


def _first_of_lines(columns: FlowColumns, numbers: Whole) -> Whole:
    """Return the first alert of each line among some alerts."""
    if not len(columns.again):
        return numbers
    wanted = np.zeros(len(columns.route), np.bool_)
    wanted[numbers] = True
    chosen = wanted[columns.again]
    again, first = columns.again[chosen], columns.first[chosen]
    order = np.argsort(first, kind="stable")
    again, first = again[order], first[order]
    said = np.zeros(len(first), np.bool_)
    said[1:] = first[1:] == first[:-1]
    said |= wanted[first]
    wanted[again[said]] = False
    return np.flatnonzero(wanted)


def _count(keys: Whole, size: int, weights: NDArray[np.float64] | None = None) -> Whole:
    """Count or sum by keys; exact below 2**53."""
    return np.bincount(keys, weights, size).astype(np.int64)
