"""An event card: a declared event beside its series, and supply beside deaths.

In levels both rise and fall with the years, so that anything correlates with deaths.
"""

from datetime import date
from typing import TypedDict

import numpy as np

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.events.declarations import (
    digest_of,
    exploratory,
    month_of_event,
    needed_until,
)
from tidewaiter.burden.events.types import (
    LEVEL,
    Concurrent,
    Declaration,
    Declared,
    Dose,
    Event,
    EventCard,
    Forecast,
    Placebo,
    Rank,
    Window,
)
from tidewaiter.burden.events.verdicts import (
    FORECASTERS,
    HISTORY,
    Course,
    Ranked,
    control_of,
    course_of,
    detectable,
    expected_totals,
    judged,
    places_of,
    points_of,
    rank,
)
from tidewaiter.burden.indicators import indicators, place_name
from tidewaiter.burden.monthly import Months, Numbers
from tidewaiter.burden.types import month_text

_FEWEST = 24


def dose_of(deaths: Months, dose: Months | None) -> Dose | None:
    """Correlate the differences of closed months; None: no dose, or fewer than 24 of them."""
    if dose is None:
        return None
    one, other = _differences(deaths, closed=True), _differences(dose, closed=False)
    both = sorted(one.keys() & other.keys())
    x, y = (np.array([each[month] for month in both]) for each in (one, other))
    if len(both) < _FEWEST or not x.std() or not y.std():
        return None
    name = f"{dose.figures['indicator'][0].as_py()}, {dose.figures['measure'][0].as_py()}"
    return Dose(name=name, months=len(both), correlation=float(np.corrcoef(x, y)[0, 1]))


def _differences(months: Months, *, closed: bool) -> dict[int, float]:
    rows = months.figures.select(["last", "value", "closed"]).to_pylist()
    known = {row["last"]: row["value"] for row in rows if row["closed"] or not closed}
    return {month: known[month] - known[month - 1] for month in known if month - 1 in known}


_Total = tuple[float, float, float]  # of the window: as it is, its low and its high end
_NEAR = 12  # months around an event in which others are named


class Material(Record, frozen=True, kw_only=True):
    """What a card is drawn from."""

    months: Months  # of the declared place and indicator
    release: str  # Release.label
    release_sha256: str
    kept: Declared | None = None  # the declaration as it was kept before
    counted: int | None = None  # month of the earliest release that counts a month of the window
    control: Months | None = None
    untreated: tuple[Months, ...] = ()  # of places that the event did not touch
    dose: Months | None = None  # a supply series: pounds
    known: tuple[Event, ...] = ()  # other events; those within twelve months are named


class _Head(TypedDict):
    """What a card is of, and what it is drawn from."""

    declaration: Declaration
    sha256: str
    declared: date | None
    exploratory: str
    series: str
    basis: str
    release: str
    release_sha256: str
    months_from: str
    notes: tuple[str, ...]


class _Observed(TypedDict):
    """What the window holds."""

    event_month: str
    observed: float
    observed_low: float | None
    observed_high: float | None
    closed: bool


class _Ranks(TypedDict):
    """How the date ranks among dates without an event, and what would be told apart from them."""

    down: Rank
    up: Rank
    level: float
    smallest_p: float
    detectable_down: float | None
    detectable_up: float | None


def event_card(declaration: Declaration, material: Material) -> EventCard:
    """Draw a card.

    Raises:
        InputError: Input is of twelve months; less than twelve months follow the event or less
            than 24 precede it; or its window is open and has no interval.
    """
    event, window = declaration.event, declaration.window
    course = course_of(material.months.figures)
    at = _placed(course, declaration)
    total = course.total(at + window.since, at + window.until - 1)
    expected = expected_totals(course.values, course.days, at, window)
    own = np.log((np.array([total[1], total[2]]).clip(0)[:, None] + 0.5) / expected)
    ranked, gaps = standing(course, at, own, window)
    control = control_of(material.control, event.day, window)
    beside = places_of(material.untreated, event.day, window, own.mean(axis=0), gaps)
    verdict, because = judged(declaration.direction, ranked, control, beside)
    return EventCard(
        **_head(declaration, material),
        **_observed(course, at, window, total),
        **_ranks(ranked, gaps, at, window),
        points=points_of(material.months.figures),
        forecasts=_forecasts(expected, total),
        placebos=_placebos(course, gaps, at, window),
        places=beside,
        control=control,
        dose=dose_of(material.months, material.dose),
        concurrent=_concurrent(event, material.known),
        verdict=verdict,
        because=because,
    )


