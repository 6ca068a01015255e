"""Charts of the overview as numbers: where each bar and each word stands. Templates draw them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from tidewaiter.base.records import Record
from tidewaiter.report.languages import day as day_in_words
from tidewaiter.report.languages import number, words

WIDTH = 400  # of every chart, in its own units; 1 unit is near 1 px on a telephone
_TOP, _FOOT = 20, 136  # between which bars stand
_ROOM = 22  # for the words under them
_GAP = 0.8  # of a bar's place that it fills


class Box(Record, frozen=True, kw_only=True):
    """A bar of a chart."""

    kind: str  # a class of the style sheet
    told: str  # what it says, for a pointer that rests on it
    x: float
    y: float
    width: float
    height: float


class Word(Record, frozen=True, kw_only=True):
    """A word in a chart."""

    text: str
    x: float
    y: float
    anchor: str  # start, middle, end
    kind: str = "word"


class Drawn(Record, frozen=True, kw_only=True):
    """A chart, and the same numbers as a table."""

    slug: str
    title: str
    about: str  # in words, for those who do not see it
    height: float
    axis: float  # where its line stands
    boxes: tuple[Box, ...]
    words: tuple[Word, ...]
    key: tuple[tuple[str, str], ...]  # kind, meaning
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def flow_chart(
    added: Mapping[date, int], decided: Mapping[date, int], span: Sequence[date]
) -> Drawn:
    """Draw what came in above a line, and what was decided below it, day by day.

    Args:
        added: Alerts by the day on which they came in.
        decided: Alerts by the day on which they were no longer open.
        span: The days shown, in order.
    """
    most = max([*added.values(), *decided.values(), 1])
    middle, step = (_TOP + _FOOT) / 2 + 4, WIDTH / max(len(span), 1)
    unit = (middle - _TOP) / most
    boxes = []
    for place, each in enumerate(span):
        up, down = added.get(each, 0), decided.get(each, 0)
        told = (
            f"{day_in_words(each)}: {words('in')} {number(up)}, {words('decided')} {number(down)}"
        )
        boxes.append(_box(place, step, (middle - up * unit, up * unit), told))
        boxes.append(_box(place, step, (middle, down * unit), told, "out"))
    came, went = sum(added.values()), sum(decided.values())
    return Drawn(
        slug="flow",
        title=words("Came in and decided, by day"),
        about=f"{words('In')} {number(came)}, {words('decided')} {number(went)}; "
        f"{words('at most in a day')} {number(most)}.",
        height=_FOOT + _ROOM + 8,
        axis=middle,
        boxes=tuple(each for each in boxes if each.height),
        words=(_most(most), *_ends(span, _FOOT + _ROOM)),
        key=(("in", words("Came in")), ("out", words("Decided"))),
        heads=(words("Day"), words("Came in"), words("Decided")),
        rows=tuple(
            (day_in_words(each), number(added.get(each, 0)), number(decided.get(each, 0)))
            for each in reversed(span)
        ),
    )


def days_chart(
    slug: str, title: str, head: str, values: Mapping[date, float], span: Sequence[date]
) -> Drawn:
    """Draw one number a day; days without one stay empty.

    Args:
        slug: Of the chart.
        title: What is drawn.
        head: Of the column of numbers in the table.
        values: By day.
        span: The days shown, in order.
    """
    most = max([*values.values(), 0.0]) or 1.0
    unit, step = (_FOOT - _TOP) / most, WIDTH / max(len(span), 1)
    boxes = tuple(
        _box(
            place,
            step,
            (_FOOT - values[each] * unit, values[each] * unit),
            f"{day_in_words(each)}: {number(round(values[each]))}",
        )
        for place, each in enumerate(span)
        if values.get(each)
    )
    shown = [each for each in reversed(span) if each in values]
    return Drawn(
        slug=slug,
        title=title,
        about=f"{len(shown)} {words('days')}; {words('at most in a day')} {number(round(most))}."
        if shown
        else words("Nothing yet."),
        height=_FOOT + _ROOM + 8,
        axis=_FOOT,
        boxes=boxes,
        words=((_most(round(most)),) if shown else ()) + _ends(span, _FOOT + _ROOM),
        key=(),
        heads=(words("Day"), head),
        rows=tuple((day_in_words(each), number(round(values[each]))) for each in shown),
    )


def classes_chart(slug: str, title: str, head: str, counts: Sequence[tuple[str, int]]) -> Drawn:
    """Draw standing bars of classes, each with its count and its name."""
    most = max([count for _, count in counts], default=0) or 1
    step = WIDTH / max(len(counts), 1)

    def top(count: int) -> float:
        return _FOOT - count / most * (_FOOT - _TOP)

    return Drawn(
        slug=slug,
        title=title,
        about="; ".join(f"{name}: {number(count)}" for name, count in counts),
        height=_FOOT + _ROOM + 8,
        axis=_FOOT,
        boxes=tuple(
            _box(place, step, (top(count), _FOOT - top(count)), f"{name}: {number(count)}")
            for place, (name, count) in enumerate(counts)
        ),
        words=tuple(_named(counts, step, top)),
        key=(),
        heads=(head, words("Alerts")),
        rows=tuple((name, number(count)) for name, count in counts),
    )


def days_of(first: date, last: date) -> list[date]:
    """Return the days from one to another, both of them too."""
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]


def _named(
    counts: Sequence[tuple[str, int]], step: float, top: Callable[[int], float]
) -> list[Word]:
    told = []
    for place, (name, count) in enumerate(counts):
        x = round((place + 0.5) * step, 1)
        told.append(Word(text=name, x=x, y=_FOOT + _ROOM, anchor="middle"))
        told.append(
            Word(text=number(count), x=x, y=round(top(count) - 5, 1), anchor="middle", kind="count")
        )
    return told


def _box(place: int, step: float, bar: tuple[float, float], told: str, kind: str = "in") -> Box:
    """Return the bar at a place of its row; its top and its height are in units of the chart."""
    x, (y, height) = (place + (1 - _GAP) / 2) * step, bar
    return Box(
        kind=kind,
        told=told,
        x=round(x, 2),
        y=round(y, 1),
        width=round(step * _GAP, 2),
        height=round(height, 1),
    )


def _most(most: int) -> Word:
    return Word(text=f"{words('at most')} {number(most)}", x=WIDTH, y=12, anchor="end")


def _ends(span: Sequence[date], y: float) -> tuple[Word, ...]:
    if not span:
        return ()
    return (
        Word(text=day_in_words(span[0]), x=0, y=y, anchor="start"),
        Word(text=day_in_words(span[-1]), x=WIDTH, y=y, anchor="end"),
    )
