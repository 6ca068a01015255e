"""Changes between two releases: a chart of growth by age of the count, and tables of cells."""

from collections.abc import Callable, Iterator, Sequence

from tidewaiter.base.records import Record
from tidewaiter.burden.indicators import indicators
from tidewaiter.burden.views.revisions import Cell, Growth, Revisions
from tidewaiter.explain.burden import (
    amount,
    indicator_words,
    month_words,
    place_words,
    signed,
)
from tidewaiter.explain.languages import number, numbered, pgettext, words
from tidewaiter.report.burden.trends import grid_of, marks_of
from tidewaiter.report.charts import (
    LEFT,
    RIGHT,
    Dot,
    Figure,
    Scale,
    Shape,
    Word,
    path_of,
    scale_of,
)

_TOP, _FOOT, _HEIGHT = 16.0, 196.0, 240.0


class CellTable(Record, frozen=True, kw_only=True):
    """Cells, formatted for display."""

    slug: str
    title: str
    says: str
    rows: tuple[tuple[str, ...], ...]


class RevisionView(Record, frozen=True, kw_only=True):
    """Revisions, formatted for display."""

    figure: Figure | None  # None: no count of the indicator is in both releases
    tally: tuple[tuple[str, str], ...]  # label, count
    tables: tuple[CellTable, ...]
    heads: tuple[str, ...]
    alarm: str  # "": no closed count changed


def revision_view(told: Revisions) -> RevisionView:
    """Format revisions for display."""
    return RevisionView(
        figure=growth_figure(told) if told.growth else None,
        tally=_tally(told),
        tables=tuple(each for each in _tables(told) if each.rows),
        heads=_heads(),
        alarm=_alarm(told),
    )


def instead_words(told: Revisions) -> str:
    """Return a note that an indicator other than the requested one is shown; "": it is not."""
    if told.asked == told.growth_of:
        return ""
    return words("The two releases do not both contain {asked}; {shown} is shown instead.").format(
        asked=key_words(told.asked), shown=key_words(told.growth_of)
    )


def key_words(key: str) -> str:
    """Return the name of an indicator, by its key."""
    known = indicators().get(key)
    return indicator_words(key, known.name if known else key)


def _heads() -> tuple[str, ...]:
    return (
        words("Place"),
        words("Indicator"),
        words("Month"),
        words("Earlier count"),
        words("Later count"),
        words("Difference"),
        words("Change, percent"),
        words("Count status"),
    )


def growth_figure(told: Revisions, slug: str = "growth") -> Figure:
    """Draw the growth of counts by their age in months."""
    values = [v for each in told.growth for v in (each.country, each.states) if v is not None]
    scale = scale_of([max(v, 0.0) for v in values], _TOP, _FOOT)
    lags = [each.lag for each in told.growth]
    span = max(max(lags) - min(lags), 1)

    def x(lag: int) -> float:
        return round(LEFT + 10 + (lag - min(lags)) / span * (RIGHT - LEFT - 20), 1)

    shapes, dots = _courses(told.growth, x, scale)
    lag_words = [
        Word(text=str(lag), x=x(lag), y=_FOOT + 18, anchor="middle", kind="mark") for lag in lags
    ]
    name = indicator_words(told.growth_of, told.growth_of)
    return Figure(
        slug=slug,
        title=f"{words('Growth of reported counts')}: {name}",
        facts=_facts(told),
        about="; ".join(
            f"{_months(each.lag)}: {signed(each.country)}"
            for each in told.growth
            if each.country is not None
        )
        or words("The table has the same data."),
        height=_HEIGHT,
        shapes=(*grid_of(scale, LEFT, RIGHT), *shapes),
        dots=dots,
        words=(
            *marks_of(scale, LEFT, unit=" %"),
            *lag_words,
            Word(text=words("age in months"), x=RIGHT, y=_FOOT + 36, anchor="end", kind="mark"),
        ),
        key=(
            ("reported", words("national total")),
            ("predicted", words("mean of places with 100 deaths or more")),
        ),
        notes=tuple(_notes(told, falls=min(values, default=0.0) < 0)),
        heads=(words("Age in months"), words("Country"), words("Mean of places"), words("Places")),
        rows=tuple(
            (str(each.lag), _signed(each.country), _signed(each.states), number(each.places))
            for each in told.growth
        ),
    )


