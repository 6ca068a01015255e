"""Say how a file's columns are read, before it is screened."""

from collections.abc import Sequence
from pathlib import Path

import click

from tidewaiter.consignments.readers import mapping_of
from tidewaiter.consignments.types import ReadOptions
from tidewaiter.report.characters import visible

_SHOWN = 40  # columns that are not used


def show_columns(path: Path, options: ReadOptions) -> None:
    """Print which column is read as what, and which are not used, to stderr."""
    with path.open("rb") as file:
        mapping = mapping_of(file, path.name, options)
    read = [f"{field} = {' + '.join(columns)}" for field, columns in mapping.columns.items()]
    _say(f"reading {path.name}: {'; '.join(read)}")
    if mapping.beside:
        _say(f"screened as other text: {_listed(mapping.beside)}")
    rest = tuple(column for column in mapping.unmapped if column not in mapping.beside)
    if rest:
        _say(f"not used: {_listed(rest)}")
    for field, columns in mapping.unsure.items():
        for column in columns:
            _say(f'"{column}" may be {field}; if it is: --map "{field}={column}"')
    if mapping.sniffed:
        _say(f"found by their values: {', '.join(mapping.sniffed)}")
    if mapping.assumed:
        _say(f"taken as kilograms where no unit stands: {', '.join(mapping.assumed)}")
    if mapping.encoding and mapping.encoding.lower().replace("-", "") not in {"utf8", "ascii"}:
        _say(f"encoding: {mapping.encoding}")


def _listed(columns: Sequence[str]) -> str:
    named = [column or "one without a name" for column in columns[:_SHOWN]]
    more = len(columns) - len(named)
    told = ", ".join(named)
    return f"{told} and {more:,} more: tidewaiter inspect shows them" if more else told


def _say(text: str) -> None:
    """Print what strangers may have written, as one line that moves no cursor."""
    click.echo(visible(" ".join(text.splitlines())), err=True)
