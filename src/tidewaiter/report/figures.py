"""Figures of official counts as numbers: where each line, tile and word stands. Templates draw."""

import math
from collections.abc import Iterator, Sequence

from tidewaiter.base.records import Record
from tidewaiter.report.overviewcharts import Box, Word

WIDTH = 480.0  # of every figure, in its own units
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