def _facts(told: Revisions) -> tuple[str, ...]:
    after = f"{told.after} ({told.after_sha256[:12]})"
    before = f"{told.before} ({told.before_sha256[:12]})"
    return (
        f"{words('Published release')} {after} {words('compared with')} {before}",
        words("Periods in both releases that were provisional when the earlier one was published."),
    )


def _notes(told: Revisions, *, falls: bool) -> Iterator[str]:
    if instead := instead_words(told):
        yield instead
    yield words("Age: months from a period to the newest period in the earlier release.")
    if falls:
        yield words("Decreases are drawn as 0; see the table for their values.")


def _courses(
    growth: Sequence[Growth], x: Callable[[int], float], scale: Scale
) -> tuple[tuple[Shape, ...], tuple[Dot, ...]]:
    """Draw the lines of the country and of the places, with a dot for each age."""
    shapes: list[Shape] = []
    dots: list[Dot] = []
    for kind, dot, read in (("reported", "dot", _country), ("predicted", "dot-other", _states)):
        points = [
            (x(each.lag), scale.y(max(value, 0.0)), value, each)
            for each in growth
            if (value := read(each)) is not None
        ]
        if len(points) > 1:
            shapes.append(Shape(kind=kind, d=path_of([(px, py) for px, py, _, _ in points])))
        dots += [
            Dot(kind=dot, x=px, y=py, told=f"{_months(each.lag)}: {signed(value)}")
            for px, py, value, each in points
        ]
    return tuple(shapes), tuple(dots)


def cell_row(cell: Cell) -> tuple[str, ...]:
    """Return a cell as a table row."""
    state = words("closed") if cell.was_closed else words("provisional")
    if cell.is_closed and not cell.was_closed:
        state = words("now closed")
    return (
        place_words(cell.place, cell.place_name),
        cell.indicator,
        month_words(cell.last),
        _count(cell.before),
        _count(cell.after),
        _count(cell.difference, sign=True),
        _signed(cell.percent),
        state,
    )


def _country(growth: Growth) -> float | None:
    return growth.country


def _states(growth: Growth) -> float | None:
    return growth.states


def _months(lag: int) -> str:
    return words("%(lag)s months old") % {"lag": lag}


def _signed(value: float | None) -> str:
    return "–" if value is None else signed(value)


def _count(value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return "–"
    if value != round(value):
        return number(round(value, 1))
    return f"+{amount(value)}" if sign and value > 0 else amount(value)


def _alarm(told: Revisions) -> str:
    if not told.moved_closed_count:
        return ""
    moved = numbered(
        "%(num)s count that was closed in the earlier release has changed.",
        "%(num)s counts that were closed in the earlier release have changed.",
        told.moved_closed_count,
    )
    why = words(
        "Estimates are validated against closed counts. Ask the source why they changed "
        "before you use either."
    )
    return f"{moved} {why}"


def _tables(told: Revisions) -> Sequence[CellTable]:
    return (
        CellTable(
            slug="moved",
            title=words("Revised closed counts"),
            says=words("A closed count should not change."),
            rows=tuple(map(cell_row, told.moved_closed)),
        ),
        CellTable(
            slug="unusual",
            title=words("Outliers"),
            says=words(
                "Late or amended death certificates can look like this, as in North "
                "Carolina in 2023. Treat estimates for these places with caution."
            ),
            rows=tuple(map(cell_row, told.unusual)),
        ),
        CellTable(
            slug="largest",
            title=words("Largest changes"),
            says="",
            rows=tuple(map(cell_row, told.largest)),
        ),
    )


def _tally(told: Revisions) -> tuple[tuple[str, str], ...]:
    tally = told.tally
    named = (
        (words("increased"), tally.grew),
        (words("decreased"), tally.shrank),
        (words("unchanged"), tally.same),
        (pgettext("counts", "new"), tally.new),
        (pgettext("counts", "removed"), tally.gone),
        (words("no longer suppressed"), tally.shown_now),
        (words("newly suppressed"), tally.hidden_now),
        (words("now closed"), tally.closed_now),
    )
    return tuple((name, number(count)) for name, count in named)
