"""Single months recovered or estimated from windows of twelve months.

Windows tell each later month once these are known; without them they tell differences alone.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.types import FIGURES, month_text

Numbers = npt.NDArray[np.float64]

_TWELVE = 12
_LEAST = 1e-3  # of the greatest level: below it a level is not divided by
_YEAR = 365.25


def days_of(months: Sequence[int]) -> Numbers:
    """Return the days of each month."""
    return np.array([monthrange(each // 12, each % 12 + 1)[1] for each in months], np.float64)


def given_months(base: Mapping[int, float], first: int, total: float) -> Numbers | None:
    """Return the months of the first window, scaled so that they add up to it.

    Args:
        base: Counts by month.
        first: The last month of the first window.
        total: That window.

    Returns:
        Twelve counts; None: one of them is not given, or all are zero.
    """
    months = range(first - _TWELVE + 1, first + 1)
    if not all(each in base for each in months):
        return None
    found = np.array([base[each] for each in months], np.float64)
    if found.sum() == total:
        return found
    return found * (total / found.sum()) if found.sum() else None


def estimated_months(windows: Numbers, first: int) -> Numbers:
    """Estimate the months of the first window from how all windows differ.

    Each month's deaths a day are drawn to the level of the year around it, by least squares in
    parts of that level; the twelve add up to the first window, and no month is below zero. A
    pattern that comes back each year unchanged leaves no trace in windows: it is not there.

    Args:
        windows: Counts of twelve months, shape ``(windows,)``, one for each month.
        first: The last month of the first.

    Returns:
        Twelve counts.
    """
    months = range(first - _TWELVE + 1, first + len(windows))
    above = running(np.zeros(_TWELVE), windows)
    usual = days_of(months) * _levels(windows, len(above))
    least = np.array([max(0.0, -above[each::_TWELVE].min()) for each in range(_TWELVE)])
    pull = np.array([(usual[each::_TWELVE] ** -2.0).sum() for each in range(_TWELVE)])
    wish = np.array(
        [
            ((1 - above[each::_TWELVE] / usual[each::_TWELVE]) / usual[each::_TWELVE]).sum()
            for each in range(_TWELVE)
        ]
    )
    return _shared_out(wish / pull, 1 / pull, least, float(windows[0]))


def running(base: Numbers, windows: Numbers) -> Numbers:
    """Return all months: m(t) = m(t - 12) + S(t) - S(t - 1).

    Args:
        base: The twelve months of the first window.
        windows: Shape ``(windows,)``, one for each month.

    Returns:
        Shape ``(windows + 11,)``, from the first month of the first window on.
    """
    months = np.concatenate([base, np.diff(windows)])
    for each in range(_TWELVE, len(months)):
        months[each] += months[each - _TWELVE]
    return months


def _levels(windows: Numbers, length: int) -> Numbers:
    """Return deaths a day in the year around each month; at both ends, as the slope goes on."""
    middle = (windows[:-1] + windows[1:]) / 2 / _YEAR
    if not len(middle):
        return np.full(length, max(float(windows[0]), 1.0) / _YEAR)
    logs = np.log(np.maximum(middle, max(float(middle.max()), 1 / _YEAR) * _LEAST))
    before = _TWELVE // 2
    after = length - before - len(logs)
    near = min(_TWELVE, len(logs))
    rise, fall = _slope(logs[:near]), _slope(logs[-near:])
    early = logs[0] - rise * np.arange(before, 0, -1)
    late = logs[-1] + fall * np.arange(1, after + 1)
    levels: Numbers = np.exp(np.concatenate([early, logs, late]))
    return levels


def _slope(logs: Numbers) -> float:
    return float(np.polyfit(np.arange(len(logs)), logs, 1)[0]) if len(logs) > 1 else 0.0


def _shared_out(wish: Numbers, give: Numbers, least: Numbers, total: float) -> Numbers:
    """Move counts to a total, each by how much it gives, and none below its least."""
    low = least.sum() > total  # counts were corrected: not all can be met
    floor = least * (total / least.sum()) if low else least
    held = np.zeros(len(wish), bool)
    found = floor.copy()
    while not held.all():
        free = ~held
        step = (total - floor[held].sum() - wish[free].sum()) / give[free].sum()
        found = np.where(held, floor, wish + step * give)
        below = free & (found < floor)
        if not below.any():
            return found
        held |= below
    return floor * (total / floor.sum()) if floor.sum() else np.full(len(wish), total / len(wish))


MONTHLY = pa.schema(
    [
        *FIGURES,
        pa.field("low", pa.float64()),  # interval of an open month; null: closed, or none is known
        pa.field("high", pa.float64()),
        pa.field("year_low", pa.float64()),  # interval of the twelve months that end with it
        pa.field("year_high", pa.float64()),
    ]
)
"""FIGURES of one month each, with their intervals where windows are still open."""

Method = Literal["as reported", "given base", "estimated base"]
"""Where months come from: the source's own; windows, over base months given or estimated."""


