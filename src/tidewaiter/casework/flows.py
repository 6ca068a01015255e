"""Flows: flagged lines added up by route, exactly.

All alerts stand in columns of whole numbers, so that any sum over a million of them is made anew
in a few hundredths of a second and none has to be kept. A line may have several alerts: it and its
mass count once in each sum.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.quantities import MG_PER_KG
from tidewaiter.base.records import Record

LARGEST_MG = 10**15  # a million tonnes: twice the largest ship; more on one line is no mass
UNKNOWN = -1  # of a mass
NO_MONTH = 0
_MONTHS = 12
_PIECE = 1 << 17  # alerts that are added up at a time

Whole = NDArray[np.integer[Any]]
Measure = Literal["alerts", "mass"]
"""What makes a route large: its alerts, or the known net mass of their lines."""


class Sum(Record, frozen=True, kw_only=True):
    """What is counted somewhere."""

    alerts: int = 0
    lines: int = 0  # flagged: each has one of these alerts or more
    net_mg: int = 0  # of the lines whose net mass is known
    unweighed: int = 0  # lines whose net mass is not known


class RouteSum(Record, frozen=True, kw_only=True):
    """What is counted on one route; countries by ISO 3166-1 alpha-2 code, "": not known."""

    origin: str
    via: tuple[str, ...]
    destination: str
    sum: Sum


class Flows(Record, frozen=True, kw_only=True):
    """What a filter lets through, added up. Counts are of alerts."""

    total: Sum
    routes: tuple[RouteSum, ...]  # the largest first
    ends: tuple[RouteSum, ...]  # the same by both ends alone, whatever is between them
    other_routes: int  # how many beside these
    others: Sum  # what is counted on them
    countries: Mapping[str, int]  # whose code the papers name: each alert once for each country
    months: Mapping[str, int]  # "2026-03", in order: of any period, but else as filtered
    undated: int  # without a day: of any period, but else as filtered
    substances: Mapping[str, int]  # by slug: of any substance, but else as filtered


class FlowColumns(NamedTuple):
    """All alerts, in the order in which they were stored; the place of each is its number."""

    route: Whole  # a number for each route, from 0
    month: Whole  # of the arrival or planned release, since the year 0; NO_MONTH: not known
    net_mg: Whole  # of the line; UNKNOWN: not known
    again: Whole  # numbers of alerts on lines that had an alert already, rising
    first: Whole  # the numbers of the first alert on each of these lines
    ends: Whole  # by the number of a route: that of the direct one between the same ends


class Tallies(NamedTuple):
    """Sums by route: one number for each in each column."""

    alerts: Whole
    lines: Whole
    kg: Whole
    mg: Whole  # beside the kilograms: fewer than in one kilogram, so that `kg` alone ranks
    unweighed: Whole

    def at(self, route: int) -> Sum:
        """Return the sum of one route."""
        alerts, lines, kg, mg, unweighed = (int(column[route]) for column in self)
        return Sum(alerts=alerts, lines=lines, net_mg=kg * MG_PER_KG + mg, unweighed=unweighed)

    def whole(self, routes: Whole | slice = slice(None)) -> Sum:
        """Return the sum of some routes together, or of all."""
        return Tallies(*(np.array([column[routes].sum()]) for column in self)).at(0)

    def largest(self, measure: Measure, most: int | None = None) -> tuple[Whole, Whole]:
        """Return the routes that have alerts: the largest, and the others in any order.

        Args:
            measure: What makes a route large; of equal ones the older is the larger.
            most: How many are the largest; None: all.
        """
        there = np.flatnonzero(self.alerts)
        most = len(there) if most is None else min(most, len(there))
        first = (self.alerts if measure == "alerts" else self.kg)[there]
        bound = np.partition(first, len(there) - most)[len(there) - most] if most else 0
        near, others = there[first >= bound], there[first < bound]
        alerts = -self.alerts[near]
        mass = (-self.mg[near], -self.kg[near])  # what decides stands last
        ranked = near[np.lexsort((*mass, alerts) if measure == "alerts" else (alerts, *mass))]
        return ranked[:most], np.concatenate((ranked[most:], others))


def known_mass(net_mg: int | None) -> int:
    """Return a line's net mass as flows count it, or `UNKNOWN`."""
    return UNKNOWN if net_mg is None or not 0 <= net_mg <= LARGEST_MG else net_mg


def month_number(day: date | None) -> int:
    """Return the months since the year 0; `NO_MONTH`: there is no day."""
    return NO_MONTH if day is None else day.year * _MONTHS + day.month - 1


def month_text(month: int) -> str:
    """Return a month in ISO 8601: "2026-03"."""
    year, number = divmod(month, _MONTHS)
    return f"{year:04}-{number + 1:02}"


def by_month(columns: FlowColumns, numbers: Whole) -> dict[int, int]:
    """Count some alerts by month, in order; `NO_MONTH` stands first where there is any."""
    counts = _count(columns.month[numbers], 1)
    return {month: int(counts[month]) for month in np.flatnonzero(counts).tolist()}


def tallies(columns: FlowColumns, numbers: Whole) -> Tallies:
    """Add up some alerts by route.

    Args:
        columns: All alerts.
        numbers: Of the alerts to add up, rising, each once.
    """
    counted = _first_of_lines(columns, numbers)
    size = len(columns.ends)
    sums = np.zeros((4, size))
    # A piece at a time, so that what is worked on stays in the cache of the processor.
    for start in range(0, len(counted), _PIECE):
        some = counted[start : start + _PIECE]
        route, mass = columns.route[some].astype(np.intp), columns.net_mg[some]
        # Numbers below 2**53 are whole in floating point, and so is the floor of what is divided.
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
    """Add up the sums of routes by their ends, whatever is between them."""
    size = len(columns.ends)
    sums = Tallies(*(_count(columns.ends, size, each.astype(np.float64)) for each in routes))
    return _carried(sums)


def _carried(sums: Tallies) -> Tallies:
    """Carry milligrams that add up to kilograms, so that many light lines rank by their sum."""
    over, mg = np.divmod(sums.mg, MG_PER_KG)
    return sums._replace(kg=sums.kg + over, mg=mg)


def _first_of_lines(columns: FlowColumns, numbers: Whole) -> Whole:
    """Return, of some alerts, the first on each line."""
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
    """Count, or add up, by keys; sums are exact below 2**53."""
    return np.bincount(keys, weights, size).astype(np.int64)
