"""What a screening prints on the terminal: progress, the first alerts and the counts."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rich.console import Console
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
from tidewaiter.explain.summary import Summary
from tidewaiter.explain.words import not_compared, unread_in_words
from tidewaiter.law.types import Regime
from tidewaiter.node.file_screening import Progress
from tidewaiter.trade.types import Alert

_ROWS = 20
_WIDE = 100  # terminal width in columns from which each fact gets a separate column
_LISTINGS = {False: 2, True: 4}  # named in a narrow and in a wide terminal
_ORDER = "Sorted by priority: most severe first, then list matches, then earliest due date."
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
        console.print(f"{_ORDER}\n", style="dim", markup=False)
        console.print(_table(summary.top[:_ROWS], regimes, wide=console.width >= _WIDE))
    if summary.alerts > _ROWS:
        console.print(f"... and {summary.alerts - _ROWS:,} more\n", markup=False)
    counts = summary.counts
    levels = ", ".join(f"{tally.alerts:,} {tally.key}" for tally in summary.by_severity)
    console.print(
        f"{how_many(counts.lines, 'line')} screened, law as of {counts.day}: "
        f"{how_many(summary.alerts, 'alert')} ({levels}).",
        markup=False,
    )
    for each in counts.remarks:
        console.print(as_line(f"{each.problem} ({each.hint})"), style="yellow", markup=False)
    if counts.refused_rows or counts.fields:
        console.print(
            f"{how_many(counts.refused_rows, 'row')} could not be read, "
            f"{how_many(counts.fields, 'field')} omitted or corrected: see "
            f"{outputs.refused}",
            style="yellow",
            markup=False,
        )
    console.print(_parties_in_words(counts.lists, counts.threshold), markup=False)
    for text in (*not_compared(counts.scripts), *unread_in_words(counts)):
        console.print(text, style="yellow", markup=False)
    for what, path in (("alerts", outputs.alerts), ("report", outputs.report)):
        if path is not None:
            console.print(f"{what}: {path}", markup=False)
    console.print(_LAST, style="dim")


def _table(alerts: tuple[Alert, ...], regimes: Mapping[str, Regime], *, wide: bool) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, collapse_padding=not wide)
    table.add_column("severity")
    table.add_column("due in", justify="right")
    table.add_column("consignment", overflow="fold", max_width=24 if wide else 12)
    table.add_column("goods as written", ratio=3, overflow="fold")
    table.add_column("why", ratio=4, overflow="fold")
    for alert in alerts:
        due = "" if alert.days_left is None else f"{alert.days_left} d"
        told = [english(reason.says) for reason in alert.reasons if reason.rule in _TELLING]
        why = ". ".join([english(short_title(alert, regimes, _LISTINGS[wide])), *told])
        table.add_row(
            Text(f"{alert.severity} {alert.score}", style=STYLES[alert.severity]),
            due,
            Text(as_line(consignment_in_words(alert.consignment, alert.seq))),
            goods_text(alert),
            Text(as_line(why)),
        )
    return table


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
