"""A progress bar with rate and remaining time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


class Stages:
    """A progress bar for work of several stages."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: tuple[str, TaskID] | None = None

    def tell(self, what: str, done: int, size: int) -> None:
        """Show how much of a stage is done; a new stage replaces the previous one."""
        if self._task is None or self._task[0] != what:
            if self._task is not None:
                self._bar.remove_task(self._task[1])
            self._task = what, self._bar.add_task(what, total=size or None, rate="")
        self._bar.update(self._task[1], completed=done)


@contextmanager
def stages() -> Iterator[Stages]:
    """Show a progress bar on stderr if it is a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        yield Stages(bar)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Count work on stderr if it is a terminal; yields the function that adds to the count."""
    console = Console(stderr=True)
    column = TextColumn("{task.completed:,} {task.description}")
    with Progress(column, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda count: bar.advance(task, count)
