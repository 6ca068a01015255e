"""The drug mix as a figure: a panel for each class, all to one scale, nothing stacked."""

from tidewaiter.burden.views.mixes import Mix
from tidewaiter.burden.views.trends import Trend, best_of
from tidewaiter.report.burdenlines import (
    across_of,
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
    facts,
    indicator_words,
    measured_words,
    month_words,
    percent,
    period_words,
    place_words,
    signed,
)
from tidewaiter.report.figures import Figure, Scale, Shape, scale_of, wrapped
from tidewaiter.report.languages import words
from tidewaiter.report.overviewcharts import Box, Word

_PANEL, _PANEL_HEIGHT, _GUTTER = 222.0, 142.0, 36.0
_PANEL_TOP, _PANEL_FOOT = 56.0, 116.0
_PANEL_CELLS = 32  # half-width characters of a line above a panel
_ROOM = 50.0  # left of a panel, for its numbers


def mix_figure(mix: Mix, slug: str = "drugs") -> Figure:
    """Draw each class of drugs in a panel of its own, all to one scale."""
    place = place_words(mix.caption.place, mix.caption.place_name)
    scale = scale_of(
        [
            v
            for each in mix.drugs
            for p in each.points
            for v in (p.reported, p.estimate, p.high)
            if v is not None
        ],
        _PANEL_TOP,
        _PANEL_FOOT,
    )
    boxes: list[Box] = []
    shapes: list[Shape] = []
    told: list[Word] = []
    for spot, each in enumerate(mix.drugs):
        left = (spot % 2) * (_PANEL + _GUTTER)
        down = spot // 2 * _PANEL_HEIGHT
        own = Scale(
            most=scale.most, step=scale.most / 2, top=_PANEL_TOP + down, foot=_PANEL_FOOT + down
        )
        x = across_of(each.points, left + _ROOM, left + _PANEL)
        boxes += zone_of(each.points, x, own.top, own.foot)
        shapes += [
            *grid_of(own, left + _ROOM, left + _PANEL),
            *lines_of(each.points, x, own, few=True),
        ]
        told += _panel_words(each, left, own)
        told += [*marks_of(own, left + _ROOM), *years_of(each.points, x, own.foot + 15, most=3)]
    return Figure(
        slug=slug,
        title=f"{words('Overdose deaths by class of drug')}, {place}",
        facts=facts(mix.drugs[0].caption),
        about="; ".join(_panel_told(each) for each in mix.drugs),
        height=(len(mix.drugs) + 1) // 2 * _PANEL_HEIGHT,
        boxes=tuple(boxes),
        shapes=tuple(shapes),
        words=tuple(told),
        key=_mix_key(mix),
        notes=_mix_notes(mix),
        heads=(words("Month"), *(each.caption.indicator for each in mix.drugs)),
        rows=_mix_rows(mix),
    )


def _panel_words(trend: Trend, left: float, scale: Scale) -> list[Word]:
    name = indicator_words(trend.caption.indicator, trend.caption.indicator_name)
    lines = list(wrapped(name, _PANEL_CELLS))
    y = scale.top - 24 - 14 * (len(lines) - 1)
    named = [
        Word(text=line, x=left, y=y + 14 * place, anchor="start", kind="panel")
        for place, line in enumerate(lines)
    ]
    newest = Word(
        text=_panel_newest(trend), x=left, y=scale.top - 10, anchor="start", kind="panel-newest"
    )
    return [*named, newest]


def _panel_newest(trend: Trend) -> str:
    if trend.newest is None:
        return words("no number is shown")
    value, by = best_of(trend.newest)
    change = f" ({signed(trend.change.percent)})" if trend.change and by != "predicted" else ""
    named = f" {measured_words(by, trend.caption)}" if by != "reported" else ""
    return f"{month_words(trend.newest.last)}: {amount(value)}{named}{change}"


def _panel_told(trend: Trend) -> str:
    name = indicator_words(trend.caption.indicator, trend.caption.indicator_name)
    return f"{name}: {_panel_newest(trend)}"


def _mix_key(mix: Mix) -> tuple[tuple[str, str], ...]:
    seen: dict[str, str] = {}
    for each in mix.drugs:
        for kind, says in key_of(each, each.points):
            if kind != "predicted":
                seen.setdefault(kind, says)
    return tuple(seen.items())


def _mix_notes(mix: Mix) -> tuple[str, ...]:
    notes = [
        words(
            "Classes overlap: a certificate may name several drugs, so they never add up "
            "and are not stacked."
        ),
        f"{words('All panels have one scale.')} {begun(period_words(mix.caption.months))}.",
    ]
    if any(each.caption.indicator == "T40.4" for each in mix.drugs):
        notes.append(
            words(
                "T40.4 holds all synthetic opioids but methadone, and is no count of one substance."
            )
        )
    if mix.specified and mix.specified.reported is not None:
        notes.append(
            words(
                "A drug is named on %(share)s of overdose deaths (%(month)s); where more are "
                "named, every class rises."
            )
            % {
                "share": percent(mix.specified.reported),
                "month": month_words(mix.specified.last),
            }
        )
    return tuple(notes)


def _mix_rows(mix: Mix) -> tuple[tuple[str, ...], ...]:
    by_month: dict[str, dict[str, str]] = {}
    for each in mix.drugs:
        for point in each.points:
            mark = "" if point.status == "closed" else "*"
            shown = f"{amount(point.reported)}{mark}" if point.reported is not None else "–"
            by_month.setdefault(point.last, {})[each.caption.indicator] = shown
    keys = [each.caption.indicator for each in mix.drugs]
    return tuple(
        (month_words(last), *(by_month[last].get(key, "–") for key in keys))
        for last in sorted(by_month, reverse=True)
    )
