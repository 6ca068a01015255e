"""The verdict on an event: its series, forecasts from earlier months, ranks among placebo dates.

They are among the best of twenty by their error on 12-month totals (docs/benchmarks.md), and
each carries a trend on in another way. The weakest rank counts, so that no finding hangs on how
a trend was drawn.

Gaps of neighbouring dates share nearly all of their months. Ranked only among dates whose
windows do not overlap its own, a date in an unusual year would meet none of its neighbours,
and up to 12 % of dates would come out at 5 % (measured). Ranked among all dates, at most the
level's share of any series can: that holds whatever their dependence. Both are asked for.
"""

import math
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.events.declarations import month_of_event
from tidewaiter.burden.events.types import (
    LEVEL,
    Control,
    Direction,
    Places,
    Point,
    Rank,
    Verdict,
    Window,
)
from tidewaiter.burden.indicators import indicators
from tidewaiter.burden.monthly import Months, Numbers, days_of
from tidewaiter.burden.types import month_text

HISTORY = 24
"""Months before an event that a forecast needs."""

_RECENT, _HALF_YEAR, _YEAR = 3, 6, 12
_QUARTER, _HALF = 0.25, 0.5  # of a growth that is carried on
_HALF_A_DEATH = 0.5  # a month of none has a rate too

Forecaster = Callable[[Numbers, Numbers, int], float]


def _rate(values: Numbers, days: Numbers, end: int, length: int) -> float:
    start = end - length
    return float((values[start:end].sum() + _HALF_A_DEATH) / days[start:end].sum())


def _growth(values: Numbers, days: Numbers, at: int, length: int) -> float:
    """Return the last months' rate in parts of that of the same months a year before."""
    return _rate(values, days, at, length) / _rate(values, days, at - _YEAR, length)


def quarter_growth(values: Numbers, days: Numbers, at: int) -> float:
    """Return deaths a day to expect: the last three months', and a quarter of a year's growth."""
    return _rate(values, days, at, _RECENT) * math.pow(_growth(values, days, at, _YEAR), _QUARTER)


def half_growth(values: Numbers, days: Numbers, at: int) -> float:
    """Return deaths a day to expect: the last six months', and half of a year's growth."""
    return _rate(values, days, at, _HALF_YEAR) * math.pow(_growth(values, days, at, _YEAR), _HALF)


def half_change(values: Numbers, days: Numbers, at: int) -> float:
    """Return deaths a day to expect: the last year's, and half of what changed to its end.

    The change is that of the last three months to the same three a year before, so a season
    does not count as one.
    """
    return _rate(values, days, at, _YEAR) * math.pow(_growth(values, days, at, _RECENT), _HALF)


FORECASTERS: Mapping[str, Forecaster] = MappingProxyType(
    {
        "last three months, a quarter of the year's growth": quarter_growth,
        "last six months, half of the year's growth": half_growth,
        "last twelve months, half of the change to their end": half_change,
    }
)


def expected_totals(values: Numbers, days: Numbers, at: int, window: Window) -> Numbers:
    """Return what each forecast expects in the window of an event.

    Args:
        values: Counts of months.
        days: Days of each month.
        at: Index of the month of the event; at least HISTORY.
        window: The months that are counted.

    Returns:
        One total for each forecaster; nothing from `at` on was looked at.
    """
    lived = days[at + window.since : at + window.until].sum()
    return np.array([each(values, days, at) * lived for each in FORECASTERS.values()])


def log_gaps(values: Numbers, days: Numbers, origins: range, window: Window) -> Numbers:
    """Return log(observed / expected) for each origin and forecaster, shape (origins, 3)."""
    found = np.empty((len(origins), len(FORECASTERS)))
    for row, at in enumerate(origins):
        observed = values[at + window.since : at + window.until].sum() + _HALF_A_DEATH
        found[row] = np.log(observed / expected_totals(values, days, at, window))
    return found


_TWELVE = 12


