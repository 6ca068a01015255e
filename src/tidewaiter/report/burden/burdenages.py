"""Deaths by age as a figure: a bar for each band, men and women side by side where told."""

from collections.abc import Sequence

from tidewaiter.burden.views.ages import Ages, Band
from tidewaiter.report.burdenlines import grid_of, marks_of
from tidewaiter.report.burdenwords import amount, facts, missing_words, rate, span_words, title_of
from tidewaiter.report.figures import LEFT, RIGHT, Figure, scale_of
from tidewaiter.report.languages import words
from tidewaiter.report.overviewcharts import Box, Word

_TOP, _FOOT, _HEIGHT = 16.0, 206.0, 250.0
_FEW = 12  # bands whose ages have room on one line
_KINDS = {"": "bar", "F": "bar", "M": "bar-other"}


def ages_figure(ages: Ages, slug: str = "ages") -> Figure:
    """Draw deaths by age; both sexes together, where the release has that."""
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
                told=_told(each),
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
        about="; ".join(_told(each) for each in shown),
        height=_HEIGHT,
        boxes=tuple(boxes),
        shapes=tuple(lines),
        words=(*marks, *_names(bands, step)),
        key=tuple((_KINDS[sex], _sex(sex)) for sex in sexes if sex in _KINDS and sex),
        notes=_notes(ages),
        heads=(words("Age"), words("Sex"), words("Deaths"), words("People"), words("Per 100,000")),
        rows=tuple(_row(each) for each in ages.bands),
    )


def _names(bands: Sequence[str], step: float) -> list[Word]:
    """Name the bands, on two lines by turns where they are many."""
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


def _told(band: Band) -> str:
    told = missing_words(band.missing) if band.deaths is None else amount(band.deaths)
    sex = f", {_sex(band.sex)}" if band.sex else ""
    return f"{_age(band.age)}{sex}: {told}"


def _age(age: str) -> str:
    return words("not stated") if age == "NS" else age


def _sex(sex: str) -> str:
    return {"F": words("women"), "M": words("men"), "": words("both")}.get(sex, sex)


def _row(band: Band) -> tuple[str, ...]:
    return (
        _age(band.age),
        _sex(band.sex),
        amount(band.deaths) if band.deaths is not None else missing_words(band.missing),
        amount(band.people),
        rate(band.rate),
    )


def _notes(ages: Ages) -> tuple[str, ...]:
    notes = [words("Bands of age may differ in width; a wider one holds more deaths.")]
    if any(each.missing for each in ages.bands):
        notes.append(words("Small counts are hidden to protect persons; a gap is no zero."))
    return tuple(notes)
