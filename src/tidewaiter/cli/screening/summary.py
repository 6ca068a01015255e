"""What a screening prints on the terminal: progress, the worst alerts and the counts."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from tidewaiter.base.phrases import english
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.alerts.cells import STYLES, goods_text
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.screening.outputs import Outputs
from tidewaiter.explain.alerts import short_title
from tidewaiter.explain.lines import consignment_in_words
from tidewaiter.explain.sentences import alert_sentence, short_amount, short_route
from tidewaiter.explain.summary import Summary
from tidewaiter.explain.words import not_compared, unread_in_words
from tidewaiter.law.types import Regime
from tidewaiter.node.file_screening import Progress
from tidewaiter.trade.alerts import is_listed
from tidewaiter.trade.types import Alert

_ROWS = 20
_WORST = 3  # alerts described in a sentence
_WIDE = 100  # terminal width in columns from which the goods are shown as written
_ORDER = "most severe first, then list matches"
_LAST = "The absence of an alert does not mean that the goods are permitted. Not legal advice."


def show_summary(summary: Summary, outputs: Outputs, regimes: Mapping[str, Regime]) -> None:
    """Print the first alerts by priority, and the counts.

    They go to stdout if the alerts went to a file or stdout is a terminal, otherwise to stderr.

    Args:
        summary: What was found.
        outputs: Where it was written.
        regimes: Legal instruments by slug, for their short names.
    """
    console = Console(highlight=False)
    if outputs.alerts is None and not console.is_terminal:
        console = Console(stderr=True, highlight=False)
    if summary.top:
        _show_worst(console, summary, regimes)
    if len(summary.top) > _WORST:
        console.print(_table(summary.top[:_ROWS], wide=console.width >= _WIDE))
    if summary.alerts > _ROWS:
        where = f" in {outputs.alerts}" if outputs.alerts else ""
        console.print(f"... and {summary.alerts - _ROWS:,} more{where}\n", markup=False)
    counts = summary.counts
    levels = ", ".join(f"{tally.alerts:,} {tally.key}" for tally in summary.by_severity)
    console.print(
        f"{how_many(counts.lines, 'line')} screened, law as of {counts.day}: "
        f"{how_many(summary.alerts, 'alert')} ({levels}).",
        markup=False,
    )
    for each in counts.remarks:
        console.print(as_line(f"{each.problem} ({each.hint})"), style="yellow", markup=False)
    unread = [f"{how_many(counts.refused_rows, 'row')} could not be read"]
    unread = unread if counts.refused_rows else []
    unread += [f"{how_many(counts.fields, 'field')} omitted or corrected"] if counts.fields else []
    if unread:
        console.print(f"{', '.join(unread)}: see {outputs.refused}", style="yellow", markup=False)
    console.print(_parties_in_words(counts.lists, counts.threshold), markup=False)
    for text in (*not_compared(counts.scripts), *unread_in_words(counts)):
        console.print(text, style="yellow", markup=False)
    console.print(_LAST, style="dim")
    for what, path in (("Alerts", outputs.alerts), ("Report", outputs.report)):
        if path is not None:
            console.print(f"{what}: {path}", markup=False)


def _show_worst(console: Console, summary: Summary, regimes: Mapping[str, Regime]) -> None:
    """Print the first alerts as sentences, each with its controls and what is odd about it."""
    worst = summary.top[:_WORST]
    title = "The alert" if summary.alerts == 1 else f"The worst of {summary.alerts:,} alerts"
    console.print(f"{title}, {_ORDER}:\n" if summary.alerts > 1 else f"{title}:\n", style="bold")
    for alert in worst:
        head = Text(f"{alert.severity} {alert.score}", style=STYLES[alert.severity])
        place = as_line(consignment_in_words(alert.consignment, alert.seq))
        head.append(
            f"  {place}{_due_in_words(alert.days_left)}", style="default not bold on default"
        )
        console.print(head)
        odd = [english(reason.says) for reason in alert.reasons if reason.rule in _TELLING]
        for text in (alert_sentence(alert).text, english(short_title(alert, regimes, 4)), *odd):
            console.print(Padding(Text(as_line(text)), (0, 0, 0, 2)))
        console.print()


def _due_in_words(days: int | None) -> str:
    """Say when goods are due, in days from the day of the law."""
    if days is None:
        return ""
    if days == 0:
        return ", due today"
    count = how_many(abs(days), "day")
    return f", due {count} ago" if days < 0 else f", due in {count}"


def _table(alerts: tuple[Alert, ...], *, wide: bool) -> Table:
    """Return one row for each alert; with goods as written if the terminal is wide."""
    table = Table(box=None, header_style="bold", pad_edge=False, collapse_padding=True)
    rows = [_row(alert) for alert in alerts]
    for place, (title, side, most) in enumerate(_COLUMNS):
        width = min(most, max(len(title), *(row[place].cell_len for row in rows)))
        table.add_column(title, justify=side, overflow="fold", min_width=width, max_width=width)
    table.add_column("substance or goods", ratio=3, overflow="fold")
    if wide:
        table.add_column("goods as written", ratio=3, overflow="fold")
    for alert, row in zip(alerts, rows, strict=True):
        what = Text(alert_sentence(alert).what)
        table.add_row(*row, what, *([goods_text(alert)] if wide else []))
    return table


_COLUMNS: tuple[tuple[str, Literal["left", "right"], int], ...] = (
    ("severity", "left", 12),
    ("due in", "right", 8),
    ("consignment", "left", 16),
    ("amount", "right", 10),
    ("route", "left", 12),
    ("party", "left", 5),
)
"""Columns of a fixed width: title, side, and most cells."""


def _row(alert: Alert) -> list[Text]:
    """Return the cells of these columns."""
    return [
        Text(f"{alert.severity} {alert.score}", style=STYLES[alert.severity]),
        Text("" if alert.days_left is None else f"{alert.days_left} d"),
        Text(as_line(consignment_in_words(alert.consignment, alert.seq))),
        Text(short_amount(alert.line)),
        Text(short_route(alert.line)),
        Text("match" if is_listed(alert) else "", style="bold"),
    ]


_TELLING = frozenset(
    {"hidden", "hs-mismatch", "cas-mismatch", "un-mismatch", "downgraded", "vague"}
)


def _parties_in_words(lists: tuple[str, ...], threshold: str) -> str:
    """Describe the lists that parties were compared with."""
    if not lists:
        return (
            "No party lists are loaded, so parties were not screened. Add one with "
            "tidewaiter lists add FILE."
        )
    return (
        f"Parties were screened against: {'; '.join(lists)}. Minimum match probability: "
        f"{threshold}."
    )


def watched(steps: Iterable[Progress], path: Path) -> Iterator[Progress]:
    """Yield the steps of a screening; show a progress bar if stderr is a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    # Drawn after each step and not by a thread, so that worker processes may be copies of this one.
    hidden = not console.is_terminal
    bar = Bar(*columns, console=console, transient=True, disable=hidden, auto_refresh=False)
    with bar:
        task = bar.add_task(path.name, total=path.stat().st_size, rate="")
        for progress in steps:
            done = progress.done
            rate = done.lines / done.seconds if done.seconds else 0
            text = (
                f"{how_many(done.lines, 'line')}, {rate:,.0f}/s, {how_many(done.alerts, 'alert')}"
            )
            bar.update(task, completed=progress.read, rate=text, refresh=True)
            yield progress
