"""A figure as a file of its own: SVG that needs nothing else, and PNG of it."""

from functools import cache

from tidewaiter.base.errors import InputError
from tidewaiter.base.extras import install_command
from tidewaiter.base.records import Record
from tidewaiter.report.figures import WIDTH, Figure, wrapped
from tidewaiter.report.overviewcharts import Word
from tidewaiter.report.pages import environment

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
        raise InputError("nothing here writes PNG", hint=_INSTALL) from error
    if not _has_font():
        hint = "install a font, like DejaVu Sans (fonts-dejavu-core); or name a file ending in .svg"
        raise InputError("no font is installed, so a PNG would have no words", hint=hint)
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
        width=WIDTH + 2 * _EDGE,
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
