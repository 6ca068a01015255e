"""A bar that says how far a screening is, how fast, and how long it still takes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as Bar,
)

from tidewaiter.node import Progress


def watched(steps: Iterable[Progress], path: Path) -> Iterator[Progress]:
    """Yield the steps of a screening; show a bar on stderr where that is a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    bar = Bar(*columns, console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task(path.name, total=path.stat().st_size, rate="")
        for progress in steps:
            done = progress.done
            rate = done.lines / done.seconds if done.seconds else 0
            text = f"{done.lines:,} lines, {rate:,.0f}/s, {done.alerts:,} alerts"
            bar.update(task, completed=progress.read, rate=text)
            yield progress
