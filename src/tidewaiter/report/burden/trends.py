"""Lines of official counts: closed periods whole, provisional ones dotted, gaps left open."""

from collections.abc import Callable, Sequence

from tidewaiter.burden.months import parse_month
from tidewaiter.burden.views.picking import Caption
from tidewaiter.burden.views.trends import Point, Status, Trend
from tidewaiter.report.burdenwords import (
    interval_name,
    month_words,
    newest_words,
    predicted_words,
    status_words,
)
from tidewaiter.report.figures import WIDTH, Dot, Scale, Shape, area_of, path_of
from tidewaiter.report.languages import number, words
from tidewaiter.report.overviewcharts import Box, Word

_YEARS = 9  # that are named below a figure
_OPEN: tuple[Status, ...] = ("provisional", "not told")


def across_of(points: Sequence[Point], left: float, right: float) -> Callable[[Point], float]:
    """Return how far to the right each period stands."""
    months = [parse_month(each.last) for each in points] or [0]
    first, span = min(months), max(max(months) - min(months), 1)

    def x(point: Point) -> float:
        return round(left + (parse_month(point.last) - first) / span * (right - left), 1)

    return x


def grid_of(scale: Scale, left: float, right: float) -> list[Shape]:
    """Return the lines across, and the axis."""
    return [
        Shape(
            kind="axis" if value == scale.least else "grid",
            d=path_of([(left, scale.y(value)), (right, scale.y(value))]),
        )
        for value in scale.marks()
    ]


def marks_of(scale: Scale, left: float, unit: str = "") -> list[Word]:
    """Return the numbers of the lines across, to their left, with their unit."""
    return [
        Word(
            text=f"{number(value)}{unit}",
            x=left - 6,
            y=scale.y(value) + 4,
            anchor="end",
            kind="mark",
        )
        for value in scale.marks()
    ]


def years_of(
    points: Sequence[Point], x: Callable[[Point], float], y: float, most: int = _YEARS
) -> list[Word]:
    """Name Januaries, or the first and the last month where the span is short."""
    starts = [each for each in points if each.last.endswith("-01")]
    if len(starts) < 2 and points:  # noqa: PLR2004
        ends = [points[0], points[-1]] if len(points) > 1 else [points[0]]
        anchors = ("start", "end") if len(points) > 1 else ("start",)
        return [
            Word(text=month_words(each.last), x=x(each), y=y, anchor=anchor, kind="mark")
            for each, anchor in zip(ends, anchors, strict=True)
        ]
    every = -(-len(starts) // most)
    return [
        Word(
            text=each.last[:4],
            x=x(each),
            y=y,
            anchor="middle" if x(each) < WIDTH - 20 else "end",
            kind="mark",
        )
        for each in starts[::every]
    ]


def zone_of(
    points: Sequence[Point], x: Callable[[Point], float], top: float, foot: float
) -> tuple[Box, ...]:
    """Return what lies behind the periods that are not closed."""
    open_ones = [each for each in points if each.status != "closed"]
    if not open_ones:
        return ()
    left, right = x(open_ones[0]), x(open_ones[-1])
    return (
        Box(
            kind="zone",
            told=status_words(open_ones[0].status),
            x=left,
            y=top,
            width=round(max(right - left, 2.0), 1),
            height=foot - top,
        ),
    )


def lines_of(
    points: Sequence[Point], x: Callable[[Point], float], scale: Scale, *, few: bool = False
) -> list[Shape]:
    """Return the lines; a period without a number breaks them."""
    shapes: list[Shape] = []
    bands = [each for each in points if each.low is not None and each.high is not None]
    if bands:
        over = [(x(each), scale.y(each.high or 0)) for each in bands]
        under = [(x(each), scale.y(each.low or 0)) for each in bands]
        shapes.append(Shape(kind="band", d=area_of(over, under)))
    closed = [p.reported if p.status == "closed" else None for p in points]
    ends = [
        p.reported if p.status != "closed" or _is_last_closed(points, place) else None
        for place, p in enumerate(points)
    ]
    series = [("reported", closed), ("open", ends), ("estimate", [p.estimate for p in points])]
    if not few:
        series.append(
            ("predicted", [p.predicted if p.status != "closed" else None for p in points])
        )
    for kind, values in series:
        for run in _runs(values):
            line = [(x(points[place]), scale.y(values[place] or 0)) for place in run]
            if len(line) > 1:
                shapes.append(Shape(kind=kind, d=path_of(line)))
    return shapes


def _is_last_closed(points: Sequence[Point], place: int) -> bool:
    """Tell whether the next period is open, so that its line begins here."""
    return place + 1 < len(points) and points[place + 1].status != "closed"


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def dots_of(
    points: Sequence[Point], x: Callable[[Point], float], scale: Scale, caption: Caption
) -> list[Dot]:
    """Return a point for each period, which tells its numbers."""
    dots = []
    for each in points:
        if each.reported is None:
            continue
        kind = "dot" if each.status == "closed" else "dot-open"
        dots.append(
            Dot(kind=kind, x=x(each), y=scale.y(each.reported), told=newest_words(each, caption))
        )
    return dots


def key_of(trend: Trend, points: Sequence[Point]) -> tuple[tuple[str, str], ...]:
    """Return the kinds of line that some periods of a trend have, and what they mean."""
    told = []
    if any(p.status == "closed" and p.reported is not None for p in points):
        told.append(("reported", words("reported, closed")))
    told += [
        ("open", f"{words('reported')}, {status_words(status)}")
        for status in _OPEN
        if any(p.status == status and p.reported is not None for p in points)
    ]
    if any(p.status != "closed" and p.predicted is not None for p in points):
        told.append(("predicted", predicted_words(trend.caption)))
    if any(p.estimate is not None for p in points):
        told.append(("estimate", f"{words('estimate of the closed count')}, {interval_name()}"))
    return tuple(told)
