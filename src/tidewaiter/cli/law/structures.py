"""`tidewaiter law` for files of structures, and assessment sheets. Loads RDKit: import it late."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_folder, making, replacing
from tidewaiter.base.processes import keep_for_good
from tidewaiter.base.records import Record
from tidewaiter.bulk.structures import Asked, assess_compounds, lawyers_for
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import printable
from tidewaiter.cli.law.answers import answers_to, check_out
from tidewaiter.explain.languages import speaking
from tidewaiter.law.answers import Compound, Found, Question
from tidewaiter.law.structure import TABLES, Columns, read_structures
from tidewaiter.report.law.answers import AnswerWriter
from tidewaiter.report.law.sheet_printing import (
    Page,
    Printing,
    press_sheet,
    press_sheets,
    printing_of,
    sheet_of,
)
from tidewaiter.report.law.sheets import INDEX, Listed, file_of, render_index


def printing_today(
    question: Question, own: tuple[Path, ...], file: str = "", *, spoken: str = "en"
) -> Printing:
    """Return what every sheet of today's run shows, as `printing_of` does."""
    today = date.today()  # noqa: DTZ011 - the user's own calendar
    return printing_of(question, own, today, file, spoken=spoken)


def write_sheet(
    path: Path, text: str, found: tuple[Found, ...] | InputError, printing: Printing
) -> None:
    """Write the assessment sheet for a text, or why it is not assessable.

    Args:
        path: Output file.
        text: The text of the question.
        found: The structure, or why there is none.
        printing: What every sheet shows.

    Raises:
        OutputError: The sheet cannot be written.
    """
    page = press_sheet(sheet_of(text, found, printing), printing)
    with replacing(path, str(os.getpid())) as part:
        part.write_text(page.html, encoding="utf-8", newline="\n")


def write_sheets(
    folder: Path, pages: Iterable[Page], printing: Printing, take: Callable[[Compound], None]
) -> None:
    """Write a folder of sheets and their index, complete or not at all, as the sheets come.

    Args:
        folder: New, or empty.
        pages: The sheets, in the file's order.
        printing: What every sheet shows.
        take: Gets each compound.

    Raises:
        OutputError: The folder cannot be written.
    """

    def entries(part: Path) -> Iterator[Listed]:
        for number, page in enumerate(pages, 1):
            file = file_of(number)
            (part / file).write_text(page.html, encoding="utf-8", newline="\n")
            with speaking("en"):  # the index is in the language of the sheets, answers are not
                take(page.compound)
            yield Listed(number=number, file=file, compound=page.compound)

    with making(folder, str(os.getpid())) as part:  # noqa: SIM117 - the index closes first
        with (part / INDEX).open("w", encoding="utf-8", newline="\n") as index:
            index.writelines(render_index(entries(part), printing.imprint))


T = TypeVar("T")

_TOLD = 10  # compounds that could not be assessed, told one by one
_HELD = frozenset({"controlled", "free by amount", "proposed"})
_FIELDS = ("structure", "smiles", "inchi", "name", "id")


class Job(Record, frozen=True, kw_only=True):
    """A file of structures, the question about each, and the outputs."""

    path: Path
    question: Question
    own: tuple[Path, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()  # field and header
    out: Path | None = None  # None: standard output, where no sheets are asked for
    sheets: Path | None = None
    spoken: str = "en"  # language of the sheets
    workers: int = 1


def assess_file(job: Job) -> bool:
    """Write the answers for each structure of a file; return whether all could be assessed.

    Raises:
        InputError: The file has no structures, or the suffix of an output is not supported.
        OutputError: An output cannot be written.
    """
    check_out(job.out, {"--file": job.path})
    if job.sheets:
        check_folder(job.sheets)
    entries = read_structures(job.path, _columns(job))
    with ExitStack() as stack:
        piped = job.out is not None or job.sheets is None
        tally = _Tally(stack.enter_context(answers_to(job.out)) if piped else None)
        if job.sheets:
            printing = printing_today(job.question, job.own, job.path.name, spoken=job.spoken)
            pages = press_sheets(entries, printing, workers=job.workers)
            write_sheets(job.sheets, _watched(pages, job.path), printing, tally.take)
        else:
            asked = Asked(question=job.question, own=job.own)
            if job.workers == 1:
                lawyers_for(job.own)
                keep_for_good()  # the registry is large, and nothing of it becomes garbage
            compounds = assess_compounds(entries, asked, workers=job.workers)
            for compound in _watched(compounds, job.path):
                tally.take(compound)
    return tally.tell()


class _Tally:
    """Passes compounds on, and counts those controlled and those not assessable."""

    def __init__(self, sink: AnswerWriter | None) -> None:
        self._sink = sink
        self._total = self._held = self._open = 0

    def take(self, compound: Compound) -> None:
        """Write a compound, and report one that is not assessable."""
        if self._sink:
            self._sink.add(compound)
        self._total += 1
        rulings = (each for answer in compound.answers for each in answer.rulings)
        self._held += any(each.answer in _HELD for each in rulings)
        if compound.not_assessable:
            self._open += 1
            if self._open <= _TOLD:
                why = f"{compound.place}: not assessable: {compound.not_assessable}"
                click.echo(printable(why), err=True)

    def tell(self) -> bool:
        """Print the counts to stderr; return whether all could be assessed."""
        if self._open > _TOLD:
            click.echo(f"... and {self._open - _TOLD:,} more that are not assessable", err=True)
        click.echo(
            (
                f"{how_many(self._total, 'compound')}: {self._held:,} controlled by a checked "
                f"instrument, {self._open:,} not assessable"
            ),
            err=True,
        )
        return self._open == 0


def _columns(job: Job) -> Columns:
    """Return the columns of each field, as mapped by the user.

    Raises:
        InputError: The file has no columns, or no such column.
    """
    if job.columns and job.path.suffix.lower() not in TABLES:
        raise InputError("cli/only-tables-have-columns", tables=", ".join(TABLES), at=job.path.name)
    said: dict[str, str] = {}
    for field, column in job.columns:
        if field not in _FIELDS:
            raise InputError(
                "cli/not-a-field-of-structures",
                field=field,
                fields=", ".join(_FIELDS),
                at=f"--map {field}={column}",
            )
        if said.setdefault(field, column) != column:
            raise InputError(
                "cli/field-said-twice", field=field, said=said[field], column=column, at="--map"
            )
    return Columns(**said)


def _watched(items: Iterable[T], path: Path) -> Iterator[T]:
    """Count the compounds on stderr where that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        return
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(path.name)
        for number, item in enumerate(items, 1):
            bar.update(task, description=f"{path.name}: {how_many(number, 'compound')}")
            yield item