class Months(Record, frozen=True, kw_only=True):
    """Months of one place and indicator."""

    figures: pa.Table  # MONTHLY, by month, no month left out
    method: Method
    notes: tuple[str, ...]  # what was assumed, and where the chain breaks


class _Window(Record, frozen=True, kw_only=True):
    value: float
    low: float | None
    high: float | None
    closed: bool


def recovered_months(
    figures: pa.Table,
    place: str,
    indicator: str,
    base: Mapping[int, float] | None = None,
    estimates: pa.Table | None = None,
) -> Months:
    """Recover months from windows: m(t) = m(t - 12) + S(t) - S(t - 1).

    A window that is not shown breaks the chain, so months are those of the longest run of
    windows; months which the source itself tells are taken as they are.

    Args:
        figures: FIGURES of a release.
        place: A code of data/burden/places.toml.
        indicator: A key of data/burden/indicators.toml; its measure is a count.
        base: Counts of months by month: the twelve of the first window, or the twelve before.
        estimates: ESTIMATES of the same release: open windows are then these.

    Returns:
        The months. A month is closed where both windows and the month a year before are.

    Raises:
        InputError: There is nothing, too little, or more than one basis.
    """
    rows = _rows(figures, place, indicator)
    own = [row for row in rows if row["months"] == 1 and row["value"] is not None]
    if own:
        return _as_reported(own)
    windows, notes = _run(rows, _estimated(estimates, place, indicator))
    first = min(windows)
    counts = np.array([windows[each].value for each in sorted(windows)])
    method, start, months = _over_base(counts, first, dict(base or {}), notes)
    kind = next(row for row in rows if row["months"] == _TWELVE)
    closed = _closed(windows, start, len(months))
    table = _table(months, start, closed, windows, kind)
    negative = [month_text(start + at) for at, value in enumerate(months) if value < 0]
    if negative:
        notes.append(f"below zero, so its base or a correction is off: {', '.join(negative[:6])}")
    return Months(figures=table, method=method, notes=tuple(notes))


def _rows(figures: pa.Table, place: str, indicator: str) -> list[dict[str, Any]]:
    wanted = figures.filter(
        (pc.field("place") == place)
        & (pc.field("indicator") == indicator)
        & (pc.field("part") == "")
        & pc.field("months").isin([1, _TWELVE])
    )
    if not len(wanted):
        raise InputError("burden/no-figures", indicator=indicator, place=place)
    if "percent" in wanted["measure"].to_pylist():
        raise InputError("burden/indicator-is-a-percentage", indicator=indicator)
    for name in ("basis", "measure"):
        kinds = sorted(set(wanted[name].to_pylist()))
        if len(kinds) > 1:
            raise InputError("burden/figures-mixed", name=name, kinds=", ".join(kinds))
    return sorted(wanted.to_pylist(), key=lambda row: int(row["last"]))


def _estimated(estimates: pa.Table | None, place: str, indicator: str) -> dict[int, dict[str, Any]]:
    if estimates is None:
        return {}
    wanted = estimates.filter(
        (pc.field("place") == place)
        & (pc.field("indicator") == indicator)
        & pc.field("estimate").is_valid()
    )
    return {row["last"]: row for row in wanted.to_pylist()}


def _run(
    rows: list[dict[str, Any]], estimated: Mapping[int, dict[str, Any]]
) -> tuple[dict[int, _Window], list[str]]:
    """Return the longest run of windows without a gap, and what it leaves out."""
    known: dict[int, _Window] = {}
    for row in rows:
        if row["months"] == _TWELVE and row["value"] is not None:
            known[row["last"]] = _window(row, estimated.get(row["last"]))
    runs: list[list[int]] = []
    for month in sorted(known):
        if runs and runs[-1][-1] == month - 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    longest = max(runs, key=len, default=[])
    if len(longest) <= _TWELVE:
        raise InputError("burden/too-few-windows", count=len(longest))
    notes = []
    if len(longest) < len(known) or known.keys() != {row["last"] for row in rows}:
        notes.append(
            f"windows from {month_text(longest[0])} to {month_text(longest[-1])} are used:"
            " one that is not shown breaks the chain of months"
        )
    return {month: known[month] for month in longest}, notes


