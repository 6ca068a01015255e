"""Charts as numbers that templates draw, and as SVG and PNG files."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from tidewaiter.base.errors import InputError, install_command
from tidewaiter.base.records import Record
from tidewaiter.explain.languages import day as day_in_words
from tidewaiter.explain.languages import number, words
from tidewaiter.report.pages import environment

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
        figures = f"{words('Raised')}: {number(up)}, {words('Decided')}: {number(down)}"
        told = f"{day_in_words(each)}. {figures}"
        boxes.append(_box(place, step, (middle - up * unit, up * unit), told))
        boxes.append(_box(place, step, (middle, down * unit), told, "out"))
    came, went = sum(added.values()), sum(decided.values())
    return Drawn(
        slug="flow",
        title=words("Alerts raised and decided, by day"),
        about=f"{words('Raised')}: {number(came)}; {words('Decided')}: {number(went)}; "
        f"{words('daily maximum')} {number(most)}.",
        height=_FOOT + _ROOM + 8,
        axis=middle,
        boxes=tuple(each for each in boxes if each.height),
        words=(_most(most), *_ends(span, _FOOT + _ROOM)),
        key=(("in", words("Raised")), ("out", words("Decided"))),
        heads=(words("Date"), words("Raised"), words("Decided")),
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
        about=f"{len(shown)} {words('days')}; {words('daily maximum')} {number(round(most))}."
        if shown
        else words("No data yet."),
        height=_FOOT + _ROOM + 8,
        axis=_FOOT,
        boxes=boxes,
        words=((_most(round(most)),) if shown else ()) + _ends(span, _FOOT + _ROOM),
        key=(),
        heads=(words("Date"), head),
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


FIGURE_WIDTH = 480.0  # of every figure, in its own units
LEFT, RIGHT = 66.0, 472.0  # between which lines are drawn
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_WIDE = 0x2E7F  # the last code point that is not twice as wide
_TINY = 1e-6
_WANTED = 4  # lines across


class Shape(Record, frozen=True, kw_only=True):
    """A path of SVG."""

    kind: str  # a class of the style sheet; templates/figure.html says how it looks without one
    d: str
    told: str = ""  # what it says, for a pointer that rests on it


class Dot(Record, frozen=True, kw_only=True):
    """A point of a line, which says its numbers to a pointer that rests on it."""

    kind: str
    x: float
    y: float
    told: str


class Figure(Record, frozen=True, kw_only=True):
    """A figure, what must stand on it, and the same numbers as a table."""

    slug: str
    title: str
    facts: tuple[str, ...]  # place, period, basis; release; what is closed: on the figure itself
    about: str  # in words, for those who do not see it
    height: float
    boxes: tuple[Box, ...] = ()  # lowest first
    shapes: tuple[Shape, ...] = ()
    dots: tuple[Dot, ...] = ()
    words: tuple[Word, ...] = ()
    key: tuple[tuple[str, str], ...] = ()  # kind, meaning
    notes: tuple[str, ...] = ()  # what must be known to read it
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class Scale(Record, frozen=True, kw_only=True):
    """How numbers become places: from `least` at `foot` to `most` at `top`."""

    least: float = 0.0
    most: float
    step: float
    top: float
    foot: float

    def y(self, value: float) -> float:
        """Return how far down a number stands."""
        share = (value - self.least) / (self.most - self.least)
        return round(self.foot - share * (self.foot - self.top), 1)

    def marks(self) -> list[float]:
        """Return the numbers at which a line goes across."""
        steps = round((self.most - self.least) / self.step)
        return [self.least + self.step * place for place in range(steps + 1)]


def scale_of(values: Sequence[float], top: float, foot: float, *, from_zero: bool = True) -> Scale:
    """Return a scale between round numbers that no value passes; from 0, unless it may not be."""
    largest = max(values, default=0.0)
    most = largest if largest > _TINY else 1.0
    low = 0.0 if from_zero else min(values, default=0.0)
    rough = max(most - low, most * _TINY) / _WANTED
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * each for each in _STEPS if size * each >= rough * (1 - 1e-9))
    least = math.floor(low / step + 1e-9)
    steps = max(math.ceil(most / step - 1e-9) - least, 1)
    return Scale(least=step * least, most=step * (least + steps), step=step, top=top, foot=foot)


def path_of(points: Sequence[tuple[float, float]]) -> str:
    """Return a line through points as a path of SVG."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def area_of(over: Sequence[tuple[float, float]], under: Sequence[tuple[float, float]]) -> str:
    """Return the area between two lines as a path of SVG."""
    return f"{path_of([*over, *reversed(under)])}Z"


