"""What `tidewaiter lists calibrate` prints."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.parties.calibration.types import HOWS, Calibration, Group
from tidewaiter.report.calibration import group_row, level_rows, origin_words, recall_heading
from tidewaiter.report.calibrationwords import (
    alerts_in_words,
    cause_in_words,
    doubts_in_words,
    example_in_words,
    files_in_words,
    judge_command,
    recall_in_words,
    threshold_in_words,
)
from tidewaiter.report.characters import visible

_MOST = 10  # groups and entries


def show(told: Calibration) -> None:
    """Print a calibration to standard output."""
    console = Console(highlight=False)

    def say(text: str, style: str = "") -> None:
        console.print(Text(_line(text), style=style), soft_wrap=True)

    for text in files_in_words(told):
        say(text)
    console.print(_levels(told))
    say(threshold_in_words(told), "bold")
    say(f"  {alerts_in_words(told)}")
    say(f"  {recall_in_words(told)}")
    for text in doubts_in_words(told):
        say(f"  {text}", "yellow")
    for first, groups, words in (
        ("origin of the party", told.origins, origin_words),
        ("list", told.by_list, str),
        ("kind of entry", told.kinds, str),
        ("what agrees", told.hows, HOWS.__getitem__),
    ):
        if groups:
            console.print(_groups(first, groups, words))
            if len(groups) > _MOST:
                say(f"... and {len(groups) - _MOST:,} more; --json has them all")
    if told.causes:
        say("Most of these alerts come from these entries", "bold")
        say("Where a party is the listed one after all, act on it; else a judgement settles it:")
    for cause in told.causes[:_MOST]:
        say(cause_in_words(cause))
        say(f"  {example_in_words(cause)}: {HOWS[cause.how]}")
        say(f"  {judge_command(cause)}")


def _levels(told: Calibration) -> Table:
    table = Table(box=None, header_style="bold")
    titles = ("threshold", "alerts", "in 10,000", "in a million", "95 %")
    for title in (*titles, *filter(None, [recall_heading(told)])):
        table.add_column(title, justify="right", overflow="fold")
    for row in level_rows(told):
        table.add_row(row.key, *row.cells)
    return table


def _groups(first: str, groups: Sequence[Group], words: Callable[[str], str]) -> Table:
    table = Table(box=None, header_style="bold")
    table.add_column(first, overflow="fold")
    columns = len(group_row(groups[0], words).cells)
    for title in ("alerts", "of", "in a million", "95 %")[:columns]:
        table.add_column(title, justify="right", overflow="fold")
    for group in groups[:_MOST]:
        row = group_row(group, words)
        mark = "  differs from the rest" if row.marked else ""
        table.add_row(Text(_line(f"{row.key}{mark}")), *row.cells)
    return table


def _line(text: str) -> str:
    """Return a text of strangers as one line that shows what is in it."""
    return visible(" ".join(text.splitlines()) if text.strip() else text)
