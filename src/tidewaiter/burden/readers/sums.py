"""The nation against its parts: New York counted twice, the nation added to its own parts.

In CDC's counts the fifty states, DC and New York City add up to the United States exactly, and the
state of New York leaves its City out. Files in circulation put the City back, or add the nation to
its states.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any

import pyarrow as pa

from tidewaiter.burden.facts import vsrr_places
from tidewaiter.burden.months import month_text
from tidewaiter.burden.readers.building import Gathered
from tidewaiter.burden.types import FIGURES

_US, _CITY, _REST, _WHOLE = "US", "US-NY-NYC", "US-NY-REST", "US-NY"
_SLACK = 0.005  # of the nation; the releases add up to 0.0003
_WRONG = 0.02  # of the nation: beyond rounding and late amendments
_JUMP = 0.6  # of the City's deaths, between two windows that share eleven months
_FEWEST = 100.0  # deaths of the City, below which a leap may be chance
_APART, _INSIDE, _ALONE = "apart", "inside", "alone"

_BESIDE = frozenset((_US, "US-PR"))  # places that are no part of the nation's sum

Row = dict[str, Any]
Key = tuple[Any, ...]
Values = dict[str, float | None]


def settle_sums(figures: pa.Table, gathered: Gathered) -> pa.Table:
    """Take the City out of New York where it is in; refuse a nation that is not its parts' sum.

    Args:
        figures: Each figure once, FIGURES.
        gathered: Where notes are kept.
    """
    rows = figures.to_pylist()
    counts = [row for row in rows if row["measure"] == "deaths" and not row["part"]]
    groups: dict[Key, Values] = defaultdict(dict)
    for row in counts:
        groups[_key(row)][row["place"]] = row["value"]
    verdicts = {key: found for key, values in groups.items() if (found := _verdict(values))}
    if not verdicts:
        verdicts = _by_history(groups)
    told = Counter(verdicts.values())
    if set(told) - {_APART}:
        rows = _new_york(rows, verdicts, gathered)
        groups = defaultdict(dict)
        for row in rows:
            if row["measure"] == "deaths" and not row["part"]:
                groups[_key(row)][row["place"]] = row["value"]
    wrong = {key: said for key, values in groups.items() if (said := _not_its_sum(values))}
    for key, said in sorted(wrong.items()):
        gathered.refused(
            f"{_US} {key[0]} {month_text(key[1])}",
            f"{groups[key][_US]:,.10g}",
            said,
            "download the release again",
        )
    if not wrong and not set(told) - {_APART}:
        return figures
    kept = [row for row in rows if row["place"] != _US or _key(row) not in wrong]
    return pa.Table.from_pylist(kept, schema=FIGURES)


def _verdict(values: Values) -> str:
    """Tell from the nation whether New York has its City in it; "": that cannot be told."""
    nation = values.get(_US)
    if not nation or not values.get(_REST):
        return ""
    city = values.get(_CITY)
    known = sum(values.get(place) or 0.0 for place in _parts())
    whole = all(values.get(place) is not None for place in _parts() if place != _CITY)
    excess = known - nation
    if _CITY not in values:
        return _ALONE if whole and abs(excess) <= _SLACK * nation / 2 else ""
    if city and excess > _SLACK * nation and abs(excess - city) <= _SLACK * nation:
        return _INSIDE
    return _APART if whole and city is not None and abs(excess) <= _SLACK * nation else ""


def _by_history(groups: Mapping[Key, Values]) -> dict[Key, str]:
    """Tell from leaps of New York by as many as its City has, where the nation does not tell."""
    found: dict[Key, str] = {}
    series: dict[Key, list[Key]] = defaultdict(list)
    for key, values in sorted(groups.items()):
        if values.get(_REST) is not None and values.get(_CITY):
            series[key[0], *key[2:]].append(key)
    for keys in series.values():
        rest = [groups[key][_REST] or 0.0 for key in keys]
        city = [groups[key][_CITY] or 0.0 for key in keys]
        leaps = [
            (n, rest[n] - rest[n - 1])
            for n in range(1, len(keys))
            if keys[n][1] - keys[n - 1][1] == 1 and abs(rest[n] - rest[n - 1]) > _JUMP * city[n]
        ]
        if not leaps or min(city) < _FEWEST:
            continue
        inside = leaps[0][1] < 0  # what falls by the City had it in it before
        leap_at = {n: change > 0 for n, change in leaps}
        for n, key in enumerate(keys):
            inside = leap_at.get(n, inside)
            found[key] = _INSIDE if inside else _APART
    return found


def _new_york(rows: list[Row], verdicts: Mapping[Key, str], gathered: Gathered) -> list[Row]:
    """Mend the rows of New York; refuse those of which nothing tells whether the City is in."""
    by_month: dict[int, set[str]] = defaultdict(set)
    for key, verdict in verdicts.items():
        by_month[key[1]].add(verdict)
    one = set(verdicts.values())
    cities = {_key(row): row for row in rows if row["place"] == _CITY}
    kept: list[Row] = []
    mended: Counter[str] = Counter()
    for row in rows:
        if row["place"] != _REST or row["measure"] != "deaths":
            kept.append(row)
            continue
        key = _key(row)
        said = verdicts.get(key) or _single(by_month[row["last"]]) or _single(one)
        if said == _INSIDE and _key(row) in cities:
            kept.append(_without(row, cities[key]))
        elif said == _ALONE:
            kept.append(row | {"place": _WHOLE})
        elif said == _APART:
            kept.append(row)
            continue
        else:
            gathered.refused(
                f"{_REST} {key[0]} {month_text(key[1])}",
                f"{row['value']}",
                "may have New York City in it",
                "nothing in the file tells: download it again",
            )
            continue
        mended[said] += 1
    if mended[_INSIDE]:
        gathered.mended(
            "New York",
            f"{mended[_INSIDE]:,} figures",
            "have New York City in them",
            "the City's are taken off, so that it is not counted twice",
        )
    if mended[_ALONE]:
        gathered.mended(
            "New York",
            f"{mended[_ALONE]:,} figures",
            "have New York City in them",
            "they are kept as those of the whole state",
        )
    return kept


def _single(verdicts: set[str]) -> str:
    return next(iter(verdicts)) if len(verdicts) == 1 else ""


def _without(row: Row, city: Row) -> Row:
    """Take the City out of a row of New York; what is hidden in either stays hidden."""
    value, predicted = (
        None if row[name] is None or city[name] is None else max(row[name] - city[name], 0.0)
        for name in ("value", "predicted")
    )
    missing = row["missing"] or city["missing"] if value is None else ""
    return row | {"value": value, "predicted": predicted, "missing": missing}


def _not_its_sum(values: Values) -> str:
    """Say why the nation is no sum of its parts; "": it is, or that cannot be told."""
    nation = values.get(_US)
    if not nation:
        return ""
    parts = dict(values)
    if values.get(_WHOLE) is not None:
        parts |= {_REST: values[_WHOLE], _CITY: 0.0}
    known = sum(parts.get(place) or 0.0 for place in _parts())
    if all(parts.get(place) is not None for place in _parts()):
        if abs(nation - 2 * known) <= _WRONG * nation:
            return "is the nation added to its own parts: everyone is counted twice"
        if abs(nation - known) > _WRONG * nation:
            return f"is not the sum of its parts, {known:,.10g}"
    return f"is less than its parts, {known:,.10g}" if known > (1 + _WRONG) * nation else ""


def _key(row: Row) -> Key:
    return row["indicator"], row["last"], row["months"], row["basis"]


@cache
def _parts() -> tuple[str, ...]:
    return tuple(place.code for place in vsrr_places().values() if place.code not in _BESIDE)
