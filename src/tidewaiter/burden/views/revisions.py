"""Revisions: two releases of one source compared cell by cell, and what is odd about it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.burden.indicators import place_name, sources
from tidewaiter.burden.types import Release, month_text
from tidewaiter.burden.views.query import Ask, indicator_key, is_named, settled

_KEY = ["place", "indicator", "measure", "basis", "last", "months", "part"]
_ALL = "all-causes"
_LEAST = 100.0  # deaths of a cell from which on its growth in percent is told
_LARGEST = 12
_ALARMS = 50
_LAGS = 13  # of which the mean growth is told: 0 to 12
_WRITTEN = 0.005  # percent points: the digits of a percent differ between formats of one release
_ODD_PERCENT = 2.0  # a count that grew by less is not unusual, whatever the others did
_ODD_SPREADS = 5.0  # from the median of the places of its lag, in their median distance from it


class Cell(Record, frozen=True, kw_only=True):
    """One count in two releases."""

    place: str
    place_name: str
    indicator: str
    last: str
    lag: int  # months between its period and the newest one of the earlier release
    before: float | None
    after: float | None
    difference: float | None
    percent: float | None  # None: one of both is not shown, or the earlier one is below 100
    was_closed: bool
    is_closed: bool


class Growth(Record, frozen=True, kw_only=True):
    """By how much counts grew that were so many months old."""

    lag: int
    country: float | None  # percent, of the country as a whole
    states: float | None  # percent, mean of its places with 100 deaths or more
    places: int  # how many these are


class Tally(Record, frozen=True, kw_only=True):
    """How many counts did what."""

    same: int
    grew: int
    shrank: int
    new: int  # periods, places or indicators that the earlier release does not have
    gone: int
    shown_now: int  # hidden before
    hidden_now: int
    closed_now: int  # provisional before


class Revisions(Record, frozen=True, kw_only=True):
    """What a release changed of the one before it."""

    source: str
    before: str  # label
    before_sha256: str
    after: str
    after_sha256: str
    tally: Tally
    moved_closed: tuple[Cell, ...]  # closed before and another number now: an alarm; at most 50
    moved_closed_count: int
    unusual: tuple[Cell, ...]  # grew far more than others of that lag: late or amended certificates
    largest: tuple[Cell, ...]  # by the difference, at most 12
    growth: tuple[Growth, ...]
    growth_of: str  # the indicator that `growth` and `unusual` are told of
    asked: str  # the one that was asked for; another where not both releases have it


def pair(releases: Sequence[Release], ask: Ask) -> tuple[Release, Release]:
    """Return the release that is asked for, else the newest, and the one of its source before it.

    Raises:
        MissingError: There are no two releases of one source.
        InputError: No release is of that name.
    """
    order = {key: number for number, key in enumerate(sources())}
    place = settled(releases, ask).place
    by_source: dict[str, list[Release]] = {}
    for each in releases:
        fits = ask.source in {"", each.reading.source} and each.reading.released is not None
        if fits and _has(each, place):
            by_source.setdefault(each.reading.source, []).append(each)
    for source in sorted(by_source, key=lambda key: order.get(key, len(order))):
        ordered = sorted(by_source[source], key=lambda each: each.reading.released or 0)
        found = _pair_of(ordered, ask.release)
        if found:
            return found
    if ask.release:
        labels = ", ".join(each.label for group in by_source.values() for each in group)
        raise InputError(
            "burden/nothing-before-release", release=ask.release, labels=labels or "none"
        )
    raise MissingError("burden/no-two-releases", place=place)


def revisions(before: Release, after: Release, ask: Ask) -> Revisions:
    """Compare two releases of one source.

    Args:
        before: The earlier one.
        after: The later one.
        ask: Growth by lag and what is unusual are told of its indicator, or of the first that both
            have; where its place is a part of a country, only that place is compared.
    """
    common = sorted(way[0] for way in _counted(before) & _counted(after))
    asked = indicator_key(ask.indicator)
    indicator = asked if asked in common or not common else common[0]
    joined = _joined(before, after, settled((before, after), ask))
    newest = pc.max(before.reading.figures["last"]).as_py()
    rows = joined.to_pylist()
    both = [row for row in rows if row["there"] and row["there_after"]]
    moved = [row for row in both if row["closed"] and _differ(row)]
    changed = sorted(
        (row for row in both if _differ(row) and _is_told(row, asked)),
        key=lambda row: -abs(row["value_after"] - row["value"]),
    )
    grown = [row for row in both if row["indicator"] == indicator]
    return Revisions(
        source=after.reading.source,
        before=before.label,
        before_sha256=before.sha256,
        after=after.label,
        after_sha256=after.sha256,
        tally=_tally(rows),
        moved_closed=_cells(
            sorted(moved, key=lambda row: -abs(row["value_after"] - row["value"])), newest, _ALARMS
        ),
        moved_closed_count=len(moved),
        unusual=_cells(_unusual(grown, newest), newest, _LARGEST),
        largest=_cells(changed, newest, _LARGEST),
        growth=_growth(grown, newest),
        growth_of=indicator,
        asked=asked,
    )


def _has(release: Release, place: str) -> bool:
    found = pc.match_substring_regex(release.reading.figures["place"], f"^{place}(-|$)")
    return bool(pc.any(found).as_py())


def _pair_of(ordered: Sequence[Release], wanted: str) -> tuple[Release, Release] | None:
    """Return the last release that is called so, and the one before it that can be compared."""
    for place in range(len(ordered) - 1, 0, -1):
        after = ordered[place]
        if is_named(after, wanted):
            for before in reversed(ordered[:place]):
                if _counted(before) & _counted(after):
                    return before, after
    return None


def _counted(release: Release) -> set[tuple[str, ...]]:
    """Return what a release counts: indicators, measures, bases and lengths of periods."""
    columns = ["indicator", "measure", "basis", "months"]
    ways = release.reading.figures.group_by(columns).aggregate([]).to_pylist()
    return {tuple(str(way[column]) for column in columns) for way in ways}


def _joined(before: Release, after: Release, ask: Ask) -> pa.Table:
    """Put the cells of both side by side; one that a release has not is null there."""
    columns = [*_KEY, "value", "closed"]
    tables = []
    for release, suffix in ((before, ""), (after, "_after")):
        figures = release.reading.figures.select(columns)
        if "-" in ask.place:
            figures = figures.filter(pc.equal(figures["place"], ask.place))
        there = pa.repeat(True, len(figures))
        figures = figures.append_column("there", there)
        tables.append(
            figures.rename_columns([*_KEY, *(f"{n}{suffix}" for n in ("value", "closed", "there"))])
        )
    joined = tables[0].join(tables[1], keys=_KEY, join_type="full outer")
    return joined.sort_by([(name, "ascending") for name in _KEY])


def _is_told(row: dict[str, Any], asked: str) -> bool:
    """Leave out percents, and deaths from all causes, which would hide all others."""
    hidden = "" if asked == _ALL else _ALL
    told: bool = row["measure"] != "percent" and row["indicator"] != hidden
    return told


def _differ(row: dict[str, Any]) -> bool:
    """Tell whether a number changed; a percent that is only written with fewer digits did not."""
    value, after = row["value"], row["value_after"]
    if value is None or after is None:
        return False
    return bool(abs(after - value) > (_WRITTEN if row["measure"] == "percent" else 0))


def _tally(rows: Sequence[dict[str, Any]]) -> Tally:
    count = dict.fromkeys(Tally.__struct_fields__, 0)
    for row in rows:
        value, after = row["value"], row["value_after"]
        if not row["there"] or not row["there_after"]:
            count["gone" if row["there"] else "new"] += 1
            continue
        count["closed_now"] += row["closed"] is False and row["closed_after"] is True
        if (value is None) != (after is None):
            count["shown_now" if value is None else "hidden_now"] += 1
        elif _differ(row):
            count["grew" if after > value else "shrank"] += 1
        else:
            count["same"] += 1
    return Tally(**count)


def _cells(rows: Sequence[dict[str, Any]], newest: int, most: int) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            place=row["place"],
            place_name=place_name(row["place"]),
            indicator=row["indicator"],
            last=month_text(row["last"]),
            lag=newest - row["last"],
            before=row["value"],
            after=row["value_after"],
            difference=row["value_after"] - row["value"],
            percent=_percent(row),
            was_closed=bool(row["closed"]),
            is_closed=bool(row["closed_after"]),
        )
        for row in rows[:most]
    )


def _percent(row: dict[str, Any]) -> float | None:
    value, after = row["value"], row["value_after"]
    if value is None or after is None or value < _LEAST:
        return None
    return float(100 * (after / value - 1))


def _growth(rows: Sequence[dict[str, Any]], newest: int) -> tuple[Growth, ...]:
    told = []
    for lag in range(_LAGS):
        here = [row for row in rows if row["last"] == newest - lag and not row["part"]]
        country = [_percent(row) for row in here if "-" not in row["place"]]
        states = [_percent(row) for row in here if row["place"].count("-") == 1]
        known = [each for each in states if each is not None]
        told.append(
            Growth(
                lag=lag,
                country=next((each for each in country if each is not None), None),
                states=float(np.mean(known)) if known else None,
                places=len(known),
            )
        )
    return tuple(each for each in told if each.country is not None or each.places)


def _unusual(rows: Sequence[dict[str, Any]], newest: int) -> list[dict[str, Any]]:
    """Return of each place the cell farthest from what others did, the farthest first."""
    found: list[tuple[float, dict[str, Any]]] = []
    by_last: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row["place"].count("-") == 1 and not row["part"] and _percent(row) is not None:
            by_last.setdefault(row["last"], []).append(row)
    for last, here in by_last.items():
        if newest - last < 0:
            continue
        moves = np.array([_percent(row) for row in here], dtype=float)
        middle = float(np.median(moves))
        spread = max(float(np.median(np.abs(moves - middle))), 0.1)
        for row, move in zip(here, moves, strict=True):
            away = abs(float(move) - middle)
            if away > _ODD_SPREADS * spread and abs(move) > _ODD_PERCENT:
                found.append((away, row))
    farthest: dict[str, dict[str, Any]] = {}
    for _, row in sorted(found, key=lambda each: -each[0]):
        farthest.setdefault(row["place"], row)
    return list(farthest.values())
