"""Counts that cannot be: more overdoses than deaths, a drug above all drugs, leaps of windows."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from statistics import median_high, median_low
from typing import Any

import numpy as np
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.months import month_text
from tidewaiter.burden.readers.building import Gathered

_ALL, _OVERDOSE = "all-causes", "overdose"
_YEAR = 12
_NEAR = 3  # months on each side whose windows share nine months or more with this one
_TIMES, _FEW = 3.0, 60.0  # a leap is more than thrice the windows around it, and 60 deaths
_TWELVEFOLD = (9.0, 14.0)  # a sum of twelve overlapping windows, against one of them
_MOSTLY = 0.5  # of the large counts of a file impossible: the file as a whole is another thing

Row = dict[str, Any]
Refuse = Callable[[int, str, str], None]


class _Deaths(Record, frozen=True, kw_only=True):
    overdose_share: float
    growth: float
    deaths: dict[str, int]


def plausible(figures: pa.Table, gathered: Gathered, name: str) -> pa.Table:
    """Refuse the counts that cannot be.

    Args:
        figures: As read, FIGURES.
        gathered: Where notes are kept.
        name: Of the file, for messages.

    Raises:
        InputError: Most counts of overdoses or of all deaths cannot be: it is another file.
    """
    rows = figures.to_pylist()
    refused: dict[int, tuple[str, str]] = {}

    def refuse(number: int, problem: str, hint: str) -> None:
        refused.setdefault(number, (problem, hint))

    counts = {n: row for n, row in enumerate(rows) if _is_count(row)}
    beyond = _beyond(counts, refuse)
    for check in (_above, _leaps, _predictions):
        check({n: row for n, row in counts.items() if n not in refused}, refuse)
    if beyond > _MOSTLY:
        number, (problem, hint) = next(iter(refused.items()))
        said = f"{_named(rows[number])} {problem}"
        raise InputError(f"most of its counts cannot be: {said}", at=name, hint=hint)
    for number, (problem, hint) in sorted(refused.items()):
        gathered.refused(_named(rows[number]), f"{rows[number]['value']:,.10g}", problem, hint)
    kept = np.ones(len(rows), bool)
    kept[sorted(refused)] = False
    return figures.filter(pa.array(kept)) if refused else figures


def _is_count(row: Row) -> bool:
    return bool(row["measure"] == "deaths" and row["value"] is not None and not row["part"])


def _beyond(counts: dict[int, Row], refuse: Refuse) -> float:
    """Refuse what is too large for the place; return which share of its totals is."""
    totals = _by_key(counts, _ALL)
    large, judged = 0, 0
    for number, row in counts.items():
        usual = _facts().deaths.get(row["place"], 0) * row["months"] / _YEAR
        problem = _too_large(row, usual, totals.get(_key(row)))
        if problem:
            refuse(number, problem, "a sum of overlapping windows, or another column, looks so")
        if usual and row["indicator"] in {_ALL, _OVERDOSE}:
            judged += 1
            large += bool(problem)
    return large / judged if judged else 0.0


def _too_large(row: Row, usual: float, total: float | None) -> str:
    """Say why a count is too large; "": it is not.

    Args:
        row: Of the count.
        usual: Deaths of the place in so many months, from all causes; 0: not known.
        total: Those that the file has for the same period.
    """
    value, share = row["value"], _facts().overdose_share
    if row["indicator"] == _ALL:
        beyond = 0 < usual * _facts().growth < value
        return f"is {value / usual:.1f} times the deaths of the place" if beyond else ""
    if total is not None and value == total > _FEW:
        return "is the count of deaths from all causes"
    if any(value > share * each + _FEW for each in (usual, total) if each):
        return f"is more than {share:.0%} of all deaths of the place"
    return ""


def _above(counts: dict[int, Row], refuse: Refuse) -> None:
    """Refuse a drug that has more deaths than all drugs together: it is part of them."""
    overdoses = _by_key(counts, _OVERDOSE)
    for number, row in counts.items():
        whole = overdoses.get(_key(row))
        if row["indicator"] not in {_ALL, _OVERDOSE} and whole is not None and row["value"] > whole:
            refuse(
                number,
                f"is more than all overdose deaths, {whole:,.10g}",
                "look whether it is a sum of drugs, which overlap, or of windows, which do too",
            )


def _leaps(counts: dict[int, Row], refuse: Refuse) -> None:
    """Refuse a window far above or below those that share most of its months."""
    for series in _series(counts):
        for last, (number, value) in series.items():
            near = [
                series[month][1]
                for month in range(last - _NEAR, last + _NEAR + 1)
                if month != last and month in series
            ]
            if not near:
                continue
            upper, lower = median_high(near), median_low(near)
            if value > _TIMES * upper + _FEW:
                least, most = _TWELVEFOLD
                summed = least < value / max(upper, 1.0) < most
                refuse(
                    number,
                    f"is far above the windows around it, {upper:,.10g}",
                    "it looks like a sum of twelve overlapping windows"
                    if summed
                    else "windows of twelve months share eleven with the next, so none leaps so",
                )
            elif lower > _TIMES * value + _FEW:
                refuse(
                    number,
                    f"is far below the windows around it, {lower:,.10g}",
                    "it looks cut, or is of a shorter period",
                )


def _predictions(counts: dict[int, Row], refuse: Refuse) -> None:
    """Refuse a row whose prediction is of another size than its count."""
    for number, row in counts.items():
        predicted, value = row["predicted"], row["value"]
        if predicted is None:
            continue
        if predicted > _TIMES * value + _FEW or value > _TIMES * predicted + _FEW:
            refuse(
                number,
                f"is of another size than its prediction, {predicted:,.10g}",
                "one of them is cut, or stands in the wrong column",
            )


def _series(counts: dict[int, Row]) -> Iterator[dict[int, tuple[int, float]]]:
    """Yield the windows of twelve months of each place and indicator, by their last month."""
    found: dict[tuple[str, ...], dict[int, tuple[int, float]]] = defaultdict(dict)
    for number, row in counts.items():
        if row["months"] == _YEAR:
            key = (row["place"], row["indicator"], row["basis"])
            found[key][row["last"]] = (number, row["value"])
    yield from found.values()


def _by_key(counts: dict[int, Row], indicator: str) -> dict[tuple[Any, ...], float]:
    return {_key(row): row["value"] for row in counts.values() if row["indicator"] == indicator}


def _key(row: Row) -> tuple[Any, ...]:
    return row["place"], row["basis"], row["last"], row["months"]


@cache
def _facts() -> _Deaths:
    return read_toml(data("burden", "deaths.toml"), _Deaths)


def _named(row: Row) -> str:
    return f"{row['place']} {row['indicator']} {month_text(row['last'])}"
