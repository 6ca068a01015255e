"""Views of official counts: query, charts and CSV for each."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import neutralise
from tidewaiter.burden.events.types import EventCard
from tidewaiter.burden.types import Release
from tidewaiter.burden.views.ages import Ages, ages
from tidewaiter.burden.views.places import Across, across
from tidewaiter.burden.views.query import Ask, Caption, Estimating, without
from tidewaiter.burden.views.revisions import Cell, Revisions, pair, revisions
from tidewaiter.burden.views.trends import Mix, Trend, mix, trend
from tidewaiter.report.alerts.exports import CsvTable
from tidewaiter.report.burden.breakdowns import ages_figure, map_figure, mix_figure
from tidewaiter.report.burden.revisions import growth_figure
from tidewaiter.report.burden.trends import trend_figures
from tidewaiter.report.charts import Figure, png_of, svg_of

_BEFORE = ("place", "place_name", "indicator", "indicator_name", "period_end", "period_months")
_AFTER = ("measure", "basis", "release", "release_month", "source", "sha256")
_POINT = ("status", "reported", "missing", "predicted", "estimate", "low", "high", "flag")
_WHERE = (
    "status",
    "value",
    "value_is",
    "missing",
    "low",
    "high",
    "people",
    "per_100000",
    "population",
)
_BAND = ("age", "sex", "status", "deaths", "missing", "people", "per_100000")
_CELL = (
    "place",
    "place_name",
    "indicator",
    "period_end",
    "months_old",
    "before",
    "after",
    "difference",
    "percent",
    "was",
    "is",
    "why",
    "release_before",
    "sha256_before",
    "release",
    "sha256",
    "source",
)
_MONTH = (
    "place",
    "indicator",
    "period_end",
    "period_months",
    "status",
    "deaths",
    "low",
    "high",
    "event",
    "event_day",
    "window",
    "direction",
    "basis",
    "months_from",
    "release",
    "sha256",
)
Rows = Iterable[Sequence[object]]


def trend_sheet(*trends: Trend) -> bytes:
    """Write trends as CSV, one row per period."""
    rows = [
        (
            *_before(each.caption, p.last),
            p.status,
            p.reported,
            p.missing,
            p.predicted,
            p.estimate,
            p.low,
            p.high,
            p.flag,
            *_after(each.caption),
        )
        for each in trends
        for p in each.points
    ]
    return _sheet((*_BEFORE, *_POINT, *_AFTER), rows)


def mix_sheet(mix: Mix) -> bytes:
    """Write the drug mix as CSV, one row per class and period."""
    return trend_sheet(*mix.drugs)


def across_sheet(across: Across) -> bytes:
    """Write a comparison of places as CSV."""
    told = across.caption
    counted_by = f"{across.population} {across.population_year}".strip()
    rows = [
        (
            row.place,
            row.name,
            told.indicator,
            told.indicator_name,
            across.last,
            told.months,
            row.status,
            row.value,
            row.by if row.value is not None else "",
            row.missing,
            row.low,
            row.high,
            row.people,
            row.rate,
            counted_by,
            *_after(told),
        )
        for row in across.rows
    ]
    return _sheet((*_BEFORE, *_WHERE, *_AFTER), rows)


def ages_sheet(ages: Ages) -> bytes:
    """Write deaths by age as CSV."""
    status = "closed" if ages.caption.closed_to else "not told"
    rows = [
        (
            *_before(ages.caption, ages.last),
            each.age,
            each.sex,
            status,
            each.deaths,
            each.missing,
            each.people,
            each.rate,
            *_after(ages.caption),
        )
        for each in ages.bands
    ]
    return _sheet((*_BEFORE, *_BAND, *_AFTER), rows)


def revision_sheet(told: Revisions) -> bytes:
    """Write the displayed cells of two releases as CSV, each with the reason it is shown."""
    shown = (
        ("closed and moved", told.moved_closed),
        ("unusual", told.unusual),
        ("large", told.largest),
    )
    rows = [
        (
            *_cell(each),
            why,
            told.before,
            told.before_sha256,
            told.after,
            told.after_sha256,
            told.source,
        )
        for why, cells in shown
        for each in cells
    ]
    return _sheet(_CELL, rows)


def event_sheet(card: EventCard) -> bytes:
    """Write the months of an event card as CSV, each with the event and the query."""
    asked = card.declaration
    rows = [
        (
            asked.place,
            asked.indicator,
            each.month,
            1,
            "closed" if each.closed else "provisional",
            each.value,
            each.low,
            each.high,
            asked.event.slug,
            asked.event.day.isoformat(),
            f"{asked.window.since}-{asked.window.until}",
            asked.direction,
            card.basis,
            card.months_from,
            card.release,
            card.release_sha256,
        )
        for each in card.points
    ]
    return _sheet(_MONTH, rows)


def _cell(cell: Cell) -> tuple[object, ...]:
    return (
        cell.place,
        cell.place_name,
        cell.indicator,
        cell.last,
        cell.lag,
        cell.before,
        cell.after,
        cell.difference,
        cell.percent,
        _state(closed=cell.was_closed),
        _state(closed=cell.is_closed),
    )


def _state(*, closed: bool) -> str:
    return "closed" if closed else "provisional"


def _before(told: Caption, last: str) -> tuple[object, ...]:
    return (told.place, told.place_name, told.indicator, told.indicator_name, last, told.months)


def _after(told: Caption) -> tuple[object, ...]:
    return (told.measure, told.basis, told.release, told.released, told.source, told.sha256)


def _sheet(heads: Sequence[str], rows: Rows) -> bytes:
    file = io.BytesIO()
    CsvTable(file, heads).rows([[_text(cell) for cell in row] for row in rows])
    return file.getvalue()


def _text(cell: object) -> str:
    """Format a cell; only text is neutralised, so that numbers keep their sign."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.10g}"
    return str(cell) if isinstance(cell, int) else neutralise(str(cell))


