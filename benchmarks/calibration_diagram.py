"""The reliability diagram as SVG, readable on light and dark pages, without an embedded font."""

from collections.abc import Mapping, Sequence
from html import escape

from tidewaiter.parties.calibration.types import Share

_WIDE, _HIGH, _LEFT, _TOP, _SIDE = 480, 470, 62, 44, 396
STYLE = """\
.paper{fill:#fff}.ink{fill:#1a2126}.soft{fill:#535f68}.grid{stroke:#d4dadd}.even{stroke:#535f68}
.a{fill:#0b5c8a;stroke:#0b5c8a}.b{fill:#9a4a00;stroke:#9a4a00}
@media (prefers-color-scheme:dark){.paper{fill:#1b2226}.ink{fill:#e9edef}.soft{fill:#a8b4bc}
.grid{stroke:#364148}.even{stroke:#a8b4bc}.a{fill:#7cc4f0;stroke:#7cc4f0}
.b{fill:#ffb870;stroke:#ffb870}}
text{font:14px system-ui,sans-serif}"""


def diagram(series: Mapping[str, Sequence[tuple[float, Share]]]) -> str:
    """Draw the share of right matches over the mean probability of each bin.

    Args:
        series: By title, at most two: mean probability and share of each bin.
    """
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" '
            f'width="{_WIDE}" height="{_HIGH}" role="img" aria-labelledby="t d">'
        ),
        f"<style>{STYLE}</style>",
        '<title id="t">Share of matches that are right, by probability</title>',
        f'<desc id="d">{escape(_told(series))}</desc>',
        f'<rect class="paper" width="{_WIDE}" height="{_HIGH}" rx="8"/>',
        *_axes(),
    ]
    for number, (title, points) in enumerate(series.items()):
        kind, shift = "ab"[number], (-3, 3)[number]
        for mean, share in points:
            parts += _point(kind, _x(mean) + shift, share, f"{title}, {mean:.2f}")
        y = _TOP - 20
        x = _LEFT + number * 140 + 8
        parts.append(mark(kind, x, y))
        parts.append(f'<text class="ink" x="{x + 12}" y="{y + 5}">{escape(title)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(chance: float) -> float:
    return round(_LEFT + chance * _SIDE, 1)


def _y(share: float) -> float:
    return round(_TOP + (1 - share) * (_SIDE - 40), 1)


def _axes() -> list[str]:
    foot, right = _y(0), _x(1)
    parts = []
    for step in range(0, 11, 2):
        value = step / 10
        parts += [
            f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{_y(value)}" y2="{_y(value)}"/>',
            f'<line class="grid" x1="{_x(value)}" x2="{_x(value)}" y1="{_y(1)}" y2="{foot}"/>',
            (
                f'<text class="soft" x="{_LEFT - 8}" y="{_y(value) + 5}" text-anchor="end">'
                f"{value:.1f}</text>"
            ),
            (
                f'<text class="soft" x="{_x(value)}" y="{foot + 20}" text-anchor="middle">'
                f"{value:.1f}</text>"
            ),
        ]
    middle = (_y(0) + _y(1)) / 2
    return [
        *parts,
        (
            f'<line class="even" stroke-dasharray="5 4" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" '
            f'y2="{_y(1)}"/>'
        ),
        (
            f'<text class="ink" x="{_x(0.5)}" y="{foot + 44}" text-anchor="middle">'
            "probability that is shown</text>"
        ),
        (
            f'<text class="ink" transform="rotate(-90 18 {middle})" x="18" y="{middle}" '
            'text-anchor="middle">share that is right, 95 %</text>'
        ),
    ]


def _point(kind: str, x: float, share: Share, title: str) -> list[str]:
    told = f"{title}: {share.count} of {share.total}, {share.low:.2f} to {share.high:.2f}"
    return [
        (
            f'<line class="{kind}" stroke-width="2" x1="{x}" x2="{x}" y1="{_y(share.low)}" '
            f'y2="{_y(share.high)}"/>'
        ),
        mark(kind, x, _y(share.share), told),
    ]


def mark(kind: str, x: float, y: float, title: str = "", size: float = 5) -> str:
    """Draw a mark: a circle for the first series, a square for the second."""
    told = f"<title>{escape(title)}</title>" if title else ""
    if kind == "a":
        return f'<circle class="a" cx="{x}" cy="{y}" r="{size:g}">{told}</circle>'
    half = 0.9 * size
    x, y, side = round(x - half, 1), round(y - half, 1), f"{2 * half:g}"
    return f'<rect class="b" x="{x}" y="{y}" width="{side}" height="{side}">{told}</rect>'


def _told(series: Mapping[str, Sequence[tuple[float, Share]]]) -> str:
    return "; ".join(
        f"{title}: "
        + ", ".join(
            f"{mean:.2f} gives {share.share:.2f} of {share.total}" for mean, share in points
        )
        for title, points in series.items()
    )
