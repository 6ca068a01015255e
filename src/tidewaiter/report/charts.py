"""Charts as coordinates for templates, and as SVG and PNG files."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from tidewaiter.base.errors import InputError, install_command
from tidewaiter.base.records import Record
from tidewaiter.explain.languages import day as day_in_words
from tidewaiter.explain.languages import number, words
from tidewaiter.report.pages import environment

WIDTH = 400  # width of every chart, in its own units; 1 unit is about 1 px on a phone
_TOP, _FOOT = 20, 136  # top and bottom of the bars
_ROOM = 22  # space for the labels below them
_GAP = 0.8  # share of its slot that a bar fills


class Box(Record, frozen=True, kw_only=True):
    """A bar of a chart."""

    kind: str  # CSS class
    told: str  # tooltip
    x: float
    y: float
    width: float
    height: float


class Word(Record, frozen=True, kw_only=True):
    """A label in a chart."""

    text: str
    x: float
    y: float
    anchor: str  # start, middle or end
    kind: str = "word"


class Drawn(Record, frozen=True, kw_only=True):
    """A chart, with the same figures as a table."""

    slug: str
    title: str
    about: str  # text alternative for screen readers
    height: float
    axis: float  # y of the axis
    boxes: tuple[Box, ...]
    words: tuple[Word, ...]
    key: tuple[tuple[str, str], ...]  # kind, meaning
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def flow_chart(
    added: Mapping[date, int], decided: Mapping[date, int], span: Sequence[date]
) -> Drawn:
    """Draw alerts added above the axis and alerts decided below it, day by day.

    Args:
        added: Number of alerts by day of arrival.
        decided: Number of alerts by day on which they were no longer open.
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
    """Draw one number per day; days without a number stay empty.

    Args:
        slug: Slug of the chart.
        title: Title of the chart.
        head: Heading of the column of numbers in the table.
        values: Values by day.
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
    """Draw a column chart of classes, with counts and names."""
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
    """Return the days from `first` to `last`, inclusive."""
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
    """Return the bar at a position in its row; its top and height are in chart units."""
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


FIGURE_WIDTH = 480.0  # width of every figure, in its own units
LEFT, RIGHT = 66.0, 472.0  # left and right end of the lines
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_WIDE = 0x2E7F  # last code point of half-width characters
_TINY = 1e-6
_WANTED = 4  # desired number of grid lines


class Shape(Record, frozen=True, kw_only=True):
    """An SVG path."""

    kind: str  # CSS class; templates/figure.html has the default style
    d: str
    told: str = ""  # tooltip


class Dot(Record, frozen=True, kw_only=True):
    """A point of a line, with its figures as a tooltip."""

    kind: str
    x: float
    y: float
    told: str


class Figure(Record, frozen=True, kw_only=True):
    """A chart with its caption, and the same figures as a table."""

    slug: str
    title: str
    facts: tuple[str, ...]  # place, period, basis; release; closed periods: on the figure itself
    about: str  # text alternative for screen readers
    height: float
    boxes: tuple[Box, ...] = ()  # background first
    shapes: tuple[Shape, ...] = ()
    dots: tuple[Dot, ...] = ()
    words: tuple[Word, ...] = ()
    key: tuple[tuple[str, str], ...] = ()  # kind, meaning
    notes: tuple[str, ...] = ()  # notes needed to read it
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class Scale(Record, frozen=True, kw_only=True):
    """Linear scale: from `least` at `foot` to `most` at `top`."""

    least: float = 0.0
    most: float
    step: float
    top: float
    foot: float

    def y(self, value: float) -> float:
        """Return the y coordinate of a number."""
        share = (value - self.least) / (self.most - self.least)
        return round(self.foot - share * (self.foot - self.top), 1)

    def marks(self) -> list[float]:
        """Return the numbers at the grid lines."""
        steps = round((self.most - self.least) / self.step)
        return [self.least + self.step * place for place in range(steps + 1)]


def scale_of(values: Sequence[float], top: float, foot: float, *, from_zero: bool = True) -> Scale:
    """Return a scale with round bounds that covers all values, from 0 if `from_zero` is true."""
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
    """Return a line through points as an SVG path."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def area_of(over: Sequence[tuple[float, float]], under: Sequence[tuple[float, float]]) -> str:
    """Return the area between two lines as an SVG path."""
    return f"{path_of([*over, *reversed(under)])}Z"


def wrapped(text: str, cells: int) -> Iterator[str]:
    """Wrap a text into lines of at most `cells` half-width characters.

    Lines break between words, or after any full-width character.
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
_CELLS = 84  # half-width characters per line
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
    down: float  # y where the drawing starts
    lines: tuple[Word, ...]  # text above and below it
    samples: tuple[tuple[str, float], ...]  # kind, baseline
    fonts: str = _FONTS


def svg_of(figure: Figure) -> str:
    """Write a figure as a self-contained SVG file with its facts, key and notes."""
    return environment().get_template("figure.svg").render(page=_sheet(figure)).lstrip()


def png_of(figure: Figure) -> bytes:
    """Write a figure as PNG at twice the resolution of its units.

    Raises:
        InputError: PNG export or a font is not installed.
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
