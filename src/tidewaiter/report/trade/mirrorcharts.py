"""A flow over time, drawn: exports beside imports, and under them m with what is usual of it."""

from collections.abc import Iterator

from tidewaiter.mirror.results import Moment, Seen
from tidewaiter.mirror.types import Discrepancy, Judging
from tidewaiter.report.mirrorwords import quantity, signed
from tidewaiter.report.overviewcharts import WIDTH, Box, Drawn, Word

_TOP, _FOOT = 20.0, 140.0  # of the bars
_NAMES = 158.0  # of the periods
_ABOVE, _BELOW = 190.0, 270.0  # m = +1 and m = -1
_HEIGHT = 292.0
_GAP = 0.84  # of a period's place that its bars fill
_DOT = 8.0
_LABELS = 12


def flow_chart(slug: str, seen: Seen, one: Discrepancy, least: Judging) -> Drawn:
    """Draw exports and imports of a flow side by side, period by period, and m below them.

    Args:
        slug: Of the chart.
        seen: Both sides over time.
        one: The difference that it is drawn for.
        least: From which z on a period is changed.
    """
    most = max([each or 0.0 for at in seen.periods for each in (at.x, at.m)] + [1.0])
    step = WIDTH / max(len(seen.periods), 4)
    title = f"{one.key.code}, {one.exporter} to {one.importer}, {seen.basis}"
    usual = _usual(one, least)
    boxes = [*_bars(seen, step, most), *_strip(seen, step, one, usual)]
    about = f"{title}: at most {quantity(most, seen.basis)} in a period."
    if usual:
        about += f" m is usually {signed(usual[1])}, and {signed(one.ratio)} in {one.key.period}."
    key = [("in", "exports"), ("out", "imports, as reported"), ("ratio", "m")]
    return Drawn(
        slug=slug,
        title=title,
        about=f"{about} The table says the same.",
        height=_HEIGHT,
        axis=_FOOT,
        boxes=tuple(each for each in boxes if each.height),
        words=tuple(_words(seen, step, one, most)),
        key=tuple([*key, ("usual", f"usual m: z below {least.least_z:g}")] if usual else key),
        heads=("Period", "Exports", "Imports", "m"),
        rows=tuple(
            (
                str(at.period),
                quantity(at.x, seen.basis),
                quantity(at.m, seen.basis),
                signed(at.ratio),
            )
            for at in seen.periods
        ),
    )


def _usual(one: Discrepancy, least: Judging) -> tuple[float, float, float] | None:
    """Return m below which, the m that is usual, and m above which a period is changed."""
    if one.usual is None or one.spread is None:
        return None
    room = least.least_z * one.spread
    return max(one.usual - room, -1.0), one.usual, min(one.usual + room, 1.0)


def _bars(seen: Seen, step: float, most: float) -> Iterator[Box]:
    for place, at in enumerate(seen.periods):
        for which, value in enumerate((at.x, at.m)):
            height = round((value or 0.0) / most * (_FOOT - _TOP), 1)
            side = ("exports", "imports")[which]
            yield Box(
                kind=("in", "out")[which],
                told=f"{at.period} {side}: {quantity(value, seen.basis) or 'not reported'}",
                x=round(place * step + which * step * _GAP / 2, 1),
                y=round(_FOOT - height, 1),
                width=round(step * _GAP / 2, 1),
                height=height,
            )


def _strip(
    seen: Seen, step: float, one: Discrepancy, usual: tuple[float, float, float] | None
) -> Iterator[Box]:
    """Draw m: a band of what is usual, a line at 0, and a square for each period."""
    if usual:
        top, foot = _y(usual[2]), _y(usual[0])
        told = (
            f"usual m {signed(usual[1])}; from {signed(usual[0])} to {signed(usual[2])} no change"
        )
        yield Box(kind="usual", told=told, x=0, y=top, width=WIDTH, height=round(foot - top, 1))
    for ratio in (1.0, 0.0, -1.0):
        yield Box(kind="rule", told=f"m = {ratio:+g}", x=0, y=_y(ratio), width=WIDTH, height=0.6)
    for place, at in enumerate(seen.periods):
        if at.ratio is not None:
            size = _DOT * 1.6 if at.period == one.key.period else _DOT
            yield Box(
                kind="ratio",
                told=f"{at.period}: m {signed(at.ratio)}",
                x=round(place * step + (step * _GAP - size) / 2, 1),
                y=round(_y(at.ratio) - size / 2, 1),
                width=size,
                height=size,
            )


def _words(seen: Seen, step: float, one: Discrepancy, most: float) -> Iterator[Word]:
    yield Word(text=quantity(most, seen.basis), x=0, y=14, anchor="start")
    for place, at in enumerate(seen.periods):
        if place % (len(seen.periods) // _LABELS + 1) and at.period != one.key.period:
            continue
        yield Word(
            text=_name(at, len(seen.periods)),
            x=round(place * step + step * _GAP / 2, 1),
            y=_NAMES,
            anchor="middle",
            kind="period" if at.period == one.key.period else "word",
        )
    yield Word(text="m = +1: exports alone", x=0, y=_ABOVE - 6, anchor="start")
    yield Word(text="m = −1: imports alone", x=0, y=_BELOW + 16, anchor="start")


def _name(at: Moment, periods: int) -> str:
    return str(at.period) if periods <= len("20232024") else str(at.period)[2:]


def _y(ratio: float) -> float:
    return round(_ABOVE + (1 - ratio) / 2 * (_BELOW - _ABOVE), 1)
