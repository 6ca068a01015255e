"""What the commands on death records share: counting a file with a bar, and writing a table."""

import os
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.burden.deaths.counting import Causes, Cells, count_deaths
from tidewaiter.burden.deaths.streams import pieces
from tidewaiter.cli.progress import stages

_PLAIN = pyarrow.csv.WriteOptions(quoting_style="needed")

year_of_file = click.option(
    "--year",
    type=click.IntRange(1979, 2100),
    help="The data year that the file must be of. Without it, that of its first records.",
)


def counted(path: Path, keep: tuple[str, ...], year: int | None, causes: Causes | None) -> Cells:
    """Count the deaths of a file, with a bar on stderr; say on stderr what was refused."""
    size = path.stat().st_size
    cells: Cells | None = None
    with path.open("rb") as file, stages() as bar:
        parts = pieces(file, path.name)
        for found in count_deaths(parts, path.name, keep, year=year, causes=causes):
            if isinstance(found, Cells):
                cells = found
            else:
                bar.tell(f"{path.name}: {found.lines:,} lines", min(file.tell(), size), size)
    if cells is None or not len(cells.deaths):
        raise InputError("no record could be read", at=path.name, hint="download the file again")
    for note in cells.notes:
        click.echo(f"{path.name}, {note.place}: {note.problem}; {note.value} refused", err=True)
    return cells


def write_table(table: pa.Table, out: Path | None) -> None:
    """Write a table: to stdout or a file as CSV, or as Parquet where the file's name ends so."""
    if out is None:
        sink = pa.BufferOutputStream()
        pyarrow.csv.write_csv(table, sink, _PLAIN)
        click.echo(sink.getvalue().to_pybytes(), nl=False)
        return
    with replacing(out, str(os.getpid())) as written:
        if out.suffix == ".parquet":
            pyarrow.parquet.write_table(table, written)
        else:
            pyarrow.csv.write_csv(table, written, _PLAIN)
