"""Say how a file's columns are read, before it is screened."""

from pathlib import Path

import click

from tidewaiter.consignments.readers import mapping_of
from tidewaiter.consignments.types import ReadOptions


def show_columns(path: Path, options: ReadOptions) -> None:
    """Print which column is read as what, and which are not used, to stderr."""
    with path.open("rb") as file:
        mapping = mapping_of(file, path.name, options)
    read = [f"{field} = {' + '.join(columns)}" for field, columns in mapping.columns.items()]
    click.echo(f"reading {path.name}: {'; '.join(read)}", err=True)
    if mapping.unmapped:
        click.echo(f"not used: {', '.join(mapping.unmapped)}", err=True)
    if mapping.sniffed:
        click.echo(f"found by their values: {', '.join(mapping.sniffed)}", err=True)
    if mapping.assumed:
        click.echo(f"taken as kilograms: {', '.join(mapping.assumed)}", err=True)
    if mapping.encoding and mapping.encoding.lower().replace("-", "") not in {"utf8", "ascii"}:
        click.echo(f"encoding: {mapping.encoding}", err=True)
