"""Trend of an indicator in a place, and the mix of drugs involved."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.burden.types import Release, month_text
from tidewaiter.burden.views.query import (
    Ask,
    Caption,
    Estimating,
    caption,
    pick,
    rows_of,
    settled,
    within,
    without,
)

_YEAR = 12  # months
Status = Literal["closed", "provisional", "not told"]
Measured = Literal["reported", "estimate", "predicted"]


class Point(Record, frozen=True, kw_only=True):
    """Values of one period."""

    last: str  # last month
    status: Status
    reported: float | None  # None: suppressed
    missing: str  # why there is no value; "": there is one
    predicted: float | None  # the source's own estimate of the complete count
    estimate: float | None  # ours, of the closed count
    low: float | None  # 95 % interval
    high: float | None
    pending: float | None  # percent of deaths with a cause not determined yet
    flag: str  # anomaly; ""


class Change(Record, frozen=True, kw_only=True):
    """The newest period compared with the non-overlapping one a year before."""

    last: str
    before: str
    value: float
    value_before: float
    percent: float
    low: float | None  # of the percentage, 95 %; None: unknown
    high: float | None
    by: Measured  # type of the newest value


class Trend(Record, frozen=True, kw_only=True):
    """An indicator in a place over time."""

    caption: Caption
    points: tuple[Point, ...]
    newest: Point | None  # last period with any value
    change: Change | None


def trend(releases: Sequence[Release], ask: Ask, estimating: Estimating = without) -> Trend:
    """Return the trend for a query.

    Args:
        releases: Any sources.
        ask: The question.
        estimating: How to estimate the selected release.

    Raises:
        MissingError: No release has such figures.
        InputError: Invalid place, indicator or month.
    """
    ask = settled(releases, ask)
    release = pick(releases, ask)
    return trend_of(release, ask, estimating(release))


def trend_of(release: Release, ask: Ask, estimates: pa.Table | None = None) -> Trend:
    """Return the trend from one release with at least one such figure."""
    whole = rows_of(release, ask)
    told = caption(release, ask, whole)
    nowcast = _estimates_of(estimates, told)
    points = {row["last"]: point_of(row, nowcast.get(row["last"])) for row in whole.to_pylist()}
    shown = [points[last] for last in within(whole, ask)["last"].to_pylist()]
    newest = next((each for each in reversed(shown) if best_of(each)[0] is not None), None)
    return Trend(
        caption=told,
        points=tuple(shown),
        newest=newest,
        change=_change(newest, list(points.values())) if newest and told.months == _YEAR else None,
    )


def best_of(point: Point) -> tuple[float | None, Measured]:
    """Return the best value of a period, and its type.

    The count if closed, otherwise the estimate, the reported count, or the source's
    prediction.
    """
    if point.status != "closed" and point.estimate is not None:
        return point.estimate, "estimate"
    if point.reported is not None:
        return point.reported, "reported"
    return point.predicted, "predicted"


def point_of(row: Mapping[str, Any], nowcast: Mapping[str, Any] | None) -> Point:
    """Combine a row of FIGURES and one of ESTIMATES."""
    told = {True: "closed", False: "provisional", None: "not told"}
    own = nowcast or {}
    return Point(
        last=month_text(row["last"]),
        status=told[row["closed"]],  # type: ignore[arg-type]
        reported=row["value"],
        missing=row["missing"],
        predicted=row["predicted"],
        estimate=own.get("estimate"),
        low=own.get("low"),
        high=own.get("high"),
        pending=row["pending"],
        flag=own.get("flag", ""),
    )


def _estimates_of(estimates: pa.Table | None, told: Caption) -> dict[int, dict[str, Any]]:
    """Return the estimates of open periods, by last month."""
    if estimates is None or told.months != _YEAR:
        return {}
    mask = pc.and_(
        pc.equal(estimates["place"], told.place), pc.equal(estimates["indicator"], told.indicator)
    )
    found = estimates.filter(pc.and_(mask, pc.not_equal(estimates["method"], "closed")))
    return {row["last"]: row for row in found.to_pylist()}


def _change(newest: Point, points: Sequence[Point]) -> Change | None:
    year, month = newest.last.split("-")
    before = next((each for each in points if each.last == f"{int(year) - 1}-{month}"), None)
    value, by = _compared(newest)
    base = _compared(before)[0] if before else None
    if before is None or value is None or not base:
        return None
    low, high = _interval(newest), _interval(before)
    told = low is not None and high is not None and high[0] > 0
    return Change(
        last=newest.last,
        before=before.last,
        value=value,
        value_before=base,
        by=by,
        percent=100 * (value / base - 1),
        # Combined bounds of both intervals: at least 95 % if both are uncertain.
        low=100 * (low[0] / high[1] - 1) if told and low and high else None,
        high=100 * (low[1] / high[0] - 1) if told and low and high else None,
    )


def _compared(point: Point) -> tuple[float | None, Measured]:
    """Return the value for year comparisons: incomplete counts would show a false decline."""
    if point.status != "closed" and point.estimate is None and point.predicted is not None:
        return point.predicted, "predicted"
    return best_of(point)


def _interval(point: Point) -> tuple[float, float] | None:
    """Return the interval of a period's count: a point if closed; None: unknown."""
    if point.status == "closed" and point.reported is not None:
        return point.reported, point.reported
    if point.low is not None and point.high is not None:
        return point.low, point.high
    return None


DRUGS = ("T40.4", "T43.6", "T40.5", "T40.2", "T40.1", "T40.3")
"""Drug classes with overlapping deaths: a certificate may name several."""


class Mix(Record, frozen=True, kw_only=True):
    """Deaths by drug class over time; the classes overlap and must not be added."""

    caption: Caption  # of the whole release; its indicator is all overdose deaths
    drugs: tuple[Trend, ...]  # each with its own caption
    specified: (
        Point | None
    )  # percent of overdose deaths with a drug specified: better specificity raises all classes
    not_there: tuple[str, ...]  # classes without figures in this release


def mix(releases: Sequence[Release], ask: Ask, estimating: Estimating = without) -> Mix:
    """Return the drug mix of a place; the queried indicator is ignored.

    Raises:
        MissingError: No release has figures of drug classes there.
        InputError: Invalid place or month.
    """
    ask = settled(releases, ask)
    release = mix_release(releases, ask)
    estimates = estimating(release)
    wanted = {key: structs.replace(ask, indicator=key) for key in DRUGS}
    there = [key for key in DRUGS if len(rows_of(release, wanted[key]))]
    drugs = tuple(trend_of(release, wanted[key], estimates) for key in there)
    specified = structs.replace(ask, indicator="specified")
    named = trend_of(release, specified) if len(rows_of(release, specified)) else None
    first = drugs[0].caption
    return Mix(
        caption=structs.replace(
            first, indicator="overdose", indicator_name="Overdose deaths by class of drug"
        ),
        drugs=drugs,
        specified=named.newest if named else None,
        not_there=tuple(key for key in DRUGS if key not in there),
    )


def mix_release(releases: Sequence[Release], ask: Ask) -> Release:
    """Return the release with the most drug classes; ties as in `pick`.

    Raises:
        MissingError: None.
    """
    found: list[Release] = []
    problem: MissingError | None = None
    for key in DRUGS:
        try:
            found.append(pick(releases, structs.replace(ask, indicator=key)))
        except MissingError as error:
            problem = problem or error
    if not found and problem:
        raise problem
    return max(found, key=lambda each: (found.count(each), each.reading.released or 0))
