"""What commands show: the table of a screening, texts as one line, pages as HTML or PDF files."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.files import replacing
from tidewaiter.cli.screening.outputs import Outputs
from tidewaiter.explain.alerts import goods_shown, short_title
from tidewaiter.explain.safe_text import visible
from tidewaiter.explain.summary import Summary
from tidewaiter.explain.words import not_compared, unread_in_words
from tidewaiter.law.types import Regime
from tidewaiter.report.pages import pdf_of
from tidewaiter.trade.types import Alert

_ROWS = 20
_GOODS = 60
_WIDE = 100  # columns of a terminal from which on each fact has a column of its own
_LISTINGS = {False: 2, True: 4}  # named in a narrow and in a wide terminal
_ORDER = "By priority: the most severe first, then list hits, then what is due soonest."
STYLES = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "dim"}


def show_summary(summary: Summary, outputs: Outputs, regimes: Mapping[str, Regime]) -> None:
    """Print the first alerts in the order of work, and the counts.

    They go to stdout where the alerts went to a file or stdout is a terminal, else to stderr.

    Args:
        summary: What was found.
        outputs: Where it was written.
        regimes: By slug, for their short names.
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
        f"{_counted(counts.lines, 'line')} screened as the law stood on {counts.day}: "
        f"{_counted(summary.alerts, 'alert')} ({levels}).",
        markup=False,
    )
    for each in counts.remarks:
        console.print(as_line(f"{each.problem} ({each.hint})"), style="yellow", markup=False)
    if counts.refused_rows or counts.fields:
        console.print(
            f"{_counted(counts.refused_rows, 'row')} could not be read, "
            f"{_counted(counts.fields, 'field')} left out or corrected: see {outputs.refused}",
            style="yellow",
            markup=False,
        )
    console.print(_parties_in_words(counts.lists, counts.threshold), markup=False)
    for text in (*not_compared(counts.scripts), *unread_in_words(counts)):
        console.print(text, style="yellow", markup=False)
    for what, path in (("alerts", outputs.alerts), ("report", outputs.report)):
        if path is not None:
            console.print(f"{what}: {path}", markup=False)
    console.print(
        "No alert does not mean that goods are lawful. This is not legal advice.", style="dim"
    )


def _table(alerts: tuple[Alert, ...], regimes: Mapping[str, Regime], *, wide: bool) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, collapse_padding=not wide)
    table.add_column("severity")
    table.add_column("due in", justify="right")
    table.add_column("consignment", overflow="fold", max_width=24 if wide else 12)
    table.add_column("goods, as written", ratio=3, overflow="fold")
    table.add_column("why", ratio=4, overflow="fold")
    for alert in alerts:
        due = "" if alert.days_left is None else f"{alert.days_left} d"
        told = [reason.text for reason in alert.reasons if reason.rule in _TELLING]
        why = ". ".join([short_title(alert, regimes, _LISTINGS[wide]), *told])
        table.add_row(
            Text(f"{alert.severity} {alert.score}", style=STYLES[alert.severity]),
            due,
            Text(as_line(f"{alert.consignment}/{alert.seq}")),
            goods_text(alert),
            Text(as_line(why)),
        )
    return table


_TELLING = frozenset(
    {"hidden", "hs-mismatch", "cas-mismatch", "un-mismatch", "downgraded", "vague"}
)


def goods_text(alert: Alert) -> Text:
    """Return the goods text, cut around the evidence, which is marked."""
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


def _parties_in_words(lists: tuple[str, ...], threshold: str) -> str:
    """Say what parties were compared with."""
    if not lists:
        return "Parties were compared with no list: tidewaiter lists add FILE keeps one."
    return f"Parties were compared with: {'; '.join(lists)}. Told from a likeness of {threshold}."


def _counted(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def as_line(text: str) -> str:
    """Return a text of strangers as one line that shows what is in it, and moves no cursor."""
    return visible(" ".join(text.splitlines()))


def write_page(page: str, place: Path, what: str) -> None:
    """Write a page of HTML into a file, .html or .pdf.

    Args:
        page: Of HTML that holds all that it shows.
        place: The file.
        what: What it is, for an error.

    Raises:
        InputError: What writes PDF is not installed.
        OutputError: The file cannot be written.
    """
    held = pdf_of(page) if place.suffix.lower() == ".pdf" else page.encode()
    with replacing(place, what) as part:
        part.write_bytes(held)
