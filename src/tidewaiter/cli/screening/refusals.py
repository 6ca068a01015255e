"""What could not be read of a file, told to the user."""

from collections.abc import Sequence
from pathlib import Path

import click

from tidewaiter.cli.options import printable
from tidewaiter.consignments.types import Refusal
from tidewaiter.report.exports import refusal_writer

_SHOWN = 5


def tell_refusals(refusals: Sequence[Refusal], path: Path | None) -> None:
    """Say how much could not be read; write all of it to a file, or show the first of it.

    Args:
        refusals: In the order of the file.
        path: Of the CSV file of --refused; None: there is none.
    """
    _say(f"{len(refusals):,} rows or fields could not be read")
    if path is not None:
        with refusal_writer(path) as writer:
            writer.add(refusals)
        return
    for each in refusals[:_SHOWN]:
        _say(f'row {each.row}, column {each.column}: "{each.value}": {each.problem}')
    _say("--refused FILE.csv writes all of them")


def _say(text: str) -> None:
    click.echo(printable(" ".join(text.split())), err=True)
