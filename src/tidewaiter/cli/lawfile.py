"""`tidewaiter law` on structures, of a text or of a file. Loads RDKit: import it late."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tidewaiter.base.files import check_file, replacing, writing
from tidewaiter.bulk.compounds import Asked, assess_compounds, lawyers_for
from tidewaiter.cli.options import printable
from tidewaiter.substances.questions import Found
from tidewaiter.substances.rulings import Compound
from tidewaiter.substances.structure import is_written, parse_structure, read_structures

__all__ = ["assess_file", "find_structure", "is_written"]

_TOLD = 10  # compounds that could not be assessed, told one by one
_HELD = frozenset({"controlled", "free by amount", "proposed"})


def find_structure(text: str, own: tuple[Path, ...], day: date) -> tuple[Found, ...]:
    """Find what lists and classes know of one structure.

    Args:
        text: A SMILES, an InChI, or a systematic name.
        own: Folders of an authority's own lists.
        day: The day whose lists decide what a class leaves to them.

    Raises:
        InputError: It is no structure, or cannot be assessed.
    """
    return lawyers_for(own)[2].find(parse_structure(text), text, day)


def assess_file(path: Path, asked: Asked, out: Path | None, *, workers: int) -> bool:
    """Write one JSON object a compound; tell whether all could be assessed.

    Args:
        path: .smi, .sdf, .mol, .csv or .tsv.
        asked: The question that is put for each.
        out: Where to; None: standard output.
        workers: Processes.

    Raises:
        InputError: The file is none of structures.
        OutputError: `out` cannot be written.
    """
    compounds = assess_compounds(read_structures(path), asked, workers=workers)
    total = held = open_ = 0
    with _sink(out) as sink:
        for compound in _watched(compounds, path):
            sink.write(msgspec.json.encode(compound) + b"\n")
            total += 1
            held += any(each.answer in _HELD for one in compound.answers for each in one.rulings)
            if compound.not_assessable:
                open_ += 1
                if open_ <= _TOLD:
                    why = f"{compound.place}: not assessable: {compound.not_assessable}"
                    click.echo(printable(why), err=True)
    if open_ > _TOLD:
        click.echo(f"... and {open_ - _TOLD:,} more that are not assessable", err=True)
    click.echo(
        f"{total:,} compounds: {held:,} held by a law that was asked, {open_:,} not assessable",
        err=True,
    )
    return open_ == 0


@contextmanager
def _sink(out: Path | None) -> Iterator[IO[bytes]]:
    """Open what takes the answers: a file that appears when it is whole, or standard output."""
    if out is None:
        with writing("standard output"):
            yield sys.stdout.buffer
        return
    check_file(out)
    with replacing(out, str(os.getpid())) as part, part.open("wb") as file:
        yield file


def _watched(compounds: Iterable[Compound], path: Path) -> Iterator[Compound]:
    """Count the compounds on stderr where that is a terminal."""
    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(path.name)
        for number, compound in enumerate(compounds, 1):
            bar.update(task, description=f"{path.name}: {number:,} compounds")
            yield compound
