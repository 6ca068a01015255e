"""`tidewaiter law --catalogue`: each product for each destination, in a table or a file."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import click
import pyarrow as pa
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing, writing
from tidewaiter.base.phrases import english
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.law.answers import SHOWN, ages_in_words, check_out, show_refusal
from tidewaiter.explain.words import answer_in_words
from tidewaiter.law.answers import Age, Question, Ruling
from tidewaiter.law.registry import Registry
from tidewaiter.report.alerts.exports import refusal_writer
from tidewaiter.report.law.answers import answer_writer
from tidewaiter.report.law.catalogues import (
    Answered,
    CatalogueJob,
    Encoding,
    assess_products,
    compound_of,
)
from tidewaiter.report.law.short_answer import age_views
from tidewaiter.trade.duties import duty_in_short
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import ReadOptions, Refusal

_MARK = "law"  # of the half-written file of refusals


class Checked:
    """Counts the products of a catalogue, and keeps what could not be read or named."""

    def __init__(self, refused: Path) -> None:
        self._path = refused
        self._refusals: list[Refusal] = []
        self.products = 0
        self._unnamed = 0

    @property
    def whole(self) -> bool:
        """Return whether every row was read and names a substance."""
        return not self._refusals

    def refuse(self, refusal: Refusal) -> None:
        """Keep a rejection, and print the first ones."""
        self._refusals.append(refusal)
        if len(self._refusals) <= SHOWN:
            show_refusal(refusal)

    def count(self, share: Answered) -> None:
        """Count the products of a share, and those that name no substance."""
        self.products += share.products
        self._unnamed += share.unnamed

    def tell(self) -> None:
        """Write the rejections, and print the counts to stderr."""
        if self._refusals or self._path.exists():
            with ExitStack() as stack:
                part = stack.enter_context(replacing(self._path, _MARK))
                stack.enter_context(refusal_writer(part)).add(self._refusals)
        click.echo(
            f"{how_many(self.products, 'product')} read; without a substance of the registry in "
            f"the text: {self._unnamed:,}, which does not mean that they contain none",
            err=True,
        )
        if self._refusals:
            click.echo(f"{len(self._refusals)} rows or fields rejected: see {self._path}", err=True)


class CatalogueRun(Record, frozen=True, kw_only=True):
    """The options of a run."""

    path: Path
    question: Question  # common part; the concentration and quantity of a row take precedence
    destinations: tuple[str, ...]
    options: ReadOptions
    out: Path | None  # output file, in a format of answers; None: standard output
    refused: Path
    as_json: bool = False  # JSON lines on standard output
    workers: int = 1  # most processes
    own: tuple[Path, ...] = ()
    street: bool = False

    @property
    def job(self) -> CatalogueJob:
        """Return the question for the processes, and the form of their answers."""
        encoding: Encoding = "lines" if self.as_json and self.out is None else "records"
        match self.out.suffix.lower() if self.out else "":
            case ".jsonl":
                encoding = ".jsonl"
            case ".csv":
                encoding = ".csv"
        return CatalogueJob(
            question=self.question,
            destinations=self.destinations,
            file=self.path.name,
            encoding=encoding,
            own=self.own,
            street=self.street,
        )


def check_products(run: CatalogueRun, registry: Registry) -> bool:
    """Check each product of a catalogue for each destination.

    Returns:
        Whether every row was read.

    Raises:
        InputError: The file cannot be read, or the suffix of the output is not supported.
        OutputError: The output cannot be written.
    """
    check_out(run.out, {"--catalogue": run.path, "--refused": run.refused})
    checked, job = Checked(run.refused), run.job
    shares = _shares(run, job, checked)
    if run.out:
        _write(shares, job, run.out)
    elif run.as_json:
        _print_lines(shares)
    else:
        _print_table(shares, registry)
    checked.tell()
    return checked.whole


def _shares(run: CatalogueRun, job: CatalogueJob, checked: Checked) -> Iterator[Answered]:
    """Yield the answers for each product and destination, with progress on a terminal."""
    path = run.path
    if not path.is_file():
        raise InputError("cli/pipe-not-readable-twice", at=str(path))
    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    shown = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with path.open("rb") as file, shown as bar:
        task = bar.add_task(path.name)
        answers = 0
        batches = _batches(file, path.name, run.options, checked)
        for share in assess_products(batches, job, workers=run.workers):
            checked.count(share)
            answers += share.answers
            said = f"{how_many(checked.products, 'product')}, {how_many(answers, 'answer')}"
            bar.update(task, description=f"{path.name}: {said}")
            yield share


def _batches(
    file: BinaryIO, name: str, options: ReadOptions, checked: Checked
) -> Iterator[pa.RecordBatch]:
    for item in reader_for(name)(file, name, options):
        if isinstance(item, Refusal):
            checked.refuse(item)
        else:
            yield item


def _write(shares: Iterable[Answered], job: CatalogueJob, out: Path) -> None:
    """Write a file of answers."""
    with replacing(out, str(os.getpid())) as part:
        if job.encoding == "records":
            with answer_writer(part) as sink:
                for share in shares:
                    for product, answer in share.records:
                        sink.add(compound_of(product, answer, job.file))
            return
        with answer_writer(part):
            pass  # the header
        with part.open("ab") as file:
            file.writelines(share.encoded for share in shares)


def _print_lines(shares: Iterable[Answered]) -> None:
    """Print JSON lines."""
    with writing("standard output"):
        sys.stdout.buffer.writelines(share.encoded for share in shares)
        sys.stdout.buffer.flush()


def _print_table(shares: Iterable[Answered], registry: Registry) -> None:
    """Print the answers on a catalogue: a row for each product, substance and destination."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("row", "product", "substance", "to", "answers", "requirements"):
        table.add_column(title, overflow="fold")
    ages: tuple[Age, ...] = ()
    for product, answer in (pair for share in shares for pair in share.records):
        ages = answer.ages
        telling = [each for each in answer.rulings if each.answer != "not listed"]
        table.add_row(
            str(product.row),
            Text(visible(product.text)),
            Text(answer.name),
            answer.route.destination or "",
            Text(
                "\n".join(_short(each, registry) for each in telling)
                or answer_in_words("not listed")
            ),
            Text("\n".join(english(duty_in_short(x)) for each in telling for x in each.duties)),
        )
    if table.row_count:
        console = Console(highlight=False)
        console.print(table)
        for each in ages_in_words(age_views(ages, registry.regimes)):
            console.print(Text(f"law as of {each}"))


def _short(ruling: Ruling, registry: Registry) -> str:
    regime = registry.regimes.get(ruling.regime)
    doubt = " (not verified)" if ruling.doubts else ""
    return (
        f"{regime.slug if regime else ruling.jurisdiction}: {answer_in_words(ruling.answer)}{doubt}"
    )
