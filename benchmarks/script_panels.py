"""Calibration by script as SVG: one panel per script, with bands of 95 %, for light and dark pages.

The frame, colours and marks are those of ``benchmarks.calibration_diagram``.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from benchmarks.calibration_diagram import STYLE, mark

from tidewaiter.parties.calibration.types import Share

COLUMNS = 3
_SIDE, _GAP = 190, 62  # of a panel; left of it and below it
_TOP, _LEFT, _RIGHT = 74, 62, 26
NAMES = {
    "arabic": "Arabic",
    "cyrillic": "Cyrillic",
    "han": "Chinese",
    "hangul": "Korean",
    "hebrew": "Hebrew",
    "kana": "Japanese kana",
    "latin": "Latin",
}
_MORE = """\
.band{stroke:none;opacity:.22}.line{fill:none;stroke-width:1.5}
text{font-size:12px}.head{font-size:14px;font-weight:600}.count{font-size:12px;font-weight:400}"""
X, Y = "probability shown", "share that is right"


class Group(NamedTuple):
    """Queries of about the same probability."""

    mean: float
    right: Share


def panels(curves: Mapping[str, Mapping[str, Sequence[Group]]]) -> str:
    """Draw the share of right best entries over the probability shown.

    Args:
        curves: By script, then by sort of queries (at most two sorts), lowest probability first.
    """
    sorts = sorted({title for series in curves.values() for title in series})
    rows = -(-len(curves) // COLUMNS)
    wide = _LEFT + COLUMNS * _SIDE + (COLUMNS - 1) * _GAP + _RIGHT
    high = _TOP + rows * (_SIDE + _GAP + 14)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
            f'width="{wide}" height="{high}" role="img" aria-labelledby="t d">'
        ),
        f"<style>{STYLE}{_MORE}</style>",
        '<title id="t">Share of best matches that are right, by probability and script</title>',
        f'<desc id="d">{escape(_described(curves))}</desc>',
        f'<rect class="paper" width="{wide}" height="{high}" rx="8"/>',
    ]
    for number, title in enumerate(sorts):
        x = _LEFT + number * 270
        parts += [
            mark("ab"[number], x + 6, 20),
            f'<text class="ink" x="{x + 18}" y="24">{escape(title)}, with 95 % band</text>',
        ]
    for place, (script, series) in enumerate(curves.items()):
        left = _LEFT + place % COLUMNS * (_SIDE + _GAP)
        top = _TOP + place // COLUMNS * (_SIDE + _GAP + 14)
        parts += _panel(script, series, sorts, (left, top))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(
    script: str,
    series: Mapping[str, Sequence[Group]],
    sorts: Sequence[str],
    corner: tuple[int, int],
) -> list[str]:
    left, top = corner
    middle, foot = left + _SIDE / 2, top + _SIDE
    shown = sum(each.right.total for groups in series.values() for each in groups)
    name = escape(NAMES.get(script, script))
    parts = [
        (
            f'<text class="ink head" x="{left}" y="{top - 10}">{name} '
            f'<tspan class="soft count">{shown:,} queries</tspan></text>'
        ),
        *_grid(corner),
        f'<text class="ink" x="{middle}" y="{foot + 36}" text-anchor="middle">{X}</text>',
        (
            f'<text class="ink" transform="rotate(-90 {left - 36} {top + _SIDE / 2})" '
            f'x="{left - 36}" y="{top + _SIDE / 2}" text-anchor="middle">{Y}</text>'
        ),
    ]
    for title, groups in series.items():
        kind = "ab"[sorts.index(title)]
        points = [(_x(corner, each.mean), each.right) for each in groups]
        upper = [f"{x},{_y(corner, right.high)}" for x, right in points]
        lower = [f"{x},{_y(corner, right.low)}" for x, right in reversed(points)]
        line = " ".join(f"{x},{_y(corner, right.share)}" for x, right in points)
        parts += [
            f'<polygon class="{kind} band" points="{" ".join(upper + lower)}"/>',
            f'<polyline class="{kind} line" style="fill:none" points="{line}"/>',
        ]
        for each, (x, right) in zip(groups, points, strict=True):
            told = f"{title}, {each.mean:.2f}: {right.count} of {right.total}, "
            told += f"{right.low:.2f} to {right.high:.2f}"
            parts.append(mark(kind, x, _y(corner, right.share), told, size=3.5))
    return parts


def _grid(corner: tuple[int, int]) -> list[str]:
    left, top = corner
    parts = []
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _x(corner, value), _y(corner, value)
        parts += [
            f'<line class="grid" x1="{left}" x2="{left + _SIDE}" y1="{y}" y2="{y}"/>',
            f'<line class="grid" x1="{x}" x2="{x}" y1="{top}" y2="{top + _SIDE}"/>',
        ]
        if value in {0.0, 0.5, 1.0}:
            parts += [
                (
                    f'<text class="soft" x="{left - 6}" y="{y + 4}" text-anchor="end">'
                    f"{value:.1f}</text>"
                ),
                (
                    f'<text class="soft" x="{x}" y="{top + _SIDE + 17}" text-anchor="middle">'
                    f"{value:.1f}</text>"
                ),
            ]
    start, end = _x(corner, 0), _x(corner, 1)
    return [
        *parts,
        (
            f'<line class="even" stroke-dasharray="5 4" x1="{start}" y1="{_y(corner, 0)}" '
            f'x2="{end}" y2="{_y(corner, 1)}"/>'
        ),
    ]


def _x(corner: tuple[int, int], chance: float) -> float:
    return round(corner[0] + chance * _SIDE, 1)


def _y(corner: tuple[int, int], share: float) -> float:
    return round(corner[1] + (1 - share) * _SIDE, 1)


def _described(curves: Mapping[str, Mapping[str, Sequence[Group]]]) -> str:
    return "; ".join(
        f"{NAMES.get(script, script)}, {title}: "
        + ", ".join(
            f"{each.mean:.2f} gives {each.right.share:.2f} of {each.right.total}" for each in groups
        )
        for script, series in curves.items()
        for title, groups in series.items()
    )
