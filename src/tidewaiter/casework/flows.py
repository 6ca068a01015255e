"""Flows: how flagged lines are counted by route, month and substance, so that sums are exact.

A line may have several alerts, and an alert several substances. So that a line and its mass are
counted once in each sum, each sum that can be asked for is kept as a tally of its own: of one
substance or any, of one severity or any, of one status or any.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from tidewaiter.base.records import Record

ANY = ""
LARGEST_MG = 10**15  # a million tonnes: two of the largest ships; more on one line is no mass
_MG_PER_KG = 1_000_000


class Flagged(Record, frozen=True, kw_only=True):
    """What an alert says that flows count."""

    route: int
    month: str  # of the arrival or planned release, "2026-03"; "": not known
    net_mg: int | None  # of the line; None: not known
    severity: str
    status: str
    substances: tuple[str, ...]  # slugs
    restricted: bool  # only for those who are cleared


class Cell(NamedTuple):
    """Which tally: `ANY` for a substance, severity or status stands for all of them."""

    substance: str
    severity: str
    status: str
    restricted: int  # 1: what those who are cleared see beyond the others
    month: str
    route: int


class Tally(NamedTuple):
    """What is counted in a cell."""

    alerts: int = 0
    lines: int = 0
    net_kg: int = 0  # of the lines whose net mass is known: whole kilograms
    rest_mg: int = 0  # and the milligrams beside them
    unweighed: int = 0  # lines whose net mass is not known

    def plus(self, other: "Tally", times: int = 1) -> "Tally":
        """Return the sum of this and so many times the other."""
        return Tally(*(a + times * b for a, b in zip(self, other, strict=True)))


def tallies_of(alerts: Sequence[Flagged]) -> dict[Cell, Tally]:
    """Return what one line adds to the flows.

    Args:
        alerts: All of the line.

    Returns:
        Tallies that are not zero, by cell.
    """
    seen = _sums([each for each in alerts if not each.restricted], restricted=0)
    if all(not each.restricted for each in alerts):
        return seen
    whole = _sums(alerts, restricted=1)
    beyond = {
        cell: tally.plus(seen.get(cell._replace(restricted=0), Tally()), -1)
        for cell, tally in whole.items()
    }
    return seen | {cell: tally for cell, tally in beyond.items() if any(tally)}


def changes(
    before: Iterable[Mapping[Cell, Tally]], after: Iterable[Mapping[Cell, Tally]]
) -> dict[Cell, Tally]:
    """Return what is to be added to the tallies of cells, where lines change.

    Args:
        before: What each line added.
        after: What each line adds now.
    """
    sums: dict[Cell, Tally] = defaultdict(Tally)
    for times, lines in ((-1, before), (1, after)):
        for line in lines:
            for cell, tally in line.items():
                sums[cell] = sums[cell].plus(tally, times)
    return {cell: tally for cell, tally in sums.items() if any(tally)}


def _sums(alerts: Sequence[Flagged], *, restricted: int) -> dict[Cell, Tally]:
    found: dict[Cell, Tally] = {}
    for each in alerts:
        for cell in _cells(each, restricted):
            one = found.get(cell) or _line(each)
            found[cell] = one._replace(alerts=one.alerts + 1)
    return found


def _cells(alert: Flagged, restricted: int) -> Iterator[Cell]:
    substances = dict.fromkeys((ANY, *alert.substances))
    for names in product(substances, (ANY, alert.severity), (ANY, alert.status)):
        yield Cell(*names, restricted, alert.month, alert.route)


def _line(alert: Flagged) -> Tally:
    """Return what a line counts for, before its alerts are counted."""
    if alert.net_mg is None or not 0 <= alert.net_mg <= LARGEST_MG:
        return Tally(lines=1, unweighed=1)
    kg, rest = divmod(alert.net_mg, _MG_PER_KG)
    return Tally(lines=1, net_kg=kg, rest_mg=rest)
