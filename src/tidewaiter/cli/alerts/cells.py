"""Cells of tables of alerts on the terminal."""

from rich.text import Text

from tidewaiter.base.safe_text import as_line
from tidewaiter.explain.alerts import goods_shown
from tidewaiter.trade.types import Alert

STYLES = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "dim"}
"""Of each severity."""

_GOODS = 60  # characters


def goods_text(alert: Alert) -> Text:
    """Return the goods text, cut around the evidence, which is highlighted."""
    goods, found = goods_shown(alert)
    spans = [(find.evidence.start, find.evidence.end) for find in found]
    first = min((start for start, _ in spans), default=0)
    cut = max(0, first - _GOODS // 2) if len(goods) > _GOODS else 0
    text = Text(as_line(goods[cut : cut + _GOODS]))
    if len(goods) > cut + _GOODS:
        text.append(" ...")
    for start, end in spans:
        text.stylize("bold underline", max(0, start - cut), max(0, end - cut))
    return text
