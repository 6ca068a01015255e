"""Figures that stand twice in a file: alike, of two releases joined, or in conflict."""

from collections import defaultdict
from typing import Any

import pyarrow as pa

from tidewaiter.burden.months import month_text
from tidewaiter.burden.readers.building import Gathered

_KEY = ("place", "indicator", "measure", "basis", "last", "months", "part")
_NAMED = 5  # keys that a note names

Key = tuple[Any, ...]


def once(figures: pa.Table, gathered: Gathered) -> pa.Table:
    """Keep each figure once.

    Files in circulation hold two releases, mixed. A count that is still open grows, so of each
    place and period the rows with the larger counts are the later ones, and are taken. Where
    the counts do not tell, what differs is refused.

    Args:
        figures: As read, FIGURES.
        gathered: Where notes are kept.

    Returns:
        The figures, each once.
    """
    rows = _rows_by_key(figures)
    double = {key: found for key, found in rows.items() if len(found) > 1}
    if not double:
        return figures
    values = _values(figures)
    differing = {
        key: found for key, found in double.items() if len({values[row] for row in found}) > 1
    }
    if len(double) > len(differing):
        gathered.mended(
            _named(double.keys() - differing.keys()),
            f"{len(double) - len(differing):,} figures",
            "stand twice, alike",
            "counted once",
        )
    keep = {key: found[-1] for key, found in rows.items()}
    if differing:
        _settle(differing, figures, keep, gathered)
    return figures.take(pa.array(sorted(keep.values()), pa.int64()))


def _settle(
    differing: dict[Key, list[int]], figures: pa.Table, keep: dict[Key, int], gathered: Gathered
) -> None:
    values = figures["value"].to_pylist()
    grown: dict[Key, float] = defaultdict(float)
    for key, found in differing.items():
        if _of(key, "measure") != "percent":
            first, last = values[found[0]] or 0.0, values[found[-1]] or 0.0
            grown[_window(key)] += last - first
    told = [key for key in differing if grown[_window(key)]]
    keep.update({key: differing[key][0] for key in told if grown[_window(key)] < 0})
    if told:
        gathered.mended(
            _named(told),
            f"{len(told):,} figures",
            "stand twice: two releases are joined",
            "of each place and period, the rows with the larger counts are taken as the later",
        )
    pairs = _values(figures)
    for key in sorted(differing.keys() - set(told)):
        del keep[key]
        shown = " and ".join(_shown(pairs[row]) for row in differing[key])
        gathered.refused(
            _named([key]), shown, "stands twice, differently", "download the release again"
        )


def _values(figures: pa.Table) -> list[tuple[float | None, float | None]]:
    columns = (figures[name].to_pylist() for name in ("value", "predicted"))
    return list(zip(*columns, strict=True))


def _shown(pair: tuple[float | None, float | None]) -> str:
    value, predicted = ("none" if each is None else f"{each:,.10g}" for each in pair)
    return f"{value} (predicted {predicted})"


def _window(key: Key) -> Key:
    return _of(key, "place"), _of(key, "last"), _of(key, "months")


def _of(key: Key, name: str) -> Any:
    return key[_KEY.index(name)]


def _rows_by_key(figures: pa.Table) -> dict[Key, list[int]]:
    found = defaultdict(list)
    columns = [figures[name].to_pylist() for name in _KEY]
    for number, key in enumerate(zip(*columns, strict=True)):
        found[key].append(number)
    return found


def _named(keys: Any) -> str:
    listed = sorted(keys)
    names = [f"{key[0]} {key[1]} {month_text(key[4])}" for key in listed[:_NAMED]]
    return "; ".join(names) + (" and others" if len(listed) > _NAMED else "")