def _window(row: dict[str, Any], estimate: dict[str, Any] | None) -> _Window:
    closed = row["closed"] or (estimate is not None and estimate["closed"])
    if closed or estimate is None:
        return _Window(value=row["value"], low=None, high=None, closed=bool(closed))
    return _Window(
        value=estimate["estimate"], low=estimate["low"], high=estimate["high"], closed=False
    )


def _over_base(
    counts: Numbers, first: int, base: dict[int, float], notes: list[str]
) -> tuple[Method, int, Numbers]:
    """Return the method, the first month, and the months."""
    start = first - _TWELVE + 1
    given = given_months(base, first, float(counts[0]))
    if given is not None:
        theirs = sum(base[each] for each in range(start, first + 1))
        if theirs != counts[0]:
            notes.append(
                f"base months add up to {theirs:,.0f}, the first window is {counts[0]:,.0f}:"
                " they are scaled to it (residents and occurrence differ)"
            )
        return "given base", start, running(given, counts)
    before = range(start - 1, first)
    if all(each in base for each in before):
        year = np.array([base[each] for each in before], np.float64)
        notes.append(
            f"{month_text(first)} bears whatever base and windows differ by, and so does each"
            f" {month_text(first)[5:]} after it; base months to {month_text(first)} would tell"
        )
        return "given base", start - 1, running(year, np.concatenate([[year.sum()], counts]))
    notes.append(
        f"the months {month_text(start)} to {month_text(first)} are estimated, so each month is"
        " approximate, and a pattern that comes back each year is not in it; windows of twelve"
        " are exact. Give base months for exact ones"
    )
    return "estimated base", start, running(estimated_months(counts, first), counts)


def _closed(windows: Mapping[int, _Window], start: int, length: int) -> list[bool]:
    first = min(windows)
    closed: list[bool] = []
    for at in range(length):
        month = start + at
        if at < _TWELVE:
            closed.append(windows[first].closed)
        else:
            before = windows.get(month - 1)
            closed.append(
                windows[month].closed and (before is None or before.closed) and closed[at - _TWELVE]
            )
    return closed


def _table(
    months: Numbers,
    start: int,
    closed: list[bool],
    windows: Mapping[int, _Window],
    kind: dict[str, Any],
) -> pa.Table:
    same = {name: kind[name] for name in ("place", "indicator", "measure", "basis", "part")}
    rows = []
    for at, value in enumerate(months.tolist()):
        low, high = _interval(value, start + at, windows)
        window = windows.get(start + at)
        rows.append(
            same
            | {
                "last": start + at,
                "months": 1,
                "value": value,
                "closed": closed[at],
                "missing": "",
                "low": low,
                "high": high,
                "year_low": window.low if window else None,
                "year_high": window.high if window else None,
            }
        )
    return pa.Table.from_pylist(rows, schema=MONTHLY)


def _interval(
    value: float, month: int, windows: Mapping[int, _Window]
) -> tuple[float | None, float | None]:
    """Return what a month may be where its windows are open: as far as both can be apart."""
    window, before = windows.get(month), windows.get(month - 1)
    if window is None or window.low is None or window.high is None:
        return None, None
    lowest = highest = 0.0
    if before is not None and before.low is not None and before.high is not None:
        lowest, highest = before.value - before.high, before.value - before.low
    low = value + window.low - window.value + lowest
    return max(0.0, low), value + window.high - window.value + highest


def _as_reported(rows: list[dict[str, Any]]) -> Months:
    start = rows[0]["last"]
    if [row["last"] for row in rows] != list(range(start, start + len(rows))):
        missing = sorted(set(range(start, rows[-1]["last"])) - {row["last"] for row in rows})
        if missing:
            raise InputError("burden/no-count-of-a-month", missing=month_text(missing[0]))
        raise InputError("burden/month-twice")
    return Months(
        figures=pa.Table.from_pylist(
            [row | dict.fromkeys(("low", "high", "year_low", "year_high")) for row in rows],
            schema=MONTHLY,
        ),
        method="as reported",
        notes=(),
    )
