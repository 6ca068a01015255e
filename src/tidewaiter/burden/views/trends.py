"""Trends of an indicator in one place period by period, and the mix of drugs involved."""

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
    """What is known of one period."""

    last: str  # its last month
    status: Status
    reported: float | None  # None: not shown
    missing: str  # why there is no value; "": there is
    predicted: float | None  # the source's own estimate of the whole
    estimate: float | None  # ours, of the closed count
    low: float | None  # its 95 % interval
    high: float | None
    pending: float | None  # percent of deaths whose cause is not known yet
    flag: str  # what is unusual about it; ""


class Change(Record, frozen=True, kw_only=True):
    """The newest period against the one that ended a year before; the two do not overlap."""

    last: str
    before: str
    value: float
    value_before: float
    percent: float
    low: float | None  # of the percent, 95 %; None: no interval is known
    high: float | None
    by: Measured  # what the newest value is


class Trend(Record, frozen=True, kw_only=True):
    """One indicator in one place over time."""

    caption: Caption
    points: tuple[Point, ...]
    newest: Point | None  # the last period of which there is any number
    change: Change | None


def trend(releases: Sequence[Release], ask: Ask, estimating: Estimating = without) -> Trend:
    """Return the trend that a question asks for.

    Args:
        releases: Of any sources.
        ask: The question.
        estimating: How the release that answers is estimated.

    Raises:
        MissingError: No release has such figures.
        InputError: A place, an indicator or a month cannot be read.
    """
    ask = settled(releases, ask)
    release = pick(releases, ask)
    return trend_of(release, ask, estimating(release))


def trend_of(release: Release, ask: Ask, estimates: pa.Table | None = None) -> Trend:
    """Return the trend that one release shows; it has at least one such figure."""
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
    """Return the best single number of a period, and which it is.

    That is the count where it is closed, else the estimate, else what was reported, else what the
    source predicts.
    """
    if point.status != "closed" and point.estimate is not None:
        return point.estimate, "estimate"
    if point.reported is not None:
        return point.reported, "reported"
    return point.predicted, "predicted"


def point_of(row: Mapping[str, Any], nowcast: Mapping[str, Any] | None) -> Point:
    """Return what is known of a period, of a row of FIGURES and one of ESTIMATES."""
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
    """Return the estimates of periods that are not closed, by their last month."""
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
        # The ends of both intervals: at least as wide as 95 %, where both are uncertain.
        low=100 * (low[0] / high[1] - 1) if told and low and high else None,
        high=100 * (low[1] / high[0] - 1) if told and low and high else None,
    )


def _compared(point: Point) -> tuple[float | None, Measured]:
    """Return the number by which years are compared: an incomplete count would feign a fall."""
    if point.status != "closed" and point.estimate is None and point.predicted is not None:
        return point.predicted, "predicted"
    return best_of(point)


def _interval(point: Point) -> tuple[float, float] | None:
    """Return the interval of a period's count: itself, where it is closed; None: not known."""
    if point.status == "closed" and point.reported is not None:
        return point.reported, point.reported
    if point.low is not None and point.high is not None:
        return point.low, point.high
    return None


DRUGS = ("T40.4", "T43.6", "T40.5", "T40.2", "T40.1", "T40.3")
"""Classes of drugs, whose deaths overlap: one certificate may name several."""


class Mix(Record, frozen=True, kw_only=True):
    """Deaths by class of drug over time; the classes overlap, so no sum of them means anything."""

    caption: Caption  # of the release as a whole; its indicator is all overdose deaths
    drugs: tuple[Trend, ...]  # each with a caption of its own
    specified: (
        Point | None
    )  # percent of overdose deaths with a drug named: more naming, more of all
    not_there: tuple[str, ...]  # classes without a figure in this release


def mix(releases: Sequence[Release], ask: Ask, estimating: Estimating = without) -> Mix:
    """Return the drug mix of a place; the indicator asked for does not matter.

    Raises:
        MissingError: No release has a figure of any class of drugs there.
        InputError: A place or a month cannot be read.
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
    """Return the release that has the most classes of drugs, of several the first that `pick` has.

    Raises:
        MissingError: None has any.
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
