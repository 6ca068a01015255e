"""Charts of official counts by place, drug and age."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.views.ages import Ages, Band
from tidewaiter.burden.views.places import Across, Where
from tidewaiter.burden.views.query import Caption
from tidewaiter.burden.views.trends import Mix, Trend, best_of
from tidewaiter.explain.burden import (
    amount,
    begun,
    facts,
    indicator_words,
    interval_name,
    interval_words,
    measured_words,
    missing_words,
    month_words,
    percent,
    period_words,
    place_words,
    rate,
    signed,
    span_words,
    status_words,
    title_of,
)
from tidewaiter.explain.languages import words
from tidewaiter.report.burden.trends import (
    across_of,
    grid_of,
    key_of,
    lines_of,
    marks_of,
    years_of,
    zone_of,
)
from tidewaiter.report.charts import (
    FIGURE_WIDTH,
    LEFT,
    RIGHT,
    Box,
    Figure,
    Scale,
    Shape,
    Word,
    scale_of,
    wrapped,
)

_TILE = 40.0
_GAP = 1.5
_STEPS = 5
_DARK = 4  # first shade with white text
_BAR, _NAME, _MOST_BARS = 22.0, 150.0, 60


@cache
def tiles() -> Mapping[str, tuple[int, int]]:
    """Return the column and row of each place that has a tile."""
    return MappingProxyType(read_toml(data("burden", "tiles.toml"), dict[str, tuple[int, int]]))


def map_figure(across: Across, slug: str = "map") -> Figure:
    """Draw a comparison of places: as a tile map if most have a tile, else as bars."""
    known = [row for row in across.rows if row.place in tiles()]
    if len(known) * 2 >= len(across.rows) and known:
        return _tile_map(across, slug)
    return rank_figure(across, slug)


def rank_figure(across: Across, slug: str = "map") -> Figure:
    """Draw places as bars, the largest first."""
    rows = [row for row in across.rows if _size(row, across) is not None]
    most = max([_size(row, across) or 0.0 for row in rows], default=0.0) or 1.0
    boxes, told = [], []
    room = FIGURE_WIDTH - _NAME - 90
    for spot, row in enumerate(rows[:_MOST_BARS]):
        y, size = spot * _BAR + 4, _size(row, across) or 0.0
        kind = "bar" if row.status == "closed" else "bar-open"
        boxes.append(
            Box(
                kind=kind,
                told=_place_in_words(row, across),
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
                told=_place_in_words(row, across) if row else place,
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
        key.append(("none", words("suppressed, or not in this release")))
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
        about="; ".join(_place_in_words(each, across) for each in largest) or words("No data yet."),
        height=height,
        boxes=tuple(boxes),
        words=tuple(told),
        key=key,
        notes=_place_notes(across),
        heads=(
            words("Place"),
            words("Deaths"),
            words("Number type"),
            interval_name(),
            words("Per 100,000"),
            words("Count status"),
        ),
        rows=tuple(_place_row(each, caption) for each in across.rows),
    )


def _place_row(row: Where, caption: Caption) -> tuple[str, ...]:
    return (
        place_words(row.place, row.name),
        amount(row.value) if row.value is not None else missing_words(row.missing),
        measured_words(row.by, caption) if row.value is not None else "–",
        interval_words(row.low, row.high) or "–",
        rate(row.rate),
        status_words(row.status),
    )


def _place_notes(across: Across) -> tuple[str, ...]:
    notes = []
    if across.population:
        notes.append(
            words("Crude rates, not age-adjusted; %(year)s population from %(release)s.")
            % {"year": across.population_year, "release": across.population}
        )
    else:
        notes.append(
            words(
                "Counts, not rates: the archive has no population release. Places with "
                "more people rank first."
            )
        )
    kinds = dict.fromkeys(
        measured_words(row.by, across.caption) for row in across.rows if row.value is not None
    )
    notes.append(f"{words('Values shown')}: {', '.join(kinds)}.")
    if any(row.status == "provisional" for row in across.rows):
        notes.append(
            words("Places report at different speeds; slow reporters appear lower than they are.")
        )
    return tuple(notes)


def _place_in_words(row: Where, across: Across) -> str:
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
    """Return the lower bounds of five steps with about equally many places."""
    ordered = sorted(sizes)
    if not ordered:
        return []
    return sorted({ordered[len(ordered) * place // _STEPS] for place in range(_STEPS)})


def _step(size: float | None, steps: Sequence[float]) -> int:
    """Return the step of a number, from 1; 0: no number."""
    return 0 if size is None else sum(size >= each for each in steps)


_PANEL, _PANEL_HEIGHT, _GUTTER = 222.0, 142.0, 36.0
_PANEL_TOP, _PANEL_FOOT = 56.0, 116.0
_PANEL_CELLS = 32  # half-width characters per line above a panel
_ROOM = 50.0  # space to the left of a panel for its numbers


def mix_figure(mix: Mix, slug: str = "drugs") -> Figure:
    """Draw each drug class in its own panel, all on the same scale."""
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
        title=f"{words('Overdose deaths by drug class')}, {place}",
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
        return words("no value shown")
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
            "Drug classes overlap because a death certificate can name several drugs. "
            "They are not stacked and must not be added up."
        ),
        f"{words('All panels use the same scale.')} {begun(period_words(mix.caption.months))}.",
    ]
    if any(each.caption.indicator == "T40.4" for each in mix.drugs):
        notes.append(
            words(
                "T40.4 covers all synthetic opioids except methadone; it is not a count "
                "of any single substance."
            )
        )
    if mix.specified and mix.specified.reported is not None:
        notes.append(
            words(
                "A drug is specified on the certificate for %(share)s of overdose deaths "
                "(%(month)s); as this share rises, counts rise in every class."
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


_TOP, _FOOT, _HEIGHT = 16.0, 206.0, 250.0
_FEW = 12  # maximum number of age bands with labels on one line
_KINDS = {"": "bar", "F": "bar", "M": "bar-other"}


def ages_figure(ages: Ages, slug: str = "ages") -> Figure:
    """Draw deaths by age, for both sexes together if the release has that."""
    together = [each for each in ages.bands if not each.sex]
    shown = together or list(ages.bands)
    bands = list(dict.fromkeys(each.age for each in shown))
    sexes = list(dict.fromkeys(each.sex for each in shown))
    scale = scale_of([each.deaths or 0.0 for each in shown], _TOP, _FOOT)
    step = (RIGHT - LEFT) / max(len(bands), 1)
    boxes = []
    for each in shown:
        if each.deaths is None:
            continue
        width = step * 0.8 / len(sexes)
        x = LEFT + (bands.index(each.age) + 0.1) * step + sexes.index(each.sex) * width
        y = scale.y(each.deaths)
        boxes.append(
            Box(
                kind=_KINDS.get(each.sex, "bar"),
                told=_band_in_words(each),
                x=round(x, 1),
                y=y,
                width=round(width, 1),
                height=round(_FOOT - y, 1),
            )
        )
    period = span_words(ages.caption.months, ages.last)
    lines = grid_of(scale, LEFT, RIGHT)
    marks = marks_of(scale, LEFT)
    return Figure(
        slug=slug,
        title=f"{title_of(ages.caption)}, {words('by age')}, {period}",
        facts=facts(ages.caption),
        about="; ".join(_band_in_words(each) for each in shown),
        height=_HEIGHT,
        boxes=tuple(boxes),
        shapes=tuple(lines),
        words=(*marks, *_names(bands, step)),
        key=tuple((_KINDS[sex], _sex(sex)) for sex in sexes if sex in _KINDS and sex),
        notes=_age_notes(ages),
        heads=(
            words("Age"),
            words("Sex"),
            words("Deaths"),
            words("Population"),
            words("Per 100,000"),
        ),
        rows=tuple(_band_row(each) for each in ages.bands),
    )


def _names(bands: Sequence[str], step: float) -> list[Word]:
    """Return the labels of the bands, alternating between two lines if there are many."""
    return [
        Word(
            text="?" if age == "NS" else age,
            x=round(LEFT + (spot + 0.5) * step, 1),
            anchor="middle",
            kind="mark",
            y=_FOOT + 18 + (15 if len(bands) > _FEW // 2 and spot % 2 else 0),
        )
        for spot, age in enumerate(bands)
    ]


def _band_in_words(band: Band) -> str:
    told = missing_words(band.missing) if band.deaths is None else amount(band.deaths)
    sex = f", {_sex(band.sex)}" if band.sex else ""
    return f"{_age(band.age)}{sex}: {told}"


def _age(age: str) -> str:
    return words("not stated") if age == "NS" else age


def _sex(sex: str) -> str:
    return {"F": words("female"), "M": words("male"), "": words("both sexes")}.get(sex, sex)


def _band_row(band: Band) -> tuple[str, ...]:
    return (
        _age(band.age),
        _sex(band.sex),
        amount(band.deaths) if band.deaths is not None else missing_words(band.missing),
        amount(band.people),
        rate(band.rate),
    )


def _age_notes(ages: Ages) -> tuple[str, ...]:
    notes = [words("Age groups may differ in width; a wider group contains more deaths.")]
    if any(each.missing for each in ages.bands):
        notes.append(
            words("Small counts are suppressed to protect privacy; a gap does not mean zero.")
        )
    return tuple(notes)
