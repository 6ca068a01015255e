"""A drawing of recall against false alerts, as SVG, for a light page and a dark one."""

from collections.abc import Sequence
from html import escape
from math import log10

import numpy as np
from benchmarks.comparing import Floats
from benchmarks.party_tables import Bench, Tool

WIDTH, HEIGHT = 860, 470
LEFT, RIGHT, TOP, BOTTOM = 62, 590, 56, 410  # px; the names stand right of it
LEAST, MOST = 0.001, 0.3  # of false alerts
FLOOR = 0.3  # of recall
LINE = 17  # px between names
TITLE = "Recall against false alerts, by name alone"
BELOW = "share of the names of nobody listed that alert, logarithmic"
# Colours that differ by lightness too, after Wong 2011, Nature Methods 8; dashes for print.
LIGHT = ("#0b5c8a", "#7a5195", "#b3440a", "#8a6d00", "#00735c", "#a83279", "#535f68", "#1a2126")
DARK = ("#7cc4f0", "#c9a6e4", "#ff9d6b", "#e2d264", "#5fd3b5", "#f49acb", "#a8b4bc", "#e9edef")
DASHES = ("", "3 3", "", "7 3", "7 3 2 3", "2 2", "10 4", "1 3")


def points(hits: Floats, alerts: Floats) -> tuple[Floats, Floats]:
    """Return false alerts and recall of each threshold that there is.

    Args:
        hits: The score of the right answer of each listed query; -inf where there is none.
        alerts: The best score of each unlisted query.
    """
    cuts = np.unique(np.concatenate((hits, alerts)))[::-1]
    cuts = cuts[np.isfinite(cuts)]
    false = 1 - np.searchsorted(np.sort(alerts), cuts) / len(alerts)
    right = 1 - np.searchsorted(np.sort(hits), cuts) / len(hits)
    return false, right


def draw(bench: Bench, tools: Sequence[Tool]) -> str:
    """Draw the tools; the dot on a line is the tool's threshold, if it defines one."""
    listed = bench.listed
    parts = [_frame()]
    ends: list[tuple[float, int, str]] = []
    for at, tool in enumerate(tools):
        hits, alerts = tool.scores[listed], tool.scores[~listed]
        false, right = points(hits, alerts)
        parts.append(_curve(at, false, right))
        if tool.default is not None:
            share = float((alerts >= tool.default).mean())
            parts.append(_dot(at, share, float((hits >= tool.default).mean())))
        ends.append((float(np.interp(MOST, false, right)), at, tool.name))
    parts += _names(ends)
    about = "; ".join(name for _, _, name in sorted(ends, reverse=True))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="title about" font-family="system-ui, sans-serif" font-size="13">\n'
        f'<title id="title">{TITLE}</title>\n'
        f'<desc id="about">From above, at {MOST:.0%} false alerts: {escape(about)}.</desc>\n'
        f"<style>{_style(len(tools))}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _style(count: int) -> str:
    rules = [
        f".l{at} {{ stroke: var(--c{at}) }} .n{at} {{ fill: var(--c{at}) }}" for at in range(count)
    ]
    light, dark = (
        " ".join(f"--c{at}: {colour};" for at, colour in enumerate(colours))
        for colours in (LIGHT, DARK)
    )
    return (
        f"svg {{ --paper: #ffffff; --ink: #1a2126; --soft: #535f68; --line: #d4dadd; {light} }} "
        "@media (prefers-color-scheme: dark) { "
        f"svg {{ --paper: #1b2226; --ink: #e9edef; --soft: #a8b4bc; --line: #364148; {dark} }} }} "
        ".paper { fill: var(--paper) } .ink { fill: var(--ink) } .soft { fill: var(--soft) } "
        ".grid { stroke: var(--line) } .curve { fill: none; stroke-width: 1.8 } "
        ".dot { stroke: var(--paper); stroke-width: 1.5 } " + " ".join(rules)
    )


def _frame() -> str:
    out = [
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        f'<text class="ink" x="{LEFT}" y="26" font-size="15" font-weight="600">{TITLE}</text>',
        f'<text class="soft" x="{LEFT}" y="44">recall; a dot is a tool\'s own threshold</text>',
        f'<text class="soft" x="{LEFT}" y="{BOTTOM + 44}">{BELOW}</text>',
    ]
    for share in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3):
        x = _x(share)
        out.append(f'<line class="grid" x1="{x}" y1="{TOP}" x2="{x}" y2="{BOTTOM}"/>')
        out.append(
            f'<text class="soft" x="{x}" y="{BOTTOM + 20}" text-anchor="middle">'
            f"{100 * share:g} %</text>"
        )
    for tenths in range(round(10 * FLOOR), 11):
        y = _y(tenths / 10)
        out.append(f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}"/>')
        out.append(
            f'<text class="soft" x="{LEFT - 8}" y="{y + 4}" text-anchor="end">'
            f"{tenths / 10:.1f}</text>"
        )
    return "\n".join(out)


def _curve(at: int, false: Floats, right: Floats) -> str:
    inside = (false >= LEAST) & (false <= MOST) & (right >= FLOOR)
    places: dict[int, float] = {}  # the highest of each pixel
    for share, recall in zip(false[inside].tolist(), right[inside].tolist(), strict=True):
        places[round(_x(share))] = _y(recall)
    line = " ".join(f"{x},{y}" for x, y in places.items())
    dash = f' stroke-dasharray="{DASHES[at]}"' if DASHES[at] else ""
    wide = ' style="stroke-width: 3"' if at == 0 else ""
    return f'<polyline class="curve l{at}"{dash}{wide} points="{line}"/>'


def _dot(at: int, share: float, recall: float) -> str:
    return f'<circle class="dot n{at}" cx="{_x(share)}" cy="{_y(recall)}" r="4.5"/>'


def _names(ends: list[tuple[float, int, str]]) -> list[str]:
    """Write each name beside the end of its line, and none over another."""
    out: list[str] = []
    last = -np.inf
    for recall, at, name in sorted(ends, reverse=True):
        end = _y(max(recall, FLOOR))
        y = max(end, last + LINE)
        last = y
        out.append(
            f'<line class="l{at}" x1="{RIGHT + 2}" y1="{end:.1f}" x2="{RIGHT + 14}" y2="{y:.1f}"/>'
            f'<text class="n{at}" x="{RIGHT + 18}" y="{y + 4:.1f}">{escape(name)}</text>'
        )
    return out


def _x(share: float) -> float:
    part = (log10(max(share, LEAST)) - log10(LEAST)) / (log10(MOST) - log10(LEAST))
    return round(LEFT + part * (RIGHT - LEFT), 1)


def _y(recall: float) -> float:
    return round(BOTTOM - (recall - FLOOR) / (1 - FLOOR) * (BOTTOM - TOP), 1)
