"""Line charts of official counts: closed periods solid, provisional periods dotted."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from tidewaiter.burden.types import parse_month
from tidewaiter.burden.views.query import Caption
from tidewaiter.burden.views.trends import Change, Point, Status, Trend
from tidewaiter.explain.burden import (
    amount,
    begun,
    facts,
    interval_name,
    interval_words,
    measured_words,
    missing_words,
    month_words,
    newest_words,
    predicted_words,
    signed,
    status_words,
    title_of,
)
from tidewaiter.explain.languages import number, words
from tidewaiter.report.charts import (
    FIGURE_WIDTH,
    LEFT,
    RIGHT,
    Box,
    Dot,
    Figure,
    Scale,
    Shape,
    Word,
    area_of,
    path_of,
    scale_of,
)

_YEARS = 9  # maximum number of labels below a chart
_OPEN: tuple[Status, ...] = ("provisional", "not told")


def across_of(points: Sequence[Point], left: float, right: float) -> Callable[[Point], float]:
    """Return a function from a period to its x coordinate."""
    months = [parse_month(each.last) for each in points] or [0]
    first, span = min(months), max(max(months) - min(months), 1)

    def x(point: Point) -> float:
        return round(left + (parse_month(point.last) - first) / span * (right - left), 1)

    return x


def grid_of(scale: Scale, left: float, right: float) -> list[Shape]:
    """Return the horizontal grid lines and the axis."""
    return [
        Shape(
            kind="axis" if value == scale.least else "grid",
            d=path_of([(left, scale.y(value)), (right, scale.y(value))]),
        )
        for value in scale.marks()
    ]


def marks_of(scale: Scale, left: float, unit: str = "") -> list[Word]:
    """Return the labels of the grid lines, with their unit."""
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
    """Return labels for each January, or for the first and last month of a short range."""
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
            anchor="middle" if x(each) < FIGURE_WIDTH - 20 else "end",
            kind="mark",
        )
        for each in starts[::every]
    ]


def zone_of(
    points: Sequence[Point], x: Callable[[Point], float], top: float, foot: float
) -> tuple[Box, ...]:
    """Return the shaded area behind provisional periods."""
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
    """Return the lines; a period without a number interrupts them."""
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
    """Return whether the next period is provisional, so that its line starts here."""
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
    """Return a point for each period, with its figures as a tooltip."""
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
    """Return the line styles used by a trend, with their meanings."""
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
        told.append(("estimate", f"{words('estimated closed count')}, {interval_name()}"))
    return tuple(told)


_TOP, _FOOT, _HEIGHT = 26.0, 226.0, 252.0
_NEAR = 14  # number of periods in the detail chart


def trend_figures(trend: Trend) -> tuple[Figure, ...]:
    """Draw one indicator in one place: all periods from 0, and the newest periods in detail."""
    whole = _trend_figure(trend, trend.points, "trend")
    near = trend.points[-_NEAR:]
    if len(trend.points) < 2 * _NEAR or all(each.status == "closed" for each in near):
        return (whole,)
    return whole, _trend_figure(trend, near, "closer")


def _trend_figure(trend: Trend, points: Sequence[Point], slug: str) -> Figure:
    caption, near = trend.caption, slug == "closer"
    seen = [v for p in points for v in _numbers(p, near=near) if v is not None]
    scale = scale_of(seen, _TOP, _FOOT, from_zero=not near)
    x = across_of(points, LEFT, RIGHT)
    zone = zone_of(points, x, _TOP, _FOOT)
    closer = words("The scale does not start at 0, so that small differences are visible.")
    return Figure(
        slug=slug,
        title=f"{title_of(caption)}: {words('latest periods, enlarged')}"
        if near
        else title_of(caption),
        facts=facts(caption),
        about=_about(trend),
        height=_HEIGHT,
        boxes=zone,
        shapes=(*grid_of(scale, LEFT, RIGHT), *lines_of(points, x, scale)),
        dots=tuple(dots_of(points, x, scale, caption)) if near or len(points) < 2 * _NEAR else (),
        words=(*marks_of(scale, LEFT), *years_of(points, x, _FOOT + 18), *_zone_word(zone)),
        key=key_of(trend, points),
        notes=(closer,) if near else _notes(trend),
        heads=_heads(caption),
        rows=tuple(_row(each) for each in reversed(points)),
    )


def _numbers(point: Point, *, near: bool) -> tuple[float | None, ...]:
    open_ones = (point.predicted,) if point.status != "closed" else ()
    return (point.reported, point.estimate, point.high, point.low if near else None, *open_ones)


def change_words(change: Change, caption: Caption) -> str:
    """Describe the change on the year before, with its interval if there is one."""
    interval = ""
    if change.low is not None and change.high is not None:
        interval = f" ({interval_name()} {signed(change.low)} {words('to')} {signed(change.high)})"
    return words(
        "%(change)s compared with the %(months)s months ending %(before)s: %(value)s "
        "(%(by)s) against %(base)s"
    ) % {
        "change": signed(change.percent) + interval,
        "months": number(caption.months),
        "before": month_words(change.before),
        "value": amount(change.value),
        "by": measured_words(change.by, caption),
        "base": amount(change.value_before),
    }


def _zone_word(zone: Sequence[Box]) -> list[Word]:
    return [
        Word(text=each.told, x=each.x + each.width, y=each.y - 8, anchor="end", kind="zone-word")
        for each in zone
    ]


def _notes(trend: Trend) -> tuple[str, ...]:
    notes = []
    if overlap(trend):
        notes.append(
            words(
                "Periods overlap: do not add them up. Compare a period with the same "
                "period one year earlier."
            )
        )
    if any(p.status == "provisional" for p in trend.points):
        notes.append(
            words(
                "Provisional counts are incomplete; an apparent decrease at the end "
                "may not be real."
            )
        )
    flags = dict.fromkeys(p.flag for p in trend.points if p.flag)
    return (*notes, *flags)


def overlap(trend: Trend) -> bool:
    """Return whether successive periods overlap."""
    ends = [parse_month(each.last) for each in trend.points]
    return any(after - before < trend.caption.months for before, after in pairwise(ends))


def _about(trend: Trend) -> str:
    told = [newest_words(trend.newest, trend.caption)] if trend.newest else [words("No data yet.")]
    if trend.change:
        told.append(change_words(trend.change, trend.caption))
    return ". ".join((*told, words("The table has the same data.")))


def _heads(caption: Caption) -> tuple[str, ...]:
    return (
        words("Month"),
        words("Reported"),
        begun(predicted_words(caption)),
        words("Estimate"),
        interval_name(),
        words("Count status"),
    )


def _row(point: Point) -> tuple[str, ...]:
    own = point.status != "closed"
    state = status_words(point.status)
    return (
        month_words(point.last),
        amount(point.reported) if point.reported is not None else missing_words(point.missing),
        amount(point.predicted),
        amount(point.estimate) if own else "–",
        (interval_words(point.low, point.high) or "–") if own else "–",
        f"{state}; {point.flag}" if point.flag else state,
    )
