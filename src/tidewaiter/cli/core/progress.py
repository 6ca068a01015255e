"""A bar that says how far work is, how fast, and how long it still takes."""

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
    """A bar for work of several stages."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: tuple[str, TaskID] | None = None

    def tell(self, what: str, done: int, size: int) -> None:
        """Show how much of a stage is done; a new stage takes the place of the last one."""
        if self._task is None or self._task[0] != what:
            if self._task is not None:
                self._bar.remove_task(self._task[1])
            self._task = what, self._bar.add_task(what, total=size or None, rate="")
        self._bar.update(self._task[1], completed=done)


@contextmanager
def stages() -> Iterator[Stages]:
    """Show a bar on stderr where that is a terminal."""
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
    """Say how many of something are done, where stderr is a terminal; yields what adds to it."""
    console = Console(stderr=True)
    column = TextColumn("{task.completed:,} {task.description}")
    with Progress(column, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda count: bar.advance(task, count)