class Course(Record, frozen=True, kw_only=True):
    """Months of one series, in order."""

    start: int
    values: Numbers
    days: Numbers
    settled: int  # how many months from the first on are closed
    year_low: Numbers  # of the twelve months to each; nan: closed, or not known
    year_high: Numbers

    @property
    def end(self) -> int:
        """The last month."""
        return self.start + len(self.values) - 1

    def origins(self, window: Window) -> range:
        """Return the indices of the months at which a closed card can stand."""
        return range(HISTORY, self.settled - window.until + 1)

    def gaps(self, window: Window) -> Numbers:
        """Return the log gaps of all those months."""
        return log_gaps(self.values, self.days, self.origins(window), window)

    def total(self, first: int, last: int) -> tuple[float, float, float]:
        """Return a total of months by index, and how low and high it may be.

        Raises:
            InputError: A month is open and has no interval.
        """
        value = float(self.values[first : last + 1].sum())
        low, high = self._spread(last)
        before_low, before_high = self._spread(first - 1)
        return value, value + low - before_high, value + high - before_low

    def _spread(self, last: int) -> tuple[float, float]:
        """Return by how much the count of all months to one may be lower and higher."""
        low = high = 0.0
        for at in range(last, self.settled - 1, -_TWELVE):
            year = float(self.values[at - _TWELVE + 1 : at + 1].sum())
            if np.isnan(self.year_low[at]) or np.isnan(self.year_high[at]):
                raise InputError(
                    "burden/open-count-without-interval", start=month_text(self.start + at)
                )
            low += float(self.year_low[at]) - year
            high += float(self.year_high[at]) - year
        return low, high


def course_of(months: pa.Table) -> Course:
    """Read months as numbers.

    Args:
        months: MONTHLY of one place and indicator, by month.

    Raises:
        InputError: They are windows of twelve months, pounds, or none.
    """
    if set(months["months"].to_pylist()) - {1}:
        raise InputError("burden/windows-overlap")
    if set(months["measure"].to_pylist()) - {"deaths", "events"}:
        raise InputError("burden/measure-without-card", measure=months["measure"][0].as_py())
    closed = [bool(each) for each in months["closed"].to_pylist()]
    return Course(
        start=months["last"][0].as_py(),
        values=_numbers(months, "value"),
        days=days_of(months["last"].to_pylist()),
        settled=closed.index(False) if False in closed else len(closed),
        year_low=_numbers(months, "year_low"),
        year_high=_numbers(months, "year_high"),
    )


def points_of(months: pa.Table) -> tuple[Point, ...]:
    """Return the months as they are drawn."""
    rows: list[dict[str, Any]] = months.to_pylist()
    return tuple(
        Point(
            month=month_text(row["last"]),
            value=row["value"],
            low=row["low"],
            high=row["high"],
            closed=bool(row["closed"]),
        )
        for row in rows
    )


def _numbers(months: pa.Table, name: str) -> npt.NDArray[np.float64]:
    return np.array([np.nan if each is None else each for each in months[name].to_pylist()])


SHARE = LEVEL / 2
"""The level of each direction: a card can be wrong in two."""


class Ranked(Record, frozen=True, kw_only=True):
    """Both directions of one date."""

    down: Rank
    up: Rank


def rank(gaps: Numbers, own: Numbers, index: int | None, months: int, position: int) -> Ranked:
    """Rank a date.

    Args:
        gaps: Of all admissible dates, shape ``(dates, forecasts)``, a row a month.
        own: Of the event, shape ``(2, forecasts)``: the lowest and the highest that it may be.
        index: The row of the event; None: it is not among them.
        months: Length of the window.
        position: The row at which the event stands or would stand; negative or beyond: outside.

    Returns:
        The ranks; of the interval, the end that is less extreme counts.
    """
    rows = np.arange(len(gaps))
    others = gaps[rows != index] if index is not None else gaps
    apart = gaps[np.abs(rows - position) >= months]
    return Ranked(down=_rank(-others, -apart, -own[1]), up=_rank(others, apart, own[0]))


def detectable(apart: Numbers) -> tuple[float | None, float | None]:
    """Return the smallest changes, down and up, that would be told apart.

    Args:
        apart: Gaps of dates whose windows do not overlap the event's, ``(dates, forecasts)``.

    Returns:
        As parts of what was forecast, for a forecast that is right; None: dates are too few.
    """
    place = math.floor(SHARE * (1 + len(apart)) + 1e-9)
    if place < 1:
        return None, None
    ordered = np.sort(apart, axis=0)
    down = min(0.0, float(ordered[place - 1].min()))
    up = max(0.0, float(ordered[-place].max()))
    return math.expm1(down), math.expm1(up)


