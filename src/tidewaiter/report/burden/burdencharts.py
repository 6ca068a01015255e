"""Trends as figures: all periods from 0, and the newest ones closer."""

from collections.abc import Sequence
from itertools import pairwise

from tidewaiter.burden.months import parse_month
from tidewaiter.burden.views.picking import Caption
from tidewaiter.burden.views.trends import Change, Point, Trend
from tidewaiter.report.burdenlines import (
    across_of,
    dots_of,
    grid_of,
    key_of,
    lines_of,
    marks_of,
    years_of,
    zone_of,
)
from tidewaiter.report.burdenwords import (
    amount,
    begun,
    between,
    facts,
    interval_name,
    measured_words,
    missing_words,
    month_words,
    newest_words,
    predicted_words,
    signed,
    status_words,
    title_of,
)
from tidewaiter.report.figures import LEFT, RIGHT, Figure, scale_of
from tidewaiter.report.languages import number, words
from tidewaiter.report.overviewcharts import Box, Word

_TOP, _FOOT, _HEIGHT = 26.0, 226.0, 252.0
_NEAR = 14  # periods of the closer figure


def trend_figures(trend: Trend) -> tuple[Figure, ...]:
    """Draw one indicator in one place: all periods from 0, and the newest ones closer."""
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
    closer = words("The scale does not begin at 0, so that close numbers can be told apart.")
    return Figure(
        slug=slug,
        title=f"{title_of(caption)}: {words('the newest periods, closer')}"
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
    """Tell the change on a year before, with its interval where there is one."""
    interval = ""
    if change.low is not None and change.high is not None:
        interval = f" ({interval_name()} {signed(change.low)} {words('to')} {signed(change.high)})"
    return words(
        "%(change)s against the %(months)s months that ended in %(before)s: "
        "%(value)s (%(by)s) against %(base)s"
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
                "Periods overlap: never add them up. Compare a period with the one a year before."
            )
        )
    if any(p.status == "provisional" for p in trend.points):
        notes.append(
            words("Provisional counts are incomplete; the fall at the end may not be one.")
        )
    flags = dict.fromkeys(p.flag for p in trend.points if p.flag)
    return (*notes, *flags)


def overlap(trend: Trend) -> bool:
    """Tell whether a period begins before the one before it ends."""
    ends = [parse_month(each.last) for each in trend.points]
    return any(after - before < trend.caption.months for before, after in pairwise(ends))


def _about(trend: Trend) -> str:
    told = [newest_words(trend.newest, trend.caption)] if trend.newest else [words("Nothing yet.")]
    if trend.change:
        told.append(change_words(trend.change, trend.caption))
    return ". ".join((*told, words("The table says the same.")))


def _heads(caption: Caption) -> tuple[str, ...]:
    return (
        words("Month"),
        words("Reported"),
        begun(predicted_words(caption)),
        words("Estimate"),
        interval_name(),
        words("State of the count"),
    )


def _row(point: Point) -> tuple[str, ...]:
    own = point.status != "closed"
    state = status_words(point.status)
    return (
        month_words(point.last),
        amount(point.reported) if point.reported is not None else missing_words(point.missing),
        amount(point.predicted),
        amount(point.estimate) if own else "–",
        (between(point.low, point.high) or "–") if own else "–",
        f"{state}; {point.flag}" if point.flag else state,
    )