class View(Record, frozen=True, kw_only=True):
    """Query, charts and CSV of one view."""

    find: Callable[[Sequence[Release], Ask, Estimating], Any]  # returns its record
    draw: Callable[[Any], tuple[Figure, ...]]
    sheet: Callable[[Any], bytes]


def changes(releases: Sequence[Release], ask: Ask, estimating: Estimating = without) -> Revisions:
    """Return the changes in a release since the one before it; no estimates are involved."""
    del estimating
    before, after = pair(releases, ask)
    return revisions(before, after, ask)


def _ages(releases: Sequence[Release], ask: Ask, _: Estimating) -> Ages:
    return ages(releases, ask)


def _mix(told: Mix) -> tuple[Figure, ...]:
    return (mix_figure(told),)


def _map(told: Across) -> tuple[Figure, ...]:
    return (map_figure(told),)


def _bands(told: Ages) -> tuple[Figure, ...]:
    return (ages_figure(told),)


def _growth(told: Revisions) -> tuple[Figure, ...]:
    return (growth_figure(told),) if told.growth else ()


VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "trends": View(find=trend, draw=trend_figures, sheet=trend_sheet),
        "mix": View(find=mix, draw=_mix, sheet=mix_sheet),
        "map": View(find=across, draw=_map, sheet=across_sheet),
        "ages": View(find=_ages, draw=_bands, sheet=ages_sheet),
        "changes": View(find=changes, draw=_growth, sheet=revision_sheet),
    }
)


def picture(view: View, told: Any, kind: str, slug: str = "") -> bytes:
    """Write one chart of a view as an image file.

    Args:
        view: The view.
        told: Its record.
        kind: "svg" or "png".
        slug: The chart; "": the first.

    Raises:
        InputError: The view has no such chart, or PNG export is not installed.
    """
    figures = view.draw(told)
    found = next((each for each in figures if slug in {"", each.slug}), None)
    if found is None:
        named = ", ".join(each.slug for each in figures) or "none"
        raise InputError("report/no-figure", slug=slug, named=named)
    return png_of(found) if kind == "png" else svg_of(found).encode()
