"""What the law says of a notice, at the command line: its problems, its lines, its days."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click

from tidewaiter.base.errors import InputError
from tidewaiter.cli.lawdesk import Desk, Wanted
from tidewaiter.cli.table import as_line
from tidewaiter.courier.notifying import Ready
from tidewaiter.exchange.notices.amounts import in_words
from tidewaiter.exchange.notices.checking import Checked
from tidewaiter.exchange.notices.deadlines import Deadline
from tidewaiter.exchange.notices.lawlines import Law
from tidewaiter.exchange.problems import Problem
from tidewaiter.substances.lawbook import load_lawbook
from tidewaiter.substances.registry import load_registry


@cache
def law_here() -> Law:
    """Return the law that travels with the package."""
    registry = load_registry()
    desk = Desk(Wanted(), registry, load_lawbook(registry))
    return Law(registry, desk.book, desk.asker.find)


def said_of(checked: Checked) -> Iterator[str]:
    """Yield what a check found, a line each."""
    yield from map(in_a_line, checked.problems)
    for each in checked.lines:
        content = each.why_no_content or in_words(each.content)
        yield f"line {each.line}: {each.name or 'not known to the registry'}; content: {content}"
        rulings = each.assessment.rulings if each.assessment else ()
        for ruling in rulings:
            if ruling.held:
                yield f"line {each.line}: {ruling.jurisdiction}: {ruling.reason}"
    yield f"answer: {_day(checked.reply)}; goods may leave: {_day(checked.dispatch)}"


def in_a_line(problem: Problem) -> str:
    """Say a problem: how grave it is, its place, what it is, and what would do."""
    place = f"{problem.at}: " if problem.at else ""
    line = f"{problem.level}: {place}{problem.text}"
    return f"{line} ({problem.hint})" if problem.hint else line


def tell_wrong(ready: Ready, path: Path, verb: str) -> None:
    """Say all that a check found where something of it must be mended.

    Raises:
        InputError: Something must be.
    """
    if ready.checked.sendable:
        return
    for line in said_of(ready.checked):
        click.echo(as_line(line), err=True)
    raise InputError(f"the notice is not {verb}", at=str(path), hint="mend what is wrong")


def _day(deadline: Deadline) -> str:
    if deadline.due is None or deadline.due.day is None:
        return "no period is known"
    return f"from {deadline.due.day} ({deadline.due.period.text})"
