"""A series as numbers: months without a gap, which are closed, and how far open ones may go."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.basemonths import Numbers, days_of
from tidewaiter.burden.events.forecasts import HISTORY, log_gaps
from tidewaiter.burden.events.types import Point, Window
from tidewaiter.burden.months import month_text

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
                    f"the count to {month_text(self.start + at)} is still open and has no interval",
                    hint="wait until it is closed, or give the release with its nowcast",
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
        raise InputError(
            "these are windows of twelve months: neighbours share eleven of them",
            hint='recover months first: "tidewaiter burden months"',
        )
    if set(months["measure"].to_pylist()) - {"deaths", "events"}:
        raise InputError(
            f"a card is of deaths or of events, not of {months['measure'][0].as_py()}",
            hint="a dose is only compared in differences: --dose",
        )
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