def standing(course: Course, at: int, own: Numbers, window: Window) -> tuple[Ranked, Numbers]:
    """Return how a date ranks, and the gaps of all admissible dates."""
    gaps, origins = course.gaps(window), course.origins(window)
    index = at - HISTORY if at in origins else None
    return rank(gaps, own, index, window.length, at - HISTORY), gaps


def _head(declaration: Declaration, material: Material) -> _Head:
    return {
        "declaration": declaration,
        "sha256": digest_of(declaration),
        "declared": material.kept.day if material.kept else None,
        "exploratory": exploratory(declaration, material.kept, material.counted),
        "series": _series(declaration),
        "basis": material.months.figures["basis"][0].as_py(),
        "release": material.release,
        "release_sha256": material.release_sha256,
        "months_from": material.months.method,
        "notes": material.months.notes,
    }


def _observed(course: Course, at: int, window: Window, total: _Total) -> _Observed:
    closed = at + window.until <= course.settled
    return {
        "event_month": month_text(course.start + at),
        "observed": total[0],
        "observed_low": None if closed else total[1],
        "observed_high": None if closed else total[2],
        "closed": closed,
    }


def _ranks(ranked: Ranked, gaps: Numbers, at: int, window: Window) -> _Ranks:
    apart = gaps[np.abs(np.arange(len(gaps)) - (at - HISTORY)) >= window.length]
    fall, rise = detectable(apart)
    return {
        "down": ranked.down,
        "up": ranked.up,
        "level": LEVEL,
        "smallest_p": 1 / (1 + min(ranked.down.apart, ranked.down.all)),
        "detectable_down": fall,
        "detectable_up": rise,
    }


def _placed(course: Course, declaration: Declaration) -> int:
    """Return the index of the month of the event."""
    month = month_of_event(declaration.event.day)
    at = month - course.start
    if at < HISTORY:
        raise InputError(
            "burden/too-few-months-before",
            place=max(at, 0),
            month=month_text(month),
            history=HISTORY,
        )
    if needed_until(declaration) > course.end:
        raise InputError(
            "burden/series-ends-too-soon",
            end=month_text(course.end),
            declaration=month_text(needed_until(declaration)),
        )
    if at > course.settled:
        raise InputError("burden/months-still-open", month=month_text(month))
    return at


def _forecasts(expected: Numbers, total: _Total) -> tuple[Forecast, ...]:
    return tuple(
        Forecast(
            method=name,
            expected=each,
            gap=total[0] / each - 1,
            gap_low=total[1] / each - 1,
            gap_high=total[2] / each - 1,
        )
        for name, each in zip(FORECASTERS, expected.tolist(), strict=True)
    )


def _placebos(course: Course, gaps: Numbers, at: int, window: Window) -> tuple[Placebo, ...]:
    return tuple(
        Placebo(
            month=month_text(course.start + origin),
            gaps=tuple(np.expm1(gaps[row]).tolist()),
            overlaps=abs(origin - at) < window.length,
        )
        for row, origin in enumerate(course.origins(window))
        if origin != at
    )


def _concurrent(event: Event, known: tuple[Event, ...]) -> tuple[Concurrent, ...]:
    month = month_of_event(event.day)
    near = [
        each
        for each in known
        if abs(month_of_event(each.day) - month) <= _NEAR
        and (each.slug, each.day) != (event.slug, event.day)
    ]

    def by_day(each: Event) -> tuple[date, str]:
        return each.day, each.slug

    return tuple(
        Concurrent(name=each.name, day=each.day, source=each.source, verified=each.verified)
        for each in sorted(near, key=by_day)
    )


def _series(declaration: Declaration) -> str:
    indicator = indicators().get(declaration.indicator)
    name = indicator.name if indicator else declaration.indicator
    return f"{name}, {place_name(declaration.place)}"
