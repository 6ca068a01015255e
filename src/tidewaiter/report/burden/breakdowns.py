"""Places side by side: a map of tiles where we have one, else bars in order of size."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.views.across import Across, Where
from tidewaiter.burden.views.picking import Caption
from tidewaiter.report.burdenwords import (
    amount,
    between,
    facts,
    indicator_words,
    interval_name,
    measured_words,
    missing_words,
    place_words,
    rate,
    span_words,
    status_words,
)
from tidewaiter.report.figures import WIDTH, Figure
from tidewaiter.report.languages import words
from tidewaiter.report.overviewcharts import Box, Word

_TILE = 40.0
_GAP = 1.5
_STEPS = 5
_DARK = 4  # the first step on which words are white
_BAR, _NAME, _MOST_BARS = 22.0, 150.0, 60


@cache
def tiles() -> Mapping[str, tuple[int, int]]:
    """Return column and row of each place that has a tile."""
    return MappingProxyType(read_toml(data("burden", "tiles.toml"), dict[str, tuple[int, int]]))


def map_figure(across: Across, slug: str = "map") -> Figure:
    """Draw places side by side: as tiles where most have one, else as bars."""
    known = [row for row in across.rows if row.place in tiles()]
    if len(known) * 2 >= len(across.rows) and known:
        return _tile_map(across, slug)
    return rank_figure(across, slug)


def rank_figure(across: Across, slug: str = "map") -> Figure:
    """Draw places as bars, the largest first."""
    rows = [row for row in across.rows if _size(row, across) is not None]
    most = max([_size(row, across) or 0.0 for row in rows], default=0.0) or 1.0
    boxes, told = [], []
    room = WIDTH - _NAME - 90
    for spot, row in enumerate(rows[:_MOST_BARS]):
        y, size = spot * _BAR + 4, _size(row, across) or 0.0
        kind = "bar" if row.status == "closed" else "bar-open"
        boxes.append(
            Box(
                kind=kind,
                told=_told(row, across),
                x=_NAME,
                y=y,
                width=round(max(size / most * room, 1.0), 1),
                height=_BAR - 8,
            )
        )
        named = place_words(row.place, row.name)
        told.append(Word(text=named[:22], x=_NAME - 8, y=y + 11, anchor="end", kind="label"))
        told.append(
            Word(
                text=_shown(row, across),
                x=round(_NAME + size / most * room + 6, 1),
                y=y + 11,
                anchor="start",
                kind="mark",
            )
        )
    kinds = {each.kind: status_words(row.status) for each, row in zip(boxes, rows, strict=False)}
    return _figure(
        across,
        slug,
        height=min(len(rows), _MOST_BARS) * _BAR + 8,
        boxes=boxes,
        told=told,
        key=tuple(kinds.items()),
    )


def _tile_map(across: Across, slug: str) -> Figure:
    steps = _steps([v for row in across.rows if (v := _size(row, across)) is not None])
    by_place = {row.place: row for row in across.rows}
    boxes, told = [], []
    for place, (column, line) in tiles().items():
        row = by_place.get(place)
        size = _size(row, across) if row else None
        step = _step(size, steps)
        kind = f"step{step}" if step else "none"
        x, y = column * _TILE, line * _TILE
        boxes.append(
            Box(
                kind=kind,
                told=_told(row, across) if row else place,
                x=x + _GAP / 2,
                y=y + _GAP / 2,
                width=_TILE - _GAP,
                height=_TILE - _GAP,
            )
        )
        ink = "on-none" if not step else "on-dark" if step >= _DARK else "on-light"
        middle = x + _TILE / 2
        told.append(Word(text=place[3:], x=middle, y=y + 16, anchor="middle", kind=ink))
        shown = _shown(row, across) if row else "–"
        told.append(Word(text=shown, x=middle, y=y + 31, anchor="middle", kind=ink))
    key = [
        (f"step{spot}", f"{words('from')} {_digits(low, across)}")
        for spot, low in enumerate(steps, start=1)
    ]
    if any(each.kind == "none" for each in boxes):
        key.append(("none", words("not shown, or not in this release")))
    lines = 1 + max(line for _, line in tiles().values())
    return _figure(across, slug, height=lines * _TILE + 4, boxes=boxes, told=told, key=tuple(key))


def _figure(
    across: Across,
    slug: str,
    *,
    height: float,
    boxes: Sequence[Box],
    told: Sequence[Word],
    key: tuple[tuple[str, str], ...],
) -> Figure:
    caption = across.caption
    what = words("per 100,000 people") if across.population else words("counts")
    name = indicator_words(caption.indicator, caption.indicator_name)
    country = place_words(caption.place, caption.place_name)
    largest = [each for each in across.rows if each.value is not None][:5]
    return Figure(
        slug=slug,
        title=f"{name}, {country}, {what}, {span_words(caption.months, across.last)}",
        facts=facts(caption),
        about="; ".join(_told(each, across) for each in largest) or words("Nothing yet."),
        height=height,
        boxes=tuple(boxes),
        words=tuple(told),
        key=key,
        notes=_notes(across),
        heads=(
            words("Place"),
            words("Deaths"),
            words("Kind of number"),
            interval_name(),
            words("Per 100,000"),
            words("State of the count"),
        ),
        rows=tuple(_row(each, caption) for each in across.rows),
    )


def _row(row: Where, caption: Caption) -> tuple[str, ...]:
    return (
        place_words(row.place, row.name),
        amount(row.value) if row.value is not None else missing_words(row.missing),
        measured_words(row.by, caption) if row.value is not None else "–",
        between(row.low, row.high) or "–",
        rate(row.rate),
        status_words(row.status),
    )


def _notes(across: Across) -> tuple[str, ...]:
    notes = []
    if across.population:
        notes.append(
            words("Rates are not adjusted for age; people of %(year)s by %(release)s.")
            % {"year": across.population_year, "release": across.population}
        )
    else:
        notes.append(
            words(
                "No release of the population is in the archive, so these are counts: large "
                "places come first."
            )
        )
    kinds = dict.fromkeys(
        measured_words(row.by, across.caption) for row in across.rows if row.value is not None
    )
    notes.append(f"{words('What is shown')}: {', '.join(kinds)}.")
    if any(row.status == "provisional" for row in across.rows):
        notes.append(words("Places report at different speed; late ones look lower than they are."))
    return tuple(notes)


def _told(row: Where, across: Across) -> str:
    name = place_words(row.place, row.name)
    if row.value is None:
        return f"{name}: {missing_words(row.missing)}"
    per = f", {rate(row.rate)} {words('per 100,000')}" if row.rate is not None else ""
    by = measured_words(row.by, across.caption)
    return f"{name}: {amount(row.value)} ({by}, {status_words(row.status)}){per}"


def _size(row: Where, across: Across) -> float | None:
    return row.rate if across.population else row.value


def _shown(row: Where, across: Across) -> str:
    size = _size(row, across)
    return "–" if size is None else _digits(size, across)


def _digits(size: float, across: Across) -> str:
    return rate(size) if across.population else amount(size)


def _steps(sizes: Sequence[float]) -> list[float]:
    """Return from where each of five steps begins; each holds about as many places."""
    ordered = sorted(sizes)
    if not ordered:
        return []
    return sorted({ordered[len(ordered) * place // _STEPS] for place in range(_STEPS)})


def _step(size: float | None, steps: Sequence[float]) -> int:
    """Return the step of a number, from 1; 0: there is no number."""
    return 0 if size is None else sum(size >= each for each in steps)