def _rank(others: Numbers, apart: Numbers, own: Numbers) -> Rank:
    """Rank in the direction of great numbers; the forecast that is less extreme counts."""
    among_all = int((others >= own).sum(axis=0).max(initial=0))
    among_apart = int((apart >= own).sum(axis=0).max(initial=0))
    return Rank(
        apart=len(apart),
        apart_extreme=among_apart,
        all=len(others),
        all_extreme=among_all,
        p=max((1 + among_apart) / (1 + len(apart)), (1 + among_all) / (1 + len(others))),
    )


_FEWEST_PLACES = 10
_NOT: Verdict = "not distinguishable from ordinary variation"


def judged(
    direction: Direction, ranked: Ranked, control: Control | None, places: Places | None
) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict, and why it is not more.

    A direction has half of the level, so that both together are wrong in at most the level's
    share of dates without an event. What other places or the control did as well is ordinary.
    """
    sides = {"down": ranked.down.p <= SHARE, "up": ranked.up.p <= SHARE}
    because = []
    if 1 / (1 + min(ranked.down.apart, ranked.down.all)) > SHARE:
        because.append(
            f"{ranked.down.apart} dates are too few: no rank among them reaches {SHARE:.1%}"
        )
    elif not any(sides.values()):
        because.append(f"its rank among dates without an event is not within {SHARE:.1%}")
    if control is not None and control.moved:
        because.append(f"{control.name} moved as rarely, which the event should not move")
    if places is not None and places.p > LEVEL and _could_tell(places):
        because.append("places that it did not touch moved as much")
    if because:
        return _NOT, tuple(because)
    found = "down" if sides["down"] else "up"
    return (
        "compatible with" if direction in {found, "either"} else "opposite to declared direction"
    ), ()


def control_of(months: Months | None, day: date, window: Window) -> Control | None:
    """Rank a negative control at the same date."""
    if months is None:
        return None
    key = months.figures["indicator"][0].as_py()
    named = indicators().get(key)
    name = named.name if named else key
    note = "it counts deaths with other drugs beside it too" if key.startswith("T") else ""
    try:
        course = course_of(months.figures)
        at = _index(course, day, window)
    except InputError as error:
        return Control(
            indicator=key,
            name=name,
            gaps=(),
            p_down=1.0,
            p_up=1.0,
            moved=False,
            note=f"it could not be ranked: {error.message}",
        )
    gaps = course.gaps(window)
    own = gaps[at - HISTORY]
    ranked = rank(gaps, np.array([own, own]), at - HISTORY, window.length, at - HISTORY)
    return Control(
        indicator=key,
        name=name,
        gaps=tuple(np.expm1(own).tolist()),
        p_down=ranked.down.p,
        p_up=ranked.up.p,
        moved=min(ranked.down.p, ranked.up.p) <= SHARE,
        note=note,
    )


def places_of(
    untreated: tuple[Months, ...], day: date, window: Window, own: Numbers, gaps: Numbers
) -> Places | None:
    """Rank the event's place among untreated ones at its date; None: fewer than ten.

    Gaps are in parts of what is usual in each place, since small places vary more.
    """
    found = []
    for each in untreated:
        try:
            course = course_of(each.figures)
            at = _index(course, day, window)
        except InputError:
            continue
        theirs = course.gaps(window)
        found.append(theirs[at - HISTORY] / _usual(theirs))
    if len(found) < _FEWEST_PLACES or not len(gaps):
        return None
    mine, others = own / _usual(gaps), np.array(found)
    extreme = others <= mine if own.mean() < 0 else others >= mine
    count = int(extreme.sum(axis=0).max())
    return Places(n=len(found), extreme=count, p=(1 + count) / (1 + len(found)))


def _usual(gaps: Numbers) -> Numbers:
    middle: Numbers = np.median(np.abs(gaps), axis=0)
    return middle.clip(1e-6)


def _could_tell(places: Places) -> bool:
    return 1 / (1 + places.n) <= LEVEL


def _index(course: Course, day: date, window: Window) -> int:
    at = month_of_event(day) - course.start
    if at not in course.origins(window):
        raise InputError("burden/closed-months-too-few")
    return at