def wrapped(text: str, cells: int) -> Iterator[str]:
    """Yield a text in lines of at most so many half-width characters.

    Lines end between words, or after any character that is twice as wide.
    """
    line, used = "", 0
    for piece in _pieces(text):
        width = sum(2 if ord(c) > _WIDE else 1 for c in piece)
        if line.strip() and used + width > cells:
            yield line.strip()
            line, used = "", 0
        line, used = line + piece, used + width
    if line.strip():
        yield line.strip()


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for c in text:
        piece += c
        if c == " " or ord(c) > _WIDE:
            yield piece
            piece = ""
    if piece:
        yield piece


_EDGE = 16.0
_LINE = 14.0
_CELLS = 84  # half-width characters of a line
_TITLE_CELLS = 52
_FONTS = (
    "'DejaVu Sans', 'Noto Sans', 'Liberation Sans', 'Noto Sans CJK SC', 'PingFang SC', "
    "'Microsoft YaHei', Arial, sans-serif"
)
_BLANK = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20">{}</svg>'
_INK = f'<text x="2" y="15" font-size="14" font-family="{_FONTS}">Tide</text>'
_INSTALL = f"{install_command('png')}; or name a file ending in .svg"


class _Sheet(Record, frozen=True, kw_only=True):
    figure: Figure
    width: float
    height: float
    down: float  # where the drawing begins
    lines: tuple[Word, ...]  # above and below it
    samples: tuple[tuple[str, float], ...]  # kind, base line
    fonts: str = _FONTS


def svg_of(figure: Figure) -> str:
    """Write a figure as SVG with its facts, its key and its notes; it loads nothing."""
    return environment().get_template("figure.svg").render(page=_sheet(figure)).lstrip()


def png_of(figure: Figure) -> bytes:
    """Write a figure as PNG, twice as fine as its units.

    Raises:
        InputError: What draws it is not installed, or there is no font.
    """
    try:
        from resvg_py import svg_to_bytes  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError("report/png-not-installed", install=_INSTALL) from error
    if not _has_font():
        raise InputError("report/no-font-installed")
    return bytes(svg_to_bytes(svg_string=svg_of(figure)))


@cache
def _has_font() -> bool:
    from resvg_py import svg_to_bytes  # noqa: PLC0415 - an extra

    drawn = (svg_to_bytes(svg_string=_BLANK.format(each)) for each in (_INK, ""))
    return len({bytes(each) for each in drawn}) > 1


def _sheet(figure: Figure) -> _Sheet:
    lines: list[Word] = []
    y = 10.0
    for part in wrapped(figure.title, _TITLE_CELLS):
        y += 18
        lines.append(Word(text=part, x=_EDGE, y=y, anchor="start", kind="title"))
    y += 4
    y = _add(lines, figure.facts, y)
    samples = []
    for kind, says in figure.key:
        y += _LINE + 1
        samples.append((kind, y))
        lines.append(Word(text=says, x=_EDGE + 42, y=y, anchor="start", kind="fact"))
    down = y + 10
    foot = _add(lines, figure.notes, down + figure.height + 4)
    return _Sheet(
        figure=figure,
        width=FIGURE_WIDTH + 2 * _EDGE,
        height=foot + 14,
        down=down,
        lines=tuple(lines),
        samples=tuple(samples),
    )


def _add(lines: list[Word], texts: tuple[str, ...], y: float) -> float:
    for text in texts:
        for part in wrapped(text, _CELLS):
            y += _LINE
            lines.append(Word(text=part, x=_EDGE, y=y, anchor="start", kind="fact"))
    return y
